package main

import (
	"context"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/workflows"
)

// approve lets a run go on that waits for approval.
func (d *desk) approve() *cobra.Command {
	var digest, reason string
	cmd := &cobra.Command{
		Use:     "approve PLAN --digest D",
		Short:   "Approve what a run has foreseen, by the digest that the preview shows.",
		Example: "  landfall approve itbytes --digest sha256:… --operator maria --reason CHG-4711",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if digest == "" {
				return usage("approve takes the digest of what you approve", "Give --digest as landfall preview or landfall status shows it.")
			}
			c, t, err := d.reach(ctx, args[0])
			if err != nil {
				return err
			}
			defer c.Close()
			answer, err := update(ctx, c, workflows.MigrateID(t.name), workflows.ApproveMessage,
				workflows.Approve{Digest: digest, Operator: d.operator, Reason: reason})
			if err != nil {
				return failed(err, "See landfall status "+t.name+".", "nothing was approved: %v", err)
			}
			if d.output == "json" {
				return d.json(map[string]string{"plan": t.name, "approved": digest})
			}
			d.say("%s", answer)
			return nil
		},
	}
	cmd.Flags().StringVar(&digest, "digest", "", "digest of the plan, as the preview shows it")
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is kept with the run")
	return cmd
}

// update sends one update and waits for its answer.
func update(ctx context.Context, c client.Client, id, name string, message any) (string, error) {
	if err := staffed(ctx, c, workflows.Queue); err != nil {
		return "", err
	}
	limited, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	h, err := c.UpdateWorkflow(limited, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: name, Args: []any{message}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil && limited.Err() != nil {
		return "", silence(ctx, c, workflows.Queue, err)
	}
	if err != nil {
		return "", err
	}
	var answer string
	return answer, h.Get(limited, &answer)
}
