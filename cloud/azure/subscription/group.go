package subscription

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/managementgroups/armmanagementgroups"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// group places the subscription under the organisation's management group, and makes the group where there is none.
type group struct{}

// Describe implements step.Control.
func (group) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "management-group", Title: "the management group " + l.Parent, Chapter: plan.Container,
		After: []string{"subscription"}, Outside: true, Inverse: plan.Revert, Usual: time.Minute,
	}, l.Parent != ""
}

// Want implements step.Control.
func (group) Want(t plan.Task) plan.Fields {
	return plan.Fields{"group": t.Landing.Parent, "subscription": "member"}
}

// Observe implements step.Control.
func (group) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	f, err := armmanagementgroups.NewClientFactory(s.Cred, s.ARM)
	if err != nil {
		return plan.Observation{}, err
	}
	id := t.Landing.Parent
	r, err := f.NewClient().Get(ctx, id, nil)
	switch {
	case session.Missing(err):
		return ungrouped(ctx, s, t)
	case err != nil:
		return plan.Observation{}, err
	}
	o := plan.Observation{
		State: plan.Present, ID: session.Str(r.ID), Match: plan.ByKey, Live: plan.Fields{"group": id},
		Evidence: []string{"management group " + id + " stands"},
	}
	if s.Subscription == "" {
		return o, nil
	}
	_, err = f.NewManagementGroupSubscriptionsClient().GetSubscription(ctx, id, s.Subscription, nil)
	switch {
	case session.Missing(err):
		o.Evidence = append(o.Evidence, s.Subscription+" is not in it")
	case err != nil:
		return plan.Observation{}, err
	default:
		o.Live["subscription"] = "member"
		o.Evidence = append(o.Evidence, s.Subscription+" is in it")
	}
	return o, nil
}

// ungrouped is the observation where the group is not there. What the step is about is the place of the subscription: that
// a subscription stands nowhere yet is no absence of it.
func ungrouped(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	o, err := s.Absent(ctx, t, "no management group "+t.Landing.Parent)
	if o.State == plan.Absent && s.Subscription != "" {
		o.State, o.Match = plan.Present, plan.BySetting
	}
	return o, err
}

// Preflight implements step.Control.
func (group) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error { return nil }

// Apply implements step.Control.
func (group) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	f, err := armmanagementgroups.NewClientFactory(s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	id := t.Landing.Parent
	if o.Live["group"] != id {
		p, err := f.NewClient().BeginCreateOrUpdate(ctx, id, armmanagementgroups.CreateManagementGroupRequest{
			Name: session.Ptr(id), Properties: &armmanagementgroups.CreateManagementGroupProperties{DisplayName: session.Ptr(id)},
		}, nil)
		if err != nil {
			return plan.Applied{}, err
		}
		// The subscription can only be placed in a group that is there. Where it takes longer, the step comes again for that.
		if done, err := session.Settle(ctx, p, 5*time.Second); err != nil || !done {
			return session.Begun(id, p, err)
		}
	}
	_, err = f.NewManagementGroupSubscriptionsClient().Create(ctx, id, s.Subscription, nil)
	return plan.Applied{ID: id}, err
}
