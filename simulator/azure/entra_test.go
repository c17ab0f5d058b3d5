package azure_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

func TestATokenIsBoundToItsAudience(t *testing.T) {
	w := open(t, itbytes(t), nil)
	a := w.send(http.MethodGet, "/subscriptions?api-version=2022-12-01", "", w.token(graph), nil)
	refused(t, a, http.StatusUnauthorized, "InvalidAuthenticationTokenAudience")
	g := w.send(http.MethodGet, "/graph/v1.0/applications", "", w.token(arm), nil)
	refused(t, g, http.StatusUnauthorized, "InvalidAuthenticationToken")
	if got := g.at("error", "message").(string); !strings.Contains(got, "Invalid audience") {
		t.Errorf("got %q, want Graph's words for the audience", got)
	}
	refused(t, w.send(http.MethodGet, "/subscriptions?api-version=2022-12-01", "", "", nil), http.StatusUnauthorized, "AuthenticationFailed")
	refused(t, w.send(http.MethodGet, "/subscriptions?api-version=2022-12-01", "", w.token(arm)+"x", nil), http.StatusUnauthorized, "InvalidAuthenticationToken")
}

func TestATokenExpires(t *testing.T) {
	w := open(t, itbytes(t), map[string]string{"azure.token.lifetime": "20ms"})
	token := w.token(arm)
	done(t, w.send(http.MethodGet, "/subscriptions?api-version=2022-12-01", "", token, nil), http.StatusOK)
	time.Sleep(30 * time.Millisecond)
	refused(t, w.send(http.MethodGet, "/subscriptions?api-version=2022-12-01", "", token, nil), http.StatusUnauthorized, "ExpiredAuthenticationToken")
}

func TestAnExpiredLoginIsKeptOutUntilItIsOkAgain(t *testing.T) {
	w := open(t, itbytes(t), nil)
	done(t, w.arm(http.MethodGet, sub, nil), http.StatusOK)
	done(t, w.graph(http.MethodGet, "applications", nil), http.StatusOK)
	client, refresh := w.session()
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {client}, "refresh_token": {refresh}, "scope": {arm}}
	if err := w.k.SetLogin("azure-admin", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	refused(t, w.arm(http.MethodGet, sub, nil), http.StatusUnauthorized, "ExpiredAuthenticationToken")
	refused(t, w.graph(http.MethodGet, "applications", nil), http.StatusUnauthorized, "InvalidAuthenticationToken")
	if a := w.redeem(form); a.status != http.StatusBadRequest || a.at("error_codes", 0) != 700082.0 || a.body["error"] != "invalid_grant" {
		t.Errorf("got %d %v, want AADSTS700082", a.status, a.body)
	}
	if err := w.k.SetLogin("azure-admin", kernel.LoginLocked); err != nil {
		t.Fatal(err)
	}
	if a := w.redeem(form); a.at("error_codes", 0) != 50053.0 || !strings.HasPrefix(a.body["error_description"].(string), "AADSTS50053: ") {
		t.Errorf("got %d %v, want AADSTS50053", a.status, a.body)
	}
	if err := w.k.SetLogin("azure-admin", kernel.LoginOK); err != nil {
		t.Fatal(err)
	}
	done(t, w.arm(http.MethodGet, sub, nil), http.StatusOK) // with the token of before
	done(t, w.redeem(form), http.StatusOK)
}

func TestEveryTokenIsInTheListOfSecretsAndNoneInTheState(t *testing.T) {
	w := open(t, itbytes(t), nil)
	app := w.upsert("applications(uniqueName='x')", object{"displayName": "x"})
	done(t, app, http.StatusCreated)
	made := w.graph(http.MethodPost, "applications/"+app.at("id").(string)+"/addPassword", object{"passwordCredential": object{"displayName": "landfall"}})
	done(t, made, http.StatusOK)
	_, refresh := w.session()
	state := string(encode(t, w.k.State()))
	for name, value := range map[string]string{"access token": w.token(graph), "refresh token": refresh, "client secret": made.at("secretText").(string)} {
		listed := false
		for _, s := range w.k.Secrets() {
			listed = listed || s.Value == value
		}
		if !listed {
			t.Errorf("the %s is not in the list of secrets", name)
		}
		if strings.Contains(state, value) {
			t.Errorf("the state shows the %s", name)
		}
	}
}

func TestASignInByDeviceCodeWaitsForThePerson(t *testing.T) {
	w := open(t, itbytes(t), nil)
	begun := w.send(http.MethodPost, "/entra/"+tenant+"/oauth2/v2.0/devicecode", "application/x-www-form-urlencoded", "", []byte(url.Values{"client_id": {"cli"}, "scope": {arm}}.Encode()))
	done(t, begun, http.StatusOK)
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {"cli"}, "device_code": {begun.at("device_code").(string)}, "scope": {arm + " offline_access"}}
	if a := w.redeem(form); a.body["error"] != "authorization_pending" {
		t.Errorf("got %v, want authorization_pending", a.body)
	}
	if err := w.k.SetLogin("azure-admin", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	if err := w.k.Perform(kernel.Act{Cloud: "azure", Do: "signIn", With: map[string]string{"login": "azure-admin", "userCode": begun.at("user_code").(string)}}); err != nil {
		t.Fatal(err)
	}
	a := w.redeem(form)
	done(t, a, http.StatusOK)
	if got := w.k.LoginState("azure-admin"); got != kernel.LoginOK {
		t.Errorf("got a login that is %s, want it ok after the sign-in", got)
	}
	done(t, w.send(http.MethodGet, "/subscriptions?api-version=2022-12-01", "", a.at("access_token").(string), nil), http.StatusOK)
}

func TestATokenRequestIsAReadOfItsLogin(t *testing.T) {
	w := open(t, itbytes(t), nil)
	w.token(arm)
	calls := w.k.Calls()
	if c := calls[0]; c.Operation != "token" || c.Service != "entra" || c.Kind != "read" || c.Login != "azure-admin" || c.Scope != tenant {
		t.Errorf("got %+v, want a read of azure-admin in the tenant", c)
	}
}
