package main

import (
	"context"
	"errors"
	"strings"
	"sync"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/report"
	"github.com/itbytes/landfall/workflows"
)

// gather puts the report of a run together from its landings' own workflows.
func gather(ctx context.Context, c client.Client, t target) (plan.Report, standing, error) {
	last, err := stand(ctx, c, t.name)
	if err != nil {
		return plan.Report{}, last, err
	}
	r := plan.Report{
		Plan: t.name, Digest: last.Digest, Mode: last.Mode, State: last.State, Started: last.Started, Ended: last.Ended,
		Registry: last.Registry, Coverage: []plan.Coverage{}, SPOF: []plan.SPOF{}, Landings: []plan.LandingReport{},
	}
	if r.Registry.Rows == nil {
		r.Registry.Rows = []plan.Row{}
	}
	order, err := landingsOf(t, last)
	if err != nil {
		return r, last, err
	}
	r.Landings = make([]plan.LandingReport, len(order))
	errs := make([]error, len(order))
	var wg sync.WaitGroup
	turns := make(chan struct{}, 16)
	for i, l := range order {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			r.Landings[i], errs[i] = landing(ctx, c, t.name, l, last)
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			return r, last, failed(err, "See landfall status "+t.name+".", "the landing %s cannot be read: %v", order[i].ID(), err)
		}
	}
	if t.plan != nil {
		if r.SPOF, err = t.plan.SinglePoints(); err != nil {
			return r, last, err
		}
		for _, e := range t.plan.Skipped() {
			r.Landings = append(r.Landings, plan.LandingReport{
				Cloud: e.Cloud, Environment: e.Environment, Name: e.Name, State: plan.LandingSkipped, Why: e.Reason, Steps: []plan.StepReport{},
			})
		}
	}
	r.Credentials, r.CredentialsAt = lastPosture(ctx, c, t.name)
	report.Complete(&r)
	return r, last, nil
}

// landingsOf are the landings in the order of the plan, or by name where only the worker has the plan.
func landingsOf(t target, last standing) ([]plan.Landing, error) {
	if t.plan != nil {
		return t.plan.Resolve()
	}
	var out []plan.Landing
	for _, id := range sortedKeys(last.Landings) {
		cloud, env, _ := strings.Cut(id, "/")
		out = append(out, plan.Landing{Cloud: plan.Cloud(cloud), Environment: env})
	}
	return out, nil
}

// landing reads one landing: from its result if it has ended, by its query while it runs, from the migration alone before it
// has begun in this run.
func landing(ctx context.Context, c client.Client, name string, l plan.Landing, last standing) (plan.LandingReport, error) {
	r := plan.LandingReport{Cloud: l.Cloud, Environment: l.Environment, Name: l.Name, State: plan.LandingTodo, Steps: []plan.StepReport{}}
	if s, begun := last.Landings[l.ID()]; !begun || s == plan.LandingTodo {
		return r, nil
	}
	id := workflows.LandID(name, l.ID())
	d, err := c.DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	switch d.GetWorkflowExecutionInfo().GetStatus() {
	case enums.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return r, c.GetWorkflow(ctx, id, "").Get(ctx, &r)
	case enums.WORKFLOW_EXECUTION_STATUS_RUNNING:
		return r, ask(ctx, c, id, &r)
	}
	r.State, r.Why = plan.LandingFailed, "its workflow was "+strings.ToLower(d.GetWorkflowExecutionInfo().GetStatus().String())
	return r, nil
}
