package gcp_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/itbytes/landfall/cloud/gcp"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	simulated "github.com/itbytes/landfall/simulator/gcp"
	"github.com/itbytes/landfall/simulator/kernel"
)

const organization = "organizations/384756291034"

// world is a simulated Google Cloud with our adapter in front of it.
type world struct {
	*gcp.Cloud
	kernel   *kernel.Kernel
	sim      *simulated.Cloud
	keeper   *keeper
	sessions string
	endpoint string
	said     []string // everything that came up from the adapter
	wire     *tap     // everything that went out of it
}

// newWorld makes the organisation of the paper; change alters it before it begins.
func newWorld(t *testing.T, change func(s *kernel.Scenario, estate map[string]any)) *world {
	t.Helper()
	scale := 0.0005
	s := kernel.Scenario{
		Name: "test", Scale: &scale,
		Latency: map[string]kernel.Duration{"default": 0, "gcp": 0},
		Logins:  map[string]kernel.Login{"gcp-admin": {Cloud: "gcp", Details: map[string]string{"user": "admin@it4bytes.example", "organization": organization}}},
	}
	estate := map[string]any{
		"organizations": []any{map[string]any{
			"name": organization, "displayName": "it4bytes-org", "customer": "C0123abcd", "projectQuota": 12, "securityCenter": "STANDARD",
			"users": []any{map[string]any{"email": "admin@it4bytes.example", "admin": true, "enrolled": true, "enforced": true}},
		}},
		"billingAccounts": []any{map[string]any{"name": "billingAccounts/01B2C3-D4E5F6-071829", "displayName": "core", "open": true}},
		"projects": []any{
			map[string]any{"id": "mediamanager", "parent": organization, "owners": []any{"user:admin@it4bytes.example"}},
			map[string]any{"id": "my-first-project", "parent": organization, "owners": []any{"user:admin@it4bytes.example"}},
		},
	}
	if change != nil {
		change(&s, estate)
	}
	s.Estate = map[string]any{"gcp": estate}
	k := kernel.New(s)
	sim, err := simulated.New(k)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(sim.Handler())
	t.Cleanup(srv.Close)
	w := &world{kernel: k, sim: sim, endpoint: srv.URL, keeper: newKeeper(), sessions: t.TempDir()}
	session, ok := sim.Session("gcp-admin")
	if !ok {
		t.Fatal("the simulator has no session for gcp-admin")
	}
	if err := os.WriteFile(filepath.Join(w.sessions, "gcp-admin.json"), session.Content, 0o600); err != nil {
		t.Fatal(err)
	}
	w.wire = &tap{base: srv.Client().Transport}
	w.Cloud = gcp.New(gcp.Options{Haste: 1e6, Endpoint: srv.URL, Sessions: w.sessions, HTTP: &http.Client{Transport: w.wire}, Keeper: w.keeper, Patience: 3 * time.Second})
	return w
}

