package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/plan"
)

// status shows the matrix of landings and what each waits for.
func (d *desk) status() *cobra.Command {
	return &cobra.Command{
		Use:     "status [PLAN]",
		Short:   "Show how far a plan's landings are and what each waits for; without PLAN, every plan that has run.",
		Example: "  landfall status\n  landfall status itbytes\n  landfall status examples/itbytes.yaml -o json",
		Args:    atMostOne("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			c, err := d.connect(ctx)
			if err != nil {
				return err
			}
			defer c.Close()
			targets, err := d.named(ctx, c, args)
			if err != nil {
				return err
			}
			all := []any{}
			for i, t := range targets {
				r, last, err := gather(ctx, c, t)
				if err != nil {
					return err
				}
				if len(args) == 1 && last.State != plan.LandingRunning {
					d.code = exitOf(last.State)
				}
				if d.output == "json" {
					all = append(all, map[string]any{"run": last, "landings": r.Landings})
					continue
				}
				if i > 0 {
					d.say("")
				}
				d.showStatus(r, last)
			}
			if d.output == "json" {
				return d.json(map[string]any{"plans": all})
			}
			if len(targets) == 0 {
				d.say("no plan has run here; start one with landfall migrate PLAN")
			}
			return nil
		},
	}
}

// named are the plans asked for: the one given, or every one that has run.
func (d *desk) named(ctx context.Context, c client.Client, args []string) ([]target, error) {
	names := args
	if len(args) == 0 {
		var err error
		if names, err = ran(ctx, c); err != nil {
			return nil, err
		}
	}
	var out []target
	for _, name := range names {
		t, err := d.find(ctx, c, name)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (d *desk) showStatus(r plan.Report, last standing) {
	d.say("%s: %s, started %s", r.Plan, last.State, last.Started.Local().Format("2006-01-02 15:04:05"))
	if last.Why != "" {
		d.say("  %s", last.Why)
	}
	if last.AwaitsApproval {
		d.say("  waits for approval of what landfall preview %s shows:\n  landfall approve %s --digest %s", r.Plan, r.Plan, last.Digest)
	}
	if len(last.Landings) > 0 {
		d.say("\n%s", strings.TrimRight(grid(last.Landings, d.terminal() > 0, tallest), "\n"))
	}
	if reg := last.Registry; reg.State != "" {
		d.say("\nregistry %s: %s, %d rows", reg.Table, reg.State, len(reg.Rows))
	}
	for i, line := range needs(r) {
		if i == 0 || !strings.HasPrefix(line, " ") {
			d.say("")
		}
		d.say("%s", line)
	}
}
