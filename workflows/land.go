package workflows

import (
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Land carries one landing: it asks the cloud for its steps, carries each as soon as what it comes after is done, holds
// what needs a person, and returns the landing's report. A step that fails stops only those that come after it.
func Land(ctx workflow.Context, in LandInput) (plan.LandingReport, error) {
	l := &landing{in: in, steps: map[string]*stepping{}, facts: map[string]string{}}
	if err := l.setup(ctx); err != nil {
		return plan.LandingReport{}, err
	}
	if err := l.list(ctx); err != nil {
		return l.report(), err
	}
	for _, s := range l.order {
		workflow.Go(ctx, func(ctx workflow.Context) { l.carry(ctx, s) })
	}
	if err := workflow.Await(ctx, l.settled); err != nil {
		return l.report(), err
	}
	l.ended = workflow.Now(ctx)
	l.tell(ctx)
	// A signal that is still on its way when the workflow ends is never delivered: the migration would wait for ever.
	err := workflow.Await(ctx, func() bool { return !l.telling && workflow.AllHandlersFinished(ctx) })
	return l.report(), err
}

// landing is the state of a Land.
type landing struct {
	in      LandInput
	holds   holds
	order   []*stepping
	steps   map[string]*stepping
	facts   map[string]string
	started time.Time
	ended   time.Time
	told    landed
	news    []landed   // what the migration is still to be told, in order
	telling bool       // the migration is being told just now
	entered bool       // the registry has been given the landing's rows
	lost    bool       // the landing's own login is expired or locked, and its fallback is used
	failure *plan.Note // why the steps could not be listed
	given   bool       // somebody has given the landing up because of that
}

// setup registers what the UI offers before anything else is done.
func (l *landing) setup(ctx workflow.Context) error {
	l.started = workflow.Now(ctx)
	l.told = landed{Landing: l.in.Landing.ID(), State: plan.LandingRunning}
	err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func(Ask) (plan.LandingReport, error) { return l.report(), nil },
		workflow.QueryHandlerOptions{Description: "The landing's steps as they stand."})
	if err != nil {
		return err
	}
	if err := l.holds.listen(ctx); err != nil {
		return err
	}
	workflow.Go(ctx, func(ctx workflow.Context) {
		asked := workflow.GetSignalChannel(ctx, askedSignal)
		for {
			if more := asked.Receive(ctx, nil); !more || ctx.Err() != nil {
				return
			}
			l.told, l.entered = landed{}, false
			l.tell(ctx)
		}
	})
	return nil
}

