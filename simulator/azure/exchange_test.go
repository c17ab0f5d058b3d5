package azure_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/itbytes/landfall/simulator/kernel"
)

const (
	amazon   = "https://11112222-3333-4444-5555-666677778888.tokens.sts.global.api.aws"
	robot    = "arn:aws:iam::111122223333:role/robot"
	exchange = "api://AzureADTokenExchange"
)

// told are the claims of a token that Amazon signs for the robot, for an hour; what changes them wins.
func told(change object) object {
	now := time.Now()
	claims := object{"sub": robot, "aud": exchange, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix()}
	maps.Copy(claims, change)
	return claims
}

// sign is a token of an issuer.
func (w *world) sign(issuer string, claims object) string {
	w.t.Helper()
	token, err := w.k.Sign(issuer, claims)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// assertionForm asks for a token of Graph by another issuer's.
func assertionForm(app, token string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "client_id": {app}, "client_assertion": {token}, "scope": {graph},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}
}

// trusting is a world with an application that trusts the robot.
func trusting(t *testing.T, durations map[string]string) (w *world, id, app string) {
	t.Helper()
	w = open(t, itbytes(t), durations)
	id, app, _ = register(t, w)
	w.trust(id, "robot", amazon, robot)
	return w, id, app
}

func (w *world) trust(id, name, issuer, subject string) {
	w.t.Helper()
	a := w.graph(http.MethodPost, "applications/"+id+"/federatedIdentityCredentials", object{"name": name, "issuer": issuer, "subject": subject, "audiences": []string{exchange}})
	done(w.t, a, http.StatusCreated)
}

func TestATokenOfAnotherIssuerOpensTheDoorWhereTheApplicationTrustsIt(t *testing.T) {
	w, id, app := trusting(t, nil)
	const google = "https://accounts.google.com"
	w.trust(id, "account", google, "112233445566778899000")
	for name, token := range map[string]string{
		"amazon":          w.sign(amazon, told(nil)),
		"several readers": w.sign(amazon, told(object{"aud": []string{"other", exchange}})),
		"google":          w.sign(google, told(object{"sub": "112233445566778899000"})),
	} {
		a := w.redeem(assertionForm(app, token))
		if a.status != http.StatusOK || a.body["token_type"] != "Bearer" {
			t.Errorf("%s: got %d %v, want a token", name, a.status, a.body)
			continue
		}
		g := w.send(http.MethodGet, "/graph/v1.0/applications", "", a.body["access_token"].(string), nil)
		refused(t, g, http.StatusForbidden, "Authorization_RequestDenied") // it is let in, and has no rights there
	}
}

