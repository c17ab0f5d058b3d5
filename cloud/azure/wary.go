package azure

import (
	"context"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/itbytes/landfall/fault"
)

// wary stands before the source of a login's tokens. Told once that the login is locked, it asks no more, for whatever scope:
// each attempt can lengthen the lock. It asks again when somebody has signed in anew, or when it is told to. It implements
// azcore.TokenCredential.
type wary struct {
	source azcore.TokenCredential

	mu      sync.Mutex
	verdict error
	at      [32]byte // the session that the verdict was about
}

// marked is a source that knows by which session it signs in.
type marked interface{ mark() [32]byte }

// GetToken implements azcore.TokenCredential.
func (w *wary) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var now [32]byte
	if m, knows := w.source.(marked); knows {
		now = m.mark()
	}
	if w.verdict != nil && w.at == now {
		return azcore.AccessToken{}, w.verdict
	}
	got, err := w.source.GetToken(ctx, o)
	w.verdict = nil
	if err != nil && fault.KindOf(nameOf(err)) == fault.Locked {
		w.verdict, w.at = err, now
	}
	return got, err
}

// relent lets the login be tried again.
func (w *wary) relent() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.verdict = nil
}
