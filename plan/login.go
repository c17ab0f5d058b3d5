package plan

import "time"

// Pass is what a login that works is good for.
type Pass struct {
	Who   string    `json:"who"`            // the principal, as its cloud names it
	Until time.Time `json:"until,omitzero"` // when a person must sign in again, where that is known beforehand
}

// Challenge is what a person needs to sign in at another screen (RFC 8628): it is no secret, and worth nothing to anybody
// but the worker that waits for it.
type Challenge struct {
	URL     string    `json:"url"`  // where to go
	Code    string    `json:"code"` // what to type there
	Expires time.Time `json:"expires,omitzero"`
}

// LoginState is how a login is.
type LoginState string

// States of a login.
const (
	LoginOK     LoginState = "ok"
	LoginNeeded LoginState = "needs login" // its session has ended: somebody must sign in
	LoginLocked LoginState = "locked"      // nothing is tried with it until somebody says that it is free again
)
