package flinksgateway

// The one place where the generated messages become the package's own types, and these become messages.

import (
	"time"

	gatewayv1 "flinks-gateway.example/client/flinks/gateway/v1"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func (r AuthorizeRequest) message() *gatewayv1.AuthorizeRequest {
	message := &gatewayv1.AuthorizeRequest{
		Language:         gatewayv1.Language(r.Language),
		Tag:              r.Tag.Reveal(),
		ScheduleRefresh:  r.ScheduleRefresh,
		WithMfaQuestions: r.WithMFAQuestions,
		Instance:         r.Instance,
	}
	if r.Save == SaveLogin || r.Save == SaveNothing {
		save := r.Save == SaveLogin
		message.Save = &save
	}
	if r.Subject != nil {
		r.Subject.writeTo(message)
	}
	return message
}

func (c Credentials) writeTo(request *gatewayv1.AuthorizeRequest) {
	request.Subject = &gatewayv1.AuthorizeRequest_Credentials{Credentials: &gatewayv1.Credentials{
		Institution: c.Institution,
		Username:    c.Username.Reveal(),
		Password:    c.Password.Reveal(),
	}}
}

func (l LoginID) writeTo(request *gatewayv1.AuthorizeRequest) {
	request.Subject = &gatewayv1.AuthorizeRequest_LoginId{LoginId: l.Reveal()}
}

func (r CachedAuthorizeRequest) message() *gatewayv1.CachedAuthorizeRequest {
	return &gatewayv1.CachedAuthorizeRequest{LoginId: r.LoginID.Reveal(), Tag: r.Tag.Reveal(), Instance: r.Instance}
}

func answersMessage(continuation Secret[string], answers []Answer) *gatewayv1.AnswerChallengesRequest {
	message := &gatewayv1.AnswerChallengesRequest{Continuation: continuation.Reveal()}
	for _, answer := range answers {
		message.Answers = append(message.Answers, answer.message.Reveal())
	}
	return message
}

// outcome reads the response of a live call; nil is an outcome newer than this package.
func outcome(response interface {
	GetSession() *gatewayv1.Session
	GetChallengeRound() *gatewayv1.ChallengeRound
	GetPending() *gatewayv1.PendingOperation
}) Outcome {
	if session := response.GetSession(); session != nil {
		return newSession(session)
	}
	if round := response.GetChallengeRound(); round != nil {
		return newRound(round)
	}
	if pending := response.GetPending(); pending != nil {
		return newPending(pending)
	}
	return nil
}

// finalOutcome reads the response of a cached call; nil is an outcome newer than this package.
func finalOutcome(response *gatewayv1.CachedAuthorizeResponse) FinalOutcome {
	if session := response.GetSession(); session != nil {
		return newSession(session)
	}
	if pending := response.GetPending(); pending != nil {
		return newPending(pending)
	}
	return nil
}

func newSession(message *gatewayv1.Session) *Session {
	session := &Session{
		RequestID:   message.GetRequestId(),
		Institution: newInstitution(message.GetInstitution()),
		Links:       newLinks(message.GetLinks()),
		Tag:         NewSecret(message.GetTag()),
	}
	if login := message.GetLogin(); login != nil {
		session.Login = &Login{
			LoginID:          NewLoginID(login.GetLoginId()),
			Username:         NewSecret(login.GetUsername()),
			Type:             known(LoginType(login.GetType()), gatewayv1.LoginType_name, LoginTypeOther),
			ScheduledRefresh: login.GetScheduledRefresh(),
			LastRefreshTime:  newTime(login.GetLastRefreshTime()),
			TypeName:         login.GetTypeName(),
		}
	}
	return session
}

func newPending(message *gatewayv1.PendingOperation) *PendingOperation {
	return &PendingOperation{message.GetRequestId(), message.GetFlinksCode(), newLinks(message.GetLinks())}
}

func newInstitution(message *gatewayv1.Institution) *Institution {
	if message == nil {
		return nil
	}
	return &Institution{message.GetName(), message.GetDisplayName(), int(message.GetId())}
}

func newLinks(messages []*gatewayv1.Link) []Link {
	links := make([]Link, 0, len(messages))
	for _, link := range messages {
		resource := known(Resource(link.GetResource()), gatewayv1.Resource_name, ResourceUnspecified)
		links = append(links, Link{resource, link.GetRel(), link.GetHref(), link.GetExample()})
	}
	return links
}

func newTime(message *timestamppb.Timestamp) time.Time {
	if message == nil {
		return time.Time{}
	}
	return message.AsTime()
}

// known gives the value that stands for those newer than this package in place of one.
func known[T ~int32](value T, names map[int32]string, newer T) T {
	if _, ok := names[int32(value)]; ok {
		return value
	}
	return newer
}

func newRound(message *gatewayv1.ChallengeRound) *ChallengeRound {
	round := &ChallengeRound{
		Continuation:            NewSecret(message.GetContinuation()),
		RequestID:               message.GetRequestId(),
		Challenges:              make([]Challenge, 0, len(message.GetChallenges())),
		Round:                   int(message.GetRound()),
		PreviousAnswersRejected: message.GetPreviousAnswersRejected(),
		ExpireTime:              newTime(message.GetExpireTime()),
		Institution:             newInstitution(message.GetInstitution()),
		Tag:                     NewSecret(message.GetTag()),
	}
	for _, challenge := range message.GetChallenges() {
		round.Challenges = append(round.Challenges, newChallenge(challenge))
	}
	return round
}

func newChallenge(message *gatewayv1.Challenge) Challenge {
	head := ChallengeHead{message.GetId(), NewSecret(message.GetPrompt())}
	switch kind := message.GetKind().(type) {
	case *gatewayv1.Challenge_QuestionAndAnswer:
		return &QuestionAndAnswer{head}
	case *gatewayv1.Challenge_QuestionSelection:
		return &QuestionSelection{head, NewSecret(kind.QuestionSelection.GetQuestions())}
	case *gatewayv1.Challenge_MultipleChoice:
		return &MultipleChoice{head, NewSecret(kind.MultipleChoice.GetChoices())}
	case *gatewayv1.Challenge_MultipleSelection:
		return &MultipleSelection{head, NewSecret(kind.MultipleSelection.GetChoices())}
	case *gatewayv1.Challenge_ImageSelection:
		images := make([]Image, 0, len(kind.ImageSelection.GetImages()))
		for _, image := range kind.ImageSelection.GetImages() {
			images = append(images, Image{NewSecret(image.GetContent()), image.GetMediaType()})
		}
		return &ImageSelection{head, images}
	case *gatewayv1.Challenge_TextOrCall:
		return &TextOrCall{head, NewSecret(kind.TextOrCall.GetPhoneNumbers())}
	case *gatewayv1.Challenge_Unrecognized:
		unrecognized := &UnrecognizedChallenge{
			ChallengeHead: head,
			Type:          NewSecret(kind.Unrecognized.GetType()),
			Iterables:     NewSecret(kind.Unrecognized.GetIterables()),
		}
		if raw := kind.Unrecognized.GetRaw(); raw != nil {
			unrecognized.Raw = NewSecret(raw.AsMap())
		}
		return unrecognized
	default: // A kind newer than this package.
		return &UnrecognizedChallenge{ChallengeHead: head}
	}
}
