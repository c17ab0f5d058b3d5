package session

import (
	"context"

	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// reader reads several fields of an item in one reading.
type reader interface {
	RevealAll(ctx context.Context, ref string, fields ...string) (map[string]plan.Secret, error)
}

// Key reads the two halves of the access key that an item of the vault holds, never of two keys: one may be made current
// between two readings.
func Key(ctx context.Context, k step.Keeper, item string) (id string, secret plan.Secret, err error) {
	if r, is := k.(reader); is {
		got, err := r.RevealAll(ctx, item, FieldKeyID, FieldSecret)
		return got[FieldKeyID].Reveal(), got[FieldSecret], err
	}
	for range 3 {
		before, err := k.Find(ctx, item)
		if err != nil {
			return "", plan.Secret{}, err
		}
		secret, err := k.Reveal(ctx, item, FieldSecret)
		if err != nil {
			return "", plan.Secret{}, err
		}
		after, err := k.Find(ctx, item)
		if err != nil {
			return "", plan.Secret{}, err
		}
		if id := after.Fields[FieldKeyID]; id == before.Fields[FieldKeyID] {
			return id, secret, nil
		}
	}
	return "", plan.Secret{}, fault.New(fault.Transient, "It is tried again by itself.", "the key in %s is being changed again and again", item)
}
