package gcp_test

import (
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

const credential = "op://itbytes-internal/itmanagesgcp-gcp"

func TestThreeLandingsAreMadeAndASecondRunWritesNothing(t *testing.T) {
	w := newWorld(t, nil)
	envs := []string{"mgmt", "prod", "dti"}
	reads, writes := 0, 0
	for _, env := range envs {
		for name, o := range w.land(t, landing(t, env), "") {
			reads, writes = reads+o.Reads, writes+o.Writes
			switch name {
			case "org-name", "two-step", "labels":
				if o.Change.Op != plan.None || o.Writes != 0 {
					t.Errorf("%s/%s: got %s with %d writes, want it already so", env, name, o.Change.Op, o.Writes)
				}
			default:
				if o.Change.Op != plan.Create && o.Change.Op != plan.Update {
					t.Errorf("%s/%s: got %s (%s), want created or updated", env, name, o.Change.Op, o.Change.Why)
				}
			}
			if len(o.Evidence) == 0 {
				t.Errorf("%s/%s: no evidence", env, name)
			}
		}
	}
	if r, wr := w.calls("read", ""), w.calls("write", ""); r != reads || wr != writes {
		t.Errorf("the steps counted %d reads and %d writes; Google saw %d and %d", reads, writes, r, wr)
	}
	if got := w.calls("write", "CreateProject"); got != 3 {
		t.Errorf("got %d projects made, want 3", got)
	}
	before := w.calls("write", "")
	for _, env := range envs {
		for name, o := range w.land(t, landing(t, env), "") {
			if o.Change.Op != plan.None || o.Writes != 0 || o.Change.Why != "already so" {
				t.Errorf("second run, %s/%s: got %s with %d writes: %+v", env, name, o.Change.Op, o.Writes, o.Change)
			}
		}
	}
	if got := w.calls("write", ""); got != before {
		t.Errorf("the second run wrote %d times", got-before)
	}
	file := w.keeper.items[credential].Secret["key file"]
	if !strings.Contains(file.Reveal(), `"client_email"`) || w.keeper.kept != 2 {
		t.Errorf("the vault was written %d times, want twice: before Google sees the key, and once it has an id", w.keeper.kept)
	}
	w.noSecretCameUp(t)
}

func TestAPreviewOfNothingProposesEverythingAndWritesNothing(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "mgmt")
	p := w.Preview(t.Context(), l)
	if got, want := len(p.Outcomes), len(w.Steps(l)); got != want {
		t.Fatalf("got %d outcomes, want %d", got, want)
	}
	for _, o := range p.Outcomes {
		manual := o.Step == "org-name" || o.Step == "two-step"
		if want := map[bool]plan.Op{true: plan.None, false: plan.Create}[manual]; o.Change.Op != want || o.Fault != nil {
			t.Errorf("%s: got %s (%+v), want %s", o.Step, o.Change.Op, o.Fault, want)
		}
	}
	if got := w.calls("write", ""); got != 0 {
		t.Errorf("the preview wrote %d times", got)
	}
}

func TestAPreviewOfALandingThatStandsIsAlreadySo(t *testing.T) {
	w := newWorld(t, nil)
	w.land(t, landing(t, "mgmt"), "")
	before := w.calls("write", "")
	for _, o := range w.Preview(t.Context(), landing(t, "mgmt")).Outcomes {
		if o.Change.Op != plan.None || o.Fault != nil {
			t.Errorf("%s: got %s: %+v %+v", o.Step, o.Change.Op, o.Change, o.Fault)
		}
	}
	if got := w.calls("write", ""); got != before {
		t.Errorf("the preview wrote %d times", got-before)
	}
}

func TestAPreviewOfAProjectWithoutApisProposesWhatTheyWouldHold(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "dti")
	l.Identities = nil
	want := map[string]plan.Op{"services": plan.Update, "org-policies": plan.Create, "compute": plan.Update, "vpc": plan.Create, "subnets": plan.Create, "cloud-armor": plan.Create, "scc": plan.Create}
	for _, stage := range []string{"billing", "scc", "org-policies"} {
		w.land(t, l, stage)
		switch stage {
		case "scc":
			want["services"], want["scc"], want["org-policies"] = plan.None, plan.None, plan.Update
		case "org-policies":
			want["org-policies"] = plan.None
		}
		before := w.calls("", "")
		for _, o := range w.Preview(t.Context(), l).Outcomes {
			if o.Fault != nil {
				t.Errorf("after %s, %s: could not be observed: %+v", stage, o.Step, o.Fault)
			}
			if op, known := want[o.Step]; known && (o.Change.Op != op || o.State == plan.StepPending) {
				t.Errorf("after %s, %s: got %s, %s; want %s", stage, o.Step, o.State, o.Change.Op, op)
			}
		}
		for _, c := range w.kernel.Calls()[before:] {
			if c.Service == "compute" || (c.Service == "orgpolicy" && stage == "billing") {
				t.Errorf("after %s, %s was asked of an API that is off", stage, c.Operation)
			}
		}
	}
}

func TestAPreviewThatMayNotReadPoliciesStillProposesTheNetwork(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "dti")
	l.Identities = nil
	w.land(t, l, "scc")
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "GetEffectivePolicy"}, Status: 403, Code: "PERMISSION_DENIED"})
	before := w.calls("", "")
	for _, o := range w.Preview(t.Context(), l).Outcomes {
		unseen := o.Step == "org-policies" || o.Step == "compute" || o.Step == "key-policy"
		if unseen != (o.Fault != nil) || (o.Step == "vpc" && o.Change.Op != plan.Create) {
			t.Errorf("%s: got %s, %+v", o.Step, o.Change.Op, o.Fault)
		}
	}
	for _, c := range w.kernel.Calls()[before:] {
		if c.Service == "compute" {
			t.Errorf("%s was asked of an API that is off", c.Operation)
		}
	}
}

func TestTheCatalogueIsInOrder(t *testing.T) {
	w := newWorld(t, nil)
	seen := map[string]bool{}
	for _, s := range w.Steps(landing(t, "mgmt")) {
		for _, a := range s.After {
			if !seen[a] {
				t.Errorf("%s comes after %s, which does not stand before it", s.Name, a)
			}
		}
		if seen[s.Name] {
			t.Errorf("two steps are named %s", s.Name)
		}
		seen[s.Name] = true
	}
	for _, want := range []string{
		"project", "billing", "services", "labels", "org-name", "account-itmanagesgcp", "federation-itmanagesgcp", "key-itmanagesgcp", "roles-itmanagesgcp",
		"scc", "org-policies", "compute", "vpc", "subnets", "cloud-armor", "two-step", "dns-zone",
	} {
		if !seen[want] {
			t.Errorf("the management landing has no step %s", want)
		}
	}
	elsewhere := w.Steps(landing(t, "prod"))
	for _, s := range elsewhere {
		for _, only := range []string{"org-name", "account-", "federation-", "key-itmanagesgcp", "two-step", "dns-zone"} {
			if strings.HasPrefix(s.Name, only) {
				t.Errorf("prod has the step %s, which is the management landing's", s.Name)
			}
		}
	}
}
