package gcp

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2/google"
	"golang.org/x/oauth2/jws"

	"github.com/itbytes/landfall/simulator/kernel"
)

const robot = "/iam/v1/" + standing + "/serviceAccounts/robot-one@standing-project.iam.gserviceaccount.com"

func TestTheEleventhKeyIsRefused(t *testing.T) {
	d := raise(t, nil)
	d.must("POST /iam/v1/"+standing+"/serviceAccounts", `{"accountId": "robot-one"}`)
	for range 10 {
		d.must("POST "+robot+"/keys", "{}")
	}
	d.refuses("POST "+robot+"/keys", "{}", 400, "FAILED_PRECONDITION")
}

func TestAPolicyForbidsKeysInItsOwnWords(t *testing.T) {
	for constraint, says := range map[string]string{
		"iam.disableServiceAccountKeyCreation":         `Key creation is not allowed on this service account.`,
		"iam.managed.disableServiceAccountKeyCreation": `constraints/iam.managed.disableServiceAccountKeyCreation`,
	} {
		d := raise(t, nil)
		d.must("POST /iam/v1/"+standing+"/serviceAccounts", `{"accountId": "robot-one"}`)
		const org = "organizations/123456789012"
		d.must("POST /orgpolicy/v2/"+org+"/policies", `{"name": "`+org+`/policies/`+constraint+`", "spec": {"rules": [{"enforce": true}]}}`)
		d.refuses("POST "+robot+"/keys", "{}", 400, "FAILED_PRECONDITION")
		d.refuses("POST "+robot+"/keys", "{}", 400, says)
		effective := d.must("GET /orgpolicy/v2/"+standing+"/policies/"+constraint+":getEffectivePolicy", "")
		if b, _ := json.Marshal(effective); !strings.Contains(string(b), `{"enforce":true}`) {
			t.Errorf("%s: got %s, want it enforced from above", constraint, b)
		}
		d.must("POST /orgpolicy/v2/"+standing+"/policies", `{"name": "`+standing+`/policies/`+constraint+`", "spec": {"rules": [{"enforce": false}]}}`)
		d.must("POST "+robot+"/keys", "{}")
	}
}

func TestAKeySignsInOnceItHasPropagatedAndUntilItIsDisabled(t *testing.T) {
	d := raise(t, map[string]kernel.Duration{"gcp.serviceaccount.keyPropagation": kernel.Duration(200 * time.Millisecond)})
	d.must("POST /iam/v1/"+standing+"/serviceAccounts", `{"accountId": "robot-one"}`)
	key := d.must("POST "+robot+"/keys", "{}")
	file, err := base64.StdEncoding.DecodeString(key["privateKeyData"].(string))
	if err != nil {
		t.Fatal(err)
	}
	if code, body := d.assert(file); code != 400 || body["error_description"] != "Invalid JWT Signature." {
		t.Errorf("a key that nobody knows yet: got %d %v, want 400 invalid_grant", code, body)
	}
	time.Sleep(210 * time.Millisecond)
	code, body := d.assert(file)
	if code != 200 {
		t.Fatalf("a key that propagated: got %d %v, want 200", code, body)
	}
	token := body["access_token"].(string)
	const line = "GET /cloudresourcemanager/v3/" + standing
	if code, _ := d.doAs(token, line, ""); code != 403 {
		t.Errorf("without a role: got %d, want 403", code)
	}
	d.must("POST /cloudresourcemanager/v3/"+standing+":setIamPolicy", `{"policy": {"bindings": [{"role": "roles/viewer", "members": ["serviceAccount:robot-one@standing-project.iam.gserviceaccount.com"]}]}}`)
	if code, answer := d.doAs(token, line, ""); code != 200 {
		t.Errorf("as a viewer: got %d %v, want 200", code, answer)
	}
	if code, _ := d.doAs(token, "PATCH /cloudresourcemanager/v3/"+standing+"?updateMask=labels", "{}"); code != 403 {
		t.Errorf("a viewer that writes: got %d, want 403", code)
	}
	d.must("POST /iam/v1/"+key["name"].(string)+":disable", "{}")
	if code, body := d.assert(file); code != 400 || body["error"] != "invalid_grant" {
		t.Errorf("a disabled key: got %d %v, want 400 invalid_grant", code, body)
	}
	for _, s := range []string{string(file), key["privateKeyData"].(string), token} {
		if !d.minted(s) {
			t.Errorf("a secret was handed out and not remembered: %.20s…", s)
		}
	}
	if state, _ := json.Marshal(d.k.State()); strings.Contains(string(state), "PRIVATE KEY") || strings.Contains(string(state), token) {
		t.Error("the state tells a secret")
	}
}

