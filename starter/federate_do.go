package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// federatePreview looks at what a federation would do.
func (d *desk) federatePreview() *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use:     "preview PLAN",
		Short:   "Look at what stands, and say what apply would do; it reads only. Exit 2 where anything would change.",
		Example: "  landfall federate preview examples/itbytes.yaml --credential itmanagesgcp",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.federating(cmd.Context(), args[0], id, appliable, func(ctx context.Context, c client.Client, t target, _ plan.Federation) error {
				run, err := d.startFederation(ctx, c, t, workflows.FederationPreviewID(t.name, id), workflows.FederateInput{Credential: id, Preview: true, Operator: d.operator})
				if err != nil {
					return err
				}
				var r plan.FederationReport
				if err := outcome(ctx, c, run, &r); err != nil {
					return ended(err, "preview")
				}
				if r.Changes() > 0 {
					d.code = exitPending
				}
				return d.showFederation(r)
			})
		},
	}
	cmd.Flags().StringVar(&id, "credential", "", "the one that is to become none")
	return cmd
}

// federateApply has a federation carried out up to where it is seen to work.
func (d *desk) federateApply() *cobra.Command {
	var id, reason string
	cmd := &cobra.Command{
		Use:   "apply PLAN",
		Short: "Let the consumers in by their own tokens and see them sign in; the key stays until retire.",
		Long: "apply has the consumer's cloud sign tokens for it, has the credential's identity trust them, and signs in by such a token\n" +
			"five times over half a minute. Then the federation stands (exit 0), and its workflow waits for retire or undo. One that is\n" +
			"held needs somebody (exit 3); what cannot work is taken back (exit 1).",
		Example: "  landfall federate apply itbytes --credential itmanagesgcp --reason \"no key where a role will do\"",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" || d.operator == "" {
				return usage("apply takes --credential and --reason, and --operator where your name is not known", "All are kept with the run.")
			}
			return d.federating(cmd.Context(), args[0], id, appliable, func(ctx context.Context, c client.Client, t target, _ plan.Federation) error {
				in := workflows.FederateInput{Credential: id, Operator: d.operator, Reason: reason}
				if _, err := d.startFederation(ctx, c, t, workflows.FederationID(t.name, id), in); err != nil {
					return err
				}
				return d.followFederation(ctx, c, t, id, plan.FederationStanding)
			})
		},
	}
	cmd.Flags().StringVar(&id, "credential", "", "the one that is to become none")
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is kept with the run")
	return cmd
}

// federateRetire takes away a key that nobody needs any more.
func (d *desk) federateRetire() *cobra.Command {
	var id, reason, since string
	gone := workflows.Retire{}
	cmd := &cobra.Command{
		Use:   "retire PLAN",
		Short: "Take the key away of a credential whose federation is seen to work: switched off, watched, and deleted last.",
		Long: "retire sees each consumer sign in without the key once more, waits until nobody has used the key for --since, switches it\n" +
			"off, watches, and deletes it. It returns when the key is off (exit 0); landfall rotate rollback brings it back until it is\n" +
			"deleted. What has not been applied yet is applied first.",
		Example: "  landfall federate retire itbytes --credential itmanagesgcp --reason \"the pipeline signs in by its own token\"",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			long, err := plan.Duration(since)
			switch {
			case err != nil:
				return usage("--since is a length of time such as 7d or 36h", "See landfall federate retire -h.")
			case reason == "" || d.operator == "":
				return usage("retire takes --credential and --reason, and --operator where your name is not known", "All are kept with the run.")
			}
			gone.Since = long
			return d.federating(cmd.Context(), args[0], id, retirable, func(ctx context.Context, c client.Client, t target, f plan.Federation) error {
				if f.Apply == "" && !linked(t, id) { // whom the plan trusts is no identity of it: only they can show that it works
					in := workflows.RotateCredentialsInput{Credentials: []string{id}, Operator: d.operator, Reason: reason, Retire: &gone}
					return d.rotateNow(ctx, c, t, in, 5*time.Minute)
				}
				_, err := update(ctx, c, workflows.FederationID(t.name, id), workflows.RetireMessage, workflows.RetireKey{Retire: gone, Operator: d.operator, Reason: reason})
				if _, none := errors.AsType[*serviceerror.NotFound](err); none {
					_, err = d.startFederation(ctx, c, t, workflows.FederationID(t.name, id), workflows.FederateInput{Credential: id, Operator: d.operator, Reason: reason, Retire: &gone})
				}
				if err != nil {
					return failed(err, "See landfall federate status "+t.name+".", "%s is not retired: %v", id, err)
				}
				return d.followFederation(ctx, c, t, id, plan.FederationDone)
			})
		},
	}
	cmd.Flags().StringVar(&id, "credential", "", "whose key goes")
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is kept with the run")
	cmd.Flags().StringVar(&since, "since", "7d", "for how long nobody may have used the key")
	cmd.Flags().BoolVar(&gone.Word, "yes-by-word", false, "you give your word that nobody uses the key, where its cloud cannot tell")
	return cmd
}

