package baseline

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// resourceGroup is the group in which the landing's own resources stand.
type resourceGroup struct{}

// Describe implements step.Control.
func (resourceGroup) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "resource-group", Title: "the resource group", Chapter: plan.Protect,
		After: []string{"subscription"}, Inverse: plan.Revert, Usual: 10 * time.Second,
	}, true
}

// Want implements step.Control.
func (resourceGroup) Want(t plan.Task) plan.Fields {
	return plan.Fields{"name": session.Group(t.Landing), session.Provisioning: session.Succeeded}
}

// Owned implements step.Owned.
func (resourceGroup) Owned() bool { return true }

// Observe implements step.Control.
func (resourceGroup) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	c, err := armresources.NewResourceGroupsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Observation{}, err
	}
	name := session.Group(t.Landing)
	r, err := c.Get(ctx, name, nil)
	switch {
	case session.Missing(err):
		var names []string
		for p := c.NewListPager(nil); p.More(); {
			page, err := p.NextPage(ctx)
			if err != nil {
				return plan.Observation{}, err
			}
			for _, g := range page.Value {
				names = append(names, session.Str(g.Name))
			}
		}
		return plan.Observation{State: plan.Absent, Similar: similar(t.Landing, name, names), Evidence: []string{"no resource group " + name}}, nil
	case err != nil:
		return plan.Observation{}, err
	}
	o := plan.Observation{
		ID: session.Str(r.ID), Match: match(t.Landing, "resource-group"), Owner: session.OwnerOf(r.Tags),
		Live: plan.Fields{"name": name}, Evidence: []string{"resource group " + name + " in " + session.Str(r.Location)},
	}
	provisioning := ""
	if r.Properties != nil {
		provisioning = session.Str(r.Properties.ProvisioningState)
	}
	return s.Settled(ctx, t, o, provisioning)
}

// Preflight implements step.Control.
func (resourceGroup) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error {
	return nil
}

// Apply implements step.Control.
func (resourceGroup) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	client, err := armresources.NewResourceGroupsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	name := session.Group(t.Landing)
	if c.Op == plan.Create {
		_, err = client.CreateOrUpdate(ctx, name, armresources.ResourceGroup{Location: session.Ptr(t.Landing.Region), Tags: session.Tags(t.Landing)}, nil)
		return plan.Applied{ID: name}, err
	}
	r, err := client.Get(ctx, name, nil)
	if err != nil {
		return plan.Applied{}, err
	}
	_, err = client.Update(ctx, name, armresources.ResourceGroupPatchable{Tags: session.Claim(r.Tags, t.Landing, c)}, nil)
	return plan.Applied{ID: name}, err
}

// Undo implements step.Undoer. To delete a group is to delete what is in it: one that holds anything is left.
func (resourceGroup) Undo(ctx context.Context, s *session.Session, t plan.Task, _ plan.Deed, _ plan.Observation) error {
	return removeGroup(ctx, s, session.Group(t.Landing))
}

// removeGroup deletes a resource group in which nothing stands any more.
func removeGroup(ctx context.Context, s *session.Session, name string) error {
	resources, err := armresources.NewClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	for p := resources.NewListByResourceGroupPager(name, nil); p.More(); {
		page, err := p.NextPage(ctx)
		switch {
		case session.Missing(err):
			return nil
		case err != nil:
			return err
		}
		for _, r := range page.Value {
			return fault.New(fault.Conflict, "Move or delete what is in it, then abort again; or keep the group.",
				"the resource group %s still holds %s: it is left", name, session.Str(r.ID))
		}
	}
	groups, err := armresources.NewResourceGroupsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	poller, err := groups.BeginDelete(ctx, name, nil)
	return session.Gone(ctx, poller, err)
}
