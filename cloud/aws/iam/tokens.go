package iam

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Tokens lets a role have tokens, signed by AWS, by which it signs in to other clouds: the account's outbound identity federation,
// and the role's right to ask for tokens of those audiences.
type Tokens struct {
	id   plan.Identity
	plan string
}

// Describe implements step.Control.
func (c Tokens) Describe(plan.Landing) (plan.Step, bool) {
	name := strings.ToLower(c.id.Name)
	return plan.Step{
		Name: "tokens-" + name, Title: "tokens of the role " + c.id.Name + " for other clouds", Chapter: plan.Identify, After: []string{"identity-" + name},
		Inverse: plan.Revert, Usual: 10 * time.Second, Signs: c.id.Name,
	}, len(c.id.TokensFor) > 0
}

// The fields of the account's feature and of the role's policy, and the policy in IAM's own words, which undo needs.
const (
	fieldFeature = "outbound federation"
	fieldTokens  = "policy " + tokensPolicy
	fieldText    = "policy text"
	enabled      = "enabled"
	allowed      = "allowed"
)

func audienceField(audience string) string { return "tokens for " + audience }

// audiences are those that the plan asks for.
func (c Tokens) audiences() []string {
	var out []string
	for _, into := range c.id.TokensFor {
		out = append(out, plan.TokenAudience(into, c.plan))
	}
	return out
}

// ofPlan reports whether an audience is one that this plan may ask for. One that it has asked for, and that this file does not
// name, stays: somebody signs in by it.
func (c Tokens) ofPlan(audience string) bool {
	for _, into := range []plan.Cloud{plan.Azure, plan.GCP} {
		if plan.TokenAudience(into, c.plan) == audience {
			return true
		}
	}
	return slices.Contains(c.audiences(), audience)
}

// Want implements step.Control.
func (c Tokens) Want(plan.Task) plan.Fields {
	f := plan.Fields{fieldFeature: enabled, fieldTokens: plainly}
	for _, a := range c.audiences() {
		f[audienceField(a)] = allowed
	}
	return f
}

// Observe implements step.Control. What tells that the step has been done is the role's policy; the feature is everybody's.
func (c Tokens) Observe(ctx context.Context, s *session.Session, _ plan.Task) (plan.Observation, error) {
	api := iam.NewFromConfig(s.Config)
	o := plan.Observation{State: plan.Absent, Match: plan.ByName, Live: plan.Fields{}, Facts: map[string]string{}}
	issuer, err := issuerOf(ctx, api)
	if err != nil {
		return plan.Observation{}, err
	}
	told := "GetOutboundWebIdentityFederationInfo: not enabled in " + s.Account
	if issuer != "" {
		o.Live[fieldFeature], o.Facts[plan.FactIssuer(c.id)] = enabled, issuer
		told = "GetOutboundWebIdentityFederationInfo: enabled as " + issuer + " for the whole account " + s.Account + ", where others may lean on it"
	}
	o.Evidence = append(o.Evidence, told)
	role, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: &c.id.Name})
	if absent(err) {
		o.Evidence = append(o.Evidence, "GetRole: no role "+c.id.Name+" in "+s.Account)
		return o, nil
	}
	if err != nil {
		return plan.Observation{}, err
	}
	o.ID, o.Owner = aws.ToString(role.Role.Arn), ownerIn(role.Role.Tags)
	o.Facts[plan.FactSubject(c.id)] = o.ID
	text, err := tokenPolicyOf(ctx, api, c.id.Name)
	if err != nil {
		return plan.Observation{}, err
	}
	if text == "" {
		o.Evidence = append(o.Evidence, "GetRolePolicy: no policy "+tokensPolicy+" of "+c.id.Name)
		return o, nil
	}
	o.State, o.Live[fieldText] = plan.Present, text
	o.Live[fieldTokens] = wordsOf(text, c.ofPlan)
	for _, a := range audiencesIn(text) {
		o.Live[audienceField(a)] = allowed
		if !slices.Contains(c.audiences(), a) && c.ofPlan(a) {
			o.Evidence = append(o.Evidence, "it may ask for tokens for "+a+" too, which this plan does not name any more, and stays so")
		}
	}
	o.Evidence = append(o.Evidence, fmt.Sprintf("GetRolePolicy: %s of %s allows tokens for %s", tokensPolicy, c.id.Name, strings.Join(audiencesIn(text), ", ")))
	return o, nil
}

// Preflight implements step.Control.
func (c Tokens) Preflight(ctx context.Context, s *session.Session, _ plan.Task, ch plan.Change) error {
	actions := []string{"iam:PutRolePolicy"}
	if slices.ContainsFunc(ch.Fields, func(f plan.FieldDiff) bool { return f.Field == fieldFeature }) {
		actions = append(actions, "iam:EnableOutboundWebIdentityFederation")
	}
	return May(ctx, s, s.ARN("iam", "role/"+c.id.Name), actions...)
}

