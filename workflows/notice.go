package workflows

import (
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// notices are the activities of this chapter; Temporal takes only their names.
var notices *activities.Notices

// herald tells whoever a plan names of what happens in a run: in the order in which it happened, each once, and never in the
// run's way. Where the plan names nobody it does nothing at all.
type herald struct {
	Count  int           // how many notices there have been, for their ids; carried across continue-as-new
	Untold []plan.Notice // what is yet to be told, the oldest first; carried across continue-as-new

	to      plan.Notify
	telling bool // a coroutine is at it
	deaf    bool // the receiver has said that it wants no more
}

func newHerald(n plan.Notify) *herald { return &herald{to: n} }

const (
	tellFor  = 24 * time.Hour // how long after it came up a notice is told again where it could not be told
	flushFor = time.Minute    // how long a run waits at its end for what is untold
)

// tell tells a notice, under an id of this run's where it has none of its own. It returns at once.
func (h *herald) tell(ctx workflow.Context, n plan.Notice) {
	if h.to.Webhook == "" || h.deaf {
		return
	}
	at := workflow.GetInfo(ctx).WorkflowExecution
	h.Count++
	// A receiver signs by the id, the time and the body with dots between them, so that the id has none in it.
	n.ID, n.Time, n.Workflow = first(n.ID, at.RunID+"-"+strconv.Itoa(h.Count)), workflow.Now(ctx), at.ID
	h.Untold = append(h.Untold, n)
	h.work(ctx)
}

// inherit takes over what the run before this one, which continued as this one, had and left untold.
func (h *herald) inherit(ctx workflow.Context, count int, untold []plan.Notice) {
	h.Count, h.Untold = count, untold
	h.work(ctx)
}

// work sees that a coroutine tells what is untold. Whoever is cancelled still wants it told.
func (h *herald) work(ctx workflow.Context) {
	if h.telling || len(h.Untold) == 0 {
		return
	}
	h.telling = true
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	workflow.GoNamed(ctx, "herald", func(ctx workflow.Context) {
		defer func() { h.telling = false }()
		for len(h.Untold) > 0 {
			h.send(ctx, h.Untold[0])
			h.Untold = h.Untold[1:]
		}
	})
}

// send tells one notice, and gives it up where it cannot be told for a day.
func (h *herald) send(ctx workflow.Context, n plan.Notice) {
	if h.deaf {
		return
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: Queue, Summary: clip("tell "+string(n.Kind)+": "+n.What, 120),
		StartToCloseTimeout:    time.Minute,
		ScheduleToCloseTimeout: max(tellFor-workflow.Now(ctx).Sub(n.Time), time.Minute),
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 15 * time.Minute, MaximumAttempts: 120, // a day of them
			NonRetryableErrorTypes: fault.Terminal(),
		},
	})
	err := workflow.ExecuteActivity(ctx, notices.TellNotice, activities.TellInput{Notify: h.to, Notice: n}).Get(ctx, nil)
	if err == nil {
		return
	}
	f := named(err)
	h.deaf = f.Code == gone
	workflow.GetLogger(ctx).Warn("nobody was told", "notice", n.ID, "type", n.Kind, "what", n.What, "kind", f.Kind, "error", fault.Clip(f.Error()), "hint", f.Hint)
}

// gone is what a receiver answers that wants no more notices: HTTP's 410 Gone.
const gone = "410"

// flush waits until all is told, for a minute at the most; what is untold then is in Untold. Its error is that of a cancelled
// context.
func (h *herald) flush(ctx workflow.Context) error {
	if len(h.Untold) == 0 {
		return nil
	}
	_, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout: flushFor, TimerOptions: workflow.TimerOptions{Summary: "what is yet to be told"},
	}, func() bool { return len(h.Untold) == 0 })
	return err
}

// reminders says how long after a hold began, or after the last reminder of it, the next one is due: first at the beginning,
// then twice as long each time, a day at the most between two.
func reminders(first time.Duration) func(n int) time.Duration {
	return func(n int) time.Duration {
		if n == 0 {
			return first
		}
		d := first
		for range n {
			if d *= 2; d >= 24*time.Hour {
				return 24 * time.Hour
			}
		}
		return d
	}
}
