package baseline

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/frontdoor/armfrontdoor"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// waf is the web application firewall policy that the landing's Front Door profiles use. It blocks; it does not only watch.
type waf struct{}

// wafAt is where the policy stands. Its name takes letters and digits alone.
func wafAt(l plan.Landing) session.Place {
	return session.At(l, "waf", "waf"+session.Alnum(l.Name, 100))
}

// ruleSets are Microsoft's managed rules, which only the Premium tier has.
func ruleSets() [][2]string {
	return [][2]string{{"Microsoft_DefaultRuleSet", "2.1"}, {"Microsoft_BotManagerRuleSet", "1.1"}}
}

// Describe implements step.Control.
func (waf) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "waf", Title: "the web application firewall policy", Chapter: plan.Protect, Control: "AZ-O04", Objective: "O04",
		After: []string{"providers", "resource-group"}, Inverse: plan.Revert, Usual: time.Minute,
	}, true
}

// Want implements step.Control.
func (waf) Want(plan.Task) plan.Fields {
	f := plan.Fields{
		"tier": string(armfrontdoor.SKUNamePremiumAzureFrontDoor), "mode": string(armfrontdoor.PolicyModePrevention),
		"state": string(armfrontdoor.PolicyEnabledStateEnabled), session.Provisioning: session.Succeeded,
	}
	for _, r := range ruleSets() {
		f[r[0]] = "on"
	}
	return f
}

// Owned implements step.Owned.
func (waf) Owned() bool { return true }

// Observe implements step.Control.
func (waf) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	c, err := armfrontdoor.NewPoliciesClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Observation{}, err
	}
	at := wafAt(t.Landing)
	r, err := c.Get(ctx, at.Group, at.Name, nil)
	switch {
	case session.Missing(err), session.Unregistered(err):
		return s.Absent(ctx, t, "no firewall policy "+at.Name+" in "+at.Group)
	case err != nil:
		return plan.Observation{}, err
	}
	o := plan.Observation{ID: session.Str(r.ID), Match: match(t.Landing, "waf"), Owner: session.OwnerOf(r.Tags), Live: plan.Fields{}}
	if r.SKU != nil {
		o.Live["tier"] = session.Str(r.SKU.Name)
	}
	provisioning := ""
	if p := r.Properties; p != nil {
		provisioning = session.Str(p.ProvisioningState)
		if p.PolicySettings != nil {
			o.Live["mode"], o.Live["state"] = session.Str(p.PolicySettings.Mode), session.Str(p.PolicySettings.EnabledState)
		}
		for _, m := range managed(r.WebApplicationFirewallPolicy) {
			o.Live[session.Str(m.RuleSetType)] = "on"
			o.Evidence = append(o.Evidence, session.Str(m.RuleSetType)+" "+session.Str(m.RuleSetVersion))
		}
	}
	o.Evidence = append([]string{"firewall policy " + at.Name + ": " + o.Live["tier"] + ", " + o.Live["mode"] + ", " + o.Live["state"]}, o.Evidence...)
	return s.Settled(ctx, t, o, provisioning)
}

// Preflight implements step.Control.
func (waf) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error { return nil }

// Apply implements step.Control.
func (waf) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	client, err := armfrontdoor.NewPoliciesClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	at := wafAt(t.Landing)
	body := armfrontdoor.WebApplicationFirewallPolicy{Location: session.Ptr("Global"), Tags: session.Tags(t.Landing)}
	if c.Op != plan.Create {
		r, err := client.Get(ctx, at.Group, at.Name, nil)
		if err != nil {
			return plan.Applied{}, err
		}
		tags := session.Claim(r.Tags, t.Landing, c)
		if len(c.Fields) == 0 {
			p, err := client.BeginUpdate(ctx, at.Group, at.Name, armfrontdoor.TagsObject{Tags: tags}, nil)
			return session.Begun(at.Name, p, err)
		}
		body = r.WebApplicationFirewallPolicy // its own rules and exclusions stay
		body.Tags = tags
	}
	p, err := client.BeginCreateOrUpdate(ctx, at.Group, at.Name, blocking(body), nil)
	return session.Begun(at.Name, p, err)
}

