package wire

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"cloud.google.com/go/auth"
	"golang.org/x/oauth2"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// refusal is what Google's token endpoint says when it gives no token.
type refusal struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Subtype     string `json:"error_subtype"`
	status      int
}

// nameToken names a refusal of the token endpoint; nil where err is none.
func nameToken(err error, c Call) *fault.Fault {
	r, ok := refused(err)
	if !ok {
		return nil
	}
	f := &fault.Fault{
		Cloud: string(plan.GCP), Service: "oauth2", Operation: "token", Login: c.Login, Err: err,
		Code: r.Error, Message: r.Description,
	}
	if r.Subtype != "" {
		f.Code += "/" + r.Subtype
	}
	f.Kind, f.Hint = r.kind()
	f.Hint = hint(f.Hint, c.Login, "", "oauth2")
	return f
}

func refused(err error) (refusal, bool) {
	var r refusal
	var a *auth.Error
	var o *oauth2.RetrieveError
	var body []byte
	switch {
	case errors.As(err, &a):
		body = a.Body
		if a.Response != nil {
			r.status = a.Response.StatusCode
		}
	case errors.As(err, &o):
		body = o.Body
		if o.Response != nil {
			r.status = o.Response.StatusCode
		}
	default:
		return r, false
	}
	_ = json.Unmarshal(body, &r) // an answer that is no JSON is judged by its status
	return r, true
}

// kind is what a refusal means. An account's session ends by the organisation's session length (invalid_rapt), by a
// changed password or by a revoked grant: each is mended by signing in. Signing in to a disabled account is not tried.
func (r refusal) kind() (fault.Kind, string) {
	says := strings.ToLower(r.Description)
	switch {
	case r.status == http.StatusTooManyRequests || r.Error == "rate_limit_exceeded":
		return fault.Throttled, comeLater
	case r.status >= http.StatusInternalServerError:
		return fault.Transient, passing
	case r.Subtype == "invalid_rapt" || strings.Contains(says, "reauth related error"):
		return fault.SessionExpired, signIn
	case strings.Contains(says, "account has been disabled"):
		return fault.Locked, reactivate
	case strings.Contains(says, "account has been deleted"):
		return fault.Invalid, "Give the login {login} another account: this one has been deleted."
	case strings.Contains(says, "invalid jwt signature"):
		return fault.Invalid, "Rotate the key of the login {login}: Google no longer knows this one."
	case r.Error == "invalid_grant":
		return fault.SessionExpired, signIn
	case r.Error == "unauthorized_client", r.Error == "invalid_client", r.Error == "deleted_client":
		return fault.Invalid, "Sign in as the login {login} with another OAuth client: Google refuses this one."
	case r.Error == "access_denied", r.Error == "admin_policy_enforced":
		return fault.Denied, "Have a Workspace administrator allow the OAuth client of the login {login}, then resume."
	}
	return fault.Invalid, "Sign in again as the login {login} from the beginning: Google does not understand what is kept of it."
}
