package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// stepping is one step under way. It outlives continue-as-new.
type stepping struct {
	plan.Step
	State    plan.StepState   `json:"state"`
	Change   plan.Change      `json:"change"`
	Receipt  plan.Receipt     `json:"receipt"`
	Begun    *plan.Begun      `json:"begun,omitempty"`
	Again    bool             `json:"again,omitempty"`
	Lost     *plan.Lost       `json:"lost,omitempty"`     // what an attempt was about to do when its record was lost
	Foreseen string           `json:"foreseen,omitempty"` // what somebody approved; plan.Change.Stood
	Wait     *plan.Wait       `json:"wait,omitempty"`
	Note     *plan.Note       `json:"note,omitempty"`
	Held     *hold            `json:"held,omitempty"`
	Evidence []string         `json:"evidence,omitempty"`
	Attempts int              `json:"attempts"`
	Reads    int              `json:"reads"`
	Writes   int              `json:"writes"`
	Started  time.Time        `json:"started,omitzero"`
	Ended    time.Time        `json:"ended,omitzero"`
	Waits    []plan.Waited    `json:"waits,omitempty"`
	Since    time.Time        `json:"since,omitzero"` // since when the cloud is awaited without a break
	Looks    int              `json:"looks"`          // how often the same thing was awaited
	By       string           `json:"by,omitempty"`   // the fallback that carried it, where the landing's own login could not
	Word     *plan.Word       `json:"word,omitempty"` // whose word is taken that it is so
	Nth      int              `json:"nth,omitempty"`  // its place among those that have ended
	Unsure   bool             `json:"unsure,omitempty"`
	Undo     *plan.UndoReport `json:"undo,omitempty"`
}

// patience is how long a step may be pending before a person is asked to look, where its control has no budget of its own.
const patience = 45 * time.Minute

// carry takes one step from todo to an end: done, skipped, failed, or never begun because what it comes after has failed.
// It ends early where the landing is given up or handed on.
func (l *landing) carry(ctx workflow.Context, s *stepping) {
	if s.terminal() {
		return
	}
	err := workflow.Await(ctx, func() bool { return l.ready(s) || l.hopeless(s) || l.stopped() })
	if err != nil || l.stopped() {
		return
	}
	if l.hopeless(s) {
		s.State, s.Change = plan.StepSkipped, plan.Change{Op: plan.Skipped, Why: "what it comes after has failed"}
		l.tell(ctx)
		return
	}
	if s.Started.IsZero() {
		s.Started = workflow.Now(ctx)
	}
	for !s.terminal() && !l.stopped() {
		switch {
		case s.Held != nil:
			l.wait(ctx, s)
		case l.asks(s):
			l.askWord(s)
		default:
			s.State = plan.StepRunning
			if out, err := l.attempt(ctx, s); err == nil {
				l.take(ctx, s, out)
			} else if f := named(err); !l.fallBack(ctx, s, f) {
				l.stumble(s, f)
			}
		}
		if ctx.Err() != nil {
			return
		}
	}
	if s.terminal() && s.Ended.IsZero() {
		l.end(ctx, s)
	}
}

// end closes a step that has come to an end.
func (l *landing) end(ctx workflow.Context, s *stepping) {
	s.Ended = workflow.Now(ctx)
	l.sitting++
	s.Nth = l.sitting
	l.scribe.write(ctx, l.entryOf(s))
	l.tell(ctx)
}

// attempt enters the step's activity once.
func (l *landing) attempt(ctx workflow.Context, s *stepping) (plan.Outcome, error) {
	l.flying++
	defer func() { l.flying-- }()
	return do(ctx, steady(), l.queue(), s.Title, landings.CarryStep, l.task(s))
}

// task is what the activity is handed.
func (l *landing) task(s *stepping) plan.Task {
	facts := make(map[string]string, len(l.Facts))
	for _, k := range workflow.DeterministicKeys(l.Facts) {
		facts[k] = l.Facts[k]
	}
	return plan.Task{
		Landing: l.way(s), Step: s.Step, Key: l.in.Landing.Plan + "/" + l.in.Landing.ID() + "/" + s.Name,
		Facts: facts, Begun: s.Begun, Lost: s.Lost, Again: s.Again, Foreseen: s.Foreseen,
	}
}

