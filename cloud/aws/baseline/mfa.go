package baseline

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// MFA guards the account's root user. A person registers the device; an account whose root has neither password nor keys
// (central root management) needs none.
type MFA struct{}

// Describe implements step.Control.
func (MFA) Describe(plan.Landing) (plan.Step, bool) {
	d := described("mfa", "A second factor for the root user", "AWS-O05a", "O05")
	d.Manual, d.Inverse, d.Usual = true, plan.NoInverse, time.Second
	return d, true
}

// Want implements step.Control.
func (MFA) Want(plan.Task) plan.Fields { return plan.Fields{"root second factor": on} }

// Observe implements step.Control.
func (MFA) Observe(ctx context.Context, s *session.Session, _ plan.Task) (plan.Observation, error) {
	out, err := iam.NewFromConfig(s.Config).GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
	if err != nil {
		return plan.Observation{}, err
	}
	n := out.SummaryMap
	o := plan.Observation{
		State: plan.Present, ID: s.Account, Match: plan.BySetting, Live: plan.Fields{"root second factor": onOff(n["AccountMFAEnabled"] > 0)},
		Evidence: []string{fmt.Sprintf("GetAccountSummary: AccountMFAEnabled %d", n["AccountMFAEnabled"])},
	}
	if password, told := n["AccountPasswordPresent"]; told && password == 0 && n["AccountAccessKeysPresent"] == 0 {
		o.Live["root second factor"] = on
		o.Evidence = append(o.Evidence, "GetAccountSummary: the root user has no password and no access key")
	}
	return o, nil
}

// Preflight implements step.Control.
func (MFA) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error { return nil }

// Apply implements step.Control.
func (MFA) Apply(context.Context, *session.Session, plan.Task, plan.Change, plan.Observation, step.Intent) (plan.Applied, error) {
	return plan.Applied{}, fault.New(fault.Bug, "Report it: a person's step was carried by program.", "no API registers the root user's second factor")
}
