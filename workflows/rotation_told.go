package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// told tells whoever began the rotation how far it is.
func (r *rotation) told(ctx workflow.Context) {
	if len(r.holds.open) > 0 {
		r.toldAs(ctx, plan.RotationHeld)
		return
	}
	r.toldAs(ctx, r.State)
}

// toldAs tells whoever began the rotation that it is in a state, and whoever wants another after it that theirs is queued; or
// held, where this one is: no more comes of it before somebody acts.
func (r *rotation) toldAs(ctx workflow.Context, state plan.RotationState) {
	said := rotated{Credential: r.Credential, State: state, Promoted: !r.Promoted.IsZero(), Fault: r.Fault}
	for _, parent := range append([]string{r.in.Parent}, r.in.Parents...) {
		tellParent(ctx, parent, said)
	}
	if r.Again == nil {
		return
	}
	said.Promoted = false
	if state != plan.RotationHeld {
		said.State, said.Fault = plan.RotationQueued, nil
	}
	for _, parent := range append([]string{r.Again.Parent}, r.Again.Parents...) {
		tellParent(ctx, parent, said)
	}
}

func tellParent(ctx workflow.Context, parent string, said rotated) {
	if parent == "" {
		return
	}
	if err := workflow.SignalExternalWorkflow(ctx, parent, "", rotatedSignal, said).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Info("who began the rotation has ended", "parent", parent, "error", err)
	}
}
