package main

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// posture has a plan's credentials read.
func posture(ctx context.Context, c client.Client, t target) (p workflows.Posture, err error) {
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: workflows.PostureID(t.name), TaskQueue: workflows.Queue, StaticSummary: "look at the credentials of " + t.name,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, WorkflowExecutionTimeout: 10 * time.Minute,
		TypedSearchAttributes: temporal.NewSearchAttributes(temporal.NewSearchAttributeKeyKeyword(workflows.AttrPlan).ValueSet(t.name)),
	}, workflows.CheckPostureType, workflows.CheckPostureInput{Plan: t.plan, PlanRef: t.ref()})
	if err != nil {
		return p, failed(err, "See that the Temporal server answers.", "the credentials of %s could not be asked for: %v", t.name, err)
	}
	if err := outcome(ctx, c, run, &p); err != nil {
		return p, ended(err, "look at the credentials")
	}
	return p, nil
}

// lastPosture is what the last look at a plan's credentials found, and when, if there has been one: somebody's list, or a
// night's, whose workflow id a schedule has ended with its time. A report asks for none.
func lastPosture(ctx context.Context, c client.Client, name string) ([]plan.CredentialReport, time.Time) {
	last := lastLook(ctx, c, name)
	if last == nil {
		return nil, time.Time{}
	}
	var p workflows.Posture
	if c.GetWorkflow(ctx, last.GetExecution().GetWorkflowId(), last.GetExecution().GetRunId()).Get(ctx, &p) != nil || p.Plan != name {
		return nil, time.Time{}
	}
	return p.Credentials, last.GetCloseTime().AsTime()
}

// lastLook is the last look that came to its end, or nil. What is listed lags by a moment, and is not there at all where the
// namespace lacks the search attribute: so the list that somebody has just seen is asked for by its own id.
func lastLook(ctx context.Context, c client.Client, name string) *workflow.WorkflowExecutionInfo {
	var last *workflow.WorkflowExecutionInfo
	found, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{PageSize: 1, Query: fmt.Sprintf(
		"WorkflowType = '%s' AND %s = '%s' AND ExecutionStatus = 'Completed'", workflows.CheckPostureType, workflows.AttrPlan, name)})
	if err == nil && len(found.GetExecutions()) > 0 {
		last = found.GetExecutions()[0]
	}
	d, err := c.DescribeWorkflowExecution(ctx, workflows.PostureID(name), "")
	if err != nil || d.GetWorkflowExecutionInfo().GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_COMPLETED {
		return last
	}
	if own := d.GetWorkflowExecutionInfo(); last == nil || own.GetCloseTime().AsTime().After(last.GetCloseTime().AsTime()) {
		return own
	}
	return last
}
