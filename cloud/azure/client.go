package azure

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step/pace"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// redeem redeems a credential of an application for a token for Microsoft Graph, past every cache, and says whom the token
// speaks for. Its fault names no login: it is the credential that was refused, and not who looks after it.
func (d *door) redeem(ctx context.Context, k session.ClientKey) (session.Bearer, error) {
	g, err := d.grant(ctx, k, graph.Scope)
	if err != nil {
		return session.Bearer{}, err
	}
	return claimsOf(g.Token.Reveal()).bearer(), nil
}

// grant redeems a credential of an application for a token of a scope, likewise.
func (d *door) grant(ctx context.Context, k session.ClientKey, scope string) (session.Grant, error) {
	at := d.entra + "/" + url.PathEscape(k.Tenant) + "/oauth2/v2.0/token"
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {k.Client}, "scope": {scope}}
	assertion := k.Assertion.Reveal()
	if k.Private != nil {
		var err error
		if assertion, err = assert(k, at, time.Now()); err != nil {
			return session.Grant{}, err
		}
	}
	if assertion != "" {
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", assertion)
	} else {
		form.Set("client_secret", k.Secret.Reveal())
	}
	turn := pace.Use{Limit: entraTokens, Of: k.Client}
	if err := d.turns.Wait(ctx, turn); err != nil {
		return session.Grant{}, err
	}
	var a answer
	err := askEntra(ctx, d.options.HTTP, at, form, &a)
	if r := (*tokenRefusal)(nil); errors.As(err, &r) && r.status == http.StatusTooManyRequests {
		d.turns.Refused(r.after, turn)
	} else {
		d.turns.Taken(turn)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return session.Grant{}, err
	case err != nil:
		f := nameOf(err)
		f.Cloud, f.Service, f.Operation, f.Err = string(plan.Azure), "entra", "token", err
		if f.Kind == fault.Locked {
			f.Scope = k.Client
		}
		return session.Grant{}, f
	}
	return session.Grant{Token: plan.NewSecret(a.Access), Said: session.SaidBy(a.Access)}, nil
}

// assert is a client assertion: a token of a few minutes that the certificate's private key signs (Microsoft identity
// platform, "certificate credentials": PS256, with the SHA-256 of the certificate as x5t#S256).
func assert(k session.ClientKey, audience string, now time.Time) (string, error) {
	thumb := sha256.Sum256(k.Certificate.Raw)
	enc := base64.RawURLEncoding
	head, err := json.Marshal(map[string]string{"alg": "PS256", "typ": "JWT", "x5t#S256": enc.EncodeToString(thumb[:])})
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]any{
		"aud": audience, "iss": k.Client, "sub": k.Client, "jti": uuid.NewString(),
		"iat": now.Unix(), "nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(9 * time.Minute).Unix(),
	})
	if err != nil {
		return "", err
	}
	signed := enc.EncodeToString(head) + "." + enc.EncodeToString(body)
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPSS(rand.Reader, k.Private, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if err != nil {
		return "", err
	}
	return signed + "." + enc.EncodeToString(sig), nil
}
