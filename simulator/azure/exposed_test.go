package azure_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// exposing is a world with an application that has a secret and its own identifier URI.
func exposing(t *testing.T, durations map[string]string) (w *world, id, app, principal string, form url.Values) {
	t.Helper()
	w = open(t, itbytes(t), durations)
	id, app, principal = register(t, w)
	secret := w.graph(http.MethodPost, "applications/"+id+"/addPassword", object{}).at("secretText").(string)
	form = secretForm(app, secret)
	form.Set("scope", "api://"+app+"/.default")
	return w, id, app, principal, form
}

func TestAnApplicationHasATokenForItselfThatAnybodyCanVerify(t *testing.T) {
	w, id, app, principal, form := exposing(t, nil)
	done(t, w.graph(http.MethodPatch, "applications/"+id, object{"identifierUris": []string{"api://" + app}}), http.StatusNoContent)
	byID := maps.Clone(form)
	byID.Set("scope", app+"/.default")
	// MicrosoftDocs/entra-docs, docs/identity-platform/access-token-claims-reference.md: the claims of each version, the optional
	// ones left out.
	const first, second = "aud iss iat nbf exp aio appid appidacr idp oid rh sub tid uti ver", "aud iss iat nbf exp aio azp azpacr oid rh sub tid uti ver"
	for _, c := range []struct {
		version               any
		form                  url.Values
		issuer, aud, ver, has string
	}{
		{nil, form, "https://sts.windows.net/" + tenant + "/", "api://" + app, "1.0", first},
		{1, byID, "https://sts.windows.net/" + tenant + "/", app, "1.0", first},
		{2, form, "https://login.microsoftonline.com/" + tenant + "/v2.0", app, "2.0", second},
	} {
		done(t, w.graph(http.MethodPatch, "applications/"+id, object{"api": object{"requestedAccessTokenVersion": c.version}}), http.StatusNoContent)
		a := w.redeem(c.form)
		done(t, a, http.StatusOK)
		token := a.body["access_token"].(string)
		claims, err := w.k.Vouched(token)
		if err != nil {
			t.Fatalf("version %v: %v", c.version, err)
		}
		shaped(t, claims, c.has)
		for name, want := range map[string]any{"iss": c.issuer, "aud": c.aud, "sub": principal, "oid": principal, "tid": tenant, "ver": c.ver} {
			if claims[name] != want {
				t.Errorf("version %v: got %s %v, want %v", c.version, name, claims[name], want)
			}
		}
		listed := slices.ContainsFunc(w.k.Secrets(), func(s kernel.Secret) bool { return s.Value == token })
		if !listed {
			t.Errorf("version %v: the token is not in the list of secrets", c.version)
		}
		refused(t, w.send(http.MethodGet, "/subscriptions?api-version=2022-12-01", "", token, nil), http.StatusUnauthorized, "InvalidAuthenticationTokenAudience")
		body, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		if err != nil || !json.Valid(body) {
			t.Errorf("version %v: got claims %q, %v", c.version, body, err)
		}
	}
}

func TestATokenForAResourceThatNobodyStandsForIsRefused(t *testing.T) {
	w, id, app, principal, form := exposing(t, map[string]string{"azure.graph.replication": "100ms"})
	time.Sleep(110 * time.Millisecond)
	ask := func(scope string) any {
		form.Set("scope", scope)
		return w.redeem(form).at("error_codes", 0)
	}
	own := "api://" + app + "/.default"
	if got := ask(own); got != 500011.0 {
		t.Errorf("without the identifier URI: got %v, want AADSTS500011", got)
	}
	done(t, w.graph(http.MethodPatch, "applications/"+id, object{"identifierUris": []string{"api://" + app}}), http.StatusNoContent)
	if got := ask(own); got != 500011.0 {
		t.Errorf("added just now: got %v, want AADSTS500011", got)
	}
	time.Sleep(110 * time.Millisecond)
	if got := ask(own); got != nil {
		t.Errorf("later: got %v, want a token", got)
	}
	done(t, w.graph(http.MethodPatch, "applications/"+id, object{"identifierUris": []string{"api://" + app, "api://" + app + "/more"}}), http.StatusNoContent)
	if got := ask(own); got != nil {
		t.Errorf("beside one that was added just now: got %v, want a token", got)
	}
	if got := ask("api://" + app); got != 1002012.0 {
		t.Errorf("without .default: got %v, want AADSTS1002012", got)
	}
	if got := ask("api://nobody/.default"); got != 500011.0 {
		t.Errorf("nobody: got %v, want AADSTS500011", got)
	}
	client, refresh := w.session()
	person := url.Values{"grant_type": {"refresh_token"}, "client_id": {client}, "refresh_token": {refresh}, "scope": {own}}
	if got := w.redeem(person).at("error_codes", 0); got != 65001.0 {
		t.Errorf("a person: got %v, want AADSTS65001", got)
	}
	done(t, w.graph(http.MethodPatch, "servicePrincipals/"+principal, object{"appRoleAssignmentRequired": true}), http.StatusNoContent)
	if got := ask(own); got != 501051.0 {
		t.Errorf("where an assignment is required: got %v, want AADSTS501051", got)
	}
}

