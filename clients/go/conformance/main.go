// Command conformance runs a plan of the conformance suite through the client, and writes what it saw. It judges nothing.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"reflect"
	"strings"
	"time"
	"unicode"

	flinksgateway "flinks-gateway.example/client"
)

type plan struct {
	Servers map[string]struct {
		Address string
		Connect connect
	}
	Cases []struct {
		Name  string
		Steps []step
	}
}

type connect struct {
	Plaintext       bool
	BeyondLoopback  bool    `json:"dangerously_allow_plaintext_beyond_loopback"`
	CA              string  `json:"ca"`
	Certificate     string  `json:"certificate"`
	PrivateKey      string  `json:"private_key"`
	BearerToken     *string `json:"bearer_token"`
	LiveTimeoutMS   *int64  `json:"live_timeout_ms"`
	CachedTimeoutMS *int64  `json:"cached_timeout_ms"`
}

type step struct {
	Call, Server  string
	TimeoutMS     *int64 `json:"timeout_ms"`
	CancelAfterMS *int64 `json:"cancel_after_ms"`
	AnswerAfterMS int64  `json:"answer_after_ms"`
	Request       struct {
		Institution, Username, Password, Language, Tag, Instance string

		LoginID          *string `json:"login_id"`
		Save             *bool
		ScheduleRefresh  bool `json:"schedule_refresh"`
		WithMFAQuestions bool `json:"with_mfa_questions"`
	}
	Answers      []answer
	Continuation *string
	Rounds       [][]answer
	ByKind       map[string]answer `json:"by_kind"`
}

type answer struct {
	ChallengeID      string `json:"challenge_id"`
	Text, Choice     *string
	Choices          *[]string
	ImageIndex       *int                             `json:"image_index"`
	SelectedQuestion *struct{ Question, Text string } `json:"selected_question"`
	CodeDelivery     *struct {
		PhoneNumber string `json:"phone_number"`
		Method      string
	} `json:"code_delivery"`
	Raw *struct {
		Key    string
		Values []string
	}
}

type object = map[string]any

// What a case remembers.
type memory struct {
	continuation *flinksgateway.Secret[string]
	loginID      *flinksgateway.LoginID
}

