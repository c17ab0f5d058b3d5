package azure_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/azure"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// carried is a step that was carried, as its undo is handed it.
type carried struct {
	task plan.Task
	deed plan.Deed
}

// run carries every step of a landing and remembers what each did.
func (w *world) run(l plan.Landing) ([]carried, error) {
	facts := map[string]string{}
	var out []carried
	for _, s := range w.azure.Steps(l) {
		t := plan.Task{Landing: l, Step: s, Key: l.Plan + "/" + l.ID() + "/" + s.Name, Facts: maps.Clone(facts)}
		o, err := w.carry(t)
		if err != nil {
			return out, fmt.Errorf("%s %s: %w", l.ID(), s.Name, err)
		}
		if o.State != plan.StepDone {
			return out, fmt.Errorf("%s %s is %s: %+v", l.ID(), s.Name, o.State, o.Wait)
		}
		out = append(out, carried{t, plan.Deed{Change: o.Change, Receipt: o.Receipt}})
		maps.Copy(facts, o.Facts)
	}
	return out, nil
}

// undo takes a step back, as the workflow does: again after a fault that passes, again while it is pending.
func (w *world) undo(c carried) (plan.Undoing, error) {
	begun := false
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		out, err := w.azure.Undo(w.t.Context(), c.task, c.deed, begun)
		if err != nil && !fault.KindOf(err).Retries() || err == nil && out.State != plan.UndoPending || time.Now().After(deadline) {
			return out, err
		}
		begun = begun || out.Begun
	}
}

// undoAll takes a landing back: what forbids first, then last-first.
func (w *world) undoAll(did []carried) map[string]plan.Undoing {
	order := slices.Clone(did)
	slices.Reverse(order)
	slices.SortStableFunc(order, func(a, b carried) int {
		switch {
		case a.task.Step.Deny == b.task.Step.Deny:
			return 0
		case a.task.Step.Deny:
			return -1
		}
		return 1
	})
	out := map[string]plan.Undoing{}
	for _, c := range order {
		u, err := w.undo(c)
		if err != nil {
			w.t.Errorf("%s %s: %v", c.task.Landing.ID(), c.task.Step.Name, err)
		}
		out[c.task.Step.Name] = u
	}
	return out
}

// together does something for each of several landings at the same time.
func together[T any](all []T, do func(int, T)) {
	var wait sync.WaitGroup
	for i, x := range all {
		wait.Go(func() { do(i, x) })
	}
	wait.Wait()
}

const greenfield = "../../devstack/scenario/greenfield.azure.yaml"

func TestAGreenfieldRunThatIsGivenUpLeavesNothingButSubscriptionsInQuarantine(t *testing.T) {
	t.Parallel()
	w := begin(t, greenfield)
	before := w.stands("azure")
	all := landingsOf(t, "greenfield.yaml")
	did := make([][]carried, len(all))
	together(all, func(i int, l plan.Landing) {
		l.Parent = "green" // and a management group that all three make together
		var err error
		if did[i], err = w.run(l); err != nil {
			t.Error(err)
		}
	})
	if t.Failed() {
		return
	}
	together(did, func(_ int, d []carried) {
		for name, u := range w.undoAll(d) {
			switch {
			case name == "subscription" && u.State != plan.Quarantined:
				t.Errorf("subscription: got %s %s, want quarantined", u.State, u.Why)
			case name != "subscription" && u.State != plan.Reverted && u.State != plan.Left:
				t.Errorf("%s: got %s %s, want reverted, or left where nothing was done", name, u.State, u.Why)
			}
		}
	})
	after := w.stands("azure").(map[string]any)
	subscriptions := after["subscriptions"].(map[string]any)
	if len(subscriptions) != len(all) {
		t.Errorf("got %d subscriptions, want the %d that were made", len(subscriptions), len(all))
	}
	for id, s := range subscriptions {
		s := s.(map[string]any)
		if s["managementGroup"] != "landfall-quarantine" || s["tags"].(map[string]any)["landfall-quarantined"] != "greenfield" {
			t.Errorf("%s lies in %v with tags %v, want in quarantine", id, s["managementGroup"], s["tags"])
		}
		if len(s["resourceGroups"].(map[string]any)) != 0 || len(s["policyAssignments"].([]any)) != 0 {
			t.Errorf("%s still has %v %v", id, s["resourceGroups"], s["policyAssignments"])
		}
		for _, r := range s["roleAssignments"].([]any) {
			if r.(map[string]any)["role"] != "Owner" {
				t.Errorf("%s still has the role assignment %v", id, r)
			}
		}
		for name, p := range s["pricings"].(map[string]any) {
			if p.(map[string]any)["pricingTier"] != "Free" {
				t.Errorf("%s still pays for %s", id, name)
			}
		}
	}
	groups := after["managementGroups"].(map[string]any)
	if len(groups) != 2 || len(groups["landfall-quarantine"].(map[string]any)["policyAssignments"].([]any)) != 1 {
		t.Errorf("got the management groups %v, want the root and the quarantine with its policy", groups)
	}
	for _, part := range []string{"applications", "servicePrincipals", "securityDefaults", "conditionalAccess", "blobs"} {
		if got, want := fmt.Sprint(after[part]), fmt.Sprint(before.(map[string]any)[part]); got != want {
			t.Errorf("%s: got %s, want as before, %s", part, got, want)
		}
	}
	since := len(w.kernel.Calls())
	for _, d := range did {
		w.undoAll(d)
	}
	for _, c := range w.writes(since) {
		t.Errorf("the second undo wrote %s %s", c.Service, c.Operation)
	}
}

