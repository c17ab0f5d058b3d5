package gcp

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// problem is an error as google.rpc.Status has it, with what the older APIs add to it.
type problem struct {
	code    int
	status  string
	message string
	reason  string // in errors[] of the discovery APIs
	details []any
	front   bool // said by the front, which words its errors the same way for every API
}

func problemf(code int, status, reason, format string, args ...any) *problem {
	return &problem{code: code, status: status, reason: reason, message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *problem {
	return problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "badRequest", format, args...)
}

func badPayload(err error) *problem {
	p := invalid("%s", err)
	field := ""
	if e, ok := err.(*payloadError); ok {
		field = e.at
	}
	return p.add(fields{
		"@type":           "type.googleapis.com/google.rpc.BadRequest",
		"fieldViolations": []any{full(fields{"field": field, "description": err.Error()})},
	})
}

func forbidden() *problem {
	return problemf(http.StatusForbidden, "PERMISSION_DENIED", "forbidden", "The caller does not have permission")
}

func notFound(format string, args ...any) *problem {
	return problemf(http.StatusNotFound, "NOT_FOUND", "notFound", format, args...)
}

func noEntity() *problem { return notFound("Requested entity was not found.") }

func exists(format string, args ...any) *problem {
	return problemf(http.StatusConflict, "ALREADY_EXISTS", "alreadyExists", format, args...)
}

func aborted(format string, args ...any) *problem {
	return problemf(http.StatusConflict, "ABORTED", "aborted", format, args...)
}

func precondition(format string, args ...any) *problem {
	return problemf(http.StatusBadRequest, "FAILED_PRECONDITION", "failedPrecondition", format, args...)
}

func unauthenticated(reason, format string, args ...any) *problem {
	p := problemf(http.StatusUnauthorized, "UNAUTHENTICATED", "authError", format, args...)
	p.front = true
	if reason == "" {
		return p
	}
	return p.add(errorInfo(reason, "googleapis.com", nil))
}

func (p *problem) add(details ...any) *problem {
	p.details = append(p.details, details...)
	return p
}

func errorInfo(reason, domain string, metadata map[string]string) fields {
	f := fields{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": domain}
	if metadata != nil {
		f["metadata"] = metadata
	}
	return f
}

// rpc is the problem as an operation carries it.
func (p *problem) rpc() fields {
	return full(fields{"code": grpcCode(p.status), "message": p.message, "details": p.details})
}

// write answers the problem in the words of an API.
func (p *problem) write(w http.ResponseWriter, a api) {
	e := fields{"code": p.code, "message": p.message}
	if a.status || p.front {
		e["status"] = p.status
	}
	if a.errors {
		domain := "global"
		if p.reason == "accessNotConfigured" || p.reason == "rateLimitExceeded" || p.reason == "quotaExceeded" {
			domain = "usageLimits"
		}
		one := fields{"message": p.message, "domain": domain, "reason": p.reason}
		if p.reason == "authError" {
			one["location"], one["locationType"] = "Authorization", "header"
		}
		e["errors"] = []any{one}
	}
	if len(p.details) > 0 {
		e["details"] = p.details
	}
	send(w, p.code, fields{"error": e}, false)
}

// send answers a body as the front does, headers and all.
func send(w http.ResponseWriter, code int, body any, ints bool) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=UTF-8")
	h.Set("Server", "ESF")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("X-Xss-Protection", "0")
	for _, v := range []string{"Origin", "X-Origin", "Referer"} {
		h.Add("Vary", v)
	}
	w.WriteHeader(code)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(encode(body, ints)) // a client that went away hears nothing
}

// codes are the canonical codes by number.
func codes() []string {
	return []string{
		"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
		"PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
		"INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
	}
}

func grpcCode(status string) int {
	for i, s := range codes() {
		if s == status {
			return i
		}
	}
	return 2
}

// httpCodes are the HTTP status of each canonical code.
func httpCodes() []int {
	return []int{200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401}
}

// canonical is the code that goes with an HTTP status.
func canonical(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "INVALID_ARGUMENT"
	case http.StatusConflict:
		return "ABORTED"
	case http.StatusInternalServerError:
		return "INTERNAL"
	case http.StatusPreconditionFailed:
		return "FAILED_PRECONDITION"
	}
	for i, c := range httpCodes() {
		if c == status {
			return codes()[i]
		}
	}
	return "UNKNOWN"
}