type runner struct {
	plan    plan
	clients map[string]*flinksgateway.Client
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	run := runner{clients: map[string]*flinksgateway.Client{}}
	if err := json.Unmarshal(text, &run.plan); err != nil {
		log.Fatal(err)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for _, one := range run.plan.Cases {
		results, kept := []object{}, &memory{}
		for _, step := range one.Steps {
			results = append(results, run.step(step, kept))
		}
		if err := out.Encode(object{"case": one.Name, "steps": results}); err != nil {
			log.Fatal(err)
		}
	}
}

func (r *runner) step(step step, kept *memory) (result object) {
	var values []any
	defer func() {
		if fault := recover(); fault != nil {
			result = object{"broken": fmt.Sprint(fault)}
		}
		result["printed"] = printed(values...)
	}()
	client, err := r.client(step.Server)
	if err != nil {
		values = append(values, err, r.plan.Servers[step.Server].Connect.options())
		return object{"refused": err.Error()}
	}
	values = append(values, client)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if step.TimeoutMS != nil {
		ctx, cancel = context.WithTimeout(ctx, milliseconds(*step.TimeoutMS))
		defer cancel()
	}
	if step.CancelAfterMS != nil {
		defer time.AfterFunc(milliseconds(*step.CancelAfterMS), cancel).Stop()
	}

	var outcome any
	saw := []object{}
	switch step.Call {
	case "connect":
		return object{"connected": true}
	case "authorize":
		request := authorizeRequest(step, kept)
		values = append(values, request, &request, request.Subject, request.Tag)
		outcome, err = client.Authorize(ctx, request)
	case "cached_authorize":
		request := flinksgateway.CachedAuthorizeRequest{
			LoginID:  loginID(*step.Request.LoginID, kept),
			Tag:      flinksgateway.NewSecret(step.Request.Tag),
			Instance: step.Request.Instance,
		}
		values = append(values, request, &request, request.LoginID)
		outcome, err = client.CachedAuthorize(ctx, request)
	case "answer":
		if step.Continuation != nil {
			continuation := flinksgateway.NewSecret(*step.Continuation)
			kept.continuation = &continuation
		}
		if kept.continuation == nil {
			return object{"broken": "there was no round"}
		}
		answers := answersOf(step.Answers)
		values = append(values, answers, kept.continuation)
		outcome, err = client.Answer(ctx, *kept.continuation, answers...)
	case "sign_in":
		request := authorizeRequest(step, kept)
		values = append(values, request, request.Subject)
		outcome, err = client.SignIn(ctx, request, func(ctx context.Context, round *flinksgateway.ChallengeRound) ([]flinksgateway.Answer, error) {
			saw = append(saw, roundObject(round))
			values = append(values, parts(round)...)
			select {
			case <-time.After(milliseconds(step.AnswerAfterMS)):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			if step.ByKind != nil {
				return byKind(step.ByKind).Answer(ctx, round)
			}
			if len(saw) > len(step.Rounds) {
				return nil, errors.New("more rounds than answers")
			}
			answers := answersOf(step.Rounds[len(saw)-1])
			values = append(values, answers)
			return answers, nil
		})
	default:
		return object{"broken": "no such call: " + step.Call}
	}
	if err != nil {
		values = append(values, err)
		result = failure(err)
	} else {
		values = append(values, parts(outcome)...)
		result = outcomeObject(outcome, kept)
	}
	if step.Call == "sign_in" {
		result["saw"] = saw
	}
	return result
}

func (r *runner) client(name string) (*flinksgateway.Client, error) {
	if client := r.clients[name]; client != nil {
		return client, nil
	}
	server := r.plan.Servers[name]
	client, err := flinksgateway.Connect(server.Address, server.Connect.options()...)
	if err == nil {
		r.clients[name] = client
	}
	return client, err
}

func (c connect) options() (options []flinksgateway.Option) {
	if c.Plaintext {
		options = append(options, flinksgateway.WithPlaintext())
	}
	if c.BeyondLoopback {
		options = append(options, flinksgateway.WithDangerouslyAllowPlaintextBeyondLoopback())
	}
	if c.CA != "" {
		options = append(options, flinksgateway.WithCA(file(c.CA)))
	}
	if c.Certificate != "" || c.PrivateKey != "" {
		options = append(options, flinksgateway.WithCertificate(file(c.Certificate), file(c.PrivateKey)))
	}
	if c.BearerToken != nil {
		options = append(options, flinksgateway.WithBearerToken(*c.BearerToken))
	}
	if c.LiveTimeoutMS != nil {
		options = append(options, flinksgateway.WithLiveTimeout(milliseconds(*c.LiveTimeoutMS)))
	}
	if c.CachedTimeoutMS != nil {
		options = append(options, flinksgateway.WithCachedTimeout(milliseconds(*c.CachedTimeoutMS)))
	}
	return options
}

func file(path string) []byte {
	if path == "" {
		return nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return content
}

func authorizeRequest(step step, kept *memory) flinksgateway.AuthorizeRequest {
	given := step.Request
	request := flinksgateway.AuthorizeRequest{
		Subject: flinksgateway.Credentials{
			Institution: given.Institution,
			Username:    flinksgateway.NewSecret(given.Username),
			Password:    flinksgateway.NewSecret(given.Password),
		},
		Language:         map[string]flinksgateway.Language{"EN": flinksgateway.LanguageEn, "FR": flinksgateway.LanguageFr}[given.Language],
		Tag:              flinksgateway.NewSecret(given.Tag),
		ScheduleRefresh:  given.ScheduleRefresh,
		WithMFAQuestions: given.WithMFAQuestions,
		Instance:         given.Instance,
	}
	if given.LoginID != nil {
		request.Subject = loginID(*given.LoginID, kept)
	}
	if given.Save != nil {
		request.Save = map[bool]flinksgateway.Save{true: flinksgateway.SaveLogin, false: flinksgateway.SaveNothing}[*given.Save]
	}
	return request
}

func loginID(id string, kept *memory) flinksgateway.LoginID {
	if id == "$login_id" {
		return *kept.loginID
	}
	return flinksgateway.NewLoginID(id)
}

func answersOf(given []answer) []flinksgateway.Answer {
	answers := make([]flinksgateway.Answer, 0, len(given))
	for _, one := range given {
		answers = append(answers, one.to(one.ChallengeID))
	}
	return answers
}

func (a answer) to(id string) flinksgateway.Answer {
	switch {
	case a.Text != nil:
		return flinksgateway.AnswerText(id, *a.Text)
	case a.SelectedQuestion != nil:
		return flinksgateway.AnswerSelectedQuestion(id, a.SelectedQuestion.Question, a.SelectedQuestion.Text)
	case a.Choice != nil:
		return flinksgateway.AnswerChoice(id, *a.Choice)
	case a.Choices != nil:
		return flinksgateway.AnswerChoices(id, *a.Choices...)
	case a.ImageIndex != nil:
		return flinksgateway.AnswerImageIndex(id, *a.ImageIndex)
	case a.CodeDelivery != nil:
		method := map[string]flinksgateway.DeliveryMethod{
			"TEXT": flinksgateway.DeliveryMethodText, "CALL": flinksgateway.DeliveryMethodCall,
		}[a.CodeDelivery.Method]
		return flinksgateway.AnswerCodeDelivery(id, a.CodeDelivery.PhoneNumber, method)
	case a.Raw != nil:
		return flinksgateway.AnswerRaw(id, a.Raw.Key, a.Raw.Values...)
	}
	panic("an answer of no kind")
}

func byKind(given map[string]answer) (kinds flinksgateway.ByKind) {
	kinds.QuestionAndAnswer = function[*flinksgateway.QuestionAndAnswer](given, "question_and_answer")
	kinds.QuestionSelection = function[*flinksgateway.QuestionSelection](given, "question_selection")
	kinds.MultipleChoice = function[*flinksgateway.MultipleChoice](given, "multiple_choice")
	kinds.MultipleSelection = function[*flinksgateway.MultipleSelection](given, "multiple_selection")
	kinds.ImageSelection = function[*flinksgateway.ImageSelection](given, "image_selection")
	kinds.TextOrCall = function[*flinksgateway.TextOrCall](given, "text_or_call")
	kinds.Unrecognized = function[*flinksgateway.UnrecognizedChallenge](given, "unrecognized")
	return kinds
}

func function[T flinksgateway.Challenge](given map[string]answer, kind string) func(context.Context, T) (flinksgateway.Answer, error) {
	one, ok := given[kind]
	if !ok {
		return nil
	}
	return func(_ context.Context, asked T) (flinksgateway.Answer, error) { return one.to(asked.Head().ID), nil }
}

func milliseconds(count int64) time.Duration { return time.Duration(count) * time.Millisecond }

// predicates asks every method of an error whose name begins with Is.
func predicates(failure *flinksgateway.GatewayError) []string {
	found := []string{}
	value := reflect.ValueOf(failure)
	for i := range value.NumMethod() {
		name := value.Type().Method(i).Name
		ask, ok := value.Method(i).Interface().(func() bool)
		if !ok || !strings.HasPrefix(name, "Is") || !ask() {
			continue
		}
		var snake strings.Builder
		for at, letter := range name {
			if unicode.IsUpper(letter) && at > 0 {
				snake.WriteByte('_')
			}
			snake.WriteRune(unicode.ToLower(letter))
		}
		found = append(found, snake.String())
	}
	return found
}
