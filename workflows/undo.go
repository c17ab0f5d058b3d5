package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

func (l *landing) refuseAbort(a Abort) error { return a.refuse(l.Abort) }

// give gives the landing up.
func (l *landing) give(a Abort) {
	if l.Abort == nil {
		l.Abort = &a
	}
}

// heedCancel takes the workflow's cancellation for an abort.
func (l *landing) heedCancel(ctx workflow.Context) {
	_ = workflow.Await(ctx, func() bool { return false }) // it ends only by being cancelled
	if ctx.Err() != nil {
		l.give(cancelled())
	}
}

// remember takes up what an ended run of the landing did, by its report.
func (l *landing) remember(u Undo) {
	l.Facts = u.Report.Facts
	if l.Facts == nil {
		l.Facts = map[string]string{}
	}
	for _, r := range u.Report.Steps {
		s, known := l.steps[r.Name]
		if !known {
			continue
		}
		s.State, s.Change = r.State, plan.Change{Op: r.Change, Fields: r.Fields}
		s.Receipt = plan.Receipt{ID: r.ID, Before: r.Before, Inverse: r.Inverse}
		s.Started, s.Ended, s.Evidence, s.Waits, s.By = r.Started, r.Ended, r.Evidence, r.Waits, r.Login
		s.Attempts, s.Reads, s.Writes, s.Undo = r.Attempts, r.Reads, r.Writes, r.Undo
	}
	ended := slices.Clone(l.order)
	slices.SortStableFunc(ended, func(a, b *stepping) int { return a.Ended.Compare(b.Ended) })
	for i, s := range ended {
		s.Nth = i + 1
	}
	l.Started, l.Entered = u.Report.Started, true
	l.give(u.Abort)
}

// undo takes back what this run did: what forbids something first, then last things first. One that cannot be undone does
// not stop the others. What is under way is let come to its end before, so that nothing is made that nobody knows of.
func (l *landing) undo(ctx workflow.Context) {
	l.scribe.write(ctx, plan.Entry{Kind: plan.EntryAbort, Landing: l.in.Landing.ID(), Who: l.Abort.Operator, What: l.in.Landing.ID() + " is given up", Why: l.Abort.Reason})
	l.tell(ctx)
	if ok, err := awaitUntil(ctx, workflow.Now(ctx).Add(landingTime), "let what is under way come to its end", func() bool { return l.flying == 0 }); err != nil || !ok {
		for _, s := range l.order {
			s.Unsure = s.State == plan.StepRunning
		}
	}
	for _, s := range l.order {
		if !s.terminal() {
			s.State, s.Held, s.Wait = plan.StepTodo, nil, nil
		}
	}
	for _, s := range l.backwards() {
		if s.Undo != nil {
			continue // an earlier abort has seen to it
		}
		began := workflow.Now(ctx)
		u := l.takeBack(ctx, s)
		s.Undo = &plan.UndoReport{State: u.State, Why: u.Why, Evidence: u.Evidence, Started: began, Ended: workflow.Now(ctx)}
		s.Reads += u.Reads
		s.Writes += u.Writes
		s.Wait = nil
		s.closeUndone(u)
		l.scribe.write(ctx, plan.Entry{
			Kind: plan.EntryUndo, Landing: l.in.Landing.ID(), Step: s.Name, Login: first(s.By, l.in.Landing.Login.Name), Who: l.Abort.Operator,
			What: string(u.State) + ": " + s.Title, Why: u.Why, ID: s.Receipt.ID, Change: plan.Undone, State: string(u.State), Evidence: digestOf(u.Evidence),
			Quiet: u.State == plan.Left,
		})
		l.tell(ctx)
	}
	l.Undone = true
}

// closeUndone puts a step into the state that its undo came to.
func (s *stepping) closeUndone(u plan.Undoing) {
	switch u.State {
	case plan.Left:
		if !s.terminal() {
			s.State, s.Change = plan.StepSkipped, plan.Change{Op: plan.Skipped, Why: "the run was given up before it was done"}
		}
	case plan.UndoFailed:
		s.State, s.Note = plan.StepFailed, &plan.Note{Kind: "Undo", Message: "it could not be undone: " + u.Why}
	default:
		s.State, s.Note, s.Change.Op = plan.StepUndone, nil, plan.Undone
	}
}

// landingTime is how long an attempt that is under way when a landing is given up may take to come to its end.
const landingTime = 4 * time.Minute

