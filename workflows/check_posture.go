package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/plan"
)

// CheckPostureInput starts CheckPosture.
type CheckPostureInput struct {
	PlanRef string     `json:"planRef,omitempty"`
	Plan    *plan.Plan `json:"plan,omitempty"`
	// Tell tells whoever the plan names of each finding. A list for somebody who asked needs none.
	Tell bool `json:"tell,omitempty"`
}

// Posture is what stands of a plan's credentials.
type Posture struct {
	Plan        string                  `json:"plan"`
	Credentials []plan.CredentialReport `json:"credentials"`
}

// readsAtOnce is how many credentials are read at the same time.
const readsAtOnce = 20

// CheckPosture reads every long-lived credential of a plan, in its cloud and in the vault, and says what is wrong with it:
// over age, expiring, orphan, foreign, dangling, never used. It writes nothing. One that cannot be read says why and does
// not stop the others.
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
	if !in.Tell {
		return out, ctx.Err()
	}
	h := newHerald(p.Plan.Notify)
	for _, r := range out.Credentials {
		for _, f := range r.Findings {
			h.tell(ctx, plan.Notice{
				Kind: plan.NoticeFinding, Plan: out.Plan, Step: r.ID, What: fmt.Sprintf("%s (%s): %s", r.ID, f.Kind, f.What), Do: f.Do,
			})
		}
	}
	return out, h.flush(ctx)
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
	r.Findings = append(r.Findings, plan.FindingsOf(c, ring.Keys, ring.Vault, workflow.Now(ctx))...)
	for _, k := range ring.Keys {
		if k.Slot == plan.Current {
			r.Age, r.Used, r.Expires = workflow.Now(ctx).Sub(k.Created), k.Used, k.Expires
		}
	}
	return r
}
