package activities

import (
	"context"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Runs are the activities that read what ended runs of the runbook left in Temporal.
type Runs struct {
	// Result decodes the result of a workflow's ended run.
	Result func(ctx context.Context, workflow, run string, into any) error
}

// ReadLandingInput is the input of ReadLanding: an ended run of a landing's workflow.
type ReadLandingInput struct {
	Workflow string `json:"workflow"`
	Run      string `json:"run"`
}

// ReadLanding is the report that a landing's workflow ended with: the receipts of all that it did.
func (a *Runs) ReadLanding(ctx context.Context, in ReadLandingInput) (plan.LandingReport, error) {
	var r plan.LandingReport
	if err := a.Result(ctx, in.Workflow, in.Run, &r); err != nil {
		return r, &fault.Fault{
			Kind: fault.Transient, Message: "the receipts of " + in.Workflow + " cannot be read: " + err.Error(),
			Hint: "See whether Temporal still keeps that run.", Err: err,
		}
	}
	return r, nil
}
