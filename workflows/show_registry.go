package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/plan"
)

// ShowRegistryType reads the registry of a plan for somebody who has no credentials of their own.
const ShowRegistryType = "ShowRegistry"

// ShowRegistryInput says whose registry: the plan by its name in the worker's folder, or the plan itself. Home is the id
// of the account the table is in, where the plan does not adopt it.
type ShowRegistryInput struct {
	PlanRef string     `json:"planRef,omitempty"`
	Plan    *plan.Plan `json:"plan,omitempty"`
	Home    string     `json:"home,omitempty"`
}

// ShowRegistry reads every row of the registry. It writes nothing.
func ShowRegistry(ctx workflow.Context, in ShowRegistryInput) ([]plan.Row, error) {
	p, err := do(ctx, quick(), Queue, "settle the plan", plans.SettlePlan, activities.SettlePlanInput{PlanRef: in.PlanRef, Plan: in.Plan})
	if err != nil {
		return nil, err
	}
	m := &migration{plan: p.Plan}
	if m.landings, err = m.plan.Resolve(); err != nil {
		return nil, err
	}
	home, kept := m.registryHome()
	if !kept {
		return nil, fmt.Errorf("the plan %s has no AWS landing for a registry", p.Plan.Metadata.Name)
	}
	if home.Adopt.ID == "" {
		home.Adopt.ID = in.Home
	}
	got, err := do(ctx, quick(), CloudQueue(plan.AWS), "read the registry", register.ListRows,
		activities.RegisterInput{Home: home, Registry: p.Plan.Registry})
	return got.Rows, err
}
