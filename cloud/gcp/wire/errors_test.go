package wire_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/serviceusage/apiv1/serviceusagepb"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// The calls through which an answer is read: one of each family of Google's clients.
var through = map[string]func(context.Context, *wire.Session) error{
	"generated": getProject,
	"discovered": func(ctx context.Context, s *wire.Session) error {
		_, err := s.IAM.Projects.ServiceAccounts.Get("projects/p-1/serviceAccounts/a").Context(ctx).Do()
		return s.Fault(err, "iam", "serviceAccounts.get")
	},
	"compute": func(ctx context.Context, s *wire.Session) error {
		_, err := s.Compute.Network(ctx, "p-1", "n-1")
		return s.Fault(err, "compute", "networks.get")
	},
	"plain": func(ctx context.Context, s *wire.Session) error {
		_, err := s.Security.Detectors(ctx, "p-1")
		return s.Fault(err, "securitycentermanagement", "securityCenterServices.list")
	},
	"write": func(ctx context.Context, s *wire.Session) error {
		_, err := s.Services.BatchEnableServices(ctx, &serviceusagepb.BatchEnableServicesRequest{Parent: "projects/p-1", ServiceIds: []string{"dns.googleapis.com"}})
		return s.Fault(err, "serviceusage", "BatchEnableServices")
	},
	"operation": func(ctx context.Context, s *wire.Session) error {
		_, err := s.Running(ctx, plan.Task{Key: "k", Begun: &plan.Begun{Operation: "operations/cp.1"}}, s.Projects, "cloudresourcemanager")
		return err
	},
}

