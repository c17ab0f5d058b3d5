package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// heraldProgress is all of a herald that outlives continue-as-new.
type heraldProgress struct {
	Count  int           `json:"count,omitempty"`
	Untold []plan.Notice `json:"untold,omitempty"`
}

func (h *herald) progress() heraldProgress { return heraldProgress{Count: h.Count, Untold: h.Untold} }

func (h *herald) resume(ctx workflow.Context, p heraldProgress) { h.inherit(ctx, p.Count, p.Untold) }