func TestAKeySignsForAnIDTokenForAnyAudience(t *testing.T) {
	d := raise(t, nil)
	d.must("POST /iam/v1/"+standing+"/serviceAccounts", `{"accountId": "robot-one"}`)
	file, err := base64.StdEncoding.DecodeString(d.must("POST "+robot+"/keys", "{}")["privateKeyData"].(string))
	if err != nil {
		t.Fatal(err)
	}
	code, body := d.assertFor(file, map[string]any{"target_audience": "api://AzureADTokenExchange"})
	if code != 200 || body["access_token"] != nil {
		t.Fatalf("got %d %v, want an ID token alone", code, body)
	}
	d.holdsIDToken(body["id_token"].(string), "api://AzureADTokenExchange")
	if code, body := d.assertFor(file, nil); code != 400 || body["error"] != "invalid_scope" {
		t.Errorf("for nothing: got %d %v, want 400 invalid_scope", code, body)
	}
}

// assert signs in with a key file, as Google's clients do.
func (d *stand) assert(file []byte) (int, map[string]any) {
	d.t.Helper()
	return d.assertFor(file, map[string]any{"scope": "https://www.googleapis.com/auth/cloud-platform"})
}

func (d *stand) assertFor(file []byte, claims map[string]any) (int, map[string]any) {
	d.t.Helper()
	c, err := google.JWTConfigFromJSON(file, "https://www.googleapis.com/auth/cloud-platform")
	if err != nil {
		d.t.Fatal(err)
	}
	private, err := parsePrivate(c.PrivateKey)
	if err != nil {
		d.t.Fatal(err)
	}
	now := time.Now()
	signed, err := jws.Encode(&jws.Header{Algorithm: "RS256", Typ: "JWT", KeyID: c.PrivateKeyID},
		&jws.ClaimSet{Iss: c.Email, Aud: c.TokenURL, Iat: now.Unix(), Exp: now.Add(time.Hour).Unix(), PrivateClaims: claims}, private)
	if err != nil {
		d.t.Fatal(err)
	}
	if !strings.HasPrefix(c.TokenURL, d.url) {
		d.t.Errorf("token address: got %s, want one under %s", c.TokenURL, d.url)
	}
	return d.grant(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {signed}})
}

// minted says whether a secret, or the part of it that is secret, was remembered.
func (d *stand) minted(s string) bool {
	for _, m := range d.k.Secrets() {
		if strings.Contains(s, m.Value) {
			return true
		}
	}
	return false
}

func TestUploadedKeysAreToldApartByTheirPublicHalf(t *testing.T) {
	d := raise(t, nil)
	d.must("POST /iam/v1/"+standing+"/serviceAccounts", `{"accountId": "robot-one"}`)
	body := fmt.Sprintf(`{"publicKeyData": %q}`, certificate(t))
	if k := d.must("POST "+robot+"/keys:upload", body); k["keyOrigin"] != "USER_PROVIDED" {
		t.Errorf("origin: got %v, want USER_PROVIDED", k["keyOrigin"])
	}
	d.refuses("POST "+robot+"/keys:upload", body, 409, "ALREADY_EXISTS")
}

func parsePrivate(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("no PEM in the key file")
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	return k.(*rsa.PrivateKey), nil
}
