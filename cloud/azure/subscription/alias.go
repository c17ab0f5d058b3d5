package subscription

import (
	"context"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/subscription/armsubscription"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// alias makes the subscription. The alias's name is the key: however often it is asked for, there is one subscription.
type alias struct{}

// aliasName is the same for a landing for ever.
func aliasName(l plan.Landing) string { return l.Slug + "-" + l.Environment }

// Describe implements step.Control.
func (alias) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "subscription", Title: "the subscription", Chapter: plan.Container,
		Outside: true, Inverse: plan.Quarantine, Usual: 2 * time.Minute,
	}, true
}

// Want implements step.Control.
func (alias) Want(plan.Task) plan.Fields { return plan.Fields{"state": "Enabled"} }

// Observe implements step.Control.
func (alias) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	if id := t.Landing.Adopt.ID; id != "" {
		return adopted(ctx, s, t, id)
	}
	c, err := armsubscription.NewAliasClient(s.Cred, s.ARM)
	if err != nil {
		return plan.Observation{}, err
	}
	name := aliasName(t.Landing)
	r, err := c.Get(ctx, name, nil)
	switch {
	case session.Missing(err):
		return unaliased(ctx, s, c, t)
	case err != nil:
		return plan.Observation{}, err
	case r.Properties == nil:
		return plan.Observation{State: plan.Unknown, Why: "the alias " + name + " has no properties"}, nil
	}
	p := r.Properties
	o := plan.Observation{
		State: plan.Present, ID: session.Str(p.SubscriptionID), Match: plan.ByKey,
		Live:     plan.Fields{"state": string(session.Str(p.ProvisioningState))},
		Evidence: []string{"alias " + name + ": " + session.Str(p.ProvisioningState) + " " + session.Str(p.SubscriptionID)},
	}
	switch session.Str(p.ProvisioningState) {
	case string(armsubscription.ProvisioningStateAccepted):
		o.State, o.Why = plan.Pending, "the subscription is being made (alias "+name+")"
		return o, nil
	case string(armsubscription.ProvisioningStateFailed): // asking for the alias again makes Azure try again
		return plan.Observation{State: plan.Absent, Evidence: o.Evidence}, nil
	}
	live, err := read(ctx, s, o.ID)
	if session.Code(err) == "SubscriptionNotFound" {
		o.State, o.Why = plan.Pending, "the subscription is made and not yet seen everywhere"
		return o, nil
	}
	if err != nil {
		return plan.Observation{}, err
	}
	if o, err = stands(ctx, s, t, o, live); err != nil {
		return plan.Observation{}, err
	}
	if at, err := time.Parse(time.RFC3339, session.Str(p.CreatedTime)); err == nil && time.Since(at) < time.Hour {
		o = session.WithFact(o, session.FactMade, at.UTC().Format(time.RFC3339))
	}
	return o, nil
}

// adopted is the subscription that the plan names by its id.
func adopted(ctx context.Context, s *session.Session, t plan.Task, id string) (plan.Observation, error) {
	live, err := read(ctx, s, id)
	if err != nil {
		return plan.Observation{}, err
	}
	return stands(ctx, s, t, plan.Observation{ID: id, Match: plan.ByPlan}, live)
}

// unaliased looks for the subscription by name where no alias of ours stands, and whether it is our turn to make one.
func unaliased(ctx context.Context, s *session.Session, c *armsubscription.AliasClient, t plan.Task) (plan.Observation, error) {
	o, err := named(ctx, s, t)
	if err != nil || o.State != plan.Absent {
		return o, err
	}
	all, err := c.List(ctx, nil)
	if err != nil {
		return o, err
	}
	for _, a := range all.Value {
		if ordered(a, t.Landing.Billing) {
			o.State, o.Why = plan.Pending, "it waits for its turn: "+session.Str(a.Name)+" is still being made, and the billing scope makes one at a time"
		}
	}
	return o, nil
}

// ordered reports whether an alias's subscription is still being made, in a billing scope; while it is, Azure may not yet
// say in which.
func ordered(a *armsubscription.AliasResponse, billing string) bool {
	p := a.Properties
	if p == nil || session.Str(p.ProvisioningState) != string(armsubscription.ProvisioningStateAccepted) {
		return false
	}
	return p.BillingScope == nil || strings.EqualFold(*p.BillingScope, billing)
}

// Preflight implements step.Control.
func (alias) Preflight(ctx context.Context, s *session.Session, t plan.Task, c plan.Change) error {
	if c.Op != plan.Create {
		return nil
	}
	if t.Landing.Billing == "" {
		return fault.New(fault.Invalid, "Name the invoice section or enrolment account in clouds.azure.billing, or adopt a subscription by its id.",
			"a subscription cannot be made for %s without a billing scope", t.Landing.ID())
	}
	return mayOrder(ctx, s, t)
}

// Apply implements step.Control. A subscription that stands can only want to be taken out of the quarantine that a run of the
// plan has put it into.
func (alias) Apply(ctx context.Context, s *session.Session, t plan.Task, ch plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	if ch.Op != plan.Create {
		return plan.Applied{ID: o.ID}, release(ctx, within(s, o.ID), t)
	}
	c, err := armsubscription.NewAliasClient(s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	name := aliasName(t.Landing)
	p, err := c.BeginCreate(ctx, name, armsubscription.PutAliasRequest{Properties: &armsubscription.PutAliasRequestProperties{
		BillingScope: session.Ptr(t.Landing.Billing), DisplayName: session.Ptr(t.Landing.Name), Workload: session.Ptr(armsubscription.WorkloadProduction),
		AdditionalProperties: &armsubscription.PutAliasRequestAdditionalProperties{Tags: session.Tags(t.Landing)},
	}}, nil)
	return session.Begun(name, p, err)
}

// Undo implements step.Undoer. A cancelled subscription still counts for ninety days and takes its data along: it is kept, in
// quarantine, and the next run of the plan takes it out again.
func (alias) Undo(ctx context.Context, s *session.Session, t plan.Task, _ plan.Deed, o plan.Observation) error {
	return confine(ctx, within(s, o.ID), t)
}

// Neutral implements step.Neutral.
func (alias) Neutral(_ plan.Task, o plan.Observation) bool { return o.Live["state"] == confined }

// within is the session in a subscription that the step itself has found.
func within(s *session.Session, id string) *session.Session {
	in := *s
	in.Subscription = id
	return &in
}
