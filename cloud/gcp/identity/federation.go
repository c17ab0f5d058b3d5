package identity

import (
	"context"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/orgpolicy"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// States of pools and providers, and what a provider takes for the subject of a token.
const (
	active   = "ACTIVE"
	deleted  = "DELETED"
	disabled = "disabled"
	subject  = "assertion.sub"
)

// user is the role by which somebody from a pool becomes the service account.
const user = "roles/iam.workloadIdentityUser"

// federation lets those whom the plan trusts use the service account by a token of their own issuer, so that no key need be
// made: a pool for the identity, a provider for each trust, and the account's policy that names each subject.
type federation struct{ id plan.Identity }

func (c federation) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: names.Step("federation", c.id), Title: "who may use " + c.id.Name + " without a key", Chapter: plan.Identify,
		After: []string{names.Step("account", c.id)}, Inverse: plan.Neutralise, Trusts: c.id.Name, Usual: 30 * time.Second,
	}, names.Home(c.id, l) && len(c.id.Trust) > 0
}

func (c federation) Want(plan.Task) plan.Fields {
	out := plan.Fields{"pool": active}
	for _, tr := range c.id.Trust {
		p := names.Provider(tr)
		out[p+".issuer"], out[p+".subject"], out[p+".condition"], out[p+".state"] = tr.Issuer, subject, condition(tr), active
		if tr.Audience != "" {
			out[p+".audience"] = tr.Audience
		}
		out[p+".member"] = may
	}
	return out
}

// Observe reads pool, providers and the account's policy.
func (c federation) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, iamAPI); off {
		return o, nil
	}
	if t.Begun != nil && t.Begun.Operation != "" {
		running, err := running(ctx, s, t, t.Begun.Operation)
		if err != nil {
			return plan.Observation{}, err
		}
		if running {
			return plan.Observation{State: plan.Pending, Why: "the workload identity pool of " + c.id.Name + " is being made"}, nil
		}
	}
	p, err := s.IAM.Projects.Locations.WorkloadIdentityPools.Get(c.pool(t)).Context(ctx).Do()
	if wire.NotFound(err) {
		return plan.Observation{State: plan.Absent, Evidence: []string{wire.Evidence("workloadIdentityPools.get", "%s is not there", names.Pool(c.id))}}, nil
	}
	if err != nil {
		return plan.Observation{}, s.Fault(err, service, "workloadIdentityPools.get")
	}
	o := plan.Observation{
		State: plan.Present, ID: p.Name, Match: plan.ByName, Owner: names.Owner(p.Description), Live: plan.Fields{"pool": p.State},
		Evidence: []string{wire.Evidence("workloadIdentityPools.get", "%s %s", names.Pool(c.id), p.State)},
	}
	if p.Disabled {
		o.Live["pool"] = disabled
	}
	switch {
	case p.State == deleted:
		o.State, o.Why = plan.Suspended, "the pool is deleted, and its id stays taken; gcloud iam workload-identity-pools undelete "+names.Pool(c.id)+" brings it back"
		return o, nil
	case p.Disabled && !names.Undone(p.Description, t.Landing):
		o.State, o.Why = plan.Suspended, "somebody has disabled the pool; gcloud iam workload-identity-pools update "+names.Pool(c.id)+" --no-disabled brings it back"
		return o, nil
	}
	if err := c.observeProviders(ctx, s, t, &o); err != nil {
		return plan.Observation{}, err
	}
	return o, c.observeMembers(ctx, s, t, &o)
}

// longest is how many bytes Google takes of a token's subject
// (https://docs.cloud.google.com/iam/docs/troubleshooting-workload-identity-federation).
const longest = 127

// issuers is the constraint by which an organisation says whose tokens it takes.
const issuers = "iam.workloadIdentityPoolProviders"

