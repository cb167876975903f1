package flinksgateway

// The answers to challenges.

import (
	"fmt"
	"slices"

	gatewayv1 "flinks-gateway.example/client/flinks/gateway/v1"
	"google.golang.org/protobuf/proto"
)

// Answer answers one challenge. The functions that begin with Answer make one; the gateway refuses, before anything is
// sent to Flinks, what does not fit the challenge. Texts are sent byte for byte.
type Answer struct {
	challengeID string
	message     Secret[*gatewayv1.ChallengeAnswer]
}

// AnswerText answers a [QuestionAndAnswer] with what the customer typed.
func AnswerText(challengeID, text string) Answer {
	return newAnswer(challengeID, &gatewayv1.ChallengeAnswer{Answer: &gatewayv1.ChallengeAnswer_Text{Text: text}})
}

// AnswerSelectedQuestion answers a [QuestionSelection] with one of its questions, verbatim, and what the customer typed.
func AnswerSelectedQuestion(challengeID, question, text string) Answer {
	return newAnswer(challengeID, &gatewayv1.ChallengeAnswer{Answer: &gatewayv1.ChallengeAnswer_SelectedQuestion{
		SelectedQuestion: &gatewayv1.SelectedQuestion{Question: question, Text: text},
	}})
}

// AnswerChoice answers a [MultipleChoice] with one of its choices, verbatim.
func AnswerChoice(challengeID, choice string) Answer {
	return newAnswer(challengeID, &gatewayv1.ChallengeAnswer{Answer: &gatewayv1.ChallengeAnswer_Choice{Choice: choice}})
}

// AnswerChoices answers a [MultipleSelection] with at least one of its choices, verbatim.
func AnswerChoices(challengeID string, choices ...string) Answer {
	return newAnswer(challengeID, &gatewayv1.ChallengeAnswer{Answer: &gatewayv1.ChallengeAnswer_Choices{
		Choices: &gatewayv1.Choices{Values: slices.Clone(choices)},
	}})
}

// AnswerImageIndex answers an [ImageSelection] with a picture's place in Images, from 0.
func AnswerImageIndex(challengeID string, index int) Answer {
	place := int32(index)
	if int(place) != index {
		place = -1 // Refused, where the rest of a larger number could be another picture.
	}
	return newAnswer(challengeID, &gatewayv1.ChallengeAnswer{Answer: &gatewayv1.ChallengeAnswer_ImageIndex{ImageIndex: place}})
}

// AnswerCodeDelivery answers a [TextOrCall] with one of its phone numbers, mask and all, and how to reach it.
func AnswerCodeDelivery(challengeID, phoneNumber string, method DeliveryMethod) Answer {
	return newAnswer(challengeID, &gatewayv1.ChallengeAnswer{Answer: &gatewayv1.ChallengeAnswer_CodeDelivery{
		CodeDelivery: &gatewayv1.CodeDelivery{PhoneNumber: phoneNumber, Method: gatewayv1.DeliveryMethod(method)},
	}})
}

// AnswerRaw answers a challenge of any kind with what is sent to Flinks, spelled out: a key, usually the challenge's
// prompt, and at least one value.
func AnswerRaw(challengeID, key string, values ...string) Answer {
	return newAnswer(challengeID, &gatewayv1.ChallengeAnswer{Answer: &gatewayv1.ChallengeAnswer_Raw{
		Raw: &gatewayv1.RawAnswer{Key: key, Values: slices.Clone(values)},
	}})
}

func newAnswer(challengeID string, message *gatewayv1.ChallengeAnswer) Answer {
	message.ChallengeId = challengeID
	return Answer{challengeID, NewSecret(message)}
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
