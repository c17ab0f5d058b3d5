package vault

import (
	"cmp"
	"context"
	"slices"

	"github.com/1Password/connect-sdk-go/connect"
	"github.com/1Password/connect-sdk-go/onepassword"

	"github.com/itbytes/landfall/fault"
)

// older orders items by age, and those of one moment by id, so that every writer comes to the same order.
func older(a, b onepassword.Item) int {
	if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
		return c
	}
	return cmp.Compare(a.ID, b.ID)
}

// survivor divides items of one title, the oldest first, into the one that stays and those that Landfall made beside it:
// a create whose answer was lost, and the one made after it. It refuses where another's item is among the rest.
func survivor(hits []onepassword.Item, r ref) (onepassword.Item, []onepassword.Item, error) {
	for _, it := range hits[1:] {
		if !slices.Contains(it.Tags, tag) || it.Category != onepassword.ApiCredential {
			return onepassword.Item{}, nil, fault.New(fault.Ambiguous, "Rename or remove all but one of them, then resume.",
				"%d items are called %s, and %s is not one that Landfall made", len(hits), r, it.ID)
		}
	}
	return hits[0], hits[1:], nil
}

// truest is the one of several items that was written last.
func truest(hits []onepassword.Item) onepassword.Item {
	return slices.MaxFunc(hits, func(a, b onepassword.Item) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
}

// remove removes what survivor found to be surplus. One that has gone already is no matter.
func (v *Vault) remove(ctx context.Context, surplus []onepassword.Item) error {
	for _, it := range surplus {
		_, err := ask(ctx, v, "DeleteVaultItem", func(c connect.Client) (struct{}, error) { return struct{}{}, c.DeleteItem(&it, it.Vault.ID) })
		if err != nil && !missing(err) {
			return err
		}
	}
	return nil
}
