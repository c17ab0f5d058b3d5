package azure

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// The two services that tokens are made for.
const (
	audienceARM   = "https://management.azure.com"
	audienceGraph = "https://graph.microsoft.com"
)

// publicClient is the application id of the Azure command line, whose sessions people have.
const publicClient = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

// token is an access token that was handed out.
type token struct {
	login     string // the scenario's login; empty for an application that is none
	tenant    string
	audience  string
	object    string // object id of the user or service principal
	app       string // application id of a service principal; empty for a user
	name      string
	factors   []string // how a user has proven who they are
	notBefore time.Time
	expires   time.Time
}

// lifetime is how long an access token holds: the scenario's azure.token.lifetime, else an hour.
func (c *Cloud) lifetime() time.Duration {
	if d := c.k.Takes("azure.token.lifetime"); d > 0 {
		return d
	}
	return time.Hour
}

// mint makes an access token in the form of a JWT and remembers what it stands for.
func (c *Cloud) mint(t *token) (value string, seconds int) {
	t.tenant, t.notBefore, t.expires = c.tenant, c.k.Now(), c.k.Now().Add(c.lifetime())
	claims := obj{
		"aud": t.audience, "iss": "https://sts.windows.net/" + c.tenant + "/", "tid": c.tenant, "oid": t.object, "sub": t.object,
		"iat": t.notBefore.Unix(), "nbf": t.notBefore.Unix(), "exp": t.expires.Unix(), "ver": "1.0", "uti": kernel.Random(8),
	}
	if t.app != "" {
		claims["appid"], claims["idtyp"] = t.app, "app"
	} else {
		claims["appid"], claims["upn"], claims["idtyp"], claims["amr"] = publicClient, t.name, "user", t.factors
	}
	value = signed(claims)
	c.tokens[value] = t
	c.k.Mint(kernel.Secret{Cloud: "azure", Scope: c.tenant, ID: "access token of " + t.name, Value: value})
	return value, int(c.lifetime().Seconds())
}

// signed writes claims in the form of a JWT.
func signed(claims obj) string {
	body, _ := json.Marshal(claims) // made of texts and numbers
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"typ":"JWT","alg":"RS256"}`)) + "." + part(body) + "." + kernel.Random(32)
}

// identify makes the token that tells an application who signed in.
func (e *entra) identify(s *session) string {
	now := e.k.Now()
	value := signed(obj{
		"aud": s.client, "iss": "https://login.microsoftonline.com/" + e.tenant + "/v2.0", "tid": e.tenant, "oid": e.userID(s.user), "sub": e.userID(s.user),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "ver": "2.0", "preferred_username": s.user,
	})
	e.k.Mint(kernel.Secret{Cloud: "azure", Scope: e.tenant, ID: "id token of " + s.user, Value: value})
	return value
}

// factorsOf are the ways in which a login's person signs in: with a second factor, unless its details say otherwise.
func (c *Cloud) factorsOf(login string) []string {
	if c.k.Logins("azure")[login].Details["mfa"] == "off" {
		return []string{"pwd"}
	}
	return []string{"pwd", "mfa"}
}

// bearer is what the request's token stands for; nil where it is none of ours.
func (c *Cloud) bearer(r *http.Request) *token {
	value, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !is {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tokens[value]
}

// authentic checks that the token is one of ours, for this service, and still holds.
func (a *ask) authentic(audience string) bool {
	code, message := "", ""
	switch {
	case a.r.Header.Get("Authorization") == "":
		code, message = "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
	case a.who == nil:
		code, message = "InvalidAuthenticationToken", "The access token is invalid."
	case a.who.audience != audience:
		code, message = "InvalidAuthenticationTokenAudience", "The access token has been obtained for wrong audience or resource '"+a.who.audience+"'. It should exactly match with one of the allowed audiences '"+audience+"'."
	case a.k.Now().After(a.who.expires):
		code, message = "ExpiredAuthenticationToken", "The access token expiry UTC time '"+stamp(a.who.expires)+"' is earlier than current UTC time '"+stamp(a.k.Now())+"'."
	default:
		return true
	}
	a.w.Header().Set("WWW-Authenticate", `Bearer authorization_uri="https://login.microsoftonline.com/`+a.tenant+`", error="invalid_token"`)
	if audience == audienceGraph {
		a.graphFail(http.StatusUnauthorized, "InvalidAuthenticationToken", graphWords(code))
	} else {
		a.fail(http.StatusUnauthorized, code, message)
	}
	return false
}

// graphWords is how Graph words what Resource Manager has codes for.
func graphWords(code string) string {
	switch code {
	case "AuthenticationFailed":
		return "Access token is empty."
	case "InvalidAuthenticationTokenAudience":
		return "Access token validation failure. Invalid audience."
	case "ExpiredAuthenticationToken":
		return "Lifetime validation failed, the token is expired."
	}
	return "IDX14100: JWT is not well formed, or its signature is invalid."
}