// landing is one of the example plan's.
func landing(t *testing.T, env string) plan.Landing {
	t.Helper()
	b, err := os.ReadFile("../../examples/itbytes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Parse("itbytes.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	l, ok := p.Landing(plan.GCP, env)
	if !ok {
		t.Fatalf("the example has no landing gcp/%s", env)
	}
	return l
}

func stepNamed(t *testing.T, w *world, l plan.Landing, name string) plan.Step {
	t.Helper()
	for _, s := range w.Steps(l) {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no step %s in %s", name, l.ID())
	return plan.Step{}
}

// carry takes one step to its end, as the workflow would: it comes back to what is pending and tries again what may pass.
func (w *world) carry(ctx context.Context, l plan.Landing, s plan.Step, facts map[string]string, again bool) (plan.Outcome, error) {
	task := plan.Task{Landing: l, Step: s, Key: l.Plan + "/" + l.ID() + "/" + s.Name, Facts: facts, Again: again}
	var sum plan.Outcome
	for deadline := time.Now().Add(20 * time.Second); ; {
		out, err := w.Carry(ctx, task, func(what string) { w.hear(what) })
		out.Reads, out.Writes = out.Reads+sum.Reads, out.Writes+sum.Writes
		sum = out
		w.hear(out)
		if err != nil {
			w.hear(err.Error())
			if fault.KindOf(err).Retries() && time.Now().Before(deadline) {
				task.Again = true
				time.Sleep(20 * time.Millisecond)
				continue
			}
			return out, err
		}
		if out.State != plan.StepPending || time.Now().After(deadline) {
			return out, nil
		}
		task.Begun = out.Begun
		time.Sleep(20 * time.Millisecond)
	}
}

func (w *world) hear(said any) {
	b, err := json.Marshal(said)
	w.said = append(w.said, string(b))
	if err != nil {
		w.said = append(w.said, err.Error())
	}
}

// land carries a landing's steps up to and with the last one named, all of them where none is.
func (w *world) land(t *testing.T, l plan.Landing, last string) map[string]plan.Outcome {
	t.Helper()
	out, facts := map[string]plan.Outcome{}, map[string]string{}
	for _, s := range w.Steps(l) {
		o, err := w.carry(t.Context(), l, s, maps.Clone(facts), false)
		if err != nil {
			t.Fatalf("%s %s: %v (%+v)", l.ID(), s.Name, err, fault.As(err))
		}
		if o.State != plan.StepDone {
			t.Fatalf("%s %s: got %s, want done: %+v", l.ID(), s.Name, o.State, o)
		}
		maps.Copy(facts, o.Facts)
		out[s.Name] = o
		if s.Name == last {
			break
		}
	}
	return out
}

// facts are what a landing's earlier steps learned.
func facts(outs map[string]plan.Outcome) map[string]string {
	all := map[string]string{}
	for _, o := range outs {
		maps.Copy(all, o.Facts)
	}
	maps.Copy(all, outs["compute"].Facts) // which APIs are off, it says after services
	return all
}

// calls counts what reached the simulator, beside tokens.
func (w *world) calls(kind, operation string) int {
	n := 0
	for _, c := range w.kernel.Calls() {
		if c.Service != "oauth2" && (kind == "" || c.Kind == kind) && (operation == "" || c.Operation == operation) {
			n++
		}
	}
	return n
}

// noSecretCameUp fails where any secret that was ever minted is in what the adapter said.
func (w *world) noSecretCameUp(t *testing.T) {
	t.Helper()
	all := strings.Join(w.said, "\n")
	for _, s := range w.kernel.Secrets() {
		if s.Value != "" && strings.Contains(all, s.Value) {
			t.Errorf("the adapter let %s come up", s.ID)
		}
	}
	for _, s := range w.keeper.secrets() {
		if strings.Contains(all, s) {
			t.Error("the adapter let a line of a private key come up")
		}
	}
}

// keysOf are the ids of the keys that Google has of the identity.
func (w *world) keysOf(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, a := range w.everythingIn(t, landing(t, "mgmt").Name).ServiceAccounts {
		for _, k := range a.Keys {
			out = append(out, k.(map[string]any)["id"].(string))
		}
	}
	slices.Sort(out)
	return out
}

// enforced makes the organisation enforce constraints.
func enforced(constraints ...string) func(*kernel.Scenario, map[string]any) {
	return func(_ *kernel.Scenario, e map[string]any) {
		var all []any
		for _, c := range constraints {
			all = append(all, map[string]any{"constraint": c, "enforce": true})
		}
		e["organizations"].([]any)[0].(map[string]any)["policies"] = all
	}
}

const (
	noUpload   = "iam.disableServiceAccountKeyUpload"
	noCreation = "iam.disableServiceAccountKeyCreation"
)

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// http is a client that is signed in by itself, beside the adapter.
func (w *world) http(t *testing.T) *http.Client {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(w.sessions, "gcp-admin.json"))
	if err != nil {
		t.Fatal(err)
	}
	var adc struct {
		ID      string `json:"client_id"`
		Secret  string `json:"client_secret"`
		Refresh string `json:"refresh_token"`
	}
	if err := json.Unmarshal(b, &adc); err != nil {
		t.Fatal(err)
	}
	o := oauth2.Config{ClientID: adc.ID, ClientSecret: adc.Secret, Endpoint: oauth2.Endpoint{TokenURL: w.endpoint + "/oauth2/token"}}
	return o.Client(t.Context(), &oauth2.Token{RefreshToken: adc.Refresh})
}

// activate turns a detector on for the whole organisation, as a person does.
func (w *world) activate(t *testing.T, detector string) {
	t.Helper()
	at := w.endpoint + "/securitycentermanagement/v1/" + organization + "/locations/global/securityCenterServices/" + detector
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, at+"?updateMask=intendedEnablementState", strings.NewReader(`{"intendedEnablementState":"ENABLED"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := w.http(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("activate %s: %s", detector, resp.Status)
	}
}

func decodeInto(t *testing.T, v, into any) {
	t.Helper()
	if err := json.Unmarshal(mustJSON(t, v), into); err != nil {
		t.Fatal(err)
	}
}

func decodeBody(t *testing.T, r io.Reader, into any) {
	t.Helper()
	if err := json.NewDecoder(r).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func listOf(v any) []any {
	l, _ := v.([]any)
	return l
}

// pause is longer than anything in these worlds takes.
func pause() { time.Sleep(100 * time.Millisecond) }
