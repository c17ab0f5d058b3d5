package identity

import (
	"context"
	"path"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/orgpolicy"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Fields of the vault's item.
const (
	fieldKeyID   = "key id"
	fieldEmail   = "client email"
	fieldProject = "project"
	fieldFile    = "key file" // secret: the JSON that Google's libraries read
)

// key is an identity's first long-lived key, which stands in the vault before Google knows of it, and nowhere else. Rotations
// renew it (see Smith).
type key struct{ id plan.Identity }

func (c key) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: names.Step("key", c.id), Title: "the key of " + c.id.Name, Chapter: plan.Identify, After: []string{names.Step("account", c.id)},
		Inverse: plan.Revert, Usual: 30 * time.Second,
	}, names.Home(c.id, l) && c.id.Credential != ""
}

func (c key) Want(plan.Task) plan.Fields { return plan.Fields{"credential": c.id.Credential} }

// Observe asks whether the organisation allows keys, which keys the account has, and which of them the vault holds.
func (c key) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, iamAPI); off {
		return o, nil
	}
	kept, err := c.kept(ctx, s)
	if err != nil {
		return plan.Observation{}, err
	}
	keys, err := c.ring(s, t).list(ctx)
	if err != nil {
		return plan.Observation{}, err
	}
	o := plan.Observation{State: plan.Absent}
	for _, k := range keys {
		id := path.Base(k.Name)
		if id == kept.Fields[fieldKeyID] && kept.Holds[fieldFile] && !k.Disabled {
			o.State, o.ID, o.Match, o.Live = plan.Present, k.Name, plan.ByKey, c.Want(t)
			o.Evidence = append(o.Evidence, wire.Evidence("keys.list", "%s since %s, kept in %s", id, k.ValidAfterTime, c.id.Credential))
			continue
		}
		o.Evidence = append(o.Evidence, wire.Evidence("keys.list", "%s since %s is not the one in the vault", id, k.ValidAfterTime))
	}
	if o.State == plan.Present {
		return o, nil
	}
	barred, err := orgpolicy.InForce(ctx, s, t, "iam.disableServiceAccountKeyCreation")
	if err != nil {
		return plan.Observation{}, err
	}
	if barred != "" && len(c.id.Trust) > 0 {
		return plan.Observation{
			State: plan.Present, ID: "projects/" + names.Project(t) + "/policies/" + barred, Match: plan.BySetting, Live: c.Want(t),
			Evidence: append(o.Evidence, wire.Evidence("GetEffectivePolicy", "federation only: the organisation's policy allows no keys (%s is enforced)", barred)),
		}, nil
	}
	o.Evidence = append(o.Evidence, wire.Evidence("keys.list", "%d keys, none of them in %s", len(keys), c.id.Credential))
	return o, nil
}

// Preflight asks for a vault, for an organisation that allows keys (its policy is never lifted from here), for the right to
// make them, and for room: an account has at most ten.
func (c key) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	if s.Keeper == nil {
		return fault.New(fault.Invalid, "Start the worker with OP_CONNECT_HOST and its token.", "there is no vault to keep the key of %s in", c.id.Name)
	}
	barred, err := orgpolicy.InForce(ctx, s, t, "iam.disableServiceAccountKeyCreation")
	if err != nil {
		return err
	}
	if barred != "" {
		f := fault.New(fault.Entitlement, "Let somebody in by federation (trust of "+c.id.Name+" in the plan's identities), or have the organisation's policy administrator make an exception for "+names.Project(t)+"; then resume.",
			"the organisation allows no keys of service accounts in %s (%s is in force), and the plan lets nobody use %s without one", names.Project(t), barred, c.id.Name)
		f.Cloud, f.Service, f.Login = string(plan.GCP), orgpolicy.Service, t.Landing.Login.Name
		return f
	}
	keys, err := c.ring(s, t).list(ctx)
	if err != nil {
		return err
	}
	if len(keys) >= 10 && !t.Again {
		return fault.New(fault.Quota, "Delete keys of the account that nobody uses, then resume.", "the service account of %s has %d keys, and Google allows ten", c.id.Name, len(keys))
	}
	return s.May(ctx, "projects/"+names.Project(t), "iam.serviceAccountKeys.create", "iam.serviceAccountKeys.delete")
}

// Apply makes a key and keeps it as the current one: a pair of ours, or one of Google's where only that is allowed.
func (c key) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, _ plan.Observation, intent step.Intent) (plan.Applied, error) {
	k, err := c.ring(s, t).forge(ctx, shelf{
		held: func(ctx context.Context) (plan.Secret, string, error) { return c.begun(ctx, s) },
		put: func(ctx context.Context, f plan.ItemFields) error {
			_, err := s.Keeper.Keep(ctx, c.id.Credential, f)
			return err
		},
		sweep: func(ctx context.Context) error { return c.removeOrphans(ctx, s, t) },
		mark:  intent,
	}, names.KeySubject(t.Landing.Plan, "first"))
	if err != nil {
		return plan.Applied{}, err
	}
	return plan.Applied{ID: k.Name}, nil
}

// Undo implements step.Undoer: the key is deleted, and then the vault's item holds it no more. A key file that stays in the
// vault because that fails opens nothing. Where another key has become current since, the loop has left all as it is.
func (c key) Undo(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	if s.Keeper == nil {
		return fault.New(fault.Invalid, "Start the worker with OP_CONNECT_HOST and its token.", "there is no vault to take the key of %s out of", c.id.Name)
	}
	if err := c.ring(s, t).remove(ctx, path.Base(d.Receipt.ID)); err != nil {
		return err
	}
	kept, err := c.kept(ctx, s)
	if err != nil || kept.Fields[fieldKeyID] != path.Base(d.Receipt.ID) {
		return err
	}
	_, err = s.Keeper.Keep(ctx, c.id.Credential, plan.ItemFields{Plain: map[string]string{fieldKeyID: "", fieldFile: ""}})
	return err
}

// Budget implements step.Budgeted.
func (key) Budget() time.Duration { return 2 * time.Minute }

func (c key) ring(s *wire.Session, t plan.Task) ring {
	return ring{s: s, project: names.Project(t), email: names.Email(names.Account(c.id), names.Project(t))}
}