// take takes in what an activity came to.
func (l *landing) take(ctx workflow.Context, s *stepping, out plan.Outcome) {
	s.State, s.Wait, s.Note = out.State, out.Wait, nil
	s.Reads += out.Reads
	s.Writes += out.Writes
	s.Attempts += max(out.Attempts, 1)
	s.Evidence = out.Evidence
	if out.Retried > 0 {
		now := workflow.Now(ctx)
		s.waited("retry", "a passing fault, tried again", now.Add(-out.Retried), now)
	}
	if out.Begun != nil {
		s.Begun = out.Begun
	}
	s.Change = out.Change
	s.Receipt = keepBefore(s.Receipt, out.Receipt)
	for _, k := range workflow.DeterministicKeys(out.Facts) {
		l.Facts[k] = out.Facts[k]
	}
	switch {
	case out.State != plan.StepPending || s.behind(): // a person, or another landing, spends nothing of the cloud's time
		s.Since = time.Time{}
	case s.Since.IsZero():
		s.Since = workflow.Now(ctx)
	}
	switch out.State {
	case plan.StepPending:
		l.pending(ctx, s)
	case plan.StepWaiting:
		s.Held = holdOf(s.Name, &fault.Fault{Kind: awaitsPerson, Message: s.Wait.For}, 0)
	}
}

// pending lets the cloud go on, and comes back.
func (l *landing) pending(ctx workflow.Context, s *stepping) {
	l.tell(ctx)
	began := workflow.Now(ctx)
	l.pause(ctx, s)
	s.waited(s.Wait.Kind, s.Wait.For, began, workflow.Now(ctx))
	limit := patience
	if s.Wait.Within > 0 {
		limit = s.Wait.Within
	}
	if !s.Since.IsZero() && workflow.Now(ctx).Sub(s.Since) > limit {
		l.stumble(s, fault.New(fault.Propagating, "Look at it in the cloud, then resume.", "%s: %s, for longer than the %s it may take", s.Title, s.Wait.For, limit))
	}
}

// pause lets a durable timer run, longer each time the same thing is awaited.
func (l *landing) pause(ctx workflow.Context, s *stepping) {
	d := max(s.Wait.After, 200*time.Millisecond)
	if n := len(s.Waits) - 1; n < 0 || s.Waits[n].Kind != s.Wait.Kind || s.Waits[n].For != s.Wait.For {
		s.Looks = 0 // another thing is awaited: it begins with short looks again
	}
	for range min(s.Looks, 20) {
		d = min(d*3/2, 15*time.Minute)
	}
	_, _ = awaitUntil(ctx, workflow.Now(ctx).Add(d), s.Name+": "+s.Wait.For, l.stopped) // cancelled: the caller looks at ctx
}

// stumble meets a fault: the step holds, or stops.
func (l *landing) stumble(s *stepping, f *fault.Fault) {
	s.Attempts++
	s.Again = true
	s.lose(f)
	if s.Begun != nil && f.Kind.Holds() && f.Kind != fault.SessionExpired && f.Kind != fault.Locked {
		s.Begun.Operation = "" // the cloud has given its verdict on that operation: what comes next is a new one
	}
	s.Note = note(f)
	if f.Kind == fault.Invalid || f.Kind == fault.Retired || f.Kind == fault.Bug {
		s.State = plan.StepFailed
		return
	}
	s.State = plan.StepHeld
	s.Held = holdOf(s.Name, f, need(s, f))
	if f.Kind == fault.Conflict && s.Foreseen != "" {
		s.Held.Rhythm = fault.Rhythm{} // nobody but a person may approve another change
	}
}

// lose keeps what was being made when a fault was met; the first is what counts.
func (s *stepping) lose(f *fault.Fault) {
	if l, marked := plan.LostIn(f.Made); marked && (s.Lost == nil || s.Lost.Answered) {
		s.Lost = &l
	}
}

// need is how long a session must last for a step that it would not outlast.
func need(s *stepping, f *fault.Fault) time.Duration {
	if f.Code == "EndsTooSoon" {
		return s.Usual
	}
	return 0
}

