package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/plan"
)

// RotateCredentialsInput starts RotateCredentials: by hand, or by a schedule.
type RotateCredentialsInput struct {
	PlanRef string     `json:"planRef,omitempty"` // the name of a plan in the worker's plan folder
	Plan    *plan.Plan `json:"plan,omitempty"`
	// Credentials are ids, or names of clouds for all of theirs. Default all of the plan's.
	Credentials []string `json:"credentials,omitempty"`
	Operator    string   `json:"operator"`
	Reason      string   `json:"reason"`
	// Compromised skips the grace, disables old keys at once and ends what sessions can be ended.
	Compromised bool `json:"compromised,omitempty"`
	// Scheduled honours the plan's freezes: what falls into one begins after it.
	Scheduled bool `json:"scheduled,omitempty"`
	// Retire takes the credentials away instead, one that nothing needs any more: see Retire.
	Retire *Retire `json:"retire,omitempty"`
}

// RotatedCredentials is how far the rotations were when RotateCredentials ended: each goes on by itself.
type RotatedCredentials struct {
	Plan      string                        `json:"plan"`
	Rotations map[string]plan.RotationState `json:"rotations"` // by credential
	Failed    map[string]plan.Note          `json:"failed,omitempty"`
}

// rotationsAtOnce is how many rotations are under way at once before their new key is current. What limits them is what the
// clouds allow one caller; a rotation that is held or only waits for its grace counts no more.
const rotationsAtOnce = 20

// RotateCredentials begins the rotation of credentials, one workflow each, and ends when each new key is current, or is
// rolled back, or waits for somebody. A rotation that is under way already is followed by another: none is dropped.
func RotateCredentials(ctx workflow.Context, in RotateCredentialsInput) (RotatedCredentials, error) {
	b := &batchOfRotations{in: in, promoted: map[string]bool{}, out: RotatedCredentials{Rotations: map[string]plan.RotationState{}, Failed: map[string]plan.Note{}}}
	for _, chapter := range []func(workflow.Context) error{b.setup, b.settle, b.thaw, b.begin, b.wait} {
		if err := chapter(ctx); err != nil {
			return b.out, err
		}
	}
	if n := len(b.out.Failed); n > 0 {
		return b.out, temporal.NewNonRetryableApplicationError(fmt.Sprintf("%d of %d rotations were rolled back or cut short: the old keys are current", n, len(b.out.Rotations)), "RolledBack", nil, b.out)
	}
	return b.out, nil
}

// batchOfRotations is the state of a RotateCredentials.
type batchOfRotations struct {
	in          RotateCredentialsInput
	out         RotatedCredentials
	plan        plan.Plan
	credentials []plan.Credential
	journal     JournalInput
	pace        float64
	promoted    map[string]bool // rotations whose new key is current
}

// setup registers what the UI offers, and hears how far the rotations are.
func (b *batchOfRotations) setup(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func(Ask) (RotatedCredentials, error) { return b.out, nil },
		workflow.QueryHandlerOptions{Description: "How far every rotation is."})
	if err != nil {
		return err
	}
	said := workflow.GetSignalChannel(ctx, rotatedSignal)
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var r rotated
			if more := said.Receive(ctx, &r); !more || ctx.Err() != nil {
				return
			}
			b.note(ctx, r)
		}
	})
	return nil
}

func (b *batchOfRotations) note(ctx workflow.Context, r rotated) {
	b.out.Rotations[r.Credential] = r.State
	b.promoted[r.Credential] = b.promoted[r.Credential] || r.Promoted
	if r.State == plan.RotationBack && r.Fault != nil {
		b.out.Failed[r.Credential] = *r.Fault
	}
	b.tell(ctx)
}

// settle reads the plan and chooses the credentials.
func (b *batchOfRotations) settle(ctx workflow.Context) error {
	p, err := do(ctx, quick(), Queue, "settle the plan", plans.SettlePlan, activities.SettlePlanInput{PlanRef: b.in.PlanRef, Plan: b.in.Plan})
	if err != nil {
		return err
	}
	b.plan, b.out.Plan, b.pace = p.Plan, p.Plan.Metadata.Name, p.Pace
	all, err := b.plan.Credentials()
	if err != nil {
		return err
	}
	b.journal = journalOf(b.plan)
	for _, c := range all {
		if chosen(c, b.in.Credentials) {
			c.Grace, c.Observe = paced(c.Grace, p.Pace), paced(c.Observe, p.Pace)
			b.credentials = append(b.credentials, c)
		}
	}
	if len(b.credentials) == 0 {
		return temporal.NewNonRetryableApplicationError(fmt.Sprintf("the plan %s has no credential that is one of %v", b.out.Plan, b.in.Credentials), "Invalid", nil)
	}
	return workflow.UpsertTypedSearchAttributes(ctx, keyword(AttrPlan, b.out.Plan), keyword(AttrOwner, b.plan.Metadata.Owner))
}

