package workflows

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// shelf is a cloud's object storage in memory.
type shelf struct {
	mu     sync.Mutex
	bodies map[string][]byte // by landing, container and name
	wrote  int
	away   func(l plan.Landing) error
}

func (s *shelf) at(l plan.Landing, name string) string { return l.ID() + " " + l.Adopt.ID + " " + name }

func (s *shelf) Prepare(_ context.Context, l plan.Landing, _ string) (bool, error) {
	if s.away != nil {
		return false, s.away(l)
	}
	return false, nil
}

func (s *shelf) Get(_ context.Context, l plan.Landing, name string) (plan.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away != nil {
		if err := s.away(l); err != nil {
			return plan.Object{}, err
		}
	}
	b, there := s.bodies[s.at(l, name)]
	if !there {
		return plan.Object{}, nil
	}
	return plan.Object{Where: "shelf://" + s.at(l, name), Body: b, Version: string(b)}, nil
}

func (s *shelf) Put(_ context.Context, l plan.Landing, name string, body []byte, over string) (plan.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if string(s.bodies[s.at(l, name)]) != over {
		return plan.Object{}, fault.New(fault.Transient, "Wait.", "somebody else wrote it")
	}
	s.bodies[s.at(l, name)] = slices.Clone(body)
	s.wrote++
	return plan.Object{Where: "shelf://" + s.at(l, name), Version: string(body)}, nil
}

// clerk signs by a word, and believes what bears it.
type clerk struct{ word string }

func (c *clerk) Seal(_ context.Context, _ string, _ plan.Landing, _ plan.Registry, rows []plan.Row) (plan.Sealed, error) {
	said := c.word
	for _, r := range rows {
		said += "," + r.Project
	}
	return plan.Sealed{Envelope: []byte(said), Digest: "sha256:" + said, Key: "key of " + c.word}, nil
}

func (c *clerk) Open(_ context.Context, _ string, b []byte) (plan.Extract, plan.Sealed, error) {
	said := strings.Split(string(b), ",")
	if said[0] != c.word {
		return plan.Extract{}, plan.Sealed{}, fault.New(fault.Conflict, "Read another.", "the export is not believed")
	}
	e := plan.Extract{Plan: "p", Table: "rows"}
	for _, project := range said[1:] {
		e.Rows = append(e.Rows, plan.Row{Project: project, Cloud: plan.AWS})
	}
	return e, plan.Sealed{Envelope: b, Digest: "sha256:" + string(b), Key: "key of " + c.word}, nil
}

// pages is a registry in memory that counts who asks.
type pages struct {
	activities.Book
	rows  []plan.Row
	asked int
	away  error
}

func (b *pages) List(context.Context, plan.Landing, plan.Registry) ([]plan.Row, error) {
	b.asked++
	return b.rows, b.away
}

// office is a world to export in.
type office struct {
	*testsuite.TestWorkflowEnvironment
	shelf *shelf
	pages *pages
	latch *activities.Latch
}

// opened is an office with nothing exported yet; again is the same one on the next day.
func opened(t *testing.T) *office {
	t.Helper()
	return (&office{
		shelf: &shelf{bodies: map[string][]byte{}}, latch: &activities.Latch{Folder: t.TempDir()},
		pages: &pages{rows: []plan.Row{
			{Project: "aws-mgmt", Cloud: plan.AWS},
			{Project: "of-another-run", Cloud: plan.GCP},
			{Project: "sub", Cloud: plan.Azure, Kind: "landing", Environment: "mgmt", ID: "sub-1"},
		}},
	}).again()
}

func (o *office) again() *office {
	n := &office{TestWorkflowEnvironment: Quiet(), shelf: o.shelf, pages: o.pages, latch: o.latch}
	n.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&activities.Door{Log: slog.New(slog.DiscardHandler)}}})
	n.RegisterWorkflowWithOptions(ShowRegistry, workflow.RegisterOptions{Name: ShowRegistryType})
	n.RegisterActivity(&activities.Plans{Check: func(plan.Plan) error { return nil }})
	n.RegisterActivity(&activities.Register{Book: n.pages})
	n.RegisterActivity(&activities.Seals{Book: n.pages, Notary: &clerk{"w"}, Latch: n.latch})
	n.RegisterActivity(&activities.Exports{Depots: map[plan.Cloud]activities.Depot{plan.Azure: n.shelf, plan.GCP: n.shelf}, Notary: &clerk{"w"}, Latch: n.latch})
	return n
}

