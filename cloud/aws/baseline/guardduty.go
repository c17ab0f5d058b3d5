package baseline

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// GuardDuty detects threats: one detector in the account's region, enabled.
type GuardDuty struct{}

// Describe implements step.Control.
func (GuardDuty) Describe(plan.Landing) (plan.Step, bool) {
	d := described("guardduty", "Threat detection by GuardDuty", "AWS-O01", "O01")
	d.Usual = 3 * time.Second
	return d, true
}

// Want implements step.Control.
func (GuardDuty) Want(plan.Task) plan.Fields { return plan.Fields{"detector": on} }

// Observe implements step.Control.
func (GuardDuty) Observe(ctx context.Context, s *session.Session, _ plan.Task) (plan.Observation, error) {
	c := guardduty.NewFromConfig(s.Config)
	all, err := c.ListDetectors(ctx, &guardduty.ListDetectorsInput{})
	if err != nil {
		return plan.Observation{}, err
	}
	if len(all.DetectorIds) == 0 {
		return plan.Observation{State: plan.Absent, Evidence: []string{"ListDetectors: none in " + s.Config.Region}}, nil
	}
	id := all.DetectorIds[0] // a region has one at most
	got, err := c.GetDetector(ctx, &guardduty.GetDetectorInput{DetectorId: &id})
	if err != nil {
		return plan.Observation{}, err
	}
	return plan.Observation{
		State: plan.Present, ID: id, Match: plan.BySetting, Live: plan.Fields{"detector": onOff(got.Status == types.DetectorStatusEnabled)},
		Evidence: []string{fmt.Sprintf("GetDetector: %s %s", id, got.Status)},
	}, nil
}

// Preflight implements step.Control.
func (GuardDuty) Preflight(ctx context.Context, s *session.Session, _ plan.Task, c plan.Change) error {
	return iam.May(ctx, s, s.ARNHere("guardduty", "detector/*"), verb(c, "guardduty:CreateDetector", "guardduty:UpdateDetector"))
}

// Apply implements step.Control.
func (GuardDuty) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	api := guardduty.NewFromConfig(s.Config)
	if c.Op == plan.Update {
		_, err := api.UpdateDetector(ctx, &guardduty.UpdateDetectorInput{DetectorId: &o.ID, Enable: aws.Bool(true)})
		return plan.Applied{ID: o.ID}, err
	}
	out, err := api.CreateDetector(ctx, &guardduty.CreateDetectorInput{
		Enable: aws.Bool(true), ClientToken: aws.String(session.Token(t)), Tags: session.Tags(t.Landing),
	})
	if err != nil {
		return plan.Applied{}, err
	}
	return plan.Applied{ID: aws.ToString(out.DetectorId)}, nil
}

// Undo implements step.Undoer. A detector that is deleted takes its findings with it: it is suspended.
func (GuardDuty) Undo(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Deed, o plan.Observation) error {
	_, err := guardduty.NewFromConfig(s.Config).UpdateDetector(ctx, &guardduty.UpdateDetectorInput{DetectorId: &o.ID, Enable: aws.Bool(false)})
	return err
}

// Neutral implements step.Neutral.
func (GuardDuty) Neutral(_ plan.Task, o plan.Observation) bool { return o.Live["detector"] == off }
