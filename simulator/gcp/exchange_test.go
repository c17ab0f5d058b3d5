package gcp

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

const (
	otherIssuer = "https://0a1b2c3d.tokens.sts.global.api.aws"
	otherRobot  = "arn:aws:iam::123456789012:role/robot"
	poolsPath   = "/iam/v1/" + standing + "/locations/global/workloadIdentityPools"
	admits      = "assertion.sub == '" + otherRobot + "'"
)

// vouch is a token of another cloud's issuer for its robot, with other claims where some are given.
func (d *stand) vouch(claims map[string]any) string {
	d.t.Helper()
	all := map[string]any{"sub": otherRobot, "aud": "landfall:itbytes", "iat": time.Now().Unix(), "exp": time.Now().Add(5 * time.Minute).Unix()}
	maps.Copy(all, claims)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	token, err := d.k.Sign(otherIssuer, all)
	if err != nil {
		d.t.Fatal(err)
	}
	return token
}

// trusting sets a cloud up in which a service account trusts another cloud's robot, and is the resource name of the provider.
func trusting(t *testing.T, durations map[string]kernel.Duration) (*stand, string) {
	t.Helper()
	d := raise(t, durations)
	for _, api := range []string{"iamcredentials", "sts"} {
		d.must("POST /serviceusage/v1/"+standing+"/services/"+api+".googleapis.com:enable", "{}")
	}
	d.must("POST /iam/v1/"+standing+"/serviceAccounts", `{"accountId": "robot-one"}`)
	d.must("POST "+poolsPath+"?workloadIdentityPoolId=robot-one", "{}")
	d.must("POST "+poolsPath+"/robot-one/providers?workloadIdentityPoolProviderId=oidc-robot", `{"oidc": {"issuerUri": "`+otherIssuer+`", "allowedAudiences": ["landfall:itbytes"]},
		"attributeMapping": {"google.subject": "assertion.sub"}, "attributeCondition": "`+admits+`"}`)
	name := d.must("GET "+poolsPath+"/robot-one/providers/oidc-robot", "")["name"].(string)
	pool, _, _ := strings.Cut(name, "/providers/")
	d.must("POST "+robot+":setIamPolicy", `{"policy": {"bindings": [{"role": "roles/iam.workloadIdentityUser", "members": ["principal://iam.googleapis.com/`+pool+`/subject/`+otherRobot+`"]}]}}`)
	return d, name
}

