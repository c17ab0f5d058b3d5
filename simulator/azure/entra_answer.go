package azure

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// Session is the session file of a login (tenantId, clientId, refreshToken, username); false where the scenario has no such
// login of this cloud. Signing in again makes another refresh token.
func (c *Cloud) Session(login string) (kernel.Session, bool) {
	l, known := c.k.Logins("azure")[login]
	if !known {
		return kernel.Session{}, false
	}
	user := l.Details["user"]
	if user == "" {
		user = login
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	refresh := c.open(&session{login: login, client: publicClient, user: user})
	content, _ := json.Marshal(map[string]string{ // made of texts
		"tenantId": c.tenant, "clientId": publicClient, "refreshToken": refresh, "username": user,
	})
	return kernel.Session{Login: login, Content: content}, true
}

// failEntra answers with the token endpoint's error body.
func failEntra(w http.ResponseWriter, status int, kind, code, message string) {
	trace := newID()
	now := time.Now().UTC().Format("2006-01-02 15:04:05Z")
	answer := obj{
		"error": kind, "timestamp": now, "trace_id": trace, "correlation_id": trace,
		"error_description": message + " Trace ID: " + trace + " Correlation ID: " + trace + " Timestamp: " + now,
	}
	if n, err := strconv.Atoi(code); err == nil {
		answer["error_codes"] = []int{n}
		answer["error_uri"] = "https://login.microsoftonline.com/error?code=" + code
		answer["error_description"] = "AADSTS" + code + ": " + answer["error_description"].(string)
	}
	write(w, status, answer)
}

// discovery answers the OpenID configuration, which MSAL reads before its first token.
func (e *entra) discovery() {
	authority := base(e.r)
	if segments := split(e.r.URL.EscapedPath()); segments[0] == "entra" {
		authority += "/entra"
	}
	authority += "/" + e.tenant
	write(e.w, http.StatusOK, obj{
		"issuer": authority + "/v2.0", "token_endpoint": authority + "/oauth2/v2.0/token",
		"authorization_endpoint":        authority + "/oauth2/v2.0/authorize",
		"device_authorization_endpoint": authority + "/oauth2/v2.0/devicecode",
		"jwks_uri":                      authority + "/discovery/v2.0/keys", "tenant_region_scope": "NA",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt"},
	})
}
