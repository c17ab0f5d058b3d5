package azure_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// beta asks the version of Graph that has what v1.0 does not have yet.
func (w *world) beta(path string) answer {
	return w.send(http.MethodGet, "/graph/beta/"+path, "", w.token(graph), nil)
}

func TestTheReportTellsByCredentialWhenItWasSignedInWith(t *testing.T) {
	w := open(t, itbytes(t), map[string]string{"azure.report.signIn": "200ms"})
	id, app, _ := register(t, w)
	secret := w.graph(http.MethodPost, "applications/"+id+"/addPassword", object{})
	w.graph(http.MethodPost, "applications/"+id+"/addPassword", object{}) // nobody uses it
	own := w.graph(http.MethodPost, "servicePrincipals(appId='"+app+"')/addPassword", object{})
	done(t, w.redeem(secretForm(app, secret.at("secretText").(string))), http.StatusOK)
	done(t, w.redeem(secretForm(app, own.at("secretText").(string))), http.StatusOK)
	report := "reports/appCredentialSignInActivities?$filter=" + url.QueryEscape("appId eq '"+app+"'")
	refused(t, w.graph(http.MethodGet, report, nil), http.StatusBadRequest, "BadRequest")
	if got, _ := w.beta(report).at("value").([]any); len(got) != 0 {
		t.Errorf("got %v, want nothing so soon", got)
	}
	time.Sleep(250 * time.Millisecond)
	told := w.beta(report)
	if got, _ := told.at("value").([]any); len(got) != 2 {
		t.Fatalf("got %v, want the two that were used", told.body)
	}
	if told.at("value", 0, "keyId") != secret.at("keyId") || told.at("value", 0, "signInActivity", "lastSignInDateTime") == nil || told.at("value", 0, "credentialOrigin") != "application" {
		t.Errorf("got %v, want when the application's was used", told.at("value", 0))
	}
	if told.at("value", 1, "keyId") != own.at("keyId") || told.at("value", 1, "credentialOrigin") != "servicePrincipal" {
		t.Errorf("got %v, want when the principal's own was used", told.at("value", 1))
	}
	poor := open(t, "tenant: "+tenant, nil)
	refused(t, poor.beta(report), http.StatusForbidden, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
}

func TestAPrincipalsOwnSecretOpensTheDoorUntilItIsRemovedAndADisabledOneNever(t *testing.T) {
	w := open(t, itbytes(t), nil)
	_, app, sp := register(t, w)
	made := w.graph(http.MethodPost, "servicePrincipals/"+sp+"/addPassword", object{"passwordCredential": object{"displayName": "own"}})
	secret := made.at("secretText").(string)
	done(t, w.redeem(secretForm(app, secret)), http.StatusOK)
	if got := w.graph(http.MethodGet, "servicePrincipals/"+sp, nil).at("passwordCredentials", 0, "keyId"); got != made.at("keyId") {
		t.Errorf("got %v, want its key id", got)
	}
	done(t, w.graph(http.MethodPatch, "servicePrincipals/"+sp, object{"accountEnabled": false}), http.StatusNoContent)
	if a := w.redeem(secretForm(app, secret)); a.at("error_codes", 0) != 7000112.0 {
		t.Errorf("got %v, want AADSTS7000112 for a disabled principal", a.body)
	}
	done(t, w.graph(http.MethodPatch, "servicePrincipals/"+sp, object{"accountEnabled": true}), http.StatusNoContent)
	done(t, w.graph(http.MethodPost, "servicePrincipals/"+sp+"/removePassword", object{"keyId": made.at("keyId")}), http.StatusNoContent)
	if a := w.redeem(secretForm(app, secret)); a.at("error_codes", 0) != 7000215.0 {
		t.Errorf("got %v, want AADSTS7000215 for a secret that was removed", a.body)
	}
}

func TestTheAppManagementPolicyCapsCertificatesThatAreNew(t *testing.T) {
	w := open(t, itbytes(t)+"\nmaxCertificateDays: 1\n", nil)
	id, _, _ := register(t, w)
	_, short := selfSigned(t)
	listed := func(der []byte) object {
		return object{"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(der), "displayName": "x"}
	}
	done(t, w.graph(http.MethodPatch, "applications/"+id, object{"keyCredentials": []object{listed(short.Raw)}}), http.StatusNoContent)
	_, long := lasting(t, 25*time.Hour)
	refused(t, w.graph(http.MethodPatch, "applications/"+id, object{"keyCredentials": []object{listed(long.Raw)}}), http.StatusBadRequest, "CredentialInvalidLifetimeAsPerAppPolicy")
}
