package identity

import (
	"context"
	"maps"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/apis"
	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// issuer is who signs the tokens of Google's accounts.
const issuer = "https://accounts.google.com"

// tokens tells whom another cloud must trust to let an identity in without a key. Google signs for a service account and any
// audience wherever it runs, so that nothing is to be granted; only the API must be on by which somebody else who may speak for
// it asks for its tokens, and that stays on.
type tokens struct {
	apis.Set

	id plan.Identity
}

func newTokens(id plan.Identity) tokens {
	return tokens{apis.Set{Wanted: []string{"iamcredentials.googleapis.com"}}, id}
}

func (c tokens) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: names.Step("tokens", c.id), Title: "the tokens of " + c.id.Name + " for other clouds", Chapter: plan.Identify,
		After: []string{names.Step("account", c.id)}, Inverse: plan.NoInverse, Signs: c.id.Name, Usual: 30 * time.Second,
	}, names.Home(c.id, l) && len(c.id.TokensFor) > 0
}

// Observe reads the API, and the account's unique id: one that is made anew under the same address is another to all who trust it.
func (c tokens) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, iamAPI); off {
		return o, nil
	}
	email := names.Email(names.Account(c.id), names.Project(t))
	a, err := s.IAM.Projects.ServiceAccounts.Get(resource(names.Project(t), email)).Context(ctx).Do()
	if wire.NotFound(err) {
		return plan.Observation{State: plan.Pending, Why: "waits for the service account of " + c.id.Name}, nil
	}
	if err != nil {
		return plan.Observation{}, s.Fault(err, service, "serviceAccounts.get")
	}
	o, err := c.Set.Observe(ctx, s, t)
	if err != nil || o.State == plan.Pending {
		return o, err
	}
	o.ID = a.Email
	o.Facts[plan.FactIssuer(c.id)], o.Facts[plan.FactSubject(c.id)] = issuer, a.UniqueId
	o.Evidence = append(o.Evidence, wire.Evidence("serviceAccounts.get", "%s signs for %s as %s, for any audience", issuer, a.Email, a.UniqueId))
	return o, nil
}

// Apply enables the API, and tells the facts however long that takes.
func (c tokens) Apply(ctx context.Context, s *wire.Session, t plan.Task, ch plan.Change, o plan.Observation, intent step.Intent) (plan.Applied, error) {
	a, err := c.Set.Apply(ctx, s, t, ch, o, intent)
	a.ID, a.Facts = o.ID, maps.Clone(o.Facts)
	delete(a.Facts, names.FactOff)
	return a, err
}
