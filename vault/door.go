package vault

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// door is how calls of the SDK leave the house. The SDK takes no context, no http client and no time-out: it uses
// http.DefaultClient. So each Vault registers a URL scheme of its own on http.DefaultTransport, and gives the SDK, for
// each call, a host of that scheme which stands for the call. The door sends the request to the real host, with the
// call's context; the token joins it only here, and follows no redirect elsewhere.
type door struct {
	scheme string
	base   *url.URL
	token  plan.Secret
	out    http.RoundTripper

	mu    sync.Mutex
	calls map[string]*call
}

// call is one call of the SDK, and what the server said beside its body.
type call struct {
	ctx    context.Context //nolint:containedctx // the SDK in between takes none
	status int
	header http.Header
}

// newDoor returns a door to host, or what it lacks as a fault.
func newDoor(host string, token plan.Secret) (*door, error) {
	if host == "" {
		return nil, fault.New(fault.Denied, "Set OP_CONNECT_HOST and OP_CONNECT_TOKEN for the worker and start it again, then resume.",
			"this worker knows no 1Password Connect server")
	}
	if token.Empty() {
		return nil, fault.New(fault.SessionExpired, "Set OP_CONNECT_TOKEN for the worker and start it again, then resume.",
			"this worker has no token for 1Password Connect")
	}
	base, err := url.Parse(host)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fault.New(fault.Invalid, "Set OP_CONNECT_HOST to an address such as http://localhost:8080.", "OP_CONNECT_HOST is no http address")
	}
	ground, is := http.DefaultTransport.(*http.Transport)
	if !is {
		return nil, fault.New(fault.Bug, "", "http.DefaultTransport was replaced by a %T: 1Password's SDK cannot be bounded in time", http.DefaultTransport)
	}
	d := &door{scheme: "connect-" + strings.ToLower(rand.Text()), base: base, token: token, out: ground.Clone(), calls: map[string]*call{}}
	ground.RegisterProtocol(d.scheme, d)
	return d, nil
}

// enter gives a call the address under which the SDK is to make it.
func (d *door) enter(c *call) string {
	host := strings.ToLower(rand.Text())
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls[host] = c
	return d.scheme + "://" + host
}

// leave forgets a call.
func (d *door) leave(address string) {
	_, host, _ := strings.Cut(address, "://")
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.calls, host)
}

// RoundTrip implements http.RoundTripper.
func (d *door) RoundTrip(r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	c := d.calls[r.URL.Host]
	d.mu.Unlock()
	if c == nil {
		return nil, fmt.Errorf("no call is waiting for %s %s", r.Method, r.URL.Path)
	}
	sent := r.Clone(c.ctx)
	sent.URL.Scheme, sent.URL.Host, sent.Host = d.base.Scheme, d.base.Host, ""
	sent.URL.Path = strings.TrimSuffix(d.base.Path, "/") + sent.URL.Path
	sent.Header.Set("Authorization", "Bearer "+d.token.Reveal())
	answer, err := d.out.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	c.status, c.header = answer.StatusCode, answer.Header
	return answer, nil
}
