package azure_test

import (
	"context"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestTheThreeLandingsOfTheMorningLandAndASecondRunWritesNothing(t *testing.T) {
	w := morning(t)
	done := w.landAll()
	if t.Failed() {
		return
	}
	for env, want := range map[string]map[string]plan.Op{
		"prod": {
			"subscription": plan.None, "subscription-name": plan.Update, "resource-group": plan.Adopted, "nsg": plan.Adopted, "vnet": plan.Adopted,
			"flow-store": plan.Create, "flow-log": plan.Create, "waf": plan.Create,
		},
		"dti":  {"subscription": plan.Create, "subscription-name": plan.None, "resource-group": plan.Create, "vnet": plan.Create, "defender": plan.Update},
		"mgmt": {"app-itManagesO365": plan.Create, "credential-itManagesO365": plan.Create, "security-defaults": plan.None, "dns-zone": plan.Create},
	} {
		for step, op := range want {
			if got := done[env][step].Change.Op; got != op {
				t.Errorf("%s %s: got %s, want %s", env, step, got, op)
			}
		}
	}
	since := len(w.kernel.Calls())
	for env, steps := range w.landAll() {
		for name, out := range steps {
			if out.Change.Op != plan.None || out.Writes != 0 {
				t.Errorf("second run, %s %s: got %s with %d writes, want none", env, name, out.Change.Op, out.Writes)
			}
		}
	}
	for _, c := range w.writes(since) {
		t.Errorf("second run wrote %s %s", c.Service, c.Operation)
	}
}

func TestAPreviewWritesNothingAndSaysWhatWouldBeDone(t *testing.T) {
	w := morning(t)
	for _, l := range landings(t) {
		for _, out := range w.azure.Preview(context.Background(), l).Outcomes {
			if out.Fault != nil {
				t.Errorf("%s %s could not be observed: %+v", l.ID(), out.Step, out.Fault)
			}
			if out.Writes != 0 {
				t.Errorf("%s %s: got %d writes, want 0", l.ID(), out.Step, out.Writes)
			}
			if out.Step == "management-group" && out.Stood != "" {
				t.Errorf("%s is sure of the group that whoever comes first makes", l.ID())
			}
			t.Logf("%s %s: %s %s", l.ID(), out.Step, out.Change.Op, out.Change.Why)
		}
	}
	if got := w.writes(0); len(got) != 0 {
		t.Errorf("got %d writes in the journal, want 0", len(got))
	}
}
