package vault

import (
	"context"
	"sync"
	"time"

	"github.com/1Password/connect-sdk-go/connect"
	"github.com/1Password/connect-sdk-go/onepassword"
)

// An item's ids stay, and its name is looked up by two calls, one of which lists its whole vault. So where a name was unmistakable
// a moment ago a secret is read by the ids alone, one call; what is read is never kept. Whatever writes looks everything up.
const knownFor = time.Minute

// address is where an item is.
type address struct {
	vault, item string
	until       time.Time
}

// addresses are where items were a moment ago, by their references.
type addresses struct {
	mu sync.Mutex
	of map[ref]address
}

func (a *addresses) find(r ref, now time.Time) (address, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, known := a.of[r.ofItem()]
	return at, known && now.Before(at.until)
}

func (a *addresses) keep(r ref, vault, item string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil {
		a.of = map[ref]address{}
	}
	a.of[r.ofItem()] = address{vault: vault, item: item, until: now.Add(knownFor)}
}

func (a *addresses) forget(r ref) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.of, r.ofItem())
}

// ofItem is the item that a reference is of.
func (r ref) ofItem() ref { return ref{vault: r.vault, item: r.item} }

// again reads an item where it was a moment ago. Nil, without an error, means that it has to be looked up: nobody knows where it is,
// or it is there no more or under another name.
func (v *Vault) again(ctx context.Context, r ref) (*onepassword.Item, error) {
	at, known := v.known.find(r, time.Now())
	if !known {
		return nil, nil //nolint:nilnil // not known, and nothing wrong
	}
	it, err := ask(ctx, v, "GetVaultItemById", func(c connect.Client) (*onepassword.Item, error) { return c.GetItemByUUID(at.item, at.vault) })
	switch {
	case missing(err), err == nil && (it.Trashed || it.Title != r.item && it.ID != r.item):
		v.known.forget(r)
		return nil, nil //nolint:nilnil // it is looked up
	}
	return it, err
}
