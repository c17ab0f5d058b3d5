package baseline

import (
	"context"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/security/armsecurity"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// defender turns Microsoft Defender for Cloud's plans on.
type defender struct{}

// plans are the plans wanted, with the sub-plan where it matters.
func plans() map[string]string {
	return map[string]string{
		"VirtualMachines": "P2", "StorageAccounts": "DefenderForStorageV2", "KeyVaults": "", "Arm": "",
		"Containers": "", "SqlServers": "", "CloudPosture": "",
	}
}

// tier is a plan's field: its tier, and its sub-plan where one is wanted.
func tier(tier, sub string) string { return strings.TrimSpace(tier + " " + sub) }

// Describe implements step.Control.
func (defender) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "defender", Title: "Defender for Cloud", Chapter: plan.Protect, Control: "AZ-O01", Objective: "O01",
		After: []string{"providers"}, Inverse: plan.Revert, Usual: 2 * time.Minute,
	}, true
}

// Want implements step.Control.
func (defender) Want(plan.Task) plan.Fields {
	f := plan.Fields{}
	for name, sub := range plans() {
		f[name] = tier(string(armsecurity.PricingTierStandard), sub)
	}
	return f
}

// Observe implements step.Control.
func (d defender) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	c, err := armsecurity.NewPricingsClient(s.Cred, s.ARM)
	if err != nil {
		return plan.Observation{}, err
	}
	o := plan.Observation{State: plan.Present, ID: s.Scope(), Match: plan.BySetting, Live: plan.Fields{}}
	r, err := c.List(ctx, scopeID(s), nil)
	switch {
	case session.Unregistered(err):
		o.Evidence = []string{"Microsoft.Security is not registered: no plan is on"}
		for name := range plans() {
			o.Live[name] = string(armsecurity.PricingTierFree)
		}
		return o, nil
	case err != nil:
		return plan.Observation{}, err
	}
	for _, p := range r.Value {
		name := session.Str(p.Name)
		sub, wanted := plans()[name]
		switch {
		case !wanted || p.Properties == nil:
			continue
		case session.Is(p.Properties.Deprecated): // Azure takes it no longer; what replaces it stands in the list as well
			o.Live[name] = d.Want(t)[name]
			o.Evidence = append(o.Evidence, name+" is deprecated and left as it is")
			continue
		case sub != "":
			sub = session.Str(p.Properties.SubPlan)
		}
		o.Live[name] = tier(session.Str(p.Properties.PricingTier), sub)
		o.Evidence = append(o.Evidence, name+": "+o.Live[name])
	}
	return o, nil
}

// Preflight implements step.Control. What is not in the list of plans cannot be bought.
func (defender) Preflight(_ context.Context, s *session.Session, _ plan.Task, c plan.Change) error {
	for _, f := range c.Fields {
		if f.Before == "" {
			return fault.New(fault.Entitlement, "Have Azure support offer it to the subscription, or set the control AZ-O01 to report; then resume.",
				"Defender for Cloud does not offer the plan %s to the subscription %s", f.Field, s.Subscription)
		}
	}
	return nil
}

// Apply implements step.Control.
func (defender) Apply(ctx context.Context, s *session.Session, _ plan.Task, c plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	client, err := armsecurity.NewPricingsClient(s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	for _, f := range c.Fields {
		if err := price(ctx, client, s, f.Field, f.After); err != nil {
			return plan.Applied{}, err
		}
	}
	return plan.Applied{ID: s.Scope()}, nil
}

// Undo implements step.Undoer: each plan that the run turned on gets back the tier that it had.
func (defender) Undo(ctx context.Context, s *session.Session, _ plan.Task, d plan.Deed, _ plan.Observation) error {
	client, err := armsecurity.NewPricingsClient(s.Cred, s.ARM)
	if err != nil {
		return err
	}
	for _, f := range d.Change.Fields {
		if err := price(ctx, client, s, f.Field, f.Before); err != nil {
			return err
		}
	}
	return nil
}

// price sets a plan to a tier and sub-plan, written as tier writes them, and leaves its extensions as they are. One at a time:
// Azure refuses a second while the first is being made.
func price(ctx context.Context, client *armsecurity.PricingsClient, s *session.Session, name, wanted string) error {
	to, sub, _ := strings.Cut(wanted, " ")
	p := armsecurity.Pricing{Properties: &armsecurity.PricingProperties{PricingTier: session.Ptr(armsecurity.PricingTier(to))}}
	if sub != "" {
		p.Properties.SubPlan = session.Ptr(sub)
	}
	now, err := client.Get(ctx, scopeID(s), name, nil)
	if err != nil {
		return err
	}
	if was := now.Properties; was != nil && to != string(armsecurity.PricingTierFree) && session.Str(was.PricingTier) == to {
		for _, e := range was.Extensions {
			p.Properties.Extensions = append(p.Properties.Extensions, &armsecurity.Extension{
				Name: e.Name, IsEnabled: e.IsEnabled, AdditionalExtensionProperties: e.AdditionalExtensionProperties,
			})
		}
	}
	return session.Turn(ctx, func() error {
		_, err := client.Update(ctx, scopeID(s), name, p, nil)
		return err
	})
}

// scopeID is the subscription as this API's paths want it, without the leading slash.
func scopeID(s *session.Session) string { return "subscriptions/" + s.Subscription }