func TestNothingCanBeMadeInQuarantineAndTheNextRunTakesTheSubscriptionOut(t *testing.T) {
	t.Parallel()
	w := begin(t, greenfield)
	l := landingsOf(t, "greenfield.yaml")[2]
	did, err := w.run(l)
	if err != nil {
		t.Fatal(err)
	}
	w.undoAll(did)
	i := slices.IndexFunc(did, func(c carried) bool { return c.task.Step.Name == "resource-group" })
	store := did[slices.IndexFunc(did, func(c carried) bool { return c.task.Step.Name == "waf" })].task
	if _, err := w.carry(did[i].task); err != nil {
		t.Fatal(err)
	}
	_, err = w.carry(store)
	refused(t, err, fault.Denied)
	again, err := w.run(l)
	if err != nil {
		t.Fatal(err)
	}
	if got := again[0].deed.Change; got.Op != plan.Update || got.Fields[0].Before != "quarantined" {
		t.Errorf("got %+v, want the subscription updated from quarantined", got)
	}
	if n := len(w.stands("azure", "subscriptions").(map[string]any)); n != 1 {
		t.Errorf("got %d subscriptions, want the one that there was", n)
	}
	if u, err := w.undo(again[0]); err != nil || u.State != plan.Reverted {
		t.Errorf("got %s %s %v, want back in quarantine", u.State, u.Why, err)
	}
}

func TestAnotherPlansQuarantineIsNotOpened(t *testing.T) {
	w := morning(t, func(s *kernel.Scenario) { prod(s)["tags"] = map[string]any{"landfall-quarantined": "another"} })
	_, err := w.carry(w.task(landings(t)[0], "subscription"))
	refused(t, err, fault.Locked)
	if f := fault.As(err); f != nil && f.Scope != prodID {
		t.Errorf("got scope %q, want the subscription", f.Scope)
	}
}

func TestUndoLeavesWhatStoodBeforeTheRun(t *testing.T) {
	t.Parallel()
	w := morning(t)
	l := landings(t)[0]
	untouched := func() string {
		s := w.stands("azure", "subscriptions", prodID).(map[string]any)
		groups := s["resourceGroups"].(map[string]any)
		var kept []any
		for _, name := range []string{"rg-production", "rg-production-2"} {
			g := groups[name].(map[string]any)
			kept = append(kept, name, g["location"], g["tags"])
			for _, r := range g["resources"].([]any) {
				r := r.(map[string]any)
				if r["type"] != "Microsoft.Network/virtualNetworks" && r["type"] != "Microsoft.Network/networkSecurityGroups" {
					continue
				}
				p := r["properties"].(map[string]any)
				delete(p, "flowLogs") // what Azure says of others that point at it
				for _, sub := range append(list(p["subnets"]), r) {
					delete(sub.(map[string]any), "etag")
					if q, is := sub.(map[string]any)["properties"].(map[string]any); is {
						delete(q, "privateEndpoints")
						delete(q, "purpose")
					}
				}
				kept = append(kept, r)
			}
		}
		b, err := json.Marshal(append(kept, s["displayName"], s["managementGroup"]))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	home := landings(t)[2] // where the identity is made
	home.Parent = ""
	did := make([][]carried, 2)
	together([]plan.Landing{l, home}, func(i int, l plan.Landing) {
		var err error
		if did[i], err = w.run(l); err != nil {
			t.Error(err)
		}
	})
	if t.Failed() {
		return
	}
	adopted := untouched()
	for name, u := range w.undoAll(did[0]) {
		want := plan.Reverted
		if slices.Contains([]string{"subscription", "providers", "resource-group", "nsg", "vnet"}, name) {
			want = plan.Left
		}
		if u.State != want {
			t.Errorf("%s: got %s %s, want %s", name, u.State, u.Why, want)
		}
	}
	adopted = strings.Replace(adopted, `"it4bytes-sub-prod-core","it4bytes"`, `"Azure subscription 1","`+tenant+`"`, 1)
	if got := untouched(); got != adopted {
		t.Errorf("got\n%s\nwant, but for the name and the place that the run gave it,\n%s", got, adopted)
	}
}

func TestEveryStepThatSaysItHasAnInverseHasAnUndo(t *testing.T) {
	seen := 0
	for _, l := range append(landings(t), landingsOf(t, "greenfield.yaml")...) {
		for _, c := range azure.Controls(l) {
			s, _ := c.Describe(l)
			if _, can := c.(step.Undoer[*session.Session]); can != (s.Inverse != plan.NoInverse) {
				t.Errorf("%s: has an undo: %v, and its inverse is %s", s.Name, can, s.Inverse)
			}
			if _, stays := c.(step.Neutral); stays != (s.Inverse == plan.Quarantine || s.Inverse == plan.Neutralise) {
				t.Errorf("%s: can be neutral: %v, and its inverse is %s", s.Name, stays, s.Inverse)
			}
			seen++
		}
	}
	if seen == 0 {
		t.Error("the catalogue is empty")
	}
}
