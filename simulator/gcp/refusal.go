package gcp

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// refused is a kernel's refusal in Google's words.
func refused(x kernel.Refusal) *problem {
	switch x.Reason {
	case kernel.LoginExpired:
		return unauthenticated("ACCESS_TOKEN_EXPIRED", "Request had invalid authentication credentials. Expected OAuth 2 access "+
			"token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.")
	case kernel.LoginLocked:
		return unauthenticated("ACCOUNT_STATE_INVALID", "The account that the token was issued to has been disabled.")
	}
	return ordered(x)
}

// ordered words a fault that the scenario ordered: its code is a canonical one, or the reason of an ErrorInfo.
func ordered(x kernel.Refusal) *problem {
	at := slices.Index(codes(), x.Code)
	code := x.Status
	if code == 0 {
		code = http.StatusServiceUnavailable
		if at > 0 {
			code = httpCodes()[at]
		}
	}
	p := &problem{code: code, status: canonical(code), message: x.Message, reason: "backendError", front: true}
	switch {
	case at > 0:
		p.status = x.Code
	case x.Code != "":
		p.reason = x.Code
		p.details = []any{errorInfo(x.Code, "googleapis.com", nil)}
	}
	if code == http.StatusTooManyRequests {
		p.reason = "rateLimitExceeded"
	}
	if x.Over.Name != "" {
		exceeded(p, x.Over)
	}
	if p.message == "" {
		p.message = fmt.Sprintf("The request was refused (%s).", p.status)
	}
	if x.RetryAfter > 0 {
		p.details = append(p.details, fields{
			"@type":      "type.googleapis.com/google.rpc.RetryInfo",
			"retryDelay": strconv.FormatFloat(x.RetryAfter.Seconds(), 'f', -1, 64) + "s",
		})
	}
	return p
}

// exceeded words a call that is over a limit, as the quota of any of Google's APIs does.
func exceeded(p *problem, over kernel.Limit) {
	metric, limit := "Requests", "RequestsPerMinutePerProject"
	switch over.Kind {
	case "read":
		metric, limit = "Read requests", "ReadRequestsPerMinutePerProject"
	case "write":
		metric, limit = "Write requests", "WriteRequestsPerMinutePerProject"
	}
	host := over.Service + ".googleapis.com"
	p.status = "RESOURCE_EXHAUSTED"
	p.message = fmt.Sprintf("Quota exceeded for quota metric '%s' and limit '%s per minute' of service '%s'.", metric, metric, host)
	p.details = []any{errorInfo("RATE_LIMIT_EXCEEDED", "googleapis.com", map[string]string{
		"service": host, "quota_location": "global", "quota_limit": limit, "quota_limit_value": strconv.FormatFloat(over.Calls, 'f', -1, 64),
		"quota_metric": host + "/" + strings.ReplaceAll(strings.ToLower(metric), " ", "_"),
	})}
}

// retryAfter tells a client when to come again; HTTP counts in whole seconds.
func retryAfter(w http.ResponseWriter, d time.Duration) {
	if d > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((d+time.Second-1)/time.Second)))
	}
}
