package flinksgateway_test

// What the conformance suite cannot see: over real sockets, against a gateway that only these tests have.

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	flinksgateway "flinks-gateway.example/client"
	gatewayv1 "flinks-gateway.example/client/flinks/gateway/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// gateway asks one question that expires at once, and keeps the tokens that it saw.
type gateway struct {
	gatewayv1.UnimplementedAuthorizationServiceServer
	lifetime time.Duration
	cached   error
	answers  atomic.Int32
	tokens   sync.Map
}

func (g *gateway) Authorize(context.Context, *gatewayv1.AuthorizeRequest) (*gatewayv1.AuthorizeResponse, error) {
	return &gatewayv1.AuthorizeResponse{Outcome: &gatewayv1.AuthorizeResponse_ChallengeRound{
		ChallengeRound: &gatewayv1.ChallengeRound{
			Continuation: "sealed",
			RequestId:    "006fd2f3-055b-4ef6-a9fc-c1261cd76ec6",
			ExpireTime:   timestamppb.New(time.Now().Add(g.lifetime)),
			Challenges: []*gatewayv1.Challenge{{Id: "1", Kind: &gatewayv1.Challenge_QuestionAndAnswer{
				QuestionAndAnswer: &gatewayv1.QuestionAndAnswer{},
			}}},
		},
	}}, nil
}

func (g *gateway) AnswerChallenges(context.Context, *gatewayv1.AnswerChallengesRequest) (*gatewayv1.AnswerChallengesResponse, error) {
	g.answers.Add(1)
	return nil, status.Error(codes.Internal, "not here")
}

func (g *gateway) CachedAuthorize(ctx context.Context, _ *gatewayv1.CachedAuthorizeRequest) (*gatewayv1.CachedAuthorizeResponse, error) {
	incoming, _ := metadata.FromIncomingContext(ctx)
	for _, token := range incoming.Get("authorization") {
		g.tokens.Store(token, true)
	}
	return nil, g.cached
}

func serve(t *testing.T, served *gateway) *net.TCPAddr {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	gatewayv1.RegisterAuthorizationServiceServer(server, served)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().(*net.TCPAddr)
}

func start(t *testing.T, served *gateway, options ...flinksgateway.Option) *flinksgateway.Client {
	t.Helper()
	return connect(t, serve(t, served).String(), options...)
}

