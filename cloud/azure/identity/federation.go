package identity

import (
	"context"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// federation lets those in whom the plan trusts, by the tokens of their own issuer and without any credential.
type federation struct{ identity plan.Identity }

// exchange is the audience that Entra expects in a token that is exchanged for one of its own.
const exchange = "api://AzureADTokenExchange"

// Describe implements step.Control.
func (c federation) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "federation-" + c.identity.Name, Title: "whom " + c.identity.Name + " trusts", Chapter: plan.Identify,
		After: []string{"app-" + c.identity.Name}, Outside: true, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, home(l, c.identity) && len(trusts(c.identity)) > 0
}

// trusts are the identity's trusts that Entra can hold: those in an OIDC issuer.
func trusts(id plan.Identity) []plan.Trust {
	var out []plan.Trust
	for _, t := range id.Trust {
		if t.Issuer != "" {
			out = append(out, t)
		}
	}
	return out
}

func audience(t plan.Trust) string {
	if t.Audience == "" {
		return exchange
	}
	return t.Audience
}

// Want implements step.Control.
func (c federation) Want(plan.Task) plan.Fields {
	f := plan.Fields{}
	for _, t := range trusts(c.identity) {
		f["trust "+t.Name] = t.Issuer + " " + t.Subject + " " + audience(t)
	}
	return f
}

// Observe implements step.Control.
func (c federation) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	id, err := objectID(ctx, s, t, c.identity)
	switch {
	case err != nil:
		return plan.Observation{}, err
	case id == "":
		return plan.Observation{State: plan.Absent, Evidence: []string{"there is no application yet"}}, nil
	}
	all, err := graph.List[graph.Federated](ctx, s.Graph, "applications/"+id+"/federatedIdentityCredentials")
	switch {
	case session.Missing(err):
		return session.Replicating(t, "the application is not seen"), nil
	case err != nil:
		return plan.Observation{}, err
	case len(all) == 0:
		return plan.Observation{State: plan.Absent, Evidence: []string{"the application trusts nobody"}}, nil
	}
	o := plan.Observation{State: plan.Present, ID: id, Match: plan.ByKey, Live: plan.Fields{}}
	for _, f := range all {
		o.Live["trust "+f.Name] = f.Issuer + " " + f.Subject + " " + strings.Join(f.Audiences, ",")
		o.Evidence = append(o.Evidence, "trust "+f.Name+": "+f.Issuer+" "+f.Subject)
	}
	return o, nil
}

// Preflight implements step.Control.
func (federation) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error {
	return nil
}

// Apply implements step.Control.
func (c federation) Apply(ctx context.Context, s *session.Session, _ plan.Task, ch plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	differs := map[string]bool{}
	for _, f := range ch.Fields {
		differs[f.Field] = true
	}
	a, err := s.Graph.Application(ctx, c.identity.Name)
	if err != nil {
		return plan.Applied{}, err
	}
	for _, who := range trusts(c.identity) { // one after another: Entra refuses two at a time
		if !differs["trust "+who.Name] {
			continue
		}
		err := s.Graph.Upsert(ctx, a.Path()+"/"+graph.Key("federatedIdentityCredentials", "name", who.Name), map[string]any{
			"issuer": who.Issuer, "subject": who.Subject, "audiences": []string{audience(who)},
		})
		if err != nil {
			return plan.Applied{}, err
		}
	}
	return plan.Applied{ID: o.ID}, nil
}

// Undo implements step.Undoer: trusts that the run added are taken away, those that it changed are as before.
func (c federation) Undo(ctx context.Context, s *session.Session, _ plan.Task, d plan.Deed, _ plan.Observation) error {
	a, err := s.Graph.Application(ctx, c.identity.Name)
	if err != nil {
		return err
	}
	for _, f := range d.Change.Fields { // one after another: Entra refuses two at a time
		name := strings.TrimPrefix(f.Field, "trust ")
		at := a.Path() + "/" + graph.Key("federatedIdentityCredentials", "name", name)
		former := strings.Fields(f.Before)
		if len(former) != 3 {
			err = s.Graph.Delete(ctx, at)
		} else {
			err = s.Graph.Upsert(ctx, at, map[string]any{"issuer": former[0], "subject": former[1], "audiences": []string{former[2]}})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// objectID is the application's object id: from the step that made it, or from the directory; "" where there is none.
func objectID(ctx context.Context, s *session.Session, t plan.Task, id plan.Identity) (string, error) {
	if known := t.Fact(factApp(id)); known != "" {
		return known, nil
	}
	a, err := s.Graph.Application(ctx, id.Name)
	if session.Missing(err) {
		return "", nil
	}
	return a.ID, err
}
