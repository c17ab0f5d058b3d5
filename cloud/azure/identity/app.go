package identity

import (
	"context"
	"slices"
	"time"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// app is the Entra app registration. Its unique name is the key: Graph makes it once however often it is asked for.
type app struct{ identity plan.Identity }

// singleTenant is who may sign in to a service identity: this tenant alone.
const singleTenant = "AzureADMyOrg"

// Describe implements step.Control.
func (c app) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "app-" + c.identity.Name, Title: "the app registration " + c.identity.Name, Chapter: plan.Identify,
		Outside: true, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, home(l, c.identity)
}

// Want implements step.Control.
func (c app) Want(plan.Task) plan.Fields {
	return plan.Fields{"name": c.identity.Name, "audience": singleTenant}
}

// Owned implements step.Owned.
func (app) Owned() bool { return true }

// Observe implements step.Control.
func (c app) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	a, err := s.Graph.Application(ctx, c.identity.Name)
	switch {
	case session.Missing(err):
		return session.Replicating(t, "no application is named "+c.identity.Name), nil
	case err != nil:
		return plan.Observation{}, err
	}
	o := plan.Observation{
		State: plan.Present, ID: a.AppID, Match: match(a), Owner: ownerOf(a.Tags),
		Live:     plan.Fields{"name": a.DisplayName, "audience": a.SignInAudience},
		Evidence: []string{"application " + a.DisplayName + " is client " + a.AppID},
	}
	tenant, err := tenantOf(ctx, s)
	if err != nil {
		return plan.Observation{}, err
	}
	o = session.WithFact(o, factTenant(c.identity), tenant)
	o = session.WithFact(o, factApp(c.identity), a.ID)
	return session.WithFact(o, factClient(c.identity), a.AppID), nil
}

// match is by what an application was recognised: its unique name, or only the name it is displayed under.
func match(a graph.Application) plan.Match {
	if a.UniqueName == "" {
		return plan.ByName
	}
	return plan.ByKey
}

// Preflight implements step.Control.
func (app) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error { return nil }

// Apply implements step.Control.
func (c app) Apply(ctx context.Context, s *session.Session, t plan.Task, ch plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	body := map[string]any{"displayName": c.identity.Name, "signInAudience": singleTenant}
	if ch.Op == plan.Create {
		body["tags"] = []string{ownership(t.Landing.Plan)}
		return plan.Applied{ID: c.identity.Name}, s.Graph.Upsert(ctx, graph.Key("applications", "uniqueName", c.identity.Name), body)
	}
	a, err := s.Graph.Application(ctx, c.identity.Name)
	if err != nil {
		return plan.Applied{}, err
	}
	if ownerOf(a.Tags) == "" {
		body["tags"] = append(slices.Clone(a.Tags), ownership(t.Landing.Plan))
	}
	return plan.Applied{ID: o.ID}, s.Graph.Patch(ctx, "applications/"+a.ID, body)
}

// Undo implements step.Undoer. What is deleted can be restored for thirty days.
func (c app) Undo(ctx context.Context, s *session.Session, _ plan.Task, d plan.Deed, _ plan.Observation) error {
	a, err := s.Graph.Application(ctx, c.identity.Name)
	switch {
	case session.Missing(err):
		return nil
	case err != nil:
		return err
	case d.Change.Op == plan.Create:
		return s.Graph.Delete(ctx, "applications/"+a.ID)
	}
	body := map[string]any{}
	for field, property := range map[string]string{"name": "displayName", "audience": "signInAudience"} {
		if session.Changed(d, field) {
			body[property] = step.Former(d)[field]
		}
	}
	return s.Graph.Patch(ctx, "applications/"+a.ID, body)
}