func connect(t *testing.T, address string, options ...flinksgateway.Option) *flinksgateway.Client {
	t.Helper()
	client, err := flinksgateway.Connect(address, append(options, flinksgateway.WithPlaintext())...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestAnAnswererIsInterruptedWhenTheRoundExpires(t *testing.T) {
	served := &gateway{lifetime: 100 * time.Millisecond}
	client := start(t, served)
	answerers := map[string]flinksgateway.Answerer{
		"that listens": func(ctx context.Context, _ *flinksgateway.ChallengeRound) ([]flinksgateway.Answer, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
		"that answers all the same": func(ctx context.Context, _ *flinksgateway.ChallengeRound) ([]flinksgateway.Answer, error) {
			<-ctx.Done()
			return []flinksgateway.Answer{flinksgateway.AnswerText("1", "Montreal")}, nil
		},
	}
	for name, answerer := range answerers {
		t.Run(name, func(t *testing.T) {
			_, err := client.SignIn(context.Background(), flinksgateway.AuthorizeRequest{}, answerer)
			var failure *flinksgateway.GatewayError
			if !errors.As(err, &failure) || !failure.IsSessionExpired() || failure.Code != codes.NotFound {
				t.Errorf("got %v", err)
			}
			if status.Code(err) != codes.NotFound {
				t.Errorf("the status is %v", status.Code(err))
			}
		})
	}
	if sent := served.answers.Load(); sent != 0 {
		t.Errorf("%d answers were sent", sent)
	}
}

func TestWhatTheAnswererFailsWithIsReturnedUnchanged(t *testing.T) {
	client := start(t, &gateway{lifetime: time.Minute})
	gone := errors.New("the customer hung up")
	_, err := client.SignIn(context.Background(), flinksgateway.AuthorizeRequest{},
		func(context.Context, *flinksgateway.ChallengeRound) ([]flinksgateway.Answer, error) { return nil, gone })
	if err != gone {
		t.Errorf("got %v", err)
	}
}

func TestATokenIsAskedForBeforeEachOfManyCalls(t *testing.T) {
	var asked atomic.Int32
	served := &gateway{cached: status.Error(codes.PermissionDenied, "not you")}
	client := start(t, served, flinksgateway.WithBearerTokenSource(func(context.Context) (string, error) {
		return fmt.Sprintf("token-%d", asked.Add(1)), nil
	}))
	var calls sync.WaitGroup
	for range 20 {
		calls.Add(1)
		go func() {
			defer calls.Done()
			_, err := client.CachedAuthorize(context.Background(), flinksgateway.CachedAuthorizeRequest{})
			if status.Code(err) != codes.PermissionDenied {
				t.Errorf("got %v", err)
			}
		}()
	}
	calls.Wait()
	for number := range 20 {
		if _, seen := served.tokens.Load(fmt.Sprintf("Bearer token-%d", number+1)); !seen {
			t.Errorf("token %d was not sent", number+1)
		}
	}
}

func TestTheMessageIsTheGatewaysAfterRetriesToo(t *testing.T) {
	client := start(t, &gateway{cached: status.Error(codes.Unavailable, "not now")})
	_, err := client.CachedAuthorize(context.Background(), flinksgateway.CachedAuthorizeRequest{})
	var failure *flinksgateway.GatewayError
	if !errors.As(err, &failure) || failure.Message != "not now" || !failure.Retryable {
		t.Errorf("got %v", err)
	}
}

func TestWithoutATokenNothingIsSent(t *testing.T) {
	served, locked := &gateway{}, errors.New("the vault is locked")
	client := start(t, served, flinksgateway.WithBearerTokenSource(func(context.Context) (string, error) { return "", locked }))
	_, err := client.Answer(context.Background(), flinksgateway.NewSecret("sealed"))
	if err != locked || served.answers.Load() != 0 {
		t.Errorf("got %v, and %d answers were sent", err, served.answers.Load())
	}
}

func TestCancellationAndDeadlinesAreThoseOfContext(t *testing.T) {
	client := start(t, &gateway{})
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	for want, ctx := range map[error]context.Context{context.Canceled: cancelled, context.DeadlineExceeded: late} {
		if _, err := client.Authorize(ctx, flinksgateway.AuthorizeRequest{}); !errors.Is(err, want) {
			t.Errorf("got %v in place of %v", err, want)
		}
	}
}

func TestASecretIsNotPrintedFromAnUnexportedField(t *testing.T) {
	type customer struct {
		credentials flinksgateway.Credentials
		pointer     *flinksgateway.Credentials
		answer      flinksgateway.Answer
		login       flinksgateway.LoginID
	}
	credentials := flinksgateway.Credentials{
		Username: flinksgateway.NewSecret("canary"),
		Password: flinksgateway.NewSecret("canary"),
	}
	value := customer{credentials, &credentials, flinksgateway.AnswerText("1", "canary"), flinksgateway.NewLoginID("canary")}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		for _, shown := range []string{fmt.Sprintf(verb, value), fmt.Sprintf(verb, &value)} {
			if strings.Contains(shown, "canary") || strings.Contains(shown, fmt.Sprintf("%x", "canary")) {
				t.Errorf("%s shows %s", verb, shown)
			}
		}
	}
}

func TestSecretsAndAnswersCompare(t *testing.T) {
	if !flinksgateway.NewSecret([]string{"a"}).Equal(flinksgateway.NewSecret([]string{"a"})) {
		t.Error("equal secrets differ")
	}
	if !flinksgateway.AnswerText("1", "a").Equal(flinksgateway.AnswerText("1", "a")) {
		t.Error("equal answers differ")
	}
	if flinksgateway.AnswerText("1", "a").Equal(flinksgateway.AnswerText("1", "b")) {
		t.Error("different answers are equal")
	}
}
