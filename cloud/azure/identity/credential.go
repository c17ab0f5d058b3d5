package identity

import (
	"context"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// credential is the long-lived credential of an identity that has one, and the vault's item that it is kept in.
type credential struct{ identity plan.Identity }

// Fields of the vault's item.
const (
	fieldClient  = "client id"
	fieldTenant  = "tenant id"
	fieldKey     = "key id"
	fieldExpires = "expires"
	fieldSecret  = "client secret"
	fieldCert    = "certificate"
	fieldPrivate = "private key"
	fieldGone    = "removed key id" // the credential that was here until a run was given up
)

const valid = "valid"

func (c credential) certificate() bool { return c.identity.CredentialType == "certificate" }

// secretField is the field of the vault's item that holds the secret.
func (c credential) secretField() string {
	if c.certificate() {
		return fieldPrivate
	}
	return fieldSecret
}

// name is what the credential is called in Entra that this step makes.
func (c credential) name(t plan.Task) string { return maker(t.Landing.Plan) + " " + t.Key }

func (c credential) ring(s *session.Session) ring { return ring{s, c.identity.Name} }

// Describe implements step.Control.
func (c credential) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "credential-" + c.identity.Name, Title: "the credential of " + c.identity.Name, Chapter: plan.Identify,
		After: []string{"principal-" + c.identity.Name}, Outside: true, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, home(l, c.identity) && c.identity.Credential != ""
}

// Want implements step.Control.
func (c credential) Want(plan.Task) plan.Fields {
	return plan.Fields{"credential": valid, "kept at": c.identity.Credential}
}

// Observe implements step.Control.
func (c credential) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	a, missing := c.application(ctx, s, t)
	switch {
	case missing != nil && !session.Missing(missing):
		return plan.Observation{}, missing
	case missing == nil && a.ID == "":
		return plan.Observation{State: plan.Absent, Evidence: []string{"there is no application yet"}}, nil
	}
	kept, err := c.find(ctx, s)
	if err != nil {
		return plan.Observation{}, err
	}
	key := kept.Fields[fieldKey]
	if missing != nil && key != "" { // an application that is not seen proves nothing about a credential that is kept
		return plan.Observation{}, missing
	}
	if !kept.Exists || key == "" || !kept.Holds[fieldPrivate] && !kept.Holds[fieldSecret] { // one of the other type is renewed as the plan has it by its next rotation
		return plan.Observation{State: plan.Absent, Evidence: []string{c.identity.Credential + " holds no credential of " + c.identity.Name}}, nil
	}
	o := plan.Observation{
		State: plan.Present, ID: key, Match: plan.ByKey,
		Live: plan.Fields{"kept at": c.identity.Credential, "credential": "not one of the application's"},
	}
	if k, stands := credentialIn(a, key); stands {
		o.Live["credential"] = valid
		if k.State == plan.KeyExpired {
			o.Live["credential"] = "expired"
		}
		o.Evidence = []string{c.identity.Credential + " holds " + key + ", valid until " + k.Expires.Format(time.DateOnly)}
		o = session.WithFact(o, "credential-expires-"+c.identity.Name, k.Expires.Format(time.RFC3339))
		return c.proven(ctx, s, t, o)
	}
	o.Evidence = []string{c.identity.Credential + " holds " + key + ", which the application does not have"}
	if t.Begun != nil && t.Begun.ID == key {
		o.State, o.Why = plan.Pending, "the credential is made and not yet seen in every copy of the directory"
	}
	return o, nil
}

// proven is the observation of a credential that this run has just made, by a token that is redeemed with it: an id in a list
// opens nothing.
func (c credential) proven(ctx context.Context, s *session.Session, t plan.Task, o plan.Observation) (plan.Observation, error) {
	if t.Begun == nil || t.Begun.ID != o.ID {
		return o, nil
	}
	v, err := slotsOf(s, c.identity.Name)
	if err != nil {
		return o, err
	}
	w := witness{ring: c.ring(s), vault: v, item: c.identity.Credential, id: strings.ToLower(c.identity.Name), certificate: c.certificate()}
	p, err := w.Prove(ctx, plan.Current)
	switch {
	case fault.KindOf(err) == fault.Propagating:
		o.State, o.Why = plan.Pending, "the credential is made and not yet known everywhere in Entra"
		return o, nil
	case err != nil:
		return o, err
	}
	o.Evidence = append(o.Evidence, "it signed in as "+p.Who)
	return o, nil
}

// Preflight implements step.Control.
func (c credential) Preflight(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Change) error {
	kept, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	if kept.Holds[c.secretField()] && kept.Fields[fieldKey] == "" && kept.Fields[fieldGone] == "" {
		return fault.New(fault.Conflict, `Write the credential's id into the item's field "key id", or empty its secret field; then resume.`,
			"%s holds a %s that Landfall did not put there", c.identity.Credential, c.secretField())
	}
	return nil
}

// Apply implements step.Control.
func (c credential) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, _ plan.Observation, intent step.Intent) (plan.Applied, error) {
	a, err := c.application(ctx, s, t)
	if err != nil {
		return plan.Applied{}, err
	}
	if c.certificate() {
		return c.makeCertificate(ctx, s, t, a, intent)
	}
	return c.makeSecret(ctx, s, t, a, intent)
}

// Undo implements step.Undoer: the credential is taken from the application, so that its secret opens nothing any more, and then
// the vault's item is marked. The item stays, for others may have written into it. A credential that was rotated since is not
// the run's: the loop has left it, and has said so.
func (c credential) Undo(ctx context.Context, s *session.Session, t plan.Task, _ plan.Deed, o plan.Observation) error {
	a, err := c.application(ctx, s, t)
	if err != nil && !session.Missing(err) {
		return err
	}
	if _, stands := credentialIn(a, o.ID); stands {
		if err := c.ring(s).remove(ctx, a.ID, o.ID); err != nil {
			return err
		}
	}
	_, err = s.Keeper.Keep(ctx, c.identity.Credential, plan.ItemFields{
		Plain: map[string]string{fieldKey: "", fieldExpires: "", fieldGone: o.ID},
	})
	return err
}

// application reads the application with its credentials; none where it is not made yet.
func (c credential) application(ctx context.Context, s *session.Session, t plan.Task) (graph.Application, error) {
	var a graph.Application
	id, err := objectID(ctx, s, t, c.identity)
	if err != nil || id == "" {
		return a, err
	}
	return s.Graph.Credentials(ctx, id)
}

func (c credential) find(ctx context.Context, s *session.Session) (plan.Item, error) {
	if s.Keeper == nil {
		return plan.Item{}, fault.New(fault.Invalid, "Start the worker with a vault: OP_CONNECT_HOST and OP_CONNECT_TOKEN.",
			"there is no vault to keep the credential of %s in", c.identity.Name)
	}
	return s.Keeper.Find(ctx, c.identity.Credential)
}