// run exports to the management landings of the other clouds, after a run that entered some rows.
func (o *office) run(t *testing.T, entered ...plan.Row) []plan.Export {
	t.Helper()
	in := func(c plan.Cloud) plan.Landing {
		return plan.Landing{Plan: "p", Cloud: c, Environment: "mgmt", Login: plan.Login{Name: string(c) + "-login"}}
	}
	o.ExecuteWorkflow(func(ctx workflow.Context) ([]plan.Export, error) {
		to := []plan.Landing{in(plan.Azure), in(plan.GCP)}
		return export(ctx, in(plan.AWS), plan.Registry{Table: "rows", SigningKey: "op://v/i"}, to, entered), nil
	})
	var out []plan.Export
	if err := o.GetWorkflowResult(&out); err != nil {
		t.Fatal(err)
	}
	if len(out) != 2 || out[0].Landing != "azure/mgmt" || out[1].Landing != "gcp/mgmt" {
		t.Fatalf("got %+v, want an export for each landing", out)
	}
	return out
}

func TestTheWholeRegistryIsExportedToEachLandingAndASecondRunWritesNothing(t *testing.T) {
	o := opened(t)
	for _, e := range o.run(t, o.pages.rows[2]) {
		if e.State != plan.ExportDone || e.Digest != "sha256:w,aws-mgmt,of-another-run,sub" || !strings.HasPrefix(e.Where, "shelf://"+e.Landing) || e.Why != "" {
			t.Errorf("%+v, want it done, with the rows of other runs too", e)
		}
	}
	if got := string(o.shelf.bodies["azure/mgmt sub-1 rows.dsse.json"]); got != "w,aws-mgmt,of-another-run,sub" {
		t.Errorf("in azure stands %q, want the export in the container that this run has found", got)
	}
	for _, e := range o.again().run(t, o.pages.rows[2]) {
		if e.State != plan.ExportAlreadySo || e.Why != "" || e.Where == "" {
			t.Errorf("second run: %+v, want it already so", e)
		}
	}
	if o.shelf.wrote != 2 {
		t.Errorf("%d objects were written, want one a landing", o.shelf.wrote)
	}
}

func TestATargetThatFailsStopsNoOther(t *testing.T) {
	o := opened(t)
	o.shelf.away = func(l plan.Landing) error {
		if l.Cloud == plan.Azure {
			return &fault.Fault{Kind: fault.SessionExpired, Message: "expired", Hint: "Sign in.", Login: "azure-login"}
		}
		return nil
	}
	got := o.run(t)
	if e := got[0]; e.State != plan.ExportFailed || e.Login != "azure-login" || e.Fault == nil || e.Fault.Kind != "SessionExpired" || !strings.Contains(e.Why, "Sign in.") {
		t.Errorf("%+v, want it failed, with the login and what to do", e)
	}
	if got[1].State != plan.ExportDone {
		t.Errorf("%+v, want it done", got[1])
	}
}

func TestAPassingFailureIsTriedAgain(t *testing.T) {
	o := opened(t)
	var n atomic.Int32 // both exports count
	o.shelf.away = func(l plan.Landing) error {
		if n.Add(1) < 6 && l.Cloud == plan.GCP {
			return fault.New(fault.Transient, "Wait.", "a reset")
		}
		return nil
	}
	if got := o.run(t); got[1].State != plan.ExportDone {
		t.Errorf("%+v, want it done after some attempts", got[1])
	}
}

func TestARegistryThatCannotBeReadIsNotExported(t *testing.T) {
	o := opened(t)
	o.pages.away = &fault.Fault{Kind: fault.SessionExpired, Message: "expired", Hint: "Sign in.", Login: "aws-login"}
	for _, e := range o.run(t) {
		if e.State != plan.ExportFailed || e.Login != "aws-login" || e.Fault.Kind != "SessionExpired" {
			t.Errorf("%+v, want it failed, by the login of the registry", e)
		}
	}
	o = opened(t)
	for _, e := range o.run(t, plan.Row{Project: "entered", Cloud: plan.AWS}) {
		if e.State != plan.ExportFailed || !strings.Contains(e.Why, "entered/aws") {
			t.Errorf("%+v, want no export that lacks a row of this run", e)
		}
	}
	if o.shelf.wrote != 0 {
		t.Errorf("%d objects were written, want none", o.shelf.wrote)
	}
}

