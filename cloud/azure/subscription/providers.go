package subscription

import (
	"context"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// providers registers the resource providers that a landing needs: in a new subscription Azure knows hardly any.
type providers struct{}

func namespaces() []string {
	return []string{
		"Microsoft.Cdn", "Microsoft.Insights", "Microsoft.ManagedIdentity", "Microsoft.Network",
		"Microsoft.OperationalInsights", "Microsoft.PolicyInsights", "Microsoft.Security", "Microsoft.Storage",
	}
}

const registered = "Registered"

// Describe implements step.Control.
func (providers) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "providers", Title: "the resource providers", Chapter: plan.Container,
		After: []string{"subscription"}, Inverse: plan.NoInverse, Usual: 90 * time.Second,
	}, true
}

// Want implements step.Control.
func (providers) Want(plan.Task) plan.Fields {
	f := plan.Fields{}
	for _, ns := range namespaces() {
		f[ns] = registered
	}
	return f
}

// Observe implements step.Control.
func (providers) Observe(ctx context.Context, s *session.Session, _ plan.Task) (plan.Observation, error) {
	c, err := armresources.NewProvidersClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Observation{}, err
	}
	o := plan.Observation{State: plan.Present, ID: s.Scope(), Match: plan.BySetting, Live: plan.Fields{}}
	var coming []string
	missing := false
	for _, ns := range namespaces() {
		r, err := c.Get(ctx, ns, nil)
		if err != nil {
			return plan.Observation{}, err
		}
		state := session.Str(r.RegistrationState)
		o.Live[ns] = state
		o.Evidence = append(o.Evidence, ns+": "+state)
		switch state {
		case registered:
		case "Registering":
			coming = append(coming, ns)
		default:
			missing = true
		}
	}
	if len(coming) > 0 && !missing {
		o.State, o.Why = plan.Pending, "being registered: "+strings.Join(coming, ", ")
	}
	return o, nil
}

// Preflight implements step.Control.
func (providers) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error {
	return nil
}

// Apply implements step.Control.
func (providers) Apply(ctx context.Context, s *session.Session, _ plan.Task, c plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	client, err := armresources.NewProvidersClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	for _, f := range c.Fields {
		if f.Before == "Registering" {
			continue
		}
		if _, err := client.Register(ctx, f.Field, nil); err != nil {
			return plan.Applied{}, err
		}
	}
	return plan.Applied{ID: s.Scope()}, nil
}
