package vault

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/1Password/connect-sdk-go/connect"
	"github.com/1Password/connect-sdk-go/onepassword"

	"github.com/itbytes/landfall/fault"
)

// tries is how often an item is tried to be changed: what is to be kept may be a secret that is shown once, so it is not
// given up at the first breakdown. Every try begins by looking, so none makes a second item or writes what stands already.
const tries = 3

// change brings an item to what it should be, in memory. Done again it changes nothing: that is how what was written is
// found to be so, and how a try whose answer was lost is found to be done.
type change func(*onepassword.Item) error

// amend brings the item of a reference to what it should be, made first where it is not there and may be, and reads it back
// to be sure. Without an item there is none.
func (v *Vault) amend(ctx context.Context, r ref, making bool, do change) (*onepassword.Item, error) {
	v.known.forget(r)
	for try, wait := 1, v.pause; ; try, wait = try+1, wait*2 {
		it, err := v.try(ctx, r, making, do)
		if err == nil || try == tries || !passes(err) {
			return it, err
		}
		if after := fault.As(err).After; after > wait {
			wait = min(after, 5*time.Second)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// passes reports whether trying at once may help.
func passes(err error) bool {
	f := fault.As(err)
	return f != nil && (f.Kind == fault.Transient || f.Kind == fault.Throttled || f.Code == moved || f.Code == strconv.Itoa(http.StatusConflict))
}

// try is one try.
func (v *Vault) try(ctx context.Context, r ref, making bool, do change) (*onepassword.Item, error) {
	vault, err := v.vault(ctx, r)
	if err != nil {
		return nil, err
	}
	hits, err := v.namesakes(ctx, vault, r)
	if err != nil {
		return nil, err
	}
	switch {
	case len(hits) == 0 && !making:
		return nil, nil //nolint:nilnil // no item, and nothing wrong
	case len(hits) == 0:
		if hits, err = v.create(ctx, vault, r, do); err != nil {
			return nil, err
		}
	}
	stays, surplus, err := survivor(hits, r)
	if err != nil {
		return nil, err
	}
	it, err := v.write(ctx, vault, stays, truest(hits), r, do) // before anything is removed
	if err != nil {
		return nil, err
	}
	return it, v.remove(ctx, surplus)
}

// create makes the item and lists again: somebody else may have made one meanwhile, and a list may show late what was
// made.
func (v *Vault) create(ctx context.Context, vault string, r ref, do change) ([]onepassword.Item, error) {
	if isUUID(r.item) {
		return nil, badRef(r.String(), "no item has that id, and an item of such a title could not be told from an id")
	}
	item := &onepassword.Item{Title: r.item, Vault: onepassword.ItemVault{ID: vault}, Category: onepassword.ApiCredential, Tags: []string{tag}}
	if err := do(item); err != nil {
		return nil, err
	}
	made, err := ask(ctx, v, "CreateVaultItem", func(c connect.Client) (*onepassword.Item, error) { return c.CreateItem(item, vault) }, secretsOf(item)...)
	if err != nil {
		return nil, err
	}
	hits, err := v.namesakes(ctx, vault, r)
	if err != nil {
		return nil, err
	}
	for _, it := range hits {
		if it.ID == made.ID {
			return hits, nil
		}
	}
	return append(hits, *made), nil
}

// write changes an item: read, change, make sure that nobody changed it meanwhile, replace it whole (the API has no other
// way that the SDK knows), read back and compare. Where a surplus one that Landfall made was written later, its fields are
// the true ones.
func (v *Vault) write(ctx context.Context, vault string, stays, truth onepassword.Item, r ref, do change) (*onepassword.Item, error) {
	it, err := v.item(ctx, vault, stays.ID)
	if err != nil {
		return nil, err
	}
	if it.Category != onepassword.ApiCredential {
		return nil, fault.New(fault.Conflict, "Rename that item, or name another in the plan, then resume.",
			"the item %s is of another category (%s) than API credential and is not changed", r, it.Category)
	}
	read := copied(it)
	if truth.ID != it.ID && slices.Contains(it.Tags, tag) {
		other, err := v.item(ctx, vault, truth.ID)
		if err != nil {
			return nil, err
		}
		it.Sections, it.Fields = other.Sections, other.Fields
	}
	if err := do(it); err != nil || reflect.DeepEqual(it, read) {
		return it, err
	}
	now, err := v.item(ctx, vault, it.ID)
	if err != nil {
		return nil, err
	}
	if now.Version != read.Version {
		return nil, hasMoved(r)
	}
	hide := append(secretsOf(it), secretsOf(now)...)
	if _, err := ask(ctx, v, "UpdateVaultItem", func(c connect.Client) (*onepassword.Item, error) { return c.UpdateItem(it, vault) }, hide...); err != nil {
		return nil, err
	}
	back, err := v.item(ctx, vault, it.ID)
	if err != nil {
		return nil, err
	}
	stood := copied(back)
	if err := do(back); err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(back, stood) {
		return nil, hasMoved(r)
	}
	return back, nil
}

// copied is an item whose sections and fields can be compared with those of the one it was copied from, once that changes.
func copied(it *onepassword.Item) *onepassword.Item {
	out := *it
	out.Sections, out.Fields = slices.Clone(it.Sections), slices.Clone(it.Fields)
	for i, s := range out.Sections {
		same := *s
		out.Sections[i] = &same
	}
	for i, f := range out.Fields {
		same := *f
		out.Fields[i] = &same
	}
	return &out
}

// moved is the code of a conflict with another writer.
const moved = "Changed"

// lookWho is what to do about another writer.
const lookWho = "See who else writes to the item, then resume."

func hasMoved(r ref) error {
	f := fault.New(fault.Conflict, lookWho, "somebody else changed the item %s at the same time", r)
	f.Code = moved
	return f
}
