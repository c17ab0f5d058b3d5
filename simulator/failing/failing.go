// Package failing is how each cloud says, in answer to a call, each of the ways of failing that a runbook tells apart: one
// table a cloud, so that a fault can be ordered by its kind and comes in that cloud's own words, by service where they differ.
package failing

import (
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// The ways of failing, by the names that a fault is ordered by.
const (
	throttled       = "Throttled"
	transient       = "Transient"
	propagating     = "Propagating"
	sessionExpired  = "SessionExpired"
	locked          = "Locked"
	denied          = "Denied"
	entitlement     = "Entitlement"
	pendingApproval = "PendingApproval"
	quota           = "Quota"
	conflict        = "Conflict"
	ambiguous       = "Ambiguous"
	invalid         = "Invalid"
	retired         = "Retired"
	bug             = "Bug"
)

// Kinds lists every way of failing.
func Kinds() []string {
	return []string{
		throttled, transient, propagating, sessionExpired, locked, denied, entitlement, pendingApproval,
		quota, conflict, ambiguous, invalid, retired, bug,
	}
}

// Of a kind that passes by itself, so many calls are struck where the order names no number: more than an SDK's own retries,
// so that whoever called the SDK must try again too.
const passes = 5

// row is how a cloud says a kind to the calls that fit; an empty condition fits every call.
type row struct {
	kind     string
	services []string // one that ends with a point is the beginning of several
	begins   []string // the operation begins so
	only     string   // read or write

	do      string // what kernel.Fault.Do is
	times   int    // as kernel.Fault.Times
	status  int
	code    string
	message string // {service}, {operation} and {scope} are the call's
	members map[string]string
	after   time.Duration
}

const (
	reads  = "read"
	writes = "write"
)

func (r row) fits(c kernel.Call) bool {
	serves := func(s string) bool {
		return s == c.Service || strings.HasSuffix(s, ".") && strings.HasPrefix(c.Service, s)
	}
	begins := func(start string) bool { return strings.HasPrefix(c.Operation, start) }
	return (len(r.services) == 0 || slices.ContainsFunc(r.services, serves)) &&
		(len(r.begins) == 0 || slices.ContainsFunc(r.begins, begins)) &&
		(r.only == "" || (r.only == writes) == c.Write)
}

// table is a cloud's rows; the first of a kind that fits a call is said.
func table(cloud string) []row {
	switch cloud {
	case "aws":
		return slices.Concat(everywhere(), aws())
	case "azure":
		return slices.Concat(everywhere(), azure())
	case "gcp":
		return slices.Concat(everywhere(), gcp())
	}
	return nil
}

// everywhere is what needs no words: a login that is turned, an answer that is lost, one that nobody can read.
func everywhere() []row {
	return []row{
		{kind: sessionExpired, do: kernel.DoExpire},
		{kind: locked, do: kernel.DoLock},
		{kind: ambiguous, only: writes, do: kernel.DoLose, times: 1},
	}
}

// Knows reports whether a cloud ever answers a kind.
func Knows(cloud, kind string) bool {
	return slices.ContainsFunc(table(cloud), func(r row) bool { return r.kind == kind })
}

// Words is how the called cloud says a kind to a call; false where it never says that to it. It is a kernel.Words.
func Words(c kernel.Call, kind string) (kernel.Fault, bool) {
	for _, r := range table(c.Cloud) {
		if r.kind != kind || !r.fits(c) {
			continue
		}
		says := strings.NewReplacer("{service}", c.Service, "{operation}", c.Operation, "{scope}", c.Scope)
		return kernel.Fault{
			Do: r.do, Times: r.times, Status: r.status, Code: r.code, Message: says.Replace(r.message),
			Members: r.members, RetryAfter: kernel.Duration(r.after),
		}, true
	}
	return kernel.Fault{}, false
}
