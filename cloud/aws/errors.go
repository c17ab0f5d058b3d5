package aws

import (
	"cmp"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/itbytes/landfall/fault"
)

// answer is what a failed call came to, as the table reads it.
type answer struct {
	service   string // IAM's prefix: iam, s3, config
	operation string
	code      string
	reason    string // a constraint's Reason, where there is one
	message   string
	status    int // of the HTTP answer; 0 where there was none
	write     bool
}

// name makes an SDK error a fault. It is called once, at the edge (see edge.go); a fault that a credential's own call
// named already keeps its name.
func name(service, operation, login, account string, err error) error {
	if err == nil || fault.As(err) != nil {
		return err
	}
	a := read(service, operation, err)
	f := &fault.Fault{
		Cloud: "aws", Service: a.service, Operation: operation, Code: a.code, Message: a.message,
		Login: login, After: retryAfter(err), Err: err,
	}
	r := lookUp(a, err)
	f.Kind, f.Hint = r.kind, r.hint
	if f.Hint == signIn {
		f.Hint = signInWith(login)
	}
	if r.as != "" {
		f.Code = r.as
	}
	switch {
	case f.Kind == fault.Denied && r.hint == "":
		f.Hint = denied(a)
	case f.Kind == fault.Locked: // the account, whoever asks; a locked login is told of where it signs in
		f.Scope = cmp.Or(account, "the account of "+login)
	}
	if f.Message == "" {
		f.Message = err.Error()
	}
	return f
}

// signInWith says how a person signs in with a login.
func signInWith(login string) string {
	return "Sign in with `landfall login " + login + "` (or `aws sso login` where the worker runs); what waits for it goes on by itself."
}

// read takes an error apart.
func read(service, operation string, err error) answer {
	a := answer{service: prefix(service), operation: operation, write: writes(service, operation)}
	var api smithy.APIError
	if errors.As(err, &api) {
		a.code, a.message = api.ErrorCode(), api.ErrorMessage()
	}
	var constraint *orgtypes.ConstraintViolationException
	if errors.As(err, &constraint) {
		a.reason = string(constraint.Reason)
	}
	var answered *smithyhttp.ResponseError
	if errors.As(err, &answered) {
		a.status = answered.HTTPStatusCode()
	}
	return a
}

// lookUp finds the row of an answer: by the credential's own errors, then by code, then by status, then by what broke.
func lookUp(a answer, err error) row {
	if r, expired := credential(a, err); expired {
		return r
	}
	if a.code != "" && a.code != "UnknownError" {
		for _, r := range table() {
			if r.matches(a) {
				return r
			}
		}
	}
	var cut *net.OpError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &cut): // the answer broke off
		return row{kind: fault.Transient, hint: wait}
	case a.status >= http.StatusInternalServerError && a.status != http.StatusNotImplemented:
		return row{kind: fault.Transient, hint: wait}
	case a.status == http.StatusTooManyRequests:
		return row{kind: fault.Throttled, hint: wait}
	case a.status > 0 && (a.code == "" || a.code == "UnknownError"):
		return row{kind: fault.Invalid, as: "Unsupported", hint: "Ask an endpoint that serves this operation: what answered is not an AWS answer."}
	case a.status == http.StatusUnauthorized:
		return row{kind: fault.SessionExpired, hint: signIn}
	case a.status == http.StatusForbidden:
		return row{kind: fault.Denied}
	case a.status == http.StatusNotFound, a.status == http.StatusConflict:
		return row{kind: fault.Conflict, hint: "See what stands there now, then resume."}
	case a.status >= http.StatusBadRequest:
		return row{kind: fault.Invalid, hint: "Mend what the message names in the plan, then start the run again."}
	}
	var unsent *smithy.SerializationError
	var missing *smithy.InvalidParamsError
	if errors.As(err, &unsent) || errors.As(err, &missing) {
		return row{kind: fault.Bug, hint: "Report it with this message: Landfall made a request that cannot be sent."}
	}
	return row{kind: fault.Transient, hint: wait} // the connection: refused, reset, timed out, cancelled
}

// credential recognises the errors of credentials that never reached the service they were for.
func credential(a answer, err error) (row, bool) {
	text := err.Error()
	var sso *ssocreds.InvalidTokenError
	switch {
	case errors.As(err, &sso),
		strings.Contains(text, "refresh cached SSO token failed"),
		strings.Contains(text, "cached SSO token is expired, or not present"),
		strings.Contains(text, "failed to read cached SSO token file"):
		return row{kind: fault.SessionExpired, as: "InvalidToken", hint: signIn}, true
	case strings.Contains(text, "login session has expired"), strings.Contains(text, "login session password has changed"),
		a.service == "signin" && (strings.Contains(text, "TOKEN_EXPIRED") || strings.Contains(text, "USER_CREDENTIALS_CHANGED")),
		strings.Contains(text, "token file not found, please reauthenticate"):
		return row{kind: fault.SessionExpired, as: "TOKEN_EXPIRED", hint: "Sign in again with `aws login`; every step that waits for it goes on by itself."}, true
	case strings.Contains(text, "missing permissions for the CreateOAuth2Token action"):
		return row{kind: fault.Denied, as: "INSUFFICIENT_PERMISSIONS", hint: "Grant the user who signs in with `aws login` signin:CreateOAuth2Token, then resume."}, true
	case strings.Contains(text, "no EC2 IMDS role found"):
		return row{kind: fault.SessionExpired, as: "NoCredentials", hint: "Give the worker AWS credentials (environment or profile), then resume."}, true
	}
	return row{}, false
}

var permission = regexp.MustCompile(`perform: ([a-z0-9-]+:[A-Za-z0-9]+)`)

// denied says which permission is missing and who can give it.
func denied(a answer) string {
	need := a.service + ":" + a.operation
	if m := permission.FindStringSubmatch(a.message); m != nil {
		need = m[1]
	}
	switch {
	case strings.Contains(a.message, "service control policy"):
		return "Ask the owner of the organisation's service control policies to allow " + need + " in this account, then resume."
	case a.service == "sso":
		return "Assign the login's permission set in the account that it signs in to (IAM Identity Center), then resume."
	case need == "sts:AssumeRole":
		return "Let the account's role trust the login's account and the login assume it (sts:AssumeRole), then resume."
	case a.service == "organizations":
		return "Grant the login " + need + " in the organisation's management account, then resume."
	}
	return "Grant the login's role " + need + " in this account, then resume."
}

// retryAfter is when the server said to come back; 0 if it did not.
func retryAfter(err error) time.Duration {
	var answered *smithyhttp.ResponseError
	if !errors.As(err, &answered) || answered.Response == nil || answered.Response.Response == nil {
		return 0
	}
	seconds, bad := strconv.Atoi(answered.Response.Header.Get("Retry-After"))
	if bad != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
