package gcp

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// The Security Token Service, which knows whoever a pool's providers vouch for. What it answers to a token that is not as it
// should be was measured by others: which claims it needs, that clocks may differ by a minute, and in which words it refuses
// (https://docs.cloud.google.com/iam/docs/troubleshooting-workload-identity-federation; google-github-actions/auth#202 and #340).

const (
	exchangeToken = "ExchangeToken"
	exchangeDelay = "gcp.sts.propagation"
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	tokenType     = "urn:ietf:params:oauth:token-type:"
	skew          = time.Minute
)

func exchangeRoutes() []route {
	return []route{{api: "sts", method: http.MethodPost, path: "/v1/token", operation: exchangeToken, body: exchangeShape()}}
}

func exchangeShape() shape {
	return shape{
		"grantType": text(), "audience": text(), "scope": text(), "requestedTokenType": text(), "subjectToken": text(), "subjectTokenType": text(),
		"options": text(),
	}
}

// oauthProblem is a refusal in the words of OAuth 2.0.
type oauthProblem struct{ name, description string }

// serveExchange answers the exchange of a token. Nobody signs in to it, and its errors are OAuth's and not Google's.
func (c *Cloud) serveExchange(w http.ResponseWriter, q *request) {
	ask, readable := q.exchange()
	c.mu.Lock()
	c.settle(c.k.Now())
	p, provider := c.audienceOf(ask.str("audience"))
	c.mu.Unlock()
	call := kernel.Call{Cloud: "gcp", Service: "sts", Operation: exchangeToken}
	if p != nil {
		call.Scope = "projects/" + p.id
	}
	c.k.Serve(w, q.http, call, refuseToken, func(w http.ResponseWriter) {
		c.mu.Lock()
		defer c.mu.Unlock()
		q.now = c.k.Now()
		c.settle(q.now)
		if !readable {
			oauthError(w, http.StatusBadRequest, "invalid_request", "Could not parse the request body.", "")
			return
		}
		if p != nil {
			if bad := c.enabled(q, p); bad != nil {
				bad.write(w, q.api)
				return
			}
		}
		answer, no := c.exchanged(ask, p, provider, q.now)
		if no != nil {
			oauthError(w, http.StatusBadRequest, no.name, no.description, "")
			return
		}
		send(w, http.StatusOK, answer, q.ints())
	})
}

// exchange reads the request, which comes as a form (RFC 8693, section 2.1) or as JSON.
func (q *request) exchange() (fields, bool) {
	if kind, _, _ := mime.ParseMediaType(q.http.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
		f, bad := q.route.body.decode(q.raw)
		return f, bad == nil
	}
	form, err := url.ParseQuery(string(q.raw))
	if err != nil {
		return fields{}, false
	}
	out := fields{}
	for name := range form {
		out[camel(name)] = form.Get(name)
	}
	return out, true
}

// audienceOf is the project of an audience, and the provider in it; nil where there is no such project.
func (c *Cloud) audienceOf(audience string) (*project, []string) {
	found := regexp.MustCompile(`^//iam\.googleapis\.com/projects/([^/]+)/locations/global/workloadIdentityPools/([^/]+)/providers/([^/]+)$`).FindStringSubmatch(audience)
	if found == nil {
		return nil, nil
	}
	if p := c.project(found[1]); p != nil && p.number == found[1] && p.state == active {
		return p, found[1:]
	}
	return nil, found[1:]
}