func TestGooglesAnswersAreNamed(t *testing.T) {
	for _, c := range []struct {
		name, through string
		status        int
		header, body  string
		kind          fault.Kind
		code, hint    string
		after         time.Duration
		scope         string // the project that is closed
	}{
		{
			name: "a throttle says when to come back", through: "generated", status: 429, header: "7", kind: fault.Throttled, code: "RATE_LIMIT_EXCEEDED", hint: "fewer calls", after: 7 * time.Second,
			body: `{"error":{"code":429,"message":"Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service 'cloudresourcemanager.googleapis.com' for consumer 'project_number:42'.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED","domain":"googleapis.com","metadata":{"service":"cloudresourcemanager.googleapis.com"}}]}}`,
		},
		{
			name: "a throttle by RetryInfo", through: "write", status: 429, kind: fault.Throttled, code: "RESOURCE_EXHAUSTED", hint: "fewer calls", after: 12 * time.Second,
			body: `{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12s"}]}}`,
		},
		{
			name: "an older API's throttle is a 403", through: "compute", status: 403, kind: fault.Throttled, code: "rateLimitExceeded", hint: "fewer calls",
			body: `{"error":{"code":403,"message":"Rate Limit Exceeded","errors":[{"message":"Rate Limit Exceeded","domain":"usageLimits","reason":"rateLimitExceeded"}]}}`,
		},
		{
			name: "an older API's quota is a 403 too", through: "compute", status: 403, kind: fault.Quota, code: "quotaExceeded", hint: "quota increase for compute",
			body: `{"error":{"code":403,"message":"Quota 'NETWORKS' exceeded.  Limit: 5.0 globally.","errors":[{"message":"Quota 'NETWORKS' exceeded.  Limit: 5.0 globally.","domain":"usageLimits","reason":"quotaExceeded"}]}}`,
		},
		{
			name: "the project quota has the throttle's code 8", through: "operation", status: 200, kind: fault.Quota, code: "RESOURCE_EXHAUSTED", hint: "project quota",
			body: `{"name":"operations/cp.1","done":true,"error":{"code":8,"message":"The project cannot be created because you have exceeded your allotted project quota."}}`,
		},
		{
			name: "no operation fails by a throttle", through: "operation", status: 200, kind: fault.Quota, code: "RESOURCE_EXHAUSTED", hint: "quota increase",
			body: `{"name":"operations/cp.1","done":true,"error":{"code":8,"message":"Too many of them."}}`,
		},
		{
			name: "the tenth key is the last, whatever the reason says", through: "discovered", status: 429, kind: fault.Quota, code: "RESOURCE_EXHAUSTED", hint: "Delete keys",
			body: `{"error":{"code":429,"message":"Maximum number of keys on account reached.","status":"RESOURCE_EXHAUSTED","errors":[{"message":"Maximum number of keys on account reached.","domain":"global","reason":"rateLimitExceeded"}],"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"86401s"}]}}`, after: 86401 * time.Second,
		},
		{
			name: "the billing account's quota", through: "generated", status: 400, kind: fault.Quota, code: "FAILED_PRECONDITION", hint: "quota increase",
			body: `{"error":{"code":400,"message":"Precondition check failed. Cloud billing quota exceeded: https://support.google.com/code/contact/billing_quota_increase","status":"FAILED_PRECONDITION"}}`,
		},
		{
			name: "an API that was enabled a moment ago", through: "discovered", status: 403, kind: fault.Propagating, code: "SERVICE_DISABLED", hint: "enabled minutes ago",
			body: `{"error":{"code":403,"message":"Identity and Access Management (IAM) API has not been used in project 42 before or it is disabled. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.","errors":[{"message":"…","domain":"usageLimits","reason":"accessNotConfigured"}],"status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED","domain":"googleapis.com","metadata":{"service":"iam.googleapis.com","consumer":"projects/42"}}]}}`,
		},
		{
			name: "an API that needs billing", through: "write", status: 400, kind: fault.Denied, code: "UREQ_PROJECT_BILLING_NOT_FOUND", hint: "open billing account",
			body: `{"error":{"code":400,"message":"Billing account for project '42' is not found. Billing must be enabled for activation of service(s) 'compute.googleapis.com' to proceed.","status":"FAILED_PRECONDITION","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"UREQ_PROJECT_BILLING_NOT_FOUND","domain":"serviceusage.googleapis.com"}]}}`,
		},
		{
			name: "a suspended consumer", through: "compute", status: 403, kind: fault.Locked, code: "CONSUMER_SUSPENDED", hint: "reinstate", scope: "projects/42",
			body: `{"error":{"code":403,"message":"Permission denied: Consumer 'projects/p-1' has been suspended.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"CONSUMER_SUSPENDED","domain":"googleapis.com","metadata":{"consumer":"projects/42","service":"compute.googleapis.com"}}]}}`,
		},
		{
			name: "a suspended consumer that Google does not name", through: "discovered", status: 403, kind: fault.Locked, code: "CONSUMER_SUSPENDED", hint: "reinstate", scope: "projects/landing-1",
			body: `{"error":{"code":403,"message":"Permission denied: Consumer has been suspended.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"CONSUMER_SUSPENDED","domain":"googleapis.com"}]}}`,
		},
		{
			name: "a project whose deletion was asked for", through: "write", status: 400, kind: fault.Locked, code: "FAILED_PRECONDITION", hint: "gcloud projects undelete", scope: "projects/landing-1",
			body: `{"error":{"code":400,"message":"Project '42' is not active.","status":"FAILED_PRECONDITION"}}`,
		},
		{
			name: "an account that is disabled is the login, and no project", through: "generated", status: 401, kind: fault.Locked, code: "ACCOUNT_STATE_INVALID", hint: "reactivate the account of the login gcp-admin",
			body: `{"error":{"code":401,"message":"The account that the token was issued to has been disabled.","status":"UNAUTHENTICATED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"ACCOUNT_STATE_INVALID","domain":"googleapis.com"}]}}`,
		},
		{
			name: "an older API that was enabled a moment ago", through: "compute", status: 403, kind: fault.Propagating, code: "accessNotConfigured", hint: "enabled minutes ago",
			body: `{"error":{"code":403,"message":"Access Not Configured. Compute Engine API has not been used in project 42 before or it is disabled. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.","errors":[{"domain":"usageLimits","reason":"accessNotConfigured","message":"…"}]}}`,
		},
		{
			name: "a project that nobody pays for", through: "compute", status: 403, kind: fault.Denied, code: "BILLING_DISABLED", hint: "open billing account",
			body: `{"error":{"code":403,"message":"This API method requires billing to be enabled. Please enable billing on project #42.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"BILLING_DISABLED","domain":"googleapis.com","metadata":{"consumer":"projects/42"}}]}}`,
		},
		{
			name: "an older API's throttle of one user", through: "discovered", status: 403, kind: fault.Throttled, code: "PERMISSION_DENIED", hint: "fewer calls",
			body: `{"error":{"code":403,"message":"User Rate Limit Exceeded","errors":[{"domain":"usageLimits","reason":"userRateLimitExceeded","message":"User Rate Limit Exceeded"}],"status":"PERMISSION_DENIED"}}`,
		},
		{
			name: "a service that the organisation does not let be used", through: "compute", status: 403, kind: fault.Entitlement, code: "forbidden", hint: "make an exception",
			body: `{"error":{"code":403,"message":"Request is disallowed by organization's constraints/gcp.restrictServiceUsage constraint for projects/p-1 attempting to use service compute.googleapis.com.","errors":[{"domain":"global","reason":"forbidden","message":"…"}]}}`,
		},
		{
			name: "a location that the organisation does not allow", through: "compute", status: 412, kind: fault.Entitlement, code: "conditionNotMet", hint: "make an exception",
			body: `{"error":{"code":412,"message":"Location us-central1 violates constraint constraints/gcp.resourceLocations on the resource projects/p-1/regions/us-central1/subnetworks/private-a.","errors":[{"domain":"global","reason":"conditionNotMet","message":"…"}]}}`,
		},
		{
			name: "a member of a domain that the organisation does not allow", through: "generated", status: 400, kind: fault.Entitlement, code: "FAILED_PRECONDITION", hint: "make an exception",
			body: `{"error":{"code":400,"message":"One or more users named in the policy do not belong to a permitted customer,  perhaps due to an organization policy.","status":"FAILED_PRECONDITION","details":[{"@type":"type.googleapis.com/google.rpc.PreconditionFailure","violations":[{"type":"constraints/iam.allowedPolicyMemberDomains","subject":"orgpolicy:projects/p-1"}]}]}}`,
		},
		{
			name: "the managed policy that allows no keys", through: "discovered", status: 400, kind: fault.Entitlement, code: "CUSTOM_ORG_POLICY_VIOLATION", hint: "federation",
			body: `{"error":{"code":400,"message":"Operation denied by org policy on resource 'projects/p-1/serviceAccounts/a': [\"constraints/iam.managed.disableServiceAccountKeyCreation\": \"Key creation is not allowed on this service account.\"].","status":"FAILED_PRECONDITION","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"CUSTOM_ORG_POLICY_VIOLATION","domain":"googleapis.com","metadata":{"customConstraints":"constraints/iam.managed.disableServiceAccountKeyCreation"}}]}}`,
		},
		{
			name: "an issuer whose tokens the organisation does not take", through: "discovered", status: 400, kind: fault.Entitlement, code: "FAILED_PRECONDITION", hint: "make an exception",
			body: `{"error":{"code":400,"message":"Precondition check failed.","status":"FAILED_PRECONDITION","details":[{"@type":"type.googleapis.com/google.rpc.PreconditionFailure","violations":[{"type":"constraints/iam.workloadIdentityPoolProviders","subject":"orgpolicy:projects/p-1/locations/global/workloadIdentityPools/a","description":"Org Policy violated for value: 'https://token.actions.githubusercontent.com'."}]}]}}`,
		},
		{
			name: "a thing that others still use", through: "compute", status: 400, kind: fault.Conflict, code: "resourceInUseByAnotherResource", hint: "taken away",
			body: `{"error":{"code":400,"message":"The network resource 'projects/p-1/global/networks/n-1' is already being used by 'projects/p-1/global/firewalls/theirs'","errors":[{"domain":"global","reason":"resourceInUseByAnotherResource","message":"…"}]}}`,
		},
		{
			name: "a zone that has records", through: "discovered", status: 400, kind: fault.Conflict, code: "FAILED_PRECONDITION", hint: "taken away",
			body: `{"error":{"code":400,"message":"The resource named 'z' cannot be deleted because it contains one or more 'resource records'.","errors":[{"domain":"global","reason":"containerNotEmpty","message":"…"}],"status":"FAILED_PRECONDITION"}}`,
		},
		{
			name: "the policy that allows no keys", through: "discovered", status: 400, kind: fault.Entitlement, code: "FAILED_PRECONDITION", hint: "federation",
			body: `{"error":{"code":400,"message":"Key creation is not allowed on this service account.","status":"FAILED_PRECONDITION","details":[{"@type":"type.googleapis.com/google.rpc.PreconditionFailure","violations":[{"type":"constraints/iam.disableServiceAccountKeyCreation","subject":"projects/p-1/serviceAccounts/a?configvalue=a","description":"Key creation is not allowed on this service account."}]}]}}`,
		},
		{
			name: "a member that is not yet seen", through: "generated", status: 400, kind: fault.Propagating, code: "INVALID_ARGUMENT", hint: "not yet seen",
			body: `{"error":{"code":400,"message":"Service account itmanagesgcp@p-1.iam.gserviceaccount.com does not exist.","status":"INVALID_ARGUMENT"}}`,
		},
		{
			name: "an account that is not yet seen by its keys", through: "discovered", status: 404, kind: fault.Propagating, code: "NOT_FOUND", hint: "not yet seen",
			body: `{"error":{"code":404,"message":"Service account projects/p-1/serviceAccounts/a does not exist.","errors":[{"reason":"notFound"}],"status":"NOT_FOUND"}}`,
		},
		{
			name: "a path that no API has is not a thing that is not there", through: "plain", status: 404, kind: fault.Invalid, hint: "LANDFALL_GCP_ENDPOINT",
			body: "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>",
		},
		{
			name: "a permission that is missing is named", through: "plain", status: 403, kind: fault.Denied, code: "PERMISSION_DENIED", hint: "grant the login gcp-admin the permission securitycentermanagement.securityCenterServices.list",
			body: `{"error":{"code":403,"message":"Permission 'securitycentermanagement.securityCenterServices.list' denied on resource '//securitycentermanagement.googleapis.com/projects/p-1' (or it may not exist).","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"IAM_PERMISSION_DENIED","domain":"securitycentermanagement.googleapis.com","metadata":{"permission":"securitycentermanagement.securityCenterServices.list","resource":"projects/p-1"}}]}}`,
		},
		{
			name: "an etag that is no longer true", through: "write", status: 409, kind: fault.Conflict, code: "ABORTED", hint: "look again",
			body: `{"error":{"code":409,"message":"There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.","status":"ABORTED"}}`,
		},
		{
			name: "an id that is taken", through: "write", status: 409, kind: fault.Conflict, code: "ALREADY_EXISTS", hint: "look again",
			body: `{"error":{"code":409,"message":"Requested entity already exists","status":"ALREADY_EXISTS"}}`,
		},
		{
			name: "an access token that Google refuses again", through: "generated", status: 401, kind: fault.SessionExpired, code: "ACCESS_TOKEN_EXPIRED", hint: "Sign in again as the login gcp-admin",
			body: `{"error":{"code":401,"message":"Request had invalid authentication credentials.","status":"UNAUTHENTICATED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"ACCESS_TOKEN_EXPIRED","domain":"googleapis.com"}]}}`,
		},
		{
			name: "a scope that the sign-in lacks", through: "discovered", status: 403, kind: fault.Denied, code: "ACCESS_TOKEN_SCOPE_INSUFFICIENT", hint: "with the scope",
			body: `{"error":{"code":403,"message":"Request had insufficient authentication scopes.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT","domain":"googleapis.com"}]}}`,
		},
		{
			name: "a request that cannot succeed", through: "write", status: 400, kind: fault.Invalid, code: "INVALID_ARGUMENT", hint: "Mend the plan",
			body: `{"error":{"code":400,"message":"field [project_id] has issue [project_id must be at most 30 characters long]","status":"INVALID_ARGUMENT"}}`,
		},
		{
			name: "a passing breakdown", through: "generated", status: 503, kind: fault.Transient, code: "UNAVAILABLE", hint: "answers again",
			body: `{"error":{"code":503,"message":"The service is currently unavailable.","status":"UNAVAILABLE"}}`,
		},
		{name: "a breakdown without words", through: "compute", status: 502, kind: fault.Transient, hint: "answers again", body: "<html>Bad Gateway</html>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGoogle(t)
			g.answer = func(w http.ResponseWriter, _ *http.Request) {
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				say(w, c.status, c.body)
			}
			err := through[c.through](t.Context(), g.open(t, map[string]string{plan.FactContainer: "landing-1"}))
			f := fault.As(err)
			if f == nil {
				t.Fatalf("got no fault: %v", err)
			}
			if f.Kind != c.kind || f.Code != c.code || f.After != c.after {
				t.Errorf("got %s %q after %s, want %s %q after %s (%v)", f.Kind, f.Code, f.After, c.kind, c.code, c.after, err)
			}
			if f.Scope != c.scope || (f.Kind == fault.Locked && f.OfLogin() != (c.scope == "")) {
				t.Errorf("got the scope %q, want %q: what is closed is the project or the login", f.Scope, c.scope)
			}
			if f.Cloud != "gcp" || f.Login != "gcp-admin" || f.Service == "" || f.Operation == "" {
				t.Errorf("the fault does not say where it happened: %+v", f)
			}
			if !strings.Contains(f.Hint, c.hint) || strings.Contains(f.Hint, "{") {
				t.Errorf("hint: got %q, want one with %q", f.Hint, c.hint)
			}
			if strings.Contains(fmt.Sprintf("%+v %s", f, err), "ya29.") {
				t.Error("the fault shows a token")
			}
			if want := map[bool]int{true: 2, false: 1}[c.status == 401]; len(g.seen) != want {
				t.Errorf("Google was asked %d times, want %d: the SDK must not try again by itself", len(g.seen), want)
			}
		})
	}
}

