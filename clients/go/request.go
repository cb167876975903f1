package flinksgateway

// What is asked of the gateway.

import (
	gatewayv1 "flinks-gateway.example/client/flinks/gateway/v1"
)

// AuthorizeRequest says whom to sign in live, and what to keep of it.
type AuthorizeRequest struct {
	// Who signs in: [Credentials], or the [LoginID] of a saved login to refresh. Must be set.
	Subject Subject
	// Whether Flinks keeps the credentials and data after the call. Must be set.
	Save Save
	// The language of the bank's prompts. It is part of a login's identity: a customer has one LoginId per language.
	Language Language
	// Free text that Flinks stores with the request and echoes in its responses and webhooks, at most 512 characters.
	Tag Secret[string]
	// Turns the nightly refresh on for a login that is saved for the first time. Needs SaveLogin.
	ScheduleRefresh bool
	// Has Flinks collect all the security questions of the customer as well, so that they can be answered in advance.
	// Needs SaveLogin.
	WithMFAQuestions bool
	// Which of the gateway's Flinks instances to use, such as ca. Empty is the one named default, or the only one.
	Instance string
}

// Subject is who signs in: [Credentials] or a [LoginID].
//
//sumtype:decl
type Subject interface {
	writeTo(request *gatewayv1.AuthorizeRequest)
}

// Credentials are what a customer signs in with at their bank. They are sent byte for byte, never trimmed.
type Credentials struct {
	// The bank, exactly as Flinks spells it, such as FlinksCapital.
	Institution string
	// The user name or card number at the bank.
	Username Secret[string]
	// The password at the bank.
	Password Secret[string]
}

// LoginID names a saved login: the reference to a customer's credentials and data at Flinks. Whoever has it can reopen
// the login: Reveal it only to store it where passwords may be.
type LoginID struct{ Secret[string] }

// NewLoginID takes a LoginId from where it was stored.
func NewLoginID(id string) LoginID { return LoginID{NewSecret(id)} }

// Save says whether Flinks keeps a customer's credentials and data, so that they can be refreshed, or reopened from
// cache, by their LoginId. The gateway refuses a request that does not say: what happens to a customer's bank password
// is no default.
type Save int

// What Flinks is to keep.
const (
	_ Save = iota
	// Flinks keeps the credentials and data, so that the session's [Login] can be refreshed and reopened.
	SaveLogin
	// Flinks keeps neither after the call. The session may come without a [Login].
	SaveNothing
)

// String is the constant's name, empty when nothing was chosen.
func (s Save) String() string {
	switch s {
	case SaveLogin:
		return "SaveLogin"
	case SaveNothing:
		return "SaveNothing"
	}
	return ""
}

// MarshalText is String, for JSON and logs.
func (s Save) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// CachedAuthorizeRequest says which saved login to reopen.
type CachedAuthorizeRequest struct {
	// The saved login. Must be set.
	LoginID LoginID
	// Free text that Flinks stores with the request and echoes, at most 512 characters.
	Tag Secret[string]
	// Which of the gateway's Flinks instances holds the login; a login of one is unknown to all others. Empty is the
	// one named default, or the only one.
	Instance string
}
