package webhook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// service is who a fault of this room is of.
const service = "webhook"

// What a person is to do.
const (
	mendAddress  = "Write an https address in notify.webhook of the plan; the next run tells its notices there."
	takeAddress  = "Take notify out of the plan, or name another address in it."
	moved        = "Write the address that it has moved to in notify.webhook of the plan: notices follow no redirect."
	mendReceiver = "See that the receiver takes POSTs at the plan's notify.webhook and has the secret that notify.key names."
	lookReceiver = "See that the receiver runs; the notice is told again by itself for a day."
)

// refused names what a receiver answered: nil where it took the notice. The one place where its codes are known, and what
// they mean is the scheme's (Standard Webhooks 1.0.0, "Delivery success and failure").
func refused(host string, a *http.Response, secret plan.Secret) error {
	if a.StatusCode >= 200 && a.StatusCode < 300 {
		return nil
	}
	f := &fault.Fault{Service: service, Code: strconv.Itoa(a.StatusCode), After: after(a.Header)}
	f.Kind, f.Message, f.Hint = kindOf(a.StatusCode, f.After)
	f.Message = host + " " + f.Message
	if why := excerpt(a.Body, secret); why != "" {
		f.Message += ": " + why
	}
	return f
}

// kindOf is the table.
func kindOf(status int, after time.Duration) (kind fault.Kind, message, hint string) {
	switch {
	case status == http.StatusGone:
		return fault.Invalid, "wants no more notices", takeAddress
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && after > 0:
		return fault.Throttled, "takes no more notices just now", ""
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return fault.Transient, "could not take the notice", lookReceiver
	case status >= 300 && status < 400:
		return fault.Invalid, "has moved", moved
	}
	return fault.Invalid, "refused the notice", mendReceiver
}

// unreached names why there was no answer. The client's own error holds the whole address, whose path can be a secret.
func unreached(ctx context.Context, host string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err() // whoever asked no longer waits
	}
	var sent *url.Error
	if errors.As(err, &sent) {
		err = sent.Err
	}
	message := host + " cannot be reached: " + err.Error()
	if sent != nil && sent.Timeout() {
		message = host + " gave no answer in time"
	}
	return &fault.Fault{Kind: fault.Transient, Service: service, Message: message, Hint: lookReceiver}
}

func badAddress(why string) error {
	return fault.New(fault.Invalid, mendAddress, "notify.webhook cannot be used: %s", why)
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

// excerpt is the beginning of an answer, enough to know a wrong secret from a wrong address, and never the secret.
func excerpt(body io.Reader, secret plan.Secret) string {
	b, _ := io.ReadAll(io.LimitReader(body, 4096)) // an answer that breaks off says what it said until then
	said := strings.ToValidUTF8(string(b), "")
	said = strings.ReplaceAll(said, strings.TrimPrefix(secret.Reveal(), prefix), secret.String())
	r := []rune(strings.Join(strings.Fields(said), " "))
	if len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return string(r)
}
