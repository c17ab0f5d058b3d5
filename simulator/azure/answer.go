package azure

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// ok answers with a body; nil is an empty answer.
func (a *ask) ok(status int, body any) { write(a.w, status, body) }

// fail answers with Resource Manager's error body.
func (a *ask) fail(status int, code, message string) {
	write(a.w, status, obj{"error": obj{"code": code, "message": message}})
}

func write(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	b, err := json.Marshal(body)
	if err != nil { // everything answered is made of JSON values
		status, b = http.StatusInternalServerError, []byte(`{"error":{"code":"InternalServerError","message":"encode the answer"}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the journal has the status; a caller that went away wants nothing
}

// retryAfter tells the caller when to come back: in whole seconds as the cloud does, and in milliseconds, which azcore prefers
// and which keeps a scaled world fast.
func retryAfter(w http.ResponseWriter, d time.Duration) {
	d = max(d, time.Millisecond)
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(d.Seconds()))))
	w.Header().Set("x-ms-retry-after-ms", strconv.FormatInt(int64(math.Ceil(float64(d)/float64(time.Millisecond))), 10))
}

// refuseARM words a refusal as Resource Manager does.
func refuseARM(w http.ResponseWriter, x kernel.Refusal) {
	status, code, message := http.StatusUnauthorized, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time: the session of the user has ended."
	switch x.Reason {
	case kernel.LoginLocked:
		code, message = "InvalidAuthenticationToken", "The access token is invalid: AADSTS50053: The account is locked."
	case kernel.Ordered:
		status, code, message = ordered(w, x)
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer authorization_uri="https://login.microsoftonline.com/", error="invalid_token"`)
	}
	write(w, status, obj{"error": obj{"code": code, "message": message}})
}

// ordered is what a fault orders, with the cloud's usual answer where it says nothing.
func ordered(w http.ResponseWriter, x kernel.Refusal) (status int, code, message string) {
	status, code, message = x.Status, x.Code, x.Message
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	if code == "" {
		code = "ServerUnavailable"
	}
	if message == "" {
		message = "The request was refused: " + code + "."
	}
	if x.RetryAfter > 0 {
		retryAfter(w, x.RetryAfter)
	}
	return status, code, message
}

// page answers a list, a page at a time, with the link to the next.
func (a *ask) page(items []obj) {
	query := a.r.URL.Query()
	from, to := window(query, a.estate.PageSize, len(items))
	answer := obj{"value": values(items[from:to])}
	if to < len(items) {
		answer["nextLink"] = a.following(query, to)
	}
	a.ok(http.StatusOK, answer)
}

// window is the part of n items that a query asks for: at most size, fewer where $top says so.
func window(query url.Values, size, n int) (from, to int) {
	from, _ = strconv.Atoi(query.Get("$skiptoken")) // a token we did not make begins at the beginning
	if top, err := strconv.Atoi(query.Get("$top")); err == nil && top > 0 {
		size = min(size, top)
	}
	from = min(max(from, 0), n)
	return from, min(from+size, n)
}

// following is the link to the page that begins at an index.
func (a *ask) following(query url.Values, at int) string {
	next := url.Values{}
	for name, v := range query {
		next[name] = v
	}
	next.Set("$skiptoken", strconv.Itoa(at))
	return base(a.r) + a.r.URL.EscapedPath() + "?" + next.Encode()
}

// values is a list for JSON that is never null.
func values(items []obj) []any {
	out := make([]any, len(items))
	for i, o := range items {
		out[i] = o
	}
	return out
}
