package organizations

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Organization is the AWS organisation with all its features.
type Organization struct{}

// Describe implements step.Control.
func (Organization) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "organization", Title: "the AWS organisation with all features", Chapter: plan.Container,
		Outside: true, Login: l.Login.Name, Inverse: plan.NoInverse, Usual: 10 * time.Second,
	}, l.Management
}

// Want implements step.Control.
func (Organization) Want(plan.Task) plan.Fields {
	return plan.Fields{"features": string(types.OrganizationFeatureSetAll)}
}

// Observe implements step.Control.
func (Organization) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	out, err := client(s).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	switch {
	case session.Is(err, "AWSOrganizationsNotInUseException"):
		return plan.Observation{State: plan.Absent, Evidence: []string{"DescribeOrganization: account " + s.Home + " is in no organisation"}}, nil
	case err != nil:
		return plan.Observation{}, err
	}
	o := out.Organization
	id, master := aws.ToString(o.Id), aws.ToString(o.MasterAccountId)
	if want := t.Landing.Organization; want != "" && want != id {
		return plan.Observation{}, fault.New(fault.Conflict, "Sign in to the organisation that the plan names, or correct clouds.aws.organization; then resume.",
			"the login signs in to the organisation %s, and the plan names %s", id, want)
	}
	return plan.Observation{
		State: plan.Present, ID: id, Match: plan.BySetting,
		Live:     plan.Fields{"features": string(o.FeatureSet)},
		Evidence: []string{fmt.Sprintf("DescribeOrganization: %s, features %s, management account %s", id, o.FeatureSet, master)},
	}, nil
}

// Preflight implements step.Control.
func (Organization) Preflight(ctx context.Context, s *session.Session, t plan.Task, c plan.Change) error {
	switch {
	case c.Op == plan.Update:
		return fault.New(fault.PendingApproval, "Have all features enabled (EnableAllFeatures; each invited account accepts), then resume.",
			"the organisation has consolidated billing alone")
	case t.Landing.Organization != "":
		return fault.New(fault.Conflict, "Sign in to the organisation that the plan names, or leave clouds.aws.organization out; then resume.",
			"the plan names the organisation %s, and the login's account is in none", t.Landing.Organization)
	}
	return iam.May(ctx, s.AsLogin(), "*", "organizations:CreateOrganization")
}

// Apply implements step.Control.
func (Organization) Apply(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Change, _ plan.Observation, intent step.Intent) (plan.Applied, error) {
	intent("create the organisation")
	out, err := client(s).CreateOrganization(ctx, &organizations.CreateOrganizationInput{FeatureSet: types.OrganizationFeatureSetAll})
	if session.Is(err, "AlreadyInOrganizationException") {
		return plan.Applied{}, nil
	}
	if err != nil {
		return plan.Applied{}, err
	}
	return plan.Applied{ID: aws.ToString(out.Organization.Id)}, nil
}
