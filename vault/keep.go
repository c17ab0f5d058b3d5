package vault

import (
	"context"
	"time"

	"github.com/1Password/connect-sdk-go/connect"
	"github.com/1Password/connect-sdk-go/onepassword"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// tries is how often Keep tries: what it holds may be a secret that is shown once, so it does not give up at the first
// breakdown. Every try begins by looking, so none makes a second item or writes what stands already.
const tries = 3

// Keep makes the item, or replaces the named fields of the one that is there, and reads it back to be sure. Fields it does
// not name stay as they are; where all are as wanted it writes nothing.
func (v *Vault) Keep(ctx context.Context, reference string, f plan.ItemFields) (plan.Item, error) {
	r, err := parse(reference)
	if err != nil {
		return plan.Item{}, err
	}
	if err := check(r, f); err != nil {
		return plan.Item{}, err
	}
	for try, wait := 1, 200*time.Millisecond; ; try, wait = try+1, wait*2 {
		it, err := v.keep(ctx, r, f)
		if err == nil {
			return described(it), nil
		}
		if try == tries || !passes(err) {
			return plan.Item{}, err
		}
		if after := fault.As(err).After; after > wait {
			wait = min(after, 5*time.Second)
		}
		select {
		case <-ctx.Done():
			return plan.Item{}, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// passes reports whether trying at once may help.
func passes(err error) bool {
	f := fault.As(err)
	return f != nil && (f.Kind == fault.Transient || f.Kind == fault.Throttled || f.Code == moved)
}

// keep is one try.
func (v *Vault) keep(ctx context.Context, r ref, f plan.ItemFields) (*onepassword.Item, error) {
	vault, err := v.vault(ctx, r)
	if err != nil {
		return nil, err
	}
	hits, err := v.namesakes(ctx, vault, r)
	if err != nil {
		return nil, err
	}
	if len(hits) == 0 {
		if hits, err = v.create(ctx, vault, r, f); err != nil {
			return nil, err
		}
	}
	stays, surplus, err := survivor(hits, r)
	if err != nil {
		return nil, err
	}
	it, err := v.write(ctx, vault, stays.ID, r, f) // before anything is removed
	if err != nil {
		return nil, err
	}
	return it, v.remove(ctx, surplus)
}

// create makes the item and lists again: somebody else may have made one meanwhile, and a list may show late what was
// made.
func (v *Vault) create(ctx context.Context, vault string, r ref, f plan.ItemFields) ([]onepassword.Item, error) {
	if isUUID(r.item) {
		return nil, badRef(r.String(), "no item has that id, and an item of such a title could not be told from an id")
	}
	item := &onepassword.Item{Title: r.item, Vault: onepassword.ItemVault{ID: vault}, Category: onepassword.ApiCredential, Tags: []string{tag}}
	if _, err := overlay(item, r, f); err != nil {
		return nil, err
	}
	made, err := ask(ctx, v, "CreateVaultItem", func(c connect.Client) (*onepassword.Item, error) { return c.CreateItem(item, vault) }, secrets(f)...)
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

// write puts the fields into an item: read, change, make sure that nobody changed it meanwhile, replace it whole (the API
// has no other way that the SDK knows), read back and compare.
func (v *Vault) write(ctx context.Context, vault, id string, r ref, f plan.ItemFields) (*onepassword.Item, error) {
	it, err := v.item(ctx, vault, id)
	if err != nil {
		return nil, err
	}
	if it.Category != onepassword.ApiCredential {
		return nil, fault.New(fault.Conflict, "Rename that item, or name another in the plan, then resume.",
			"the item %s is of another category (%s) than API credential and is not changed", r, it.Category)
	}
	read := it.Version
	changed, err := overlay(it, r, f)
	if err != nil || !changed {
		return it, err
	}
	now, err := v.item(ctx, vault, id)
	if err != nil {
		return nil, err
	}
	if now.Version != read {
		return nil, hasMoved(r)
	}
	if _, err := ask(ctx, v, "UpdateVaultItem", func(c connect.Client) (*onepassword.Item, error) { return c.UpdateItem(it, vault) }, secrets(f)...); err != nil {
		return nil, err
	}
	back, err := v.item(ctx, vault, id)
	if err != nil {
		return nil, err
	}
	differs, err := overlay(back, r, f)
	if err == nil && differs {
		err = hasMoved(r)
	}
	return back, err
}

// moved is the code of a conflict with another writer.
const moved = "Changed"

func hasMoved(r ref) error {
	f := fault.New(fault.Conflict, "See who else writes to the item, then resume.", "somebody else changed the item %s at the same time", r)
	f.Code = moved
	return f
}
