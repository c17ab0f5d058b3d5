package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// look reads what stands and refuses to begin where a new key would not fit, could not be kept, or would hide another.
func (r *rotation) look(ctx workflow.Context) error {
	for {
		f, err := r.room(ctx)
		if err != nil {
			return err
		}
		if f == nil {
			_, err := ask(ctx, r, "can "+r.in.Credential.Item+" be written", rotations.ProbeVault, r.input())
			return err
		}
		_, err = r.holdWith(ctx, f, func(ctx workflow.Context) *fault.Fault {
			again, err := r.room(ctx)
			if err != nil {
				return nil // whoever goes on looks at why
			}
			return again
		})
		if err != nil {
			return err
		}
	}
}

// room reads what stands, clears away what earlier rotations left, and says why there is no room for a new key, if so.
func (r *rotation) room(ctx workflow.Context) (*fault.Fault, error) {
	for {
		ring, err := ask(ctx, r, "which keys does "+r.in.Credential.ID+" have", rotations.ReadKeys, r.input())
		if err != nil {
			return nil, err
		}
		r.Old, r.Baseline, r.Foreign = ring.Vault.Keys[plan.Current], nil, nil
		for _, k := range ring.Keys {
			r.Baseline = append(r.Baseline, k.ID)
			if k.Slot == "" && !k.Ours {
				r.Foreign = append(r.Foreign, k.ID)
			}
			if k.ID == r.Old {
				r.Lately = k
			}
		}
		f, cleared := r.fits(ctx, ring)
		if err := r.stop(); err != nil || !cleared {
			return f, err
		}
	}
}

// fits says why no new key can be made beside those that stand. Leftovers of earlier rotations are cleared away first: then
// it is to be looked again.
func (r *rotation) fits(ctx workflow.Context, ring activities.Keyring) (f *fault.Fault, cleared bool) {
	c := r.in.Credential
	staged, pending := ring.Vault.Keys[plan.Staged]
	previous := ring.Vault.Keys[plan.Previous]
	live := map[string]bool{}
	for _, k := range ring.Keys {
		live[k.ID] = true
	}
	switch {
	case r.Old == "" && r.in.Retire != nil:
		return fault.New(fault.Conflict, "Give the rotation up (landfall rotate rollback "+c.Plan+" --credential "+c.ID+"): there is nothing to retire.", "%s holds no current key of %s", c.Item, c.ID), false
	case r.Old == "":
		return fault.New(fault.Conflict, "Carry out the plan first (landfall migrate "+c.Plan+"): it makes the first key and keeps it.", "%s holds no current key of %s", c.Item, c.ID), false
	case pending && ring.Vault.Rotation != r.Rotation:
		r.clear(ctx, plan.Staged, staged) // nobody was ever given it
		return nil, true
	case previous != "" && live[previous] && previous != r.Old:
		if left := ring.Vault.Since[plan.Previous].Add(c.Grace).Sub(workflow.Now(ctx)); left > 0 && !r.Compromised {
			_ = r.until(ctx, workflow.Now(ctx).Add(left), "the grace of the key before") // whoever goes on looks at what has changed
			return nil, true
		}
		r.clear(ctx, plan.Previous, previous)
		return nil, true
	case r.in.Retire == nil && c.Kind.Most() > 0 && len(ring.Keys) >= c.Kind.Most():
		return fault.New(fault.Quota, "Have the one who made it delete it; a key that the vault does not know is never deleted by a rotation.",
			"%s has %d keys, its cloud allows no more, and %s knows only %s", c.ID, len(ring.Keys), c.Item, r.Old), false
	}
	return nil, false
}

// clear takes away what an earlier rotation left in a slot.
func (r *rotation) clear(ctx workflow.Context, slot plan.Slot, key string) {
	in := r.input()
	in.Key, in.Slot = key, slot
	if key != "" { // a pair whose public half was never shown has no id, and nothing to delete
		if _, err := ask(ctx, r, "delete "+key+", left by an earlier rotation", rotations.DeleteKey, in); err != nil {
			return // held, and then given up or handed on: whoever looks next finds it again
		}
	}
	_, _ = ask(ctx, r, "empty the slot "+string(slot), rotations.DropSlot, in)
}

// used is the fault that the old key is still used, if it is.
func (r *rotation) used(ctx workflow.Context) (*fault.Fault, error) {
	ring, err := ask(ctx, r, "is "+r.Old+" still used", rotations.ReadKeys, r.input())
	if err != nil {
		return nil, err
	}
	used := r.usedSince(ring, r.Promoted.Add(r.in.Credential.TTL()))
	if used == "" {
		return nil, nil
	}
	return fault.New(fault.Conflict, "Find who still uses it and have them read "+r.in.Credential.Item+" anew; whoever resumes it with skip takes the key from them.",
		"the old key %s is still used: %s", r.Old, used), nil
}

// usedSince says when and for what the old key was last used, where that was after a time.
func (r *rotation) usedSince(ring activities.Keyring, since time.Time) string {
	for _, k := range ring.Keys {
		if k.ID != r.Old {
			continue
		}
		r.Lately = k
		if k.Used.After(since) {
			return "last at " + k.Used.UTC().Format(time.RFC3339) + " for " + first(k.UsedFor, "an unnamed service")
		}
	}
	return ""
}
