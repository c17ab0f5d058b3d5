package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// listenApproval registers the approve update and the signal of the same name.
func (m *migration) listenApproval(ctx workflow.Context) error {
	err := workflow.SetUpdateHandlerWithOptions(ctx, ApproveMessage,
		func(_ workflow.Context, a Approve) (string, error) {
			m.approve(a)
			return "approved " + a.Digest, nil
		},
		workflow.UpdateHandlerOptions{
			Description: `Approves the foreseen changes: {"digest": "sha256:…", "operator": "you"}.`,
			Validator:   func(a Approve) error { return m.refuseApproval(a) },
		})
	if err != nil {
		return err
	}
	signals := workflow.GetSignalChannelWithOptions(ctx, ApproveMessage, workflow.SignalChannelOptions{
		Description: "As the update of the same name, for when no worker is up to answer.",
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var a Approve
			if more := signals.Receive(ctx, &a); !more || ctx.Err() != nil {
				return
			}
			if err := m.refuseApproval(a); err != nil {
				workflow.GetLogger(ctx).Warn("approval ignored", "reason", err)
				continue
			}
			m.approve(a)
		}
	})
	return nil
}

func (m *migration) approve(a Approve) { m.progress.Approved = &a }

func (m *migration) refuseApproval(a Approve) error {
	switch {
	case !m.awaiting:
		return errors.New("no approval is awaited")
	case a.Operator == "":
		return errors.New("say who you are in operator: it is kept with the run")
	case a.Digest != m.digest:
		return fmt.Errorf("the digest awaited is %s: look at the preview again", m.digest)
	}
	return nil
}

// askApproval waits until somebody approves what was foreseen. Nothing to change needs nobody's approval.
func (m *migration) askApproval(ctx workflow.Context) error {
	if m.mode() == ModePreview || m.in.Approval == ApprovalGiven || m.progress.Approved != nil || m.pending() == 0 {
		return nil
	}
	m.awaiting = true
	m.tell(ctx, plan.LandingWaiting)
	err := workflow.Await(ctx, func() bool { return m.progress.Approved != nil || m.progress.Aborted != nil })
	m.awaiting = false
	if err != nil || m.progress.Aborted != nil {
		return err
	}
	a := m.progress.Approved
	m.scribe.write(ctx, plan.Entry{Kind: plan.EntryApproval, Who: a.Operator, What: "approved " + a.Digest, Why: a.Reason})
	m.progress.Foreseen = foreseenIn(m.previews)
	m.tell(ctx, plan.LandingRunning)
	return nil
}