// chosen reports whether a credential is one of those asked for.
func chosen(c plan.Credential, asked []string) bool {
	if len(asked) == 0 {
		return true
	}
	for _, a := range asked {
		if a == "*" || a == c.ID || a == string(c.Cloud) {
			return true
		}
	}
	return false
}

// paced is a time in a worker whose world goes faster than ours.
func paced(d time.Duration, pace float64) time.Duration {
	if pace <= 0 {
		return d
	}
	return time.Duration(float64(d) * pace)
}

// thaw waits until no freeze of the plan is in force.
func (b *batchOfRotations) thaw(ctx workflow.Context) error {
	for b.in.Scheduled {
		now := workflow.Now(ctx).UTC()
		f, frozen := b.plan.FrozenOn(now.Format(time.DateOnly))
		if !frozen {
			return nil
		}
		end, err := time.Parse(time.DateOnly, f.To)
		if err != nil {
			return err
		}
		b.tell(ctx)
		if _, err := awaitUntil(ctx, end.AddDate(0, 0, 1), "frozen until "+f.To+": "+f.Reason, func() bool { return false }); err != nil {
			return err
		}
	}
	return nil
}

// begin starts every rotation, a window of them at a time. What is held, or queued behind another, takes no place in it.
func (b *batchOfRotations) begin(ctx workflow.Context) error {
	for _, c := range b.credentials {
		if err := workflow.Await(ctx, func() bool { return b.underway() < rotationsAtOnce }); err != nil {
			return err
		}
		b.out.Rotations[c.ID] = plan.RotationLooking
		in := RotateInput{
			Credential: c, Notify: b.plan.Notify, Journal: b.journal, Operator: b.in.Operator, Reason: b.in.Reason, Compromised: b.in.Compromised,
			Retire: b.in.Retire, Pace: b.pace, Parent: workflow.GetInfo(ctx).WorkflowExecution.ID,
		}
		if err := b.rotate(ctx, c, in); err != nil {
			return err
		}
	}
	return nil
}

// rotate starts a rotation; one that is under way already is asked to be followed by this one.
func (b *batchOfRotations) rotate(ctx workflow.Context, c plan.Credential, in RotateInput) error {
	id := RotationID(c.Plan, c.ID)
	for {
		child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
			WorkflowID: id, TaskQueue: Queue, WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
			ParentClosePolicy: enums.PARENT_CLOSE_POLICY_ABANDON,
			StaticSummary:     "rotate " + c.ID + " (" + string(c.Kind) + ")",
			StaticDetails:     "Renews the credential **" + c.ID + "**, kept at " + c.Item + ": " + in.Reason + ". The old key can be brought back until it is deleted.",
			TypedSearchAttributes: temporal.NewSearchAttributes(
				keyword(AttrPlan, c.Plan), keyword(AttrCloud, string(c.Cloud)), keyword(AttrState, string(plan.RotationLooking)), keyword(AttrOwner, c.Owner),
			),
		}), RotateCredentialType, in)
		err := child.GetChildWorkflowExecution().Get(ctx, nil)
		if err == nil {
			workflow.Go(ctx, func(ctx workflow.Context) { b.cut(ctx, c.ID, child.Get(ctx, nil)) })
		}
		if err == nil || !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
			return err
		}
		if workflow.SignalExternalWorkflow(ctx, id, "", AgainMessage, in).Get(ctx, nil) == nil {
			b.out.Rotations[c.ID] = plan.RotationQueued
			return nil
		} // it has ended in between: another is started
	}
}

// wait waits until every new key is current, or rolled back, or waits for somebody.
func (b *batchOfRotations) wait(ctx workflow.Context) error {
	err := workflow.Await(ctx, func() bool { return b.underway()+b.queued() == 0 && len(b.out.Rotations) == len(b.credentials) })
	if err != nil {
		return err
	}
	b.tell(ctx)
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

// tell shows how far the rotations are.
func (b *batchOfRotations) tell(ctx workflow.Context) {
	text := fmt.Sprintf("**%s** rotates %d credentials: %s\n\n", b.out.Plan, len(b.credentials), b.in.Reason)
	for i, id := range workflow.DeterministicKeys(b.out.Rotations) {
		if i == 100 {
			text += fmt.Sprintf("- and %d more: query `status`\n", len(b.out.Rotations)-i)
			break
		}
		text += "- " + id + ": " + string(b.out.Rotations[id]) + "\n"
	}
	workflow.SetCurrentDetails(ctx, clip(text, 12000))
}

// journalOf says where a plan's journal is kept.
func journalOf(p plan.Plan) JournalInput {
	m := &migration{plan: p, progress: &Progress{}}
	landings, err := p.Resolve()
	if err != nil {
		return JournalInput{Plan: p.Metadata.Name}
	}
	m.landings = landings
	return m.journalInput()
}
