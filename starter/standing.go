package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// standing is how far a migration is, and why it is no further where it ended otherwise than by itself.
type standing struct {
	workflows.MigrateResult
	Why string `json:"why,omitempty"`
}

// stand finds out how far the last run of a plan is: by its result where it has ended, by asking it while it runs.
func stand(ctx context.Context, c client.Client, name string) (standing, error) {
	id := workflows.MigrateID(name)
	d, err := c.DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return standing{}, failed(err, "Start one: landfall migrate PLAN.", "no run of %s is here", name)
	}
	if err != nil {
		return standing{}, failed(err, "See that the Temporal server answers.", "the run of %s cannot be found: %v", name, err)
	}
	var s standing
	info := d.GetWorkflowExecutionInfo()
	switch info.GetStatus() {
	case enums.WORKFLOW_EXECUTION_STATUS_RUNNING:
		err := ask(ctx, c, id, &s.MigrateResult)
		return s, err
	case enums.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		if err := c.GetWorkflow(ctx, id, info.GetExecution().GetRunId()).Get(ctx, &s.MigrateResult); err != nil {
			return s, failed(err, "See the run in the Temporal UI.", "the result of %s cannot be read: %v", name, err)
		}
		return s, nil
	}
	s.MigrateResult = workflows.MigrateResult{Plan: name, State: plan.LandingFailed, Started: info.GetStartTime().AsTime(), Ended: info.GetCloseTime().AsTime()}
	s.Why = "its workflow was " + strings.ToLower(info.GetStatus().String())
	err = c.GetWorkflow(ctx, id, info.GetExecution().GetRunId()).Get(ctx, nil)
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		s.Why = app.Message()
	}
	return s, nil
}

// ask asks a running workflow, a migration or a landing, how far it is.
func ask(ctx context.Context, c client.Client, id string, into any) error {
	limited, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	for {
		v, err := c.QueryWorkflow(limited, id, "", workflows.StatusQuery, workflows.Ask{})
		if err == nil {
			return v.Get(into)
		}
		if !strings.Contains(err.Error(), "unknown queryType") { // a run that began this instant has registered nothing yet
			return silence(ctx, c, workflows.Queue, err)
		}
		select {
		case <-limited.Done():
			return silence(ctx, c, workflows.Queue, limited.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
