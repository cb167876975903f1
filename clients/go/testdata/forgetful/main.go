// Command forgetful leaves out a case of each closed sum; go-check-sumtype must tell.
package main

import flinksgateway "flinks-gateway.example/client"

func main() {
	var outcome flinksgateway.Outcome
	switch outcome.(type) {
	case *flinksgateway.Session, *flinksgateway.PendingOperation:
	}
	var final flinksgateway.FinalOutcome
	switch final.(type) {
	case *flinksgateway.Session:
	}
	var challenge flinksgateway.Challenge
	switch challenge.(type) {
	case *flinksgateway.QuestionAndAnswer, *flinksgateway.QuestionSelection, *flinksgateway.MultipleChoice,
		*flinksgateway.MultipleSelection, *flinksgateway.ImageSelection, *flinksgateway.TextOrCall:
	}
	var subject flinksgateway.Subject
	switch subject.(type) {
	case flinksgateway.Credentials:
	}
}
