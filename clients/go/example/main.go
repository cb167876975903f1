// Command example signs in at the bank for tests, answers what it asks, reopens the login, and handles an error.
// Its argument is the address of a gateway on its sandbox, in clear text.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	flinksgateway "flinks-gateway.example/client"
)

var answers = map[string]string{
	"What city were you born in?":        "Montreal",
	"What is the best country on earth?": "Canada",
	"What shape do people like most?":    "Triangle",
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: example HOST:PORT")
	}
	client, err := flinksgateway.Connect(os.Args[1], flinksgateway.WithPlaintext())
	check(err)
	defer client.Close()
	ctx := context.Background()

	customer := flinksgateway.Credentials{
		Institution: "FlinksCapital",
		Username:    flinksgateway.NewSecret("Greatday"),
		Password:    flinksgateway.NewSecret("Everyday"),
	}
	request := flinksgateway.AuthorizeRequest{Subject: customer, Save: flinksgateway.SaveLogin}
	outcome, err := client.SignIn(ctx, request, answer)
	check(err)
	session, open := outcome.(*flinksgateway.Session)
	if !open || session.Login == nil || session.Institution == nil {
		log.Fatalf("no saved login: %v", outcome)
	}
	fmt.Println("signed in at", session.Institution.Name)

	_, err = client.CachedAuthorize(ctx, flinksgateway.CachedAuthorizeRequest{LoginID: session.Login.LoginID})
	check(err)
	fmt.Println("reopened from cache")

	customer.Password = flinksgateway.NewSecret("wrong")
	_, err = client.Authorize(ctx, flinksgateway.AuthorizeRequest{Subject: customer, Save: flinksgateway.SaveNothing})
	var failure *flinksgateway.GatewayError
	if errors.As(err, &failure) && failure.IsCredentialsRejected() {
		fmt.Printf("refused: %s, %s\n", failure.Reason, failure.NextStep)
	}
}

func answer(ctx context.Context, round *flinksgateway.ChallengeRound) ([]flinksgateway.Answer, error) {
	fmt.Printf("%s asked %d question\n", round.Institution.Name, len(round.Challenges))
	return flinksgateway.ByKind{
		QuestionAndAnswer: func(_ context.Context, asked *flinksgateway.QuestionAndAnswer) (flinksgateway.Answer, error) {
			return flinksgateway.AnswerText(asked.ID, answers[asked.Prompt.Reveal()]), nil
		},
	}.Answer(ctx, round)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