// Preflight refuses trusts that Google cannot express or the organisation's policy does not allow, and asks for the rights to make
// pools and to let their subjects in.
func (c federation) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	for _, tr := range c.id.Trust {
		if tr.Issuer == "" || tr.Subject == "" {
			return fault.New(fault.Invalid, "Give the trust an issuer and a subject.", "the trust %q of %s names no OIDC issuer or no subject", tr.Name, c.id.Name)
		}
		if n := len(tr.Subject); n > longest {
			return fault.New(fault.Invalid, "Give who is trusted a shorter name, so that the subject of its tokens is shorter.",
				"the subject of the trust %q of %s has %d bytes, and Google takes %d", tr.Name, c.id.Name, n, longest)
		}
		barred, err := orgpolicy.Bars(ctx, s, t, issuers, tr.Issuer)
		if err != nil {
			return err
		}
		if barred {
			f := fault.New(fault.Entitlement, "Have the organisation's policy administrator allow the issuer "+tr.Issuer+" in "+names.Project(t)+" (constraints/"+issuers+"), then resume.",
				"the organisation takes no tokens of %s in %s, and the trust %q of %s is in such", tr.Issuer, names.Project(t), tr.Name, c.id.Name)
			f.Cloud, f.Service, f.Login = string(plan.GCP), orgpolicy.Service, t.Landing.Login.Name
			return f
		}
	}
	return s.May(ctx, "projects/"+names.Project(t), "iam.workloadIdentityPools.create", "iam.workloadIdentityPoolProviders.create", "iam.serviceAccounts.setIamPolicy")
}

// Apply makes what is missing, in order, and switches on again what undo has switched off. A pool takes seconds; where it takes
// longer it is left running.
func (c federation) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	a := plan.Applied{ID: c.pool(t)}
	if o.Live["pool"] != active {
		open := c.makePool
		if o.State == plan.Present {
			open = c.wakePool
		}
		running, err := open(ctx, s, t)
		if err != nil || running != "" {
			a.Operation = running
			return a, err
		}
	}
	for _, tr := range c.id.Trust {
		if err := c.putProvider(ctx, s, t, tr, o.Live); err != nil {
			return plan.Applied{}, err
		}
	}
	return a, c.letIn(ctx, s, t)
}

// Undo implements step.Undoer: nobody whom the run let in may use the account, and a pool that was made is disabled and kept,
// for the id of a deleted one stays taken for thirty days. What was changed in a pool that stood is as it was.
func (c federation) Undo(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	if err := c.shutOut(ctx, s, t, d); err != nil {
		return err
	}
	if d.Change.Op == plan.Create || former(d, "pool") == disabled {
		_, err := c.setPool(ctx, s, t, true, names.MarkUndone(t.Landing))
		return err
	}
	for _, tr := range c.id.Trust {
		if err := c.revertProvider(ctx, s, t, tr, d, o); err != nil {
			return err
		}
	}
	return nil
}

// Neutral implements step.Neutral. One that somebody has deleted lets nobody in either.
func (federation) Neutral(_ plan.Task, o plan.Observation) bool {
	return o.Live["pool"] == disabled || o.Live["pool"] == deleted
}

// Budget implements step.Budgeted.
func (federation) Budget() time.Duration { return 7 * time.Minute }

func (c federation) pool(t plan.Task) string {
	return "projects/" + names.Number(t) + "/locations/global/workloadIdentityPools/" + names.Pool(c.id)
}

func (c federation) provider(t plan.Task, tr plan.Trust) string {
	return c.pool(t) + "/providers/" + names.Provider(tr)
}

// member is the subject as policies name it.
func (c federation) member(t plan.Task, tr plan.Trust) string {
	return "principal://iam.googleapis.com/" + c.pool(t) + "/subject/" + tr.Subject
}

// condition admits one subject of the issuer: without it every token of a shared issuer would enter the pool.
func condition(tr plan.Trust) string {
	return "assertion.sub == '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(tr.Subject) + "'"
}