// Apply implements step.Control.
func (c Tokens) Apply(ctx context.Context, s *session.Session, _ plan.Task, ch plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	api := iam.NewFromConfig(s.Config)
	issuer := o.Facts[plan.FactIssuer(c.id)]
	if o.Live[fieldFeature] != enabled {
		made, err := api.EnableOutboundWebIdentityFederation(ctx, &iam.EnableOutboundWebIdentityFederationInput{})
		switch {
		case err == nil:
			issuer = aws.ToString(made.IssuerIdentifier)
		case !session.Is(err, "FeatureEnabled", "FeatureEnabledException"):
			return plan.Applied{}, err
		}
	}
	if slices.ContainsFunc(ch.Fields, func(f plan.FieldDiff) bool { return f.Field != fieldFeature }) {
		if err := putTokenPolicy(ctx, api, c.id.Name, c.policy(o.Live[fieldText])); err != nil {
			return plan.Applied{}, err
		}
	}
	done := plan.Applied{ID: s.ARN("iam", "role/"+c.id.Name), Facts: map[string]string{}}
	if o.ID != "" {
		done.ID = o.ID
	}
	done.Facts[plan.FactSubject(c.id)] = done.ID
	if issuer != "" {
		done.Facts[plan.FactIssuer(c.id)] = issuer
	}
	return done, nil
}

// policy is what a policy becomes: it allows what the plan asks for, and what it has asked for before.
func (c Tokens) policy(stands string) string {
	all := c.audiences()
	for _, a := range audiencesIn(stands) {
		if c.ofPlan(a) && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return tokenPolicy(all)
}

// Undo implements step.Undoer. The policy is the last: by it an undo that was cut short knows where it is.
func (c Tokens) Undo(ctx context.Context, s *session.Session, _ plan.Task, d plan.Deed, o plan.Observation) error {
	api, was := iam.NewFromConfig(s.Config), d.Receipt.Before
	feature, written := false, false
	left := audiencesIn(o.Live[fieldText])
	for _, f := range d.Change.Fields {
		switch {
		case f.Field == fieldFeature:
			feature = was[fieldFeature] != enabled && o.Live[fieldFeature] == enabled
		case o.Live[f.Field] != f.Before:
			written = true
			left = slices.DeleteFunc(left, func(a string) bool { return audienceField(a) == f.Field && was[f.Field] != allowed })
		}
	}
	if feature {
		if err := c.disable(ctx, s, d, written && len(left) == 0); err != nil {
			return err
		}
	}
	switch {
	case !written:
		return nil
	case was[fieldText] != "" && sameJSON(c.policy(was[fieldText]), o.Live[fieldText]):
		return putTokenPolicy(ctx, api, c.id.Name, was[fieldText])
	case len(left) > 0:
		return putTokenPolicy(ctx, api, c.id.Name, tokenPolicy(left))
	}
	_, err := api.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &c.id.Name, PolicyName: aws.String(tokensPolicy)})
	if absent(err) {
		return nil
	}
	return err
}

// disable takes the account's feature away, which the run has enabled, where nobody else has come to lean on it; alone says that
// this role does not either. Where somebody does it is left.
func (c Tokens) disable(ctx context.Context, s *session.Session, d plan.Deed, alone bool) error {
	api := iam.NewFromConfig(s.Config)
	leaning, err := leaningOnTokens(ctx, api, c.id.Name)
	if err != nil {
		return err
	}
	switch {
	case len(leaning) == 0 && (alone || d.Change.Op != plan.Create):
		_, err := api.DisableOutboundWebIdentityFederation(ctx, &iam.DisableOutboundWebIdentityFederationInput{})
		if session.Is(err, "FeatureDisabled", "FeatureDisabledException") {
			return nil
		}
		return err
	case d.Change.Op != plan.Create:
		return fault.New(fault.Conflict, "Take that policy away from them, or disable the account's outbound federation yourself, then resume.",
			"this run has enabled the outbound federation of the account %s, and %s have the policy %s now: without it they sign in nowhere", s.Account, strings.Join(leaning, ", "), tokensPolicy)
	}
	return nil
}

// PutBack implements step.Lenient: where this plan's tokens are gone, what is left of the policy and of the feature is others'.
func (c Tokens) PutBack(o plan.Observation, f plan.FieldDiff) bool {
	if f.Field != fieldFeature && f.Field != fieldTokens {
		return false
	}
	return !slices.ContainsFunc(c.audiences(), func(a string) bool { return o.Live[audienceField(a)] == allowed })
}
