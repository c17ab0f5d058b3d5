package vault

import (
	"context"
	"time"

	"github.com/1Password/connect-sdk-go/onepassword"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// An item that keeps a credential holds its current key outside any section, where consumers have always read it:
// op://vault/item/secret access key. The key that is about to be current stands in the section "pending", the one that was
// before in "previous", under the same labels; the section "rotation" is the record of who has put them there, and when.
// A key goes from one place to another in one write of the whole item, so that whoever reads it sees one key or the other.

// Slots says which keys an item holds, without secrets. An item that is not there holds none.
func (v *Vault) Slots(ctx context.Context, item string) (plan.Slotted, error) {
	r, err := whole(item)
	if err != nil {
		return plan.Slotted{}, err
	}
	it, err := v.read(ctx, r)
	if err != nil || it == nil {
		return plan.Slotted{Keys: map[plan.Slot]string{}}, err
	}
	return slotted(it), nil
}

// Stage puts a new key into the pending slot, under the rotation's id, and is the item with that slot's fields. It may be
// called again for the same key, with more of its fields: its id, once the cloud has given it one. Another key of the same
// rotation takes the place of the one before, wholly. An item that is not there is made.
func (v *Vault) Stage(ctx context.Context, item, rotation string, f plan.ItemFields) (plan.Item, error) {
	r, err := whole(item)
	if err != nil {
		return plan.Item{}, err
	}
	if err := check(r, f); err != nil {
		return plan.Item{}, err
	}
	at := time.Now()
	it, err := v.amend(ctx, r, true, func(it *onepassword.Item) error { return stage(it, r, rotation, f, at) })
	if err != nil {
		return plan.Item{}, err
	}
	return describing(it, within(it, string(plan.Staged))), nil
}

// Promote makes the pending key of a rotation the current one, and the current one the previous, in one write. What is so
// already is left.
func (v *Vault) Promote(ctx context.Context, item, rotation string) error {
	at := time.Now()
	return v.move(ctx, item, func(it *onepassword.Item, r ref) error { return promote(it, r, rotation, at) })
}

// Revert makes the key current again that was so before a rotation, and drops the rotation's own, in one write. What is so
// already is left.
func (v *Vault) Revert(ctx context.Context, item, rotation string) error {
	at := time.Now()
	return v.move(ctx, item, func(it *onepassword.Item, r ref) error { return revert(it, r, rotation, at) })
}

// Drop empties a slot's secret fields; what is no secret stays, for the record. A slot that holds no secret is left.
func (v *Vault) Drop(ctx context.Context, item string, slot plan.Slot) error {
	r, err := whole(item)
	if err != nil {
		return err
	}
	at := time.Now()
	_, err = v.amend(ctx, r, false, func(it *onepassword.Item) error { return drop(it, r, slot, at) })
	return err
}

// Probe writes the time into the record, to be sure that the item can be written, or made, before a key is made whose secret
// is shown once.
func (v *Vault) Probe(ctx context.Context, item string) error {
	r, err := whole(item)
	if err != nil {
		return err
	}
	at := time.Now().UTC().Format(time.RFC3339Nano)
	_, err = v.amend(ctx, r, true, func(it *onepassword.Item) error {
		if err := ready(it, r); err != nil {
			return err
		}
		note(it, lastProbe, at)
		return nil
	})
	return err
}

// move moves keys of an item that must be there.
func (v *Vault) move(ctx context.Context, item string, do func(*onepassword.Item, ref) error) error {
	r, err := whole(item)
	if err != nil {
		return err
	}
	it, err := v.amend(ctx, r, false, func(it *onepassword.Item) error { return do(it, r) })
	if err == nil && it == nil {
		return fault.New(fault.Conflict, "Put the item back, or give OP_CONNECT_TOKEN access to it, then resume.", "there is no item %s in which a key could be moved", r)
	}
	return err
}

// whole is the reference to a whole item.
func whole(item string) (ref, error) {
	r, err := parse(item)
	if err == nil && r.field != "" {
		err = badRef(item, "it names a field where a whole item is meant")
	}
	return r, err
}
