package identity

import (
	"context"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2"
	"github.com/google/uuid"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// role gives an identity its roles in a landing's subscription, wherever it was made.
type role struct{ identity plan.Identity }

const assigned = "assigned"

func roles(id plan.Identity) []string {
	if len(id.Roles) == 0 {
		return []string{"Reader"}
	}
	return id.Roles
}

// Describe implements step.Control.
func (c role) Describe(l plan.Landing) (plan.Step, bool) {
	after := []string{"providers"}
	if home(l, c.identity) {
		after = append(after, "principal-"+c.identity.Name)
	}
	return plan.Step{
		Name: "role-" + c.identity.Name, Title: "the roles of " + c.identity.Name, Chapter: plan.Identify,
		After: after, Inverse: plan.Revert, Usual: 5 * time.Minute,
	}, true
}

// Want implements step.Control.
func (c role) Want(plan.Task) plan.Fields {
	f := plan.Fields{}
	for _, r := range roles(c.identity) {
		f[r] = assigned
	}
	return f
}

// Observe implements step.Control.
func (c role) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	principal, err := holder(ctx, s, t, c.identity)
	switch {
	case err != nil:
		return plan.Observation{}, err
	case principal == "" && home(t.Landing, c.identity):
		return plan.Observation{State: plan.Absent, Evidence: []string{"there is no service principal yet"}}, nil
	case principal == "":
		return plan.Observation{
			State: plan.Pending, Why: "it waits for the identity " + c.identity.Name + ", which is made in azure/" + c.identity.Home,
			Behind: "azure/" + c.identity.Home,
		}, nil
	}
	held, err := c.held(ctx, s, principal)
	if err != nil {
		return plan.Observation{}, err
	}
	o := plan.Observation{State: plan.Present, ID: principal, Match: plan.ByKey, Live: plan.Fields{}}
	for _, r := range roles(c.identity) {
		def, err := definition(ctx, s, t, r)
		if err != nil {
			return plan.Observation{}, err
		}
		if at, has := held[path.Base(strings.ToLower(def))]; has {
			o.Live[r] = assigned
			o.Evidence = append(o.Evidence, r+" is assigned to "+principal+" at "+at)
		}
	}
	if len(o.Live) == 0 {
		o.State = plan.Absent
		o.Evidence = []string{"no role of the plan's is assigned to " + principal + " at " + s.Scope()}
	}
	return session.WithFact(o, factPrincipal(c.identity), principal), nil
}

// holder is the principal whose roles are observed: while they are undone the one that they were given to, though it may be gone.
func holder(ctx context.Context, s *session.Session, t plan.Task, id plan.Identity) (string, error) {
	if given := t.Fact(session.FactDeed); given != "" {
		return given, nil
	}
	return principalID(ctx, s, t, id)
}

// Budget is how long a role assignment takes to be honoured everywhere, and a custom role to be seen in a new subscription:
// "allow up to 30 minutes" (terraform-provider-azurerm issue 19595).
func (role) Budget() time.Duration { return session.Late }

// Preflight implements step.Control.
func (role) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error { return nil }

// Apply implements step.Control.
func (c role) Apply(ctx context.Context, s *session.Session, t plan.Task, ch plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	principal, err := principalID(ctx, s, t, c.identity)
	if err != nil {
		return plan.Applied{}, err
	}
	client, err := armauthorization.NewRoleAssignmentsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	for _, f := range ch.Fields {
		def, err := definition(ctx, s, t, f.Field)
		if err != nil {
			return plan.Applied{}, err
		}
		_, err = client.Create(ctx, s.Scope(), assignmentName(s.Scope(), principal, def), armauthorization.RoleAssignmentCreateParameters{
			Properties: &armauthorization.RoleAssignmentProperties{
				PrincipalID: session.Ptr(principal), RoleDefinitionID: session.Ptr(def),
				PrincipalType: session.Ptr(armauthorization.PrincipalTypeServicePrincipal), // without it a new principal is not found
			},
		}, nil)
		if err != nil && session.Code(err) != "RoleAssignmentExists" {
			return plan.Applied{}, err
		}
	}
	return plan.Applied{ID: principal}, nil
}

// Undo implements step.Undoer: the assignments that the run made are removed, by the names that only they bear.
func (c role) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	client, err := armauthorization.NewRoleAssignmentsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	for _, f := range d.Change.Fields {
		if f.Before == assigned {
			continue
		}
		def, err := definition(ctx, s, t, f.Field)
		if err != nil {
			return err
		}
		if _, err := client.Delete(ctx, s.Scope(), assignmentName(s.Scope(), o.ID, def), nil); err != nil && !session.Missing(err) {
			return err
		}
	}
	return nil
}

// assignmentName is the same for a scope, a principal and a role for ever: Azure refuses a second assignment of one name.
func assignmentName(scope, principal, definition string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(strings.ToLower(scope+"|"+principal+"|"+path.Base(definition)))).String()
}

// held is where each role that a principal holds in the subscription is assigned: there, or above it.
func (c role) held(ctx context.Context, s *session.Session, principal string) (map[string]string, error) {
	client, err := armauthorization.NewRoleAssignmentsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	o := &armauthorization.RoleAssignmentsClientListForScopeOptions{Filter: session.Ptr(url.PathEscape(filter("principalId", principal)))}
	for p := client.NewListForScopePager(s.Scope(), o); p.More(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range page.Value {
			if a.Properties == nil || !strings.EqualFold(session.Str(a.Properties.PrincipalID), principal) {
				continue
			}
			at := session.Str(a.Properties.Scope)
			if session.Same(at, s.Scope()) || !strings.HasPrefix(strings.ToLower(at), "/subscriptions/") {
				out[path.Base(strings.ToLower(session.Str(a.Properties.RoleDefinitionID)))] = at
			}
		}
	}
	return out, nil
}

// filter is an OData filter. The client of role assignments puts it into the address as it is; the others escape it.
func filter(property, value string) string {
	return property + " eq '" + strings.ReplaceAll(value, "'", "''") + "'"
}

// definition is the id of a role of a name. A custom role of a management group is seen in a new subscription only after a while:
// until then its absence proves nothing.
func definition(ctx context.Context, s *session.Session, t plan.Task, name string) (string, error) {
	client, err := armauthorization.NewRoleDefinitionsClient(s.Cred, s.ARM)
	if err != nil {
		return "", err
	}
	o := &armauthorization.RoleDefinitionsClientListOptions{Filter: session.Ptr(filter("roleName", name))}
	for p := client.NewListPager(s.Scope(), o); p.More(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, d := range page.Value {
			if d.Properties != nil && session.Str(d.Properties.RoleName) == name {
				return session.Str(d.ID), nil
			}
		}
	}
	if session.Newer(t, session.Late) {
		return "", fault.New(fault.Propagating, "Wait; a custom role is seen in a new subscription after up to half an hour.",
			"the role %q is not yet seen in %s", name, s.Scope())
	}
	return "", fault.New(fault.Invalid, "Correct the identity's roles in the plan: names are written as Azure writes them.", "there is no role named %q", name)
}

// principalID is the service principal's object id: from the step that made it, or from the directory; "" where there is none.
func principalID(ctx context.Context, s *session.Session, t plan.Task, id plan.Identity) (string, error) {
	if known := t.Fact(factPrincipal(id)); known != "" {
		return known, nil
	}
	client, err := clientID(ctx, s, t, id)
	if err != nil || client == "" {
		return "", err
	}
	p, err := s.Graph.Principal(ctx, client)
	if session.Missing(err) {
		return "", nil
	}
	return p.ID, err
}
