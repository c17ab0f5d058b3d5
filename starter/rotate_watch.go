package main

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// rotationWatch follows rotations, a line for each change.
type rotationWatch struct {
	desk     *desk
	client   client.Client
	plan     string
	run      client.WorkflowRun
	patience time.Duration
	seen     map[string]plan.RotationState
	heard    time.Time // when the run last answered
	news     time.Time // when something last changed
}

// follow shows the rotations until each new key is current, or is held, or patience is at an end.
func (w *rotationWatch) follow(ctx context.Context) (workflows.RotatedCredentials, error) {
	began := time.Now()
	w.news = began
	for {
		out, over, err := w.look(ctx)
		switch {
		case ctx.Err() != nil:
			return out, failed(nil, "See landfall rotate status "+w.plan+".", "you have stopped watching; the rotations of %s go on", w.plan)
		case errors.Is(err, errSilent) && !w.heard.IsZero() && time.Since(w.heard) < forbearance: // it may be starting again
		case err != nil:
			return out, err
		default:
			w.heard = time.Now()
			w.show(out, time.Since(began))
			if over || time.Since(w.news) > w.patience {
				return out, nil
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(lookEvery):
		}
	}
}

// look asks how far the rotations are; over is set once nothing more is to be waited for.
func (w *rotationWatch) look(ctx context.Context) (out workflows.RotatedCredentials, over bool, err error) {
	info, err := w.client.DescribeWorkflowExecution(ctx, w.run.GetID(), w.run.GetRunID())
	if err != nil {
		return out, false, failed(err, "See that the Temporal server answers.", "the rotations of %s cannot be found: %v", w.plan, err)
	}
	if info.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		err := ask(ctx, w.client, w.run.GetID(), &out)
		return out, false, err
	}
	err = w.run.Get(ctx, &out)
	var app *temporal.ApplicationError
	if errors.As(err, &app) && app.Type() == "RolledBack" && app.Details(&out) == nil {
		return out, true, nil // which ones, it says itself
	}
	if err != nil {
		return out, true, ended(err, "rotation")
	}
	return out, true, nil
}

// show says which rotations have changed since the last look.
func (w *rotationWatch) show(out workflows.RotatedCredentials, since time.Duration) {
	for _, id := range sortedKeys(out.Rotations) {
		if s := out.Rotations[id]; w.seen[id] != s {
			w.seen[id], w.news = s, time.Now()
			if s == plan.RotationPromoting {
				s = "current" // that is when it tells
			}
			w.desk.say("%6.1fs  %-28s %s", since.Seconds(), id, s)
		}
	}
}
