package aws_test

import (
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/plan"
	sim "github.com/itbytes/landfall/simulator/aws"
	"github.com/itbytes/landfall/simulator/kernel"
)

// world is a simulated AWS and the adapter that speaks to it over HTTP.
type world struct {
	t     *testing.T
	k     *kernel.Kernel
	aws   *sim.Cloud
	cloud *aws.Cloud
	vault *memory
	dir   string
	url   string
	// facts and begun are what a run remembers of each landing.
	facts map[string]map[string]string
}

// begin starts the world of a scenario's file; mend changes the scenario before it begins.
func begin(t *testing.T, scenario string, mend ...func(*kernel.Scenario)) *world {
	t.Helper()
	s, err := kernel.Load(filepath.Join("..", "..", "devstack", "scenario", scenario+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Latency = map[string]kernel.Duration{"default": 0}
	s.People = nil
	for _, m := range mend {
		m(&s)
	}
	w := &world{t: t, k: kernel.New(s), vault: &memory{}, dir: t.TempDir(), facts: map[string]map[string]string{}}
	w.k.Keep(w.vault.deliver)
	if w.aws, err = sim.New(w.k); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(w.aws.Handler())
	t.Cleanup(srv.Close)
	w.url = srv.URL
	w.signIn("aws-sso")
	w.cloud = aws.New(aws.Options{Haste: 1e6, Endpoint: srv.URL, Sessions: w.dir, Keeper: w.vault, Patience: 5 * time.Second})
	return w
}

// signIn does what a person does: it leaves a session's file.
func (w *world) signIn(login string) {
	w.t.Helper()
	s, is := w.aws.Session(login)
	if !is {
		w.t.Fatalf("%s is no login of SSO", login)
	}
	if err := os.WriteFile(filepath.Join(w.dir, login+".json"), s.Content, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// carry takes one step as far as it goes, as the workflow does: pending ones are entered again.
func (w *world) carry(l plan.Landing, name string, mend ...func(*plan.Task)) (plan.Outcome, error) {
	w.t.Helper()
	all := w.cloud.Steps(l)
	i := slices.IndexFunc(all, func(s plan.Step) bool { return s.Name == name })
	if i < 0 {
		w.t.Fatalf("%s has no step %s", l.ID(), name)
	}
	if w.facts[l.ID()] == nil {
		w.facts[l.ID()] = map[string]string{}
	}
	task := plan.Task{Landing: l, Step: all[i], Key: l.Plan + "/" + l.ID() + "/" + name, Facts: w.facts[l.ID()]}
	for _, m := range mend {
		m(&task)
	}
	reads, writes := 0, 0
	var before plan.Fields
	for range 20 {
		out, err := w.cloud.Carry(w.t.Context(), task, func(string) {})
		if len(before) == 0 {
			before = out.Receipt.Before
		}
		out.Receipt.Before = before
		reads, writes = reads+out.Reads, writes+out.Writes
		out.Reads, out.Writes = reads, writes
		maps.Copy(w.facts[l.ID()], out.Facts)
		if err != nil || out.State != plan.StepPending {
			return out, err
		}
		task.Begun = out.Begun
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatalf("%s of %s is pending for ever", name, l.ID())
	return plan.Outcome{}, nil
}

// land carries every step of a landing and answers what was done in each.
func (w *world) land(l plan.Landing) map[string]plan.Outcome {
	w.t.Helper()
	out := map[string]plan.Outcome{}
	for _, s := range w.cloud.Steps(l) {
		o, err := w.carry(l, s.Name)
		if err != nil {
			w.t.Errorf("%s of %s: %v", s.Name, l.ID(), err)
		}
		out[s.Name] = o
	}
	return out
}

// writes lists the calls that changed something, as service:operation.
func (w *world) writes() []string {
	var out []string
	for _, c := range w.k.Calls() {
		if c.Kind == "write" {
			out = append(out, c.Service+":"+c.Operation)
		}
	}
	return out
}

// keysOf counts an IAM user's access keys in a landing's account.
func (w *world) keysOf(l plan.Landing, user string) int {
	w.t.Helper()
	l.Adopt.ID = w.facts[l.ID()][plan.FactContainer]
	cfg, err := w.cloud.Config(w.t.Context(), l)
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := iam.NewFromConfig(cfg).ListAccessKeys(w.t.Context(), &iam.ListAccessKeysInput{UserName: &user})
	if err != nil {
		w.t.Fatal(err)
	}
	return len(out.AccessKeyMetadata)
}
