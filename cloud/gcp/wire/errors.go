package wire

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Call is what was asked of Google when something went wrong.
type Call struct{ Login, Service, Operation string }

// Name turns an error of Google's clients into a fault. A fault stays what it is; an ended context too.
func Name(err error, c Call) error {
	switch {
	case err == nil || fault.As(err) != nil:
		return err
	case errors.Is(err, context.Canceled):
		return err
	}
	if f := nameToken(err, c); f != nil {
		return f
	}
	f := &fault.Fault{Cloud: string(plan.GCP), Service: c.Service, Operation: c.Operation, Login: c.Login, Err: err}
	a, answered := read(err)
	if !answered {
		return unanswered(f, err)
	}
	f.Code, f.Message, f.After = a.code(), a.message, a.after
	for _, r := range rules() {
		if r.hits(a) {
			f.Kind, f.Hint = r.kind, hint(r.hint, c.Login, a.permission, c.Service)
			if r.scope {
				f.Scope = cmp.Or(a.consumer, aScope)
			}
			return f
		}
	}
	f.Kind, f.Hint = fault.Bug, "Report this answer of Google's with the step's name: no rule names it."
	return f
}

// unanswered names what never reached Google or never came back. Every write of ours is found again by a name or a token,
// so its outcome is looked up by the next attempt.
func unanswered(f *fault.Fault, err error) *fault.Fault {
	var u *url.Error
	var n net.Error
	f.Message = err.Error()
	if errors.As(err, &u) {
		f.Message = u.Err.Error() // without the address, whose query may hold anything
	}
	switch {
	case errors.As(err, &u), errors.As(err, &n), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, context.DeadlineExceeded):
		f.Kind, f.Hint = fault.Transient, "Wait; if it goes on, check the worker's way to Google Cloud."
	default:
		f.Kind, f.Hint = fault.Bug, "Report this error with the step's name: no rule names it."
	}
	return f
}

// code is the most telling code of an answer; the status comes first, for the reasons of the older APIs are many.
func (a answer) code() string {
	switch {
	case a.status != "" && a.reason != "" && a.reason == strings.ToUpper(a.reason) && a.reason != "IAM_PERMISSION_DENIED":
		return a.reason
	case a.status != "":
		return a.status
	}
	return a.reason
}

// rule names the answers that it hits. Empty fields hit every answer.
type rule struct {
	http   int
	status string
	reason string
	says   string // words of the message, in lower case, in their order and separated by …
	op     bool   // a long operation's own failure, not a call's
	kind   fault.Kind
	hint   string
	scope  bool // it is the project that is closed, and not the login
}

// aScope stands for the project of the step, where Google does not name the one that is closed.
const aScope = "the project"

func (r rule) hits(a answer) bool {
	if (r.http != 0 && r.http != a.http) || (r.status != "" && r.status != a.status) || (r.reason != "" && r.reason != a.reason) || (r.op && a.http != 0) {
		return false
	}
	rest, found := strings.ToLower(a.message), true
	for words := range strings.SplitSeq(r.says, "…") {
		if _, rest, found = strings.Cut(rest, words); !found {
			return false
		}
	}
	return true
}