func TestRefusalsOfTheTokenEndpointAreNamed(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		kind   fault.Kind
	}{
		{"the session length is over", 400, `{"error":"invalid_grant","error_description":"reauth related error (invalid_rapt)","error_uri":"https://support.google.com/a/answer/9368756","error_subtype":"invalid_rapt"}`, fault.SessionExpired},
		{"the session length is over, in other words", 400, `{"error":"invalid_grant","error_description":"reauth related error (rapt_required)","error_subtype":"rapt_required"}`, fault.SessionExpired},
		{"the account's key is disabled", 401, `{"error":"unauthorized_client","error_description":"Unauthorized"}`, fault.Invalid},
		{"the grant was revoked", 400, `{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`, fault.SessionExpired},
		{"the account is disabled", 400, `{"error":"invalid_grant","error_description":"Account has been disabled"}`, fault.Locked},
		{"the account is gone", 400, `{"error":"invalid_grant","error_description":"Account has been deleted"}`, fault.Invalid},
		{"the key is gone", 400, `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`, fault.Invalid},
		{"the client is unknown", 401, `{"error":"unauthorized_client","error_description":"Unauthorized"}`, fault.Invalid},
		{"the administrator forbids the client", 400, `{"error":"admin_policy_enforced","error_description":"The app is blocked."}`, fault.Denied},
		{"too many sign-ins", 429, `{"error":"rate_limit_exceeded","error_description":"Slow down"}`, fault.Throttled},
		{"a passing breakdown", 503, `upstream`, fault.Transient},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGoogle(t)
			g.token = func(w http.ResponseWriter, _ string) { say(w, c.status, c.body) }
			g.answer = func(w http.ResponseWriter, _ *http.Request) { say(w, 200, `{}`) }
			err := getProject(t.Context(), g.open(t, nil))
			f := fault.As(err)
			if f == nil || f.Kind != c.kind {
				t.Fatalf("got %v, want %s", err, c.kind)
			}
			if f.Service != "oauth2" || f.Login != "gcp-admin" || f.Hint == "" || strings.Contains(f.Hint, "{") {
				t.Errorf("the fault does not say what to do: %+v", f)
			}
			if len(g.seen) != 0 {
				t.Error("a call went out without a token")
			}
			if strings.Contains(err.Error(), "1//0refresh") {
				t.Error("the error shows the refresh token")
			}
		})
	}
}

