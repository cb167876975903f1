package flinksgateway

// The values that are more in Go than the contract says.

import (
	"fmt"

	gatewayv1 "flinks-gateway.example/client/flinks/gateway/v1"
	"google.golang.org/protobuf/proto"
)

// LoginID names a saved login: the reference to a customer's credentials and data at Flinks. Whoever has it can reopen
// the login: Reveal it only to store it where passwords may be.
type LoginID struct{ Secret[string] }

// NewLoginID takes a LoginId from where it was stored.
func NewLoginID(id string) LoginID { return LoginID{NewSecret(id)} }

// Save says whether Flinks keeps a customer's credentials and data, so that they can be refreshed, or reopened from
// cache, by their LoginId. The gateway refuses a request that does not say: what happens to a customer's bank password
// is no default.
type Save string

// What Flinks is to keep.
const (
	// Flinks keeps the credentials and data, so that the session's [Login] can be refreshed and reopened.
	SaveLogin Save = "SaveLogin"
	// Flinks keeps neither after the call. The session may come without a [Login].
	SaveNothing Save = "SaveNothing"
)

// message is nil for what is neither.
func (s Save) message() *bool {
	return map[Save]*bool{SaveLogin: proto.Bool(true), SaveNothing: proto.Bool(false)}[s]
}

// Answer answers one challenge. The functions that begin with Answer make one; the gateway refuses, before anything is
// sent to Flinks, what does not fit the challenge. Texts are sent byte for byte.
type Answer struct {
	message Secret[*gatewayv1.ChallengeAnswer]
}

// ChallengeID names the challenge that is answered.
func (a Answer) ChallengeID() string { return a.message.Reveal().GetChallengeId() }

// Equal reports whether both are the same answer to the same challenge, for tests.
func (a Answer) Equal(other Answer) bool {
	return proto.Equal(a.message.Reveal(), other.message.Reveal())
}

// String shows which challenge is answered.
func (a Answer) String() string {
	return fmt.Sprintf("Answer{ChallengeID:%s %s}", a.ChallengeID(), redacted)
}
