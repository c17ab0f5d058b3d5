package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
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
		After: []string{"app-" + c.identity.Name}, Outside: true, Inverse: plan.Revert, Usual: 30 * time.Second, Trusts: c.identity.Name,
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

// mostTrusts is how many federated identity credentials an application may have (Microsoft Graph, federatedIdentityCredential).
const mostTrusts = 20

// Observe implements step.Control. A trust of the plan stands under whatever name: Entra allows an issuer and a subject once.
func (c federation) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	id, all, err := c.list(ctx, s, t)
	switch {
	case session.Missing(err):
		return session.Replicating(t, "the application is not seen"), nil
	case err != nil:
		return plan.Observation{}, err
	case id == "":
		return plan.Observation{State: plan.Absent, Evidence: []string{"there is no application yet"}}, nil
	case len(all) == 0:
		return plan.Observation{State: plan.Absent, Evidence: []string{"the application trusts nobody"}}, nil
	}
	o := plan.Observation{State: plan.Absent, ID: id, Match: plan.ByKey, Live: plan.Fields{}}
	planned := map[string]string{} // the plan's name of each that it names
	for _, who := range trusts(c.identity) {
		if f, stands := standing(all, who); stands {
			o.State, planned[f.Name] = plan.Present, who.Name
		}
	}
	for _, f := range all {
		said := "trust " + f.Name + ": " + f.Issuer + " " + f.Subject
		as, is := planned[f.Name]
		switch {
		case !is:
			as, said = f.Name, said+"; the plan does not name it, and it is left"
		case as != f.Name:
			said += "; it is " + as + " of the plan"
		}
		if _, told := o.Live["trust "+as]; is || !told {
			o.Live["trust "+as] = f.Issuer + " " + f.Subject + " " + strings.Join(f.Audiences, ",")
		}
		o.Evidence = append(o.Evidence, said)
	}
	return o, nil
}

// list reads whom the application trusts; id is "" where there is no application.
func (c federation) list(ctx context.Context, s *session.Session, t plan.Task) (id string, all []graph.Federated, err error) {
	if id, err = objectID(ctx, s, t, c.identity); err != nil || id == "" {
		return "", nil, err
	}
	all, err = graph.List[graph.Federated](ctx, s.Graph, "applications/"+id+"/federatedIdentityCredentials")
	return id, all, err
}

// standing is a trust as it stands: by its issuer and its subject, or else by its name. Entra tells capitals from small letters in
// the first two.
func standing(all []graph.Federated, who plan.Trust) (graph.Federated, bool) {
	i := slices.IndexFunc(all, func(f graph.Federated) bool { return f.Issuer == who.Issuer && f.Subject == who.Subject })
	if i < 0 {
		i = slices.IndexFunc(all, func(f graph.Federated) bool { return strings.EqualFold(f.Name, who.Name) })
	}
	if i < 0 {
		return graph.Federated{}, false
	}
	return all[i], true
}

// Preflight implements step.Control: there is room, and nobody else's trust stands in the way.
func (c federation) Preflight(ctx context.Context, s *session.Session, t plan.Task, ch plan.Change) error {
	_, all, err := c.list(ctx, s, t)
	if err != nil && !session.Missing(err) {
		return err
	}
	wanted := len(all)
	for _, who := range trusts(c.identity) {
		f, stands := standing(all, who)
		switch differs := slices.ContainsFunc(ch.Fields, func(d plan.FieldDiff) bool { return d.Field == "trust "+who.Name }); {
		case !differs:
		case !stands:
			wanted++
		case !strings.EqualFold(f.Name, who.Name):
			return fault.New(fault.Conflict, "Set its audience to "+audience(who)+", or remove it if nobody uses it; then resume.",
				"the application %s trusts %s of %s already, as %s and for the audience %s: Entra allows that once", c.identity.Name, who.Subject, who.Issuer, f.Name, strings.Join(f.Audiences, ", "))
		}
	}
	if wanted > mostTrusts && wanted > len(all) {
		return fault.New(fault.Quota, "Remove federated credentials of the application that nobody uses any more, then resume.",
			"the application %s would trust %d, and Entra allows %d", c.identity.Name, wanted, mostTrusts)
	}
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
