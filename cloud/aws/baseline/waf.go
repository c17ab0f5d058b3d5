package baseline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// WAF is a regional web ACL with rules, for public entries to be attached to. Any that the account has will do.
type WAF struct{}

// webACL is what ours is called.
const webACL = "landfall-baseline"

// Describe implements step.Control.
func (WAF) Describe(plan.Landing) (plan.Step, bool) {
	d := described("waf", "A web application firewall", "AWS-O04", "O04")
	d.Inverse, d.Usual = plan.Revert, 5*time.Second
	return d, true
}

// Want implements step.Control.
func (WAF) Want(plan.Task) plan.Fields { return plan.Fields{"rules": yes} }

// Observe implements step.Control.
func (WAF) Observe(ctx context.Context, s *session.Session, _ plan.Task) (plan.Observation, error) {
	c := wafv2.NewFromConfig(s.Config)
	o := plan.Observation{State: plan.Absent}
	for marker := (*string)(nil); ; {
		page, err := c.ListWebACLs(ctx, &wafv2.ListWebACLsInput{Scope: types.ScopeRegional, NextMarker: marker, Limit: aws.Int32(100)})
		if err != nil {
			return plan.Observation{}, err
		}
		for _, a := range oursFirst(page.WebACLs) {
			got, err := c.GetWebACL(ctx, &wafv2.GetWebACLInput{Scope: types.ScopeRegional, Id: a.Id, Name: a.Name})
			if err != nil {
				return plan.Observation{}, err
			}
			n := len(got.WebACL.Rules)
			o.Evidence = append(o.Evidence, fmt.Sprintf("GetWebACL: %s %q has %d rules", aws.ToString(a.Id), aws.ToString(a.Name), n))
			switch {
			case n > 0:
				o.State, o.ID, o.Match, o.Live = plan.Present, aws.ToString(a.Id), plan.BySetting, plan.Fields{"rules": yes}
				return o, nil
			case aws.ToString(a.Name) == webACL:
				o.State, o.ID, o.Match, o.Live = plan.Present, aws.ToString(a.Id), plan.ByName, plan.Fields{"rules": "none"}
			}
		}
		if marker = page.NextMarker; aws.ToString(marker) == "" || len(page.WebACLs) == 0 {
			break
		}
	}
	if len(o.Evidence) == 0 {
		o.Evidence = []string{"ListWebACLs: none in " + s.Config.Region}
	}
	return o, nil
}

// oursFirst puts the one that this step makes before the others, so that it is told of whoever else makes one.
func oursFirst(all []types.WebACLSummary) []types.WebACLSummary {
	slices.SortStableFunc(all, func(a, b types.WebACLSummary) int {
		return cmp.Compare(rank(aws.ToString(a.Name)), rank(aws.ToString(b.Name)))
	})
	return all
}

func rank(name string) int {
	if name == webACL {
		return 0
	}
	return 1
}

// Preflight implements step.Control.
func (WAF) Preflight(ctx context.Context, s *session.Session, _ plan.Task, c plan.Change) error {
	return iam.May(ctx, s, s.ARNHere("wafv2", "regional/webacl/*"), verb(c, "wafv2:CreateWebACL", "wafv2:UpdateWebACL"))
}

// Apply implements step.Control.
func (WAF) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	api, name := wafv2.NewFromConfig(s.Config), webACL
	allow := &types.DefaultAction{Allow: &types.AllowAction{}}
	if c.Op == plan.Update {
		got, err := api.GetWebACL(ctx, &wafv2.GetWebACLInput{Scope: types.ScopeRegional, Id: &o.ID, Name: &name})
		if err != nil {
			return plan.Applied{}, err
		}
		_, err = api.UpdateWebACL(ctx, &wafv2.UpdateWebACLInput{
			Scope: types.ScopeRegional, Id: &o.ID, Name: &name, LockToken: got.LockToken,
			DefaultAction: got.WebACL.DefaultAction, VisibilityConfig: got.WebACL.VisibilityConfig, Rules: managedRules(),
		})
		return plan.Applied{ID: o.ID}, err
	}
	out, err := api.CreateWebACL(ctx, &wafv2.CreateWebACLInput{
		Scope: types.ScopeRegional, Name: &name, DefaultAction: allow, VisibilityConfig: visible(name), Rules: managedRules(), Tags: wafTags(t.Landing),
	})
	if err != nil {
		return plan.Applied{}, err
	}
	return plan.Applied{ID: aws.ToString(out.Summary.Id)}, nil
}

// Undo implements step.Undoer. What protects something by now is not taken from it.
func (WAF) Undo(ctx context.Context, s *session.Session, _ plan.Task, d plan.Deed, o plan.Observation) error {
	api, name := wafv2.NewFromConfig(s.Config), webACL
	got, err := api.GetWebACL(ctx, &wafv2.GetWebACLInput{Scope: types.ScopeRegional, Id: &o.ID, Name: &name})
	if err != nil {
		return err
	}
	if d.Change.Op != plan.Create {
		_, err = api.UpdateWebACL(ctx, &wafv2.UpdateWebACLInput{
			Scope: types.ScopeRegional, Id: &o.ID, Name: &name, LockToken: got.LockToken,
			DefaultAction: got.WebACL.DefaultAction, VisibilityConfig: got.WebACL.VisibilityConfig,
		})
		return err
	}
	_, err = api.DeleteWebACL(ctx, &wafv2.DeleteWebACLInput{Scope: types.ScopeRegional, Id: &o.ID, Name: &name, LockToken: got.LockToken})
	if session.Is(err, "WAFAssociatedItemException") {
		return fault.New(fault.Conflict, "Take it from what it protects by now, then resume.", "the web ACL %s (%s) protects something that others have put behind it", name, o.ID)
	}
	return err
}

// managedRules are AWS's own groups against the commonest attacks; together 925 of the 1,500 capacity units.
func managedRules() []types.Rule {
	groups := []string{"AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"}
	out := make([]types.Rule, len(groups))
	for i, g := range groups {
		out[i] = types.Rule{
			Name: &g, Priority: int32(i), OverrideAction: &types.OverrideAction{None: &types.NoneAction{}}, VisibilityConfig: visible(g),
			Statement: &types.Statement{ManagedRuleGroupStatement: &types.ManagedRuleGroupStatement{VendorName: aws.String("AWS"), Name: &g}},
		}
	}
	return out
}

func visible(metric string) *types.VisibilityConfig {
	return &types.VisibilityConfig{CloudWatchMetricsEnabled: true, SampledRequestsEnabled: true, MetricName: &metric}
}

func wafTags(l plan.Landing) []types.Tag {
	var out []types.Tag
	tags := session.Tags(l)
	for _, k := range session.TagNames(tags) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return out
}
