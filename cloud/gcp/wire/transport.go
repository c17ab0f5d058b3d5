package wire

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"cloud.google.com/go/auth"
	"github.com/googleapis/gax-go/v2/callctx"

	"github.com/itbytes/landfall/cloud/step"
)

// transport signs calls with a login's token and counts them for the step they belong to. Token calls are not counted.
type transport struct {
	login *login
	base  http.RoundTripper

	next  atomic.Int64
	calls sync.Map // by header: the contexts of calls under way that the SDK drops
}

// ticket is the header by which a call finds its context again. It never leaves this process.
const ticket = "X-Landfall-Call"

// carry makes a context reach the transport. The SDK's list iterators build their requests without one, so that neither
// cancelling nor counting would reach them; what they do copy is the context's headers.
func (t *transport) carry(ctx context.Context) (context.Context, func()) {
	id := strconv.FormatInt(t.next.Add(1), 10)
	t.calls.Store(id, ctx)
	return callctx.SetHeaders(ctx, ticket, id), func() { t.calls.Delete(id) }
}

// RoundTrip implements http.RoundTripper. A refused token is replaced and the call sent once more: a 401 did nothing.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = t.recall(r)
	tok, project, err := t.login.token(r.Context())
	if err != nil {
		shut(r.Body)
		return nil, err
	}
	resp, err := t.send(r, tok, project)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || (r.Body != nil && r.GetBody == nil) {
		return resp, err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection can be used again
	shut(resp.Body)
	t.login.spoil(tok)
	if tok, project, err = t.login.token(r.Context()); err != nil {
		return nil, err
	}
	if r.GetBody != nil {
		if r.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
	}
	return t.send(r, tok, project)
}

func (t *transport) send(r *http.Request, tok *auth.Token, project string) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.Header.Set("Authorization", "Bearer "+tok.Value)
	if project != "" {
		out.Header.Set("X-Goog-User-Project", project)
	}
	if agent := step.Agent(r.Context()); agent != "" {
		out.Header.Set("User-Agent", strings.TrimSpace(out.Header.Get("User-Agent")+" "+agent))
	}
	step.Count(r.Context(), writes(r))
	return t.base.RoundTrip(out)
}

// recall gives a request the context of the call it belongs to, and a header map of its own.
func (t *transport) recall(r *http.Request) *http.Request {
	ctx := r.Context()
	if ids := r.Header.Values(ticket); len(ids) > 0 {
		if kept, ok := t.calls.Load(ids[len(ids)-1]); ok {
			ctx, _ = kept.(context.Context)
		}
	}
	r = r.Clone(ctx)
	r.Header.Del(ticket)
	return r
}

// writes reports whether a call may change anything: all but GET and the POSTs that only ask.
func writes(r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return false
	}
	for _, asks := range []string{":search", ":list", ":getIamPolicy", ":testIamPermissions", ":batchGet", ":generateIdToken"} {
		if strings.HasSuffix(r.URL.Path, asks) {
			return false
		}
	}
	return true
}

func shut(c io.Closer) {
	if c != nil {
		_ = c.Close() // it was only read
	}
}
