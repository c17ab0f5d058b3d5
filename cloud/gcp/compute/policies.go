package compute

import (
	"context"
	"math"
	"strconv"

	"cloud.google.com/go/compute/apiv1/computepb"
	"google.golang.org/protobuf/proto"
)

// Policy is a Cloud Armor security policy.
type Policy struct {
	Name, Description string
	ID                string // never used again, whatever is made under the name
	Rules             []Rule
}

// Rule is one rule of a policy. The last one, at DefaultPriority, hits every address.
type Rule struct {
	Priority    int32
	Action      string // allow, deny(403)
	Expression  string // in the rules' language; empty for the last
	Description string
	Preview     bool // it is only logged
}

// DefaultPriority is that of the rule that every policy ends with.
const DefaultPriority = math.MaxInt32

// Policy reads one policy.
func (c *Client) Policy(ctx context.Context, project, name string) (Policy, error) {
	p, err := c.policies.Get(ctx, &computepb.GetSecurityPolicyRequest{Project: project, SecurityPolicy: name})
	out := Policy{Name: p.GetName(), Description: p.GetDescription(), ID: strconv.FormatUint(p.GetId(), 10)}
	for _, r := range p.GetRules() {
		out.Rules = append(out.Rules, Rule{
			Priority: r.GetPriority(), Action: r.GetAction(), Expression: r.GetMatch().GetExpr().GetExpression(),
			Description: r.GetDescription(), Preview: r.GetPreview(),
		})
	}
	return out, err
}

// InsertPolicy begins to make a policy, and returns the operation's handle and whether it is over.
func (c *Client) InsertPolicy(ctx context.Context, project string, p Policy, request string) (string, bool, error) {
	r := &computepb.SecurityPolicy{Name: proto.String(p.Name), Description: proto.String(p.Description), Type: proto.String("CLOUD_ARMOR")}
	for _, rule := range p.Rules {
		r.Rules = append(r.Rules, ruleOf(rule))
	}
	op, err := c.policies.Insert(ctx, &computepb.InsertSecurityPolicyRequest{Project: project, RequestId: proto.String(request), SecurityPolicyResource: r})
	if err != nil {
		return "", false, err
	}
	return globally(op), op.Done(), nil
}

// AddRule begins to add a rule to a policy, and returns the operation's handle.
func (c *Client) AddRule(ctx context.Context, project, policy string, r Rule) (string, error) {
	op, err := c.policies.AddRule(ctx, &computepb.AddRuleSecurityPolicyRequest{Project: project, SecurityPolicy: policy, SecurityPolicyRuleResource: ruleOf(r)})
	if err != nil {
		return "", err
	}
	return globally(op), nil
}

// PatchRule begins to set the rule of a policy that has r's priority, and returns the operation's handle.
func (c *Client) PatchRule(ctx context.Context, project, policy string, r Rule) (string, error) {
	op, err := c.policies.PatchRule(ctx, &computepb.PatchRuleSecurityPolicyRequest{
		Project: project, SecurityPolicy: policy, Priority: proto.Int32(r.Priority), SecurityPolicyRuleResource: ruleOf(r),
	})
	if err != nil {
		return "", err
	}
	return globally(op), nil
}

// RemoveRule begins to take the rule of a priority out of a policy.
func (c *Client) RemoveRule(ctx context.Context, project, policy string, priority int32) error {
	_, err := c.policies.RemoveRule(ctx, &computepb.RemoveRuleSecurityPolicyRequest{Project: project, SecurityPolicy: policy, Priority: proto.Int32(priority)})
	return err
}

// DeletePolicy begins to delete a policy; Google refuses it while a backend has it.
func (c *Client) DeletePolicy(ctx context.Context, project, name, request string) error {
	op, err := c.policies.Delete(ctx, &computepb.DeleteSecurityPolicyRequest{Project: project, SecurityPolicy: name, RequestId: proto.String(request)})
	return ended(op, err)
}

func ruleOf(r Rule) *computepb.SecurityPolicyRule {
	m := &computepb.SecurityPolicyRuleMatcher{Expr: &computepb.Expr{Expression: proto.String(r.Expression)}}
	if r.Expression == "" {
		m = &computepb.SecurityPolicyRuleMatcher{
			VersionedExpr: proto.String("SRC_IPS_V1"), Config: &computepb.SecurityPolicyRuleMatcherConfig{SrcIpRanges: []string{"*"}},
		}
	}
	return &computepb.SecurityPolicyRule{
		Priority: proto.Int32(r.Priority), Action: proto.String(r.Action), Description: proto.String(r.Description), Preview: proto.Bool(r.Preview), Match: m,
	}
}
