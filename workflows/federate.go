package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// FederateInput starts Federate.
type FederateInput struct {
	PlanRef    string     `json:"planRef,omitempty"` // the name of a plan in the worker's plan folder
	Plan       *plan.Plan `json:"plan,omitempty"`
	Credential string     `json:"credential"` // the one that is to become none
	Operator   string     `json:"operator"`
	Reason     string     `json:"reason"`
	// Preview says what would be done, and does nothing.
	Preview bool `json:"preview,omitempty"`
	// Retire takes the key away as soon as the federation is seen to work. Without it the federation stands, and waits for the
	// message retire.
	Retire *Retire `json:"retire,omitempty"`
	// Progress is carried across continue-as-new; leave it out.
	Progress *FederationProgress `json:"progress,omitempty"`
}

// FederationProgress is all of a federation that outlives continue-as-new.
type FederationProgress struct {
	plan.FederationReport
	Facts    map[string]map[string]string  `json:"facts,omitempty"`    // what the steps of each landing have told
	Receipts map[string]plan.LandingReport `json:"receipts,omitempty"` // what was carried in each landing, in its own words
	Carried  []string                      `json:"carried,omitempty"`  // the landings in their order
	Back     *Abort                        `json:"back,omitempty"`     // somebody wants it taken back
	Going    *RetireKey                    `json:"going,omitempty"`    // somebody wants the key retired
	Held     *hold                         `json:"held,omitempty"`
	Notices  heraldProgress                `json:"notices"`
}

// Federate makes a credential unnecessary: the consumers' own clouds sign tokens for them, the credential's identity trusts
// those, each consumer is seen to sign in by its own token, and the key is retired last, by the states of a rotation. Until
// then one message takes all of it back that this run did.
func Federate(ctx workflow.Context, in FederateInput) (plan.FederationReport, error) {
	f := newFederation(ctx, in)
	if err := f.setup(ctx); err != nil {
		return plan.FederationReport{}, err
	}
	if err := f.settle(ctx); err != nil {
		return f.FederationReport, err
	}
	err := f.carry(ctx)
	switch {
	case errors.Is(err, errBack):
		err = f.takeBack(ctx)
	case f.handsOn(ctx, err):
		return f.FederationReport, f.goOn(ctx)
	}
	if err != nil {
		return f.FederationReport, err
	}
	return f.FederationReport, f.end(ctx)
}

// carry takes the federation from where it is to its end.
func (f *federation) carry(ctx workflow.Context) error {
	for _, c := range []struct {
		stage plan.FederationStage
		do    func(workflow.Context) error
	}{
		{plan.FederationLooking, f.look},
		{plan.FederationSigning, f.sign},
		{plan.FederationTrusting, f.trust},
		{plan.FederationProving, f.prove},
		{plan.FederationStanding, f.retire},
	} {
		if f.State.After(c.stage) {
			continue // an earlier part of this run has done it
		}
		f.State = c.stage
		f.tell(ctx)
		if err := c.do(ctx); err != nil {
			return err
		}
		if f.in.Preview {
			return nil
		}
	}
	f.State = plan.FederationDone
	return nil
}

// federation is the state of a Federate.
type federation struct {
	*FederationProgress
	in         FederateInput
	plan       plan.Plan
	credential plan.Credential
	links      []plan.Link
	journal    JournalInput
	holds      holds
	scribe     *scribe
	herald     *herald
	post       *post
	landed     map[string]landed // how far each landing is that is under way for it
	turning    bool
	pace       float64 // as RotateInput.Pace
}

func newFederation(ctx workflow.Context, in FederateInput) *federation {
	f := &federation{in: in, FederationProgress: in.Progress, landed: map[string]landed{}}
	if f.FederationProgress == nil {
		f.FederationProgress = &FederationProgress{
			FederationReport: plan.FederationReport{
				Credential: in.Credential, Operator: in.Operator, Reason: in.Reason, Preview: in.Preview, Started: workflow.Now(ctx),
				State: plan.FederationLooking, Ways: []plan.FederationLink{}, Steps: []plan.FederationStep{},
			},
			Facts: map[string]map[string]string{}, Receipts: map[string]plan.LandingReport{},
		}
		if in.Retire != nil {
			f.Going = &RetireKey{Retire: *in.Retire, Operator: in.Operator, Reason: in.Reason}
		}
	}
	return f
}

// settle reads the plan, and from it whose tokens are to open what.
func (f *federation) settle(ctx workflow.Context) error {
	p, err := do(ctx, quick(), Queue, "settle the plan", plans.SettlePlan, activities.SettlePlanInput{PlanRef: f.in.PlanRef, Plan: f.in.Plan})
	if err != nil {
		return err
	}
	f.plan = p.Plan
	if f.credential, f.links, err = p.Plan.Links(f.in.Credential); err != nil {
		return temporal.NewNonRetryableApplicationError(err.Error(), string(fault.Invalid), nil)
	}
	c := &f.credential
	c.Grace, c.Observe = paced(c.Grace, p.Pace), paced(c.Observe, p.Pace)
	f.pace = p.Pace
	f.Plan, f.Credential, f.Cloud, f.Kind, f.Item, f.Owner = c.Plan, c.ID, c.Cloud, c.Kind, c.Item, c.Owner
	if len(f.links) == 0 {
		return temporal.NewNonRetryableApplicationError(fmt.Sprintf("no consumer of %s is an identity of this plan in another cloud: landfall federate %s says what the plan lacks", c.ID, c.Plan), string(fault.Invalid), nil)
	}
	f.Identity = f.links[0].Identity.Name
	if len(f.Ways) == 0 {
		for _, l := range f.links {
			f.Ways = append(f.Ways, plan.FederationLink{Who: l.Who.Name, From: l.From.ID(), Into: l.Into.ID()})
		}
	}
	f.open(ctx)
	return workflow.UpsertTypedSearchAttributes(ctx, keyword(AttrPlan, c.Plan), keyword(AttrCloud, string(c.Cloud)), keyword(AttrOwner, c.Owner))
}
