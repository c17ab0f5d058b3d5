package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// stepping is one step under way.
type stepping struct {
	plan.Step
	state    plan.StepState
	change   plan.Change
	receipt  plan.Receipt
	begun    *plan.Begun
	again    bool
	wait     *plan.Wait
	note     *plan.Note
	evidence []string
	attempts int
	reads    int
	writes   int
	started  time.Time
	ended    time.Time
	waits    []plan.Waited
	since    time.Time // since when the cloud is awaited without a break
	looks    int       // how often the same thing was awaited
	by       string    // the fallback that carried it, where the landing's own login could not
}

// patience is how long a step may be pending before a person is asked to look, where its control has no budget of its own.
const patience = 45 * time.Minute

// carry takes one step from todo to an end: done, skipped, failed, or never begun because what it comes after has failed.
func (l *landing) carry(ctx workflow.Context, s *stepping) {
	if err := workflow.Await(ctx, func() bool { return l.ready(s) || l.hopeless(s) }); err != nil {
		return
	}
	if l.hopeless(s) {
		s.state, s.change = plan.StepSkipped, plan.Change{Op: plan.Skipped, Why: "what it comes after has failed"}
		l.tell(ctx)
		return
	}
	s.started = workflow.Now(ctx)
	for !s.terminal() {
		s.state = plan.StepRunning
		out, err := do(ctx, steady(), l.queue(), s.Title, landings.CarryStep, l.task(s))
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if f := named(err); !l.fallBack(s, f) {
				l.stumble(ctx, s, f)
			}
		default:
			l.take(ctx, s, out)
		}
		if ctx.Err() != nil {
			return
		}
	}
	s.ended = workflow.Now(ctx)
	l.tell(ctx)
}

// task is what the activity is handed.
func (l *landing) task(s *stepping) plan.Task {
	facts := make(map[string]string, len(l.facts))
	for _, k := range workflow.DeterministicKeys(l.facts) {
		facts[k] = l.facts[k]
	}
	return plan.Task{
		Landing: l.way(s), Step: s.Step, Key: l.in.Landing.Plan + "/" + l.in.Landing.ID() + "/" + s.Name,
		Facts: facts, Begun: s.begun, Again: s.again,
	}
}

// take takes in what an activity came to.
func (l *landing) take(ctx workflow.Context, s *stepping, out plan.Outcome) {
	s.state, s.wait, s.note = out.State, out.Wait, nil
	s.reads += out.Reads
	s.writes += out.Writes
	s.attempts += max(out.Attempts, 1)
	s.evidence = out.Evidence
	if out.Retried > 0 {
		now := workflow.Now(ctx)
		s.waited("retry", "a passing fault, tried again", now.Add(-out.Retried), now)
	}
	if out.Begun != nil {
		s.begun = out.Begun
	}
	s.change = out.Change
	s.receipt = keepBefore(s.receipt, out.Receipt)
	for _, k := range workflow.DeterministicKeys(out.Facts) {
		l.facts[k] = out.Facts[k]
	}
	switch {
	case out.State != plan.StepPending || s.behind(): // a person, or another landing, spends nothing of the cloud's time
		s.since = time.Time{}
	case s.since.IsZero():
		s.since = workflow.Now(ctx)
	}
	if out.State != plan.StepPending && out.State != plan.StepWaiting {
		return
	}
	l.tell(ctx)
	began := workflow.Now(ctx)
	l.pause(ctx, s)
	s.waited(s.wait.Kind, s.wait.For, began, workflow.Now(ctx))
	limit := patience
	if s.wait.Within > 0 {
		limit = s.wait.Within
	}
	if !s.since.IsZero() && workflow.Now(ctx).Sub(s.since) > limit {
		l.stumble(ctx, s, fault.New(fault.Propagating, "Look at it in the cloud, then resume.", "%s: %s, for longer than the %s it may take", s.Title, s.wait.For, limit))
	}
}

