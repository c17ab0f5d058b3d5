package azure_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

const prodID = "5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222"

// refused checks that an error is a fault of a kind with a hint.
func refused(t *testing.T, err error, want fault.Kind) *fault.Fault {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Kind != want || f.Hint == "" {
		t.Errorf("got %v (%s), want %s with a hint", err, fault.KindOf(err), want)
	}
	return f
}

// task is one step of a landing, with its container known.
func (w *world) task(l plan.Landing, step string) plan.Task {
	w.t.Helper()
	for _, s := range w.azure.Steps(l) {
		if s.Name == step {
			return plan.Task{Landing: l, Step: s, Key: l.Plan + "/" + l.ID() + "/" + step, Facts: map[string]string{plan.FactContainer: l.Adopt.ID}}
		}
	}
	w.t.Fatalf("%s has no step %s", l.ID(), step)
	return plan.Task{}
}

// estate is the azure part of a scenario, to alter before the world begins.
func estate(s *kernel.Scenario) map[string]any { return s.Estate["azure"].(map[string]any) }

// prod is the estate's only subscription.
func prod(s *kernel.Scenario) map[string]any {
	return estate(s)["subscriptions"].([]any)[0].(map[string]any)
}

func TestWhatMayNotBeReadIsNeverMade(t *testing.T) {
	for _, f := range []kernel.Fault{
		{Status: 403, Code: "AuthorizationFailed", Message: "no"}, {Status: 429, Code: "TooManyRequests", Message: "slow"}, {Status: 503, Code: "ServiceUnavailable", Message: "later"},
	} {
		for step, read := range map[string]string{
			"resource-group": "resourceGroups.get", "vnet": "virtualNetworks.get", "nsg": "networkSecurityGroups.get", "flow-store": "storageAccounts.get",
			"waf": "FrontDoorWebApplicationFirewallPolicies.get", "flow-log": "networkWatchers.get", "policy": "policyAssignments.get", "defender": "pricings.list",
			"management-group": "managementGroups.get", "providers": "providers.get",
		} {
			w := morning(t)
			l := landings(t)[0]
			f.Match = kernel.Match{Operation: read}
			w.kernel.Order(f)
			out, err := w.azure.Carry(t.Context(), w.task(l, step), func(string) {})
			if err == nil {
				t.Errorf("%s with %s: got %s, want a fault", step, f.Code, out.State)
			}
			if got := w.writes(0); len(got) != 0 {
				t.Errorf("%s with %s: got the write %s, want none", step, f.Code, got[0].Operation)
			}
		}
	}
}

func TestAnExpiredLoginIsNamedAndOneSignInMendsIt(t *testing.T) {
	w := morning(t)
	task := w.task(landings(t)[0], "resource-group")
	if _, err := w.carry(task); err != nil {
		t.Fatal(err)
	}
	for _, state := range []struct {
		login string
		want  fault.Kind
	}{{kernel.LoginExpired, fault.SessionExpired}, {kernel.LoginLocked, fault.Locked}} {
		if err := w.kernel.SetLogin("azure-admin", state.login); err != nil {
			t.Fatal(err)
		}
		for range 2 { // with the token that was made before, and without
			_, err := w.azure.Carry(t.Context(), task, func(string) {})
			if f := fault.As(err); f == nil || f.Login != "azure-admin" || f.Kind != state.want && f.Kind != fault.SessionExpired {
				t.Errorf("%s: got %v, want %s of azure-admin", state.login, err, state.want)
			}
		}
		if err := w.kernel.SetLogin("azure-admin", kernel.LoginOK); err != nil {
			t.Fatal(err)
		}
		if _, err := w.azure.Probe(t.Context(), task.Landing.Login, 0); err != nil {
			t.Error(err)
		}
		if out, err := w.carry(task); err != nil || out.Change.Op != plan.None {
			t.Errorf("after signing in: got %s %v, want none", out.Change.Op, err)
		}
	}
}

func TestASuspendedSubscriptionIsNotReplaced(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) { prod(s)["state"] = "Disabled" })
	_, err := w.carry(w.task(landings(t)[0], "subscription"))
	refused(t, err, fault.Locked)
	if got := w.writes(0); len(got) != 0 {
		t.Errorf("got %d writes, want 0", len(got))
	}
}

func TestWhatBelongsToAnotherPlanIsLeftAlone(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) {
		for _, r := range prod(s)["resources"].([]any) {
			r.(map[string]any)["tags"] = map[string]any{"landfall-plan": "another"}
		}
		// A security group that is open besides: without the difference there would be nothing to refuse.
		prod(s)["resources"].([]any)[1].(map[string]any)["properties"] = openTo(300)
	})
	_, err := w.carry(w.task(landings(t)[0], "nsg"))
	refused(t, err, fault.Conflict)
	if got := w.writes(0); len(got) != 0 {
		t.Errorf("got %d writes, want 0", len(got))
	}
}

func TestANameTooNearToBeChanceIsAskedAbout(t *testing.T) {
	w := morning(t)
	l := landings(t)[0]
	l.Adopt.Resources = maps.Clone(l.Adopt.Resources)
	delete(l.Adopt.Resources, "resource-group")
	l.Name = "production-1"
	_, err := w.carry(w.task(l, "resource-group"))
	refused(t, err, fault.Ambiguous)
	if err != nil && !strings.Contains(err.Error(), "rg-production") {
		t.Errorf("got %v, want the near name in it", err)
	}
}

func TestASubscriptionWaitsForItsTurn(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{"azure.subscription.alias": kernel.Duration(3 * time.Second)}
	})
	all := landings(t)
	if out, err := w.azure.Carry(t.Context(), w.task(all[1], "subscription"), func(string) {}); err != nil || out.State != plan.StepPending {
		t.Fatalf("got %s %v, want pending", out.State, err)
	}
	out, err := w.azure.Carry(t.Context(), w.task(all[2], "subscription"), func(string) {})
	if err != nil || out.State != plan.StepPending || out.Wait == nil || !strings.Contains(out.Wait.For, "its turn") || out.Writes != 0 {
		t.Errorf("got %s %+v with %d writes, %v; want pending for its turn with none", out.State, out.Wait, out.Writes, err)
	}
}

func TestALostAnswerMakesNoSecondSubscription(t *testing.T) {
	w := morning(t)
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "aliases.put"}, Times: 1, Do: kernel.DoLose})
	out, err := w.carry(w.task(landings(t)[1], "subscription"))
	if err != nil || out.State != plan.StepDone || out.Facts[plan.FactContainer] == "" {
		t.Fatalf("got %s %v, want done", out.State, err)
	}
	if got := len(w.kernel.State()["azure"].(map[string]any)["subscriptions"].(map[string]any)); got != 2 {
		t.Errorf("got %d subscriptions, want the one that stood and the new one", got)
	}
}
