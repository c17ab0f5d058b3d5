package workflows

import (
	"errors"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// scribe hands what a workflow did to the journal of its plan. It never fails its workflow and never keeps it waiting;
// what cannot be handed over just now is kept here. An outcome that changed nothing is kept until the same run has changed
// something, so that a run which finds all as it should be hands over nothing.
type scribe struct {
	in      JournalInput
	quiet   []plan.Entry    // kept until their run is loud
	loud    map[string]bool // runs that have changed something
	unsent  []plan.Entry
	sending bool
	hurry   bool      // somebody waits until all is sent
	open    bool      // the journal's workflow was there when last something was sent
	spoke   time.Time // and when that was: it ends when it has been quiet for a while
	owes    bool      // the journal is to be told its home
	dropped bool
}

const (
	gatherFor  = 2 * time.Second
	sentAtOnce = 200
	sentWeight = 500 << 10 // bytes: a payload takes 2 MB
)

// newScribe is the scribe of a workflow. Where the plan has no home for a journal it drops what it is given.
func newScribe(in JournalInput) *scribe { return &scribe{in: in, loud: map[string]bool{}} }

// write takes entries down, and says when and in which run they were made where they do not.
func (s *scribe) write(ctx workflow.Context, entries ...plan.Entry) {
	if s.in.Home.Cloud == "" {
		if !s.dropped {
			workflow.GetLogger(ctx).Info("no journal is kept: the plan has no AWS landing for its table", "plan", s.in.Plan)
		}
		s.dropped = true
		return
	}
	at := workflow.GetInfo(ctx).WorkflowExecution
	for _, e := range entries {
		if e.Time.IsZero() {
			e.Time = workflow.Now(ctx)
		}
		e.Plan, e.Run, e.Who = first(e.Plan, s.in.Plan), first(e.Run, at.ID+"/"+at.RunID), first(e.Who, "landfall")
		if e.Quiet && !s.loud[e.Run] {
			s.quiet = append(s.quiet, e)
			continue
		}
		s.rouse(e.Run)
		s.unsent = append(s.unsent, e)
	}
	s.send(ctx)
}

// rouse lets go what was kept of a run.
func (s *scribe) rouse(run string) {
	if s.loud[run] {
		return
	}
	s.loud[run] = true
	var others []plan.Entry
	for _, e := range s.quiet {
		if e.Run == run {
			s.unsent = append(s.unsent, e)
		} else {
			others = append(others, e)
		}
	}
	s.quiet = others
}

// home tells the journal which account its table is in, where the plan does not say it.
func (s *scribe) home(ctx workflow.Context, id string) {
	if s.in.Home.Cloud == "" || s.in.Home.Adopt.ID != "" || id == "" {
		return
	}
	s.in.Home.Adopt.ID, s.owes = id, true
	s.send(ctx)
}

// answer tells the journal its home whenever it asks for it and that is known.
func (s *scribe) answer(ctx workflow.Context) {
	asked := workflow.GetSignalChannel(ctx, homeAskedSignal)
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			if more := asked.Receive(ctx, nil); !more || ctx.Err() != nil {
				return
			}
			s.owes = s.in.Home.Adopt.ID != "" // else it is told as soon as that is known
			s.send(ctx)
		}
	})
}

// flush waits until all is sent; a workflow that ends or continues as new calls it first. Cancelling does not end it.
func (s *scribe) flush(ctx workflow.Context) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	s.hurry = true
	defer func() { s.hurry = false }()
	return workflow.Await(ctx, func() bool { return !s.sending })
}

// send hands over what has gathered, on a coroutine of its own.
func (s *scribe) send(ctx workflow.Context) {
	if s.sending || len(s.unsent) == 0 && !s.owes {
		return
	}
	s.sending = true
	ctx, _ = workflow.NewDisconnectedContext(ctx) // what a cancelled workflow did is handed over all the same
	workflow.Go(ctx, func(ctx workflow.Context) {
		for len(s.unsent) > 0 || s.owes {
			s.gather(ctx)
			part := s.part()
			s.owes = false // what is handed over tells it
			s.deliver(ctx, part)
			s.unsent = s.unsent[len(part):]
		}
		s.sending = false
	})
}

// gather lets more come, unless somebody waits.
func (s *scribe) gather(ctx workflow.Context) {
	if s.hurry {
		return
	}
	_, _ = workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{Timeout: gatherFor, TimerOptions: workflow.TimerOptions{
		Summary: "gather entries for the journal",
	}}, func() bool { return s.hurry }) // the context is never cancelled
}

// deliver hands entries over, and tries for as long as it takes.
func (s *scribe) deliver(ctx workflow.Context, part []plan.Entry) {
	for tries := 0; ; tries++ {
		err := s.hand(ctx, part)
		if err == nil {
			return
		}
		workflow.GetLogger(ctx).Warn("the journal could not be told; it is tried again", "error", err, "entries", len(part))
		_ = workflow.NewTimerWithOptions(ctx, pauseAfter(tries), workflow.TimerOptions{Summary: "the journal could not be told: again"}).Get(ctx, nil)
	}
}

// part is what goes at once.
func (s *scribe) part() []plan.Entry {
	n, weight := 0, 0
	for ; n < min(sentAtOnce, len(s.unsent)); n++ {
		if weight += s.unsent[n].Weight(); weight > sentWeight && n > 0 {
			break
		}
	}
	return s.unsent[:n]
}

// pauseAfter is how long to wait after so many tries: ten seconds, twice as long each time, an hour at the most.
func pauseAfter(tries int) time.Duration { return min(10*time.Second<<min(tries, 10), time.Hour) }

// hand hands entries over: by a signal where the journal's workflow runs, by starting it where it does not. What is told
// of its home alone starts nothing.
func (s *scribe) hand(ctx workflow.Context, part []plan.Entry) error {
	var gone *temporal.UnknownExternalWorkflowExecutionError
	s.open = s.open && workflow.Now(ctx).Sub(s.spoke) < quietFor/2
	defer func() { s.spoke = workflow.Now(ctx) }()
	for {
		if !s.open && len(part) > 0 {
			err := s.begin(ctx, part)
			if err == nil || !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
				s.open = err == nil
				return err
			}
			// Whoever has started it may have done so this instant: it is given a moment to begin.
			_ = workflow.NewTimerWithOptions(ctx, time.Second, workflow.TimerOptions{Summary: "the journal is being started by another"}).Get(ctx, nil)
		}
		s.open = true
		err := workflow.SignalExternalWorkflow(ctx, JournalID(s.in.Plan), "", RecordMessage, Records{Entries: part, Home: s.in.Home.Adopt.ID}).Get(ctx, nil)
		if !errors.As(err, &gone) {
			return err
		}
		if s.open = false; len(part) == 0 {
			return nil
		}
	}
}

// begin starts the journal's workflow with entries. It outlives whoever starts it.
func (s *scribe) begin(ctx workflow.Context, part []plan.Entry) error {
	in := s.in
	in.Entries = part
	return workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: JournalID(s.in.Plan), TaskQueue: Queue,
		TypedSearchAttributes: temporal.NewSearchAttributes(keyword(AttrPlan, s.in.Plan), keyword(AttrState, string(plan.LandingRunning))),
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary:         "journal of " + s.in.Plan,
		StaticDetails: "Seals what was done for plan " + s.in.Plan + " in a hash-chained table. It ends after a quiet minute and is started anew " +
			"by what is done next; while its table is away it holds, and nothing else does.",
	}), JournalType, in).GetChildWorkflowExecution().Get(ctx, nil)
}
