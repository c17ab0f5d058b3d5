package identity

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// ring is the credentials of one identity's application.
type ring struct {
	s    *session.Session
	name string // the identity's
}

// find reads the application of the identity with its credentials.
func (r ring) find(ctx context.Context, planName string) (graph.Application, error) {
	a, err := r.s.Graph.Application(ctx, r.name)
	if session.Missing(err) {
		return a, fault.New(fault.Conflict, "Carry out the plan (landfall migrate "+planName+"): it makes the application and its first credential.",
			"the tenant has no application %s", r.name)
	}
	if err != nil {
		return a, err
	}
	return r.s.Graph.Credentials(ctx, a.ID)
}

// keys are an application's or a principal's credentials, without their secrets.
func keys(passwords []graph.Password, certificates []json.RawMessage, now time.Time) []named {
	var out []named
	for _, p := range passwords {
		out = append(out, named{keyOf(p.KeyID, p.Begins, p.Ends, now), p.DisplayName, false})
	}
	for _, raw := range certificates {
		var k graph.Certificate
		if err := json.Unmarshal(raw, &k); err == nil {
			out = append(out, named{keyOf(k.KeyID, k.Begins, k.Ends, now), k.DisplayName, true})
		}
	}
	return out
}

// named is a credential with the name that whoever made it has given it.
type named struct {
	plan.Key
	name        string
	certificate bool
}

func keyOf(id string, begins, ends, now time.Time) plan.Key {
	k := plan.Key{ID: id, State: plan.KeyActive, Created: begins.UTC(), Expires: ends.UTC()}
	if !ends.IsZero() && !now.Before(ends) {
		k.State = plan.KeyExpired
	}
	return k
}

// credentials are an application's, by what they are.
func credentials(a graph.Application) []named { return keys(a.Passwords, a.Keys, time.Now()) }

// credentialIn is the credential of an id, or false.
func credentialIn(a graph.Application, id string) (named, bool) {
	all := credentials(a)
	i := slices.IndexFunc(all, func(k named) bool { return id != "" && strings.EqualFold(k.ID, id) })
	if i < 0 {
		return named{}, false
	}
	return all[i], true
}

// rounds is how often a change of the directory is made again that is not seen after it.
const rounds = 3

// show adds a certificate to those of the application. The directory takes them only as a whole list, which is read right
// before: all others go back as they came, but for those of drop. It is read again after; where ours is not in it, somebody has
// written the list meanwhile, and the next round begins with theirs.
func (r ring) show(ctx context.Context, id string, c *x509.Certificate, name string, drop func(named) bool) error {
	mine, err := entry(c, name)
	if err != nil {
		return err
	}
	for range rounds {
		a, err := r.s.Graph.Credentials(ctx, id)
		if err != nil {
			return err
		}
		if _, stands := credentialIn(a, keyID(c)); stands {
			return nil
		}
		if err := r.write(ctx, a, append(without(a, drop), mine)); err != nil {
			return err
		}
	}
	return r.seen(ctx, id, keyID(c), true)
}

// seen is no error where a credential stands as it should, after the last round.
func (r ring) seen(ctx context.Context, id, key string, stands bool) error {
	a, err := r.s.Graph.Credentials(ctx, id)
	if err != nil {
		return err
	}
	if _, now := credentialIn(a, key); now == stands {
		return nil
	}
	return fault.New(fault.Propagating, "Wait; the application's credentials were changed a moment ago and are not yet seen everywhere.",
		"the change of the credential %s of the application %s is not seen yet", key, r.name)
}

func (r ring) write(ctx context.Context, a graph.Application, certificates []json.RawMessage) error {
	return r.s.Graph.Patch(ctx, "applications/"+a.ID, map[string]any{"keyCredentials": certificates})
}

// without are the application's certificates but those of drop, as they came.
func without(a graph.Application, drop func(named) bool) []json.RawMessage {
	out := []json.RawMessage{}
	for _, raw := range a.Keys {
		all := keys(nil, []json.RawMessage{raw}, time.Now())
		if drop == nil || len(all) == 0 || !drop(all[0]) {
			out = append(out, raw)
		}
	}
	return out
}

// remove takes a credential from the application and reads to be sure. One that is gone is as wanted.
func (r ring) remove(ctx context.Context, id, key string) error {
	var refused error
	for range rounds {
		a, err := r.s.Graph.Credentials(ctx, id)
		if err != nil {
			return err
		}
		k, stands := credentialIn(a, key)
		switch {
		case !stands:
			return nil
		case refused != nil:
			return refused
		case k.certificate:
			err = r.write(ctx, a, without(a, func(k named) bool { return strings.EqualFold(k.ID, key) }))
		default:
			err = r.s.Graph.Post(ctx, "applications/"+a.ID+"/removePassword", map[string]any{"keyId": k.ID}, nil)
		}
		if err != nil && !unclear(err) {
			return err
		}
		refused = err
	}
	return r.seen(ctx, id, key, false)
}

// unclear reports whether a refusal may only mean that what was to be removed is gone: the directory answers that with a 400.
func unclear(err error) bool {
	var e *azcore.ResponseError
	return errors.As(err, &e) && (e.StatusCode == http.StatusBadRequest || e.StatusCode == http.StatusNotFound)
}

// password is a client secret that Entra has made. It is shown once.
type password struct {
	id   string
	ends time.Time
	text plan.Secret
}

// add has Entra make a client secret.
func (r ring) add(ctx context.Context, id, name string, lasts time.Duration) (password, error) {
	ends := time.Now().UTC().Add(lasts).Truncate(time.Second)
	var made struct {
		KeyID  string `json:"keyId"`
		Secret string `json:"secretText"`
	}
	err := r.s.Graph.Post(ctx, "applications/"+id+"/addPassword", map[string]any{
		"passwordCredential": map[string]any{"displayName": name, "endDateTime": ends.Format(time.RFC3339)},
	}, &made)
	return password{made.KeyID, ends, plan.NewSecret(made.Secret)}, err
}

// fields are the secret as the vault keeps it.
func (p password) fields(tenant, client string) plan.ItemFields {
	return plan.ItemFields{
		Plain:  map[string]string{fieldClient: client, fieldTenant: tenant, fieldKey: p.id, fieldExpires: p.ends.Format(time.RFC3339)},
		Secret: map[string]plan.Secret{fieldSecret: p.text},
	}
}
