package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/plan"
)

// CheckPostureInput starts CheckPosture.
type CheckPostureInput struct {
	PlanRef string     `json:"planRef,omitempty"`
	Plan    *plan.Plan `json:"plan,omitempty"`
	// Tell tells whoever the plan names, and the journal, of what was not so at the look before: what that found is known from
	// its result, where a schedule began both. A list for somebody who asked tells nobody.
	Tell bool `json:"tell,omitempty"`
}

// Posture is what stands of a plan's credentials.
type Posture struct {
	Plan        string                  `json:"plan"`
	Credentials []plan.CredentialReport `json:"credentials"`
	// Standing are the findings that were told of, for the next look.
	Standing []plan.Standing `json:"standing,omitempty"`
}

// readsAtOnce is how many credentials are read at the same time.
const readsAtOnce = 20

// CheckPosture reads every long-lived credential of a plan, in its cloud and in the vault, and says what is wrong with it:
// over age, expiring, orphan, foreign, dangling, never used. The token by which the vault is asked is one of them. It writes
// nothing but what it tells. One that cannot be read says why and does not stop the others.
func CheckPosture(ctx workflow.Context, in CheckPostureInput) (Posture, error) {
	p, err := do(ctx, quick(), Queue, "settle the plan", plans.SettlePlan, activities.SettlePlanInput{PlanRef: in.PlanRef, Plan: in.Plan})
	if err != nil {
		return Posture{}, err
	}
	out := Posture{Plan: p.Plan.Metadata.Name, Credentials: []plan.CredentialReport{}}
	all, err := p.Plan.Credentials()
	if err != nil {
		return out, err
	}
	reports := make([]plan.CredentialReport, len(all))
	turns := workflow.NewSemaphore(ctx, readsAtOnce)
	wg := workflow.NewWaitGroup(ctx)
	for i, c := range all {
		c.Grace, c.Observe = paced(c.Grace, p.Pace), paced(c.Observe, p.Pace)
		wg.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer wg.Done()
			if turns.Acquire(ctx, 1) != nil {
				return
			}
			defer turns.Release(1)
			reports[i] = posture(ctx, c)
		})
	}
	wg.Wait(ctx)
	out.Credentials = append(out.Credentials, reports...)
	if c, needs := p.Plan.Connect(); needs {
		out.Credentials = append(out.Credentials, bearing(ctx, c))
	}
	if !in.Tell || ctx.Err() != nil {
		return out, ctx.Err()
	}
	return out, out.tell(ctx, p.Plan)
}

// posture reads one credential.
func posture(ctx workflow.Context, c plan.Credential) plan.CredentialReport {
	r := plan.CredentialReport{ID: c.ID, Cloud: c.Cloud, Kind: c.Kind, Owner: c.Owner, Item: c.Item, Landing: c.Landing.ID(), Keys: []plan.Key{}, Findings: []plan.Finding{}}
	ring, err := do(ctx, glance(), CloudQueue(c.Cloud), "read the keys of "+c.ID, rotations.ReadKeys, activities.KeyInput{Credential: c})
	if err != nil {
		r.Fault = note(named(err))
		return r
	}
	r.Keys = append(r.Keys, ring.Keys...)
	r.Found(c.Plan, plan.FindingsOf(c, ring.Keys, ring.Vault, workflow.Now(ctx))...)
	for _, k := range ring.Keys {
		if k.Slot == plan.Current {
			r.Age, r.Used, r.Expires = workflow.Now(ctx).Sub(k.Created), k.Used, k.Expires
		}
	}
	return r
}

// bearing reads the token by which the vault is asked.
func bearing(ctx workflow.Context, c plan.Connect) plan.CredentialReport {
	claims, err := do(ctx, glance(), Queue, "read what the token of 1Password Connect says of itself", vaults.ReadConnectToken, activities.ReadConnectTokenInput{})
	if err != nil {
		r := c.Unread()
		r.Fault = note(named(err))
		return r
	}
	return c.Report(claims, workflow.Now(ctx))
}
