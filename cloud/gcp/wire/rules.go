package wire

import (
	"strings"

	"github.com/itbytes/landfall/fault"
)

// Hints, one sentence each; {login}, {permission} and {service} are filled in.
const (
	signIn     = "Sign in again as the login {login}, then resume what it holds (landfall resume --login)."
	raise      = "File a quota increase for {service} in this project or organisation, then resume; the limit is read again."
	moreHomes  = "Ask Google for a larger project quota, or let projects pending deletion expire, then resume."
	fewerKeys  = "Delete keys of the account that nobody uses, then resume."
	comeLater  = "Wait; Google has asked for fewer calls."
	enabling   = "Wait; the API was enabled minutes ago and is not yet on everywhere."
	linkIt     = "Link the project to an open billing account, then resume."
	allow      = "Have an administrator grant the login {login} {permission}, then resume."
	federate   = "Let the identity in by federation (trust in the plan), or have the organisation's policy administrator allow keys, then resume."
	policyBars = "Have the organisation's policy administrator make an exception for the project, then resume."
	appeal     = "Have an organisation administrator reinstate what is suspended, then resume; nothing is tried in the meantime."
	undelete   = "Have the project brought back while it can be (gcloud projects undelete, within 30 days of its deletion), then resume; nothing is made in its place."
	reactivate = "Have a Workspace administrator reactivate the account of the login {login}, then resume; no sign-in is tried in the meantime."
	inUse      = "Have what uses it taken away, or leave it; then resume."
	arriving   = "Wait; what was made a moment ago is not yet seen everywhere."
	lookAgain  = "Resume to look again; if it stands as wanted by then, nothing is changed."
	mend       = "Mend the plan so that the request is one that Google accepts, then start again."
	passing    = "Wait; Google answers again soon, as a rule."
	gone       = "Check LANDFALL_GCP_ENDPOINT and update Landfall: this operation is not offered there."
	scopes     = "Sign in again as the login {login} with the scope that {service} asks for, then resume."
)