func (c *Cloud) exchanged(ask fields, p *project, provider []string, now time.Time) (fields, *oauthProblem) {
	switch {
	case ask.str("grantType") != grantExchange:
		return nil, &oauthProblem{"unsupported_grant_type", "Invalid grant_type: " + ask.str("grantType")}
	case provider == nil:
		return nil, &oauthProblem{"invalid_request", `Invalid value for "audience". This value should be the full resource name of the Identity Provider. ` +
			"See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats."}
	case ask.str("requestedTokenType") != tokenType+"access_token":
		return nil, &oauthProblem{"invalid_request", "Tokens of the type " + ask.str("requestedTokenType") + " are not simulated."}
	case ask.str("subjectTokenType") != tokenType+"jwt" && ask.str("subjectTokenType") != tokenType+"id_token":
		return nil, &oauthProblem{"invalid_request", "The exchange of tokens of the type " + ask.str("subjectTokenType") + " is not simulated."}
	case ask.str("scope") != scopeAll:
		return nil, &oauthProblem{"invalid_scope", "Exchange for any other scope than " + scopeAll + " is not simulated."}
	case ask.str("options") != "":
		return nil, &oauthProblem{"invalid_request", "Options of the exchange are not simulated."}
	}
	l, v := providerIn(p, provider, now)
	if v == nil {
		return nil, &oauthProblem{"invalid_target", `The target service indicated by the "audience" parameters is invalid. ` +
			"This might either be because the pool or provider is disabled or deleted or because it doesn't exist."}
	}
	claims, no := c.believed(ask.str("subjectToken"), v.body.sub("oidc"), "iam.googleapis.com/"+providerName(p, l, v), now)
	if no != nil {
		return nil, no
	}
	subject, no := v.subject(claims)
	if no != nil {
		return nil, no
	}
	until := time.Unix(int64(seconds(claims["exp"])), 0).Add(skew)
	if most := now.Add(time.Hour); until.After(most) {
		until = most
	}
	value := "ya29.d." + kernel.Random(80)
	who := stranger{pool: poolName(p, l), principal: "principal://iam.googleapis.com/" + poolName(p, l) + "/subject/" + subject}
	c.tokens[value] = &token{stranger: who, expires: until}
	c.k.Mint(kernel.Secret{Cloud: "gcp", Scope: "projects/" + p.id, ID: "federated token of " + who.principal, Value: value})
	return fields{"access_token": value, "issued_token_type": tokenType + "access_token", "token_type": "Bearer", "expires_in": int(until.Sub(now).Seconds())}, nil
}

// providerIn is the pool and the provider by which tokens can be exchanged now; nil where one of them is not there, is switched
// off, or was made too lately to be known.
func providerIn(p *project, named []string, now time.Time) (*pool, *provider) {
	if p == nil {
		return nil, nil
	}
	l := p.pools[named[1]]
	if l == nil || l.pending || l.deleted || l.disabled || now.Before(l.known) {
		return nil, nil
	}
	v := l.providers[named[2]]
	if v == nil || v.pending || v.deleted || v.disabled || now.Before(v.known) {
		return l, nil
	}
	return l, v
}

// believed are the claims of a token that a provider of OpenID Connect takes: of its issuer, for an audience of its own, fresh,
// and signed.
func (c *Cloud) believed(raw string, oidc fields, name string, now time.Time) (map[string]any, *oauthProblem) {
	if oidc == nil {
		return nil, &oauthProblem{"invalid_request", "The exchange by a provider of AWS is not simulated."}
	}
	said, readable := unsigned(raw)
	if !readable {
		return nil, &oauthProblem{"invalid_grant", "Unable to parse the ID Token."}
	}
	allowed := oidc.texts("allowedAudiences")
	if len(allowed) == 0 {
		allowed = []string{"//" + name, "https://" + name}
	}
	whom := audiences(said["aud"])
	issued, expires := seconds(said["iat"]), seconds(said["exp"])
	switch {
	case said["iss"] != oidc.str("issuerUri"):
		return nil, &oauthProblem{"invalid_grant", "The issuer in ID Token " + word(said["iss"]) + " does not match the expected one in config: " + oidc.str("issuerUri") + "."}
	case !slices.ContainsFunc(whom, func(a string) bool { return slices.Contains(allowed, a) }):
		return nil, &oauthProblem{"invalid_grant", "The audience in ID Token [" + strings.Join(whom, ", ") + "] does not match the expected audience."}
	case issued == 0 || expires == 0 || time.Unix(int64(issued), 0).After(now.Add(skew)) || !now.Before(time.Unix(int64(expires), 0).Add(skew)):
		return nil, &oauthProblem{"invalid_grant", "ID Token issued at " + word(said["iat"]) + " is stale to sign-in."}
	case !c.k.Issues(oidc.str("issuerUri")):
		return nil, &oauthProblem{"invalid_grant", "Error connecting to the given credential's issuer."}
	}
	claims, err := c.k.Vouched(raw)
	if err != nil {
		return nil, &oauthProblem{"invalid_grant", "Unable to verify the ID Token signature."}
	}
	return claims, nil
}

// unsigned are the claims of a token before anybody has looked at its signature.
func unsigned(raw string) (map[string]any, bool) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return nil, false
	}
	out := map[string]any{}
	return out, json.Unmarshal(decoded(parts[1]), &out) == nil
}

// audiences are the aud of a token, which is a text or a list of texts (RFC 7519, section 4.1.3).
func audiences(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func seconds(v any) float64 {
	n, _ := v.(float64)
	return n
}

// word is a claim as a refusal tells it.
func word(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatInt(int64(v), 10)
	}
	return "null"
}
