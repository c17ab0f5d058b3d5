package azure

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/itbytes/landfall/fault"
)

// askEntra asks an OAuth endpoint of a tenant. No error of it quotes what was sent or answered.
func askEntra(ctx context.Context, by *http.Client, at string, form url.Values, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := by.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // the body was read
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return entraError(resp, b)
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("%s answered 200 and nothing that can be read", at)
	}
	return nil
}

// tokenRefusal is the token endpoint saying no. Its error text holds nothing of the request, in which the refresh token is.
type tokenRefusal struct {
	status      int
	code        string // OAuth's: invalid_grant
	codes       []string
	description string
	after       time.Duration
}

// Error implements error.
func (r *tokenRefusal) Error() string {
	return "entra token: " + r.code + ": " + fault.Clip(r.description)
}

// entraError reads what the token endpoint answered.
func entraError(resp *http.Response, body []byte) *tokenRefusal {
	r := &tokenRefusal{status: resp.StatusCode, after: retryAfter(resp.Header, time.Now())}
	var b struct {
		Error       string `json:"error"`
		Codes       []int  `json:"error_codes"`
		Description string `json:"error_description"`
	}
	if err := json.Unmarshal(body, &b); err != nil {
		r.code, r.description = resp.Status, "the answer is not the token endpoint's"
		return r
	}
	r.code, r.description = b.Error, b.Description
	for _, c := range b.Codes {
		r.codes = append(r.codes, strconv.Itoa(c))
	}
	if c := aadsts(b.Description); len(r.codes) == 0 && c != "" {
		r.codes = []string{c}
	}
	return r
}

// refusalOf reads an answer that the SDK's own credentials got.
func refusalOf(resp *http.Response) *tokenRefusal {
	b, err := runtime.Payload(resp)
	if err != nil {
		b = nil
	}
	return entraError(resp, b)
}

func (r *tokenRefusal) fault() *fault.Fault {
	f := &fault.Fault{Service: "entra", Operation: "token", Code: r.code, Message: fault.Clip(r.description), After: r.after}
	for _, c := range r.codes {
		if k, hint, known := byAADSTS(c); known {
			f.Kind, f.Hint, f.Code = k, hint, "AADSTS"+c
			return f
		}
	}
	switch {
	case r.status == http.StatusTooManyRequests:
		f.Kind, f.Hint = fault.Throttled, "Wait; the token is asked for again when Entra said."
	case r.status >= http.StatusInternalServerError, r.code == "temporarily_unavailable", r.code == "server_error":
		f.Kind, f.Hint = fault.Transient, "Wait; the token is asked for again."
	case r.code == "invalid_grant", r.code == "interaction_required", r.code == "login_required":
		f.Kind, f.Hint = fault.SessionExpired, "Sign in again, then resume."
	case r.code == "unauthorized_client", r.code == "access_denied", r.code == "consent_required":
		f.Kind, f.Hint = fault.Denied, "Have an administrator consent to the application, then resume."
	default:
		f.Kind, f.Hint = fault.Invalid, "Correct the login in the plan by what the message says."
	}
	return f
}

// aadsts is the first AADSTS number in a text, or "".
func aadsts(text string) string {
	m := regexp.MustCompile(`AADSTS(\d{4,7})`).FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[1]
}

// byAADSTS is what an error number of Entra means.
func byAADSTS(number string) (fault.Kind, string, bool) {
	switch number {
	case "50173", "700082", "70008", "70043", "50089", "50132", "50133", "50078", "700084":
		return fault.SessionExpired, "Sign in again, then resume.", true
	case "50076", "50079", "50074", "50072", "50158":
		return fault.SessionExpired, "Sign in again with multi-factor authentication, then resume.", true
	case "53000", "53001", "53002", "53003", "530035", "50131":
		return fault.Denied, "Have the Conditional Access policy allow this device and place, or sign in from one that it allows, then resume.", true
	case "50053":
		return fault.Locked, "Leave it alone until the lock ends, or have an administrator unblock the account; trying lengthens the lock.", true
	case "7000112":
		return fault.Locked, "Have the application's service principal enabled again, then resume.", true
	case "50057":
		return fault.Locked, "Have the account enabled again, then resume.", true
	case "50055", "50144":
		return fault.Locked, "Have the account's owner set a new password and sign in, then resume.", true
	case "90055":
		return fault.Throttled, "Wait; the tenant is throttled and the token is asked for again.", true
	case "70002", "7000215", "7000222", "1000502":
		return fault.Invalid, "Rotate the credential: its secret is wrong or has expired.", true
	case "700027", "70021", "70025", "700211", "700212", "700213":
		return fault.Propagating, "Wait; the credential was made a moment ago and is not yet known everywhere.", true
	case "7002138":
		return fault.Denied, "Write the federated credential's subject as the token has it, for Entra tells capitals from small letters; then resume.", true
	case "7000272":
		return fault.Denied, "Have the issuer of the token publish the key that it signs with (its /.well-known/openid-configuration names where), then resume.", true
	case "700222", "700226", "700236":
		return fault.Invalid, "Let in a token of another cloud: Entra takes none that it has signed for another application.", true
	case "50027":
		return fault.Invalid, "Have the issuer sign a token of three parts by RS256: Entra cannot read this one.", true
	case "500011":
		return fault.Denied, "Have the named resource added to the tenant, then resume.", true
	case "501051":
		return fault.Denied, "Assign the application a role of the named resource, or have that require no assignment, then resume.", true
	case "700011", "700016", "7000229":
		return fault.Denied, "Have the application added to the tenant, or correct the login's client in the plan, then resume.", true
	case "65001", "650057":
		return fault.Denied, "Have an administrator consent to the application, then resume.", true
	case "700024":
		return fault.Transient, "Wait; another token is asked for, and if it lasts set the clock of whoever signs it.", true
	case "90061", "50166":
		return fault.Transient, "Wait; the issuer of the token did not answer Entra, which asks it again.", true
	case "50033", "50087", "50088", "90006", "90012", "90024", "90033":
		return fault.Transient, "Wait; the token is asked for again.", true
	}
	return "", "", false
}
