// Package webhook tells people's own systems of a run: it sends a notice as JSON to the address that the plan names, signed
// by the Standard Webhooks scheme (standardwebhooks.com), so that whoever receives it can tell that it is ours, whole, new,
// and not heard before.
//
// The secret is read at the moment of use; no error of this package holds it, or more of the address than its host.
package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Field is the field of the vault's item that holds the signing secret, whsec_ and at least 24 bytes in base64.
const Field = "signing secret"

// Keeper is the vault that the signing secret is in.
type Keeper interface {
	// Reveal reads one secret field of an op:// item.
	Reveal(ctx context.Context, ref, field string) (plan.Secret, error)
}

// Options say where secrets are and how notices leave the house.
type Options struct {
	Keeper    Keeper
	Transport http.RoundTripper // default http.DefaultTransport
	Timeout   time.Duration     // of one attempt; default 10 s
}

// Hook tells notices. Its methods may be called from many goroutines.
type Hook struct {
	keeper Keeper
	client *http.Client
}

// New returns a Hook. It calls nothing.
func New(o Options) *Hook {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	return &Hook{keeper: o.Keeper, client: &http.Client{
		Transport: o.Transport, Timeout: o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Tell tells a notice once more: it is sent under the notice's own id, so that a receiver who has heard it already knows.
// An error carries a *fault.Fault.
func (h *Hook) Tell(ctx context.Context, to plan.Notify, n plan.Notice) error {
	at, err := address(to.Webhook)
	if err != nil {
		return err
	}
	body, err := json.Marshal(n)
	if err != nil {
		return &fault.Fault{Kind: fault.Bug, Service: service, Message: "the notice cannot be written as JSON: " + err.Error(), Hint: "Report it with the run's id.", Err: err}
	}
	secret, err := h.secret(ctx, to.Key)
	if err != nil {
		return err
	}
	call, err := signed(ctx, at, secret, n.ID, body, time.Now())
	if err != nil {
		return err
	}
	answer, err := h.client.Do(call)
	if err != nil {
		return unreached(ctx, at.Hostname(), err)
	}
	defer answer.Body.Close()
	return refused(at.Hostname(), answer, secret)
}

// signed is the request that tells a notice.
func signed(ctx context.Context, at *url.URL, secret plan.Secret, id string, body []byte, now time.Time) (*http.Request, error) {
	key, err := key(secret)
	if err != nil {
		return nil, err
	}
	signature, err := key.Sign(id, now, body)
	if err != nil {
		return nil, &fault.Fault{Kind: fault.Bug, Service: service, Message: "the notice cannot be signed", Hint: "Report it with the run's id."}
	}
	call, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), bytes.NewReader(body))
	if err != nil {
		return nil, badAddress("it is not an address that can be called")
	}
	call.Header.Set("Content-Type", "application/json")
	call.Header.Set("User-Agent", "landfall")
	call.Header.Set(standardwebhooks.HeaderWebhookID, id)
	call.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	call.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return call, nil
}

// address reads where notices go: over TLS, or to this machine.
func address(text string) (*url.URL, error) {
	at, err := url.Parse(text)
	switch {
	case err != nil || at.Hostname() == "":
		return nil, badAddress("it is not an address")
	case at.User != nil:
		return nil, badAddress("it holds a password")
	case at.Scheme != "https" && (at.Scheme != "http" || !loopback(at.Hostname())):
		return nil, badAddress("it is neither https nor on this machine")
	}
	return at, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
