package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// status shows the matrix of landings and what each waits for.
func (d *desk) status() *cobra.Command {
	return &cobra.Command{
		Use:     "status [PLAN]",
		Short:   "Show how far a plan's landings are and what each waits for; without PLAN, every plan that has run.",
		Example: "  landfall status\n  landfall status itbytes\n  landfall status examples/itbytes.yaml -o json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			c, err := d.connect(ctx)
			if err != nil {
				return err
			}
			defer c.Close()
			names, err := d.named(ctx, c, args)
			if err != nil {
				return err
			}
			var all []any
			for _, t := range names {
				last, err := status(ctx, c, t.name)
				if err != nil {
					return err
				}
				r, err := gather(ctx, c, t)
				if err != nil {
					return err
				}
				if len(args) == 1 {
					d.code = exitOf(last)
					if last.State == plan.LandingRunning {
						d.code = exitDone
					}
				}
				if d.output == "json" {
					all = append(all, map[string]any{"run": last, "landings": r.Landings})
					continue
				}
				d.showStatus(last, r)
			}
			if d.output == "json" {
				return d.json(map[string]any{"plans": all})
			}
			if len(names) == 0 {
				d.say("no plan has run here; start one with landfall migrate PLAN")
			}
			return nil
		},
	}
}

// named are the plans asked for: the one given, or every one that has run.
func (d *desk) named(ctx context.Context, c client.Client, args []string) ([]target, error) {
	if len(args) == 1 {
		t, err := d.find(ctx, c, args[0])
		return []target{t}, err
	}
	found, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowType = '" + workflows.MigrateType + "'", PageSize: 200})
	if err != nil {
		return nil, failed(err, "See that the Temporal server answers.", "the runs cannot be listed: %v", err)
	}
	seen := map[string]bool{}
	var out []target
	for _, e := range found.GetExecutions() {
		name, is := strings.CutPrefix(e.GetExecution().GetWorkflowId(), "migrate/")
		if !is || seen[name] {
			continue
		}
		seen[name] = true
		t, err := d.find(ctx, c, name)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (d *desk) showStatus(last workflows.MigrateResult, r plan.Report) {
	d.say("%s: %s, started %s", r.Plan, last.State, last.Started.Local().Format("2006-01-02 15:04:05"))
	if last.AwaitsApproval {
		d.say("  waits for approval: landfall approve %s --digest %s", r.Plan, last.Digest)
	}
	d.say("\n%s", strings.TrimRight(grid(last.Landings, d.terminal() > 0), "\n"))
	for _, l := range r.Landings {
		for _, s := range l.Steps {
			id := string(l.Cloud) + "/" + l.Environment + "/" + s.Name
			switch s.State {
			case plan.StepHeld:
				d.say("\nheld: %s\n  %s\n  %s\n  then: landfall resume %s --landing %s/%s --decision retry --reason \"…\"",
					id, s.Fault.Message, s.Fault.Hint, r.Plan, l.Cloud, l.Environment)
			case plan.StepFailed:
				d.say("\nfailed: %s\n  %s\n  %s", id, s.Fault.Message, s.Fault.Hint)
			case plan.StepWaiting:
				d.say("\nwaits for a person: %s\n  %s\n  it goes on by itself once the API shows it", id, l.Why)
			}
		}
	}
	if reg := last.Registry; reg.State != "" {
		d.say("\nregistry %s: %s, %d rows %s", reg.Table, reg.State, len(reg.Rows), reg.Why)
	}
}

// ended says why a run ended otherwise than well, in its own words.
func ended(err error, what string) error {
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		hint := "See the run in the Temporal UI."
		var f struct {
			Hint string `json:"hint"`
		}
		if app.HasDetails() && app.Details(&f) == nil && f.Hint != "" {
			hint = f.Hint
		}
		return failed(err, hint, "the %s was refused: %s", what, app.Message())
	}
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return failed(err, "Start it again.", "the %s is not there", what)
	}
	return failed(err, "See the run in the Temporal UI.", "the %s did not end well: %v", what, err)
}