func TestAnIdentifierURIIsOneApplicationsAloneAndSaysWhoseItIs(t *testing.T) {
	w, id, app, _, _ := exposing(t, nil)
	other := w.upsert("applications(uniqueName='y')", object{"displayName": "y"})
	done(t, other, http.StatusCreated)
	set := func(app any, uris ...any) answer {
		return w.graph(http.MethodPatch, "applications/"+app.(string), object{"identifierUris": uris})
	}
	good := []any{"api://" + app, "api://" + tenant + "/x", "api://products/" + app, "https://api.it4bytes.example/x", "api://it4bytes.example/x"}
	done(t, set(id, good...), http.StatusNoContent)
	taken := set(other.at("id"), "API://"+app)
	refused(t, taken, http.StatusBadRequest, "Request_BadRequest")
	if got := taken.at("error", "details", 0, "code"); got != "ObjectConflict" {
		t.Errorf("got detail %v, want ObjectConflict", got)
	}
	refused(t, set(id, "api://"+app, "api://"+app), http.StatusBadRequest, "Request_BadRequest")
	refused(t, set(id, "api://"+app+"/*"), http.StatusBadRequest, "Request_BadRequest")
	refused(t, set(id, "api://"+app+"/"+strings.Repeat("x", 255)), http.StatusBadRequest, "Request_BadRequest")
	refused(t, set(id, "nothing"), http.StatusBadRequest, "Request_BadRequest")
	refused(t, set(id, 1), http.StatusBadRequest, "Request_BadRequest")
	refused(t, w.graph(http.MethodPatch, "applications/"+id, object{"identifierUris": nil}), http.StatusBadRequest, "Request_BadRequest")
	refused(t, set(id, "api://products"), http.StatusBadRequest, "HostNameNotOnVerifiedDomain")
	refused(t, set(id, "api://"+other.at("appId").(string)), http.StatusBadRequest, "HostNameNotOnVerifiedDomain")
	refused(t, set(id, "https://elsewhere.example/x"), http.StatusBadRequest, "HostNameNotOnVerifiedDomain")
	refused(t, w.graph(http.MethodPatch, "applications/"+id, object{"api": object{"requestedAccessTokenVersion": 3}}), http.StatusBadRequest, "Request_BadRequest")
	names, _ := w.graph(http.MethodGet, "servicePrincipals(appId='"+app+"')", nil).at("servicePrincipalNames").([]any)
	if len(names) != len(good)+1 || !slices.Contains(names, any(app)) {
		t.Errorf("got the names %v, want the %d URIs and the client id", names, len(good))
	}
	done(t, w.graph(http.MethodPatch, "applications/"+id, object{"api": object{"requestedAccessTokenVersion": 2}}), http.StatusNoContent)
	done(t, set(id, "api://products"), http.StatusNoContent) // the policy leaves these alone
	if got := w.graph(http.MethodGet, "applications/"+id, nil).at("identifierUris").([]any); len(got) != 1 || got[0] != "api://products" {
		t.Errorf("got %v, want the last list alone", got)
	}
	refused(t, w.graph(http.MethodPost, "applications/"+id+"/federatedIdentityCredentials", object{"name": "a b", "issuer": amazon, "subject": robot, "audiences": []string{exchange}}), http.StatusBadRequest, "Request_BadRequest")
	refused(t, w.graph(http.MethodPost, "applications/"+id+"/federatedIdentityCredentials", object{"name": "a", "issuer": amazon, "subject": strings.Repeat("x", 601), "audiences": []string{exchange}}), http.StatusBadRequest, "Request_BadRequest")
}
