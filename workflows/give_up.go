package workflows

import (
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/plan"
)

func (m *migration) refuseAbort(a Abort) error { return a.refuse(m.progress.Aborted) }

// give gives the whole run up.
func (m *migration) give(a Abort) {
	if m.progress.Aborted == nil {
		m.progress.Aborted = &a
	}
}

// heedCancel takes the workflow's cancellation for an abort.
func (m *migration) heedCancel(ctx workflow.Context) {
	_ = workflow.Await(ctx, func() bool { return false }) // it ends only by being cancelled
	if ctx.Err() != nil {
		m.give(cancelled())
	}
}

// undo has every landing that was begun undo what this run made in it: the others first and the management landings, which
// hold what the others stand on, after them. A landing that has ended is given its own report to undo.
func (m *migration) undo(ctx workflow.Context) error {
	a := m.progress.Aborted
	if a == nil {
		return nil
	}
	m.scribe.write(ctx, plan.Entry{Kind: plan.EntryAbort, Who: a.Operator, What: "the run of " + m.plan.Metadata.Name + " is given up", Why: a.Reason})
	m.herald.tell(ctx, plan.Notice{Kind: plan.NoticeAborted, Plan: m.plan.Metadata.Name, What: "the run is given up; what it made is being undone", By: a.Operator})
	m.tell(ctx, m.state())
	for _, management := range []bool{false, true} {
		for _, l := range m.landings {
			if _, begun := m.progress.Landings[l.ID()]; !begun || l.Management != management {
				continue
			}
			if err := m.undoLanding(ctx, l, *a); err != nil {
				return err
			}
		}
		// One that waits for a management landing to leave what they share keeps nobody: it is awaited with those.
		err := workflow.Await(ctx, func() bool { return m.allUndone(management, !management) })
		if err != nil {
			return err
		}
	}
	if err := workflow.Await(ctx, func() bool { return m.allUndone(false, false) }); err != nil {
		return err
	}
	m.undone = true
	return m.tombstones(ctx)
}

// undoLanding asks a landing that is under way to undo, and has one that has ended do so by its report.
func (m *migration) undoLanding(ctx workflow.Context, l plan.Landing, a Abort) error {
	id, s := LandID(l.Plan, l.ID()), m.progress.Landings[l.ID()]
	ended := s.State == plan.LandingDone || s.State == plan.LandingFailed
	if !ended && workflow.SignalExternalWorkflow(ctx, id, "", AbortMessage, a).Get(ctx, nil) == nil {
		return nil
	}
	if s.State == plan.LandingAborted {
		return nil
	}
	r, err := do(ctx, quick(), Queue, "read the receipts of "+l.ID(), runs.ReadLanding, activities.ReadLandingInput{Workflow: id, Run: s.Run})
	if err != nil {
		m.note(ctx, landed{Landing: l.ID(), State: plan.LandingFailed, Why: "nothing of it was undone: " + note(named(err)).Message})
		m.progress.unread(l.ID())
		return nil
	}
	m.progress.Landings[l.ID()] = landed{Landing: l.ID(), State: plan.LandingUndoing}
	return m.startLanding(ctx, l, LandInput{
		Landing: l, Parent: workflow.GetInfo(ctx).WorkflowExecution.ID, Manual: m.manualOf(l), Notify: m.plan.Notify, Journal: m.journalInput(),
		Undo: &Undo{Abort: a, Report: r},
	})
}

// unread notes a landing whose receipts cannot be read: nobody waits for it.
func (p *Progress) unread(landing string) {
	l := p.Landings[landing]
	l.Unread = true
	p.Landings[landing] = l
}

// allUndone reports whether all landings of a kind that were begun have undone what they made, or, where that will do, wait for
// another to leave what they share.
func (m *migration) allUndone(management, waiting bool) bool {
	for _, l := range m.landings {
		s, begun := m.progress.Landings[l.ID()]
		if begun && l.Management == management && s.State != plan.LandingAborted && !s.Unread && !(waiting && s.State == plan.LandingWaiting) {
			return false
		}
	}
	return true
}

// tombstones marks the rows of this run's landings in the registry: a row is never deleted.
func (m *migration) tombstones(ctx workflow.Context) error {
	m.turning = true // the registry's own step enters nothing any more
	m.drained = true
	m.progress.Rows = nil
	home, kept := m.registryHome()
	reg := &m.progress.Registry
	if !kept || !m.homeKnown(&home) || len(reg.Rows) == 0 || reg.Written < len(reg.Rows) { // rows that stood before are left
		return nil
	}
	var rows []plan.Row
	for _, r := range reg.Rows {
		r.Attributes = map[string]string{"state": string(plan.LandingAborted)}
		rows = append(rows, r)
	}
	done, err := do(ctx, quick(), CloudQueue(plan.AWS), "mark the rows of what was given up", register.EnterRows,
		activities.RegisterInput{Home: home, Registry: m.plan.Registry, Rows: rows})
	reg.Written += done.Written
	if err != nil {
		reg.State, reg.Why = plan.StepFailed, "its rows still say what stood before the abort: "+note(named(err)).Message
	}
	return nil
}

// givenUp is the state of a run that somebody has given up: undoing until every landing has come to an end.
func (m *migration) givenUp() plan.LandingState {
	state := plan.LandingAborted
	for _, l := range m.landings {
		switch s, begun := m.progress.Landings[l.ID()]; {
		case !begun, s.State == plan.LandingAborted, s.Unread:
		case s.State == plan.LandingHeld && strings.HasPrefix(s.Why, undoingWhat): // else it was held before, and has not begun to undo
			return plan.LandingHeld
		default:
			state = plan.LandingUndoing
		}
	}
	return state
}
