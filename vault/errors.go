package vault

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/1Password/connect-sdk-go/onepassword"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// What a person is to do.
const (
	newToken  = "Give the worker a valid OP_CONNECT_TOKEN and start it again, then resume."
	moreRight = "Give OP_CONNECT_TOKEN the right to read and write the vault, then resume."
	lookHost  = "See that 1Password Connect runs and that OP_CONNECT_HOST is its address."
)

// named names what went wrong with a call: the one place where Connect's codes are known.
func named(ctx context.Context, c *call, operation string, err error, hide []plan.Secret) error {
	if ctx.Err() != nil {
		return ctx.Err() // whoever asked no longer waits
	}
	f := &fault.Fault{Cloud: "onepassword", Service: "connect", Operation: operation}
	var answered *onepassword.Error
	var sent *url.Error
	switch {
	case errors.As(err, &answered):
		f.Kind, f.Hint = kindOf(c.status)
		f.Code, f.Message, f.After = strconv.Itoa(c.status), hidden(answered.Message, hide), after(c.header)
	case c.ctx.Err() != nil:
		f.Kind, f.Message, f.Hint, f.Err = fault.Transient, "no answer in time", lookHost, c.ctx.Err()
	case errors.As(err, &sent): // its URL is the door's own
		f.Kind, f.Message, f.Hint, f.Err = fault.Transient, hidden(sent.Err.Error(), hide), lookHost, sent.Err
	case strings.HasPrefix(err.Error(), "decoding "):
		f.Kind, f.Message, f.Hint = fault.Invalid, "what answers is not 1Password Connect", lookHost
	default:
		f.Kind, f.Message, f.Hint, f.Err = fault.Transient, hidden(err.Error(), hide), lookHost, err
	}
	return f
}

// kindOf is the table.
func kindOf(status int) (kind fault.Kind, hint string) {
	switch {
	case status == http.StatusUnauthorized:
		return fault.SessionExpired, newToken
	case status == http.StatusForbidden:
		return fault.Denied, moreRight
	case status == http.StatusTooManyRequests:
		return fault.Throttled, ""
	case status == http.StatusConflict: // in no document of Connect's; 1Password itself says so of two writers of one vault
		return fault.Conflict, lookWho
	case status == http.StatusRequestTimeout, status >= http.StatusInternalServerError:
		return fault.Transient, lookHost
	}
	return fault.Invalid, ""
}

// missing reports a definite not-found.
func missing(err error) bool {
	f := fault.As(err)
	return f != nil && f.Code == strconv.Itoa(http.StatusNotFound)
}

// after reads Retry-After, which is in seconds or a date.
func after(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(time.Until(at), 0)
	}
	return 0
}

// hidden is a message without the secrets that went into the call, as they are and as JSON writes them.
func hidden(message string, hide []plan.Secret) string {
	for _, s := range hide {
		if s.Empty() {
			continue
		}
		message = strings.ReplaceAll(message, s.Reveal(), s.String())
		if b, err := json.Marshal(s.Reveal()); err == nil {
			message = strings.ReplaceAll(message, strings.Trim(string(b), `"`), s.String())
		}
	}
	return message
}
