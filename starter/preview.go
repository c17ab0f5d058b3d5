package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// preview looks at everything a plan names and says what would be done. It writes nothing.
func (d *desk) preview() *cobra.Command {
	return &cobra.Command{
		Use:     "preview PLAN",
		Short:   "Say what a plan would change, step by step; it reads only. Exit 2 when something would change.",
		Example: "  landfall preview examples/itbytes.yaml\n  landfall preview itbytes -o json",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			c, t, err := d.reach(ctx, args[0])
			if err != nil {
				return err
			}
			defer c.Close()
			if err := staffed(ctx, c, workflows.Queue); err != nil {
				return err
			}
			r, pages, err := foresee(ctx, c, t)
			if err != nil {
				return err
			}
			return d.showPreview(args[0], t, r, pages)
		},
	}
}

// foresee runs a preview and reads it. One that is under way is waited for, and made again where it was of another version
// of the plan.
func foresee(ctx context.Context, c client.Client, t target) (r workflows.MigrateResult, previews []plan.Preview, err error) {
	for range 2 {
		run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID: "preview/" + t.name, TaskQueue: workflows.Queue, StaticSummary: "preview " + t.name,
			WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
			TypedSearchAttributes:    temporal.NewSearchAttributes(temporal.NewSearchAttributeKeyKeyword(workflows.AttrPlan).ValueSet(t.name)),
		}, workflows.MigrateType, workflows.MigrateInput{Plan: t.plan, PlanRef: t.ref(), Mode: workflows.ModePreview})
		if err != nil {
			return r, nil, failed(err, "See that the Temporal server answers.", "the preview could not be started: %v", err)
		}
		r = workflows.MigrateResult{}
		if err := outcome(ctx, c, run, &r); err != nil {
			return r, nil, ended(err, "preview")
		}
		if t.plan == nil || r.Digest == t.plan.Digest() {
			previews, err = pages(ctx, c, run, len(r.Landings))
			return r, previews, err
		}
	}
	return r, nil, failed(nil, "Ask again in a moment.", "somebody else makes a preview of another version of %s", t.name)
}

// pages reads the preview out of its workflow, some landings at a time.
func pages(ctx context.Context, c client.Client, run client.WorkflowRun, n int) ([]plan.Preview, error) {
	var out []plan.Preview
	for len(out) < n {
		var page []plan.Preview
		v, err := c.QueryWorkflow(ctx, run.GetID(), run.GetRunID(), workflows.PreviewQuery, workflows.Ask{From: len(out), Count: 50})
		if err == nil {
			err = v.Get(&page)
		}
		if err != nil {
			return nil, failed(err, "See that a worker polls the task queue "+workflows.Queue+".", "the preview cannot be read: %v", err)
		}
		if len(page) == 0 {
			break
		}
		out = append(out, page...)
	}
	return out, nil
}

func (d *desk) showPreview(arg string, t target, r workflows.MigrateResult, previews []plan.Preview) error {
	spof := []plan.SPOF{}
	if t.plan != nil {
		var err error
		if spof, err = t.plan.SinglePoints(); err != nil {
			return err
		}
	}
	pending := 0
	for op, n := range r.Changes {
		if op != plan.None && op != plan.Skipped {
			pending += n
		}
	}
	if pending > 0 || r.Unseen > 0 {
		d.code = exitPending
	}
	if d.output == "json" {
		return d.json(map[string]any{"plan": r.Plan, "digest": r.Digest, "pending": pending, "unseen": r.Unseen, "changes": r.Changes, "landings": previews, "spof": spof})
	}
	for _, p := range previews {
		d.say("%s", p.Landing)
		wide := widest(p.Outcomes)
		for _, o := range p.Outcomes {
			d.say("  %-8s  %-*s  %s", opWord(o), wide, o.Step, why(o, p.Landing))
			for _, f := range o.Change.Fields {
				if o.Change.Op == plan.Update || o.Change.Op == plan.Adopted || o.Change.Op == plan.Manual {
					d.say("  %-8s    %s: %s -> %s", "", f.Field, quoted(f.Before), quoted(f.After))
				}
			}
		}
	}
	if r.Registry.Why != "" {
		d.say("registry: %s", r.Registry.Why)
	}
	if len(spof) > 0 {
		d.say("single points of failure")
		for _, s := range spof {
			d.say("  %s %s stops %s", s.Kind, s.Name, strings.Join(s.Stops, ", "))
			if len(s.GoesOn) > 0 {
				d.say("    and lets go on %s", strings.Join(s.GoesOn, ", "))
			}
		}
	}
	switch {
	case pending == 0 && r.Unseen == 0:
		d.say("nothing would change: everything is already so")
	case r.Unseen > 0:
		d.say("%d changes foreseen, and %d steps could not be observed (digest %s)", pending, r.Unseen, r.Digest)
	default:
		d.say("%d changes foreseen; carry them out with: landfall migrate %s --approve (digest %s)", pending, arg, r.Digest)
	}
	return nil
}

// opWord is what would be done, as a word of the future.
func opWord(o plan.Outcome) string {
	switch {
	case o.Fault != nil:
		return "unknown"
	case o.State == plan.StepGap:
		return "gap"
	case o.State == plan.StepPending:
		return "pending"
	}
	switch o.Change.Op {
	case plan.None:
		return "ok"
	case plan.Create:
		return "create"
	case plan.Update:
		return "update"
	case plan.Adopted:
		return "adopt"
	case plan.Manual:
		return "by hand"
	}
	return string(o.Change.Op)
}

// why is a change's reason. A step without one was not looked at: the landing's container is to be made first.
func why(o plan.Outcome, landing string) string {
	if o.Fault != nil {
		return o.Fault.Message + " " + o.Fault.Hint
	}
	if o.Change.Op == plan.Create && o.Change.Why == "" {
		cloud, _, _ := strings.Cut(landing, "/")
		return "in the new " + plan.Cloud(cloud).Container()
	}
	return o.Change.Why
}

// widest is the length of the longest step's name.
func widest(outcomes []plan.Outcome) int {
	n := 0
	for _, o := range outcomes {
		n = max(n, len(o.Step))
	}
	return n
}

func quoted(s string) string {
	if s == "" {
		return "(none)"
	}
	return fmt.Sprintf("%q", s)
}
