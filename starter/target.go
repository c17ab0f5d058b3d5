package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// target is what PLAN names: a plan in a file, or one that has run.
type target struct {
	name string
	plan *plan.Plan // nil where only the worker's plan folder has it
}

// read reads PLAN as a file. Everything that is wrong with it is said at once.
func (d *desk) read(path string) (plan.Plan, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return plan.Plan{}, failed(err, "Give the path of a plan file.", "there is no file %s", path)
	}
	if err != nil {
		return plan.Plan{}, failed(err, "Give the path of a readable plan file.", "%v", err)
	}
	p, err := plan.ParseAt(path, b, time.Now().UTC().Format(time.DateOnly))
	if err != nil {
		t := &trouble{What: path + " cannot be carried out", Hint: "Mend the plan; nothing was started.", code: exitFailed, err: err}
		if !errors.As(err, &t.Problems) {
			t.What += ": " + err.Error()
		}
		return p, t
	}
	return p, nil
}

// find finds what PLAN names.
func (d *desk) find(ctx context.Context, c client.Client, arg string) (target, error) {
	if isFile(arg) {
		p, err := d.read(arg)
		return target{name: p.Metadata.Name, plan: &p}, err
	}
	in, err := began(ctx, c, workflows.MigrateID(arg))
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		names, _ := ran(ctx, c) // only for the hint
		return target{}, failed(err, meant(arg, names)+"Give a plan's file, or see landfall status for those that have run.", "no plan named %q has run here", arg)
	}
	if err != nil {
		return target{}, failed(err, "See that the Temporal server answers.", "the run of %q cannot be read: %v", arg, err)
	}
	return target{name: arg, plan: in.Plan}, nil
}

// reach connects to the server and finds what PLAN names. Whoever gets the client closes it.
func (d *desk) reach(ctx context.Context, arg string) (client.Client, target, error) {
	c, err := d.connect(ctx)
	if err != nil {
		return nil, target{}, err
	}
	t, err := d.find(ctx, c, arg)
	if err != nil {
		c.Close()
		return nil, target{}, err
	}
	return c, t, nil
}

// isFile reports whether PLAN is meant as a file: it is one, or looks like a path.
func isFile(arg string) bool {
	at, err := os.Stat(arg)
	return (err == nil && at.Mode().IsRegular()) || strings.ContainsAny(arg, "/.")
}

// ran are the names of the plans that have run, the latest first.
func ran(ctx context.Context, c client.Client) ([]string, error) {
	seen := map[string]bool{}
	var out []string
	req := &workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowType = '" + workflows.MigrateType + "'", PageSize: 500}
	for {
		found, err := c.ListWorkflow(ctx, req)
		if err != nil {
			return nil, failed(err, "See that the Temporal server answers.", "the runs cannot be listed: %v", err)
		}
		for _, e := range found.GetExecutions() {
			name, is := strings.CutPrefix(e.GetExecution().GetWorkflowId(), workflows.MigrateID(""))
			if is && !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
		if req.NextPageToken = found.GetNextPageToken(); len(req.NextPageToken) == 0 {
			return out, nil
		}
	}
}

// began is the input a migration was started with.
func began(ctx context.Context, c client.Client, id string) (workflows.MigrateInput, error) {
	var in workflows.MigrateInput
	events := c.GetWorkflowHistory(ctx, id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	if !events.HasNext() {
		return in, serviceerror.NewNotFound("no history of " + id)
	}
	e, err := events.Next()
	if err != nil {
		return in, err
	}
	err = converter.GetDefaultDataConverter().FromPayloads(e.GetWorkflowExecutionStartedEventAttributes().GetInput(), &in)
	return in, err
}

// ref is how a workflow is told of a plan that only the worker's plan folder has.
func (t target) ref() string {
	if t.plan == nil {
		return t.name
	}
	return ""
}
