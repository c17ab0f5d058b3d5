package identity

import (
	"cmp"
	"context"
	"path"
	"slices"
	"time"

	"google.golang.org/api/iam/v1"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Slots is a vault whose items keep a key that is about to be current beside the current one.
type Slots interface {
	step.Keeper
	// Slots says which keys an item holds, without secrets.
	Slots(ctx context.Context, item string) (plan.Slotted, error)
	// Stage puts a key into the pending slot, under the rotation's id; all fields of a key at a time.
	Stage(ctx context.Context, item, rotation string, f plan.ItemFields) (plan.Item, error)
}

// Smith makes and unmakes the keys of one identity's service account.
type Smith struct {
	ring  ring
	c     plan.Credential
	vault Slots
}

// NewSmith is the smith of a credential. It calls nothing.
func NewSmith(s *wire.Session, c plan.Credential) (*Smith, error) {
	if c.Kind != plan.ServiceKey || c.Identity == nil {
		return nil, fault.New(fault.Bug, "Report this.", "%s is no key of a service account", c.ID)
	}
	v, is := s.Keeper.(Slots)
	if !is {
		return nil, fault.New(fault.Invalid, "Start the worker with OP_CONNECT_HOST and its token.", "there is no vault to keep the key of %s in", c.Identity.Name)
	}
	project := names.Project(plan.Task{Landing: c.Landing})
	return &Smith{ring: ring{s: s, project: project, email: names.Email(names.Account(*c.Identity), project)}, c: c, vault: v}, nil
}

// Keys reads the account's keys, the newest first: which slot of the vault holds each, who made it, and when it was last used.
func (m *Smith) Keys(ctx context.Context) ([]plan.Key, error) {
	held, err := m.vault.Slots(ctx, m.c.Item)
	if err != nil {
		return nil, err
	}
	list, err := m.ring.list(ctx)
	if err != nil {
		return nil, err
	}
	out, uses := make([]plan.Key, 0, len(list)), m.ring.uses()
	for _, k := range list {
		key := keyOf(k, time.Now())
		if err := m.place(ctx, &key, k, held); err != nil {
			return nil, err
		}
		if err := uses.tell(ctx, &key); err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	slices.SortStableFunc(out, func(a, b plan.Key) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// keyOf is a key as Google lists it. One that ends with the calendar does not end.
func keyOf(k *iam.ServiceAccountKey, now time.Time) plan.Key {
	out := plan.Key{ID: path.Base(k.Name), State: plan.KeyActive, Created: timeOf(k.ValidAfterTime)}
	if until := timeOf(k.ValidBeforeTime); until.Year() < 9999 {
		out.Expires = until
	}
	switch {
	case k.Disabled:
		out.State = plan.KeyDisabled
	case !out.Expires.IsZero() && !now.Before(out.Expires):
		out.State = plan.KeyExpired
	}
	return out
}

// timeOf reads a time as Google writes it; one that cannot be read is not told.
func timeOf(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// place says in which slot the vault holds a key, and whether the plan made it. Of one that the vault does not hold its
// certificate tells: it may be the pending pair's, whose id the vault has not been told.
func (m *Smith) place(ctx context.Context, key *plan.Key, k *iam.ServiceAccountKey, held plan.Slotted) error {
	for slot, id := range held.Keys {
		if id == key.ID {
			key.Slot, key.Ours = slot, true
		}
	}
	key.Ours = key.Ours || slices.Contains(held.Dropped, key.ID)
	if key.Ours || k.KeyOrigin != byUs {
		return nil
	}
	c, err := m.ring.certificate(ctx, key.ID)
	if err != nil || c == nil {
		return err
	}
	var by string
	if by, key.Ours = names.KeyRotation(m.c.Plan, c.Subject.CommonName); !key.Ours {
		return nil
	}
	if id, pending := held.Keys[plan.Staged]; pending && id == "" && by == held.Rotation {
		key.Slot = plan.Staged
	}
	return nil
}

// Mint makes a key and stages it. What an earlier attempt has staged under the rotation is gone on with.
func (m *Smith) Mint(ctx context.Context, rotation string, baseline []string, mark func(what string)) (plan.Key, error) {
	held, err := m.vault.Slots(ctx, m.c.Item)
	if err != nil {
		return plan.Key{}, err
	}
	if id := held.Keys[plan.Staged]; id != "" && held.Rotation == rotation {
		return m.staged(ctx, id)
	}
	k, err := m.ring.forge(ctx, shelf{
		held: func(ctx context.Context) (plan.Secret, string, error) { return m.pending(ctx, rotation) },
		put: func(ctx context.Context, f plan.ItemFields) error {
			_, err := m.vault.Stage(ctx, m.c.Item, rotation, f)
			return err
		},
		sweep: func(ctx context.Context) error { return m.sweep(ctx, baseline) },
		mark:  mark,
	}, names.KeySubject(m.c.Plan, rotation))
	if err != nil {
		return plan.Key{}, err
	}
	out := keyOf(k, time.Now())
	out.Slot, out.Ours = plan.Staged, true
	return out, nil
}

// staged is a key that is staged already, as Google knows it. One that is not seen yet is proven next.
func (m *Smith) staged(ctx context.Context, id string) (plan.Key, error) {
	k, err := m.ring.get(ctx, id)
	if err != nil {
		return plan.Key{}, err
	}
	out := plan.Key{ID: id}
	if k != nil {
		out = keyOf(k, time.Now())
	}
	out.Slot, out.Ours = plan.Staged, true
	return out, nil
}

// pending is what the vault's pending slot holds of a rotation.
func (m *Smith) pending(ctx context.Context, rotation string) (file plan.Secret, id string, err error) {
	held, err := m.vault.Slots(ctx, m.c.Item)
	if err != nil || held.Rotation != rotation {
		return plan.Secret{}, "", err
	}
	id, is := held.Keys[plan.Staged]
	if !is || id != "" {
		return plan.Secret{}, id, nil
	}
	file, err = m.vault.Reveal(ctx, m.fileIn(plan.Staged), "")
	return file, "", err
}

// fileIn is the reference to the key file that a slot holds.
func (m *Smith) fileIn(slot plan.Slot) string {
	if slot == plan.Current {
		return m.c.Item + "/" + fieldFile
	}
	return m.c.Item + "/" + string(slot) + "/" + fieldFile
}

// sweep deletes the keys that earlier attempts of a rotation had Google make and could not keep: those that stand since it
// began, and that the vault does not hold.
func (m *Smith) sweep(ctx context.Context, baseline []string) error {
	held, err := m.vault.Slots(ctx, m.c.Item)
	if err != nil {
		return err
	}
	keys, err := m.ring.list(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		key := plan.Key{ID: path.Base(k.Name)}
		if k.KeyOrigin != byGoogle || slices.Contains(baseline, key.ID) || slices.Contains(held.Dropped, key.ID) {
			continue
		}
		if err := m.place(ctx, &key, k, held); err != nil {
			return err
		}
		if key.Slot != "" {
			continue
		}
		if err := m.ring.remove(ctx, key.ID); err != nil {
			return err
		}
	}
	return nil
}
