package flinksgateway

// The connection, and the calls.

import (
	"context"
	"crypto/tls"
	_ "embed"
	"fmt"
	"time"

	gatewayv1 "flinks-gateway.example/client/flinks/gateway/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// What is retried, and how: nothing but CachedAuthorize.
//
//go:embed service_config.json
var serviceConfig string

// Client calls one gateway. It is safe for use by many goroutines at once, and meant to be kept: calls share its
// connection, which is made when it is first needed, and again when it was lost.
//
// A call without a deadline in its context has the client's. Cancelling the context reaches the gateway, which drops
// its request to Flinks.
type Client struct {
	address    string
	settings   settings
	connection *grpc.ClientConn
	stub       gatewayv1.AuthorizationServiceClient
}

// Connect makes a client of the gateway at an address, host:port. Without options it uses TLS and trusts the system's
// certificate authorities. It does not wait for a connection: an error is one of the arguments.
func Connect(address string, options ...Option) (*Client, error) {
	settings := settings{tls: &tls.Config{MinVersion: tls.VersionTLS12}, live: 250 * time.Second, cached: 35 * time.Second}
	for _, option := range options {
		option(&settings)
	}
	if err := settings.check(address); err != nil {
		return nil, err
	}
	dial := []grpc.DialOption{
		grpc.WithTransportCredentials(credentials.NewTLS(settings.tls)),
		grpc.WithUserAgent("flinks-gateway-go/" + Version),
		grpc.WithDefaultServiceConfig(serviceConfig),
		// Nor may DNS bring another.
		grpc.WithDisableServiceConfig(),
		// A bank may take minutes, and what is on the way may drop a connection that is silent so long.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: time.Minute, Timeout: 20 * time.Second}),
		// Rounds may carry images.
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(32 << 20)),
	}
	if settings.plaintext {
		// What is allowed in the clear goes straight to where it was allowed to go.
		dial = append(dial, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy())
	}
	connection, err := grpc.NewClient("dns:///"+address, dial...)
	if err != nil {
		return nil, fmt.Errorf("flinks-gateway: %w", err)
	}
	return &Client{address, settings, connection, gatewayv1.NewAuthorizationServiceClient(connection)}, nil
}

// Close ends the connection, and the calls that are under way.
func (c *Client) Close() error { return c.connection.Close() }

// String shows where the client connects to.
func (c *Client) String() string { return fmt.Sprintf("flinksgateway.Client(%s)", c.address) }

// Authorize signs a customer in at their bank now, with credentials or by refreshing a saved login. The bank is asked
// at most once. It takes from seconds to minutes, as banks do.
//
// It fails with a [*GatewayError]. Unless that is Retryable, calling again is a new attempt at the bank.
func (c *Client) Authorize(ctx context.Context, request AuthorizeRequest) (Outcome, error) {
	return call(ctx, c, c.settings.live, false, c.stub.Authorize, request.message(), newOutcome)
}

// Answer answers the challenges of a round, one answer for each, and goes on with the sign-in. The continuation may
// come from another process. The outcome may be another round.
//
// It fails with a [*GatewayError]. After INVALID_REQUEST nothing was sent, and the same round can be answered again;
// otherwise do what its NextStep says, for the bank counts wrong answers.
func (c *Client) Answer(ctx context.Context, continuation Secret[string], answers ...Answer) (Outcome, error) {
	message := &gatewayv1.AnswerChallengesRequest{
		Continuation: continuation.Reveal(),
		Answers:      each(answers, func(answer Answer) *gatewayv1.ChallengeAnswer { return answer.message.Reveal() }),
	}
	return call(ctx, c, c.settings.live, false, c.stub.AnswerChallenges, message, newOutcome)
}

// CachedAuthorize reopens a saved login from Flinks' cache. The bank does not notice, so that calling again is safe at
// any time; when the gateway is not reached, this is repeated a few times by itself.
//
// It fails with a [*GatewayError]; with [GatewayError.IsLiveSignInRequired] go on with [Client.Authorize].
func (c *Client) CachedAuthorize(ctx context.Context, request CachedAuthorizeRequest) (FinalOutcome, error) {
	return call(ctx, c, c.settings.cached, true, c.stub.CachedAuthorize, request.message(), newFinalOutcome)
}

// call makes one call, with a deadline and a token, and reads how it went.
func call[Request, Response any, Result comparable](
	ctx context.Context, c *Client, timeout time.Duration, cached bool,
	method func(context.Context, Request, ...grpc.CallOption) (Response, error),
	request Request, read func(Response) Result,
) (Result, error) {
	var none Result
	timed := ctx
	if _, own := ctx.Deadline(); !own {
		limited, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		timed = limited
	}
	var header, trailer metadata.MD
	options := []grpc.CallOption{grpc.Header(&header), grpc.Trailer(&trailer)}
	if c.settings.token != nil {
		token, err := c.settings.token(timed)
		if err == nil {
			err = usable(token)
		}
		if err != nil {
			return none, err
		}
		options = append(options, grpc.PerRPCCredentials(bearer{NewSecret(token)}))
	}
	response, err := method(timed, request, options...)
	if err == nil {
		if result := read(response); result != none {
			return result, nil
		}
		err = status.Error(codes.Unknown, "the gateway answered with an outcome that this client does not know")
	}
	var callID string
	// An error without a body has its headers in the trailer.
	if ids := metadata.Join(header, trailer).Get("x-request-id"); len(ids) > 0 {
		callID = ids[0]
	}
	return none, newError(ctx, err, cached, callID)
}
