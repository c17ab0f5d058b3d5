package identity

import (
	"context"
	"path"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/plan"
)

// kept is what the vault holds of the identity; nothing where there is no vault.
func (c key) kept(ctx context.Context, s *wire.Session) (plan.Item, error) {
	if s.Keeper == nil {
		return plan.Item{}, nil
	}
	return s.Keeper.Find(ctx, c.id.Credential)
}

// begun is the pair that an earlier attempt has kept and could not complete, or the id of a key that is kept whole.
func (c key) begun(ctx context.Context, s *wire.Session) (file plan.Secret, id string, err error) {
	kept, err := c.kept(ctx, s)
	if id = kept.Fields[fieldKeyID]; err != nil || id != "" || !kept.Holds[fieldFile] {
		return plan.Secret{}, id, err
	}
	file, err = s.Keeper.Reveal(ctx, c.id.Credential, fieldFile)
	return file, "", err
}

// recent is as long ago as an earlier attempt at the same step can have been made.
const recent = time.Hour

// removeOrphans deletes the keys that an earlier attempt had Google make and could not keep: recent ones of an account that we
// made, which the vault does not hold. An older key may be in somebody's use and is left.
func (c key) removeOrphans(ctx context.Context, s *wire.Session, t plan.Task) error {
	if !t.Again {
		return nil
	}
	r := c.ring(s, t)
	a, err := s.IAM.Projects.ServiceAccounts.Get(r.account()).Context(ctx).Do()
	if err != nil {
		return s.Fault(err, service, "serviceAccounts.get")
	}
	if names.Owner(a.Description) != t.Landing.Plan {
		return nil
	}
	kept, err := c.kept(ctx, s)
	if err != nil {
		return err
	}
	keys, err := r.list(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		made, err := time.Parse(time.RFC3339, k.ValidAfterTime)
		if err != nil || k.KeyOrigin == byUs || time.Since(made) > recent || holds(kept, path.Base(k.Name)) {
			continue
		}
		if err := r.remove(ctx, path.Base(k.Name)); err != nil {
			return err
		}
	}
	return nil
}

// holds reports whether any field of an item names a key: the present one or one that a rotation has yet to retire.
func holds(i plan.Item, keyID string) bool {
	for _, v := range i.Fields {
		if v == keyID {
			return true
		}
	}
	return false
}
