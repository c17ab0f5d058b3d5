package gcp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// tokenRoutes is the token endpoint, which every sign-in of Google's clients goes through.
func tokenRoutes() []route {
	return []route{
		{api: "oauth2", method: http.MethodPost, path: "/token", operation: "token"},
		{api: "oauth2", method: http.MethodGet, path: "/v3/userinfo", operation: "userinfo", do: (*Cloud).userinfo},
	}
}

// session is what signing in as a user leaves: a refresh token.
type session struct {
	login, email, refresh, clientID, quotaProject string
	made                                          int64
}

// token is an access token that was handed out.
type token struct {
	login   string
	email   string
	account *serviceAccount // set when a service account's key, or somebody who may act as it, made it
	stranger
	scopes  []string // of one that is not good for everything
	expires time.Time
}

// stranger is somebody of another issuer, as a workload identity pool knows them. Empty where it is none.
type stranger struct {
	pool      string // projects/<number>/locations/global/workloadIdentityPools/<pool>
	principal string // principal://…
}

// caller is who makes a request.
type caller struct {
	login   string
	email   string
	account *serviceAccount
	stranger
}

func (c caller) member() string {
	if c.principal != "" {
		return c.principal
	}
	if c.account != nil {
		return "serviceAccount:" + c.email
	}
	return "user:" + c.email
}

// signIn makes a session for each login of the scenario.
func (c *Cloud) signIn(logins map[string]kernel.Login) {
	for name, l := range logins {
		c.welcome(l.Details["user"], l.Details["organization"])
		c.newSession(name, l)
	}
}

func (c *Cloud) newSession(name string, l kernel.Login) {
	s := &session{
		login: name, email: l.Details["user"], refresh: "1//0" + kernel.Random(48), quotaProject: l.Details["quotaProject"],
		clientID: "764086051850-" + kernel.Random(16) + ".apps.googleusercontent.com", made: c.next(),
	}
	c.sessions[s.refresh] = s
	c.k.Mint(kernel.Secret{Cloud: "gcp", Scope: l.Details["organization"], ID: "refresh token of " + name, Value: s.refresh})
}

// signInAgain is a person who runs gcloud auth application-default login. Google keeps the refresh tokens of earlier sign-ins.
func (c *Cloud) signInAgain(name string) error {
	l, known := c.k.Logins("gcp")[name]
	if !known {
		return fmt.Errorf("no gcp login named %q in this scenario", name)
	}
	c.newSession(name, l)
	return c.k.SetLogin(name, kernel.LoginOK)
}

// userinfo says who the bearer of an access token is (OpenID Connect Core, section 5.3). A stranger is nobody to it.
func (c *Cloud) userinfo(q *request) (any, *problem) {
	if q.caller.principal != "" {
		return nil, unauthenticated("", wrongToken)
	}
	return fields{"sub": digits(21), "email": q.caller.email, "email_verified": true}, nil
}

// welcome sees to it that the person behind a login is in the directory, as an administrator: of the organisation that
// the login names, or else of the first.
func (c *Cloud) welcome(email, organisation string) {
	if c.user(email) != nil {
		return
	}
	o := c.organizations[organisation]
	if all := c.sortedOrganizations(); o == nil && len(all) > 0 {
		o = all[0]
	}
	if o != nil {
		o.users = append(o.users, &user{id: digits(21), email: email, given: "Admin", family: "Istrator", admin: true, enrolled: true, enforced: true, created: o.created})
	}
}

// Session is the application default credentials that signing in with a login leaves; it reports whether the login is
// one of Google Cloud's.
func (c *Cloud) Session(login string) (kernel.Session, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var last *session
	for _, s := range c.sessions {
		if s.login == login && (last == nil || s.made > last.made) {
			last = s
		}
	}
	if last == nil {
		return kernel.Session{}, false
	}
	adc := map[string]string{"type": "authorized_user", "client_id": last.clientID, "client_secret": "desktop-client", "refresh_token": last.refresh}
	if last.quotaProject != "" {
		adc["quota_project_id"] = last.quotaProject
	}
	b, err := json.Marshal(adc)
	return kernel.Session{Login: login, Content: b}, err == nil
}

