package azure

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// resource is what a token is asked for.
type resource struct {
	audience string
	app      *application // nil where it is one of Microsoft's services
}

// resourceOf is the resource that a scope names: a service, or an application of the tenant by its id or by one of its identifier
// URIs that is known everywhere. Without a service principal there is none.
func (e *entra) resourceOf(scope string) (r resource, named string, found bool) {
	if audience, is := audienceOf(scope); is {
		return resource{audience: audience}, audience, true
	}
	for s := range strings.FieldsSeq(scope) {
		if slices.Contains([]string{"openid", "profile", "email", "offline_access"}, s) {
			continue
		}
		named = strings.TrimRight(strings.TrimSuffix(s, ".default"), "/")
		break
	}
	for _, app := range sorted(e.apps) {
		if audience := app.audience(named, e.k.Now()); audience != "" && !app.young(e.Cloud) && e.principalOf(app.appID) != nil {
			return resource{audience, app}, named, true
		}
	}
	return resource{}, named, false
}

// audience is whom a token is for that is asked for a name; "" where the name is none of the application's.
func (app *application) audience(named string, now time.Time) string {
	for _, uri := range texts(app.fields, "identifierUris") {
		if strings.EqualFold(uri, named) && !now.Before(app.exposed[uri]) {
			return uri
		}
	}
	if strings.EqualFold(named, app.appID) {
		return app.appID
	}
	return ""
}

// expose takes note of when the identifier URIs of a body will be known everywhere.
func (app *application) expose(k *kernel.Kernel, body obj) {
	if body["identifierUris"] == nil {
		return
	}
	next := map[string]time.Time{}
	for _, uri := range texts(copied(body), "identifierUris") {
		next[uri] = k.Later("azure.graph.replication")
		if slices.Contains(texts(app.fields, "identifierUris"), uri) {
			next[uri] = app.exposed[uri]
		}
	}
	app.exposed = next
}

// second reports whether an application asks for tokens of version 2.
func (app *application) second() bool {
	return object(app.fields, "api")["requestedAccessTokenVersion"] == 2.0
}

// assigned reports whether an application may have a token for another: where that one demands an assignment nobody has one here.
func (e *entra) assigned(app *application, r resource) bool {
	if r.app == nil || e.principalOf(r.app.appID).fields["appRoleAssignmentRequired"] != true {
		return true
	}
	e.fail(http.StatusBadRequest, "invalid_grant", "501051", "Application '"+app.appID+"'("+app.text("displayName")+") is not assigned to a role for the application '"+r.audience+"'("+r.app.text("displayName")+").")
	return false
}

// issue makes an access token for a resource. For an application it is one that anybody can verify, of the version that the
// application asks for, whatever endpoint it was asked at.
func (e *entra) issue(t *token, r resource) (value string, seconds int, err error) {
	if r.app == nil {
		value, seconds = e.mint(t)
		return value, seconds, nil
	}
	t.tenant, t.notBefore, t.expires = e.tenant, e.k.Now(), e.k.Now().Add(e.lifetime())
	claims := obj{
		"aud": t.audience, "iat": t.notBefore.Unix(), "nbf": t.notBefore.Unix(), "exp": t.expires.Unix(), "aio": kernel.Random(16), "oid": t.object,
		"rh": "1." + kernel.Random(12), "sub": t.object, "tid": e.tenant, "uti": kernel.Random(8), "ver": "1.0", "appid": t.app, "appidacr": e.strength(),
	}
	issuer := "https://sts.windows.net/" + e.tenant + "/"
	claims["idp"] = issuer
	if r.app.second() {
		issuer = "https://login.microsoftonline.com/" + e.tenant + "/v2.0"
		t.audience = r.app.appID
		claims["aud"], claims["ver"], claims["azp"], claims["azpacr"] = t.audience, "2.0", t.app, e.strength()
		for _, first := range []string{"appid", "appidacr", "idp"} {
			delete(claims, first)
		}
	}
	if value, err = e.k.Sign(issuer, claims); err != nil {
		return "", 0, err
	}
	e.tokens[value] = t
	e.k.Mint(kernel.Secret{Cloud: "azure", Scope: e.tenant, ID: "access token of " + t.name, Value: value})
	return value, int(e.lifetime().Seconds()), nil
}

// strength is how the client has proven who it is: 1 by a secret, 2 by what a key has signed.
func (e *entra) strength() string {
	if e.form.Get("client_assertion") != "" {
		return "2"
	}
	return "1"
}
