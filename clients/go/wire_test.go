package flinksgateway_test

// What a peer that is no gateway, or a proxy, must not get to see or to show.

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	flinksgateway "flinks-gateway.example/client"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var proxied atomic.Int32

// The environment's proxies are read once.
func TestMain(m *testing.M) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied.Add(1) }))
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"} {
		_ = os.Setenv(name, proxy.URL)
	}
	os.Exit(m.Run())
}

func TestClearTextGoesThroughNoProxy(t *testing.T) {
	server := serve(t, &gateway{cached: status.Error(codes.PermissionDenied, "not you")})
	// Go's own exception from proxies is for loopback addresses; this is none, and reaches this machine all the same.
	address := fmt.Sprintf("0.0.0.0:%d", server.Port)
	client := connect(t, address, flinksgateway.WithDangerouslyAllowPlaintextBeyondLoopback())
	_, err := client.CachedAuthorize(context.Background(), flinksgateway.CachedAuthorizeRequest{})
	if status.Code(err) != codes.PermissionDenied || proxied.Load() != 0 {
		t.Errorf("got %v, and the proxy got %d requests", err, proxied.Load())
	}
}

func TestAnErrorDoesNotQuoteAPeerThatEchoes(t *testing.T) {
	echo := httptest.NewUnstartedServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		sent, _ := io.ReadAll(request.Body)
		response.Header().Set("Content-Type", "text/html")
		response.WriteHeader(http.StatusBadGateway)
		_, _ = response.Write(sent)
	}))
	echo.Config.Protocols = new(http.Protocols)
	echo.Config.Protocols.SetUnencryptedHTTP2(true)
	echo.Start()
	defer echo.Close()
	client := connect(t, echo.Listener.Addr().String())
	_, err := client.Authorize(context.Background(), flinksgateway.AuthorizeRequest{Subject: flinksgateway.NewLoginID("canary")})
	shown := fmt.Sprintf("%v %#v %v", err, err, status.Convert(err))
	if !strings.Contains(shown, "502") || strings.Contains(shown, "canary") {
		t.Errorf("got %s", shown)
	}
}
