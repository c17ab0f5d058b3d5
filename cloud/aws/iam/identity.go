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

// Identity is a role that others use by token or assertion, with no key of its own.
type Identity struct{ id plan.Identity }

// Describe implements step.Control.
func (c Identity) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "identity-" + strings.ToLower(c.id.Name), Title: "the role " + c.id.Name, Chapter: plan.Identify, After: []string{"account"},
		Inverse: plan.Revert, Usual: 10 * time.Second,
	}, true
}

// Want implements step.Control.
func (c Identity) Want(plan.Task) plan.Fields {
	f := plan.Fields{"trust": canonical(trustPolicy("aws", "", c.id), "")}
	wantPolicies(f, rolesOf(c.id))
	for _, t := range c.id.Trust {
		switch {
		case t.SAML != "":
			f["saml provider "+t.SAML] = "there"
		default:
			f[providerField(host(t.Issuer), audience(t))] = "accepted"
		}
	}
	return f
}

func providerField(host, audience string) string { return "oidc provider " + host + " for " + audience }

// The fields that nobody wants and that undo needs: whether a provider stands at all, and the trust in IAM's own words.
func standing(host string) string { return "oidc provider " + host }

const fieldPolicy = "trust policy"

// Observe implements step.Control.
func (c Identity) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	api := iam.NewFromConfig(s.Config)
	role, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: &c.id.Name})
	if absent(err) {
		o := plan.Observation{State: plan.Absent, Live: plan.Fields{}, Evidence: []string{"GetRole: no role " + c.id.Name + " in " + s.Account}}
		return o, c.providers(ctx, api, o.Live)
	}
	if err != nil {
		return plan.Observation{}, err
	}
	policies, err := attachedTo(ctx, api, c.id.Name)
	if err != nil {
		return plan.Observation{}, err
	}
	o := plan.Observation{
		State: plan.Present, ID: aws.ToString(role.Role.Arn), Match: plan.ByName, Owner: ownerIn(role.Role.Tags),
		Live: plan.Fields{
			"trust":     partitionless(canonical(aws.ToString(role.Role.AssumeRolePolicyDocument), s.Account), t.Landing.Region),
			fieldPolicy: decoded(aws.ToString(role.Role.AssumeRolePolicyDocument)),
		},
		Evidence: []string{fmt.Sprintf("GetRole: %s with %d attached policies", aws.ToString(role.Role.Arn), len(policies))},
	}
	livePolicies(o.Live, t.Landing.Region, rolesOf(c.id), policies)
	return o, c.providers(ctx, api, o.Live)
}

// providers reads the providers that the trust leans on.
func (c Identity) providers(ctx context.Context, api *iam.Client, live plan.Fields) error {
	for _, t := range c.id.Trust {
		if t.SAML != "" {
			there, err := samlStands(ctx, api, t.SAML)
			if err != nil {
				return err
			}
			if there {
				live["saml provider "+t.SAML] = "there"
			}
			continue
		}
		arn, audiences, err := oidcProvider(ctx, api, host(t.Issuer))
		if err != nil {
			return err
		}
		if arn != "" {
			live[standing(host(t.Issuer))] = "there"
		}
		if slices.Contains(audiences, audience(t)) {
			live[providerField(host(t.Issuer), audience(t))] = "accepted"
		}
	}
	return nil
}

// Preflight implements step.Control. A SAML provider holds the metadata of somebody's identity provider: a person makes it.
func (c Identity) Preflight(ctx context.Context, s *session.Session, _ plan.Task, ch plan.Change) error {
	actions := []string{"iam:AttachRolePolicy", "iam:TagRole", "iam:UpdateAssumeRolePolicy"}
	if ch.Op == plan.Create {
		actions = []string{"iam:CreateRole", "iam:AttachRolePolicy"}
	}
	if err := May(ctx, s, s.ARN("iam", "role/"+c.id.Name), actions...); err != nil {
		return err
	}
	for _, t := range c.id.Trust {
		if t.SAML == "" {
			continue
		}
		there, err := samlStands(ctx, iam.NewFromConfig(s.Config), t.SAML)
		if err != nil {
			return err
		}
		if !there {
			return fault.New(fault.Conflict, "Create the SAML provider "+t.SAML+" in the account "+s.Account+" from your identity provider's metadata, then resume.",
				"the role %s is to trust the SAML provider %q, which is not there", c.id.Name, t.SAML)
		}
	}
	return nil
}

// Apply implements step.Control.
func (c Identity) Apply(ctx context.Context, s *session.Session, t plan.Task, ch plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	api := iam.NewFromConfig(s.Config)
	for _, tr := range c.id.Trust {
		if tr.SAML == "" && o.Live[providerField(host(tr.Issuer), audience(tr))] == "" {
			if err := acceptTokens(ctx, api, tr.Issuer, audience(tr), t.Landing); err != nil {
				return plan.Applied{}, err
			}
		}
	}
	id, policy := o.ID, trustPolicy(session.Partition(t.Landing.Region), s.Account, c.id)
	if ch.Op == plan.Create {
		made, err := api.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &c.id.Name, AssumeRolePolicyDocument: &policy, Tags: tagsOf(t.Landing), Description: aws.String("Landfall: plan " + t.Landing.Plan)})
		if err != nil {
			return plan.Applied{}, err
		}
		id = aws.ToString(made.Role.Arn)
	}
	if ch.Op == plan.Adopted {
		if _, err := api.TagRole(ctx, &iam.TagRoleInput{RoleName: &c.id.Name, Tags: tagsOf(t.Landing)}); err != nil {
			return plan.Applied{}, err
		}
	}
	if ch.Op != plan.Create && o.Live["trust"] != c.Want(t)["trust"] {
		if _, err := api.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &c.id.Name, PolicyDocument: &policy}); err != nil {
			return plan.Applied{}, err
		}
	}
	for _, name := range rolesOf(c.id) {
		if o.Live[policyField(name)] == attached {
			continue
		}
		if _, err := api.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &c.id.Name, PolicyArn: aws.String(policyARN(t.Landing.Region, name))}); err != nil {
			return plan.Applied{}, err
		}
	}
	return plan.Applied{ID: id}, nil
}

// Undo implements step.Undoer. The role is the last: by it an undo that was cut short knows where it is.
func (c Identity) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	api, was := iam.NewFromConfig(s.Config), d.Receipt.Before
	changed := map[string]bool{}
	for _, f := range d.Change.Fields {
		changed[f.Field] = o.Live[f.Field] != f.Before
	}
	for _, tr := range c.id.Trust {
		h := host(tr.Issuer)
		if tr.SAML != "" || !changed[providerField(h, audience(tr))] || was[providerField(h, audience(tr))] != "" {
			continue
		}
		if err := refuseTokens(ctx, api, tr, t.Landing, c.id.Name, was[standing(h)] == ""); err != nil {
			return err
		}
	}
	for _, name := range rolesOf(c.id) {
		if d.Change.Op != plan.Create && !changed[policyField(name)] {
			continue
		}
		if _, err := api.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &c.id.Name, PolicyArn: aws.String(policyARN(t.Landing.Region, name))}); err != nil && !absent(err) {
			return err
		}
	}
	switch {
	case d.Change.Op == plan.Create:
		if _, err := api.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &c.id.Name}); err != nil && !absent(err) {
			return err
		}
	case changed["trust"]:
		before := was[fieldPolicy]
		if _, err := api.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &c.id.Name, PolicyDocument: &before}); err != nil {
			return err
		}
	}
	return nil
}

// Owned implements step.Owned.
func (Identity) Owned() bool { return true }
