package flinksgateway

// How to connect, and what is refused before anything is connected.

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Option changes how [Connect] connects.
type Option func(*settings)

type settings struct {
	tls                       *tls.Config
	token                     func(context.Context) (string, error)
	plaintext, beyondLoopback bool
	live, cached              time.Duration
	fault                     error
}

// WithCA trusts these certificate authorities, as PEM, in place of the system's.
func WithCA(pem []byte) Option {
	return func(s *settings) {
		s.tls.RootCAs = x509.NewCertPool()
		if !s.tls.RootCAs.AppendCertsFromPEM(pem) {
			s.fault = errors.New("flinks-gateway: no certificate in the PEM of WithCA")
		}
	}
}

// WithCertificate shows the gateway the client's own certificate (mTLS). Both are PEM.
func WithCertificate(certificate, privateKey []byte) Option {
	return func(s *settings) {
		pair, err := tls.X509KeyPair(certificate, privateKey)
		if err != nil {
			s.fault = fmt.Errorf("flinks-gateway: certificate and private key: %w", err)
		}
		// A function, so that the key is in no field that a printer could reach.
		s.tls.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
}

// WithBearerToken sends authorization: Bearer … with each call.
func WithBearerToken(token string) Option {
	return func(s *settings) {
		WithBearerTokenSource(func(context.Context) (string, error) { return token, nil })(s)
		s.fault = errors.Join(s.fault, usable(token))
	}
}

// WithBearerTokenSource asks for a token before each call, so that tokens can rotate. It is called from as many
// goroutines as there are calls, with the context of the call. An error ends the call before anything is sent, and is
// returned unchanged.
func WithBearerTokenSource(source func(context.Context) (string, error)) Option {
	return func(s *settings) {
		if source == nil || s.token != nil {
			s.fault = errors.New("flinks-gateway: no bearer token, or more than one")
		}
		s.token = source
	}
}

// WithPlaintext uses no TLS. Only a loopback address is accepted: localhost, 127.0.0.0/8 or ::1.
func WithPlaintext() Option { return func(s *settings) { s.plaintext = true } }

// WithDangerouslyAllowPlaintextBeyondLoopback lets [WithPlaintext] reach any address, for a mesh that encrypts on its
// own: without one, bank passwords cross the network in the clear.
func WithDangerouslyAllowPlaintextBeyondLoopback() Option {
	return func(s *settings) { s.beyondLoopback = true }
}

// WithLiveTimeout is the deadline of [Client.Authorize] and [Client.Answer], each, where the context has none. It is
// 250 s otherwise: a little more than the gateway's own limit, so that the gateway is the one to answer.
func WithLiveTimeout(timeout time.Duration) Option { return func(s *settings) { s.live = timeout } }

// WithCachedTimeout is the deadline of [Client.CachedAuthorize] where the context has none. It is 35 s otherwise.
func WithCachedTimeout(timeout time.Duration) Option { return func(s *settings) { s.cached = timeout } }

// check says what contradicts itself.
func (s *settings) check(address string) error {
	host, port, err := net.SplitHostPort(address)
	if _, notNumber := strconv.ParseUint(port, 10, 16); err != nil || notNumber != nil || host == "" || strings.ContainsAny(host, "/?#@% ") {
		return errors.New("flinks-gateway: the address must be host:port")
	}
	switch {
	case s.beyondLoopback && !s.plaintext:
		return errors.New("flinks-gateway: plaintext beyond loopback needs WithPlaintext")
	case s.plaintext && (s.tls.RootCAs != nil || s.tls.GetClientCertificate != nil):
		return errors.New("flinks-gateway: certificates are of no use with WithPlaintext")
	case s.plaintext && !s.beyondLoopback && !loopback(host):
		return fmt.Errorf("flinks-gateway: plaintext to %s, which is not a loopback address", host)
	case s.live <= 0 || s.cached <= 0:
		return errors.New("flinks-gateway: timeouts must be positive")
	}
	return s.fault
}

func loopback(host string) bool {
	ip, _ := netip.ParseAddr(host)
	return ip.IsLoopback() || strings.EqualFold(host, "localhost")
}

// bearer is the token of one call.
type bearer struct{ Secret[string] }

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + b.Reveal()}, nil
}

// RequireTransportSecurity leaves that to [Connect], which has decided it for all that is sent.
func (b bearer) RequireTransportSecurity() bool { return false }

// usable refuses what cannot be sent in a header, without showing it.
func usable(token string) error {
	unprintable := func(r rune) bool { return r <= ' ' || r > '~' }
	if token == "" || strings.ContainsFunc(token, unprintable) {
		return errors.New("flinks-gateway: the bearer token is empty, or has characters that a header cannot hold")
	}
	return nil
}
