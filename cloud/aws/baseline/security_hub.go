package baseline

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// SecurityHub holds the account against the CIS benchmark: 3.0 or later, the newest that AWS offers where none is on.
type SecurityHub struct{}

// allCIS is the field of the benchmarks that are on, which undo leaves on.
const allCIS = "benchmarks"

// Describe implements step.Control.
func (SecurityHub) Describe(plan.Landing) (plan.Step, bool) {
	d := described("security-hub", "Posture checks by Security Hub with CIS", "AWS-O02b", "O02", "config-recorder")
	d.Usual = 5 * time.Minute
	return d, true
}

// Want implements step.Control.
func (SecurityHub) Want(plan.Task) plan.Fields { return plan.Fields{"hub": on, "cis benchmark": on} }

// Observe implements step.Control.
func (SecurityHub) Observe(ctx context.Context, s *session.Session, _ plan.Task) (plan.Observation, error) {
	c := securityhub.NewFromConfig(s.Config)
	hub, err := c.DescribeHub(ctx, &securityhub.DescribeHubInput{})
	if session.Is(err, "InvalidAccessException", "ResourceNotFoundException") {
		return plan.Observation{State: plan.Absent, Evidence: []string{"DescribeHub: not enabled in " + s.Config.Region}}, nil
	}
	if err != nil {
		return plan.Observation{}, err
	}
	o := plan.Observation{
		State: plan.Present, ID: aws.ToString(hub.HubArn), Match: plan.BySetting, Live: plan.Fields{"hub": on, "cis benchmark": off},
		Evidence: []string{"DescribeHub: " + aws.ToString(hub.HubArn)},
	}
	enabled, err := enabledCIS(ctx, c)
	if err != nil {
		return plan.Observation{}, err
	}
	if i := slices.IndexFunc(enabled, func(sub types.StandardsSubscription) bool { return sub.StandardsStatus == types.StandardsStatusReady }); i > 0 {
		enabled[0], enabled[i] = enabled[i], enabled[0] // one that holds is enough
	}
	var arns []string
	for _, sub := range enabled {
		if err := benchmark(&o, sub); err != nil {
			return plan.Observation{}, err
		}
		arns = append(arns, aws.ToString(sub.StandardsArn))
	}
	o.Live[allCIS] = strings.Join(arns, ",")
	if o.Live["cis benchmark"] == on {
		o.State, o.Why = plan.Present, "" // one that holds is enough
	}
	return o, nil
}

// benchmark takes one enabled standard into the observation.
func benchmark(o *plan.Observation, sub types.StandardsSubscription) error {
	arn := aws.ToString(sub.StandardsArn)
	o.Evidence = append(o.Evidence, fmt.Sprintf("GetEnabledStandards: %s %s", arn, sub.StandardsStatus))
	switch sub.StandardsStatus {
	case types.StandardsStatusReady:
		o.Live["cis benchmark"] = on
	case types.StandardsStatusPending:
		o.State, o.Why = plan.Pending, "Security Hub sets up "+arn
	case types.StandardsStatusIncomplete:
		reason := types.StatusReasonCode("")
		if sub.StandardsStatusReason != nil {
			reason = sub.StandardsStatusReason.StatusReasonCode
		}
		switch {
		case o.Live["cis benchmark"] == on:
			return nil
		case reason == types.StatusReasonCodeNoAvailableConfigurationRecorder:
			return fault.New(fault.Entitlement, "Let AWS Config record in the account (step config-recorder), then resume; it is looked at again by itself.",
				"the CIS benchmark is incomplete: no AWS Config recorder records in the account")
		case reason == types.StatusReasonCodeMaximumNumberOfConfigRulesExceeded:
			return fault.New(fault.Quota, "Ask Service Quotas for more AWS Config rules in the account, then resume.",
				"the CIS benchmark is incomplete: the account has as many AWS Config rules as it may")
		}
		o.Live["cis benchmark"] = "incomplete: " + string(reason)
	}
	return nil
}

