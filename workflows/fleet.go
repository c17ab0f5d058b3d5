package workflows

import (
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// land carries every landing side by side, a window of them at a time. A landing that is held gives up its place in the
// window: it never stops another.
func (m *migration) land(ctx workflow.Context) error {
	if m.mode() == ModePreview {
		m.drained = true
		return nil
	}
	m.hear(ctx)
	workflow.Go(ctx, m.keepRegistry)
	for _, l := range m.inTurn() {
		if _, begun := m.progress.Landings[l.ID()]; begun {
			continue
		}
		if err := workflow.Await(ctx, func() bool { return m.underway() < m.window() || m.progress.Aborted != nil }); err != nil {
			return err
		}
		if m.progress.Aborted != nil {
			return nil
		}
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			return m.goOn(ctx)
		}
		if err := m.begin(ctx, l); err != nil {
			return err
		}
	}
	err := workflow.Await(ctx, func() bool {
		return (m.landed() && m.drained) || m.progress.Aborted != nil || workflow.GetInfo(ctx).GetContinueAsNewSuggested()
	})
	if err == nil && !(m.landed() && m.drained) && m.progress.Aborted == nil {
		return m.goOn(ctx)
	}
	return err
}

// inTurn is the order in which landings begin: the management environments first, since others wait for what is made in
// them and a window full of those that wait would never move.
func (m *migration) inTurn() []plan.Landing {
	var first, rest []plan.Landing
	for _, l := range m.landings {
		if l.Management {
			first = append(first, l)
		} else {
			rest = append(rest, l)
		}
	}
	return append(first, rest...)
}

// hear takes in what the landings tell.
func (m *migration) hear(ctx workflow.Context) {
	told := workflow.GetSignalChannel(ctx, landedSignal)
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var l landed
			if more := told.Receive(ctx, &l); !more || ctx.Err() != nil {
				return
			}
			m.note(ctx, l)
		}
	})
}

// note takes in how far a landing is.
func (m *migration) note(ctx workflow.Context, l landed) {
	m.progress.Rows = append(m.progress.Rows, l.Rows...)
	l.Rows = nil
	m.progress.Landings[l.Landing] = l
	m.tell(ctx, m.state())
}

// begin starts one landing's workflow and waits until it is there. One that is already under way from an earlier run is
// asked to tell this run instead.
func (m *migration) begin(ctx workflow.Context, l plan.Landing) error {
	m.progress.Landings[l.ID()] = landed{Landing: l.ID(), State: plan.LandingRunning}
	in := LandInput{
		Landing: l, Parent: workflow.GetInfo(ctx).WorkflowExecution.ID, Manual: m.manualOf(l), Notify: m.plan.Notify, Journal: m.journalInput(),
		Foreseen: m.progress.Foreseen[l.ID()],
	}
	delete(m.progress.Foreseen, l.ID())
	return m.startLanding(ctx, l, in)
}

// manualOf are the plan's own steps of a landing.
func (m *migration) manualOf(l plan.Landing) []plan.ManualStep {
	var out []plan.ManualStep
	for _, s := range m.plan.Manual {
		if s.Cloud == l.Cloud && s.Environment == l.Environment {
			out = append(out, s)
		}
	}
	return out
}

// startLanding starts a landing's workflow. One that is under way is asked to tell this run, or to undo what it did.
func (m *migration) startLanding(ctx workflow.Context, l plan.Landing, in LandInput) error {
	id := LandID(l.Plan, l.ID())
	for {
		child, err := m.child(ctx, id, l, in)
		if err == nil {
			workflow.Go(ctx, func(ctx workflow.Context) { m.watch(ctx, l, child) })
			return nil
		}
		if !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
			return err
		}
		told := workflow.SignalExternalWorkflow(ctx, id, "", askedSignal, nil)
		if in.Undo != nil {
			told = workflow.SignalExternalWorkflow(ctx, id, "", AbortMessage, in.Undo.Abort)
		}
		if told.Get(ctx, nil) == nil {
			return nil
		} // it has ended in between: another is started
	}
}

// child starts a landing's workflow and waits until it is there.
func (m *migration) child(ctx workflow.Context, id string, l plan.Landing, in LandInput) (workflow.ChildWorkflowFuture, error) {
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: id, TaskQueue: Queue, TypedSearchAttributes: attributesOf(l),
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary:         "land " + l.Name + " (" + l.ID() + ")",
		StaticDetails:         "Carries the landing " + l.ID() + " of plan " + l.Plan + ". Its checklist is in the current details.",
	}), LandType, in)
	return child, child.GetChildWorkflowExecution().Get(ctx, nil)
}

// watch notes a landing whose workflow ended without telling: it was terminated, cancelled, or met a bug.
func (m *migration) watch(ctx workflow.Context, l plan.Landing, child workflow.ChildWorkflowFuture) {
	var r plan.LandingReport
	err := child.Get(ctx, &r)
	if ctx.Err() != nil || err == nil {
		return
	}
	m.note(ctx, landed{Landing: l.ID(), State: plan.LandingFailed, Why: "its workflow ended: " + err.Error()})
}

// goOn continues as new with all that is known, once nothing told is unheard.
func (m *migration) goOn(ctx workflow.Context) error {
	told := workflow.GetSignalChannel(ctx, landedSignal)
	for {
		var l landed
		if !told.ReceiveAsync(&l) {
			break
		}
		m.note(ctx, l)
	}
	m.turning = true
	if err := m.close(ctx); err != nil {
		return err
	}
	m.progress.Notices = m.herald.progress()
	next := m.in
	next.Progress = m.progress
	return workflow.NewContinueAsNewError(ctx, MigrateType, next)
}

// window is how many landings are under way at once.
func (m *migration) window() int {
	if m.in.Window > 0 {
		return m.in.Window
	}
	return 40
}

// underway counts the landings that are going on by themselves.
func (m *migration) underway() int {
	n := 0
	for _, id := range workflow.DeterministicKeys(m.progress.Landings) {
		if m.progress.Landings[id].State == plan.LandingRunning {
			n++
		}
	}
	return n
}

// landed reports whether every landing has come to an end.
func (m *migration) landed() bool {
	for _, l := range m.landings {
		switch m.stateOf(l) {
		case plan.LandingDone, plan.LandingFailed, plan.LandingAborted:
		default:
			return false
		}
	}
	return true
}
