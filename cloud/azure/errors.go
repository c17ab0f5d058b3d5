package azure

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// young is how long after a subscription was made its absence or a refusal in it only means that not every part of Azure has
// heard of it: role assignments are documented to take up to ten minutes.
const young = 10 * time.Minute

// name makes a fault of whatever error a control of a task met. Every code of the resource manager, Microsoft Graph and Entra
// is named here or in codes.go and nowhere else.
func name(err error, t plan.Task) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	login := loginOf(t).Name
	if f := fault.As(err); f != nil {
		if f.Cloud == "" {
			told := *f
			told.Cloud, told.Login = string(plan.Azure), login
			late(&told, t)
			return &told
		}
		return err
	}
	f := nameOf(err)
	f.Cloud, f.Login, f.Err = string(plan.Azure), login, err
	late(f, t)
	return f
}

// late makes of a refusal in a subscription that is new what it is: not all of Azure has heard of it, of who owns it, or of the
// roles that its management group defines.
func late(f *fault.Fault, t plan.Task) {
	switch f.Code {
	case "AuthorizationFailed", "SubscriptionNotFound":
		if !session.Newer(t, young) {
			return
		}
	case "RoleDefinitionDoesNotExist", "RoleAssignmentScopeNotAssignableToRoleDefinition":
		if !session.Newer(t, session.Late) {
			return
		}
	default:
		return
	}
	f.Kind, f.Hint = fault.Propagating, "The subscription is new; wait until all of Azure has heard of it."
}

func nameOf(err error) *fault.Fault {
	var (
		answered *azcore.ResponseError
		refusal  *tokenRefusal
		failed   *azidentity.AuthenticationFailedError
		broken   net.Error
	)
	switch {
	case errors.As(err, &refusal):
		return refusal.fault()
	case errors.As(err, &failed) && failed.RawResponse != nil:
		return refusalOf(failed.RawResponse).fault()
	case errors.As(err, &answered):
		return ofResponse(answered)
	case aadsts(err.Error()) != "":
		return (&tokenRefusal{codes: []string{aadsts(err.Error())}, description: err.Error()}).fault()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &broken):
		return &fault.Fault{Kind: fault.Transient, Message: fault.Clip(err.Error()), Hint: "Wait; the call is made again."}
	case signedOut(err):
		return &fault.Fault{
			Kind: fault.SessionExpired, Service: "entra", Operation: "token", Message: fault.Clip(err.Error()),
			Hint: "Sign in with that login's own tool, then resume.",
		}
	}
	return &fault.Fault{Kind: fault.Bug, Message: fault.Clip(err.Error()), Hint: "Report it: no part of Landfall knows this error."}
}

// signedOut reports whether a credential of the SDK says that it has nobody to be.
func signedOut(err error) bool {
	var unavailable interface{ NonRetriable() }
	text := err.Error()
	return errors.As(err, &unavailable) && (strings.Contains(text, "Credential") || strings.Contains(text, "az login"))
}

// ofResponse names what the resource manager or Graph answered.
func ofResponse(r *azcore.ResponseError) *fault.Fault {
	b := bodyOf(r.RawResponse)
	f := &fault.Fault{Code: r.ErrorCode, Message: b.text()}
	var h http.Header
	if r.RawResponse != nil {
		f.Service, f.Operation = where(r.RawResponse.Request)
		h = r.RawResponse.Header
		f.After = retryAfter(h, time.Now())
	}
	if f.Code == "" {
		f.Code = http.StatusText(r.StatusCode)
	}
	f.Kind, f.Hint = ofCode(f.Code, r.StatusCode, b)
	if number := aadsts(f.Message); number != "" && r.StatusCode == http.StatusUnauthorized { // Entra's own reason
		if k, hint, known := byAADSTS(number); known {
			f.Kind, f.Hint, f.Code = k, hint, "AADSTS"+number
			return f
		}
	}
	if f.Code == "Authorization_RequestDenied" {
		f.Hint = "Have " + directoryRight(f.Operation) + " granted to the login, then resume."
	}
	if f.Kind == fault.Locked { // what the login would enter is, not the login
		f.Scope = lockedScope(r.RawResponse)
	}
	return f
}

// lockedScope is the subscription that an answer is about, or the whole path where it is about none.
func lockedScope(r *http.Response) string {
	if r == nil || r.Request == nil {
		return "unknown"
	}
	if parts := strings.Split(strings.Trim(r.Request.URL.Path, "/"), "/"); len(parts) > 1 && strings.EqualFold(parts[0], "subscriptions") {
		return strings.ToLower(parts[1])
	}
	return r.Request.URL.Path
}

// where says what was called, as Azure names it: Microsoft.Network and "PUT virtualNetworks", or graph and "PATCH applications".
func where(r *http.Request) (service, operation string) {
	if r == nil {
		return "", ""
	}
	path := strings.Trim(r.URL.Path, "/")
	if len(r.Header["x-ms-version"]) > 0 { //nolint:canonicalheader // as the SDK of the storage services writes it, which alone are asked by version
		return "Microsoft.Storage", r.Method + " blobs"
	}
	_, rest, found := strings.Cut(path, "v1.0/")
	if !found {
		_, rest, found = strings.Cut(path, "beta/")
	}
	if found && !strings.Contains(path, "providers/") {
		set, _, _ := strings.Cut(rest, "/")
		set, _, _ = strings.Cut(set, "(")
		return "graph", r.Method + " " + set
	}
	parts := strings.Split(path, "/")
	for i := len(parts) - 1; i > 0; i-- {
		if !strings.EqualFold(parts[i-1], "providers") {
			continue
		}
		if i+1 == len(parts) {
			return parts[i], r.Method
		}
		op := parts[i+1]
		for j := i + 3; j < len(parts); j += 2 {
			op += "/" + parts[j]
		}
		return parts[i], r.Method + " " + op
	}
	last := parts[0]
	if len(parts) > 2 {
		last = parts[2]
	}
	return "Microsoft.Resources", r.Method + " " + last
}

// retryAfter is when the server said to come back, in seconds, in milliseconds or as a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	for _, k := range []string{"Retry-After-Ms", "X-Ms-Retry-After-Ms"} {
		if d, err := time.ParseDuration(h.Get(k) + "ms"); err == nil {
			return d
		}
	}
	v := h.Get("Retry-After")
	if d, err := time.ParseDuration(v + "s"); err == nil {
		return d
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(at.Sub(now).Round(time.Second), 0)
	}
	return 0
}
