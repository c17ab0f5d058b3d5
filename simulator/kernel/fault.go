package kernel

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// What an ordered fault does to a call it strikes.
const (
	DoRefuse = "refuse" // answer with Status, Code and Message; the default
	DoHang   = "hang"   // never answer (until For has passed)
	DoReset  = "reset"  // drop the connection before anything is done
	DoLose   = "lose"   // do what was asked and drop the connection before the answer: the outcome is unknown
	DoStall  = "stall"  // do what was asked and keep the answer back until the fault is lifted, or For has passed
	DoGarble = "garble" // answer 200 with what no client of the cloud can read
	DoExpire = "expire" // end the session of the call's login, once: it stays so until somebody signs in
	DoLock   = "lock"   // lock the call's login, once: it stays so until somebody frees it
)

// Fault is something ordered to go wrong. Empty fields of Match match everything.
type Fault struct {
	ID    string `json:"id" yaml:"id"`
	Match Match  `json:"match" yaml:"match"`
	// After lets that many matching calls pass first; Times ends the fault after as many were struck (0: no end);
	// From and For bound it in time, counted from when it was ordered (0: at once, for ever).
	After int      `json:"after" yaml:"after"`
	Times int      `json:"times" yaml:"times"`
	From  Duration `json:"from" yaml:"from"`
	For   Duration `json:"for" yaml:"for"`

	// Kind names a way of failing instead of Do, Status, Code and Message: what is answered is what the called cloud says in
	// that case (see Words).
	Kind string `json:"kind" yaml:"kind"`

	Do         string   `json:"do" yaml:"do"`
	Status     int      `json:"status" yaml:"status"`
	Code       string   `json:"code" yaml:"code"`
	Message    string   `json:"message" yaml:"message"`
	RetryAfter Duration `json:"retryAfter" yaml:"retryAfter"`
	// Members are further members of the error's body, where the cloud's errors have any.
	Members map[string]string `json:"members" yaml:"members"`

	ordered time.Time
	passed  int
	struck  int
	lifted  chan struct{} // closed once it is
}

// Match says which calls a Fault strikes.
type Match struct {
	Cloud     string `json:"cloud" yaml:"cloud"`
	Scope     string `json:"scope" yaml:"scope"`
	Service   string `json:"service" yaml:"service"`
	Operation string `json:"operation" yaml:"operation"`
	Login     string `json:"login" yaml:"login"`
	Step      string `json:"step" yaml:"step"` // cloud/environment/step, as Call.Step
	Kind      string `json:"kind" yaml:"kind"` // read or write
	Path      string `json:"path" yaml:"path"` // a part of the request's path, such as the name of what is meant
}

func (m Match) hits(c Call) bool {
	for _, p := range [][2]string{
		{m.Cloud, c.Cloud}, {m.Scope, c.Scope}, {m.Service, c.Service}, {m.Operation, c.Operation}, {m.Login, c.Login}, {m.Step, c.Step}, {m.Kind, c.kind()},
	} {
		if p[0] != "" && p[0] != p[1] {
			return false
		}
	}
	return strings.Contains(c.Path, m.Path)
}

// Refusal is why a call is not admitted, for the provider to put in its cloud's own words.
type Refusal struct {
	Reason     string // LoginExpired, LoginLocked, or Ordered
	Login      string
	Status     int    // set when Reason is Ordered
	Code       string // set when Reason is Ordered
	Message    string
	RetryAfter time.Duration
	Members    map[string]string // further members of the error's body; set when Reason is Ordered
	Over       Limit             // the limit that the call is over; its name is empty where it is over none
}

// Reasons of a Refusal.
const (
	LoginOK      = "ok"
	LoginExpired = "expired"
	LoginLocked  = "locked"
	Ordered      = "ordered"
)

// Order begins a fault and returns its id.
func (k *Kernel) Order(f Fault) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f.ID == "" {
		k.nextID++
		f.ID = "fault-" + strconv.Itoa(k.nextID)
	}
	f.ordered, f.lifted = time.Now(), make(chan struct{})
	k.faults = append(k.faults, &f)
	return f.ID
}

// Lift ends a fault; it reports whether there was one.
func (k *Kernel) Lift(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := len(k.faults)
	k.faults = slices.DeleteFunc(k.faults, func(f *Fault) bool {
		if f.ID == id {
			close(f.lifted)
		}
		return f.ID == id
	})
	return len(k.faults) < n
}

// Struck is how many calls a fault has struck.
func (k *Kernel) Struck(id string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range k.faults {
		if f.ID == id {
			return f.struck
		}
	}
	return 0
}