func TestWhatStandsThereAndIsNotSignedByUsIsReplaced(t *testing.T) {
	o := opened(t)
	o.shelf.bodies["gcp/mgmt  rows.dsse.json"] = []byte("another's word,aws-mgmt")
	if got := o.run(t); got[1].State != plan.ExportDone || !strings.Contains(got[1].Why, "earlier version") {
		t.Errorf("%+v, want it done, and said what it replaced", got[1])
	}
}

func TestNothingIsTriedWithALockedLogin(t *testing.T) {
	o := opened(t)
	if err := o.latch.Learn(&fault.Fault{Kind: fault.Locked, Login: "gcp-login", Message: "locked"}); fault.KindOf(err) != fault.Locked {
		t.Fatal(err)
	}
	asked := false
	o.shelf.away = func(l plan.Landing) error { asked = asked || l.Cloud == plan.GCP; return nil }
	if got := o.run(t); got[1].Fault == nil || got[1].Fault.Kind != "Locked" || got[0].State != plan.ExportDone {
		t.Errorf("%+v, want the locked one told and the other done", got)
	}
	if asked {
		t.Error("the cloud of the locked login was asked")
	}
}

// shown reads the registry, or an export of it.
func (o *office) shown(in ShowRegistryInput) (ShownRegistry, error) {
	in.Plan = &plan.Plan{
		APIVersion: plan.APIVersion, Kind: plan.KindPlan, Metadata: plan.Metadata{Name: "p", Owner: "o"},
		Organisation: plan.Organisation{Slug: "acme", Environments: []string{"mgmt"}},
		Clouds: map[plan.Cloud]plan.Home{
			plan.AWS:   {Region: "us-east-1", Login: "a", Email: "aws+{env}@acme.example"},
			plan.Azure: {Region: "eastus", Login: "z", Billing: "/providers/Microsoft.Billing/billingAccounts/a/billingProfiles/p/invoiceSections/i"},
		},
		Logins:   map[string]plan.Login{"a": {Type: "aws-default"}, "z": {Type: "azure-default"}},
		Registry: plan.Registry{Table: "rows", SigningKey: "op://v/i"},
	}
	o.ExecuteWorkflow(ShowRegistryType, in)
	var out ShownRegistry
	return out, errors.Join(o.GetWorkflowError(), o.GetWorkflowResult(&out))
}

func TestAnExportIsShownWithItsProofAndNothingIsAskedOfAWS(t *testing.T) {
	o := opened(t)
	o.shelf.bodies["azure/mgmt sub-1 rows.dsse.json"] = []byte("w,aws-mgmt,sub")
	o.pages.away = errors.New("nobody asks")
	got, err := o.shown(ShowRegistryInput{From: "azure", Containers: map[string]string{"azure/mgmt": "sub-1"}})
	if err != nil || len(got.Rows) != 2 || got.Proof == nil || got.Proof.Key != "key of w" || got.Proof.Landing != "azure/mgmt" {
		t.Errorf("got %+v, %v; want the rows and the proof", got, err)
	}
	if o.pages.asked != 0 {
		t.Errorf("the registry was read %d times, want never", o.pages.asked)
	}
}

func TestTheRegistryItselfIsShownWithoutAProof(t *testing.T) {
	o := opened(t)
	got, err := o.shown(ShowRegistryInput{Containers: map[string]string{"aws/mgmt": "1"}})
	if err != nil || len(got.Rows) != 3 || got.Proof != nil || o.pages.asked != 1 {
		t.Errorf("got %+v, %v; want what the table says", got, err)
	}
}

func TestAnExportThatIsNotBelievedOrNotThereShowsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		body, from, want string
	}{
		"changed": {"x,aws-mgmt", "azure", "is not believed"},
		"none":    {"", "azure", "no export of the registry rows stands in azure/mgmt"},
		"nowhere": {"w", "gcp", "exports its registry to azure/mgmt, not to gcp"},
	} {
		o := opened(t)
		if c.body != "" {
			o.shelf.bodies["azure/mgmt  rows.dsse.json"] = []byte(c.body)
		}
		got, err := o.shown(ShowRegistryInput{From: c.from})
		if err == nil || !strings.Contains(err.Error(), c.want) || len(got.Rows) != 0 {
			t.Errorf("%s: got %+v, %v; want nothing and %q", name, got, err, c.want)
		}
	}
}
