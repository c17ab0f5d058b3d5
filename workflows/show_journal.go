package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/plan"
)

// ShowJournalType reads a page of a plan's journal for somebody who has no credentials of their own.
const ShowJournalType = "ShowJournal"

// ShowJournalInput says whose journal: the plan by its name in the worker's folder, or the plan itself.
type ShowJournalInput struct {
	PlanRef string     `json:"planRef,omitempty"`
	Plan    *plan.Plan `json:"plan,omitempty"`
	// Containers are the ids that the last run found, by landing, for those that the plan does not adopt.
	Containers map[string]string `json:"containers,omitempty"`
	After      string            `json:"after,omitempty"` // the place to read on from: Last of the page before
}

// ShowJournal reads a page of the journal, small enough to be a result. It writes nothing.
func ShowJournal(ctx workflow.Context, in ShowJournalInput) (plan.Page, error) {
	p, err := do(ctx, quick(), Queue, "settle the plan", plans.SettlePlan, activities.SettlePlanInput{PlanRef: in.PlanRef, Plan: in.Plan})
	if err != nil {
		return plan.Page{}, err
	}
	m := &migration{plan: p.Plan}
	if m.landings, err = m.plan.Resolve(); err != nil {
		return plan.Page{}, err
	}
	home, kept := m.registryHome()
	if !kept {
		return plan.Page{}, mistaken("Name a plan that has.", "the plan %s has no AWS landing for a journal", p.Plan.Metadata.Name)
	}
	return do(ctx, quick(), CloudQueue(plan.AWS), "read the journal", journals.ReadJournal, activities.ReadJournalInput{
		JournalOf: activities.JournalOf{Plan: p.Plan.Metadata.Name, Home: placed(home, in.Containers), Region: p.Plan.Registry.Region, Journal: p.Plan.Journal},
		After:     in.After,
	})
}
