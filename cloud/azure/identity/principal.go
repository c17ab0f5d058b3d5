package identity

import (
	"context"
	"time"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// principal is the application's presence in the tenant: what roles are assigned to.
type principal struct{ identity plan.Identity }

// Describe implements step.Control.
func (c principal) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "principal-" + c.identity.Name, Title: "the service principal of " + c.identity.Name, Chapter: plan.Identify,
		After: []string{"app-" + c.identity.Name}, Outside: true, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, home(l, c.identity)
}

// Want implements step.Control.
func (principal) Want(plan.Task) plan.Fields { return plan.Fields{"sign-in": "on"} }

// Observe implements step.Control.
func (c principal) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	client, err := clientID(ctx, s, t, c.identity)
	switch {
	case err != nil:
		return plan.Observation{}, err
	case client == "":
		return plan.Observation{State: plan.Absent, Evidence: []string{"there is no application yet"}}, nil
	}
	p, err := s.Graph.Principal(ctx, client)
	switch {
	case session.Missing(err):
		return session.Replicating(t, "no service principal of client "+client), nil
	case err != nil:
		return plan.Observation{}, err
	}
	o := plan.Observation{
		State: plan.Present, ID: p.ID, Match: plan.ByKey, Live: plan.Fields{"sign-in": session.OnOff(p.Enabled)},
		Evidence: []string{"service principal " + p.ID + " of client " + client},
	}
	return session.WithFact(o, factPrincipal(c.identity), p.ID), nil
}

// Preflight implements step.Control.
func (principal) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error {
	return nil
}

// Apply implements step.Control.
func (c principal) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	client, err := clientID(ctx, s, t, c.identity)
	if err != nil {
		return plan.Applied{}, err
	}
	return plan.Applied{ID: o.ID}, s.Graph.Upsert(ctx, graph.Key("servicePrincipals", "appId", client), map[string]any{"accountEnabled": true})
}

// Undo implements step.Undoer.
func (principal) Undo(ctx context.Context, s *session.Session, _ plan.Task, d plan.Deed, o plan.Observation) error {
	if d.Change.Op == plan.Create {
		return s.Graph.Delete(ctx, "servicePrincipals/"+o.ID)
	}
	return s.Graph.Patch(ctx, "servicePrincipals/"+o.ID, map[string]any{"accountEnabled": step.Former(d)["sign-in"] == "on"})
}

// clientID is the application's client id: from the step that made it, or from the directory; "" where there is none.
func clientID(ctx context.Context, s *session.Session, t plan.Task, id plan.Identity) (string, error) {
	if known := t.Fact(factClient(id)); known != "" {
		return known, nil
	}
	a, err := s.Graph.Application(ctx, id.Name)
	if session.Missing(err) {
		return "", nil
	}
	return a.AppID, err
}
