package workflows

import (
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// Names of the search attributes (all Keyword), for whoever registers them with a namespace.
const (
	AttrPlan        = "LandfallPlan"
	AttrCloud       = "LandfallCloud"
	AttrEnvironment = "LandfallEnvironment"
	AttrState       = "LandfallState"
	AttrHeldBy      = "LandfallHeldBy"
	AttrOwner       = "LandfallOwner"
)

// SearchAttributes lists the names of the Keyword search attributes that every run sets.
func SearchAttributes() []string {
	return []string{AttrPlan, AttrCloud, AttrEnvironment, AttrState, AttrHeldBy, AttrOwner}
}

func keyword(name, value string) temporal.SearchAttributeUpdate {
	key := temporal.NewSearchAttributeKeyKeyword(name)
	if value == "" {
		return key.ValueUnset()
	}
	return key.ValueSet(value)
}

// attributesOf are a landing's attributes at its start.
func attributesOf(l plan.Landing) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(
		keyword(AttrPlan, l.Plan), keyword(AttrCloud, string(l.Cloud)), keyword(AttrEnvironment, l.Environment),
		keyword(AttrState, string(plan.LandingRunning)), keyword(AttrOwner, l.Owner),
	)
}

// show puts a run's state where people list runs.
func show(ctx workflow.Context, state plan.LandingState, heldBy string) {
	err := workflow.UpsertTypedSearchAttributes(ctx, keyword(AttrState, string(state)), keyword(AttrHeldBy, heldBy))
	if err != nil {
		workflow.GetLogger(ctx).Warn("search attributes not set; register them with the namespace", "error", err)
	}
}
