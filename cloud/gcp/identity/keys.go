package identity

import (
	"context"
	"path"
	"time"

	"google.golang.org/api/iam/v1"

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

// keys lists the account's keys that were made for somebody; Google's own are none of them. An account that is not there
// yet has none.
func (c key) keys(ctx context.Context, s *wire.Session, t plan.Task) ([]*iam.ServiceAccountKey, error) {
	list, err := s.IAM.Projects.ServiceAccounts.Keys.List(c.account(t)).KeyTypes("USER_MANAGED").Context(ctx).Do()
	if wire.NotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, s.Fault(err, service, "keys.list")
	}
	return list.Keys, nil
}

// recent is as long ago as an earlier attempt at the same step can have been made.
const recent = time.Hour

// removeOrphans deletes the keys that an earlier attempt made and could not keep: recent ones of an account that we made,
// which the vault does not hold. It is asked only where an earlier attempt may have made one. An older key may be in
// somebody's use and is left.
func (c key) removeOrphans(ctx context.Context, s *wire.Session, t plan.Task) error {
	a, err := s.IAM.Projects.ServiceAccounts.Get(c.account(t)).Context(ctx).Do()
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
	keys, err := c.keys(ctx, s, t)
	if err != nil {
		return err
	}
	for _, k := range keys {
		made, err := time.Parse(time.RFC3339, k.ValidAfterTime)
		if err != nil || time.Since(made) > recent || holds(kept, path.Base(k.Name)) {
			continue
		}
		if err := c.remove(ctx, s, k.Name); err != nil {
			return err
		}
	}
	return nil
}

func (key) remove(ctx context.Context, s *wire.Session, name string) error {
	_, err := s.IAM.Projects.ServiceAccounts.Keys.Delete(name).Context(ctx).Do()
	if wire.NotFound(err) {
		return nil
	}
	return s.Fault(err, service, "keys.delete")
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
