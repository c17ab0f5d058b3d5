package subscription

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/subscription/armsubscription"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// displayName gives an adopted subscription the name that the plan wants. One that an alias made bears it from the first.
type displayName struct{}

// Describe implements step.Control.
func (displayName) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "subscription-name", Title: "the subscription's name", Chapter: plan.Container,
		After: []string{"subscription"}, Outside: true, Inverse: plan.Revert, Usual: 3 * time.Minute,
	}, true
}

// Want implements step.Control.
func (displayName) Want(t plan.Task) plan.Fields { return plan.Fields{"name": t.Landing.Name} }

// Observe implements step.Control.
func (displayName) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	if s.Subscription == "" {
		return plan.Observation{State: plan.Absent, Evidence: []string{"there is no subscription yet"}}, nil
	}
	live, err := read(ctx, s, s.Subscription)
	if err != nil {
		return plan.Observation{}, err
	}
	name := session.Str(live.DisplayName)
	o := plan.Observation{
		State: plan.Present, ID: s.Subscription, Match: plan.BySetting, Live: plan.Fields{"name": name},
		Evidence: []string{"subscription " + s.Subscription + ` "` + name + `"`},
	}
	if t.Begun != nil && name != t.Landing.Name {
		o.State, o.Why = plan.Pending, "the new name is accepted and not yet shown"
	}
	return o, nil
}

// Budget is how long Azure takes to show a new name.
func (displayName) Budget() time.Duration { return 15 * time.Minute }

// Preflight implements step.Control.
func (displayName) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error {
	return nil
}

// Apply implements step.Control.
func (displayName) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	c, err := armsubscription.NewClient(s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	_, err = c.Rename(ctx, s.Subscription, armsubscription.Name{SubscriptionName: session.Ptr(t.Landing.Name)}, nil)
	return plan.Applied{ID: s.Subscription}, err
}

// Undo implements step.Undoer.
func (displayName) Undo(ctx context.Context, s *session.Session, _ plan.Task, d plan.Deed, _ plan.Observation) error {
	c, err := armsubscription.NewClient(s.Cred, s.ARM)
	if err != nil {
		return err
	}
	_, err = c.Rename(ctx, s.Subscription, armsubscription.Name{SubscriptionName: session.Ptr(step.Former(d)["name"])}, nil)
	return err
}
