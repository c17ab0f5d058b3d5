package baseline

import (
	"context"
	"fmt"
	"time"

	"github.com/itbytes/landfall/cloud/aws/ec2"
	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// EBSEncryption encrypts every new disk by default.
type EBSEncryption struct{}

// Describe implements step.Control.
func (EBSEncryption) Describe(plan.Landing) (plan.Step, bool) {
	d := described("ebs-encryption", "New disks encrypted by default", "AWS-O07", "O07")
	d.Inverse, d.Usual = plan.Revert, time.Second
	return d, true
}

// Want implements step.Control.
func (EBSEncryption) Want(plan.Task) plan.Fields { return plan.Fields{"default encryption": on} }

// Observe implements step.Control.
func (EBSEncryption) Observe(ctx context.Context, s *session.Session, _ plan.Task) (plan.Observation, error) {
	encrypted, err := ec2.DisksEncrypted(ctx, s)
	if err != nil {
		return plan.Observation{}, err
	}
	return plan.Observation{
		State: plan.Present, ID: s.Account + "/" + s.Config.Region, Match: plan.BySetting, Live: plan.Fields{"default encryption": onOff(encrypted)},
		Evidence: []string{fmt.Sprintf("GetEbsEncryptionByDefault: %t in %s", encrypted, s.Config.Region)},
	}, nil
}

// Preflight implements step.Control.
func (EBSEncryption) Preflight(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Change) error {
	return iam.May(ctx, s, "*", "ec2:EnableEbsEncryptionByDefault")
}

// Apply implements step.Control.
func (EBSEncryption) Apply(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	return plan.Applied{ID: o.ID}, ec2.EncryptDisks(ctx, s)
}

// Undo implements step.Undoer. Disks that were made meanwhile stay encrypted.
func (EBSEncryption) Undo(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Deed, _ plan.Observation) error {
	return ec2.LeaveDisks(ctx, s)
}
