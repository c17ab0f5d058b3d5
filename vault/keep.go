package vault

import (
	"context"

	"github.com/1Password/connect-sdk-go/onepassword"

	"github.com/itbytes/landfall/plan"
)

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
	it, err := v.amend(ctx, r, true, func(it *onepassword.Item) error { return overlay(it, r, f) })
	if err != nil {
		return plan.Item{}, err
	}
	return described(it), nil
}