// exchange asks for a federated token, as a form.
func (d *stand) exchange(provider, token string) (int, map[string]any) {
	d.t.Helper()
	r, err := http.PostForm(d.url+"/sts/v1/token", url.Values{
		"grant_type": {grantExchange}, "audience": {"//iam.googleapis.com/" + provider}, "scope": {scopeAll}, "subject_token": {token},
		"requested_token_type": {tokenType + "access_token"}, "subject_token_type": {tokenType + "jwt"},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return readAnswer(d.t, r)
}

const actAsRobot = "POST /iamcredentials/v1/projects/-/serviceAccounts/robot-one@standing-project.iam.gserviceaccount.com"

func TestAStrangerWhomAProviderVouchesForActsAsTheAccountThatTrustsThem(t *testing.T) {
	d, provider := trusting(t, nil)
	code, got := d.exchange(provider, d.vouch(nil))
	if code != 200 || got["token_type"] != "Bearer" || got["expires_in"].(float64) > 3600 {
		t.Fatalf("got %d %v, want a federated token", code, got)
	}
	federated := got["access_token"].(string)
	if code, _ := d.doAs(federated, "GET /oauth2/v3/userinfo", ""); code != 401 {
		t.Errorf("a stranger asks who they are: got %d, want 401", code)
	}
	if code, _ := d.doAs(federated, "GET /cloudresourcemanager/v3/"+standing, ""); code != 403 {
		t.Errorf("a stranger without a role: got %d, want 403", code)
	}
	code, got = d.doAs(federated, actAsRobot+":generateAccessToken", `{"scope": ["`+scopeEmail+`"], "lifetime": "600s"}`)
	if code != 200 {
		t.Fatalf("got %d %v, want a token of the account", code, got)
	}
	token := got["accessToken"].(string)
	if code, got := d.doAs(token, "GET /oauth2/v3/userinfo", ""); code != 200 || got["email"] != "robot-one@standing-project.iam.gserviceaccount.com" {
		t.Errorf("who it is: got %d %v, want the account", code, got)
	}
	if code, got := d.doAs(token, "GET /cloudresourcemanager/v3/"+standing, ""); code != 403 || !strings.Contains(textOf(got), "ACCESS_TOKEN_SCOPE_INSUFFICIENT") {
		t.Errorf("beyond its scope: got %d %v, want it refused", code, got)
	}
	for _, s := range []string{federated, token} {
		if !d.minted(s) {
			t.Error("a token was handed out and not remembered")
		}
	}
	if state := textOf(d.k.State()); strings.Contains(state, federated) || strings.Contains(state, token) {
		t.Error("the state tells a token")
	}
}

func TestATokenThatIsNotAsTheProviderWantsItIsRefusedInGooglesWords(t *testing.T) {
	d, provider := trusting(t, nil)
	good := d.vouch(nil)
	parts := strings.Split(good, ".")
	elsewhere := kernel.New(kernel.Scenario{})
	forged, err := elsewhere.Sign(otherIssuer, map[string]any{"sub": otherRobot, "aud": "landfall:itbytes", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := d.k.Sign("https://other.example", map[string]any{"sub": otherRobot, "aud": "landfall:itbytes", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	project, _, _ := strings.Cut(provider, "/locations/")
	for what, c := range map[string]struct{ provider, token, name, says string }{
		"another subject":              {provider, d.vouch(map[string]any{"sub": otherRobot + "-2"}), "unauthorized_client", "The given credential is rejected by the attribute condition."},
		"another audience":             {provider, d.vouch(map[string]any{"aud": "landfall:other"}), "invalid_grant", "The audience in ID Token [landfall:other] does not match the expected audience."},
		"the default audience":         {provider, d.vouch(map[string]any{"aud": "https://iam.googleapis.com/" + provider}), "invalid_grant", "does not match the expected audience."},
		"no audience":                  {provider, d.vouch(map[string]any{"aud": nil}), "invalid_grant", "The audience in ID Token [] does not match"},
		"another issuer":               {provider, foreign, "invalid_grant", "The issuer in ID Token https://other.example does not match the expected one in config: " + otherIssuer + "."},
		"one that is over":             {provider, d.vouch(map[string]any{"exp": time.Now().Add(-61 * time.Second).Unix()}), "invalid_grant", "is stale to sign-in."},
		"one that is still to come":    {provider, d.vouch(map[string]any{"iat": time.Now().Add(2 * time.Minute).Unix()}), "invalid_grant", "is stale to sign-in."},
		"one of no time":               {provider, d.vouch(map[string]any{"iat": nil}), "invalid_grant", "ID Token issued at null is stale to sign-in."},
		"one that another has signed":  {provider, forged, "invalid_grant", "Unable to verify the ID Token signature."},
		"one without a signature":      {provider, parts[0] + "." + parts[1] + ".", "invalid_grant", "Unable to verify the ID Token signature."},
		"no token":                     {provider, "robot", "invalid_grant", "Unable to parse the ID Token."},
		"a provider that is not there": {provider + "-2", good, "invalid_target", "because it doesn't exist."},
		"a project by its id":          {strings.Replace(provider, project, standing, 1), good, "invalid_target", "because it doesn't exist."},
		"no provider":                  {project, good, "invalid_request", `Invalid value for "audience".`},
	} {
		code, got := d.exchange(c.provider, c.token)
		if description, _ := got["error_description"].(string); code != 400 || got["error"] != c.name || !strings.Contains(description, c.says) {
			t.Errorf("%s: got %d %v, want %s: %s", what, code, got, c.name, c.says)
		}
	}
	if code, got := d.exchange(provider, good); code != 200 {
		t.Errorf("the good one afterwards: got %d %v, want 200", code, got)
	}
}

func TestAnIssuerWhoseKeysCannotBeFetchedIsNotBelieved(t *testing.T) {
	d, provider := trusting(t, nil)
	token, err := kernel.New(kernel.Scenario{}).Sign(otherIssuer, map[string]any{"sub": otherRobot, "aud": "landfall:itbytes", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	if code, got := d.exchange(provider, token); code != 400 || got["error_description"] != "Error connecting to the given credential's issuer." {
		t.Errorf("got %d %v, want the issuer not reached", code, got)
	}
}

func TestASubjectIsAsLongAsGoogleTakesIt(t *testing.T) {
	d, provider := trusting(t, nil)
	long := "arn:aws:iam::123456789012:role/" + strings.Repeat("x", 97) // 128 bytes
	patch := "PATCH /iam/v1/" + provider + "?updateMask=attributeCondition"
	d.must(patch, `{}`)
	if code, got := d.exchange(provider, d.vouch(map[string]any{"sub": long})); code != 400 || got["error"] != "invalid_request" || !strings.Contains(textOf(got), "exceeds the 127 bytes limit") {
		t.Errorf("got %d %v, want it too long", code, got)
	}
	if code, got := d.exchange(provider, d.vouch(map[string]any{"sub": long[:127]})); code != 200 {
		t.Errorf("one byte less: got %d %v, want 200", code, got)
	}
}

func TestAConditionIsReadOrRefusedAndNeverGuessed(t *testing.T) {
	claims := map[string]any{"sub": `it's`, "team": "media"}
	mapped := map[string]string{"google.subject": "it's", "attribute.team": "media"}
	for condition, want := range map[string]struct{ holds, known bool }{
		`assertion.sub == 'it\'s'`:                              {true, true},
		`assertion.sub == "it's" && assertion.team == 'media'`:  {true, true},
		`google.subject == "it's" && attribute.team == 'other'`: {false, true},
		`assertion.other == 'x'`:                                {false, true},
		`assertion.sub == 'it'`:                                 {false, true},
		`assertion.sub.startsWith('it')`:                        {false, false},
		`assertion.sub == 'x' || true`:                          {false, false},
		`assertion.sub == 'x' &&`:                               {false, false},
		`assertion.sub != 'x'`:                                  {false, false},
		`true`:                                                  {false, false},
	} {
		holds, known := holds(condition, claims, mapped)
		if holds != want.holds || known != want.known {
			t.Errorf("%s: got holds %t, known %t; want %t, %t", condition, holds, known, want.holds, want.known)
		}
	}
	d, provider := trusting(t, nil)
	d.must("PATCH /iam/v1/"+provider+"?updateMask=attributeCondition", `{"attributeCondition": "assertion.sub.startsWith('arn:')"}`)
	if code, got := d.exchange(provider, d.vouch(nil)); code != 400 || !strings.Contains(textOf(got), "is not simulated") {
		t.Errorf("on the wire: got %d %v, want it refused", code, got)
	}
}

func TestAProviderThatIsNewLetsNobodyInYet(t *testing.T) {
	d, provider := trusting(t, map[string]kernel.Duration{exchangeDelay: kernel.Duration(time.Hour)})
	d.turnedAway("new", provider)
	d, provider = trusting(t, nil)
	d.k.Order(kernel.Fault{Match: kernel.Match{Service: "sts"}, Times: 1, Status: 429, Code: "quota_exceeded", Message: "The request was throttled due to rate limit: sts.googleapis.com/requests. Please retry after a few seconds."})
	if code, got := d.exchange(provider, d.vouch(nil)); code != 429 || got["error"] != "quota_exceeded" {
		t.Errorf("one too many: got %d %v, want it in OAuth's words", code, got)
	}
	d.letIn("known", provider)
}

func TestAProviderOrAPoolThatIsOffLetsNobodyIn(t *testing.T) {
	d, provider := trusting(t, nil)
	federated := d.letIn("on", provider)
	pool, _, _ := strings.Cut(provider, "/providers/")
	for _, name := range []string{provider, pool} {
		d.must("PATCH /iam/v1/"+name+"?updateMask=disabled", `{"disabled": true}`)
		d.turnedAway("off", provider)
		d.must("PATCH /iam/v1/"+name+"?updateMask=disabled", `{"disabled": false}`)
		d.letIn("on again", provider)
		d.must("DELETE /iam/v1/"+name, "")
		d.turnedAway("deleted", provider)
		d.must("POST /iam/v1/"+name+":undelete", "{}")
		d.letIn("back", provider)
	}
	d.must("DELETE /iam/v1/"+pool, "")
	if code, got := d.doAs(federated, actAsRobot+":generateAccessToken", `{"scope": ["`+scopeEmail+`"]}`); code != 200 {
		t.Errorf("a token that was exchanged before: got %d %v, want it good for its hour", code, got)
	}
}

func TestAGrantThatHasNotArrivedLetsNobodyActAsTheAccount(t *testing.T) {
	d, provider := trusting(t, map[string]kernel.Duration{"gcp.iam.propagation": kernel.Duration(time.Hour)})
	token := d.letIn("whom the pool knows", provider)
	code, got := d.doAs(token, actAsRobot+":generateAccessToken", `{"scope": ["`+scopeEmail+`"]}`)
	if code != 403 || !strings.Contains(textOf(got), "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).") {
		t.Errorf("got %d %v, want 403", code, got)
	}
}

// letIn is the federated token of a stranger who must be let in.
func (d *stand) letIn(what, provider string) string {
	d.t.Helper()
	code, got := d.exchange(provider, d.vouch(nil))
	if code != 200 {
		d.t.Fatalf("%s: got %d %v, want them let in", what, code, got)
	}
	return got["access_token"].(string)
}

func (d *stand) turnedAway(what, provider string) {
	d.t.Helper()
	if code, got := d.exchange(provider, d.vouch(nil)); code != 400 || got["error"] != "invalid_target" {
		d.t.Fatalf("%s: got %d %v, want invalid_target", what, code, got)
	}
}

func TestWhereAnAPIIsOffItSaysSo(t *testing.T) {
	d, provider := trusting(t, nil)
	_, got := d.exchange(provider, d.vouch(nil))
	federated := got["access_token"].(string)
	for _, api := range []string{"sts", "iamcredentials"} {
		d.must("POST /serviceusage/v1/"+standing+"/services/"+api+".googleapis.com:disable", `{"disableDependentServices": true}`)
	}
	if code, got := d.exchange(provider, d.vouch(nil)); code != 403 || !strings.Contains(textOf(got), "Security Token Service API has not been used") || !strings.Contains(textOf(got), "SERVICE_DISABLED") {
		t.Errorf("sts: got %d %v, want SERVICE_DISABLED", code, got)
	}
	if code, got := d.doAs(federated, actAsRobot+":generateAccessToken", `{"scope": ["`+scopeEmail+`"]}`); code != 403 || !strings.Contains(textOf(got), "SERVICE_DISABLED") {
		t.Errorf("iamcredentials: got %d %v, want SERVICE_DISABLED", code, got)
	}
}

func TestAnIssuerThatThePolicyDoesNotAllowGetsNoProvider(t *testing.T) {
	d, _ := trusting(t, nil)
	policy := func(values string) string {
		return `{"name": "` + standing + `/policies/iam.workloadIdentityPoolProviders", "spec": {"rules": [{"values": ` + values + `}]}}`
	}
	made := d.must("POST /orgpolicy/v2/"+standing+"/policies", policy(`{"allowedValues": ["https://sts.windows.net/tenant"]}`))
	body := func(issuer string) string {
		return `{"oidc": {"issuerUri": "` + issuer + `"}, "attributeMapping": {"google.subject": "assertion.sub"}}`
	}
	const providers = "POST " + poolsPath + "/robot-one/providers?workloadIdentityPoolProviderId="
	d.refuses(providers+"oidc-two", body(otherIssuer), 400, "Org Policy violated for value: '"+otherIssuer+"'.")
	d.refuses("PATCH "+poolsPath+"/robot-one/providers/oidc-robot?updateMask=oidc", body(otherIssuer), 400, "constraints/iam.workloadIdentityPoolProviders")
	d.must(providers+"oidc-two", body("https://sts.windows.net/tenant/"))
	d.must("PATCH /orgpolicy/v2/"+made["name"].(string), policy(`{"deniedValues": ["https://sts.windows.net/tenant"]}`))
	d.refuses(providers+"oidc-three", body("https://sts.windows.net/tenant/"), 400, "FAILED_PRECONDITION")
	d.must(providers+"oidc-three", body(otherIssuer))
}

func TestWhoAdministersAProjectActsAsNoAccountForThatAlone(t *testing.T) {
	d, _ := trusting(t, nil)
	ask := func() (int, map[string]any) {
		return d.do(actAsRobot+":generateIdToken", `{"audience": "sts.amazonaws.com"}`)
	}
	if code, got := ask(); code != 403 || !strings.Contains(textOf(got), "Permission 'iam.serviceAccounts.getOpenIdToken' denied on resource (or it may not exist).") {
		t.Errorf("an administrator: got %d %v, want 403", code, got)
	}
	d.must("POST "+robot+":setIamPolicy", `{"policy": {"bindings": [{"role": "roles/iam.serviceAccountOpenIdTokenCreator", "members": ["user:admin@example.test"]}]}}`)
	code, got := ask()
	if code != 200 {
		t.Fatalf("who may: got %d %v, want 200", code, got)
	}
	d.holdsIDToken(got["token"].(string), "sts.amazonaws.com")
	d.refuses(actAsRobot+":generateAccessToken", `{"scope": ["`+scopeEmail+`"]}`, 403, "iam.serviceAccounts.getAccessToken")
	d.must("POST "+robot+":setIamPolicy", `{"policy": {"bindings": [{"role": "roles/iam.serviceAccountTokenCreator", "members": ["user:admin@example.test"]}]}}`)
	for body, says := range map[string]string{
		`{"scope": ["` + scopeEmail + `"], "lifetime": "0s"}`:    "larger then zero",
		`{"scope": ["` + scopeEmail + `"], "lifetime": "3601s"}`: "more than 1 hour",
		`{"scope": ["` + scopeEmail + `"], "lifetime": "soon"}`:  "Invalid value at 'lifetime'",
		`{"scope": []}`: "invalid argument",
		`{"scope": ["https://nowhere.example/"]}`: "invalid argument",
	} {
		d.refuses(actAsRobot+":generateAccessToken", body, 400, says)
	}
	d.refuses("POST /iamcredentials/v1/"+standing+"/serviceAccounts/robot-one@standing-project.iam.gserviceaccount.com:generateIdToken", `{"audience": "a"}`, 400, "invalid argument")
	d.refuses("POST /iamcredentials/v1/projects/-/serviceAccounts/nobody@standing-project.iam.gserviceaccount.com:generateIdToken", `{"audience": "a"}`, 404, "Gaia id not found")
	d.must("POST "+robot+":disable", "{}")
	if code, _ := ask(); code != 403 {
		t.Errorf("a disabled account: got %d, want 403", code)
	}
}

// holdsIDToken fails unless a token is Google's own, about the robot and for an audience.
func (d *stand) holdsIDToken(token, audience string) {
	d.t.Helper()
	claims, err := d.k.Vouched(token)
	unique := d.must("GET "+robot, "")["uniqueId"]
	if err != nil || claims["iss"] != "https://accounts.google.com" || claims["sub"] != unique || claims["aud"] != audience {
		d.t.Errorf("got %v, %v; want Google's token of %v for %s", claims, err, unique, audience)
	}
	if !d.minted(token) {
		d.t.Error("an ID token was handed out and not remembered")
	}
}

func textOf(v any) string {
	b, _ := json.Marshal(v)
	return strings.NewReplacer(`\u0026`, "&", `\u0027`, "'").Replace(string(b))
}
