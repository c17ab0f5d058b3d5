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
		Inverse: plan.Revert, Usual: 10 * time.Second, Trusts: c.id.Name,
	}, true
}

// FactRole is the fact that names the role of an identity, by its ARN.
func FactRole(id plan.Identity) string { return "role of " + strings.ToLower(id.Name) }

// Want implements step.Control.
func (c Identity) Want(plan.Task) plan.Fields {
	f := plan.Fields{}
	for _, w := range trusts("aws", "", c.id) {
		f[w.field] = clause(w.raw())
	}
	wantPolicies(f, rolesOf(c.id))
	for _, t := range c.id.Trust {
		switch {
		case t.SAML != "":
			f["saml provider "+t.SAML] = "there"
		case !builtIn(t.Issuer):
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
		Live:     plan.Fields{fieldPolicy: decoded(aws.ToString(role.Role.AssumeRolePolicyDocument))},
		Evidence: []string{fmt.Sprintf("GetRole: %s with %d attached policies", aws.ToString(role.Role.Arn), len(policies))},
		Facts:    map[string]string{FactRole(c.id): aws.ToString(role.Role.Arn)},
	}
	if err := c.trusted(s, t, &o); err != nil {
		return plan.Observation{}, err
	}
	livePolicies(o.Live, t.Landing.Region, rolesOf(c.id), policies)
	return o, c.providers(ctx, api, o.Live)
}

// trusted reads who may use the role: those of the plan as fields, the others, which stay, as evidence.
func (c Identity) trusted(s *session.Session, t plan.Task, o *plan.Observation) error {
	d, err := parsed(o.Live[fieldPolicy], o.Owner == t.Landing.Plan)
	if err != nil {
		return err
	}
	partition := session.Partition(t.Landing.Region)
	all := trusts(partition, s.Account, c.id)
	for i, at := range d.places(all) {
		if at >= 0 {
			o.Live[all[i].field] = plain(clause(d.Statement[at]), partition, s.Account)
		}
	}
	for _, other := range d.others(all) {
		o.Evidence = append(o.Evidence, "it may be used by others too, whom the plan does not name, and stays so: "+other)
	}
	return nil
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
		if builtIn(t.Issuer) {
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
		if tr.SAML == "" && !builtIn(tr.Issuer) && o.Live[providerField(host(tr.Issuer), audience(tr))] == "" {
			if err := acceptTokens(ctx, api, tr.Issuer, audience(tr), t.Landing); err != nil {
				return plan.Applied{}, err
			}
		}
	}
	all := trusts(session.Partition(t.Landing.Region), s.Account, c.id)
	id, policy := o.ID, document{}.with(all).text()
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
	if ch.Op != plan.Create && !c.letIn(t, o) {
		stands, err := parsed(o.Live[fieldPolicy], o.Owner == t.Landing.Plan)
		if err != nil {
			return plan.Applied{}, err
		}
		policy = stands.with(all).text()
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
	return plan.Applied{ID: id, Facts: map[string]string{FactRole(c.id): id}}, nil
}

// letIn reports whether everybody whom the plan names may use the role.
func (c Identity) letIn(t plan.Task, o plan.Observation) bool {
	want := c.Want(t)
	return !slices.ContainsFunc(trusts("aws", "", c.id), func(w wanted) bool { return o.Live[w.field] != want[w.field] })
}

// Undo implements step.Undoer. The trust, or a role that was made, is the last: by it an undo that was cut short knows where it is.
func (c Identity) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	api, was := iam.NewFromConfig(s.Config), d.Receipt.Before
	changed, created := map[string]bool{}, d.Change.Op == plan.Create
	for _, f := range d.Change.Fields {
		changed[f.Field] = o.Live[f.Field] != f.Before
	}
	going := leaving{role: c.id.Name, whole: created}
	for _, w := range trusts(session.Partition(t.Landing.Region), s.Account, c.id) {
		if changed[w.field] {
			going.some = append(going.some, w)
		}
	}
	for _, tr := range c.id.Trust {
		h := host(tr.Issuer)
		if tr.SAML != "" || !changed[providerField(h, audience(tr))] || was[providerField(h, audience(tr))] != "" {
			continue
		}
		if err := refuseTokens(ctx, api, tr, t.Landing, going, was[standing(h)] == ""); err != nil {
			return err
		}
	}
	for _, name := range rolesOf(c.id) {
		if !created && !changed[policyField(name)] {
			continue
		}
		if _, err := api.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &c.id.Name, PolicyArn: aws.String(policyARN(t.Landing.Region, name))}); err != nil && !absent(err) {
			return err
		}
	}
	switch {
	case created:
		if _, err := api.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &c.id.Name}); err != nil && !absent(err) {
			return err
		}
	case len(going.some) > 0:
		return c.letOut(ctx, s, t, going.some, was[fieldPolicy], o)
	}
	return nil
}

// PutBack implements step.Lenient: where the plan's trust is gone, what is left of its provider is leaned on by others.
func (c Identity) PutBack(o plan.Observation, f plan.FieldDiff) bool {
	of := false
	for _, t := range c.id.Trust {
		if t.SAML != "" || providerField(host(t.Issuer), audience(t)) != f.Field {
			continue
		}
		if of = true; o.Live[trustField(t)] != "" {
			return false
		}
	}
	return of
}

// letOut takes back what a run changed in the trust policy: it is as it was, where nobody has changed it since, else only what the
// run wrote is.
func (c Identity) letOut(ctx context.Context, s *session.Session, t plan.Task, some []wanted, before string, o plan.Observation) error {
	was, err := parsed(before, o.Owner == t.Landing.Plan)
	if err != nil {
		return err
	}
	now, err := parsed(o.Live[fieldPolicy], o.Owner == t.Landing.Plan)
	if err != nil {
		return err
	}
	if !now.same(was.with(trusts(session.Partition(t.Landing.Region), s.Account, c.id))) {
		now = now.without(some, was)
		if len(now.Statement) == 0 {
			return fault.New(fault.Conflict, "Say in its trust policy who may use it, or delete it, then resume.",
				"nobody but those whom this run let in may use the role %s any more, and IAM keeps no role that nobody may use", c.id.Name)
		}
		before = now.text()
	}
	_, err = iam.NewFromConfig(s.Config).UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &c.id.Name, PolicyDocument: &before})
	return err
}

// Owned implements step.Owned.
func (Identity) Owned() bool { return true }
