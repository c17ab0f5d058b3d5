// Package fault names the ways a step can fail, in the words of the runbook, and says for each what the runbook does.
//
// A fault is named once, at the edge of the cloud that knows its codes; above it only these kinds are spoken of.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is the machine-readable half of a fault; it is also the type of the Temporal error that carries it.
type Kind string

// The kinds of failing (design §4).
const (
	Throttled       Kind = "Throttled"       // too many calls; again after the server's delay
	Transient       Kind = "Transient"       // a passing breakdown; again, a bounded number of times
	Propagating     Kind = "Propagating"     // made, but not yet seen everywhere; again within a budget
	SessionExpired  Kind = "SessionExpired"  // the login needs a person
	Locked          Kind = "Locked"          // the scope or the login is locked; trying again can lengthen it
	Denied          Kind = "Denied"          // a permission is missing
	Entitlement     Kind = "Entitlement"     // a licence, tier or support plan is missing
	PendingApproval Kind = "PendingApproval" // somebody's approval is awaited
	Quota           Kind = "Quota"           // a limit is reached
	Conflict        Kind = "Conflict"        // it exists otherwise than wanted, or somebody else changes it now
	Ambiguous       Kind = "Ambiguous"       // a create was sent and its outcome is unknown, or a name is too near another
	Invalid         Kind = "Invalid"         // the request cannot succeed as it is
	Retired         Kind = "Retired"         // the cloud no longer allows it
	Bug             Kind = "Bug"             // nobody named it: ours to mend
)

// behaviour is what the runbook does with a kind.
type behaviour int

const (
	retries behaviour = iota // Temporal tries again by itself
	holds                    // the step waits for a person or for the world
	stops                    // the step has failed
)

// table is the whole of the runbook's behaviour, one line a kind.
func table() map[Kind]behaviour {
	return map[Kind]behaviour{
		Throttled: retries, Transient: retries, Propagating: retries,
		SessionExpired: holds, Locked: holds, Denied: holds, Entitlement: holds, PendingApproval: holds,
		Quota: holds, Conflict: holds, Ambiguous: holds,
		Invalid: stops, Retired: stops, Bug: stops,
	}
}

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{
		Throttled, Transient, Propagating, SessionExpired, Locked, Denied, Entitlement, PendingApproval,
		Quota, Conflict, Ambiguous, Invalid, Retired, Bug,
	}
}

// Retries reports whether trying again by itself may help.
func (k Kind) Retries() bool { b, known := table()[k]; return known && b == retries }

// Holds reports whether the step waits for a person or for the world.
func (k Kind) Holds() bool { return table()[k] == holds }

// Terminal lists the kinds that Temporal must not try again by itself: the workflow holds or stops instead.
func Terminal() []string {
	var out []string
	for _, k := range Kinds() {
		if !k.Retries() {
			out = append(out, string(k))
		}
	}
	return out
}

// Fault is one way a call failed. Its Message is the cloud's own; no field ever holds a secret.
type Fault struct {
	Kind      Kind          `json:"kind"`
	Cloud     string        `json:"cloud,omitempty"`     // aws, azure, gcp, onepassword
	Service   string        `json:"service,omitempty"`   // as the cloud names it: iam, Microsoft.Network
	Operation string        `json:"operation,omitempty"` // as the cloud names it: CreateUser
	Code      string        `json:"code,omitempty"`      // the cloud's error code
	Message   string        `json:"message,omitempty"`   // what happened, in one sentence
	Hint      string        `json:"hint,omitempty"`      // the one thing to do next
	Login     string        `json:"login,omitempty"`     // the login that met it
	Scope     string        `json:"scope,omitempty"`     // Locked: the account, subscription or project that is; empty where the login itself is
	After     time.Duration `json:"after,omitempty"`     // when the server said to come back; 0 if it did not
	// Made is what was being made when it failed, as the heartbeat before it said; whoever tries again is told.
	Made string `json:"made,omitempty"`
	// Began is when the attempt that met it began, by Temporal's clock: what has been mended since is no news.
	Began time.Time `json:"began,omitzero"`
	Err   error     `json:"-"`
}

// New returns a Fault of ours, which no cloud answered.
func New(k Kind, hint, format string, a ...any) *Fault {
	return &Fault{Kind: k, Message: fmt.Sprintf(format, a...), Hint: hint}
}

// Error says what happened: "aws iam CreateUser: AccessDenied: User … is not authorized".
func (f *Fault) Error() string {
	where := strings.Join(strings.Fields(f.Cloud+" "+f.Service+" "+f.Operation), " ")
	parts := make([]string, 0, 3)
	for _, p := range []string{where, f.Code, Clip(f.Message)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 && f.Err != nil {
		return f.Err.Error()
	}
	return strings.Join(parts, ": ")
}

// OfLogin reports whether it is the login that keeps out, and not what it would enter: it is expired, or locked itself.
func (f *Fault) OfLogin() bool {
	return f.Login != "" && (f.Kind == SessionExpired || f.Kind == Locked && f.Scope == "")
}

// Unwrap returns the SDK's error.
func (f *Fault) Unwrap() error { return f.Err }

// As returns the fault in err, or nil.
func As(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// KindOf is the kind of err: Bug for an error nobody has named, "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if f := As(err); f != nil {
		return f.Kind
	}
	return Bug
}

// Clip keeps a cloud's message to one readable line.
func Clip(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 400 {
		return string(r[:399]) + "…"
	}
	return s
}