// enabledCIS lists the CIS benchmarks that are on and new enough: 3.0 or later, or the newest that AWS offers here.
func enabledCIS(ctx context.Context, c *securityhub.Client) ([]types.StandardsSubscription, error) {
	var out, old []types.StandardsSubscription
	pages := securityhub.NewGetEnabledStandardsPaginator(c, &securityhub.GetEnabledStandardsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, sub := range page.StandardsSubscriptions {
			switch v, cis := versionOf(aws.ToString(sub.StandardsArn)); {
			case cis && slices.Compare(v, []int{3}) >= 0:
				out = append(out, sub)
			case cis:
				old = append(old, sub)
			}
		}
	}
	if len(out) > 0 || len(old) == 0 {
		return out, nil
	}
	newest, err := newestCIS(ctx, c)
	return slices.DeleteFunc(old, func(sub types.StandardsSubscription) bool { return aws.ToString(sub.StandardsArn) != newest }), err
}

// newestCIS is the ARN of the newest CIS benchmark that AWS offers here, by version.
func newestCIS(ctx context.Context, c *securityhub.Client) (string, error) {
	best, arn := []int{}, ""
	pages := securityhub.NewDescribeStandardsPaginator(c, &securityhub.DescribeStandardsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, st := range page.Standards {
			if v, cis := versionOf(aws.ToString(st.StandardsArn)); cis && slices.Compare(v, best) > 0 {
				best, arn = v, aws.ToString(st.StandardsArn)
			}
		}
	}
	return arn, nil
}

// versionOf reads the version at the end of a CIS benchmark's ARN: …/cis-aws-foundations-benchmark/v/5.0.0.
func versionOf(arn string) (version []int, cis bool) {
	_, text, cis := strings.Cut(arn, "/cis-aws-foundations-benchmark/v/")
	if !cis {
		return nil, false
	}
	for _, part := range strings.Split(text, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, false
		}
		version = append(version, n)
	}
	return version, true
}

// Preflight implements step.Control.
func (SecurityHub) Preflight(ctx context.Context, s *session.Session, _ plan.Task, c plan.Change) error {
	return iam.May(ctx, s, s.ARNHere("securityhub", "hub/default"), verb(c, "securityhub:EnableSecurityHub", "securityhub:BatchEnableStandards"))
}

// Apply implements step.Control. Without EnableDefaultStandards: false AWS would add CIS 1.2 of 2018.
func (SecurityHub) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	api := securityhub.NewFromConfig(s.Config)
	if c.Op == plan.Create {
		_, err := api.EnableSecurityHub(ctx, &securityhub.EnableSecurityHubInput{
			EnableDefaultStandards: aws.Bool(false), ControlFindingGenerator: types.ControlFindingGeneratorSecurityControl, Tags: session.Tags(t.Landing),
		})
		if err != nil && !session.Is(err, "ResourceConflictException") {
			return plan.Applied{}, err
		}
	}
	arn, err := newestCIS(ctx, api)
	if err != nil {
		return plan.Applied{}, err
	}
	if arn == "" {
		return plan.Applied{}, fault.New(fault.Conflict, "Choose a region that offers it, or waive AWS-O02b for the landing; then resume.",
			"Security Hub offers no CIS benchmark in %s", s.Config.Region)
	}
	_, err = api.BatchEnableStandards(ctx, &securityhub.BatchEnableStandardsInput{StandardsSubscriptionRequests: []types.StandardsSubscriptionRequest{{StandardsArn: &arn}}})
	return plan.Applied{ID: o.ID}, err
}

// Undo implements step.Undoer. A hub that is disabled loses its findings: it stays, and checks nothing any more. The
// benchmarks that were on before this run stay on.
func (SecurityHub) Undo(ctx context.Context, s *session.Session, _ plan.Task, d plan.Deed, _ plan.Observation) error {
	api := securityhub.NewFromConfig(s.Config)
	enabled, err := enabledCIS(ctx, api)
	if err != nil {
		return err
	}
	before := strings.Split(d.Receipt.Before[allCIS], ",")
	var off []string
	for _, sub := range enabled {
		if !slices.Contains(before, aws.ToString(sub.StandardsArn)) && sub.StandardsStatus != types.StandardsStatusDeleting {
			off = append(off, aws.ToString(sub.StandardsSubscriptionArn))
		}
	}
	if len(off) == 0 {
		return nil
	}
	_, err = api.BatchDisableStandards(ctx, &securityhub.BatchDisableStandardsInput{StandardsSubscriptionArns: off})
	return err
}

// Neutral implements step.Neutral.
func (SecurityHub) Neutral(_ plan.Task, o plan.Observation) bool {
	return o.State == plan.Present && o.Live["cis benchmark"] == off
}
