package azure

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// refresh stands for a refresh token: no error may show it.
const refresh = "0.AXkA-the-refresh-token"

// wire is a server that answers every call to a service with one answer; tokens it gives freely unless it plays Entra.
type wire struct {
	plays  string // arm, graph or entra
	status int
	header http.Header
	body   string
}

func (w wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Content-Type", "application/json")
	if strings.HasPrefix(r.URL.Path, "/entra/") && w.plays != "entra" {
		_, _ = rw.Write([]byte(`{"token_type":"Bearer","expires_in":3600,"access_token":"an-access-token"}`))
		return
	}
	for k, v := range w.header {
		rw.Header()[k] = v
	}
	rw.WriteHeader(w.status)
	_, _ = rw.Write([]byte(w.body))
}

func task() plan.Task {
	return plan.Task{
		Landing: plan.Landing{Plan: "p", Cloud: plan.Azure, Environment: "dti", Login: plan.Login{Name: "azure-admin", Type: "entra-user"}},
		Facts:   map[string]string{plan.FactContainer: "11111111-1111-4111-8111-111111111111"},
	}
}

// hear makes one call through the real SDK and returns the fault that comes of it.
func hear(t *testing.T, h http.Handler, plays string, task plan.Task) *fault.Fault {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	s, err := opened(t, srv.URL, task)
	if err != nil {
		t.Fatal(err)
	}
	if plays == "graph" {
		err = s.Graph.Patch(context.Background(), "applications/1", map[string]string{"a": "b"})
	} else {
		c, cerr := armresources.NewResourceGroupsClient(s.Subscription, s.Cred, s.ARM)
		if cerr != nil {
			t.Fatal(cerr)
		}
		_, err = c.CreateOrUpdate(context.Background(), "rg", armresources.ResourceGroup{Location: session.Ptr("eastus")}, nil)
	}
	if err == nil {
		t.Fatal("the call succeeded")
	}
	f := fault.As(name(err, task))
	if f == nil {
		t.Fatalf("%v is no fault", err)
	}
	return f
}

