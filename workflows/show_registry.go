package workflows

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// ShowRegistryType reads the registry of a plan for somebody who has no credentials of their own.
const ShowRegistryType = "ShowRegistry"

// ShowRegistryInput says whose registry: the plan by its name in the worker's folder, or the plan itself.
type ShowRegistryInput struct {
	PlanRef string     `json:"planRef,omitempty"`
	Plan    *plan.Plan `json:"plan,omitempty"`
	// From is the cloud, or the landing, whose export is read; empty: the registry itself is.
	From string `json:"from,omitempty"`
	// Containers are the ids that the last run found, by landing, for those that the plan does not adopt.
	Containers map[string]string `json:"containers,omitempty"`
}

// ShownRegistry is the result of ShowRegistry.
type ShownRegistry struct {
	Rows []plan.Row `json:"rows"`
	// Proof is why an export is to be believed; nil where the registry itself was read.
	Proof *plan.Exported `json:"proof,omitempty"`
}

// ShowRegistry reads every row of the registry, or of its newest export: then nothing is asked of AWS. It writes nothing.
func ShowRegistry(ctx workflow.Context, in ShowRegistryInput) (ShownRegistry, error) {
	p, err := do(ctx, quick(), Queue, "settle the plan", plans.SettlePlan, activities.SettlePlanInput{PlanRef: in.PlanRef, Plan: in.Plan})
	if err != nil {
		return ShownRegistry{}, err
	}
	m := &migration{plan: p.Plan}
	if m.landings, err = m.plan.Resolve(); err != nil {
		return ShownRegistry{}, err
	}
	if in.From != "" {
		return m.showExport(ctx, in)
	}
	home, kept := m.registryHome()
	if !kept {
		return ShownRegistry{}, mistaken("Name a plan that has.", "the plan %s has no AWS landing for a registry", m.plan.Metadata.Name)
	}
	got, err := do(ctx, quick(), CloudQueue(plan.AWS), "read the registry", register.ListRows,
		activities.RegisterInput{Home: placed(home, in.Containers), Registry: m.plan.Registry})
	return ShownRegistry{Rows: got.Rows}, err
}

// showExport reads the export that a cloud has.
func (m *migration) showExport(ctx workflow.Context, in ShowRegistryInput) (ShownRegistry, error) {
	reg := m.plan.Registry
	at := slices.IndexFunc(m.landings, func(l plan.Landing) bool {
		return slices.Contains(reg.ExportTo, l.ID()) && (in.From == l.ID() || in.From == string(l.Cloud))
	})
	switch {
	case reg.SigningKey == "":
		return ShownRegistry{}, mistaken("Set registry.signingKey: the next run exports it.", "the plan %s does not export its registry", m.plan.Metadata.Name)
	case at < 0:
		return ShownRegistry{}, mistaken("Read one of those.", "the plan %s exports its registry to %s, not to %s", m.plan.Metadata.Name, strings.Join(reg.ExportTo, " and "), in.From)
	}
	l := placed(m.landings[at], in.Containers)
	got, err := do(ctx, quick(), CloudQueue(l.Cloud), "read the registry's export in "+l.ID(), exports.ReadExport,
		activities.ReadExportInput{Landing: l, Registry: reg})
	if err != nil {
		return ShownRegistry{}, err
	}
	return ShownRegistry{Rows: got.Rows, Proof: &got.Proof}, nil
}

// placed is a landing in the container that is known of it.
func placed(l plan.Landing, containers map[string]string) plan.Landing {
	l.Siblings = nil
	l.Adopt.ID = first(l.Adopt.ID, containers[l.ID()])
	return l
}

// mistaken refuses what was asked.
func mistaken(hint, format string, a ...any) error {
	f := fault.New(fault.Invalid, hint, format, a...)
	return temporal.NewApplicationErrorWithOptions(f.Error()+". "+hint, string(f.Kind), temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{f}})
}
