package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"
)

// listenAbort registers the abort update and the signal of the same name.
func listenAbort(ctx workflow.Context, what string, refuse func(Abort) error, give func(Abort)) error {
	err := workflow.SetUpdateHandlerWithOptions(ctx, AbortMessage,
		func(_ workflow.Context, a Abort) (string, error) {
			give(a)
			return "given up: what this run made is being undone, last things first", nil
		},
		workflow.UpdateHandlerOptions{
			Description: "Gives " + what + ` up and undoes what this run made: {"operator": "you", "reason": "why"}. What stood before is left; accounts, subscriptions and projects are put in quarantine.`,
			Validator:   refuse,
		})
	if err != nil {
		return err
	}
	signals := workflow.GetSignalChannelWithOptions(ctx, AbortMessage, workflow.SignalChannelOptions{
		Description: "As the update of the same name, for when no worker is up to answer.",
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var a Abort
			if more := signals.Receive(ctx, &a); !more || ctx.Err() != nil {
				return
			}
			if err := refuse(a); err != nil {
				workflow.GetLogger(ctx).Warn("abort ignored", "reason", err)
				continue
			}
			give(a)
		}
	})
	return nil
}

// refuse says why an abort would do nothing.
func (a Abort) refuse(already *Abort) error {
	switch {
	case a.Operator == "" || a.Reason == "":
		return errors.New("say who you are in operator and why in reason: both are kept with the run")
	case already != nil:
		return fmt.Errorf("it was given up already, by %s: %s", already.Operator, already.Reason)
	}
	return nil
}

// cancelled is the abort that cancelling a workflow comes to.
func cancelled() Abort {
	return Abort{Operator: "Temporal", Reason: "its workflow was cancelled"}
}
