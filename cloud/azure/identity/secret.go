package identity

import (
	"context"
	"slices"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// makeSecret makes a client secret and keeps it, in this order: remove what an earlier attempt may have lost, make, keep.
// Graph shows a secret once; one that did not reach the vault is an orphan that nobody can use and nobody may keep.
func (c credential) makeSecret(ctx context.Context, s *session.Session, t plan.Task, a graph.Application, intent step.Intent) (plan.Applied, error) {
	lost, err := c.lost(ctx, s, t)
	if err != nil {
		return plan.Applied{}, err
	}
	for _, k := range credentials(a) {
		if k.certificate || !lost(k) {
			continue
		}
		if err := c.ring(s).remove(ctx, a.ID, k.ID); err != nil {
			return plan.Applied{}, err
		}
	}
	intent("addPassword " + c.identity.Name)
	made, err := c.ring(s).add(ctx, a.ID, c.name(t), lifetime(c.identity))
	if err != nil {
		return plan.Applied{}, err
	}
	_, err = s.Keeper.Keep(ctx, c.identity.Credential, made.fields(s.Tenant, a.AppID))
	return plan.Applied{ID: made.id}, err
}

// lost tells the credentials that this step made and nobody has: those of its own name that are in no slot of the vault and
// never were. What a rotation makes bears another name, and is the rotation's.
func (c credential) lost(ctx context.Context, s *session.Session, t plan.Task) (func(named) bool, error) {
	v, err := slotsOf(s, c.identity.Name)
	if err != nil {
		return nil, err
	}
	held, err := v.Slots(ctx, c.identity.Credential)
	if err != nil {
		return nil, err
	}
	return func(k named) bool {
		return k.name == c.name(t) && slotOf(held, k.ID) == "" && !slices.Contains(held.Dropped, k.ID)
	}, nil
}
