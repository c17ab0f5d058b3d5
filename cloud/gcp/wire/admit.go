package wire

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"cloud.google.com/go/auth/credentials/externalaccount"
	"google.golang.org/api/googleapi"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Entry is the door by which somebody of another issuer becomes a service account.
type Entry struct {
	Provider string // its resource name, by the project's number: projects/…/workloadIdentityPools/…/providers/…
	Account  string // the service account's address
	Trust    plan.Trust
	Plan     string
}

// Admit exchanges a token of another issuer for a session of a service account, as its consumers do and past every cache, asks
// Google who that is, and is the address that Google says. The session is good for nothing else. A fault of it names no login,
// for it has none.
func (ls *Logins) Admit(ctx context.Context, e Entry, token plan.Secret) (string, error) {
	creds, err := externalaccount.NewCredentials(&externalaccount.Options{
		Audience: "//iam.googleapis.com/" + e.Provider, SubjectTokenType: "urn:ietf:params:oauth:token-type:jwt",
		TokenURL:                       ls.api("sts") + exchangePath,
		ServiceAccountImpersonationURL: ls.api("iamcredentials") + "/v1/projects/-/serviceAccounts/" + e.Account + ":generateAccessToken",
		ServiceAccountImpersonationLifetimeSeconds: 600,
		Scopes:               []string{"https://www.googleapis.com/auth/userinfo.email"},
		SubjectTokenProvider: shown{token},
		Client:               &http.Client{Transport: strict{ls.options.HTTP.Transport}, Timeout: ls.options.HTTP.Timeout},
		Logger:               slog.New(slog.DiscardHandler), // the library would log tokens
	})
	if err != nil {
		return "", fault.New(fault.Bug, "Report this.", "Google's library takes no token for %s", e.Provider) // the error may quote it
	}
	tok, err := creds.Token(ctx)
	if err != nil {
		return "", e.name(err)
	}
	email, err := ls.userinfo(ctx, ls.options.HTTP, tok.Value)
	return email, e.impersonated(Name(err, Call{Service: "oauth2", Operation: "userinfo"}))
}

const exchangePath = "/v1/token"

// api is the address of one of Google's APIs.
func (ls *Logins) api(name string) string {
	if ls.options.Endpoint != "" {
		return ls.options.Endpoint + "/" + name
	}
	return "https://" + name + ".googleapis.com"
}

// shown is a token that is shown to whoever asks for one.
type shown struct{ token plan.Secret }

func (s shown) SubjectToken(context.Context, *externalaccount.RequestOptions) (string, error) {
	return s.token.Reveal(), nil
}

// strict makes of a refusal the error that it is, with Google's words and its status: the library keeps but a text of it.
type strict struct{ base http.RoundTripper }

func (s strict) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := googleapi.CheckResponse(resp); err != nil {
		shut(resp.Body)
		return nil, err
	}
	return resp, nil
}

// name names why nobody was let in.
func (e Entry) name(err error) error {
	var u *url.Error
	if !errors.As(err, &u) || !strings.HasSuffix(u.URL, exchangePath) {
		return e.impersonated(Name(err, Call{Service: "iamcredentials", Operation: "generateAccessToken"}))
	}
	var said *googleapi.Error
	var r refusal
	if !errors.As(err, &said) || json.Unmarshal([]byte(said.Body), &r) != nil || r.Error == "" {
		return Name(err, Call{Service: "sts", Operation: "token"})
	}
	r.status = said.Code
	f := &fault.Fault{Cloud: string(plan.GCP), Service: "sts", Operation: "token", Code: r.Error, Message: r.Description, Err: err}
	f.Kind, f.Hint, f.After = fault.Bug, "Report this answer of Google's with the step's name: no rule names it.", retryAfter(said.Header)
	for _, rule := range turnedAway() {
		if rule.hits(r) {
			f.Kind, f.Hint = rule.kind, e.fill(rule.hint)
			return f
		}
	}
	return f
}

