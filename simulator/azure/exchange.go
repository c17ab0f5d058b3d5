package azure

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// audiences are the aud of a token: a text, or a list of texts (RFC 7519, section 4.1.3).
type audiences []string

// UnmarshalJSON implements json.Unmarshaler.
func (a *audiences) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audiences{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

// hearsay is what the token endpoint knows of a federated identity credential until it has heard of the last change: what stood
// before, or nothing.
type hearsay struct {
	at     time.Time
	before obj
}

// hear lets the token endpoint hear of a change, after a while.
func (app *application) hear(k *kernel.Kernel, now, before obj) {
	if app.heard == nil {
		app.heard = map[string]hearsay{}
	}
	app.heard[text(now, "id")] = hearsay{k.Later("azure.graph.replication"), before}
}

// last is the credential as the token endpoint knows it; nil where it has not heard of it.
func (h hearsay) last(now time.Time, f obj) obj {
	if now.Before(h.at) {
		return h.before
	}
	return f
}

// trusted are the application's federated identity credentials that the token endpoint knows.
func (e *entra) trusted(app *application) []obj {
	var out []obj
	for _, f := range app.federated {
		if known := app.heard[text(f, "id")].last(e.k.Now(), f); known != nil {
			out = append(out, known)
		}
	}
	return out
}

const checkFederated = " Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"

// federated answers for an assertion of another issuer: one federated identity credential of the application must have its issuer,
// its subject and its audience, to the letter, and the issuer must have signed it. The report of credentials' uses does not tell
// of these.
func (e *entra) federated(app *application, x assertion) (by *usage, code, message string) {
	all := e.trusted(app)
	if len(all) == 0 {
		return nil, "70025", "The client '" + app.appID + "'(" + app.text("displayName") + ") has no configured federated identity credentials."
	}
	none := "No matching federated identity record found for presented assertion "
	having := func(fits func(obj) bool) []obj {
		return slices.DeleteFunc(slices.Clone(all), func(f obj) bool { return !fits(f) })
	}
	if all = having(func(f obj) bool { return text(f, "issuer") == x.claims.Iss }); len(all) == 0 {
		return nil, "700211", none + "issuer '" + x.claims.Iss + "'." + checkFederated
	}
	nearly := having(func(f obj) bool { return strings.EqualFold(text(f, "subject"), x.claims.Sub) })
	switch all = having(func(f obj) bool { return text(f, "subject") == x.claims.Sub }); {
	case len(all) == 0 && len(nearly) > 0:
		return nil, "7002138", none + "subject '" + x.claims.Sub + "'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison." + checkFederated
	case len(all) == 0:
		return nil, "700213", none + "subject '" + x.claims.Sub + "'." + checkFederated
	case !slices.ContainsFunc(all, func(f obj) bool {
		return slices.ContainsFunc(texts(f, "audiences"), func(s string) bool { return slices.Contains(x.claims.Aud, s) })
	}):
		return nil, "700212", none + "audience '" + strings.Join(x.claims.Aud, ", ") + "'." + checkFederated
	case entras(x.claims.Iss):
		return nil, "700222", "AAD-issued tokens may not be used for federated identity flows."
	}
	if code, message := e.untimely(x); code != "" {
		return nil, code, message
	}
	return e.vouched(x)
}

// vouched asks the issuer's own keys.
func (e *entra) vouched(x assertion) (by *usage, code, message string) {
	_, err := e.k.Vouched(e.form.Get("client_assertion"))
	_, away := errors.AsType[kernel.Unreachable](err)
	switch {
	case away:
		return nil, unreachable, "Request to External OIDC endpoint failed."
	case err != nil:
		return nil, "7000272", "The certificate with identifier " + x.head.Kid + " used to sign the federated credential could not be found in the metadata of identity provider " + x.claims.Iss +
			". Please validate that your Identity Provider's metadata exposes the key used to sign the incoming token."
	}
	return &usage{}, "", ""
}

// unreachable is the number of the error that an issuer's address does not answer; it is the request that fails then.
const unreachable = "90061"

// untimely refuses an assertion that has ended or not begun.
func (e *entra) untimely(x assertion) (code, message string) {
	now := e.k.Now()
	if x.claims.Exp != 0 && now.Unix() <= x.claims.Exp && now.Add(5*time.Minute).Unix() >= x.claims.Nbf {
		return "", ""
	}
	return "700024", "Client assertion is not within its valid time range. Current time: " + stamp(now) + ", assertion valid from " + stamp(time.Unix(x.claims.Nbf, 0)) +
		", expiry time of assertion " + stamp(time.Unix(x.claims.Exp, 0)) + ". Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials ."
}

// entras reports whether an issuer is Entra itself, of whichever tenant.
func entras(issuer string) bool {
	u, err := url.Parse(issuer)
	return err == nil && slices.ContainsFunc([]string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"}, func(host string) bool {
		return u.Hostname() == host || strings.HasSuffix(u.Hostname(), "."+host)
	})
}
