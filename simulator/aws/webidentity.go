package aws

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// google is the issuer that AWS knows by itself: the principal of a trust policy, and no provider of the account's.
const google = "accounts.google.com"

// anonymous reports whether a call needs no signature of anybody: whose it is the token says.
func (q *request) anonymous() bool {
	return q.service.name == "sts" && q.operation == "AssumeRoleWithWebIdentity"
}

// claims are what a token says, whoever signed it.
type claims map[string]any

func claimsOf(token string) (claims, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	out := claims{}
	if err != nil || json.Unmarshal(body, &out) != nil || out.text("iss") == "" {
		return nil, false
	}
	return out, true
}

func (c claims) text(name string) string {
	s, _ := c[name].(string)
	return s
}

// audiences are the aud, one or several.
func (c claims) audiences() []string { return valuesOf(c["aud"]) }

// assumeRoleWithWebIdentity exchanges another's token for a session of a role that trusts it. Session policies and ProviderId, which
// is for OAuth 2.0, are refused as unknown.
func assumeRoleWithWebIdentity(q *request) (wire.Map, error) {
	var in struct {
		RoleArn, RoleSessionName, WebIdentityToken string
		DurationSeconds                            int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	name, account, err := sessionOf(in.RoleArn, in.RoleSessionName)
	if err != nil {
		return nil, err
	}
	if in.DurationSeconds == 0 {
		in.DurationSeconds = 3600
	}
	a := q.accounts[account]
	if a == nil || a.status != "ACTIVE" {
		return nil, unauthorizedByToken()
	}
	t, err := q.vouched(a, in.WebIdentityToken)
	if err != nil {
		return nil, err
	}
	r := a.roles[name]
	if r == nil || r.arn != in.RoleArn || q.now.Before(r.known) || !r.lets(t, q.now) {
		return nil, unauthorizedByToken()
	}
	if in.DurationSeconds < 900 || in.DurationSeconds > r.longest {
		return nil, bad("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	r.used = q.now
	cred := q.temporary(a, r, in.RoleSessionName, "", q.now, time.Duration(in.DurationSeconds)*time.Second)
	cred.federated = t.principal
	return wire.Map{
		"Credentials": wire.Map{
			"AccessKeyId": cred.id, "SecretAccessKey": cred.secret, "SessionToken": cred.token, "Expiration": cred.until,
		},
		"AssumedRoleUser":             wire.Map{"AssumedRoleId": cred.uniqueID, "Arn": cred.arn},
		"SubjectFromWebIdentityToken": t.said.text("sub"), "Audience": t.audience, "Provider": t.said.text("iss"), "PackedPolicySize": 0,
	}, nil
}

func unauthorizedByToken() error {
	return wire.Errorf(http.StatusForbidden, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
}

func badIdentity(format string, args ...any) error {
	return bad("InvalidIdentityToken", format, args...)
}

// foreign is a token of another issuer that an account takes.
type foreign struct {
	said      claims
	principal string // as a trust policy names its provider
	host      string // as its condition keys do
	audience  string // the one of them that the provider takes, or the azp
}

// vouched judges a token by the account's provider of its issuer, its signature, its time and its audience.
func (q *request) vouched(a *account, token string) (foreign, error) {
	said, readable := claimsOf(token)
	if !readable {
		return foreign{}, badIdentity("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	}
	issuer := said.text("iss")
	t := foreign{said: said, host: strings.TrimPrefix(issuer, "https://")}
	if ofAWS(issuer) {
		return foreign{}, badIdentity("Tokens that AWS STS has issued cannot be exchanged for credentials of AWS")
	}
	t.principal = arn("iam", "", a.id, "oidc-provider/"+t.host)
	p := a.providers[t.principal]
	switch {
	case p == nil && t.host == google:
		t.principal = google
	case p == nil || q.now.Before(p.known):
		return foreign{}, badIdentity("No OpenIDConnect provider found in your account for %s", issuer)
	}
	if _, err := q.k.Vouched(token); err != nil {
		if strings.Contains(err.Error(), "has no keys here") {
			return foreign{}, badIdentity("Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements")
		}
		return foreign{}, badIdentity("The ID Token's signature could not be verified")
	}
	if ends, is := said["exp"].(float64); !is || q.now.Unix() >= int64(ends) {
		return foreign{}, bad("ExpiredTokenException", "Token expired: current date/time %d must be before the expiration date/time %d", q.now.Unix(), int64(ends))
	}
	if t.audience = p.takes(said, q.now); t.audience == "" {
		return foreign{}, badIdentity("Incorrect token audience")
	}
	return t, nil
}

// takes is the audience of a token that a provider takes, "" where it takes none: the azp where there is one. AWS asks nothing of
// Google's, which has no provider.
func (p *oidcProvider) takes(said claims, now time.Time) string {
	asked := said.audiences()
	if azp := said.text("azp"); azp != "" {
		asked = []string{azp}
	}
	for _, one := range asked {
		if p == nil || slices.Contains(p.clients, one) && !now.Before(p.since[one]) {
			return one
		}
	}
	return ""
}

// lets reports whether a role's trust policy, as it is known now, lets the bearer of a token in. Of a token with an azp the key
// aud is the azp, and oaud the aud (IAM User Guide, "IAM and AWS STS condition context keys").
func (r *role) lets(t foreign, now time.Time) bool {
	d, err := parsePolicy(r.trusts(now))
	if err != nil {
		return false
	}
	key := strings.ToLower(t.host)
	in := shown{now: now, keys: map[string][]string{key + ":aud": {t.audience}, key + ":sub": {t.said.text("sub")}}}
	if t.host == google {
		in.keys[key+":oaud"] = t.said.audiences()
	}
	allowed := false
	for _, s := range d.Statement {
		means := slices.ContainsFunc(s.Action, func(glob string) bool { return covers(glob, "sts:AssumeRoleWithWebIdentity") })
		if !means || !slices.Contains(s.Principal.Federated, t.principal) || len(s.Condition) > 0 && !s.holds(in) {
			continue
		}
		if s.Effect == "Deny" {
			return false
		}
		allowed = true
	}
	return allowed
}