// wait holds a step until somebody decides, its login is back, or a look finds the world mended.
func (l *landing) wait(ctx workflow.Context, s *stepping) {
	held := s.Held
	began := workflow.Now(ctx)
	if !held.Since.IsZero() {
		began = held.Since
	}
	kind, message := string(held.Kind), held.Note.Message
	var seen *plan.Outcome
	var look func(workflow.Context) *fault.Fault
	if !held.asksWord() {
		look = func(ctx workflow.Context) *fault.Fault {
			out, f := l.lookAgain(ctx, s)
			if f == nil {
				seen = &out
			}
			return f
		}
	}
	r, err := l.holds.keep(ctx, held, look)
	if err != nil {
		if l.Abort != nil {
			s.waited(kind, message, began, workflow.Now(ctx))
		}
		return // it is held still, in the workflow's next part, or given up
	}
	s.Held = nil
	s.waited(kind, message, began, workflow.Now(ctx))
	s.Since = time.Time{} // whoever resumes gives it its time again
	if held.Lost {
		l.Lost = false // whoever resumes has seen to the login, or the next attempt will say that nobody has
	}
	switch r.Decision {
	case Skip:
		s.State, s.Change = plan.StepSkipped, plan.Change{Op: plan.Skipped, Why: r.Operator + ": " + r.Reason}
	case Done:
		s.Word = &plan.Word{By: r.Operator, On: workflow.Now(ctx).UTC().Format(time.DateOnly)}
		l.scribe.write(ctx, plan.Entry{Kind: plan.EntryWord, Landing: l.in.Landing.ID(), Step: s.Name, Who: r.Operator, What: s.Title, Why: r.Reason})
	case Retry:
		s.State, s.Note, s.Foreseen = plan.StepRunning, nil, "" // whoever resumes approves what is found now
	case mended:
		s.State, s.Note = plan.StepRunning, nil
		l.take(ctx, s, *seen)
	}
	l.tell(ctx)
}

// lookAgain enters the activity of a step that is held, which stays so unless it goes well.
func (l *landing) lookAgain(ctx workflow.Context, s *stepping) (plan.Outcome, *fault.Fault) {
	out, err := l.attempt(ctx, s)
	if err == nil && out.State == plan.StepWaiting {
		s.Reads += out.Reads
		s.Attempts += max(out.Attempts, 1)
		s.State, s.Note, s.Wait, s.Evidence = plan.StepWaiting, nil, out.Wait, out.Evidence
		return out, &fault.Fault{Kind: awaitsPerson, Message: out.Wait.For}
	}
	if err == nil {
		return out, nil
	}
	f := named(err)
	s.Attempts++
	s.lose(f)
	s.State, s.Note = plan.StepHeld, note(f)
	return out, f
}

// ready reports whether all that a step comes after is done or left out.
func (l *landing) ready(s *stepping) bool {
	for _, a := range s.After {
		b, known := l.steps[a]
		if known && b.State != plan.StepDone && b.State != plan.StepGap && b.State != plan.StepSkipped {
			return false
		}
	}
	return true
}

// hopeless reports whether something that a step comes after has failed.
func (l *landing) hopeless(s *stepping) bool {
	for _, a := range s.After {
		if b, known := l.steps[a]; known && (b.State == plan.StepFailed || l.hopeless(b)) {
			return true
		}
	}
	return false
}

// behind reports whether the step waits for another landing.
func (s *stepping) behind() bool {
	return s.Wait != nil && s.Wait.Kind == plan.WaitLanding && (s.State == plan.StepPending || s.State == plan.StepRunning)
}

func (s *stepping) terminal() bool {
	switch s.State {
	case plan.StepDone, plan.StepFailed, plan.StepSkipped, plan.StepGap, plan.StepUndone:
		return true
	}
	return false
}

func (s *stepping) waitingFor() string {
	switch {
	case s.Held != nil:
		return s.Held.Note.Message
	case s.Wait == nil:
		return s.Name
	}
	return s.Wait.For
}

// waited adds to the step's waits; waiting on for the same thing makes the last one longer.
func (s *stepping) waited(kind, what string, from, to time.Time) {
	s.Looks++
	if n := len(s.Waits) - 1; n >= 0 && s.Waits[n].Kind == kind && s.Waits[n].For == what {
		s.Waits[n].Seconds = to.Sub(s.Waits[n].Started).Seconds()
		return
	}
	s.Looks = 1
	s.Waits = append(s.Waits, plan.Waited{Kind: kind, For: what, Started: from, Seconds: to.Sub(from).Seconds()})
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
