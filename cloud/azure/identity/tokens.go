package identity

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// tokens lets Entra sign tokens for an identity that other clouds can verify: for its application's own identifier URI, which an
// application may ask for without anybody's consent. Tokens for Microsoft's own services are for those alone to read.
type tokens struct{ identity plan.Identity }

// Describe implements step.Control.
func (c tokens) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "tokens-" + strings.ToLower(c.identity.Name), Title: "tokens of " + c.identity.Name + " for other clouds", Chapter: plan.Identify,
		After: []string{"principal-" + c.identity.Name}, Outside: true, Inverse: plan.Revert, Usual: 30 * time.Second, Signs: c.identity.Name,
	}, home(l, c.identity) && len(c.identity.TokensFor) > 0
}

// Want implements step.Control.
func (tokens) Want(plan.Task) plan.Fields { return plan.Fields{"own identifier URI": "on"} }

// Observe implements step.Control.
func (c tokens) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	a, err := s.Graph.Application(ctx, c.identity.Name)
	switch {
	case session.Missing(err):
		return plan.Observation{State: plan.Absent, Evidence: []string{"there is no application yet"}}, nil
	case err != nil:
		return plan.Observation{}, err
	}
	p, err := s.Graph.Principal(ctx, a.AppID)
	switch {
	case session.Missing(err):
		return plan.Observation{State: plan.Absent, Evidence: []string{"there is no service principal yet"}}, nil
	case err != nil:
		return plan.Observation{}, err
	}
	tenant, err := tenantOf(ctx, s)
	if err != nil {
		return plan.Observation{}, err
	}
	uri, stands := own(a)
	o := session.Replicating(t, "the application does not have the identifier URI "+uri)
	if stands {
		o = plan.Observation{
			State: plan.Present, ID: uri, Match: plan.ByKey, Live: plan.Fields{"own identifier URI": "on"},
			Evidence: []string{fmt.Sprintf("the application has the identifier URI %s, beside %d others", uri, len(a.IdentifierURIs)-1)},
		}
	}
	o.Facts = c.facts(a, p, tenant)
	return o, nil
}

// facts are whom another cloud must trust: what stands in the tokens that Entra signs for the application, which asks for their
// version. Version 2 names the application by its client id.
func (c tokens) facts(a graph.Application, p graph.Principal, tenant string) map[string]string {
	uri, _ := own(a)
	issuer, audience := "https://sts.windows.net/"+tenant+"/", uri
	if a.API.Version == 2 {
		issuer, audience = "https://login.microsoftonline.com/"+tenant+"/v2.0", a.AppID
	}
	return map[string]string{plan.FactIssuer(c.identity): issuer, plan.FactSubject(c.identity): p.ID, plan.FactAudience(c.identity): audience}
}

// own is the application's own identifier URI: as it stands, or as it would.
func own(a graph.Application) (uri string, stands bool) {
	uri = "api://" + a.AppID
	if i := slices.IndexFunc(a.IdentifierURIs, func(s string) bool { return strings.EqualFold(s, uri) }); i >= 0 {
		return a.IdentifierURIs[i], true
	}
	return uri, false
}

// Preflight implements step.Control. No policy of a tenant forbids an application this one URI (Entra, "Restrictions on
// identifier URIs").
func (tokens) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error { return nil }

// Apply implements step.Control. Graph takes the URIs only as a whole list: it is read right before, and what stands goes back.
func (c tokens) Apply(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	a, err := s.Graph.Application(ctx, c.identity.Name)
	if err != nil {
		return plan.Applied{}, err
	}
	uri, stands := own(a)
	if !stands {
		err = s.Graph.Patch(ctx, "applications/"+a.ID, map[string]any{"identifierUris": append(slices.Clone(a.IdentifierURIs), uri)})
	}
	return plan.Applied{ID: uri, Facts: maps.Clone(o.Facts)}, err
}

// Undo implements step.Undoer: the one URI is taken away, and all others stay.
func (c tokens) Undo(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Deed, o plan.Observation) error {
	a, err := s.Graph.Application(ctx, c.identity.Name)
	switch {
	case session.Missing(err):
		return nil
	case err != nil:
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(a.IdentifierURIs), func(uri string) bool { return uri == o.ID })
	if len(rest) == len(a.IdentifierURIs) {
		return nil
	}
	return s.Graph.Patch(ctx, "applications/"+a.ID, map[string]any{"identifierUris": append([]string{}, rest...)})
}

// tenantOf is the tenant's id as tokens have it: the plan may leave it out, and a login may name the tenant by a domain.
func tenantOf(ctx context.Context, s *session.Session) (string, error) {
	if uuid.Validate(s.Tenant) == nil {
		return strings.ToLower(s.Tenant), nil
	}
	b, err := s.Bearer(ctx)
	return b.Tenant, err
}