// Undo implements step.Undoer: of a policy that the run changed it puts back the mode and the state, and takes away the rule sets
// that it added; rules of the policy's own stay.
func (waf) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	client, err := armfrontdoor.NewPoliciesClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	at := wafAt(t.Landing)
	if d.Change.Op == plan.Create {
		p, err := client.BeginDelete(ctx, at.Group, at.Name, nil)
		return session.Gone(ctx, p, err)
	}
	r, err := client.Get(ctx, at.Group, at.Name, nil)
	if err != nil {
		return err
	}
	return session.Sent(client.BeginCreateOrUpdate(ctx, at.Group, at.Name, unblocking(r.WebApplicationFirewallPolicy, d), nil))
}

// unblocking is a policy with what a deed put into it taken out.
func unblocking(p armfrontdoor.WebApplicationFirewallPolicy, d plan.Deed) armfrontdoor.WebApplicationFirewallPolicy {
	former := step.Former(d)
	if session.Changed(d, "tier") {
		p.SKU = &armfrontdoor.SKU{Name: session.Ptr(armfrontdoor.SKUName(former["tier"]))}
	}
	if session.Changed(d, "mode") {
		p.Properties.PolicySettings.Mode = session.Ptr(armfrontdoor.PolicyMode(former["mode"]))
	}
	if session.Changed(d, "state") {
		p.Properties.PolicySettings.EnabledState = session.Ptr(armfrontdoor.PolicyEnabledState(former["state"]))
	}
	p.Properties.ManagedRules = &armfrontdoor.ManagedRuleSetList{ManagedRuleSets: slices.DeleteFunc(slices.Clone(managed(p)), func(m *armfrontdoor.ManagedRuleSet) bool {
		return session.Changed(d, session.Str(m.RuleSetType))
	})}
	return p
}

// blocking is a policy with what the plan wants put into it.
func blocking(p armfrontdoor.WebApplicationFirewallPolicy) armfrontdoor.WebApplicationFirewallPolicy {
	if p.Properties == nil {
		p.Properties = &armfrontdoor.WebApplicationFirewallPolicyProperties{}
	}
	if p.Properties.PolicySettings == nil {
		p.Properties.PolicySettings = &armfrontdoor.PolicySettings{}
	}
	p.SKU = &armfrontdoor.SKU{Name: session.Ptr(armfrontdoor.SKUNamePremiumAzureFrontDoor)}
	p.Properties.PolicySettings.Mode = session.Ptr(armfrontdoor.PolicyModePrevention)
	p.Properties.PolicySettings.EnabledState = session.Ptr(armfrontdoor.PolicyEnabledStateEnabled)
	sets := slices.Clone(managed(p))
	for _, want := range ruleSets() {
		if !slices.ContainsFunc(sets, func(m *armfrontdoor.ManagedRuleSet) bool {
			return strings.EqualFold(session.Str(m.RuleSetType), want[0])
		}) {
			sets = append(sets, &armfrontdoor.ManagedRuleSet{
				RuleSetType: session.Ptr(want[0]), RuleSetVersion: session.Ptr(want[1]),
				RuleSetAction: session.Ptr(armfrontdoor.ManagedRuleSetActionTypeBlock),
			})
		}
	}
	p.Properties.ManagedRules = &armfrontdoor.ManagedRuleSetList{ManagedRuleSets: sets}
	return p
}

func managed(p armfrontdoor.WebApplicationFirewallPolicy) []*armfrontdoor.ManagedRuleSet {
	if p.Properties == nil || p.Properties.ManagedRules == nil {
		return nil
	}
	return p.Properties.ManagedRules.ManagedRuleSets
}
