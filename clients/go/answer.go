package flinksgateway

// The answers to challenges.

import (
	"fmt"

	gatewayv1 "flinks-gateway.example/client/flinks/gateway/v1"
	"google.golang.org/protobuf/proto"
)

// Answer answers one challenge. The functions that begin with Answer make one; the gateway refuses, before anything is
// sent to Flinks, what does not fit the challenge. Texts are sent byte for byte.
type Answer struct {
	challengeID string
	message     Secret[*gatewayv1.ChallengeAnswer]
}

func newAnswer(message *gatewayv1.ChallengeAnswer) Answer {
	return Answer{message.GetChallengeId(), NewSecret(message)}
}

// ChallengeID names the challenge that is answered.
func (a Answer) ChallengeID() string { return a.challengeID }

// Equal reports whether both are the same answer to the same challenge, for tests.
func (a Answer) Equal(other Answer) bool {
	return proto.Equal(a.message.Reveal(), other.message.Reveal())
}

// String shows which challenge is answered.
func (a Answer) String() string {
	return fmt.Sprintf("Answer{ChallengeID:%s %s}", a.challengeID, redacted)
}
