package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/workflows"
)

// answerTime is how long a worker may take to answer before a person is told that none does.
const answerTime = 8 * time.Second

// errSilent marks that nobody answered, which may pass.
var errSilent = errors.New("no answer")

// silence says who does not answer: the server, or the workers behind it.
func silence(ctx context.Context, c client.Client, queue string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err() // a person has stopped it
	}
	brief, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, sick := c.CheckHealth(brief, &client.CheckHealthRequest{}); sick != nil {
		return failed(errors.Join(errSilent, err), "Runs are kept: look again once it is back (landfall status).", "the Temporal server does not answer any more")
	}
	return failed(errors.Join(errSilent, err), "Start one (landfall-worker, or make up); what has begun goes on then.", "no worker answers on task queue %s", queue)
}

// staffed refuses where no worker has polled a queue lately, before anything is asked of it. One that is just starting is
// given a moment.
func staffed(ctx context.Context, c client.Client, queue string) error {
	for range 10 {
		if polled(ctx, c, queue, enums.TASK_QUEUE_TYPE_WORKFLOW) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(400 * time.Millisecond):
		}
	}
	return silence(ctx, c, queue, errSilent)
}

// polled reports whether a worker has asked a queue for tasks within the time of a long poll. The server's word is
// believed only where it says that nobody has.
func polled(ctx context.Context, c client.Client, queue string, of enums.TaskQueueType) bool {
	d, err := c.DescribeTaskQueue(ctx, queue, of)
	if err != nil {
		return true
	}
	for _, p := range d.GetPollers() {
		if time.Since(p.GetLastAccessTime().AsTime()) < 2*time.Minute {
			return true
		}
	}
	return false
}

// outcome waits for a run's result, and gives up where no worker takes up what it waits for.
func outcome(ctx context.Context, c client.Client, run client.WorkflowRun, into any) error {
	done := make(chan error, 1)
	go func() { done <- run.Get(ctx, into) }()
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(2 * time.Second):
		}
		if queue := deserted(ctx, c, run); queue != "" {
			return silence(ctx, c, queue, errSilent)
		}
	}
}

// deserted is the queue on which a run's next task has lain for too long because nobody polls it, or "".
func deserted(ctx context.Context, c client.Client, run client.WorkflowRun) string {
	d, err := c.DescribeWorkflowExecution(ctx, run.GetID(), run.GetRunID())
	if err != nil {
		return ""
	}
	late := func(at time.Time) bool { return time.Since(at) > answerTime }
	w := d.GetPendingWorkflowTask()
	if w.GetState() == enums.PENDING_WORKFLOW_TASK_STATE_SCHEDULED && late(w.GetScheduledTime().AsTime()) {
		return workflows.Queue
	}
	for _, a := range d.GetPendingActivities() {
		queue := a.GetActivityOptions().GetTaskQueue().GetName()
		if queue != "" && a.GetState() == enums.PENDING_ACTIVITY_STATE_SCHEDULED && a.GetAttempt() <= 1 &&
			late(a.GetScheduledTime().AsTime()) && !polled(ctx, c, queue, enums.TASK_QUEUE_TYPE_ACTIVITY) {
			return queue
		}
	}
	return ""
}

// workflowIDs are the ids of the workflows that a visibility query finds, each once, in their order.
func workflowIDs(ctx context.Context, c client.Client, query string) ([]string, error) {
	var out []string
	req := &workflowservice.ListWorkflowExecutionsRequest{PageSize: 500, Query: query}
	for {
		found, err := c.ListWorkflow(ctx, req)
		if err != nil {
			return nil, err
		}
		for _, e := range found.GetExecutions() {
			out = append(out, e.GetExecution().GetWorkflowId())
		}
		if req.NextPageToken = found.GetNextPageToken(); len(req.NextPageToken) == 0 {
			slices.Sort(out)
			return slices.Compact(out), nil
		}
	}
}
