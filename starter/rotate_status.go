package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// rotateStatus shows how far rotations are.
func (d *desk) rotateStatus() *cobra.Command {
	return &cobra.Command{
		Use:     "status PLAN",
		Short:   "Show how far each rotation of a plan's credentials is, and what it waits for. Exit 3 where one is held.",
		Example: "  landfall rotate status itbytes\n  landfall rotate status itbytes -o json",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			c, t, err := d.reach(ctx, args[0])
			if err != nil {
				return err
			}
			defer c.Close()
			all, err := rotations(ctx, c, t.name, false)
			if err != nil {
				return err
			}
			if len(all) == 0 {
				d.say("no credential of %s has been rotated lately; begin with landfall rotate %s", t.name, t.name)
			}
			return d.showRotations(t, all)
		},
	}
}

// rotated says what became of the rotations that were asked for.
func (d *desk) rotated(ctx context.Context, c client.Client, t target, out workflows.RotatedCredentials) error {
	all := []plan.RotationReport{}
	for _, id := range sortedKeys(out.Rotations) {
		r, err := rotationOf(ctx, c, workflows.RotationID(t.name, id))
		if err != nil {
			return err
		}
		if s := out.Rotations[id]; s == plan.RotationQueued || s == plan.RotationCut {
			d.code = max(d.code, exitHeld)
		}
		all = append(all, r)
	}
	if err := d.showRotations(t, all); err != nil {
		return err
	}
	if len(out.Failed) > 0 {
		d.code = exitFailed
	}
	return nil
}

// showRotations shows rotations. One that is held, or has not come to a current key, sets the exit code.
func (d *desk) showRotations(t target, all []plan.RotationReport) error {
	for _, r := range all {
		switch {
		case r.State == plan.RotationBack:
			d.code = exitFailed
		case (r.Hold != nil || r.Returning != "" || !settled(r)) && d.code != exitFailed:
			d.code = exitHeld
		}
	}
	if d.output == "json" {
		return d.json(map[string]any{"plan": t.name, "rotations": all})
	}
	for _, r := range all {
		d.say("%s: %s", r.Credential, stage(r))
		for _, line := range told(r) {
			d.say("  %s", line)
		}
	}
	return nil
}

// settled reports whether a rotation has come to what was asked for.
func settled(r plan.RotationReport) bool {
	if r.Retire {
		return !r.Disabled.IsZero() || r.State.After(plan.RotationGrace)
	}
	return !r.Promoted.IsZero() && (!r.Queued || r.State == plan.RotationDone)
}

// stage says how far a rotation is.
func stage(r plan.RotationReport) string {
	switch {
	case r.Returning != "" && r.Hold == nil:
		return "being rolled back: " + r.Returning
	case r.Hold != nil:
		return "held at " + string(r.State) + ", since " + r.Hold.Since.Local().Format("2006-01-02 15:04:05")
	case r.State == plan.RotationGrace && !r.Until.IsZero():
		return "in grace until " + r.Until.Local().Format("2006-01-02 15:04:05")
	case r.State == plan.RotationObserving && !r.Until.IsZero():
		return "observed until " + r.Until.Local().Format("2006-01-02 15:04:05")
	}
	return string(r.State)
}

// told are the lines that say what a rotation did and what it waits for.
func told(r plan.RotationReport) []string {
	var out []string
	switch {
	case r.State == plan.RotationBack:
	case r.Retire && !r.Deleted.IsZero():
		out = append(out, r.Old+" is deleted: nothing is kept at "+r.Item+" any more. Take the line credential: out of the plan, or the next run makes another")
	case r.Retire && !r.Disabled.IsZero():
		out = append(out, r.Old+" is switched off, and can be had back until it is deleted: landfall rotate rollback")
	case !r.Promoted.IsZero() && r.Returning == "":
		out = append(out, fmt.Sprintf("%s is current at %s; it worked %d times in a row", r.New, r.Item, r.Proofs))
	}
	if c := r.Canary; c.Probes > 0 {
		out = append(out, fmt.Sprintf("canary: %d sign-ins with the current key, %d failures", c.Probes, c.Failures))
	}
	if !r.Cut.IsZero() {
		out = append(out, strings.TrimSuffix("compromised: "+r.Old+" is off since "+r.Cut.Local().Format(time.TimeOnly)+"; "+r.Left, "; "))
	}
	if len(r.Foreign) > 0 {
		out = append(out, "not made by Landfall and not touched: "+strings.Join(r.Foreign, ", "))
	}
	if r.Fault != nil {
		out = append(out, noted(r.Fault)...)
	}
	if r.Hold != nil {
		out = append(out, "ends when "+r.Hold.Releases)
	}
	if r.Queued {
		out = append(out, "another rotation follows it by itself")
	}
	return out
}

// rotating are the workflow ids of a plan's rotations that are under way.
func rotating(ctx context.Context, c client.Client, name string) ([]string, error) {
	return rotationIDs(ctx, c, name, " AND ExecutionStatus = 'Running'")
}

func rotationIDs(ctx context.Context, c client.Client, name, which string) ([]string, error) {
	ids, err := workflowIDs(ctx, c, fmt.Sprintf("WorkflowType = '%s' AND %s = '%s'%s", workflows.RotateCredentialType, workflows.AttrPlan, name, which))
	if err != nil {
		return nil, failed(err, "See that the Temporal server answers.", "the rotations of %s cannot be listed: %v", name, err)
	}
	return ids, nil
}

// rotations are the last rotation of each of a plan's credentials, or those alone that are under way.
func rotations(ctx context.Context, c client.Client, name string, running bool) ([]plan.RotationReport, error) {
	which := ""
	if running {
		which = " AND ExecutionStatus = 'Running'"
	}
	ids, err := rotationIDs(ctx, c, name, which)
	all := []plan.RotationReport{}
	for _, id := range ids {
		r, err := rotationOf(ctx, c, id)
		if err != nil {
			return nil, err
		}
		if !running || r.Ended.IsZero() {
			all = append(all, r)
		}
	}
	return all, err
}

// rotationOf is how far a rotation is: by asking it while it runs, by its result where it has ended.
func rotationOf(ctx context.Context, c client.Client, id string) (r plan.RotationReport, err error) {
	info, err := c.DescribeWorkflowExecution(ctx, id, "")
	if _, none := errors.AsType[*serviceerror.NotFound](err); none {
		return r, failed(err, "Begin one with landfall rotate.", "no rotation %s is here", id)
	}
	if err != nil {
		return r, failed(err, "See that the Temporal server answers.", "the rotation %s cannot be found: %v", id, err)
	}
	if info.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return r, ask(ctx, c, id, &r)
	}
	err = c.GetWorkflow(ctx, id, info.GetWorkflowExecutionInfo().GetExecution().GetRunId()).Get(ctx, &r)
	var app *temporal.ApplicationError
	if errors.As(err, &app) && app.HasDetails() && app.Details(&r) == nil {
		return r, nil
	}
	if err != nil {
		r = plan.RotationReport{Credential: id[strings.LastIndexByte(id, '/')+1:], State: plan.RotationCut, Fault: &plan.Note{Message: err.Error(), Hint: "See what stands: landfall credentials list."}}
	}
	return r, nil
}