// impersonated names why somebody whom the pool knows is not the account. A login has no part in it.
func (e Entry) impersonated(err error) error {
	f := fault.As(err)
	switch {
	case f == nil:
		return err
	case f.Code == "ACCOUNT_STATE_INVALID":
		f.Kind, f.Scope = fault.Locked, e.Account
		f.Message, f.Hint = "the service account "+e.Account+" is disabled", "Have it enabled (gcloud iam service-accounts enable "+e.Account+"), then resume."
	case f.Kind == fault.Denied && f.Code == "PERMISSION_DENIED":
		f.Kind, f.Hint = fault.Propagating, e.fill("Wait; who was let in minutes ago is known everywhere within seven. If it goes on, carry out the plan (landfall migrate {plan}) "+
			"and see that {account} is not disabled: its policy lets nobody in as {subject}.")
	case f.Kind == fault.SessionExpired:
		f.Kind, f.Hint = fault.Transient, passing
	}
	return f
}

// turnaway names the refusals that it hits. Empty fields hit every one.
type turnaway struct {
	http int    // and all above it of its hundred
	code string // of OAuth 2.0
	says string // in lower case
	kind fault.Kind
	hint string
}

func (t turnaway) hits(r refusal) bool {
	return (t.http == 0 || r.status/100 == t.http/100 && r.status >= t.http) && (t.code == "" || t.code == r.Error) &&
		strings.Contains(strings.ToLower(r.Description), t.says)
}

// turnedAway are the refusals of the Security Token Service, in its own words
// (https://docs.cloud.google.com/iam/docs/troubleshooting-workload-identity-federation). They are asked in their order. A new
// pool or provider answers as one that is not there.
func turnedAway() []turnaway {
	return []turnaway{
		{http: http.StatusTooManyRequests, kind: fault.Throttled, hint: comeLater},
		{code: "quota_exceeded", kind: fault.Throttled, hint: comeLater},
		{http: http.StatusInternalServerError, kind: fault.Transient, hint: passing},
		{code: "invalid_target", kind: fault.Propagating, hint: "Wait; a provider is known everywhere minutes after it was made. If it goes on, carry out the plan (landfall migrate {plan}) and see that nobody has disabled {provider}."},
		{says: "connecting to the given credential's issuer", kind: fault.Propagating, hint: "Wait; a new issuer answers within minutes. If it goes on, see that {issuer}/.well-known/openid-configuration answers everybody and leads to the key that the token names."},
		{says: "rejected by the attribute condition", kind: fault.Invalid, hint: "Have the plan trust the subject that the token names: {provider} admits {subject} alone."},
		{says: "the issuer in id token", kind: fault.Invalid, hint: "Have the plan trust the issuer that the token names: {provider} admits {issuer} alone."},
		{says: "the audience in id token", kind: fault.Invalid, hint: "Have the consumer ask for a token for {audience}, or the plan trust the audience that its tokens name: {provider} admits no other."},
		{says: "stale to sign-in", kind: fault.Invalid, hint: "Have the consumer ask for a new token; if it was new, set the clock of who signed it right."},
		{says: "verify the id token signature", kind: fault.Invalid, hint: "See who has signed the token: it was not {issuer}."},
		{says: "127 bytes limit", kind: fault.Invalid, hint: "Give the consumer a shorter name: Google takes a subject of 127 bytes at most."},
		{code: "invalid_grant", kind: fault.Invalid, hint: "See that what the consumer shows is a token of {issuer}."},
	}
}

// fill fills a hint in.
func (e Entry) fill(h string) string {
	return strings.NewReplacer("{provider}", e.Provider, "{account}", e.Account, "{plan}", e.Plan, "{issuer}", strings.TrimSuffix(e.Trust.Issuer, "/"),
		"{subject}", e.Trust.Subject, "{audience}", e.Trust.Audience).Replace(h)
}
