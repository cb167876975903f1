package flinksgateway_test

import (
	"context"
	"errors"
	"fmt"

	flinksgateway "flinks-gateway.example/client"
)

// A conversation over several requests of a web application: only the continuation is kept between them.
func ExampleClient_Answer() {
	var client *flinksgateway.Client
	var kept string // With the customer's session, where secrets may be.
	var typed string

	outcome, err := client.Answer(context.Background(), flinksgateway.NewSecret(kept), flinksgateway.AnswerText("1", typed))
	if err != nil {
		return
	}
	switch outcome := outcome.(type) {
	case *flinksgateway.Session:
		fmt.Println(outcome.RequestID)
	case *flinksgateway.ChallengeRound:
		kept = outcome.Continuation.Reveal()
		for _, challenge := range outcome.Challenges {
			switch challenge := challenge.(type) {
			case *flinksgateway.QuestionAndAnswer:
				fmt.Println(challenge.Prompt.Reveal())
			case *flinksgateway.MultipleChoice:
				fmt.Println(challenge.Prompt.Reveal(), challenge.Choices.Reveal())
			default:
				fmt.Println("cannot be asked here:", challenge.Kind())
			}
		}
	case *flinksgateway.PendingOperation:
		fmt.Println("Flinks goes on:", outcome.RequestID)
	}
}

// A saved login is reopened without the customer, unless the bank wants to ask something.
func ExampleGatewayError() {
	var client *flinksgateway.Client
	var id flinksgateway.LoginID

	_, err := client.CachedAuthorize(context.Background(), flinksgateway.CachedAuthorizeRequest{LoginID: id})
	var failure *flinksgateway.GatewayError
	switch {
	case errors.As(err, &failure) && failure.IsLiveSignInRequired():
		fmt.Println("ask the customer to sign in")
	case errors.As(err, &failure) && failure.Retryable && failure.RetryDelay != nil:
		fmt.Println("try again after", *failure.RetryDelay)
	case err != nil:
		fmt.Println(err)
	}
}
