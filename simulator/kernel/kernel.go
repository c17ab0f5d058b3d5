// Package kernel is what every simulated cloud stands on: a clock, latencies, a journal of calls, logins that can
// expire or lock, faults to order, and the list of the secrets that were ever minted.
//
// It knows no cloud. A provider tells it what a request is (a Call), how its cloud words a refusal, and what to do when
// the call is admitted; the kernel decides whether it is, how long it takes, and writes it down.
package kernel

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"maps"
	"net/http"
	"sort"
	"sync"
	"time"
)

// Kernel is the ground under one set of simulated clouds. Its methods may be called from many goroutines.
type Kernel struct {
	start    time.Time
	scenario Scenario

	mu      sync.Mutex
	calls   []Record
	logins  map[string]*login
	faults  []*Fault
	nextID  int
	secrets []Secret
	shows   map[string]func() any
	hands   map[string]func(Act) error
	people  []*Person
	words   Words
	keep    func(string, map[string]string) error
	issuers map[string]*rsa.PrivateKey
	gauge   gauge
}

// New returns a Kernel that follows a scenario.
func New(s Scenario) *Kernel {
	k := &Kernel{
		start: time.Now(), scenario: s,
		logins: map[string]*login{}, shows: map[string]func() any{}, hands: map[string]func(Act) error{},
		issuers: map[string]*rsa.PrivateKey{},
	}
	for name, l := range s.Logins {
		k.logins[name] = &login{Login: l, state: stateOr(l.State, LoginOK)}
	}
	for _, f := range s.Faults {
		k.Order(f)
	}
	for _, p := range s.People {
		k.people = append(k.people, &p)
	}
	k.gauge.meters = s.meters()
	return k
}

// Call is one request as its cloud understands it.
type Call struct {
	Cloud     string `json:"cloud"`     // aws, azure, gcp or onepassword
	Scope     string `json:"scope"`     // account, subscription, tenant, project, organisation or vault it acts in
	Service   string `json:"service"`   // the cloud's own name of the API: iam, Microsoft.Network, compute
	Operation string `json:"operation"` // the cloud's own name of the operation
	Write     bool   `json:"-"`         // whether it changes anything
	Login     string `json:"login"`     // the login whose credential signed it; empty where it is none of the scenario's
	Step      string `json:"step"`      // the caller's piece of work, aws/prod/vpc, where it names one (see step.go); Serve sets it
	Path      string `json:"path"`      // of the request's address; Serve sets it
	Caller    string `json:"-"`         // whose calls a cloud counts together, where that is not the login
}

func (c Call) caller() string {
	if c.Caller != "" {
		return c.Caller
	}
	return c.Login
}

// kind is read or write.
func (c Call) kind() string {
	if c.Write {
		return "write"
	}
	return "read"
}

// Serve answers one request: it refuses it through refuse when a login, a limit or an ordered fault says so, else waits the
// latency of the call and lets do answer it. Either way the call enters the journal with the status that went out.
func (k *Kernel) Serve(w http.ResponseWriter, r *http.Request, c Call, refuse func(http.ResponseWriter, Refusal), do func(http.ResponseWriter)) {
	at := k.Now()
	c.Step, c.Path = stepOf(r), r.URL.Path
	rec := &recorder{ResponseWriter: w}
	note := func() { k.note(at, c, rec.status) }
	k.wake(c)

	if x, refused := k.login(c); refused {
		refuse(rec, x)
		note()
		return
	}
	if x, over := k.throttled(c); over {
		refuse(rec, x)
		note()
		return
	}
	if f := k.strike(c); f != nil {
		dropped := k.suffer(rec, r, c, f, refuse, do)
		note()
		if dropped {
			panic(http.ErrAbortHandler)
		}
		return
	}
	if !k.sleep(r.Context(), k.latency(c)) {
		rec.status = statusGone
		note()
		return
	}
	do(rec)
	note()
}

// statusGone is how a call is noted whose caller went away before it was answered.
const statusGone = 499

// Now is the simulated clouds' clock.
func (k *Kernel) Now() time.Time { return time.Now().UTC() }

// Later is when something that takes as long as the scenario says for name will be done: "aws.organizations.CreateAccount"
// or "azure.rbac.propagation". A name the scenario does not know takes its documented default (see durations.go), and
// one that is unknown there too takes no time at all.
func (k *Kernel) Later(name string) time.Time { return k.Now().Add(k.Takes(name)) }

// Takes is how long name takes, scaled.
func (k *Kernel) Takes(name string) time.Duration {
	if d, ok := k.scenario.Durations[name]; ok {
		return time.Duration(d)
	}
	return time.Duration(float64(documented()[name]) * k.scenario.scale())
}

// Mint remembers a secret that a cloud handed out, so that leak tests can look for it.
func (k *Kernel) Mint(s Secret) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.secrets = append(k.secrets, s)
}

// Secrets lists every secret ever minted.
func (k *Kernel) Secrets() []Secret {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]Secret{}, k.secrets...)
}

// Show registers what GET /sim/state says of a cloud.
func (k *Kernel) Show(cloud string, show func() any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.shows[cloud] = show
}

// State is everything that stands, by cloud, with the logins' states under "logins".
func (k *Kernel) State() map[string]any {
	k.mu.Lock()
	shows := maps.Clone(k.shows)
	logins := map[string]string{}
	for n, l := range k.logins {
		logins[n] = l.state
	}
	k.mu.Unlock()
	out := map[string]any{"logins": logins}
	for n, f := range shows {
		out[n] = f()
	}
	return out
}

// Scenario is what the Kernel follows.
func (k *Kernel) Scenario() Scenario { return k.scenario }

// Calls is the journal, in order.
func (k *Kernel) Calls() []Record {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := append([]Record{}, k.calls...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Time.Before(out[j].Time) })
	return out
}

func (k *Kernel) note(at time.Time, c Call, status int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls = append(k.calls, Record{Time: at, Call: c, Kind: c.kind(), Status: status})
}

func (k *Kernel) sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// Record is a line of the journal.
type Record struct {
	Time time.Time `json:"time"`
	Call
	Kind   string `json:"kind"` // read or write
	Status int    `json:"status"`
}

// Secret is a secret that a cloud handed out once.
type Secret struct {
	Cloud string `json:"cloud"`
	Scope string `json:"scope"`
	ID    string `json:"id"`
	Value string `json:"value"`
}

// Random returns n random bytes in hexadecimal, for ids and secrets that must not repeat.
func Random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand never fails (since Go 1.24 it aborts the program instead)
	return hex.EncodeToString(b)
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(s int) {
	if r.status == 0 {
		r.status = s
	}
	r.ResponseWriter.WriteHeader(s)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}
