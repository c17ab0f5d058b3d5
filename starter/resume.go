package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// resume releases what is held.
func (d *desk) resume() *cobra.Command {
	r := workflows.Resume{}
	var decision, landing string
	cmd := &cobra.Command{
		Use:   "resume PLAN",
		Short: "Release what is held: of one landing, of all that a login holds, or of the whole plan.",
		Example: "  landfall resume itbytes --login aws-sso --decision retry --reason \"signed in again\"\n  landfall resume itbytes --landing gcp/prod --decision skip --reason \"no quota until Q1\"\n" +
			"  landfall resume itbytes --landing aws/mgmt --step registrar --decision done --reason \"seen at the registrar\"",
		Args: one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			r.Decision, r.Operator = workflows.Decision(decision), d.operator
			switch {
			case !slices.Contains([]workflows.Decision{workflows.Retry, workflows.Skip, workflows.Done, workflows.Give}, r.Decision):
				return usage("--decision is retry, skip, done or abort", "See landfall resume -h.")
			case r.Reason == "" || r.Operator == "":
				return usage("resume takes --reason, and --operator where your name is not known", "Both are kept with the run.")
			}
			c, t, err := d.reach(ctx, args[0])
			if err != nil {
				return err
			}
			defer c.Close()
			released, err := release(ctx, c, t, landing, r)
			if err != nil {
				return err
			}
			if len(released) == 0 {
				return failed(nil, "See landfall status "+t.name+".", "nothing that matches is held")
			}
			if d.output == "json" {
				return d.json(map[string]any{"plan": t.name, "released": released})
			}
			for _, id := range sortedKeys(released) {
				d.say("%s: %s", id, released[id])
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&decision, "decision", "", "retry (look again and go on), skip (leave the step out), done (it is so, by your word) or abort (undo what the run made)")
	cmd.Flags().StringVar(&r.Reason, "reason", "", "why; it is kept with the run")
	cmd.Flags().StringVar(&landing, "landing", "", "only this landing: CLOUD/ENVIRONMENT")
	cmd.Flags().StringVar(&r.Login, "login", "", "only what this login holds")
	cmd.Flags().StringVar(&r.Step, "step", "", "only this step")
	return cmd
}

// release sends the decision to every workflow of the plan that holds something which matches.
func release(ctx context.Context, c client.Client, t target, landing string, r workflows.Resume) (map[string]string, error) {
	if id, is := strings.CutPrefix(r.Step, workflows.RotationStep("")); is {
		return sendResume(ctx, c, t, []string{workflows.RotationID(t.name, id)}, r)
	}
	parts, err := federationIDs(ctx, c, t.name, " AND ExecutionStatus = 'Running'")
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(r.Step, workflows.FederationStepName("")) {
		return sendResume(ctx, c, t, parts, r)
	}
	last, err := stand(ctx, c, t.name)
	if err != nil {
		return nil, err
	}
	if r.Login != "" && r.Decision == workflows.Retry && r.Step == "" && landing == "" {
		// One keeper looks after the login and frees all that wait for it.
		id := workflows.LoginID(r.Login)
		if answer, err := update(ctx, c, id, workflows.ResumeMessage, r); err == nil {
			return map[string]string{id: answer}, nil
		}
	}
	var to []string
	for _, id := range sortedKeys(last.Landings) {
		if last.Landings[id] != plan.LandingDone && last.Landings[id] != plan.LandingTodo && (landing == "" || landing == id) {
			to = append(to, workflows.LandID(t.name, id))
		}
	}
	for _, id := range parts {
		if landing == "" || strings.HasSuffix(id, "/"+landing) {
			to = append(to, id)
		}
	}
	if landing == "" {
		to = append(to, workflows.JournalID(t.name))
	}
	if landing == "" && (last.Registry.State == plan.StepHeld || last.Registry.Hold != nil) {
		to = append(to, workflows.MigrateID(t.name))
	}
	if landing == "" && r.Step == "" {
		rotating, err := rotating(ctx, c, t.name)
		if err != nil {
			return nil, err
		}
		to = append(to, rotating...)
	}
	return sendResume(ctx, c, t, to, r)
}

// sendResume sends the decision to workflows, and is what those that hold something which matches answered.
func sendResume(ctx context.Context, c client.Client, t target, to []string, r workflows.Resume) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range to {
		answer, err := update(ctx, c, id, workflows.ResumeMessage, r)
		_, gone := errors.AsType[*serviceerror.NotFound](err) // it has ended since, or is only about to begin
		switch {
		case err == nil:
			out[id] = answer
		case gone, strings.Contains(err.Error(), "nothing that matches is held"), r.Decision == workflows.Done && strings.Contains(err.Error(), "nobody's word is taken"):
		default:
			return out, failed(err, "See landfall status "+t.name+".", "%s could not be resumed: %v", id, err)
		}
	}
	return out, nil
}
