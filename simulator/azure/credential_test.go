package azure_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"math/big"
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
)

// register makes an application with its service principal and returns their ids.
func register(t *testing.T, w *world) (id, app, principal string) {
	t.Helper()
	made := w.upsert("applications(uniqueName='x')", object{"displayName": "x"})
	done(t, made, http.StatusCreated)
	app = made.at("appId").(string)
	sp := w.upsert("servicePrincipals(appId='"+app+"')", object{"displayName": "x"})
	for began := time.Now(); sp.status == http.StatusBadRequest && time.Since(began) < 5*time.Second; time.Sleep(5 * time.Millisecond) { // the application is not known yet
		sp = w.upsert("servicePrincipals(appId='"+app+"')", object{"displayName": "x"})
	}
	done(t, sp, http.StatusCreated)
	return made.at("id").(string), app, sp.at("id").(string)
}

func secretForm(app, secret string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {app}, "client_secret": {secret}, "scope": {arm}}
}

func TestAClientSecretOpensTheDoorUntilItEnds(t *testing.T) {
	w := open(t, itbytes(t), nil)
	id, app, _ := register(t, w)
	if a := w.redeem(secretForm("11111111-0000-4000-8000-000000000000", "x")); a.at("error_codes", 0) != 700016.0 {
		t.Errorf("got %v, want AADSTS700016 for an application that is not there", a.body)
	}
	if a := w.redeem(secretForm(app, "wrong")); a.at("error_codes", 0) != 7000215.0 || a.status != http.StatusUnauthorized {
		t.Errorf("got %v, want AADSTS7000215", a.body)
	}
	end := time.Now().Add(1200 * time.Millisecond).UTC().Format(time.RFC3339Nano)
	made := w.graph(http.MethodPost, "applications/"+id+"/addPassword", object{"passwordCredential": object{"displayName": "landfall/itbytes", "endDateTime": end}})
	done(t, made, http.StatusOK)
	secret := made.at("secretText").(string)
	done(t, w.redeem(secretForm(app, secret)), http.StatusOK)
	shown := w.graph(http.MethodGet, "applications/"+id+"?$select=passwordCredentials", nil)
	if shown.at("passwordCredentials", 0, "secretText") != nil || shown.at("passwordCredentials", 0, "keyId") != made.at("keyId") {
		t.Errorf("got %v, want the key id and never the secret again", shown.body)
	}
	time.Sleep(1300 * time.Millisecond)
	if a := w.redeem(secretForm(app, secret)); a.at("error_codes", 0) != 7000222.0 {
		t.Errorf("got %v, want AADSTS7000222 after its end", a.body)
	}
	done(t, w.graph(http.MethodPost, "applications/"+id+"/removePassword", object{"keyId": made.at("keyId")}), http.StatusNoContent)
	if a := w.redeem(secretForm(app, secret)); a.at("error_codes", 0) != 7000215.0 {
		t.Errorf("got %v, want AADSTS7000215 for a secret that was removed", a.body)
	}
}

func TestAnApplicationSeesOnlyWhatItsRolesAllow(t *testing.T) {
	w := open(t, itbytes(t), map[string]string{"azure.rbac.propagation": "50ms"})
	id, app, principal := register(t, w)
	secret := w.graph(http.MethodPost, "applications/"+id+"/addPassword", object{}).at("secretText").(string)
	token := w.redeem(secretForm(app, secret)).at("access_token").(string)
	get := func(path string) answer {
		return w.send(http.MethodGet, path+"?api-version=2022-12-01", "", token, nil)
	}
	refused(t, get(sub), http.StatusForbidden, "AuthorizationFailed")
	if members, _ := get("/subscriptions").at("value").([]any); len(members) != 0 {
		t.Errorf("got %v, want no subscription without a role", members)
	}
	role := object{"properties": object{"principalId": principal, "principalType": "ServicePrincipal", "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"}}
	done(t, w.arm(http.MethodPut, sub+"/providers/Microsoft.Authorization/roleAssignments/7d1f0c52-41a5-5c7e-9d0e-000000000001", role), http.StatusCreated)
	refused(t, get(sub), http.StatusForbidden, "AuthorizationFailed") // not everywhere yet
	time.Sleep(60 * time.Millisecond)
	done(t, get(sub), http.StatusOK)
	done(t, get(sub+"/resourceGroups/rg-production"), http.StatusOK)
	put := w.send(http.MethodPut, sub+"/resourceGroups/rg-new?api-version=2022-09-01", "application/json", token, []byte(`{"location":"eastus"}`))
	refused(t, put, http.StatusForbidden, "AuthorizationFailed")
}

// selfSigned is a key pair with its certificate.
func selfSigned(t *testing.T) (*rsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	return lasting(t, time.Hour)
}

// lasting is a key pair with a certificate that lasts so long.
func lasting(t *testing.T, lasts time.Duration) (*rsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(lasts)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}

func TestMicrosoftsOwnLibrarySignsInWithACertificateAndWithASecret(t *testing.T) {
	w := open(t, itbytes(t), nil)
	id, app, _ := register(t, w)
	key, cert := selfSigned(t)
	other, stranger := selfSigned(t)
	done(t, w.graph(http.MethodPatch, "applications/"+id, object{"keyCredentials": []object{
		{"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(cert.Raw), "displayName": "landfall"},
	}}), http.StatusNoContent)
	secret := w.graph(http.MethodPost, "applications/"+id+"/addPassword", object{}).at("secretText").(string)

	server := httptest.NewTLSServer(w.c.Handler())
	defer server.Close()
	options := azcore.ClientOptions{Transport: server.Client(), Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: server.URL}, Retry: policy.RetryOptions{MaxRetries: -1}}
	ask := func(c azcore.TokenCredential, err error) error {
		if err != nil {
			return err
		}
		_, err = c.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{arm}})
		return err
	}
	byKey := &azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true}
	bySecret := &azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true}
	c1, err := azidentity.NewClientCertificateCredential(tenant, app, []*x509.Certificate{cert}, key, byKey)
	if err := ask(c1, err); err != nil {
		t.Errorf("certificate: %v", err)
	}
	c2, err := azidentity.NewClientCertificateCredential(tenant, app, []*x509.Certificate{stranger}, other, byKey)
	if got := codeOf(ask(c2, err)); !strings.Contains(got, "AADSTS700027") {
		t.Errorf("got %q, want AADSTS700027 for a certificate that is not the application's", got)
	}
	c3, err := azidentity.NewClientSecretCredential(tenant, app, secret, bySecret)
	if err := ask(c3, err); err != nil {
		t.Errorf("secret: %v", err)
	}
	c4, err := azidentity.NewClientSecretCredential(tenant, app, "wrong", bySecret)
	if got := codeOf(ask(c4, err)); !strings.Contains(got, "AADSTS7000215") {
		t.Errorf("got %q, want AADSTS7000215", got)
	}
}

func codeOf(err error) string {
	var failed *azidentity.AuthenticationFailedError
	if errors.As(err, &failed) {
		return failed.Error()
	}
	return ""
}
