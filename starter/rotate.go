package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// rotate renews credentials now.
func (d *desk) rotate() *cobra.Command {
	in := workflows.RotateCredentialsInput{}
	var patience time.Duration
	cmd := &cobra.Command{
		Use:   "rotate PLAN",
		Short: "Renew a plan's credentials now: each new key is proven before it is current, and the old one works for its grace.",
		Long: "rotate makes a new key of each credential, keeps it in the vault, proves it against the live API and makes it current.\n" +
			"It returns then (exit 0); the old key works for its grace, until nobody uses it, and can be had back until it is deleted\n" +
			"(landfall rotate rollback). A rotation that is held needs somebody (exit 3); one whose key never worked is rolled back\n" +
			"(exit 1). With --compromised the old key is off as soon as the new one is current, and its sessions are ended.",
		Example: "  landfall rotate itbytes\n  landfall rotate itbytes --credential itmanagesgcp --credential azure\n" +
			"  landfall rotate itbytes --credential aws-prod-keys --compromised --reason \"found in a build log\"",
		Args: one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			in.Operator = d.operator
			switch {
			case in.Compromised && in.Reason == "":
				return usage("--compromised takes --reason", "It is kept in the journal: where was the key found?")
			case in.Operator == "":
				return usage("rotate takes --operator where your name is not known", "It is kept with the run.")
			}
			in.Reason = or(in.Reason, "asked for by "+in.Operator)
			c, t, err := d.reach(ctx, args[0])
			if err != nil {
				return err
			}
			defer c.Close()
			if in.Credentials, err = chosen(t, in.Credentials); err != nil {
				return err
			}
			return d.rotateNow(ctx, c, t, in, patience)
		},
	}
	cmd.Flags().StringArrayVar(&in.Credentials, "credential", nil, "only this one, or all of a cloud's: aws, azure or gcp; as often as needed")
	cmd.Flags().BoolVar(&in.Compromised, "compromised", false, "somebody else has the key: no grace, and its sessions are ended")
	cmd.Flags().StringVar(&in.Reason, "reason", "", "why; it is kept with the run")
	cmd.Flags().DurationVar(&patience, "patience", 5*time.Minute, "how long to go on when nothing changes but the time that is waited for")
	cmd.AddCommand(d.rotateStatus(), d.rotateRollback())
	return cmd
}

// rotateRollback brings an old key back.
func (d *desk) rotateRollback() *cobra.Command {
	var id string
	back := workflows.Abort{}
	cmd := &cobra.Command{
		Use:     "rollback PLAN",
		Short:   "Make the old key of a credential current again, as long as it is not deleted; the new one is removed.",
		Example: "  landfall rotate rollback itbytes --credential itmanagesgcp --reason \"the shop cannot sign in\"",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			back.Operator = d.operator
			if id == "" || back.Reason == "" || back.Operator == "" {
				return usage("rollback takes --credential and --reason, and --operator where your name is not known", "All are kept with the run.")
			}
			c, t, err := d.reach(ctx, args[0])
			if err != nil {
				return err
			}
			defer c.Close()
			if _, err := chosen(t, []string{id}); err != nil {
				return err
			}
			answer, err := update(ctx, c, workflows.RotationID(t.name, id), workflows.RollBackMessage, back)
			if _, none := errors.AsType[*serviceerror.NotFound](err); none {
				return failed(err, "See landfall rotate status "+t.name+"; to have another key, rotate it again.", "no rotation of %s is under way that could be rolled back", id)
			}
			if err != nil {
				return failed(err, "See landfall rotate status "+t.name+".", "%s was not rolled back: %v", id, err)
			}
			if d.output == "json" {
				return d.json(map[string]string{"plan": t.name, "credential": id, "rolledBack": answer})
			}
			d.say("%s: %s; landfall rotate status %s shows how far it is", id, answer, t.name)
			return nil
		},
	}
	cmd.Flags().StringVar(&id, "credential", "", "whose old key")
	cmd.Flags().StringVar(&back.Reason, "reason", "", "why; it is kept with the run")
	return cmd
}

// chosen are the credentials that are asked for by words. A word that is none of the plan's is said before anything begins.
func chosen(t target, words []string) ([]string, error) {
	if t.plan == nil {
		return words, nil // the worker has the plan, and says so itself
	}
	all, err := t.plan.Credentials()
	if err != nil {
		return nil, failed(err, "Mend the plan.", "%v", err)
	}
	known := []string{}
	for _, c := range all {
		known = append(known, c.ID, string(c.Cloud))
	}
	if len(all) == 0 {
		return nil, failed(nil, "A plan's credentials are its identities' and its access keys' (credential:, item:).", "the plan %s has no credential that could be rotated", t.name)
	}
	for _, w := range words {
		if w == plan.ConnectTokenID {
			return nil, failed(nil, "docs/connect-token.md has the steps, and landfall credentials list "+t.name+" when it is due.",
				"only a person at 1Password can renew %s, by which the workers ask it", w)
		}
		if !slices.Contains(known, w) {
			return nil, usage(fmt.Sprintf("the plan %s has no credential called %s", t.name, w), meant(w, known)+"See landfall credentials list "+t.name+".")
		}
	}
	return words, nil
}

// rotateNow begins rotations and shows them until every new key is current, or needs somebody.
func (d *desk) rotateNow(ctx context.Context, c client.Client, t target, in workflows.RotateCredentialsInput, patience time.Duration) error {
	if err := staffed(ctx, c, workflows.Queue); err != nil {
		return err
	}
	if err := d.sayUnderWay(ctx, c, t, in); err != nil {
		return err
	}
	in.Plan, in.PlanRef = t.plan, t.ref()
	what := "rotate credentials of "
	if in.Retire != nil {
		what = "retire credentials of "
	}
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: workflows.RotationsID(t.name, strconv.FormatInt(time.Now().UnixNano(), 10)), TaskQueue: workflows.Queue,
		StaticSummary: what + t.name + ", begun by " + d.operator,
		StaticDetails: in.Reason + "\n\nEach credential has a workflow of its own, `" + workflows.RotationID(t.name, "CREDENTIAL") + "`, which goes on when this one has ended.",
		TypedSearchAttributes: temporal.NewSearchAttributes(
			temporal.NewSearchAttributeKeyKeyword(workflows.AttrPlan).ValueSet(t.name),
			temporal.NewSearchAttributeKeyKeyword(workflows.AttrState).ValueSet(string(plan.LandingRunning)),
		),
	}, workflows.RotateCredentialsType, in)
	if err != nil {
		return failed(err, "Mend it and start it again.", "the rotations could not be begun: %v", err)
	}
	w := &rotationWatch{desk: d, client: c, plan: t.name, run: run, patience: patience, seen: map[string]plan.RotationState{}}
	out, err := w.follow(ctx)
	if err != nil {
		return err
	}
	return d.rotated(ctx, c, t, out)
}

// sayUnderWay says which credentials are being rotated already, and until when the key before works.
func (d *desk) sayUnderWay(ctx context.Context, c client.Client, t target, in workflows.RotateCredentialsInput) error {
	under, err := rotations(ctx, c, t.name, true)
	if err != nil || d.output == "json" {
		return err
	}
	for _, r := range under {
		if len(in.Credentials) > 0 && !slices.Contains(in.Credentials, r.Credential) && !slices.Contains(in.Credentials, string(r.Cloud)) {
			continue
		}
		d.say("%s is %s; another follows it", r.Credential, stage(r))
	}
	return nil
}
