package subscription

import (
	"context"
	"fmt"
	"strings"
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

// Shared implements step.Shared: whoever of the landings comes first makes the group.
func (group) Shared(c plan.Change) bool { return session.Changed(plan.Deed{Change: c}, "group") }

// Budget is how long Azure may take to show a new group to those who made it.
func (group) Budget() time.Duration { return session.Late }

// Observe implements step.Control.
func (group) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	f, err := armmanagementgroups.NewClientFactory(s.Cred, s.ARM)
	if err != nil {
		return plan.Observation{}, err
	}
	id := t.Landing.Parent
	r, err := f.NewClient().Get(ctx, id, nil)
	switch {
	case unseen(t, err):
		return plan.Observation{State: plan.Pending, Why: "the management group " + id + " is made and not yet seen everywhere"}, nil
	case session.Missing(err):
		return ungrouped(ctx, s, t)
	case err != nil:
		return plan.Observation{}, err
	}
	o := plan.Observation{
		State: plan.Present, ID: session.Str(r.ID), Match: plan.ByKey, Live: plan.Fields{"group": id},
		Evidence: []string{"management group " + id + " stands"},
	}
	return placed(ctx, s, o, id)
}

// unseen reports whether an answer only means that not all of Azure knows yet of the group that the step made: it refuses, or
// does not find, what stands.
func unseen(t plan.Task, err error) bool {
	made := t.Begun != nil && session.Changed(plan.Deed{Change: t.Begun.Change}, "group")
	return made && young(err)
}

// young reports whether an answer is what is said of a group that not all of Azure knows of: not found, or not yours.
func young(err error) bool {
	return session.Missing(err) || session.Code(err) == "AuthorizationFailed"
}

// placed completes the observation of a group by where the subscription lies.
func placed(ctx context.Context, s *session.Session, o plan.Observation, id string) (plan.Observation, error) {
	if s.Subscription == "" {
		return o, nil
	}
	at, err := parent(ctx, s)
	if err != nil {
		return plan.Observation{}, err
	}
	o.Live["parent"] = at
	if strings.EqualFold(at, id) {
		o.Live["subscription"] = "member"
	}
	o.Evidence = append(o.Evidence, s.Subscription+" lies in "+at)
	return o, nil
}

// ungrouped is the observation where the group is not there. What the step is about is the place of the subscription: that
// a subscription stands nowhere yet is no absence of it.
func ungrouped(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	o, err := s.Absent(ctx, t, "no management group "+t.Landing.Parent)
	if err != nil || o.State != plan.Absent || s.Subscription == "" {
		return o, err
	}
	o.State, o.Match, o.Live = plan.Present, plan.BySetting, plan.Fields{}
	return placed(ctx, s, o, t.Landing.Parent)
}

// Preflight implements step.Control. The policies of a group hold for whoever is placed in it: Landfall too.
func (group) Preflight(ctx context.Context, s *session.Session, t plan.Task, c plan.Change) error {
	if session.Changed(plan.Deed{Change: c}, "group") { // a new group has none
		return nil
	}
	return bearable(ctx, s, t.Landing)
}

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
		switch done, err := session.Settle(ctx, p, 5*time.Second); {
		case young(err):
			return plan.Applied{ID: id}, nil
		case err != nil, !done:
			return session.Begun(id, p, err)
		}
	}
	err = place(ctx, s, id)
	if o.Live["group"] != id && young(err) { // the step comes again for that too
		return plan.Applied{ID: id}, nil
	}
	return plan.Applied{ID: id}, err
}

// Undo implements step.Undoer: the subscription goes back to where it lay, and a group that the run made is deleted once it is
// empty. Another landing of the run may still be in it: the last to leave deletes it.
func (group) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	id := t.Landing.Parent
	if o.Live["subscription"] == "member" && session.Changed(d, "subscription") {
		back := d.Receipt.Before["parent"]
		if back == "" {
			back = s.Tenant
		}
		if err := place(ctx, s, back); err != nil {
			return err
		}
	}
	if !session.Changed(d, "group") {
		return nil
	}
	return disband(ctx, s, id)
}

// disband deletes a management group that holds nothing.
func disband(ctx context.Context, s *session.Session, id string) error {
	c, err := armmanagementgroups.NewClient(s.Cred, s.ARM)
	if err != nil {
		return err
	}
	r, err := c.Get(ctx, id, &armmanagementgroups.ClientGetOptions{Expand: session.Ptr(armmanagementgroups.ManagementGroupExpandTypeChildren)})
	switch {
	case session.Missing(err):
		return nil
	case err != nil:
		return err
	}
	if r.Properties != nil && len(r.Properties.Children) > 0 {
		return step.InUse(fmt.Sprintf("the management group %s still holds %d others, %s first; the last to leave lets it be removed",
			id, len(r.Properties.Children), session.Str(r.Properties.Children[0].DisplayName)))
	}
	p, err := c.BeginDelete(ctx, id, nil)
	return session.Gone(ctx, p, err)
}
