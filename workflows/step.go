package workflows

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// pace says how long one attempt may take, and for how long passing faults are tried again before a person is asked.
type pace struct {
	attempt, total, heartbeat time.Duration
}

// The paces of the runbook.
func quick() pace { return pace{attempt: 30 * time.Second, total: 10 * time.Minute} }

// glance is for looks that are repeated anyway.
func glance() pace { return pace{attempt: 30 * time.Second, total: 2 * time.Minute} }

// signingIn lets a person take their time at another screen.
func signingIn() pace {
	return pace{attempt: 20 * time.Minute, total: 20 * time.Minute, heartbeat: 30 * time.Second}
}

// proving lets a new key become known everywhere.
func proving() pace {
	return pace{attempt: 10 * time.Minute, total: 30 * time.Minute, heartbeat: 15 * time.Second}
}

func steady() pace {
	return pace{attempt: 3 * time.Minute, total: 30 * time.Minute, heartbeat: 15 * time.Second}
}

// do runs one activity at a pace on a queue. The compiler checks that input and result are the activity's own. The error,
// if any, carries a note and the kind of fault.
func do[In, Out any](ctx workflow.Context, p pace, queue, summary string, step func(context.Context, In) (Out, error), in In) (Out, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: queue, Summary: clip(summary, 120),
		StartToCloseTimeout: p.attempt, ScheduleToCloseTimeout: p.total, HeartbeatTimeout: p.heartbeat,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second,
			NonRetryableErrorTypes: fault.Terminal(),
		},
	})
	var out Out
	err := workflow.ExecuteActivity(ctx, step, in).Get(ctx, &out)
	return out, err
}

// named is the fault in an activity's error as the door sent it.
func named(err error) *fault.Fault {
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		f := &fault.Fault{}
		if app.HasDetails() && app.Details(f) == nil && f.Kind != "" {
			return f
		}
		return &fault.Fault{Kind: fault.Kind(app.Type()), Message: app.Message()}
	}
	var late *temporal.TimeoutError
	if errors.As(err, &late) {
		f := &fault.Fault{
			Kind: fault.Transient, Message: "no answer in time: " + late.Message(),
			Hint: "See that a worker polls the cloud's task queue and that the cloud answers, then resume.",
		}
		if late.Unwrap() != nil {
			if inner := named(late.Unwrap()); inner.Kind != "" && inner.Kind != fault.Bug {
				return inner
			}
		}
		return f
	}
	return &fault.Fault{Kind: fault.Bug, Message: err.Error()}
}

// note is a fault as people and reports see it.
func note(f *fault.Fault) *plan.Note {
	return &plan.Note{Kind: string(f.Kind), Message: fault.Clip(f.Error()), Hint: f.Hint}
}

// clip keeps a text within n bytes, at a rune's edge.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := n - 3; i > 0; i-- {
		if s[i]&0xC0 != 0x80 {
			return s[:i] + "…"
		}
	}
	return ""
}