func opened(t *testing.T, endpoint string, task plan.Task) (*session.Session, error) {
	t.Helper()
	dir := t.TempDir()
	file := `{"tenantId":"7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111","clientId":"c","refreshToken":"` + refresh + `","username":"u"}`
	if err := os.WriteFile(filepath.Join(dir, "azure-admin.json"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return newDoor(Options{Endpoint: endpoint, Sessions: dir, HTTP: &http.Client{Timeout: 5 * time.Second}}).open(context.Background(), task)
}

// says is an error body of the resource manager or of Graph.
func says(code, message string) string {
	return `{"error":{"code":"` + code + `","message":"` + message + `"}}`
}

func TestAnswersOfTheResourceManagerAndGraphAreNamed(t *testing.T) {
	pim := "The following policy rules failed: "
	for _, c := range []struct {
		title, plays string
		status       int
		body         string
		want         fault.Kind
	}{
		{"throttled", "arm", 429, says("TooManyRequests", "too many requests"), fault.Throttled},
		{"subscription throttled", "arm", 429, says("SubscriptionRequestsThrottled", "Number of requests exceeded"), fault.Throttled},
		{"a bare 429", "arm", 429, ``, fault.Throttled},
		{"token refused", "arm", 401, says("InvalidAuthenticationToken", "The access token is invalid."), fault.SessionExpired},
		{"token expired", "arm", 401, says("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier"), fault.SessionExpired},
		{"forbidden", "arm", 403, says("AuthorizationFailed", "The client does not have authorization to perform action"), fault.Denied},
		{"new principal", "arm", 400, says("PrincipalNotFound", "Principal abc does not exist in the directory"), fault.Propagating},
		{"role exists", "arm", 409, says("RoleAssignmentExists", "The role assignment already exists."), fault.Conflict},
		{"busy", "arm", 409, says("AnotherOperationInProgress", "Another operation on this or dependent resource is in progress."), fault.Transient},
		{"retryable", "arm", 409, says("RetryableError", "A retryable error occurred."), fault.Transient},
		{"defender busy", "arm", 409, says("Conflict", "Another update operation is in progress"), fault.Transient},
		{"conflict", "arm", 409, says("Conflict", "The resource was changed"), fault.Conflict},
		{"provider unknown", "arm", 409, says("MissingSubscriptionRegistration", "The subscription is not registered to use namespace 'Microsoft.Network'"), fault.Propagating},
		{"defender unknown", "arm", 404, says("Subscription Not Registered", "Please register to Microsoft.Security"), fault.Propagating},
		{"no provider", "arm", 400, says("NoRegisteredProviderFound", "No registered resource provider found for location"), fault.Invalid},
		{"subscription not seen", "arm", 404, says("SubscriptionNotFound", "The subscription could not be found."), fault.Denied},
		{"invoice section", "arm", 403, says("Forbidden", "You do not have sufficient permissions on the specified invoice section"), fault.Denied},
		{"nsg flow log", "arm", 400, says("NsgFlowLogCreationBlocked", "Creation of new NSG flow logs is blocked"), fault.Retired},
		{"old gateway", "arm", 400, says("NonAzSkusNotAllowedForVPNGateway", "not allowed"), fault.Retired},
		{"gateway without zones", "arm", 400, says("VmssVpnGatewayPublicIpsMustHaveZonesConfigured", "zones"), fault.Invalid},
		{"federated at once", "arm", 409, says("ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity", "one at a time"), fault.Transient},
		{"disabled", "arm", 409, says("ReadOnlyDisabledSubscription", "The subscription is disabled"), fault.Locked},
		{"policy", "arm", 403, says("RequestDisallowedByPolicy", "Resource was disallowed by policy"), fault.Denied},
		{"preview gate", "arm", 403, says("SubscriptionNotRegisteredForFeature", "not registered for feature"), fault.PendingApproval},
		{"limit", "arm", 400, says("PublicIPCountLimitReached", "Cannot create more than 10"), fault.Quota},
		{"role limit", "arm", 400, says("RoleAssignmentLimitExceeded", "No more role assignments"), fault.Quota},
		{"pim justification", "arm", 400, says("RoleAssignmentRequestPolicyValidationFailed", pim+`[\"JustificationRule\"]`), fault.Invalid},
		{"pim mfa", "arm", 400, says("RoleAssignmentRequestPolicyValidationFailed", pim+`[\"MfaRule\"]`), fault.SessionExpired},
		{"pim ticket", "arm", 400, says("RoleAssignmentRequestPolicyValidationFailed", pim+`[\"TicketingRule\"]`), fault.Invalid},
		{"pim expiration", "arm", 400, says("RoleAssignmentRequestPolicyValidationFailed", pim+`[\"ExpirationRule\"]`), fault.Invalid},
		{"pim eligibility", "arm", 400, says("RoleAssignmentRequestPolicyValidationFailed", pim+`[\"EligibilityRule\"]`), fault.Denied},
		{"pim acrs", "arm", 400, says("RoleAssignmentRequestAcrsValidationFailed", "claims"), fault.SessionExpired},
		{"pim too short", "arm", 400, says("ActiveDurationTooShort", "five minutes"), fault.Transient},
		{"pim locked", "arm", 409, says("FailedAsResourceIsLocked", "locked"), fault.Conflict},
		{"server error", "arm", 500, says("SomethingNew", "oops"), fault.Transient},
		{"unavailable without a body", "arm", 503, ``, fault.Transient},
		{"not implemented", "arm", 501, says("NotImplemented", "unknown operation"), fault.Invalid},
		{"bad request", "arm", 400, says("InvalidParameter", "bad"), fault.Invalid},
		{"licence, which is a 400", "graph", 400, says("AadPremiumLicenseRequired", "The tenant needs a license"), fault.Entitlement},
		{"licence by words", "graph", 403, says("Forbidden", "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license"), fault.Entitlement},
		{
			"no application yet", "graph", 400,
			`{"error":{"code":"Request_BadRequest","message":"The appId does not reference a valid application","details":[{"code":"NoBackingApplicationObject","message":"not there","target":"appId"}]}}`,
			fault.Propagating,
		},
		{"not replicated", "graph", 404, says("Request_ResourceNotFound", "Resource does not exist"), fault.Propagating},
		{"not replicated either", "graph", 404, says("Directory_ObjectNotFound", "Unable to read the company information"), fault.Propagating},
		{"denied by graph", "graph", 403, says("Authorization_RequestDenied", "Insufficient privileges to complete the operation."), fault.Denied},
		{"token refused by graph", "graph", 401, says("InvalidAuthenticationToken", "Lifetime validation failed"), fault.SessionExpired},
		{"throttled by graph", "graph", 429, says("activityLimitReached", "slow down"), fault.Throttled},
		{"too long a life", "graph", 400, says("Request_BadRequest", "Credential lifetime exceeds the max value allowed as per assigned policy"), fault.Invalid},
	} {
		t.Run(c.title, func(t *testing.T) {
			f := hear(t, wire{plays: c.plays, status: c.status, body: c.body}, c.plays, task())
			if f.Kind != c.want {
				t.Errorf("got %s (%s), want %s", f.Kind, f, c.want)
			}
			whole(t, f)
		})
	}
}

func TestAnswersOfTheTokenEndpointAreNamed(t *testing.T) {
	for kind, codes := range map[fault.Kind]string{
		fault.SessionExpired: "50173 700082 70008 70043 50089 50132 50133 50078 50076 50079 50074 50072 50158",
		fault.Denied:         "53000 53001 53002 53003 530035 50131 700011 700016 7000229 65001 650057 7002138 7000272 500011 501051",
		fault.Locked:         "50053 50057 50055 50144",
		fault.Throttled:      "90055",
		fault.Invalid:        "70002 7000215 7000222 1000502 700222 700226 700236 50027",
		fault.Propagating:    "700027 70021 70025 700211 700212 700213",
		fault.Transient:      "50033 50087 50088 90006 90012 90024 90033 700024 90061 50166",
	} {
		for _, code := range strings.Fields(codes) {
			t.Run(code, func(t *testing.T) {
				body := `{"error":"invalid_grant","error_codes":[` + code + `],"error_description":"AADSTS` + code + `: what Entra says. Trace ID: 1"}`
				f := hear(t, wire{plays: "entra", status: 400, body: body}, "arm", task())
				if f.Kind != kind || f.Code != "AADSTS"+code || f.Service != "entra" {
					t.Errorf("got %s %s %s, want %s AADSTS%s entra", f.Kind, f.Code, f.Service, kind, code)
				}
				whole(t, f)
			})
		}
	}
}

func TestAnUnknownRefusalOfTheTokenEndpointIsNamedByItsKind(t *testing.T) {
	for body, want := range map[string]fault.Kind{
		`{"error":"invalid_grant","error_description":"AADSTS999999: new"}`:    fault.SessionExpired,
		`{"error":"access_denied","error_description":"no"}`:                   fault.Denied,
		`{"error":"temporarily_unavailable","error_description":"later"}`:      fault.Transient,
		`{"error":"invalid_request","error_description":"AADSTS900144: what"}`: fault.Invalid,
	} {
		if f := hear(t, wire{plays: "entra", status: 400, body: body}, "graph", task()); f.Kind != want {
			t.Errorf("%s: got %s, want %s", body, f.Kind, want)
		}
	}
}

// whole checks what every fault promises: where, whose login, one sentence of advice, and no secret.
func whole(t *testing.T, f *fault.Fault) {
	t.Helper()
	if f.Cloud != "azure" || f.Service == "" || f.Operation == "" || f.Login != "azure-admin" {
		t.Errorf("got cloud %q service %q operation %q login %q, want them all", f.Cloud, f.Service, f.Operation, f.Login)
	}
	if !strings.HasSuffix(f.Hint, ".") || strings.Count(f.Hint, ". ") > 0 || strings.Contains(strings.ToLower(f.Hint), "portal") {
		t.Errorf("the hint %q is not one sentence of advice", f.Hint)
	}
	for _, text := range []string{f.Error(), f.Hint, f.Err.Error()} {
		if strings.Contains(text, refresh) || strings.Contains(text, "an-access-token") {
			t.Errorf("a token is in %q", text)
		}
	}
}

func TestRetryAfterIsTheServersOwn(t *testing.T) {
	for value, want := range map[string]time.Duration{"17": 17 * time.Second, "": 0} {
		h := http.Header{}
		if value != "" {
			h.Set("Retry-After", value)
		}
		f := hear(t, wire{plays: "arm", status: 429, header: h, body: says("TooManyRequests", "slow")}, "arm", task())
		if f.After != want {
			t.Errorf("Retry-After %q: got %s, want %s", value, f.After, want)
		}
	}
	now := time.Date(2026, 11, 23, 6, 20, 0, 0, time.UTC)
	for _, h := range []http.Header{
		{"Retry-After": {now.Add(90 * time.Second).Format(http.TimeFormat)}}, {"X-Ms-Retry-After-Ms": {"90000"}},
	} {
		if got := retryAfter(h, now); got != 90*time.Second {
			t.Errorf("%v: got %s, want 1m30s", h, got)
		}
	}
}

func TestARefusalInANewSubscriptionIsPropagation(t *testing.T) {
	for age, want := range map[time.Duration]fault.Kind{time.Minute: fault.Propagating, time.Hour: fault.Denied} {
		young := task()
		young.Facts[session.FactMade] = time.Now().Add(-age).UTC().Format(time.RFC3339)
		for _, code := range []string{"AuthorizationFailed", "SubscriptionNotFound"} {
			if f := hear(t, wire{plays: "arm", status: 403, body: says(code, "no")}, "arm", young); f.Kind != want {
				t.Errorf("%s in a subscription %s old: got %s, want %s", code, age, f.Kind, want)
			}
		}
	}
}

func TestABrokenConnectionIsTransient(t *testing.T) {
	h := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/entra/") {
			wire{plays: "arm"}.ServeHTTP(rw, r)
			return
		}
		panic(http.ErrAbortHandler)
	})
	if f := hear(t, h, "arm", task()); f.Kind != fault.Transient {
		t.Errorf("got %s (%s), want Transient", f.Kind, f)
	}
	nobody := task()
	s, err := opened(t, "http://127.0.0.1:1", nobody)
	if err != nil {
		t.Fatal(err)
	}
	if got := fault.KindOf(name(s.Graph.Get(context.Background(), "applications", nil), nobody)); got != fault.Transient {
		t.Errorf("nobody listens: got %s, want Transient", got)
	}
}