// list asks the cloud's worker which steps the landing takes. No worker for the cloud is a hold like any other.
func (l *landing) list(ctx workflow.Context) error {
	for {
		got, err := do(ctx, quick(), l.queue(), "which steps does "+l.in.Landing.ID()+" take", landings.ListSteps, listOf(l.in.Landing))
		if err == nil {
			l.arrange(got.Steps)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f := named(err)
		l.failure = note(f)
		held := &hold{step: "steps", login: f.Login, note: *l.failure}
		l.holds.open[held.step] = held
		l.tell(ctx)
		r, err := l.holds.await(ctx, held)
		if err != nil {
			return err
		}
		if r.Decision == Skip {
			l.given = true
			return nil
		}
		l.failure = nil
	}
}

// arrange puts the steps in order: containers before identities, identities before all else; manual steps stand aside, and
// nothing waits for what is done for other landings.
func (l *landing) arrange(steps []plan.Step) {
	chapters := map[plan.Chapter][]string{}
	for _, s := range steps {
		if !s.Manual {
			chapters[s.Chapter] = append(chapters[s.Chapter], s.Name)
		}
	}
	for _, s := range steps {
		st := &stepping{Step: s, state: plan.StepTodo, change: plan.Change{Op: plan.None}}
		st.After = append([]string{}, s.After...)
		if !s.Manual {
			st.After = union(st.After, before(chapters, s.Chapter))
		}
		l.steps[s.Name] = st
		l.order = append(l.order, st)
	}
}

// before are the steps that all of a chapter comes after: those of the nearest earlier chapter that has any. Baseline and
// names do not wait for each other; what is done for other landings waits for the landing's own container alone.
func before(chapters map[plan.Chapter][]string, c plan.Chapter) []string {
	switch {
	case c == plan.Container:
		return nil
	case c == plan.Identify, c == plan.Organise, len(chapters[plan.Identify]) == 0:
		return chapters[plan.Container]
	}
	return chapters[plan.Identify]
}

// settled reports whether no step can go on any more.
func (l *landing) settled() bool {
	for _, s := range l.order {
		if !s.terminal() {
			return false
		}
	}
	return true
}

// queue is the task queue of the landing's cloud.
func (l *landing) queue() string { return CloudQueue(l.in.Landing.Cloud) }

// state is how far the whole landing is, and why it is no further.
func (l *landing) state() (plan.LandingState, string) {
	var waiting, failed, busy string
	for _, s := range l.order {
		switch s.state {
		case plan.StepHeld:
			return plan.LandingHeld, s.Name + ": " + s.note.Message
		case plan.StepFailed:
			failed = first(failed, s.Name+": "+s.note.Message)
		case plan.StepWaiting:
			waiting = first(waiting, s.waitingFor())
		case plan.StepTodo, plan.StepRunning, plan.StepPending:
			if s.behind() {
				waiting = first(waiting, s.Name+" "+s.wait.For)
			} else if !l.blocked(s) {
				busy = first(busy, s.Name)
			}
		}
	}
	switch {
	case l.failure != nil && l.given:
		return plan.LandingFailed, l.failure.Message
	case l.failure != nil:
		return plan.LandingHeld, l.failure.Message
	case len(l.order) == 0:
		return plan.LandingRunning, ""
	case busy != "":
		return plan.LandingRunning, ""
	case waiting != "":
		return plan.LandingWaiting, waiting
	case failed != "":
		return plan.LandingFailed, failed
	}
	return plan.LandingDone, ""
}

// landed reports whether all that concerns the landing itself is done, so that the registry may say where it is: what a
// management landing does for others can take as long as they do.
func (l *landing) landed() bool {
	for _, s := range l.order {
		if s.Chapter != plan.Organise && s.state != plan.StepDone && s.state != plan.StepGap && s.state != plan.StepSkipped {
			return false
		}
	}
	return len(l.order) > 0
}

// blocked reports whether a step only waits for steps that themselves wait for a person.
func (l *landing) blocked(s *stepping) bool {
	if s.state != plan.StepTodo {
		return false
	}
	for _, a := range s.After {
		b, known := l.steps[a]
		if known && (b.state == plan.StepHeld || b.state == plan.StepWaiting || b.state == plan.StepFailed || b.behind() || l.blocked(b)) {
			return true
		}
	}
	return false
}

// tell shows the landing's state and tells the migration, where either has changed.
func (l *landing) tell(ctx workflow.Context) {
	state, why := l.state()
	workflow.SetCurrentDetails(ctx, l.details())
	now := landed{Landing: l.in.Landing.ID(), State: state, Why: why}
	rows := !l.entered && l.landed()
	if now.State == l.told.State && now.Why == l.told.Why && !rows {
		return
	}
	if rows {
		l.entered = true
		now.Rows = rowsOf(l.in.Landing, l.facts[plan.FactContainer], l.idOf)
	}
	l.told, l.told.Rows = now, nil
	show(ctx, state, l.holds.by())
	if l.in.Parent == "" {
		return
	}
	// Signals that are on their way together arrive in any order, so each waits until the one before it has arrived.
	l.news = append(l.news, now)
	if l.telling {
		return
	}
	l.telling = true
	defer func() { l.telling = false }()
	for len(l.news) > 0 && ctx.Err() == nil {
		said := l.news[0]
		l.news = l.news[1:]
		if err := workflow.SignalExternalWorkflow(ctx, l.in.Parent, "", landedSignal, said).Get(ctx, nil); err != nil {
			workflow.GetLogger(ctx).Warn("the migration could not be told", "parent", l.in.Parent, "error", err)
		}
	}
}

// idOf is the provider's id that a step found or made, by the step's name in lower case.
func (l *landing) idOf(step string) string {
	for _, s := range l.order {
		if strings.ToLower(s.Name) == step {
			return s.receipt.ID
		}
	}
	return ""
}

// fail records why a step stopped.
func (s *stepping) fail(f *fault.Fault) {
	s.state = plan.StepFailed
	s.note = note(f)
}

func union(a, b []string) []string {
	out := append([]string{}, a...)
	for _, x := range b {
		found := false
		for _, y := range a {
			found = found || x == y
		}
		if !found {
			out = append(out, x)
		}
	}
	return out
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
