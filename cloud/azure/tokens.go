package azure

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// tokens keeps one login's access tokens in memory until five minutes before they end, so that a hundred steps ask for one.
// It implements azcore.TokenCredential.
type tokens struct {
	source *wary

	mu   sync.Mutex
	kept map[string]*token
}

// token is the token of one scope. Its lock makes those who need it at the same time wait for a single redemption.
type token struct {
	mu sync.Mutex
	azcore.AccessToken
}

// GetToken implements azcore.TokenCredential.
func (k *tokens) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	k.mu.Lock()
	name := strings.Join(o.Scopes, " ")
	t := k.kept[name]
	if t == nil {
		t = &token{}
		k.kept[name] = t
	}
	k.mu.Unlock()

	t.mu.Lock()
	defer t.mu.Unlock()
	if o.Claims == "" && time.Until(t.ExpiresOn) > 5*time.Minute {
		return t.AccessToken, nil
	}
	got, err := k.source.GetToken(ctx, o)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	t.AccessToken = got
	return got, nil
}

// forget drops the tokens: somebody did not accept one, and another sign-in may have made better ones.
func (k *tokens) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = map[string]*token{}
}
