// Package flinksgateway is the client of flinks-gateway: it signs a bank's customer in through Flinks, asks and answers
// the bank's security challenges, and reopens saved logins.
//
// [Connect] gives a [Client]. [Client.SignIn] holds the whole conversation of a sign-in with a function that answers;
// [Client.Authorize] and [Client.Answer] are its single steps, for a conversation that goes on in another request or
// another process. [Client.CachedAuthorize] reopens a saved login without asking the bank.
//
// Outcomes and challenges are interfaces with a closed set of implementations, always pointers; go-check-sumtype and
// others that know //sumtype:decl tell which type switch forgot one.
//
// Every call that fails does so with a [*GatewayError], for [errors.As]. A live call ([Client.Authorize],
// [Client.Answer]) is never repeated by this package, and must not be by others unless the error says that it is
// Retryable: each may be an attempt at the bank, and banks lock customers out.
//
// The comments of fields are the contract's. What they call absent is nil, or the zero [time.Time].
//
// Passwords, user names, prompts, answers, LoginIds and the like are [Secret] values: what prints them shows [redacted].
//
// The stubs generated from the contract are in flinks-gateway.example/client/flinks/gateway/v1. Their messages do print
// secrets. So does HTTP/2 itself in a program that runs with GODEBUG=http2debug=2: never do, where passwords are real.
package flinksgateway
