package gcp

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// googleIssuer is who signs the tokens of Google's accounts.
const googleIssuer = "https://accounts.google.com"

// What somebody needs on a service account to have its tokens.
const (
	getAccessToken = "iam.serviceAccounts.getAccessToken"
	getOpenIDToken = "iam.serviceAccounts.getOpenIdToken"
)

func credentialsRoutes() []route {
	const api, one = "iamcredentials", "/v1/projects/{project}/serviceAccounts/{account}"
	return []route{
		{
			api: api, method: http.MethodPost, path: one + ":generateAccessToken", operation: "generateAccessToken",
			body: shape{"name": text(), "delegates": texts(), "scope": texts(), "lifetime": text()}, do: (*Cloud).generateAccessToken,
		},
		{
			api: api, method: http.MethodPost, path: one + ":generateIdToken", operation: "generateIdToken",
			body: shape{"name": text(), "delegates": texts(), "audience": text(), "includeEmail": boolean(), "organizationNumberIncluded": boolean()}, do: (*Cloud).generateIDToken,
		},
	}
}

// generateAccessToken hands out an access token of a service account to whoever may act as it.
func (c *Cloud) generateAccessToken(q *request) (any, *problem) {
	a, bad := c.actedAs(q, getAccessToken)
	if bad != nil {
		return nil, bad
	}
	lifetime, err := time.ParseDuration(orText(q.body.str("lifetime"), "3600s"))
	scopes := q.body.texts("scope")
	switch {
	case err != nil || !strings.HasSuffix(orText(q.body.str("lifetime"), "s"), "s"):
		return nil, invalid("Invalid value at 'lifetime' (type.googleapis.com/google.protobuf.Duration), %q", q.body.str("lifetime"))
	case lifetime <= 0:
		return nil, invalid("Lifetime of access token must be larger then zero.")
	case lifetime > time.Hour:
		return nil, invalid("The access tokens can not have lifetimes of more than 1 hour. Use the Org Policy Constraint constraints/iam.allowServiceAccountCredentialLifetimeExtension to allow up to 12 hours.")
	case len(scopes) == 0 || slices.ContainsFunc(scopes, func(s string) bool { return s != scopeAll && s != scopeEmail }):
		return nil, invalid("Request contains an invalid argument.") // other scopes are not simulated
	}
	value, until := "ya29.c."+kernel.Random(80), q.now.Add(lifetime)
	c.tokens[value] = &token{email: a.email, account: a, scopes: scopes, expires: until}
	c.k.Mint(kernel.Secret{Cloud: "gcp", Scope: "projects/" + a.project.id, ID: "access token of " + a.email + " for " + q.caller.member(), Value: value})
	return fields{"accessToken": value, "expireTime": until.Truncate(time.Second)}, nil
}

// generateIDToken hands out a token that tells others who a service account is, to whoever may act as it.
func (c *Cloud) generateIDToken(q *request) (any, *problem) {
	a, bad := c.actedAs(q, getOpenIDToken)
	if bad != nil {
		return nil, bad
	}
	switch {
	case q.body.str("audience") == "":
		return nil, invalid("Request contains an invalid argument.")
	case q.body.flag("organizationNumberIncluded"):
		return nil, problemf(http.StatusNotImplemented, "UNIMPLEMENTED", "notImplemented", "The number of the organisation in ID tokens is not simulated.")
	}
	claims := map[string]any{"azp": a.uniqueID}
	if q.body.flag("includeEmail") {
		claims["email"], claims["email_verified"] = a.email, true
	}
	value, bad := c.idToken(a, q.body.str("audience"), claims)
	if bad != nil {
		return nil, bad
	}
	return fields{"token": value}, nil
}

// idToken is a token that Google signs about a service account, for an audience.
func (c *Cloud) idToken(a *serviceAccount, audience string, claims map[string]any) (string, *problem) {
	now := c.k.Now()
	claims["sub"], claims["aud"], claims["iat"], claims["exp"] = a.uniqueID, audience, now.Unix(), now.Add(time.Hour).Unix()
	value, err := c.k.Sign(googleIssuer, claims)
	if err != nil {
		return "", problemf(http.StatusInternalServerError, "INTERNAL", "backendError", "Internal error encountered.")
	}
	c.k.Mint(kernel.Secret{Cloud: "gcp", Scope: "projects/" + a.project.id, ID: "ID token of " + a.email + " for " + audience, Value: value})
	return value, nil
}

// grantIDToken answers the JWT-bearer grant whose assertion names a target_audience.
func (c *Cloud) grantIDToken(w http.ResponseWriter, a *serviceAccount, audience string) {
	value, bad := c.idToken(a, audience, map[string]any{"azp": a.email, "email": a.email, "email_verified": true})
	if bad != nil {
		oauthError(w, bad.code, "internal_failure", bad.message, "")
		return
	}
	send(w, http.StatusOK, fields{"id_token": value}, false)
}

// actedAs is the account whose token a request asks for, if the caller may act as it. An account that is disabled gives nobody
// any: in which words the real one says so is not known here.
func (c *Cloud) actedAs(q *request, permission string) (*serviceAccount, *problem) {
	a := c.accountNamed("-", q.vars["account"])
	switch {
	case q.vars["project"] != "-":
		return nil, invalid("Request contains an invalid argument.") // "the - wildcard character is required"
	case a == nil:
		return nil, notFound("Not found; Gaia id not found for email %s", q.vars["account"])
	case len(q.body.list("delegates")) > 0:
		return nil, problemf(http.StatusNotImplemented, "UNIMPLEMENTED", "notImplemented", "Delegates are not simulated.")
	case a.disabled || !c.actsAs(q.caller, a, permission, q.now):
		return nil, problemf(http.StatusForbidden, "PERMISSION_DENIED", "forbidden", "Permission '%s' denied on resource (or it may not exist).", permission).
			add(errorInfo("IAM_PERMISSION_DENIED", "iam.googleapis.com", map[string]string{"permission": permission}))
	}
	return a, nil
}

// actsAs says whether the policy of an account, or one above it, lets a caller have its tokens; to administer the project, or all,
// is not enough. A grant that was made too lately is not known yet.
func (c *Cloud) actsAs(who caller, a *serviceAccount, permission string, now time.Time) bool {
	roles := []string{"roles/iam.workloadIdentityUser", "roles/iam.serviceAccountTokenCreator"}
	if permission == getOpenIDToken {
		roles = append(roles, "roles/iam.serviceAccountOpenIdTokenCreator")
	}
	names := []string{who.member()}
	if who.pool != "" {
		names = append(names, "principalSet://iam.googleapis.com/"+who.pool+"/*")
	}
	for _, p := range append([]*policy{a.policy}, c.policiesAbove("projects/"+a.project.id)...) {
		for _, b := range p.bindings {
			for _, m := range names {
				arrived := p.since[b.role+" "+m].Add(c.k.Takes("gcp.iam.propagation"))
				if b.condition == nil && slices.Contains(roles, b.role) && slices.Contains(b.members, m) && !now.Before(arrived) {
					return true
				}
			}
		}
	}
	return false
}
