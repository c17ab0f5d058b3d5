package baseline

import (
	"context"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/security/armsecurity"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
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

// Preflight implements step.Control.
func (defender) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error {
	return nil
}

// Apply implements step.Control.
func (defender) Apply(ctx context.Context, s *session.Session, _ plan.Task, c plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	client, err := armsecurity.NewPricingsClient(s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	for _, f := range c.Fields { // one at a time: Azure refuses a second while the first is being made
		p := armsecurity.Pricing{Properties: &armsecurity.PricingProperties{PricingTier: session.Ptr(armsecurity.PricingTierStandard)}}
		if sub := plans()[f.Field]; sub != "" {
			p.Properties.SubPlan = session.Ptr(sub)
		}
		err := session.Turn(ctx, func() error {
			_, err := client.Update(ctx, scopeID(s), f.Field, p, nil)
			return err
		})
		if err != nil {
			return plan.Applied{}, err
		}
	}
	return plan.Applied{ID: s.Scope()}, nil
}

// scopeID is the subscription as this API's paths want it, without the leading slash.
func scopeID(s *session.Session) string { return "subscriptions/" + s.Subscription }
