package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/itbytes/landfall/plan"
)

// spof says what would stop if one thing were lost. A plan's file needs no server.
func (d *desk) spof() *cobra.Command {
	return &cobra.Command{
		Use:     "spof PLAN",
		Short:   "Say what would stop if a login, an account, a zone, a key or a service were lost; a plan's file needs no server.",
		Example: "  landfall spof examples/itbytes.yaml\n  landfall spof itbytes -o json",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := d.plan(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			points, err := p.SinglePoints()
			if err != nil {
				return failed(err, "Mend the plan.", "%v", err)
			}
			if d.output == "json" {
				return d.json(map[string]any{"plan": p.Metadata.Name, "spof": points})
			}
			for _, s := range points {
				d.say("%s %s", s.Kind, s.Name)
				d.say("  stops    %s", strings.Join(s.Stops, ", "))
				if len(s.GoesOn) > 0 {
					d.say("  goes on  %s", strings.Join(s.GoesOn, ", "))
				}
				d.say("  why      %s", s.Why)
				d.say("  mend     %s", s.Mend)
			}
			return nil
		},
	}
}

// plan is the plan that PLAN names: from its file, else as it was given to the run of that name.
func (d *desk) plan(ctx context.Context, arg string) (plan.Plan, error) {
	if isFile(arg) {
		return d.read(arg)
	}
	c, err := d.connect(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	defer c.Close()
	t, err := d.find(ctx, c, arg)
	if err != nil {
		return plan.Plan{}, err
	}
	if t.plan == nil {
		return plan.Plan{}, failed(nil, "Give the plan's file.", "%s was started by its name, and only the worker has its file", arg)
	}
	return *t.plan, nil
}