// pause lets a durable timer run, longer each time the same thing is awaited.
func (l *landing) pause(ctx workflow.Context, s *stepping) {
	d := max(s.wait.After, 200*time.Millisecond)
	if n := len(s.waits) - 1; n < 0 || s.waits[n].Kind != s.wait.Kind || s.waits[n].For != s.wait.For {
		s.looks = 0 // another thing is awaited: it begins with short looks again
	}
	for range min(s.looks, 20) {
		d = min(d*3/2, 15*time.Minute)
	}
	_ = workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: clip(s.Name+": "+s.wait.For, 120)}).Get(ctx, nil) // cancelled: the caller looks at ctx
}

// stumble meets a fault: the step holds until somebody decides, or stops.
func (l *landing) stumble(ctx workflow.Context, s *stepping, f *fault.Fault) {
	s.attempts++
	s.again = true
	if s.begun != nil && f.Kind.Holds() && f.Kind != fault.SessionExpired && f.Kind != fault.Locked {
		s.begun.Operation = "" // the cloud has given its verdict on that operation: what comes next is a new one
	}
	if f.Kind == fault.Invalid || f.Kind == fault.Retired || f.Kind == fault.Bug {
		s.fail(f)
		return
	}
	s.state, s.note = plan.StepHeld, note(f)
	held := &hold{step: s.Name, login: f.Login, note: *s.note}
	l.holds.open[held.step] = held
	l.tell(ctx)
	began := workflow.Now(ctx)
	r, err := l.holds.await(ctx, held)
	if err != nil {
		return
	}
	s.waited(string(f.Kind), s.note.Message, began, workflow.Now(ctx))
	s.state, s.since = plan.StepRunning, time.Time{} // whoever resumes gives it its time again
	l.lost = false                                   // whoever resumes has seen to the login, or the next attempt will say that nobody has
	if r.Decision == Skip {
		s.state, s.change = plan.StepSkipped, plan.Change{Op: plan.Skipped, Why: r.Operator + ": " + r.Reason}
	}
	l.tell(ctx)
}

// ready reports whether all that a step comes after is done or left out.
func (l *landing) ready(s *stepping) bool {
	for _, a := range s.After {
		b, known := l.steps[a]
		if known && b.state != plan.StepDone && b.state != plan.StepGap && b.state != plan.StepSkipped {
			return false
		}
	}
	return true
}

// hopeless reports whether something that a step comes after has failed.
func (l *landing) hopeless(s *stepping) bool {
	for _, a := range s.After {
		if b, known := l.steps[a]; known && (b.state == plan.StepFailed || l.hopeless(b)) {
			return true
		}
	}
	return false
}

// behind reports whether the step waits for another landing.
func (s *stepping) behind() bool {
	return s.wait != nil && s.wait.Kind == plan.WaitLanding && (s.state == plan.StepPending || s.state == plan.StepRunning)
}

func (s *stepping) terminal() bool {
	switch s.state {
	case plan.StepDone, plan.StepFailed, plan.StepSkipped, plan.StepGap:
		return true
	}
	return false
}

func (s *stepping) waitingFor() string {
	if s.wait == nil {
		return s.Name
	}
	return s.wait.For
}

// waited adds to the step's waits; waiting on for the same thing makes the last one longer.
func (s *stepping) waited(kind, what string, from, to time.Time) {
	s.looks++
	if n := len(s.waits) - 1; n >= 0 && s.waits[n].Kind == kind && s.waits[n].For == what {
		s.waits[n].Seconds = to.Sub(s.waits[n].Started).Seconds()
		return
	}
	s.looks = 1
	s.waits = append(s.waits, plan.Waited{Kind: kind, For: what, Started: from, Seconds: to.Sub(from).Seconds()})
}

// keepBefore keeps the state before the first change when a step is entered again.
func keepBefore(old, now plan.Receipt) plan.Receipt {
	if len(old.Before) > 0 {
		now.Before = old.Before
	}
	if now.ID == "" {
		now.ID = old.ID
	}
	return now
}

func listOf(l plan.Landing) activities.ListStepsInput { return activities.ListStepsInput{Landing: l} }