func TestANetworkThatBreaksIsTransient(t *testing.T) {
	g := newGoogle(t)
	g.answer = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	s := g.open(t, nil)
	for name, call := range through {
		if got := fault.KindOf(call(t.Context(), s)); got != fault.Transient {
			t.Errorf("%s: got %s, want Transient", name, got)
		}
	}
}

func TestNobodySignedInIsASessionToBegin(t *testing.T) {
	g := newGoogle(t)
	g.sessions = t.TempDir()
	f := fault.As(getProject(t.Context(), g.open(t, nil)))
	if f == nil || f.Kind != fault.SessionExpired || f.Login != "gcp-admin" {
		t.Errorf("got %v, want a SessionExpired of gcp-admin", f)
	}
}

func TestAMissingPermissionInAYoungProjectHasNotYetArrived(t *testing.T) {
	g := newGoogle(t)
	g.answer = func(w http.ResponseWriter, _ *http.Request) {
		say(w, 403, `{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`)
	}
	for made, want := range map[time.Duration]fault.Kind{time.Minute: fault.Propagating, time.Hour: fault.Denied} {
		s := g.open(t, map[string]string{names.FactCreated: time.Now().Add(-made).UTC().Format(time.RFC3339)})
		if got := fault.KindOf(getProject(t.Context(), s)); got != want {
			t.Errorf("made %s ago: got %s, want %s", made, got, want)
		}
	}
}

func TestAFailedOperationIsToldOnceAndThenMadeAnew(t *testing.T) {
	g := newGoogle(t)
	g.answer = func(w http.ResponseWriter, _ *http.Request) {
		say(w, 200, `{"name":"operations/cp.1","done":true,"error":{"code":8,"message":"exceeded your allotted project quota"}}`)
	}
	s := g.open(t, nil)
	task := plan.Task{Key: "k", Begun: &plan.Begun{Operation: "operations/cp.1"}}
	first := s.Request(task, "n-1")
	if got := fault.KindOf(through["operation"](t.Context(), s)); got != fault.Quota {
		t.Fatalf("first: got %s, want Quota", got)
	}
	running, err := s.Running(t.Context(), task, s.Projects, "cloudresourcemanager")
	if running || err != nil {
		t.Errorf("after resume: got running %t, %v; want it to be over", running, err)
	}
	if s.Request(task, "n-1") == first {
		t.Error("the next attempt would be answered with the operation that failed")
	}
	if g.seen[0].URL.Path != "/cloudresourcemanager/v3/operations/cp.1" {
		t.Errorf("path: got %s", g.seen[0].URL.Path)
	}
}
