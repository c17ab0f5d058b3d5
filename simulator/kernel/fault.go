package kernel

import (
	"slices"
	"strconv"
	"time"
)

// What an ordered fault does to a call it strikes.
const (
	DoRefuse = "refuse" // answer with Status, Code and Message; the default
	DoHang   = "hang"   // never answer (until For has passed)
	DoReset  = "reset"  // drop the connection before anything is done
	DoLose   = "lose"   // do what was asked and drop the connection before the answer: the outcome is unknown
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

	Do         string   `json:"do" yaml:"do"`
	Status     int      `json:"status" yaml:"status"`
	Code       string   `json:"code" yaml:"code"`
	Message    string   `json:"message" yaml:"message"`
	RetryAfter Duration `json:"retryAfter" yaml:"retryAfter"`

	ordered time.Time
	passed  int
	struck  int
}

// Match says which calls a Fault strikes.
type Match struct {
	Cloud     string `json:"cloud" yaml:"cloud"`
	Scope     string `json:"scope" yaml:"scope"`
	Service   string `json:"service" yaml:"service"`
	Operation string `json:"operation" yaml:"operation"`
	Login     string `json:"login" yaml:"login"`
	Kind      string `json:"kind" yaml:"kind"` // read or write
}

func (m Match) hits(c Call) bool {
	kind := "read"
	if c.Write {
		kind = "write"
	}
	for _, p := range [][2]string{{m.Cloud, c.Cloud}, {m.Scope, c.Scope}, {m.Service, c.Service}, {m.Operation, c.Operation}, {m.Login, c.Login}, {m.Kind, kind}} {
		if p[0] != "" && p[0] != p[1] {
			return false
		}
	}
	return true
}

// Refusal is why a call is not admitted, for the provider to put in its cloud's own words.
type Refusal struct {
	Reason     string // LoginExpired, LoginLocked, or Ordered
	Login      string
	Status     int    // set when Reason is Ordered
	Code       string // set when Reason is Ordered
	Message    string
	RetryAfter time.Duration
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
	f.ordered = time.Now()
	k.faults = append(k.faults, &f)
	return f.ID
}

// Lift ends a fault; it reports whether there was one.
func (k *Kernel) Lift(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := len(k.faults)
	k.faults = slices.DeleteFunc(k.faults, func(f *Fault) bool { return f.ID == id })
	return len(k.faults) < n
}

// strike finds the first fault that hits the call, and counts it.
func (k *Kernel) strike(c Call) *Fault {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range k.faults {
		age := time.Since(f.ordered)
		if !f.Match.hits(c) || age < time.Duration(f.From) || (f.For > 0 && f.Do != DoHang && age > time.Duration(f.From+f.For)) {
			continue
		}
		if f.passed < f.After {
			f.passed++
			continue
		}
		if f.Times > 0 && f.struck >= f.Times {
			continue
		}
		f.struck++
		copied := *f
		return &copied
	}
	return nil
}

func (f *Fault) refusal() Refusal {
	return Refusal{Reason: Ordered, Status: f.Status, Code: f.Code, Message: f.Message, RetryAfter: time.Duration(f.RetryAfter)}
}
