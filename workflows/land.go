package workflows

import (
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// Land carries one landing: it asks the cloud for its steps, carries each as soon as what it comes after is done, holds
// what needs a person, and returns the landing's report. A step that fails stops only those that come after it. Given up,
// by abort or by cancelling the workflow, it undoes what it made, last things first.
func Land(ctx workflow.Context, in LandInput) (plan.LandingReport, error) {
	l := newLanding(in)
	// Everything runs apart from the workflow's own cancellation, which means: undo.
	work, _ := workflow.NewDisconnectedContext(ctx)
	if err := l.setup(work); err != nil {
		return plan.LandingReport{}, err
	}
	workflow.Go(ctx, l.heedCancel)
	if err := l.list(work); err != nil {
		return l.report(), err
	}
	for _, s := range l.order {
		workflow.Go(work, func(ctx workflow.Context) { l.carry(ctx, s) })
	}
	if err := workflow.Await(work, func() bool { return l.settled() || l.Abort != nil || l.handsOn(work) }); err != nil {
		return l.report(), err
	}
	for {
		if l.Abort != nil {
			l.undo(work)
		}
		if !l.settled() && !l.Undone {
			return l.report(), l.goOn(work)
		}
		l.Ended = workflow.Now(work)
		l.tell(work)
		if err := l.close(work); err != nil {
			return l.report(), err
		}
		if l.Abort == nil || l.Undone { // else it was given up while it came to its end
			return l.report(), nil
		}
	}
}

// LandProgress is all of a landing that outlives continue-as-new.
type LandProgress struct {
	Started time.Time         `json:"started"`
	Ended   time.Time         `json:"ended,omitzero"`
	Steps   []*stepping       `json:"steps,omitempty"`
	Facts   map[string]string `json:"facts,omitempty"`
	Told    landed            `json:"told"`
	Entered bool              `json:"entered,omitempty"` // the registry has been given the landing's rows
	Lost    bool              `json:"lost,omitempty"`    // the landing's own login is expired or locked, and its fallback is used
	Abort   *Abort            `json:"abort,omitempty"`   // somebody has given the landing up
	Undone  bool              `json:"undone,omitempty"`  // and what it made has been undone as far as it can be
	Notices heraldProgress    `json:"notices"`
}

// landing is the state of a Land.
type landing struct {
	*LandProgress
	in      LandInput
	holds   holds
	order   []*stepping
	steps   map[string]*stepping
	scribe  *scribe
	herald  *herald
	post    *post
	news    []landed   // what the migration is still to be told, in order
	telling bool       // the migration is being told just now
	failure *plan.Note // why the steps could not be listed
	given   bool       // somebody has given the landing up because of that
	flying  int        // activities under way for steps
	turning bool       // the workflow is about to continue as new: nothing is begun any more
	sitting int        // ordinal of the step that ended last
}

func newLanding(in LandInput) *landing {
	l := &landing{in: in, LandProgress: in.Progress, steps: map[string]*stepping{}}
	if l.LandProgress == nil {
		l.LandProgress = &LandProgress{Facts: map[string]string{}, Told: landed{Landing: in.Landing.ID(), State: plan.LandingRunning}}
	}
	if len(in.Only) == 0 {
		in.Journal.Ask = in.Parent // it learns which account the journal's table is in
	}
	l.scribe, l.herald = newScribe(in.Journal), newHerald(in.Notify)
	l.post = newPost(in.Journal, in.Notify, in.Landing)
	l.holds.holding = holding{
		plan: in.Landing.Plan, landing: in.Landing.ID(), notify: in.Notify, scribe: l.scribe, herald: l.herald, post: l.post,
		stopped: l.stopped, give: l.give, show: l.tell,
	}
	return l
}

// setup registers what the UI offers before anything else is done.
func (l *landing) setup(ctx workflow.Context) error {
	if l.Started.IsZero() {
		l.Started = workflow.Now(ctx)
	}
	l.herald.resume(ctx, l.Notices)
	err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func(Ask) (plan.LandingReport, error) { return l.report(), nil },
		workflow.QueryHandlerOptions{Description: "The landing's steps as they stand."})
	if err != nil {
		return err
	}
	if err := l.holds.listen(ctx); err != nil {
		return err
	}
	if err := listenAbort(ctx, "the landing", l.refuseAbort, l.give); err != nil {
		return err
	}
	workflow.Go(ctx, l.post.carry)
	workflow.Go(ctx, func(ctx workflow.Context) {
		asked := workflow.GetSignalChannel(ctx, askedSignal)
		for {
			if more := asked.Receive(ctx, nil); !more || ctx.Err() != nil {
				return
			}
			l.Told, l.Entered = landed{}, false
			l.tell(ctx)
		}
	})
	return nil
}