// serveToken answers the token endpoint, whose errors are OAuth's and not Google's.
func (c *Cloud) serveToken(w http.ResponseWriter, q *request) {
	form, err := url.ParseQuery(string(q.raw))
	if err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", "Could not parse the request body.", "")
		return
	}
	c.mu.Lock()
	s := c.sessions[form.Get("refresh_token")]
	c.mu.Unlock()
	call := kernel.Call{Cloud: "gcp", Service: "oauth2", Operation: "token"}
	if s != nil && form.Get("grant_type") == "refresh_token" {
		call.Login = s.login
	}
	c.k.Serve(w, q.http, call, refuseToken, func(w http.ResponseWriter) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.settle(c.k.Now())
		switch form.Get("grant_type") {
		case "refresh_token":
			if s == nil || form.Get("client_id") != s.clientID {
				oauthError(w, http.StatusBadRequest, "invalid_grant", "Bad Request", "")
				return
			}
			c.grant(w, &token{login: s.login, email: s.email})
		case "urn:ietf:params:oauth:grant-type:jwt-bearer":
			c.grantAssertion(w, form.Get("assertion"))
		default:
			oauthError(w, http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: "+form.Get("grant_type"), "")
		}
	})
}

// grant hands out an access token.
func (c *Cloud) grant(w http.ResponseWriter, t *token) {
	value := "ya29." + kernel.Random(80)
	t.expires = c.k.Now().Add(time.Hour)
	c.tokens[value] = t
	sum := sha256.Sum256([]byte(value))
	c.k.Mint(kernel.Secret{Cloud: "gcp", ID: "access token of " + t.email + " " + hex.EncodeToString(sum[:4]), Value: value})
	send(w, http.StatusOK, fields{"access_token": value, "expires_in": 3599, "scope": "https://www.googleapis.com/auth/cloud-platform openid https://www.googleapis.com/auth/userinfo.email", "token_type": "Bearer"}, false)
}

func oauthError(w http.ResponseWriter, code int, name, description, subtype string) {
	send(w, code, full(fields{"error": name, "error_description": description, "error_subtype": subtype}), false)
}

func refuseToken(w http.ResponseWriter, x kernel.Refusal) {
	switch x.Reason {
	case kernel.LoginExpired:
		oauthError(w, http.StatusBadRequest, "invalid_grant", "reauth related error (invalid_rapt)", "invalid_rapt")
	case kernel.LoginLocked:
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Account has been disabled", "")
	default:
		retryAfter(w, x.RetryAfter)
		p := ordered(x)
		oauthError(w, p.code, orText(x.Code, "internal_failure"), p.message, "")
	}
}

// bearer is the access token of a request.
func bearer(r *http.Request) string {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(value)
}

// loginOf is the login whose token signed a request; empty where it is none of the scenario's.
func (c *Cloud) loginOf(r *http.Request) string {
	if t := c.tokens[bearer(r)]; t != nil {
		return t.login
	}
	return ""
}

// authenticate finds who makes the request.
func (c *Cloud) authenticate(q *request) *problem {
	value := bearer(q.http)
	if value == "" {
		return unauthenticated("CREDENTIALS_MISSING", "Request is missing required authentication credential. Expected OAuth 2 access token, "+
			"login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.")
	}
	t := c.tokens[value]
	switch {
	case t == nil:
		return unauthenticated("ACCESS_TOKEN_TYPE_UNSUPPORTED", wrongToken)
	case q.now.After(t.expires):
		return unauthenticated("ACCESS_TOKEN_EXPIRED", wrongToken)
	case t.account != nil && (t.account.deleted || t.account.disabled):
		return unauthenticated("ACCOUNT_STATE_INVALID", wrongToken)
	case !t.goodFor(q.api):
		bad := problemf(http.StatusForbidden, "PERMISSION_DENIED", "insufficientPermissions", "Request had insufficient authentication scopes.")
		bad.front = true
		return bad.add(errorInfo("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "googleapis.com", map[string]string{"service": q.api.host, "method": q.route.operation}))
	}
	q.caller = caller{login: t.login, email: t.email, account: t.account, stranger: t.stranger}
	return nil
}

// wrongToken is what the front says of a token that it does not take.
const wrongToken = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid " +
	"authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."

// Scopes that a token may be asked for.
const (
	scopeAll   = "https://www.googleapis.com/auth/cloud-platform"
	scopeEmail = "https://www.googleapis.com/auth/userinfo.email"
)

// goodFor says whether a token's scopes let it be used with an API: one that tells who its bearer is, or all.
func (t *token) goodFor(a api) bool {
	return t.scopes == nil || slices.Contains(t.scopes, scopeAll) && a.name != "oauth2" || slices.Contains(t.scopes, scopeEmail) && a.name == "oauth2"
}
