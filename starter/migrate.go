package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// migrate starts carrying out a plan.
func (d *desk) migrate() *cobra.Command {
	var given, wait bool
	var patience time.Duration
	cmd := &cobra.Command{
		Use:   "migrate PLAN",
		Short: "Carry out a plan: everything is looked at first, and a second run writes nothing.",
		Long: "migrate starts the plan's migration and returns. Without --approve the run makes a preview first and waits for\n" +
			"somebody to approve it (landfall approve). With --wait it shows the landings until they have come to an end, or\n" +
			"until all that is left is held and needs somebody (exit 3).",
		Example: "  landfall migrate examples/itbytes.yaml --approve --wait\n  landfall migrate examples/itbytes.yaml --approve -o json",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			c, t, err := d.reach(ctx, args[0])
			if err != nil {
				return err
			}
			defer c.Close()
			in := workflows.MigrateInput{Plan: t.plan, PlanRef: t.ref(), Mode: workflows.ModeApply, Approval: workflows.ApprovalAsk}
			if given {
				in.Approval = workflows.ApprovalGiven
			}
			run, err := start(ctx, c, t, in, d.operator)
			if err != nil {
				return err
			}
			if !wait {
				return d.begun(ctx, c, t, run, given)
			}
			return d.follow(ctx, c, t, patience)
		},
	}
	cmd.Flags().BoolVar(&given, "approve", false, "approve beforehand what the plan will change, adoptions included")
	cmd.Flags().BoolVar(&wait, "wait", false, "show the landings until they have come to an end or are held")
	cmd.Flags().DurationVar(&patience, "patience", 90*time.Second, "with --wait: how long to go on when a person's act is all that is awaited")
	return cmd
}

func start(ctx context.Context, c client.Client, t target, in workflows.MigrateInput, operator string) (client.WorkflowRun, error) {
	options := client.StartWorkflowOptions{
		ID: workflows.MigrateID(t.name), TaskQueue: workflows.Queue,
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            "migrate " + t.name + ", started by " + operator,
		StaticDetails: "Carries out the plan **" + t.name + "** on every landing. The matrix is in the current details; each landing has a workflow of its own, `" +
			workflows.LandID(t.name, "CLOUD/ENVIRONMENT") + "`.",
		TypedSearchAttributes: temporal.NewSearchAttributes(
			temporal.NewSearchAttributeKeyKeyword(workflows.AttrPlan).ValueSet(t.name),
			temporal.NewSearchAttributeKeyKeyword(workflows.AttrState).ValueSet(string(plan.LandingRunning)),
		),
	}
	run, err := c.ExecuteWorkflow(ctx, options, workflows.MigrateType, in)
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	for late := time.Now().Add(closingTime); errors.As(err, &already) && closing(ctx, c, t.name) && time.Now().Before(late); {
		time.Sleep(lookEvery)
		run, err = c.ExecuteWorkflow(ctx, options, workflows.MigrateType, in)
	}
	if errors.As(err, &already) {
		return nil, failed(err, "See landfall status "+t.name+"; release what is held with landfall resume "+t.name+".",
			"a run of %s is under way already, so none was started", t.name)
	}
	if err != nil {
		return nil, failed(err, "Mend it and start it again.", "the run could not be started: %v", err)
	}
	return run, nil
}

// closingTime is how long a run that has come to its end may take to tell the last of it.
const closingTime = 15 * time.Second

// closing reports whether the run under way has nothing left to do but to tell that it is over.
func closing(ctx context.Context, c client.Client, name string) bool {
	last, err := stand(ctx, c, name)
	return err == nil && (last.State == plan.LandingDone || last.State == plan.LandingFailed || last.State == plan.LandingAborted)
}

// begun says that a run is under way and what comes next.
func (d *desk) begun(ctx context.Context, c client.Client, t target, run client.WorkflowRun, given bool) error {
	if d.output == "json" {
		return d.json(map[string]any{"plan": t.name, "workflowId": run.GetID(), "runId": run.GetRunID()})
	}
	d.say("%s is under way (workflow %s): landfall status %s shows how far it is", t.name, run.GetID(), t.name)
	if !given {
		d.say("it makes a preview and then waits for landfall approve %s; landfall status %s shows the digest", t.name, t.name)
	}
	if err := staffed(ctx, c, workflows.Queue); err != nil {
		d.say("%v; the run begins when one does", err)
	}
	return nil
}

// follow shows a run until it has ended or needs somebody.
func (d *desk) follow(ctx context.Context, c client.Client, t target, patience time.Duration) error {
	if _, err := d.watch(ctx, c, t, patience); err != nil {
		return err
	}
	untilSealed(ctx, c, t.name)
	r, last, err := gather(ctx, c, t)
	if err != nil {
		return err
	}
	d.code = exitOf(last.State)
	if d.output == "json" {
		return d.json(r)
	}
	for _, line := range sumUp(r, last) {
		d.say("%s", line)
	}
	return nil
}
