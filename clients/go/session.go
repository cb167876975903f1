package flinksgateway

// How a call went, and what an opened session is.

import (
	"fmt"
	"time"
)

// Outcome is how [Client.Authorize] or [Client.Answer] went: a [*Session], a [*ChallengeRound] or a
// [*PendingOperation].
//
//sumtype:decl
type Outcome interface{ isOutcome() }

// FinalOutcome is how [Client.CachedAuthorize] or [Client.SignIn] went: a [*Session] or a [*PendingOperation].
//
//sumtype:decl
type FinalOutcome interface{ isFinalOutcome() }

func (*Session) isOutcome()               {}
func (*ChallengeRound) isOutcome()        {}
func (*PendingOperation) isOutcome()      {}
func (*Session) isFinalOutcome()          {}
func (*PendingOperation) isFinalOutcome() {}

// Session is an open session at Flinks. Flinks ends it 8 minutes after it was opened unless data is asked for, and
// after 30 minutes in any case.
type Session struct {
	// Names the session towards Flinks' data endpoints. Never empty.
	RequestID string
	// The saved login that was opened; nil when Flinks saved none.
	Login *Login
	// The bank that was signed in at; nil when Flinks did not name one.
	Institution *Institution
	// What can be asked for next, as Flinks lists it.
	Links []Link
	// The tag of the request, as Flinks echoed it.
	Tag Secret[string]
}

// Login is a saved login.
type Login struct {
	// Never empty. It survives a change of password.
	LoginID LoginID
	// The user name at the bank as it was typed; empty when Flinks gave none.
	Username Secret[string]
	// Whose accounts these are.
	Type LoginType
	// Whether Flinks refreshes the login every night.
	ScheduledRefresh bool
	// When the bank was last asked; zero when Flinks did not say.
	LastRefreshTime time.Time
	// The type in Flinks' own words: what Type was read from.
	TypeName string
}

// Institution is a bank, as far as Flinks named it: what it did not say is empty or 0.
type Institution struct {
	// Flinks' name for it, to be compared exactly: what [Credentials] take.
	Name string
	// Its name for people.
	DisplayName string
	// Flinks' number for it.
	ID int
}

// Link is a step that Flinks offers next. What Flinks did not say is empty.
type Link struct {
	// What it leads to, told from Rel.
	Resource Resource
	// What it leads to in Flinks' own words, such as AccountsDetail.
	Rel string
	// The path below Flinks' …/BankingServices, such as /GetAccountsDetail.
	Href string
	// An example of the path with its parameters.
	Example string
}

// PendingOperation is a sign-in that Flinks goes on with in the background. Whether the session opened shows when its
// data is asked for at Flinks, with the RequestID.
type PendingOperation struct {
	// Names the session towards Flinks' data endpoints. Never empty.
	RequestID string
	// How Flinks put it, such as OPERATION_PENDING.
	FlinksCode string
	// Where Flinks says to ask.
	Links []Link
}

// The pointers inside outcomes print as what they point to.

// String shows the fields, secrets redacted.
func (l Login) String() string {
	type plain Login
	return fmt.Sprintf("Login%+v", plain(l))
}

// String shows the fields.
func (i Institution) String() string {
	type plain Institution
	return fmt.Sprintf("Institution%+v", plain(i))
}
