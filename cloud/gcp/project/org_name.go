package project

import (
	"context"
	"errors"

	"cloud.google.com/go/resourcemanager/apiv3/resourcemanagerpb"
	"google.golang.org/api/iterator"

	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// orgName is what the organisation is called. No API changes it; it follows the primary domain, which a person sets.
type orgName struct{}

func (orgName) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "org-name", Title: "the organisation's display name", Chapter: plan.Container, Outside: true, Manual: true, Inverse: plan.NoInverse,
	}, l.Management && l.OrgName != ""
}

func (orgName) Want(t plan.Task) plan.Fields { return plan.Fields{"displayName": t.Landing.OrgName} }

func (orgName) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	ctx, done := s.Listing(ctx)
	defer done()
	for it := s.Organizations.SearchOrganizations(ctx, &resourcemanagerpb.SearchOrganizationsRequest{}); ; {
		o, err := it.Next()
		if errors.Is(err, iterator.Done) {
			break
		}
		if err != nil {
			return plan.Observation{}, s.Fault(err, service, "SearchOrganizations")
		}
		if o.GetName() == t.Landing.Organization {
			return plan.Observation{
				State: plan.Present, ID: o.GetName(), Match: plan.ByKey, Live: plan.Fields{"displayName": o.GetDisplayName()},
				Evidence: []string{wire.Evidence("SearchOrganizations", "%s is called %q", o.GetName(), o.GetDisplayName())},
			}, nil
		}
	}
	f := fault.New(fault.Denied, "Have an administrator grant the login "+t.Landing.Login.Name+" resourcemanager.organizations.get, or mend clouds.gcp.organization; then resume.",
		"the login sees no organisation %s", t.Landing.Organization)
	f.Cloud, f.Service, f.Operation, f.Login = string(plan.GCP), service, "SearchOrganizations", t.Landing.Login.Name
	return plan.Observation{}, f
}

// Preflight has nothing to read.
func (orgName) Preflight(context.Context, *wire.Session, plan.Task, plan.Change) error { return nil }

// Apply is a person.
func (orgName) Apply(context.Context, *wire.Session, plan.Task, plan.Change, plan.Observation, step.Intent) (plan.Applied, error) {
	return plan.Applied{}, fault.New(fault.Bug, "Report this.", "the organisation's display name is a person's to change")
}
