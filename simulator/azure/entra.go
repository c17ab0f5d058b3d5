package azure

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/itbytes/landfall/simulator/kernel"
)

// session is what a refresh token stands for.
type session struct {
	login, client, user string
	ended               bool // a later sign-in has taken its place
}

// entra is one admitted request to the token endpoint.
type entra struct {
	*Cloud
	w    http.ResponseWriter
	r    *http.Request
	form url.Values
}

// serveEntra answers the discovery document, the device code and the token request of a tenant: segments are
// {tenant}/oauth2/v2.0/token and its neighbours. Asking for a token changes nothing, so it is journalled as a read.
func (c *Cloud) serveEntra(w http.ResponseWriter, r *http.Request, segments []string) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20)) // a form that was cut off lacks its fields
	form, _ := url.ParseQuery(string(body))              // likewise
	path := ""
	if len(segments) > 1 {
		path = strings.ToLower(strings.Join(segments[1:], "/"))
	}
	call := kernel.Call{Cloud: "azure", Scope: c.tenant, Service: "entra", Operation: "unknown", Login: c.loginOf(form), Caller: form.Get("client_id")}
	var answer func(*entra)
	switch {
	case r.Method == http.MethodPost && path == "oauth2/v2.0/token":
		call.Operation, answer = "token", (*entra).token
	case r.Method == http.MethodPost && path == "oauth2/v2.0/devicecode":
		call.Operation, answer = "devicecode", (*entra).devicecode
	case r.Method == http.MethodGet && path == "v2.0/.well-known/openid-configuration":
		call.Operation, answer = "discovery", (*entra).discovery
	}
	c.k.Serve(w, r, call, refuseEntra, func(w http.ResponseWriter) {
		e := &entra{Cloud: c, w: w, r: r, form: form}
		c.mu.Lock()
		defer c.mu.Unlock()
		switch {
		case answer == nil:
			e.fail(http.StatusNotFound, "invalid_request", "900561", "The endpoint does not take this request.")
		case len(segments) == 0 || !strings.EqualFold(segments[0], c.tenant) && segments[0] != "organizations" && segments[0] != "common":
			e.fail(http.StatusBadRequest, "invalid_request", "90002", "Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.")
		default:
			answer(e)
		}
	})
}

// deviceGrant is the grant of RFC 8628.
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// loginOf is the scenario's login that a token request speaks for.
func (c *Cloud) loginOf(form url.Values) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch form.Get("grant_type") {
	case "refresh_token":
		if s := c.sessions[form.Get("refresh_token")]; s != nil {
			return s.login
		}
	case "client_credentials":
		return c.loginOfApp(form.Get("client_id"))
	case deviceGrant:
		return c.loginOfDevice(form.Get("device_code"))
	}
	return ""
}

// loginOfApp is the scenario's login whose details name an application.
func (c *Cloud) loginOfApp(app string) string {
	for name, l := range c.k.Logins("azure") {
		if app != "" && strings.EqualFold(l.Details["app"], app) {
			return name
		}
	}
	return ""
}

// token answers a token request by its grant.
func (e *entra) token() {
	r, named, known := e.resourceOf(e.form.Get("scope"))
	grant := e.form.Get("grant_type")
	switch {
	case !known:
		e.fail(http.StatusBadRequest, "invalid_resource", "500011", "The resource principal named "+named+" was not found in the tenant named "+e.tenant+
			". This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.")
	case grant == "client_credentials":
		e.client(r)
	case r.app != nil: // people have consented to none of the tenant's applications
		e.fail(http.StatusBadRequest, "invalid_grant", "65001", "The user or administrator has not consented to use the application with ID '"+e.form.Get("client_id")+"'. Send an interactive authorization request for this user and resource.")
	case grant == "refresh_token":
		e.refresh(r.audience)
	case grant == deviceGrant:
		e.device(r.audience)
	default:
		e.fail(http.StatusBadRequest, "unsupported_grant_type", "70003", "The app requested an unsupported grant type '"+grant+"'.")
	}
}

// audienceOf is the service that a scope names.
func audienceOf(scope string) (string, bool) {
	for s := range strings.FieldsSeq(scope) {
		switch strings.TrimRight(strings.TrimSuffix(s, ".default"), "/") {
		case audienceARM, "https://management.core.windows.net":
			return audienceARM, true
		case audienceGraph:
			return audienceGraph, true
		case audienceStorage:
			return audienceStorage, true
		}
	}
	return "", false
}

func (e *entra) refresh(audience string) {
	s := e.sessions[e.form.Get("refresh_token")]
	switch {
	case s == nil:
		e.fail(http.StatusBadRequest, "invalid_grant", "9002313", "Invalid request. Request is malformed or invalid: the refresh token is not one of this tenant.")
	case !strings.EqualFold(s.client, e.form.Get("client_id")):
		e.fail(http.StatusBadRequest, "invalid_grant", "700005", "Provided refresh token was issued to a different client id.")
	case s.ended:
		e.fail(http.StatusBadRequest, "invalid_grant", "50173", "The provided grant has expired due to it being revoked, a fresh auth token is needed.")
	default:
		e.grant(s, audience)
	}
}

// grant answers with an access token and, where offline access is asked for, a refresh token in place of the one redeemed;
// the old one goes on working, as Entra's do.
func (e *entra) grant(s *session, audience string) {
	value, seconds := e.mint(&token{login: s.login, audience: audience, object: e.userID(s.user), name: s.user, factors: e.factorsOf(s.login)})
	answer := obj{"token_type": "Bearer", "scope": audience + "/.default", "expires_in": seconds, "ext_expires_in": seconds, "access_token": value}
	if strings.Contains(e.form.Get("scope"), "offline_access") {
		answer["refresh_token"] = e.open(s)
	}
	if slices.Contains(strings.Fields(e.form.Get("scope")), "openid") {
		answer["id_token"] = e.identify(s)
	}
	e.w.Header().Set("Cache-Control", "no-store, no-cache")
	write(e.w, http.StatusOK, answer)
}

// open makes a refresh token for a session.
func (c *Cloud) open(s *session) string {
	value := "1.A" + kernel.Random(48)
	c.sessions[value] = s
	c.k.Mint(kernel.Secret{Cloud: "azure", Scope: c.tenant, ID: "refresh token of " + s.user, Value: value})
	return value
}

// userID is the object id of a user.
func (c *Cloud) userID(user string) string { return idOf("user", c.tenant, user) }

// fail answers with Entra's error body.
func (e *entra) fail(status int, kind, code, message string) {
	failEntra(e.w, status, kind, code, message)
}

func refuseEntra(w http.ResponseWriter, x kernel.Refusal) {
	switch x.Reason {
	case kernel.LoginExpired:
		failEntra(w, http.StatusBadRequest, "invalid_grant", "700082", "The refresh token has expired due to inactivity. The user must sign in again.")
	case kernel.LoginLocked:
		failEntra(w, http.StatusBadRequest, "invalid_grant", "50053", "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.")
	default:
		status, code, message := ordered(w, x)
		kind := "temporarily_unavailable"
		if status == http.StatusBadRequest || status == http.StatusUnauthorized {
			kind = "invalid_grant"
		}
		failEntra(w, status, kind, strings.TrimPrefix(code, "AADSTS"), message)
	}
}
