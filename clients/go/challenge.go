package flinksgateway

// What a bank may ask before it lets a customer in.

import (
	"fmt"
	"time"
)

// ChallengeRound is the questions that a bank asks at once. All must be answered in one [Client.Answer].
type ChallengeRound struct {
	// All that an answer needs. Keep it where the customer's session is kept, and answer from any process.
	Continuation Secret[string]
	// Flinks' name for the session that is being opened, for correlation with Flinks only.
	RequestID string
	// What is asked, in Flinks' order; at least one.
	Challenges []Challenge
	// Which round of the sign-in this is, from 1. A round that asks again counts.
	Round int
	// Whether the bank refused the answers to the round before and asks again.
	PreviousAnswersRejected bool
	// Until when the round can be answered. The bank may give up earlier.
	ExpireTime time.Time
	// The bank that asks; nil when Flinks did not name it.
	Institution *Institution
	// The tag of the request, as Flinks echoed it.
	Tag Secret[string]
}

// Challenge is one question: a [*QuestionAndAnswer], a [*QuestionSelection], a [*MultipleChoice], a
// [*MultipleSelection], an [*ImageSelection], a [*TextOrCall] or an [*UnrecognizedChallenge].
//
//sumtype:decl
type Challenge interface {
	// Head is what challenges of all kinds have.
	Head() ChallengeHead
	// Kind is the contract's name of the kind, such as question_and_answer.
	Kind() string
	isChallenge()
}

// ChallengeHead is what challenges of all kinds have.
type ChallengeHead struct {
	// Names the challenge within its round.
	ID string
	// What to show the customer, byte for byte as the bank sent it. May be empty where the bank lets pictures or phone
	// numbers speak.
	Prompt Secret[string]
}

// Head gives the head of the challenge that it is part of.
func (h ChallengeHead) Head() ChallengeHead { return h }

// QuestionAndAnswer is a question to answer in the customer's own words: a security question, or a code that the bank
// has sent. It is answered with [AnswerText].
type QuestionAndAnswer struct{ ChallengeHead }

// QuestionSelection has the customer pick one of several questions and answer it, with [AnswerSelectedQuestion].
type QuestionSelection struct {
	ChallengeHead
	// At least one, in the bank's order.
	Questions Secret[[]string]
}

// MultipleChoice has the customer pick exactly one choice, with [AnswerChoice].
type MultipleChoice struct {
	ChallengeHead
	// At least one, in the bank's order.
	Choices Secret[[]string]
}

// MultipleSelection has the customer pick one or more choices, with [AnswerChoices].
type MultipleSelection struct {
	ChallengeHead
	// At least one, in the bank's order.
	Choices Secret[[]string]
}

// ImageSelection has the customer pick the picture they once chose, with [AnswerImageIndex].
type ImageSelection struct {
	ChallengeHead
	// At least one, in the bank's order.
	Images []Image
}

// Image is a picture.
type Image struct {
	// The picture's bytes.
	Content Secret[[]byte]
	// What they are, such as image/png; application/octet-stream when that is not known.
	MediaType string
}

// TextOrCall has the customer pick the phone that the bank sends a code to, and how, with [AnswerCodeDelivery]. The
// code is asked for in the next round.
type TextOrCall struct {
	ChallengeHead
	// At least one, masked by the bank.
	PhoneNumbers Secret[[]string]
}

// UnrecognizedChallenge is of a kind that the gateway or this package does not know. Show the prompt and what else is
// here, and answer with [AnswerRaw].
type UnrecognizedChallenge struct {
	ChallengeHead
	// The kind in Flinks' own words. Empty when Flinks gave none, or when it is this package that does not know it.
	Type Secret[string]
	// The strings that came with it, often the choices.
	Iterables Secret[[]string]
	// The whole challenge as Flinks sent it, as [encoding/json] would read it; nil when it is this package that does
	// not know the kind.
	Raw Secret[map[string]any]
}

func (*QuestionAndAnswer) isChallenge()     {}
func (*QuestionSelection) isChallenge()     {}
func (*MultipleChoice) isChallenge()        {}
func (*MultipleSelection) isChallenge()     {}
func (*ImageSelection) isChallenge()        {}
func (*TextOrCall) isChallenge()            {}
func (*UnrecognizedChallenge) isChallenge() {}

// Kind is question_and_answer.
func (*QuestionAndAnswer) Kind() string { return "question_and_answer" }

// Kind is question_selection.
func (*QuestionSelection) Kind() string { return "question_selection" }

// Kind is multiple_choice.
func (*MultipleChoice) Kind() string { return "multiple_choice" }

// Kind is multiple_selection.
func (*MultipleSelection) Kind() string { return "multiple_selection" }

// Kind is image_selection.
func (*ImageSelection) Kind() string { return "image_selection" }

// Kind is text_or_call.
func (*TextOrCall) Kind() string { return "text_or_call" }

// Kind is unrecognized.
func (*UnrecognizedChallenge) Kind() string { return "unrecognized" }

// Challenges are pointers, which would print as addresses within a round.

// String shows kind and id.
func (c *QuestionAndAnswer) String() string { return show(c) }

// String shows kind and id.
func (c *QuestionSelection) String() string { return show(c) }

// String shows kind and id.
func (c *MultipleChoice) String() string { return show(c) }

// String shows kind and id.
func (c *MultipleSelection) String() string { return show(c) }

// String shows kind and id.
func (c *ImageSelection) String() string { return show(c) }

// String shows kind and id.
func (c *TextOrCall) String() string { return show(c) }

// String shows kind and id.
func (c *UnrecognizedChallenge) String() string { return show(c) }

func show(c Challenge) string {
	return fmt.Sprintf("%s{ID:%s %s}", c.Kind(), c.Head().ID, redacted)
}
