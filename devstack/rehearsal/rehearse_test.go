package rehearsal

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/devstack/world"
	"github.com/itbytes/landfall/plan"
)

// built is the folder of the built binaries. Without them a test is skipped by name.
func built(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("LANDFALL_BIN")
	if dir == "" {
		dir = "../../bin"
	}
	for _, name := range []string{"landfall", "landfall-worker"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Skip("the binaries are not built: make build")
		}
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// places are the steps that do not go on, with the kind of each.
func places(stopped []Stopped) map[string]string {
	out := map[string]string{}
	for _, s := range stopped {
		out[s.Step] = s.Kind
	}
	return out
}

func TestARehearsalSaysWhatHoldsWhatGoesOnWhatReleasesItAndWhatAnAbortLeaves(t *testing.T) {
	r, err := Rehearse(t.Context(), Options{Plan: example(t, "greenfield.yaml"), Faults: []string{"Quota@azure/prod/vnet"}, Bin: built(t)})
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"azure/prod/vnet": "Quota"}; !maps.Equal(places(r.Held), want) || len(r.Failed)+len(r.Trying) > 0 {
		t.Fatalf("held %v, failed %v, trying %v; want the virtual network alone to hold", r.Held, r.Failed, r.Trying)
	}
	h := r.Held[0]
	if h.Why == "" || !strings.Contains(h.Releases, "landfall resume greenfield --landing azure/prod --step vnet") || !slices.Contains(h.Behind, "flow-log") || h.After <= 0 {
		t.Errorf("the hold says %+v; want why, what releases it, and the flow log behind it", h)
	}
	for _, l := range r.Landings {
		if want := map[bool]string{true: "held", false: "done"}[l.ID == "azure/prod"]; l.State != want {
			t.Errorf("%s is %s, want %s: %s", l.ID, l.State, want, l.Why)
		}
	}
	if r.Release == nil || r.Release.State != "done" || len(r.Release.Still) > 0 {
		t.Errorf("released: %+v; want the whole run done", r.Release)
	}
	if r.Abort == nil || len(r.Abort.Landings) != 9 {
		t.Fatalf("given up: %+v; want something of each of the nine landings", r.Abort)
	}
	for _, l := range r.Abort.Landings {
		quarantined := 0
		for _, s := range l.Steps {
			switch s.State {
			case "quarantined":
				quarantined++
			case "failed":
				t.Errorf("given up, %s/%s could not be undone: %s", l.ID, s.Step, s.Why)
			}
		}
		if l.State != "aborted" || quarantined == 0 {
			t.Errorf("given up, %s is %s with %d things in quarantine: %s; want its container kept and closed", l.ID, l.State, quarantined, l.Why)
		}
	}
}

func TestARehearsedLossOfASignInEndsWithOneSignIn(t *testing.T) {
	r, err := Rehearse(t.Context(), Options{Plan: example(t, "itbytes.yaml"), Faults: []string{"SessionExpired@aws/mgmt/guardduty"}, Bin: built(t)})
	if err != nil {
		t.Fatal(err)
	}
	for place, kind := range places(r.Held) {
		if kind != "SessionExpired" || place != "registry" && !strings.HasPrefix(place, "aws/mgmt/") {
			t.Errorf("%s holds for %s; want AWS mgmt and the registry alone, for their sign-in", place, kind)
		}
	}
	by := map[string][]string{}
	for _, l := range r.Landings {
		by[l.ID] = l.By
	}
	if !slices.Equal(by["aws/prod"], []string{"aws-prod-keys"}) || !slices.Equal(by["aws/dti"], []string{"aws-dti-keys"}) {
		t.Errorf("went on by %v; want prod and dti by their fallback logins", by)
	}
	signedIn := 0
	for _, act := range r.Release.Acts {
		if strings.HasPrefix(act, "landfall login aws-sso") {
			signedIn++
		}
	}
	if signedIn != 1 || r.Release.State != "done" {
		t.Errorf("released: %+v; want one sign-in to aws-sso, and the run done", r.Release)
	}
}

func TestAStepThatThePlanDoesNotHaveIsRefusedWithTheNameThatWasMeant(t *testing.T) {
	_, err := Rehearse(t.Context(), Options{Plan: example(t, "itbytes.yaml"), Faults: []string{"Denied@azure/prod/vnett"}, Bin: built(t)})
	var refused *Refusal
	if !errors.As(err, &refused) || refused.Hint != "Did you mean vnet?" {
		t.Errorf("got %v, want a refusal that names vnet", err)
	}
}

// TestWhatTheSimulatorsSayIsNamedByTheAdapters orders faults of many kinds in one run of a plan that has no scenario.
func TestWhatTheSimulatorsSayIsNamedByTheAdapters(t *testing.T) {
	p := example(t, "itbytes.yaml")
	p.Metadata.Name = "rehearsed"
	w, err := world.Of(p)
	if err != nil {
		t.Fatal(err)
	}
	hold := []string{
		"Denied@aws/prod/vpc", "Quota@aws/prod/waf", "Entitlement@aws/dti/guardduty", "Conflict@aws/dti/config-recorder", "Quota@aws/mgmt/dns-zone",
		"Denied@azure/prod/nsg", "Conflict@azure/prod/flow-store", "PendingApproval@azure/dti/vnet", "Quota@azure/mgmt/dns-zone",
		"Quota@gcp/dti/vpc", "Entitlement@gcp/prod/scc", "Denied@gcp/mgmt/two-step", "Conflict@gcp/prod/org-policies",
	}
	fail := []string{"Invalid@aws/prod/ebs-encryption", "Invalid@azure/mgmt/waf", "Bug@azure/dti/waf", "Invalid@gcp/mgmt/scc"}
	pass := []string{
		"Ambiguous@aws/mgmt/vpc", "Throttled@aws/mgmt/waf", "Transient@aws/mgmt/guardduty",
		"Throttled@azure/mgmt/nsg", "Transient@azure/mgmt/flow-store", "Propagating@azure/mgmt/policy",
		"Throttled@gcp/dti/scc", "Transient@gcp/mgmt/dns-zone", "Propagating@gcp/mgmt/vpc",
	}
	orders, err := Options{Plan: p, Faults: slices.Concat(hold, fail, pass)}.orders()
	if err != nil {
		t.Fatal(err)
	}
	r, err := raise(t.Context(), w.Plan, w.Scenario, built(t))
	if err != nil {
		t.Fatal(err)
	}
	defer r.down(new(error))
	r.order(orders)
	if err := r.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := r.settle(t.Context(), held, still)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range orders {
		st, there := s.step(o.Place())
		if !there || r.Sim.Kernel().Struck(r.faults[o.String()]) == 0 {
			t.Errorf("%s was met by no call: %s %v", o, st.State, st.Fault)
			continue
		}
		switch {
		case i >= len(hold)+len(fail):
			if st.State != plan.StepDone {
				t.Errorf("%s: the step is %s %+v, want it done in spite of what passed", o, st.State, st.Fault)
			}
		case st.Fault == nil || st.Fault.Kind != o.Kind:
			t.Errorf("%s was named %+v", o, st.Fault)
		case i < len(hold) && st.State != plan.StepHeld || i >= len(hold) && st.State != plan.StepFailed:
			t.Errorf("%s: the step is %s", o, st.State)
		}
	}
}
