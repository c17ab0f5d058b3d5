package project

import (
	"context"
	"strconv"

	"cloud.google.com/go/billing/apiv1/billingpb"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

const billingService = "cloudbilling"

// billing is what pays for the project. Taking it away again would stop what runs, so it has no inverse.
type billing struct{}

func (billing) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "billing", Title: "the billing account of the project", Chapter: plan.Container, After: []string{"project"}, Inverse: plan.NoInverse,
	}, l.Billing != ""
}

func (billing) Want(t plan.Task) plan.Fields {
	return plan.Fields{"billingAccount": t.Landing.Billing, "billingEnabled": "true"}
}

func (billing) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	b, err := s.Billing.GetProjectBillingInfo(ctx, &billingpb.GetProjectBillingInfoRequest{Name: "projects/" + names.Project(t)})
	if err != nil {
		return plan.Observation{}, s.Fault(err, billingService, "GetProjectBillingInfo")
	}
	return plan.Observation{
		State: plan.Present, ID: b.GetBillingAccountName(), Match: plan.BySetting,
		Live:     plan.Fields{"billingAccount": b.GetBillingAccountName(), "billingEnabled": strconv.FormatBool(b.GetBillingEnabled())},
		Evidence: []string{wire.Evidence("GetProjectBillingInfo", "%q enabled %t", b.GetBillingAccountName(), b.GetBillingEnabled())},
	}, nil
}

// Preflight reads the account (one that is closed pays for nothing), and asks on both sides for the right to link it.
func (billing) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	a, err := s.Billing.GetBillingAccount(ctx, &billingpb.GetBillingAccountRequest{Name: t.Landing.Billing})
	if err != nil {
		return s.Fault(err, billingService, "GetBillingAccount")
	}
	if !a.GetOpen() {
		return fault.New(fault.Entitlement, "Open the billing account again, or name another in the plan; then resume.", "%s is closed", t.Landing.Billing)
	}
	if err := s.May(ctx, t.Landing.Billing, "billing.resourceAssociations.create"); err != nil {
		return err
	}
	return s.May(ctx, "projects/"+names.Project(t), "resourcemanager.projects.createBillingAssignment")
}

func (billing) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	_, err := s.Billing.UpdateProjectBillingInfo(ctx, &billingpb.UpdateProjectBillingInfoRequest{
		Name: "projects/" + names.Project(t), ProjectBillingInfo: &billingpb.ProjectBillingInfo{BillingAccountName: t.Landing.Billing},
	})
	return plan.Applied{ID: t.Landing.Billing}, s.Fault(err, billingService, "UpdateProjectBillingInfo")
}