// stopped reports whether no step may begin anything any more.
func (l *landing) stopped() bool { return l.Abort != nil || l.turning }

// handsOn reports whether the landing is to continue as new: its history is long, and nothing is under way.
func (l *landing) handsOn(ctx workflow.Context) bool {
	if !workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
		return false
	}
	l.turning = true
	return l.flying == 0
}

// goOn continues as new with all that is known, once nothing told is unheard.
func (l *landing) goOn(ctx workflow.Context) error {
	if err := l.close(ctx); err != nil {
		return err
	}
	l.Notices = l.herald.progress()
	next := l.in
	next.Progress, next.Undo, next.Foreseen = l.LandProgress, nil, nil
	return workflow.NewContinueAsNewError(ctx, LandType, next)
}

// close waits until all is told that was to be told. A signal that is still on its way when the workflow ends is never
// delivered: the migration would wait for ever.
func (l *landing) close(ctx workflow.Context) error {
	err := workflow.Await(ctx, func() bool { return !l.telling && l.post.delivered() && workflow.AllHandlersFinished(ctx) })
	if err != nil {
		return err
	}
	if err := l.scribe.flush(ctx); err != nil {
		return err
	}
	return l.herald.flush(ctx)
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
	if l.Abort != nil {
		return l.givenUp()
	}
	var waiting, failed, busy string
	for _, s := range l.order {
		switch s.State {
		case plan.StepHeld:
			return plan.LandingHeld, s.Name + ": " + s.Note.Message
		case plan.StepFailed:
			failed = first(failed, s.Name+": "+s.Note.Message)
		case plan.StepWaiting:
			waiting = first(waiting, s.waitingFor())
		case plan.StepTodo, plan.StepRunning, plan.StepPending:
			if s.behind() {
				waiting = first(waiting, s.Name+" "+s.Wait.For)
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
	if l.Abort != nil {
		return false
	}
	for _, s := range l.order {
		if s.Chapter != plan.Organise && s.State != plan.StepDone && s.State != plan.StepGap && s.State != plan.StepSkipped {
			return false
		}
	}
	return len(l.order) > 0
}

// blocked reports whether a step only waits for steps that themselves wait for a person.
func (l *landing) blocked(s *stepping) bool {
	if s.State != plan.StepTodo {
		return false
	}
	for _, a := range s.After {
		b, known := l.steps[a]
		if known && (b.State == plan.StepHeld || b.State == plan.StepWaiting || b.State == plan.StepFailed || b.behind() || l.blocked(b)) {
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
	rows := !l.Entered && l.landed()
	if now.State == l.Told.State && now.Why == l.Told.Why && !rows {
		return
	}
	if rows {
		l.Entered = true
		now.Rows = rowsOf(l.in.Landing, l.Facts[plan.FactContainer], l.idOf)
	}
	l.Told, l.Told.Rows = now, nil
	show(ctx, state, l.holds.by())
	if l.in.Parent == "" {
		return
	}
	now.Run = workflow.GetInfo(ctx).WorkflowExecution.RunID
	// Signals that are on their way together arrive in any order, so each waits until the one before it has arrived.
	l.news = append(l.news, now)
	if l.telling {
		return
	}
	l.telling = true
	workflow.Go(ctx, func(ctx workflow.Context) {
		defer func() { l.telling = false }()
		for len(l.news) > 0 && ctx.Err() == nil {
			said := l.news[0]
			l.news = l.news[1:]
			if err := workflow.SignalExternalWorkflow(ctx, l.in.Parent, "", landedSignal, said).Get(ctx, nil); err != nil {
				workflow.GetLogger(ctx).Warn("the migration could not be told", "parent", l.in.Parent, "error", err)
			}
		}
	})
}

// idOf is the provider's id that a step found or made, by the step's name in lower case.
func (l *landing) idOf(step string) string {
	for _, s := range l.order {
		if strings.ToLower(s.Name) == step {
			return s.Receipt.ID
		}
	}
	return ""
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
