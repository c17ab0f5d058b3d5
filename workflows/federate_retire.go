package workflows

import (
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// retire takes the key away: each consumer is seen to do without it once more, and then it goes by the last states of a rotation,
// in that one's own workflow. Brought back there it stays, and the federation goes on standing.
func (f *federation) retire(ctx workflow.Context) error {
	for {
		f.State = plan.FederationStanding // until it is seen once more all of it can be taken back
		if err := f.stand(ctx); err != nil {
			return err
		}
		for i := range f.links {
			if f.Ways[i].Word != "" {
				continue
			}
			if err := f.proveOne(ctx, i, 1, 0); err != nil {
				return err
			}
		}
		f.State = plan.FederationRetiring
		f.tell(ctx)
		err := f.takeAway(ctx)
		if err == nil {
			f.Fault = nil
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
		f.Going, f.Retired = nil, time.Time{}
		f.Fault = &plan.Note{
			Kind: "KeptAfterAll", Message: "the key was not retired: " + err.Error(),
			Hint: "The federation stands. See landfall rotate status " + f.Plan + ", then retire it again.",
		}
	}
}

// takeAway has the key's own workflow retire it, and waits for its end. A rotation that is under way is let come to its end first.
func (f *federation) takeAway(ctx workflow.Context) error {
	c, going := f.credential, *f.Going
	in := RotateInput{
		Credential: c, Notify: f.plan.Notify, Journal: f.journal, Operator: going.Operator, Reason: going.Reason, Retire: &going.Retire, Pace: f.pace,
		Parent: workflow.GetInfo(ctx).WorkflowExecution.ID,
	}
	for {
		child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
			WorkflowID: RotationID(c.Plan, c.ID), TaskQueue: Queue, WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
			ParentClosePolicy: enums.PARENT_CLOSE_POLICY_ABANDON,
			StaticSummary:     "retire " + c.ID + " (" + string(c.Kind) + ")",
			StaticDetails:     "Takes the key of **" + c.ID + "** away, whose consumers sign in without it: " + going.Reason + ". It can be brought back until it is deleted.",
			TypedSearchAttributes: temporal.NewSearchAttributes(
				keyword(AttrPlan, c.Plan), keyword(AttrCloud, string(c.Cloud)), keyword(AttrState, string(plan.RotationLooking)), keyword(AttrOwner, c.Owner),
			),
		}), RotateCredentialType, in)
		err := child.GetChildWorkflowExecution().Get(ctx, nil)
		if err == nil {
			return child.Get(ctx, nil)
		}
		if !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
			return err
		}
		if err := workflow.NewTimer(ctx, time.Minute).Get(ctx, nil); err != nil {
			return err
		}
	}
}

// retired takes in how far the key's own workflow is.
func (f *federation) retired(ctx workflow.Context, r rotated) {
	if f.State == plan.FederationRetiring && f.Retired.IsZero() && r.State.After(plan.RotationGrace) {
		f.Retired = workflow.Now(ctx)
	}
	f.Fault = r.Fault
	f.tell(ctx)
}
