package vault

import (
	"context"
	"slices"
	"time"

	"github.com/1Password/connect-sdk-go/connect"
	"github.com/1Password/connect-sdk-go/onepassword"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Find reads what the item holds, without its secrets. An item that is not there is Item{Exists: false} and no error.
func (v *Vault) Find(ctx context.Context, reference string) (plan.Item, error) {
	r, err := parse(reference)
	if err != nil {
		return plan.Item{}, err
	}
	it, err := v.read(ctx, r)
	if err != nil || it == nil {
		return plan.Item{}, err
	}
	return described(it), nil
}

// Reveal reads one secret field. The field may stand in the reference instead.
func (v *Vault) Reveal(ctx context.Context, reference, field string) (plan.Secret, error) {
	r, err := parse(reference)
	if err != nil {
		return plan.Secret{}, err
	}
	switch {
	case field == "" && r.field == "":
		return plan.Secret{}, badRef(reference, "it names no field")
	case field != "" && r.field != "" && field != r.field:
		return plan.Secret{}, badRef(reference, "it names a field, and another was asked for")
	case field == "":
		field = r.field
	}
	all, err := v.reveal(ctx, r, field)
	return all[field], err
}

// RevealAll reads several fields, secret or not, in one reading of the item: those of one key, whatever a rotation does to
// the item meanwhile. Of a slot it reads where the reference says so: op://vault/item/pending.
func (v *Vault) RevealAll(ctx context.Context, reference string, fields ...string) (map[string]plan.Secret, error) {
	r, err := parse(reference)
	if err != nil {
		return nil, err
	}
	switch {
	case r.section != "":
		return nil, badRef(reference, "it names a field, and several are asked for")
	case r.field != "":
		r.section, r.field = r.field, ""
	}
	return v.reveal(ctx, r, fields...)
}

// reveal reads fields of an item at one time.
func (v *Vault) reveal(ctx context.Context, r ref, fields ...string) (map[string]plan.Secret, error) {
	it, err := v.again(ctx, r)
	if err == nil && it == nil {
		it, err = v.read(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, fault.New(fault.Invalid, "Put the item there, or give OP_CONNECT_TOKEN access to the vault it is in.", "there is no item %s", r)
	}
	out := map[string]plan.Secret{}
	for _, field := range fields {
		f, err := labelled(it, r, field)
		if err != nil {
			return nil, err
		}
		if f == nil || f.Value == "" {
			return nil, fault.New(fault.Invalid, "Give the item that field.", "the item %s has no field %q with a value", r, field)
		}
		out[field] = plan.NewSecret(f.Value)
	}
	return out, nil
}

// read reads the item of a reference, or nil. Of several that Landfall made, the one written last is the true one.
func (v *Vault) read(ctx context.Context, r ref) (*onepassword.Item, error) {
	vault, err := v.vault(ctx, r)
	if err != nil {
		return nil, err
	}
	hits, err := v.namesakes(ctx, vault, r)
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	if _, _, err := survivor(hits, r); err != nil {
		return nil, err
	}
	if len(hits) == 1 {
		v.known.keep(r, vault, hits[0].ID, time.Now())
	}
	return v.item(ctx, vault, truest(hits).ID)
}

// namesakes lists the items that a reference may mean, the oldest first, without their fields. It asks for the whole list:
// the SDK's look-up by title reads every hit, and takes a refused read for an item that is not there.
func (v *Vault) namesakes(ctx context.Context, vault string, r ref) ([]onepassword.Item, error) {
	all, err := ask(ctx, v, "GetVaultItems", func(c connect.Client) ([]onepassword.Item, error) { return c.GetItems(vault) })
	if missing(err) {
		return nil, noVault(r)
	}
	if err != nil {
		return nil, err
	}
	hits := slices.DeleteFunc(all, func(it onepassword.Item) bool { return it.Title != r.item && it.ID != r.item })
	slices.SortFunc(hits, older)
	return hits, nil
}
