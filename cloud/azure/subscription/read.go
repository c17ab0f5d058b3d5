package subscription

import (
	"context"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/subscription/armsubscription"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// read reads one subscription.
func read(ctx context.Context, s *session.Session, id string) (armsubscription.Subscription, error) {
	c, err := armsubscription.NewSubscriptionsClient(s.Cred, s.ARM)
	if err != nil {
		return armsubscription.Subscription{}, err
	}
	r, err := c.Get(ctx, id, nil)
	return r.Subscription, err
}

// confined is the state of a subscription that a run of the landing's own plan has put into quarantine.
const confined = "quarantined"

// stands completes the observation of a subscription by what was read of it. One that is past due still works; one that is
// warned, disabled or deleted is closed to us, and so is one that another plan has put into quarantine.
func stands(ctx context.Context, s *session.Session, t plan.Task, o plan.Observation, live armsubscription.Subscription) (plan.Observation, error) {
	o.State, o.ID = plan.Present, session.Str(live.SubscriptionID)
	state := session.Str(live.State)
	o.Live = plan.Fields{"state": state}
	o.Evidence = append(o.Evidence, "subscription "+o.ID+` "`+session.Str(live.DisplayName)+`": `+state)
	o = session.WithFact(o, plan.FactContainer, o.ID)
	switch armsubscription.SubscriptionState(state) {
	case armsubscription.SubscriptionStatePastDue:
		o.Live["state"] = string(armsubscription.SubscriptionStateEnabled)
	case armsubscription.SubscriptionStateEnabled:
	default:
		o.State, o.Why = plan.Suspended, "Azure says that the subscription "+o.ID+" is "+state
		return o, nil
	}
	by, err := confinedBy(ctx, s, o.ID)
	switch {
	case err != nil:
		return plan.Observation{}, err
	case by == "":
		return o, nil
	}
	o.Evidence = append(o.Evidence, "in quarantine since a run of the plan "+by+" was given up")
	o.Live["state"] = confined
	if by != t.Landing.Plan {
		o.State, o.Why = plan.Suspended, "it is in quarantine since a run of the plan "+by+" was given up; a run of that plan takes it out"
	}
	return o, nil
}

// named looks through all subscriptions that the login sees for the one that bears the landing's name.
func named(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	l := t.Landing
	c, err := armsubscription.NewSubscriptionsClient(s.Cred, s.ARM)
	if err != nil {
		return plan.Observation{}, err
	}
	want := l.Name
	if l.Adopt.Name != "" {
		want = l.Adopt.Name
	}
	var hits []armsubscription.Subscription
	var near []string
	for p := c.NewListPager(nil); p.More(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return plan.Observation{}, err
		}
		for _, sub := range page.Value {
			switch name := session.Str(sub.DisplayName); {
			case strings.EqualFold(name, want):
				hits = append(hits, *sub)
			case l.Similar(name, want):
				near = append(near, name)
			}
		}
	}
	switch {
	case len(hits) > 1:
		return plan.Observation{}, fault.New(fault.Ambiguous, "Name the right one by its id in the landing's adopt.id, then resume.",
			"%d subscriptions are named %q", len(hits), want)
	case len(hits) == 1:
		return stands(ctx, s, t, plan.Observation{Match: plan.ByName}, hits[0])
	case l.Adopt.Name != "":
		return plan.Observation{}, fault.New(fault.Invalid, "Correct the landing's adopt.name.", "no subscription named %q is seen by the login", want)
	}
	return plan.Observation{State: plan.Absent, Similar: near, Evidence: []string{"no alias and no subscription named " + want}}, nil
}
