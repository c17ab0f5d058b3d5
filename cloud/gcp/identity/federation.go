package identity

import (
	"context"
	"strings"
	"time"

	"google.golang.org/api/iam/v1"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// user is the role by which somebody from a pool becomes the service account.
const user = "roles/iam.workloadIdentityUser"

// federation lets those whom the plan trusts use the service account by a token of their own issuer, so that no key need be
// made: a pool for the identity, a provider for each trust, and the account's policy that names each subject.
type federation struct{ id plan.Identity }

func (c federation) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: names.Step("federation", c.id), Title: "who may use " + c.id.Name + " without a key", Chapter: plan.Identify,
		After: []string{names.Step("account", c.id)}, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, home(c.id, l) && len(c.id.Trust) > 0
}

func (c federation) Want(plan.Task) plan.Fields {
	out := plan.Fields{"pool": "ACTIVE"}
	for _, tr := range c.id.Trust {
		p := names.Provider(tr)
		out[p+".issuer"], out[p+".condition"], out[p+".state"] = tr.Issuer, condition(tr), "ACTIVE"
		if tr.Audience != "" {
			out[p+".audience"] = tr.Audience
		}
		out[p+".member"] = "may use it"
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
	if p.State == "DELETED" || p.Disabled {
		o.State, o.Why = plan.Suspended, "the pool is disabled or deleted, and its id stays taken until it is restored or gone"
		return o, nil
	}
	if err := c.observeProviders(ctx, s, t, o.Live); err != nil {
		return plan.Observation{}, err
	}
	return o, c.observeMembers(ctx, s, t, &o)
}

// Preflight refuses trusts that Google cannot express.
func (c federation) Preflight(_ context.Context, _ *wire.Session, _ plan.Task, _ plan.Change) error {
	for _, tr := range c.id.Trust {
		if tr.Issuer == "" || tr.Subject == "" {
			return fault.New(fault.Invalid, "Give the trust an issuer and a subject.", "the trust %q of %s names no OIDC issuer or no subject", tr.Name, c.id.Name)
		}
	}
	return nil
}

// Apply makes what is missing, in order. A pool takes seconds; where it takes longer it is left running.
func (c federation) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	a := plan.Applied{ID: c.pool(t)}
	if o.State == plan.Absent {
		running, err := c.makePool(ctx, s, t)
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

// providerOf is what a provider should be.
func providerOf(tr plan.Trust, l plan.Landing) *iam.WorkloadIdentityPoolProvider {
	p := &iam.WorkloadIdentityPoolProvider{
		DisplayName: names.Thing(tr.Name, 32), Description: names.Mark(l),
		AttributeMapping: map[string]string{"google.subject": "assertion.sub"}, AttributeCondition: condition(tr),
		Oidc: &iam.Oidc{IssuerUri: tr.Issuer},
	}
	if tr.Audience != "" {
		p.Oidc.AllowedAudiences = []string{tr.Audience}
	}
	return p
}
