package azure_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/itbytes/landfall/cloud/azure"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	simulator "github.com/itbytes/landfall/simulator/azure"
	"github.com/itbytes/landfall/simulator/kernel"
)

// world is the simulated tenant of the morning, and the adapter that speaks to it over HTTP.
type world struct {
	t      *testing.T
	kernel *kernel.Kernel
	azure  *azure.Cloud
	vault  *vault
	url    string
	// sessions is the folder of the session files.
	sessions string
	agents   sync.Map // every User-Agent that was heard
}

// morning begins the world of the paper; change may alter its scenario first.
func morning(t *testing.T, change ...func(*kernel.Scenario)) *world {
	t.Helper()
	return begin(t, "testdata/morning.yaml", change...)
}

// begin begins the world of an estate.
func begin(t *testing.T, file string, change ...func(*kernel.Scenario)) *world {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var estate any
	if err := yaml.Unmarshal(b, &estate); err != nil {
		t.Fatal(err)
	}
	scenario := kernel.Scenario{
		Name:   file,
		Logins: map[string]kernel.Login{"azure-admin": {Cloud: "azure", Details: map[string]string{"user": "admin@it4bytes.example"}}},
		Estate: map[string]any{"azure": estate},
	}
	for _, f := range change {
		f(&scenario)
	}
	k := kernel.New(scenario)
	c, err := simulator.New(k)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, kernel: k, vault: &vault{items: map[string]plan.ItemFields{}}}
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.agents.Store(r.Header.Get("User-Agent"), r.URL.Path)
		c.Handler().ServeHTTP(rw, r)
	}))
	t.Cleanup(srv.Close)
	s, signedIn := c.Session("azure-admin")
	if !signedIn {
		t.Fatal("nobody signs in to azure-admin")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "azure-admin.json"), s.Content, 0o600); err != nil {
		t.Fatal(err)
	}
	w.url, w.sessions = srv.URL, dir
	w.azure = azure.New(azure.Options{Haste: 1e6, Endpoint: srv.URL, Sessions: dir, Keeper: w.vault, Patience: 2 * time.Second})
	return w
}

const tenant = "7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111"

// landings are the Azure landings of the paper's plan.
func landings(t *testing.T) []plan.Landing {
	t.Helper()
	return landingsOf(t, "itbytes.yaml")
}

// landingsOf are the Azure landings of an example plan.
func landingsOf(t *testing.T, file string) []plan.Landing {
	t.Helper()
	b, err := os.ReadFile("../../examples/" + file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Parse(file, b)
	if err != nil {
		t.Fatal(err)
	}
	all, err := p.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	var out []plan.Landing
	for _, l := range all {
		if l.Cloud == plan.Azure {
			out = append(out, l)
		}
	}
	return out
}

// carry carries one step to its end, as the workflow does: again after a fault that passes, again while it is pending.
func (w *world) carry(t plan.Task) (plan.Outcome, error) {
	deadline := time.Now().Add(60 * time.Second)
	var reads, writes int
	for {
		out, err := w.azure.Carry(context.Background(), t, func(string) {})
		reads, writes = reads+out.Reads, writes+out.Writes
		out.Reads, out.Writes = reads, writes
		switch {
		case err != nil && !fault.KindOf(err).Retries(), err == nil && out.State != plan.StepPending, time.Now().After(deadline):
			return out, err
		case err != nil:
			t.Again = true
		default:
			t.Begun = out.Begun
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// land carries every step of a landing in the order of the catalogue.
func (w *world) land(l plan.Landing) (map[string]plan.Outcome, error) {
	facts, done := map[string]string{}, map[string]plan.Outcome{}
	for _, s := range w.azure.Steps(l) {
		out, err := w.carry(plan.Task{Landing: l, Step: s, Key: l.Plan + "/" + l.ID() + "/" + s.Name, Facts: facts})
		if err != nil {
			return done, fmt.Errorf("%s %s: %w", l.ID(), s.Name, err)
		}
		if out.State != plan.StepDone {
			return done, fmt.Errorf("%s %s is %s: %+v %+v", l.ID(), s.Name, out.State, out.Change, out.Wait)
		}
		done[s.Name] = out
		for k, v := range out.Facts {
			facts[k] = v
		}
	}
	return done, nil
}

// landAll carries all landings at the same time.
func (w *world) landAll() map[string]map[string]plan.Outcome {
	w.t.Helper()
	var mu sync.Mutex
	var wait sync.WaitGroup
	out := map[string]map[string]plan.Outcome{}
	for _, l := range landings(w.t) {
		wait.Go(func() {
			done, err := w.land(l)
			if err != nil {
				w.t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			out[l.Environment] = done
		})
	}
	wait.Wait()
	return out
}

// writes are the calls that changed anything since the journal had so many lines.
func (w *world) writes(since int) []kernel.Record {
	var out []kernel.Record
	for _, c := range w.kernel.Calls()[since:] {
		if c.Kind == "write" {
			out = append(out, c)
		}
	}
	return out
}

// vault is a keeper in memory.
type vault struct {
	mu    sync.Mutex
	items map[string]plan.ItemFields
	kept  int
	fails int // how many times Keep fails first
}

func (v *vault) Find(_ context.Context, ref string) (plan.Item, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f, stands := v.items[ref]
	out := plan.Item{Exists: stands, Fields: map[string]string{}, Holds: map[string]bool{}}
	for k, x := range f.Plain {
		out.Fields[k] = x
	}
	for k, x := range f.Secret {
		out.Holds[k] = !x.Empty()
	}
	return out, nil
}

func (v *vault) Keep(ctx context.Context, ref string, f plan.ItemFields) (plan.Item, error) {
	v.mu.Lock()
	if v.fails > 0 {
		v.fails--
		v.mu.Unlock()
		return plan.Item{}, &fault.Fault{Kind: fault.Transient, Cloud: "onepassword", Message: "the vault is away"}
	}
	v.kept++
	have, stands := v.items[ref]
	if !stands {
		have = plan.ItemFields{Plain: map[string]string{}, Secret: map[string]plan.Secret{}}
	}
	for k, x := range f.Plain {
		have.Plain[k] = x
	}
	for k, x := range f.Secret {
		have.Secret[k] = x
	}
	v.items[ref] = have
	v.mu.Unlock()
	return v.Find(ctx, ref)
}

// Slots implements identity.Slots: op://vault/item holds the current key, op://vault/item/pending the next.
func (v *vault) Slots(_ context.Context, item string) (plan.Slotted, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := plan.Slotted{Keys: map[plan.Slot]string{}}
	for slot, at := range map[plan.Slot]string{plan.Current: item, plan.Staged: item + "/pending", plan.Previous: item + "/previous"} {
		if id := v.items[at].Plain["key id"]; id != "" {
			out.Keys[slot] = id
		}
	}
	return out, nil
}

func (v *vault) Stage(ctx context.Context, item, _ string, f plan.ItemFields) (plan.Item, error) {
	return v.Keep(ctx, item+"/pending", f)
}

func (v *vault) RevealAll(_ context.Context, ref string, fields ...string) (map[string]plan.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := map[string]plan.Secret{}
	for _, f := range fields {
		value := v.items[ref].Secret[f]
		if value.Empty() {
			value = plan.NewSecret(v.items[ref].Plain[f])
		}
		if value.Empty() {
			return nil, fault.New(fault.Invalid, "Give the item that field.", "the item %s has no field %q with a value", ref, f)
		}
		out[f] = value
	}
	return out, nil
}

func (v *vault) Reveal(_ context.Context, ref, field string) (plan.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.items[ref].Secret[field], nil
}
