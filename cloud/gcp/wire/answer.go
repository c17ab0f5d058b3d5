package wire

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"google.golang.org/api/googleapi"

	"github.com/itbytes/landfall/cloud/gcp/compute"
)

// answer is what Google said of a call or an operation that failed, whatever client it came through.
type answer struct {
	http       int    // 0 for an operation's own failure
	status     string // google.rpc.Code: PERMISSION_DENIED
	reason     string // of ErrorInfo (SERVICE_DISABLED), else of the older list of errors (quotaExceeded)
	message    string
	permission string        // the one that is missing, where Google names it
	consumer   string        // the project that it is about, where Google names it: projects/…
	after      time.Duration // when to come back
}

// read finds the answer in an error; ok is false for one that Google did not give.
func read(err error) (answer, bool) {
	var op *Failure
	var deed *compute.Failure
	var said *googleapi.Error
	switch {
	case err == nil:
		return answer{}, false
	case errors.As(err, &op):
		return answer{status: op.Code, message: op.Message}, true
	case errors.As(err, &deed):
		return answer{status: rpcOfCompute(deed.Code), reason: deed.Code, message: deed.Message}, true
	case errors.As(err, &said):
		return readHTTP(said), true
	}
	return answer{}, false
}

// detail is one of an answer's details: an ErrorInfo, a RetryInfo or a PreconditionFailure.
type detail struct {
	Reason   string            `json:"reason"`
	Metadata map[string]string `json:"metadata"`
	Delay    string            `json:"retryDelay"` // 12s, 0.5s

	Violations []struct {
		Type        string `json:"type"`
		Description string `json:"description"`
	} `json:"violations"` // of a PreconditionFailure
}

// barred is a message that says nothing but that something stands in the way; what that is, stands in the details.
const barred = "Precondition check failed."

// readHTTP reads the body itself: the SDK's parser gives up on the answers that have both the older and the newer form.
func readHTTP(said *googleapi.Error) answer {
	a := answer{http: said.Code, message: said.Message, after: retryAfter(said.Header)}
	if len(said.Errors) > 0 {
		a.reason = said.Errors[0].Reason
	}
	var body struct {
		Error struct {
			Status  string            `json:"status"`
			Details []json.RawMessage `json:"details"`
		} `json:"error"`
	}
	if json.Unmarshal([]byte(said.Body), &body) != nil {
		return a // not in an API's own words
	}
	a.status = body.Error.Status
	for _, raw := range body.Error.Details {
		var d detail
		if json.Unmarshal(raw, &d) != nil {
			continue // a detail of another kind
		}
		if d.Reason != "" {
			a.reason, a.permission, a.consumer = d.Reason, d.Metadata["permission"], d.Metadata["consumer"]
		}
		if len(d.Violations) > 0 && a.message == barred {
			a.message = d.Violations[0].Description + " (" + d.Violations[0].Type + ")"
		}
		if wait, err := time.ParseDuration(d.Delay); err == nil && a.after == 0 {
			a.after = wait
		}
	}
	return a
}

// retryAfter is the header's delay, in seconds or as a date.
func retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if n, err := strconv.Atoi(v); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// rpcOfCompute is the code of google.rpc that Compute Engine's own code of a failed operation means.
func rpcOfCompute(code string) string {
	switch code {
	case "QUOTA_EXCEEDED", "LIMIT_EXCEEDED":
		return "RESOURCE_EXHAUSTED"
	case "RESOURCE_ALREADY_EXISTS":
		return "ALREADY_EXISTS"
	case "RESOURCE_NOT_FOUND":
		return "NOT_FOUND"
	case "RESOURCE_NOT_READY":
		return "UNAVAILABLE"
	case "CONDITION_NOT_MET":
		return "ABORTED"
	case "PERMISSIONS_ERROR", "FORBIDDEN":
		return "PERMISSION_DENIED"
	case "INTERNAL_ERROR", "BACKEND_ERROR":
		return "INTERNAL"
	}
	return "FAILED_PRECONDITION"
}

// codeName is the name of a google.rpc.Code.
func codeName(code int64) string {
	names := [...]string{
		"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
		"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
	}
	if code < 0 || code >= int64(len(names)) {
		return strconv.FormatInt(code, 10)
	}
	return names[code]
}