// federateUndo takes back what apply did.
func (d *desk) federateUndo() *cobra.Command {
	var id string
	back := workflows.Abort{}
	cmd := &cobra.Command{
		Use:     "undo PLAN",
		Short:   "Take back what apply did, last things first, as long as the key is not being retired; what stood before is left.",
		Example: "  landfall federate undo itbytes --credential itmanagesgcp --reason \"the pipeline moves\"",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			back.Operator = d.operator
			if back.Reason == "" || back.Operator == "" {
				return usage("undo takes --credential and --reason, and --operator where your name is not known", "All are kept with the run.")
			}
			return d.federating(cmd.Context(), args[0], id, nil, func(ctx context.Context, c client.Client, t target, _ plan.Federation) error {
				_, err := update(ctx, c, workflows.FederationID(t.name, id), workflows.RollBackMessage, back)
				if _, none := errors.AsType[*serviceerror.NotFound](err); none {
					return failed(err, "See landfall federate status "+t.name+".", "no federation of %s is under way that could be taken back", id)
				}
				if err != nil {
					return failed(err, "See landfall federate status "+t.name+".", "%s was not taken back: %v", id, err)
				}
				return d.followFederation(ctx, c, t, id, plan.FederationBack)
			})
		},
	}
	cmd.Flags().StringVar(&id, "credential", "", "whose federation")
	cmd.Flags().StringVar(&back.Reason, "reason", "", "why; it is kept with the run")
	return cmd
}

// federateStatus shows how far federations are.
func (d *desk) federateStatus() *cobra.Command {
	return &cobra.Command{
		Use:     "status PLAN",
		Short:   "Show how far each federation of a plan is, whom it trusts and who was seen to sign in. Exit 3 where one is held.",
		Example: "  landfall federate status itbytes\n  landfall federate status itbytes -o json",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			c, t, err := d.reach(ctx, args[0])
			if err != nil {
				return err
			}
			defer c.Close()
			all, err := federationsOf(ctx, c, t.name)
			if err != nil {
				return err
			}
			if d.output == "json" {
				return d.json(map[string]any{"plan": t.name, "federations": all})
			}
			for _, r := range all {
				if err := d.showFederation(r); err != nil {
					return err
				}
			}
			if len(all) == 0 {
				d.say("no credential of %s is being made unnecessary; landfall federate %s says which could be", t.name, args[0])
			}
			return nil
		},
	}
}

// federating does something about one credential of a plan, where nothing of the plan speaks against it.
func (d *desk) federating(ctx context.Context, arg, id string, fit func(plan.Federation) (string, bool), do func(context.Context, client.Client, target, plan.Federation) error) error {
	if id == "" {
		return usage("name the credential: --credential ID", "See landfall federate "+arg+".")
	}
	p, err := d.plan(ctx, arg)
	if err != nil {
		return err
	}
	all, err := federations(p, id, arg)
	if err != nil {
		return err
	}
	if fit != nil {
		if what, fits := fit(all[0]); !fits {
			return failed(nil, "See landfall federate "+arg+" --credential "+id+" for what comes first.", "%s %s: %s", id, what, all[0].Why)
		}
	}
	c, err := d.connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return do(ctx, c, target{name: p.Metadata.Name, plan: &p}, all[0])
}

// appliable reports whether the plan knows how to do without a credential.
func appliable(f plan.Federation) (why string, fits bool) {
	return "cannot be done without", f.Apply != "" || f.State == plan.FederationStands
}

// retirable reports whether the plan lets a credential's key be taken away.
func retirable(f plan.Federation) (why string, fits bool) {
	return "is not to be retired", f.Retire != ""
}

// linked reports whether a credential has a consumer that is an identity of the plan in another cloud.
func linked(t target, id string) bool {
	_, links, err := t.plan.Links(id)
	return err == nil && len(links) > 0
}

// startFederation starts a federation, or a look at one. One that is under way goes on.
func (d *desk) startFederation(ctx context.Context, c client.Client, t target, id string, in workflows.FederateInput) (client.WorkflowRun, error) {
	if err := staffed(ctx, c, workflows.Queue); err != nil {
		return nil, err
	}
	in.Plan, in.PlanRef = t.plan, t.ref()
	if in.Preview { // each look is one of its own
		id += "/" + strconv.FormatInt(time.Now().UnixNano(), 10)
	}
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: workflows.Queue, WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary: "make the credential " + in.Credential + " of " + t.name + " unnecessary",
		StaticDetails: in.Reason + "\n\nIts consumers come to sign in by tokens of their own cloud; the key is retired last. The update `retire` takes it away, `rollBack` takes all of it back.",
		TypedSearchAttributes: temporal.NewSearchAttributes(
			temporal.NewSearchAttributeKeyKeyword(workflows.AttrPlan).ValueSet(t.name),
			temporal.NewSearchAttributeKeyKeyword(workflows.AttrState).ValueSet(string(plan.FederationLooking)),
		),
	}, workflows.FederateType, in)
	if err != nil {
		return nil, failed(err, "Mend it and start it again.", "the federation of %s could not be begun: %v", in.Credential, err)
	}
	return run, nil
}
