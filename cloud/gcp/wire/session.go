package wire

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/cloud/step/pace"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Options say where Google Cloud is and how it is entered.
type Options struct {
	Endpoint string       // base address of another Google Cloud; empty: the real one
	Sessions string       // folder of the sign-ins, one file a login
	HTTP     *http.Client // what calls go through
	Keeper   step.Keeper  // where keys are kept
	Haste    float64      // by how much a simulated Google Cloud is faster than ours: its limits are as much higher (see pace.New)
}

// Logins are the clients made so far, one set a login.
type Logins struct {
	options Options

	mu   sync.Mutex
	kept map[plan.Login]*Clients
}

// NewLogins returns an empty set.
func NewLogins(o Options) *Logins {
	o.Endpoint = strings.TrimRight(o.Endpoint, "/")
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: time.Minute}
	}
	own := *o.HTTP
	if own.Transport == nil { // the default keeps two idle connections a host; a thousand landings speak to one
		own.Transport = http.DefaultTransport
		if t, ok := http.DefaultTransport.(*http.Transport); ok {
			t = t.Clone()
			t.MaxIdleConnsPerHost = 100
			own.Transport = t
		}
	}
	own.Transport = queue{pace.New(string(plan.GCP), o.Haste, limits()), own.Transport}
	o.HTTP = &own
	return &Logins{options: o, kept: map[plan.Login]*Clients{}}
}

// Session is a login at work on one step.
type Session struct {
	*Clients
	*Logins
	Keeper step.Keeper

	project string // the landing's: projects/…
	young   bool   // the project was made minutes ago
}

// Open opens a session for a task's login. It calls nothing.
func (ls *Logins) Open(ctx context.Context, t plan.Task) (*Session, error) {
	l := t.Landing.Login
	if f := t.Landing.Fallback; f != nil && t.Step.Login == f.Name {
		l = *f
	}
	if l.Type != User && l.Type != Default {
		return nil, fault.New(fault.Invalid, "Give the login "+l.Name+" the type gcp-user or gcp-default.", "the login %s of %s has the type %q", l.Name, t.Landing.ID(), l.Type)
	}
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.kept[l] == nil {
		made, err := newClients(context.WithoutCancel(ctx), l, ls.options)
		if err != nil {
			return nil, fault.New(fault.Invalid, "Check LANDFALL_GCP_ENDPOINT.", "the clients of the login %s could not be made: %v", l.Name, err)
		}
		ls.kept[l] = made
	}
	made, err := time.Parse(time.RFC3339, t.Fact(names.FactCreated))
	return &Session{Clients: ls.kept[l], Logins: ls, Keeper: ls.options.Keeper, project: "projects/" + names.Project(t), young: err == nil && time.Since(made) < 7*time.Minute}, nil
}

// Listing gives a context that reaches the calls of the SDK's list iterators; call done when the list has been read.
func (s *Session) Listing(ctx context.Context) (listing context.Context, done func()) {
	return s.transport.carry(ctx)
}

// Fault names an error. In a project minutes old a missing permission, or billing, is one that has not yet arrived.
func (s *Session) Fault(err error, service, operation string) error {
	if err == nil {
		return nil
	}
	named := Name(err, Call{Login: s.login, Service: service, Operation: operation})
	f := fault.As(named)
	if f != nil && f.Scope == aScope {
		f.Scope = s.project
	}
	if f != nil && s.young && f.Kind == fault.Denied && (f.Code == "PERMISSION_DENIED" || f.Code == "BILLING_DISABLED") {
		f.Kind, f.Hint = fault.Propagating, arriving
	}
	return named
}

// Off is the observation of a thing whose API is not enabled in the project, where an earlier step has just said so:
// nothing can be read there. ok is false once the API is on; what a run does is decided only then.
func (s *Session) Off(t plan.Task, api string) (o plan.Observation, ok bool) {
	if !slices.Contains(names.Off(t), api) {
		return plan.Observation{}, false
	}
	return plan.Observation{State: plan.Absent, Evidence: []string{"BatchGetServices: " + api + " is not enabled in " + names.Project(t)}}, true
}

// Conflict says that something stands otherwise than the plan wants it and that no call of ours may change it.
func (s *Session) Conflict(format string, a ...any) error {
	f := fault.New(fault.Conflict, "Have the plan say what stands, or have what stands taken away; then resume.", format, a...)
	f.Cloud, f.Login = string(plan.GCP), s.login
	return f
}