func TestNobodySignedInIsAnExpiredSession(t *testing.T) {
	d := newDoor(Options{Endpoint: "http://127.0.0.1:1", Sessions: t.TempDir(), HTTP: http.DefaultClient})
	s, err := d.open(context.Background(), task())
	if err != nil {
		t.Fatal(err)
	}
	f := fault.As(name(s.Graph.Get(context.Background(), "applications", nil), task()))
	if f == nil || f.Kind != fault.SessionExpired || f.Login != "azure-admin" {
		t.Errorf("got %+v, want SessionExpired of azure-admin", f)
	}
}

func TestWhatIsCalledIsNamedAsAzureNamesIt(t *testing.T) {
	for path, want := range map[string][2]string{
		"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/a": {"Microsoft.Network", "PUT virtualNetworks/subnets"},
		"/subscriptions/s/resourceGroups/rg":                                                                     {"Microsoft.Resources", "PUT resourceGroups"},
		"/providers/Microsoft.Subscription/aliases/it4bytes-dti":                                                 {"Microsoft.Subscription", "PUT aliases"},
		"/graph/v1.0/applications(uniqueName='x')/federatedIdentityCredentials":                                  {"graph", "PUT applications"},
		"/providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Authorization/roleAssignments/1": {"Microsoft.Authorization", "PUT roleAssignments"},
	} {
		r := httptest.NewRequest(http.MethodPut, "http://azure"+path, nil)
		if service, operation := where(r); service != want[0] || operation != want[1] {
			t.Errorf("%s: got %q %q, want %q %q", path, service, operation, want[0], want[1])
		}
	}
}
