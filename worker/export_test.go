package main

import (
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/registry"
	"github.com/itbytes/landfall/simulator"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/workflows"
)

// world is the paper's organisation with its management landings in place, on the wire, and the activities of a worker that
// is started for all clouds.
type world struct {
	t       *testing.T
	kernel  *kernel.Kernel
	plan    plan.Plan
	seals   *activities.Seals
	exports *activities.Exports
	table   *registry.Book
	vault   step.Keeper
	said    []string // everything that activities were told or said
}

func raise(t *testing.T) *world {
	t.Helper()
	s, err := kernel.Load("../devstack/scenario/itbytes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	scale := 0.0001
	s.Scale = &scale
	azure, _ := s.Estate["azure"].(map[string]any)
	subscriptions, _ := azure["subscriptions"].([]any)
	azure["subscriptions"] = append(subscriptions, map[string]any{
		"id": "6c1d4b2f-9075-4e1c-8a3b-a1d5f88e3333", "displayName": "it4bytes-sub-mgmt-core", "registered": []any{"Microsoft.Storage"},
		"resources": []any{map[string]any{"type": "Microsoft.Resources/resourceGroups", "name": "rg-it4bytes-sub-mgmt-core", "location": "eastus"}},
	})
	gcp, _ := s.Estate["gcp"].(map[string]any)
	projects, _ := gcp["projects"].([]any)
	gcp["projects"] = append(projects, map[string]any{
		"id": "it4bytes-mgmt-core", "parent": "organizations/384756291034", "billing": "billingAccounts/01B2C3-D4E5F6-071829", "services": []any{"storage.googleapis.com"},
	})
	sim, err := simulator.New(s)
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"OP_CONNECT_TOKEN": sim.ConnectToken(), "AWS_EC2_METADATA_DISABLED": "true"}
	for name, cloud := range map[string]string{
		"LANDFALL_AWS_ENDPOINT": "aws", "LANDFALL_AZURE_ENDPOINT": "azure", "LANDFALL_GCP_ENDPOINT": "gcp", "OP_CONNECT_HOST": "onepassword",
	} {
		srv := httptest.NewServer(sim.Handler(cloud))
		t.Cleanup(srv.Close)
		env[name] = srv.URL
	}
	cfg := config{sessions: t.TempDir(), haste: 1e6}
	for _, session := range sim.Sessions() {
		if err := os.WriteFile(filepath.Join(cfg.sessions, session.Login+".json"), session.Content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile("../examples/itbytes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Parse("itbytes.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	get := func(name string) string { return env[name] }
	vault := keeper(get, slog.New(slog.DiscardHandler))
	clouds := build(cfg, get, vault)
	latch, notary := &activities.Latch{Folder: cfg.sessions}, registry.NewNotary(vault)
	w := &world{t: t, kernel: sim.Kernel(), plan: p.WithDefaults(), table: registry.New(open(clouds[plan.AWS])), vault: vault}
	w.seals = &activities.Seals{Book: w.table, Notary: notary, Latch: latch}
	w.exports = &activities.Exports{Depots: able[activities.Depot](clouds), Notary: notary, Latch: latch}
	return w
}

// landing is one of the plan's.
func (w *world) landing(c plan.Cloud) plan.Landing {
	w.t.Helper()
	l, there := w.plan.Landing(c, "mgmt")
	if !there {
		w.t.Fatalf("no landing %s/mgmt", c)
	}
	return l
}

// enter puts rows into the registry.
func (w *world) enter(rows ...plan.Row) {
	w.t.Helper()
	home := w.landing(plan.AWS)
	if _, err := w.table.Prepare(w.t.Context(), home, w.plan.Registry); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.table.Enter(w.t.Context(), home, w.plan.Registry, rows); err != nil {
		w.t.Fatal(err)
	}
}

// export signs the registry and leaves it in both clouds, trying again as the activities' policy does.
func (w *world) export() map[plan.Cloud]plan.Export {
	w.t.Helper()
	sealed, err := w.seals.SealRegistry(w.t.Context(), activities.SealInput{Home: w.landing(plan.AWS), Registry: w.plan.Registry, Entered: []string{"aws-mgmt/aws"}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.hear(sealed)
	out := map[plan.Cloud]plan.Export{}
	for _, c := range []plan.Cloud{plan.Azure, plan.GCP} {
		in := activities.ExportInput{Landing: w.landing(c), Registry: w.plan.Registry, Sealed: sealed}
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			done, err := w.exports.ExportRegistry(w.t.Context(), in)
			if err == nil {
				out[c] = done
				break
			}
			if !fault.KindOf(err).Retries() || time.Now().After(deadline) {
				w.t.Fatalf("%s: %v", c, err)
			}
			w.hear(err.Error())
		}
		w.hear(in)
		w.hear(out[c])
	}
	return out
}

// show reads an export by the workflow that landfall registry list --from starts.
func (w *world) show(from string) (shown workflows.ShownRegistry, err error) {
	w.t.Helper()
	env := (&testsuite.WorkflowTestSuite{}).NewTestWorkflowEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&activities.Door{Log: slog.New(slog.DiscardHandler)}}})
	env.RegisterWorkflowWithOptions(workflows.ShowRegistry, workflow.RegisterOptions{Name: workflows.ShowRegistryType})
	env.RegisterActivity(&activities.Plans{Check: func(plan.Plan) error { return nil }})
	env.RegisterActivity(&activities.Register{Book: w.table})
	env.RegisterActivity(w.exports)
	p := w.plan
	env.ExecuteWorkflow(workflows.ShowRegistryType, workflows.ShowRegistryInput{Plan: &p, From: from})
	if err := env.GetWorkflowError(); err != nil {
		w.hear(err.Error())
		return shown, err
	}
	err = env.GetWorkflowResult(&shown)
	w.hear(shown)
	return shown, err
}

func (w *world) hear(said any) {
	b, err := json.Marshal(said)
	if err != nil {
		w.t.Error(err)
	}
	w.said = append(w.said, string(b))
}

// calls counts the calls of a cloud, and the writes among them.
func (w *world) calls(cloud string) (all, writes int) {
	for _, c := range w.kernel.Calls() {
		if cloud == "" || c.Cloud == cloud {
			all++
			if c.Kind == "write" {
				writes++
			}
		}
	}
	return all, writes
}

func paperRows() []plan.Row {
	return []plan.Row{
		{Project: "aws-mgmt", Cloud: plan.AWS, Kind: "landing", ID: "379047601618", Environment: "mgmt", Name: "aws-mgmt", Plan: "itbytes"},
		{Project: "it4bytes-mgmt-core", Cloud: plan.GCP, Kind: "landing", ID: "it4bytes-mgmt-core", Environment: "mgmt", Name: "it4bytes-mgmt-core", Plan: "itbytes", Attributes: map[string]string{"number": "7"}},
		{Project: "itmanagesgcp", Cloud: plan.GCP, Kind: "identity", ID: "itmanagesgcp@it4bytes-mgmt-core.iam.gserviceaccount.com", Plan: "itbytes", Credential: "op://itbytes-internal/itmanagesgcp-gcp"},
	}
}

func TestTheRegistryIsReadFromTheOtherCloudsWhileAWSIsLost(t *testing.T) {
	w := raise(t)
	w.enter(paperRows()...)
	want, err := w.table.List(t.Context(), w.landing(plan.AWS), w.plan.Registry)
	if err != nil || len(want) != 3 {
		t.Fatalf("the registry has %d rows, %v; want three", len(want), err)
	}
	first := w.export()
	for c, e := range first {
		if e.State != plan.ExportDone || e.Where == "" || e.Digest == "" {
			t.Errorf("%s: %+v, want it done", c, e)
		}
	}
	_, wrote := w.calls("")
	for c, e := range w.export() {
		if e.State != plan.ExportAlreadySo || e.Digest != first[c].Digest || e.Where != first[c].Where {
			t.Errorf("%s, second run: %+v, want it already so", c, e)
		}
	}
	if _, again := w.calls(""); again != wrote {
		t.Errorf("the second run wrote %d times, want never", again-wrote)
	}
	if err := w.kernel.SetLogin("aws-sso", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	asked, _ := w.calls("aws")
	for from, where := range map[string]string{"azure": "/landfall-registry/itinfra-connections.dsse.json", "gcp": "gs://it4bytes-mgmt-core-landfall-registry/itinfra-connections.dsse.json"} {
		got, err := w.show(from)
		if err != nil {
			t.Fatalf("%s: %v", from, err)
		}
		if !reflect.DeepEqual(got.Rows, want) {
			t.Errorf("%s: got %+v, want the rows of the registry", from, got.Rows)
		}
		p := got.Proof
		if p == nil || p.Landing != from+"/mgmt" || !strings.HasSuffix(p.Where, where) || p.Plan != "itbytes" || p.Digest != first[plan.Cloud(from)].Digest || !strings.HasPrefix(p.Key, "sha256:") || p.AsOf.IsZero() {
			t.Errorf("%s: proof %+v, want where it is, whose, and by which key", from, p)
		}
	}
	if now, _ := w.calls("aws"); now != asked {
		t.Errorf("AWS was asked %d times, want never", now-asked)
	}
	if _, err := w.show(""); err == nil || !strings.Contains(err.Error(), "aws") {
		t.Errorf("the registry itself: %v, want it held by the login", err)
	}
	w.noSecretWasSaid()
}

func TestAnExportThatWasTamperedWithShowsNothingAndIsReplacedByTheNextRun(t *testing.T) {
	w := raise(t)
	w.enter(paperRows()...)
	first := w.export()
	for c, d := range w.exports.Depots {
		if c == plan.AWS {
			continue
		}
		l, name := w.landing(c), "itinfra-connections.dsse.json"
		stands, err := d.Get(t.Context(), l, name)
		if err != nil {
			t.Fatal(err)
		}
		changed := []byte(strings.Replace(string(stands.Body), `"payload":"ey`, `"payload":"fy`, 1))
		if string(changed) == string(stands.Body) {
			t.Fatal("nothing was changed")
		}
		if _, err := d.Put(t.Context(), l, name, changed, stands.Version); err != nil {
			t.Fatal(err)
		}
		got, err := w.show(string(c))
		if err == nil || !strings.Contains(err.Error(), "is not believed") || len(got.Rows) != 0 || got.Proof != nil {
			t.Errorf("%s: got %+v, %v; want a fault that says so, and nothing shown", c, got, err)
		}
	}
	for c, e := range w.export() {
		if e.State != plan.ExportDone || !strings.Contains(e.Why, "not signed by this key") || e.Digest != first[c].Digest {
			t.Errorf("%s: %+v, want the tampered one replaced, and that said", c, e)
		}
	}
	if got, err := w.show("gcp"); err != nil || len(got.Rows) != 3 {
		t.Errorf("got %d rows, %v; want three", len(got.Rows), err)
	}
}

func TestARegistryThatChangedIsExportedAnewAndAnOlderOneNeverOverANewer(t *testing.T) {
	w := raise(t)
	w.enter(paperRows()[0])
	home, reg := w.landing(plan.AWS), w.plan.Registry
	old, err := w.seals.SealRegistry(t.Context(), activities.SealInput{Home: home, Registry: reg})
	if err != nil {
		t.Fatal(err)
	}
	first := w.export()
	w.enter(paperRows()[1:]...)
	second := w.export()
	if second[plan.GCP].State != plan.ExportDone || second[plan.GCP].Digest == first[plan.GCP].Digest {
		t.Errorf("%+v, want another export", second[plan.GCP])
	}
	late, err := w.exports.ExportRegistry(t.Context(), activities.ExportInput{Landing: w.landing(plan.GCP), Registry: reg, Sealed: old})
	if err != nil || late.State != plan.ExportAlreadySo || late.Digest != second[plan.GCP].Digest || !strings.Contains(late.Why, "newer") {
		t.Errorf("%+v, %v; want the newer one left alone", late, err)
	}
}

func TestAnExportIsBelievedByTheVaultAlone(t *testing.T) {
	w := raise(t)
	w.enter(paperRows()...)
	w.export()
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Cloud: "onepassword"}, Status: 403, Code: "Forbidden"})
	if got, err := w.show("azure"); err == nil || len(got.Rows) != 0 {
		t.Errorf("without the vault: got %d rows, %v; want none", len(got.Rows), err)
	}
}

// noSecretWasSaid fails where a secret that a cloud handed out, or the key that signs, is in what an activity was told or
// said.
func (w *world) noSecretWasSaid() {
	w.t.Helper()
	key, err := w.vault.Reveal(w.t.Context(), w.plan.Registry.SigningKey, "private key")
	if err != nil {
		w.t.Fatal(err)
	}
	secrets := append(w.kernel.Secrets(), kernel.Secret{ID: "the key that signs", Value: key.Reveal()})
	all := strings.Join(w.said, "\n")
	for _, s := range secrets {
		for line := range strings.Lines(s.Value) { // a key in PEM has several
			if line = strings.TrimSpace(line); len(line) > 12 && strings.Contains(all, line) {
				w.t.Errorf("%s was said", s.ID)
			}
		}
	}
}
