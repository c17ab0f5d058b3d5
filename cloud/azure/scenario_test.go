package azure_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestASubscriptionSuspendedForWeeksHoldsAloneAndIsCarriedOnWhenEnabledAgain(t *testing.T) {
	for do, state := range map[string]string{"disableSubscription": "Disabled", "warnSubscription": "Warned"} {
		t.Run(state, func(t *testing.T) {
			w := morning(t)
			act := func(do string) {
				if err := w.kernel.Perform(kernel.Act{Cloud: "azure", Do: do, With: map[string]string{"subscription": prodID}}); err != nil {
					t.Fatal(err)
				}
			}
			act(do)
			for _, step := range []string{"subscription", "resource-group", "waf"} {
				_, err := w.carry(w.task(landings(t)[0], step))
				if f := refused(t, err, fault.Locked); f != nil && (f.Scope != prodID || f.OfLogin()) {
					t.Errorf("%s: got scope %q, want the subscription and not the login", step, f.Scope)
				}
			}
			for _, c := range w.writes(0) {
				if c.Status < 400 {
					t.Errorf("it wrote %s", c.Operation)
				}
			}
			if out, err := w.carry(w.task(landings(t)[1], "subscription")); err != nil || out.State != plan.StepDone {
				t.Errorf("the other landing: got %s %v, want done: only that subscription is locked", out.State, err)
			}
			act("enableSubscription")
			for _, step := range []string{"subscription", "resource-group", "waf"} {
				if out, err := w.carry(w.task(landings(t)[0], step)); err != nil || out.State != plan.StepDone {
					t.Errorf("%s, enabled again: got %s %v, want done", step, out.State, err)
				}
			}
		})
	}
	w := morning(t)
	if err := w.kernel.Perform(kernel.Act{Cloud: "azure", Do: "pastDueSubscription", With: map[string]string{"subscription": prodID}}); err != nil {
		t.Fatal(err)
	}
	if out, err := w.carry(w.task(landings(t)[0], "subscription")); err != nil || out.State != plan.StepDone {
		t.Errorf("past due: got %s %v, want done: it still works", out.State, err)
	}
}

func TestASecondFactorThatIsOnAlreadyIsAlreadySo(t *testing.T) {
	w := morning(t)
	out, err := w.carry(w.task(landings(t)[2], "security-defaults"))
	if err != nil || out.Change.Op != plan.None || out.Writes != 0 || !slices.Contains(out.Evidence, "Security Defaults: on") {
		t.Errorf("got %s with %d writes and %q, %v; want already so, and why", out.Change.Op, out.Writes, out.Evidence, err)
	}
}

func TestAManagementGroupThatIsNotYetSeenIsAwaitedAndNotMadeTwice(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) {
		s.Durations = map[string]kernel.Duration{"azure.managementgroup.propagation": kernel.Duration(3 * time.Second)}
	})
	task := w.task(landings(t)[0], "management-group")
	out, err := w.azure.Carry(t.Context(), task, func(string) {})
	if err != nil || out.State != plan.StepPending || out.Wait == nil || out.Wait.Within != 30*time.Minute || !strings.Contains(out.Wait.For, "not yet seen") {
		t.Fatalf("got %s %+v %v, want pending within half an hour", out.State, out.Wait, err)
	}
	task.Begun = out.Begun
	if out, err = w.carry(task); err != nil || out.State != plan.StepDone || out.Change.Op != plan.Update {
		t.Errorf("got %s %s %v, want done", out.State, out.Change.Op, err)
	}
	made := 0
	for _, c := range w.writes(0) {
		if c.Operation == "managementGroups.put" {
			made++
		}
	}
	if made != 1 {
		t.Errorf("the group was made %d times, want once", made)
	}
}

func TestACustomRoleThatIsNotYetSeenInANewSubscriptionIsAwaited(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) {
		estate(s)["managementGroups"] = []any{map[string]any{"name": "it4bytes", "displayName": "it4bytes"}}
		estate(s)["roles"] = []any{map[string]any{"name": "Auditor of ours", "managementGroup": "it4bytes", "actions": []any{"*/read"}}}
		s.Durations = map[string]kernel.Duration{"azure.roledefinition.propagation": kernel.Duration(2 * time.Second)}
	})
	l := landings(t)[2]
	l.Identities[0].Roles, l.Identities[0].CredentialType = []string{"Auditor of ours"}, "secret" // a key pair takes long to make
	facts := map[string]string{}
	waited := false
	for _, s := range w.azure.Steps(l) {
		if s.Chapter == plan.Protect {
			break
		}
		task := plan.Task{Landing: l, Step: s, Key: s.Name, Facts: facts}
		if strings.HasPrefix(s.Name, "role-") {
			_, err := w.azure.Carry(t.Context(), task, func(string) {})
			waited = fault.KindOf(err) == fault.Propagating
			if f := fault.As(err); f != nil && !strings.Contains(f.Message, "Auditor of ours") {
				t.Errorf("got %q, want the role named", f.Message)
			}
		}
		out, err := w.carry(task)
		if err != nil || out.State != plan.StepDone {
			t.Fatalf("%s: got %s %v, want done", s.Name, out.State, err)
		}
		for k, v := range out.Facts {
			facts[k] = v
		}
	}
	if !waited {
		t.Error("the role was not awaited")
	}
	l.Identities[0].Roles = []string{"no such role"}
	old := w.task(landings(t)[0], "role-itManagesO365")
	old.Landing.Identities[0].Roles = []string{"no such role"}
	_, err := w.carry(old)
	refused(t, err, fault.Invalid)
}