// rules are asked in their order; the first that hits names the answer. RESOURCE_EXHAUSTED (8) is both a limit that a person
// must have raised and a throttle that passes: the words and the reasons tell them apart, and an operation's failure is
// never a throttle.
func rules() []rule {
	return []rule{
		{status: "RESOURCE_EXHAUSTED", says: "project quota", kind: fault.Quota, hint: moreHomes},
		{says: "maximum number of keys", kind: fault.Quota, hint: fewerKeys}, // its reason is rateLimitExceeded, and it passes never
		{status: "RESOURCE_EXHAUSTED", op: true, kind: fault.Quota, hint: raise},
		{reason: "RATE_LIMIT_EXCEEDED", kind: fault.Throttled, hint: comeLater},
		{reason: "rateLimitExceeded", kind: fault.Throttled, hint: comeLater},
		{reason: "userRateLimitExceeded", kind: fault.Throttled, hint: comeLater},
		{reason: "RESOURCE_QUOTA_EXCEEDED", kind: fault.Quota, hint: raise},
		{reason: "quotaExceeded", kind: fault.Quota, hint: raise},
		{reason: "QUOTA_EXCEEDED", kind: fault.Quota, hint: raise},
		{reason: "limitExceeded", kind: fault.Quota, hint: raise},
		{says: "billing quota exceeded", kind: fault.Quota, hint: raise},
		{status: "RESOURCE_EXHAUSTED", kind: fault.Throttled, hint: comeLater},
		{http: 429, kind: fault.Throttled, hint: comeLater},

		{reason: "SERVICE_DISABLED", kind: fault.Propagating, hint: enabling},
		{reason: "accessNotConfigured", kind: fault.Propagating, hint: enabling},
		{reason: "BILLING_DISABLED", kind: fault.Denied, hint: linkIt},
		{reason: "UREQ_PROJECT_BILLING_NOT_FOUND", kind: fault.Denied, hint: linkIt},
		{says: "billing must be enabled", kind: fault.Denied, hint: linkIt},
		{says: "billing account for project", kind: fault.Denied, hint: linkIt},
		{says: "billing account…not open", kind: fault.Denied, hint: linkIt},
		{reason: "accountDisabled", kind: fault.Denied, hint: linkIt},
		{reason: "CONSUMER_SUSPENDED", kind: fault.Locked, hint: appeal, scope: true},
		{says: "has been suspended", kind: fault.Locked, hint: appeal, scope: true},
		{says: "project…is not active", kind: fault.Locked, hint: undelete, scope: true},
		{says: "project…not in the active state", kind: fault.Locked, hint: undelete, scope: true},
		{says: "project…pending deletion", kind: fault.Locked, hint: undelete, scope: true},
		{reason: "ACCOUNT_STATE_INVALID", kind: fault.Locked, hint: reactivate},

		{says: "key creation is not allowed", kind: fault.Entitlement, hint: federate},
		{says: "constraints/iam.disableserviceaccountkeycreation", kind: fault.Entitlement, hint: federate},
		{status: "FAILED_PRECONDITION", says: "constraint", kind: fault.Entitlement, hint: policyBars},
		{http: 412, says: "constraint…violated", kind: fault.Entitlement, hint: policyBars},
		{says: "violates constraint constraints/", kind: fault.Entitlement, hint: policyBars},
		{http: 403, says: "disallowed by organization's constraints/", kind: fault.Entitlement, hint: policyBars},
		{says: "do not belong to a permitted customer", kind: fault.Entitlement, hint: policyBars}, // iam.allowedPolicyMemberDomains

		{says: "service account…does not exist", kind: fault.Propagating, hint: arriving},
		{says: "unknown service account", kind: fault.Propagating, hint: arriving},
		{reason: "resourceNotReady", kind: fault.Propagating, hint: arriving},
		{reason: "notFound", kind: fault.Propagating, hint: arriving},
		{status: "NOT_FOUND", kind: fault.Propagating, hint: arriving},
		{http: 404, kind: fault.Invalid, hint: gone}, // not an API's own words: there is no such method

		{http: 401, kind: fault.SessionExpired, hint: signIn},
		{status: "UNAUTHENTICATED", kind: fault.SessionExpired, hint: signIn},
		{reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT", kind: fault.Denied, hint: scopes},
		{http: 403, kind: fault.Denied, hint: allow},
		{status: "PERMISSION_DENIED", kind: fault.Denied, hint: allow},

		{reason: "resourceInUseByAnotherResource", kind: fault.Conflict, hint: inUse},
		{reason: "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", kind: fault.Conflict, hint: inUse},
		{reason: "containerNotEmpty", kind: fault.Conflict, hint: inUse},

		{status: "ABORTED", kind: fault.Conflict, hint: lookAgain},
		{status: "ALREADY_EXISTS", kind: fault.Conflict, hint: lookAgain},
		{http: 409, kind: fault.Conflict, hint: lookAgain},
		{http: 412, kind: fault.Conflict, hint: lookAgain},
		{status: "FAILED_PRECONDITION", kind: fault.Conflict, hint: lookAgain},

		{http: 410, kind: fault.Retired, hint: gone},
		{http: 501, kind: fault.Invalid, hint: gone},
		{status: "UNIMPLEMENTED", kind: fault.Invalid, hint: gone},
		{http: 400, kind: fault.Invalid, hint: mend},
		{status: "INVALID_ARGUMENT", kind: fault.Invalid, hint: mend},
		{status: "OUT_OF_RANGE", kind: fault.Invalid, hint: mend},
		{http: 408, kind: fault.Transient, hint: passing},
		{http: 500, kind: fault.Transient, hint: passing},
		{http: 502, kind: fault.Transient, hint: passing},
		{http: 503, kind: fault.Transient, hint: passing},
		{http: 504, kind: fault.Transient, hint: passing},
		{status: "UNAVAILABLE", kind: fault.Transient, hint: passing},
		{status: "INTERNAL", kind: fault.Transient, hint: passing},
		{status: "UNKNOWN", kind: fault.Transient, hint: passing},
		{status: "DEADLINE_EXCEEDED", kind: fault.Transient, hint: passing},
		{status: "CANCELLED", kind: fault.Transient, hint: passing},
	}
}

// hint fills a hint in.
func hint(h, login, permission, service string) string {
	what := "the permission that the message names"
	if permission != "" {
		what = "the permission " + permission
	}
	if service == "" {
		service = "the API"
	}
	return strings.NewReplacer("{login}", login, "{permission}", what, "{service}", service).Replace(h)
}
