package main

// What the client gave, as the suite wants to read it.

import (
	"context"
	"errors"
	"fmt"
	"time"

	flinksgateway "flinks-gateway.example/client"
	"google.golang.org/genproto/googleapis/rpc/code"
)

func outcomeObject(outcome any, kept *memory) object {
	switch outcome := outcome.(type) {
	case *flinksgateway.Session:
		result := object{
			"request_id": outcome.RequestID, "login": nil, "institution": institution(outcome.Institution),
			"links": links(outcome.Links), "tag": outcome.Tag.Reveal(),
		}
		if login := outcome.Login; login != nil {
			kept.loginID = &login.LoginID
			result["login"] = object{
				"login_id": login.LoginID.Reveal(), "username": login.Username.Reveal(), "type": login.Type.String(),
				"scheduled_refresh": login.ScheduledRefresh, "last_refresh_time_ms": unixMilliseconds(login.LastRefreshTime),
				"type_name": login.TypeName,
			}
		}
		return object{"session": result}
	case *flinksgateway.ChallengeRound:
		kept.continuation = &outcome.Continuation
		return object{"challenge_round": roundObject(outcome)}
	case *flinksgateway.PendingOperation:
		return object{"pending": object{
			"request_id": outcome.RequestID, "flinks_code": outcome.FlinksCode, "links": links(outcome.Links),
		}}
	}
	return object{"broken": fmt.Sprintf("an outcome of type %T", outcome)}
}

func roundObject(round *flinksgateway.ChallengeRound) object {
	challenges := []object{}
	for _, challenge := range round.Challenges {
		challenges = append(challenges, challengeObject(challenge))
	}
	return object{
		"continuation": round.Continuation.Reveal(), "request_id": round.RequestID, "challenges": challenges,
		"round": round.Round, "previous_answers_rejected": round.PreviousAnswersRejected,
		"expire_time_ms": unixMilliseconds(round.ExpireTime), "institution": institution(round.Institution),
		"tag": round.Tag.Reveal(),
	}
}

func challengeObject(challenge flinksgateway.Challenge) object {
	result := object{"kind": challenge.Kind(), "id": challenge.Head().ID, "prompt": challenge.Head().Prompt.Reveal()}
	switch challenge := challenge.(type) {
	case *flinksgateway.QuestionAndAnswer:
	case *flinksgateway.QuestionSelection:
		result["questions"] = texts(challenge.Questions)
	case *flinksgateway.MultipleChoice:
		result["choices"] = texts(challenge.Choices)
	case *flinksgateway.MultipleSelection:
		result["choices"] = texts(challenge.Choices)
	case *flinksgateway.ImageSelection:
		images := []object{}
		for _, image := range challenge.Images {
			images = append(images, object{"content": append([]byte{}, image.Content.Reveal()...), "media_type": image.MediaType})
		}
		result["images"] = images
	case *flinksgateway.TextOrCall:
		result["phone_numbers"] = texts(challenge.PhoneNumbers)
	case *flinksgateway.UnrecognizedChallenge:
		result["type"], result["iterables"], result["raw"] = challenge.Type.Reveal(), texts(challenge.Iterables), challenge.Raw.Reveal()
	}
	return result
}

func texts(secret flinksgateway.Secret[[]string]) []string {
	return append([]string{}, secret.Reveal()...)
}

func institution(bank *flinksgateway.Institution) any {
	if bank == nil {
		return nil
	}
	return object{"name": bank.Name, "display_name": bank.DisplayName, "id": bank.ID}
}

func links(given []flinksgateway.Link) []object {
	result := []object{}
	for _, link := range given {
		result = append(result, object{"resource": link.Resource.String(), "rel": link.Rel, "href": link.Href, "example": link.Example})
	}
	return result
}

func unixMilliseconds(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UnixMilli()
}

func failure(err error) object {
	var failed *flinksgateway.GatewayError
	var unanswered *flinksgateway.UnansweredChallengeError
	switch {
	case errors.As(err, &failed):
		violations := []object{}
		for _, field := range failed.FieldViolations {
			violations = append(violations, object{"field": field.Field, "description": field.Description, "reason": field.Reason})
		}
		var delay any
		if failed.RetryDelay != nil {
			delay = failed.RetryDelay.Milliseconds()
		}
		metadata := object{}
		for name, value := range failed.Metadata {
			metadata[name] = value
		}
		return object{"error": object{
			"code": code.Code(failed.Code).String(), "message": failed.Message,
			"reason": failed.Reason.String(), "reason_name": failed.ReasonName, "next_step": failed.NextStep.String(),
			"retryable": failed.Retryable, "retry_delay_ms": delay, "field_violations": violations,
			"flinks_code": failed.FlinksCode, "http_status": failed.HTTPStatus, "request_id": failed.RequestID,
			"metadata": metadata, "call_id": failed.CallID, "predicates": predicates(failed),
		}}
	case errors.As(err, &unanswered):
		return object{"unanswered": unanswered.Challenge.Kind()}
	case errors.Is(err, context.Canceled):
		return object{"cancelled": true}
	}
	return object{"broken": err.Error()}
}
