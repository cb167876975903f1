package flinksgateway

// A whole sign-in, with a function that answers.

import (
	"context"
	"fmt"
	"time"

	gatewayv1 "flinks-gateway.example/client/flinks/gateway/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Answerer answers a round: it asks the customer, usually. Its context ends when the round can no longer be answered,
// and with the context of the sign-in; an answerer that waits for longer holds up the end of the sign-in, but no longer
// changes it. Its error ends the sign-in and is returned unchanged.
type Answerer func(ctx context.Context, round *ChallengeRound) ([]Answer, error)

// SignIn authorizes, and has the answerer answer rounds until the customer is signed in or Flinks goes on in the
// background. A deadline of the context is that of the whole sign-in; without one each call has the client's.
//
// It fails with a [*GatewayError], or with the answerer's own error. A round that is not answered by its ExpireTime ends
// the sign-in with SESSION_EXPIRED; nothing is sent then.
func (c *Client) SignIn(ctx context.Context, request AuthorizeRequest, answerer Answerer) (FinalOutcome, error) {
	outcome, err := c.Authorize(ctx, request)
	for {
		if err != nil {
			return nil, err
		}
		round, asked := outcome.(*ChallengeRound)
		if !asked {
			return outcome.(FinalOutcome), nil
		}
		answers, unanswered := inTime(ctx, round, answerer)
		if unanswered != nil {
			return nil, unanswered
		}
		outcome, err = c.Answer(ctx, round.Continuation, answers...)
	}
}

// inTime asks the answerer, and takes its answers only before the round expires.
func inTime(ctx context.Context, round *ChallengeRound, answerer Answerer) ([]Answer, error) {
	limited, cancel := context.WithDeadline(ctx, round.ExpireTime)
	defer cancel()
	var answers []Answer
	var err error
	if time.Now().Before(round.ExpireTime) {
		answers, err = answerer(limited, round)
	}
	if ctx.Err() == nil && !time.Now().Before(round.ExpireTime) {
		return nil, expired(round)
	}
	return answers, err
}

// expired is the error that the gateway would give to answers that come too late.
func expired(round *ChallengeRound) *GatewayError {
	info := &errdetails.ErrorInfo{
		Domain: domain,
		Reason: gatewayv1.ErrorReason_ERROR_REASON_SESSION_EXPIRED.String(),
		Metadata: map[string]string{
			"next_step":  gatewayv1.NextStep_NEXT_STEP_START_OVER.String(),
			"retryable":  "false",
			"request_id": round.RequestID,
		},
	}
	failure, _ := status.New(codes.NotFound, "the challenges were answered too late; nothing was sent").WithDetails(info)
	return newError(context.Background(), failure.Err(), false, "")
}

// UnansweredChallengeError is a challenge of a kind that [ByKind] has no function for. Nothing of its round was asked
// or sent.
type UnansweredChallengeError struct {
	// The first such challenge of the round.
	Challenge Challenge
}

// Error names the challenge's kind, and nothing that the bank said.
func (e *UnansweredChallengeError) Error() string {
	return fmt.Sprintf("flinks-gateway: nothing answers challenges of kind %s", e.Challenge.Kind())
}

// Answer is the [Answerer]: it answers challenge after challenge, in the round's order. It fails with an
// [*UnansweredChallengeError] before anything is asked when a kind has no function.
func (k ByKind) Answer(ctx context.Context, round *ChallengeRound) ([]Answer, error) {
	for _, challenge := range round.Challenges {
		if k.ask(ctx, challenge) == nil {
			return nil, &UnansweredChallengeError{challenge}
		}
	}
	answers := make([]Answer, 0, len(round.Challenges))
	for _, challenge := range round.Challenges {
		answer, err := k.ask(ctx, challenge)()
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

// bind gives the call of a function, or nil where there is none.
func bind[T any](ctx context.Context, ask func(context.Context, T) (Answer, error), challenge T) func() (Answer, error) {
	if ask == nil {
		return nil
	}
	return func() (Answer, error) { return ask(ctx, challenge) }
}