func TestATokenThatNoTrustFitsIsRefusedInEntrasWords(t *testing.T) {
	w, id, app := trusting(t, nil)
	const own = "https://sts.windows.net/" + tenant + "/"
	w.trust(id, "own", own, "somebody")
	w.trust(id, "away", "https://away.example", robot)
	elsewhere, err := kernel.New(kernel.Scenario{}).Sign("https://away.example", told(nil))
	if err != nil {
		t.Fatal(err)
	}
	good, other := strings.Split(w.sign(amazon, told(nil)), "."), strings.Split(w.sign(amazon, told(object{"jti": "2"})), ".")
	hour := time.Hour
	for name, c := range map[string]struct {
		token, says string
		number      float64
		status      int
		kind        string
	}{
		"another issuer":           {w.sign("https://other.example", told(nil)), "presented assertion issuer 'https://other.example'", 700211, http.StatusUnauthorized, "invalid_client"},
		"the issuer with a slash":  {w.sign(amazon+"/", told(nil)), "presented assertion issuer", 700211, http.StatusUnauthorized, "invalid_client"},
		"another audience":         {w.sign(amazon, told(object{"aud": "sts.amazonaws.com"})), "presented assertion audience 'sts.amazonaws.com'", 700212, http.StatusUnauthorized, "invalid_client"},
		"another subject":          {w.sign(amazon, told(object{"sub": robot + "2"})), "presented assertion subject '" + robot + "2'", 700213, http.StatusUnauthorized, "invalid_client"},
		"the subject in capitals":  {w.sign(amazon, told(object{"sub": strings.ToUpper(robot)})), "case-insensitive", 7002138, http.StatusUnauthorized, "invalid_client"},
		"ended":                    {w.sign(amazon, told(object{"exp": time.Now().Add(-hour).Unix()})), "not within its valid time range", 700024, http.StatusUnauthorized, "invalid_client"},
		"not begun":                {w.sign(amazon, told(object{"nbf": time.Now().Add(hour).Unix()})), "not within its valid time range", 700024, http.StatusUnauthorized, "invalid_client"},
		"without an end":           {w.sign(amazon, told(object{"exp": nil})), "not within its valid time range", 700024, http.StatusUnauthorized, "invalid_client"},
		"forged":                   {good[0] + "." + good[1] + "." + other[2], "could not be found in the metadata of identity provider " + amazon, 7000272, http.StatusUnauthorized, "invalid_client"},
		"an issuer that is away":   {elsewhere, "Request to External OIDC endpoint failed", 90061, http.StatusBadRequest, "invalid_request"},
		"a token of Entra's own":   {w.sign(own, told(object{"sub": "somebody"})), "AAD-issued tokens may not be used", 700222, http.StatusUnauthorized, "invalid_client"},
		"nothing that is a token":  {"robot", "malformed", 50027, http.StatusUnauthorized, "invalid_client"},
		"an audience of no reader": {w.sign(amazon, told(object{"aud": 1})), "malformed", 50027, http.StatusUnauthorized, "invalid_client"},
	} {
		a := w.redeem(assertionForm(app, c.token))
		description, _ := a.body["error_description"].(string)
		if a.status != c.status || a.body["error"] != c.kind || a.at("error_codes", 0) != c.number || !strings.Contains(description, c.says) {
			t.Errorf("%s: got %d %v, want %d %s AADSTS%.0f that says %q", name, a.status, a.body, c.status, c.kind, c.number, c.says)
		}
		if strings.Contains(description, c.token) && c.token != "robot" {
			t.Errorf("%s: the refusal quotes the token", name)
		}
	}
	for _, f := range w.graph(http.MethodGet, "applications/"+id+"/federatedIdentityCredentials", nil).body["value"].([]any) {
		done(t, w.graph(http.MethodDelete, "applications/"+id+"/federatedIdentityCredentials/"+f.(object)["id"].(string), nil), http.StatusNoContent)
	}
	if a := w.redeem(assertionForm(app, w.sign(amazon, told(nil)))); a.at("error_codes", 0) != 70025.0 {
		t.Errorf("got %v, want AADSTS70025 of an application that trusts nobody any more", a.body)
	}
}

func TestATrustIsNotKnownAtOnceAndAChangedOneIsWhatItWasUntilThen(t *testing.T) {
	w, id, app := trusting(t, map[string]string{"azure.graph.replication": "150ms"})
	enter := func(subject string) any {
		return w.redeem(assertionForm(app, w.sign(amazon, told(object{"sub": subject})))).at("error_codes", 0)
	}
	time.Sleep(160 * time.Millisecond) // the application's own time
	w.trust(id, "second", amazon, "second")
	if got := enter("second"); got != 700213.0 {
		t.Errorf("made just now: got %v, want AADSTS700213", got)
	}
	if got := enter(robot); got != nil {
		t.Errorf("the older one: got %v, want it let in", got)
	}
	done(t, w.graph(http.MethodPatch, "applications/"+id+"/federatedIdentityCredentials(name='robot')", object{"subject": "third"}), http.StatusNoContent)
	if before, now := enter(robot), enter("third"); before != nil || now != 700213.0 {
		t.Errorf("changed just now: got %v of what it was and %v of what it is, want the first let in alone", before, now)
	}
	time.Sleep(160 * time.Millisecond)
	if before, now := enter(robot), enter("third"); before != 700213.0 || now != nil {
		t.Errorf("later: got %v of what it was and %v of what it is, want the second let in alone", before, now)
	}
	if got := enter("second"); got != nil {
		t.Errorf("later: got %v, want it let in", got)
	}
}

func TestMicrosoftsOwnLibraryEntersWithATokenOfAnotherIssuer(t *testing.T) {
	w, _, app := trusting(t, nil)
	server := httptest.NewTLSServer(w.c.Handler())
	defer server.Close()
	o := &azidentity.ClientAssertionCredentialOptions{DisableInstanceDiscovery: true, ClientOptions: azcore.ClientOptions{
		Transport: server.Client(), Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: server.URL}, Retry: policy.RetryOptions{MaxRetries: -1},
	}}
	for subject, want := range map[string]string{robot: "", "stranger": "AADSTS700213"} {
		c, err := azidentity.NewClientAssertionCredential(tenant, app, func(context.Context) (string, error) { return w.sign(amazon, told(object{"sub": subject})), nil }, o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{arm}})
		if got := codeOf(err); (err == nil) != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: got %v, want %q", subject, err, want)
		}
	}
}