// backwards are the steps that did something, in the order of their undo.
func (l *landing) backwards() []*stepping {
	out := slices.Clone(l.order)
	slices.SortStableFunc(out, func(a, b *stepping) int {
		switch {
		case a.Deny != b.Deny && a.Deny:
			return -1
		case a.Deny != b.Deny:
			return 1
		}
		return later(b) - later(a)
	})
	return out
}

// later is a step's place in time: one that has not ended is the latest.
func later(s *stepping) int {
	if s.Nth == 0 {
		return int(^uint(0) >> 1)
	}
	return s.Nth
}

// takeBack undoes one step.
func (l *landing) takeBack(ctx workflow.Context, s *stepping) plan.Undoing {
	d := s.deed()
	switch why, left := d.LeftAlone(s.Step); {
	case s.Unsure:
		return plan.Undoing{State: plan.UndoFailed, Why: "its last attempt has not come to an end: whether it made something is not known; look at " + s.Title + " in the cloud"}
	case left:
		return plan.Undoing{State: plan.Left, Why: why}
	}
	in := activities.UndoInput{Deed: d}
	began, failures := workflow.Now(ctx), 0
	for n := 0; ; n++ {
		in.Task = l.task(s)
		out, err := do(ctx, steady(), l.queue(), "undo "+s.Title, landings.UndoStep, in)
		if err == nil && out.State != plan.UndoPending {
			return out
		}
		if err == nil {
			in.Begun = in.Begun || out.Begun
			if s.Wait, s.State = out.Wait, plan.StepPending; s.behind() {
				l.tell(ctx)
			}
			limit := patience
			if out.Wait != nil && out.Wait.Within > 0 {
				limit = out.Wait.Within
			}
			if workflow.Now(ctx).Sub(began) > limit {
				return plan.Undoing{State: plan.UndoFailed, Why: out.Wait.For + fmt.Sprintf(", for longer than the %s it may take; look at it in the cloud", limit), Evidence: out.Evidence}
			}
			d := max(out.Wait.After, time.Second)
			for range min(n, 20) {
				d = min(d*3/2, 5*time.Minute)
			}
			_, _ = awaitUntil(ctx, workflow.Now(ctx).Add(d), out.Wait.For, func() bool { return false }) // a disconnected context
			continue
		}
		f := named(err)
		if l.fallBack(ctx, s, f) {
			continue
		}
		failures++
		if !l.undoWaits(ctx, s, f, failures) {
			return plan.Undoing{State: plan.UndoFailed, Why: fault.Clip(f.Error() + ". " + f.Hint)}
		}
	}
}

// undoWaits holds an undo for the login that it needs; everything else that keeps it from being done is reported instead.
func (l *landing) undoWaits(ctx workflow.Context, s *stepping, f *fault.Fault, failures int) bool {
	if !f.OfLogin() || failures > 10 {
		return false
	}
	s.State, s.Note = plan.StepHeld, note(f)
	s.Held = holdOf(s.Name, f, 0)
	given := l.holds.stopped
	l.holds.stopped = func() bool { return false } // the landing is given up already; this hold is part of that
	r, err := l.holds.keep(ctx, s.Held, nil)
	l.holds.stopped = given
	s.Held, s.Note = nil, nil
	s.State = plan.StepRunning
	l.Lost = false
	return err == nil && r.Decision == Retry
}

// deed is what the run did in a step. One that was left in the middle has done what it had begun.
func (s *stepping) deed() plan.Deed {
	c := s.Change
	if s.Begun != nil && s.Begun.Change.Op != "" {
		c = s.Begun.Change
	}
	r := s.Receipt
	if r.ID == "" && s.Begun != nil {
		r.ID = s.Begun.ID
	}
	r.Inverse = s.Inverse
	return plan.Deed{Change: c, Receipt: r}
}

// undoingWhat begins why a landing that is given up is held or waits.
const undoingWhat = "undoing "

// givenUp is the state of a landing that somebody has given up.
func (l *landing) givenUp() (plan.LandingState, string) {
	why := l.Abort.Operator + ": " + l.Abort.Reason
	for _, s := range l.order {
		if s.Held != nil && s.Note != nil {
			return plan.LandingHeld, undoingWhat + s.Name + ": " + s.Note.Message
		}
	}
	for _, s := range l.order {
		if s.behind() {
			return plan.LandingWaiting, undoingWhat + s.Name + ": " + s.Wait.For
		}
	}
	if !l.Undone {
		return plan.LandingUndoing, why
	}
	return plan.LandingAborted, why
}
