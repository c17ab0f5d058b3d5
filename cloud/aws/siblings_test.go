package aws_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// siblings are landings of the greenfield as their management landing knows them.
func siblings(envs ...string) []plan.Sibling {
	var out []plan.Sibling
	for _, env := range envs {
		l := green(env)
		out = append(out, plan.Sibling{Environment: env, Name: l.Name, Email: l.Email})
	}
	return out
}

// holding is a management landing that adopts the account of the greenfield's organisation.
func holding(envs ...string) plan.Landing {
	l := green("mgmt")
	l.Management, l.Fallback, l.Adopt = true, nil, plan.Adopt{ID: "555566667777"}
	l.Siblings = append(siblings(envs...), plan.Sibling{Environment: "mgmt", Name: l.Name, Email: l.Email, ID: l.Adopt.ID})
	return l
}

// organised are the steps that look after all accounts.
func organised() []string { return []string{"ou-placement", "account-tags"} }

// enter carries a step once, as one activity does, and keeps what it began.
func (w *world) enter(l plan.Landing, name string, begun map[string]*plan.Begun, mend ...func(*plan.Task)) plan.Outcome {
	w.t.Helper()
	all := w.cloud.Steps(l)
	i := slices.IndexFunc(all, func(s plan.Step) bool { return s.Name == name })
	if i < 0 {
		w.t.Fatalf("%s has no step %s", l.ID(), name)
	}
	task := plan.Task{Landing: l, Step: all[i], Key: name, Facts: w.facts[l.ID()], Begun: begun[name]}
	for _, m := range mend {
		m(&task)
	}
	out, err := w.cloud.Carry(w.t.Context(), task, func(string) {})
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	if out.Begun != nil {
		begun[name] = out.Begun
	}
	return out
}

func TestTheAccountsThatAreThereArePlacedAndTaggedAndTheOthersAwaited(t *testing.T) {
	w := begin(t, "greenfield", atOnce)
	l, begun := holding("prod", "dti"), map[string]*plan.Begun{}
	for _, round := range []struct {
		lands, waits string
		writes       map[string]int
	}{
		{"", "waits for the accounts of prod, dti", map[string]int{"organizations:CreateOrganizationalUnit": 1, "organizations:TagResource": 1}},
		{"prod", "waits for the accounts of dti", map[string]int{"organizations:MoveAccount": 1, "organizations:TagResource": 1}},
		{"dti", "", map[string]int{"organizations:MoveAccount": 1, "organizations:TagResource": 1}},
	} {
		if round.lands != "" {
			if _, err := w.carry(green(round.lands), "account"); err != nil {
				t.Fatal(err)
			}
		}
		before := len(w.writes())
		for range 2 { // entered again it has nothing more to do
			for _, name := range organised() {
				o := w.enter(l, name, begun)
				switch {
				case round.waits == "" && (o.State != plan.StepDone || o.Change.Op == plan.None):
					t.Errorf("%s with all accounts there: got %s, %s, want done with what was changed", name, o.State, o.Change.Op)
				case round.waits != "" && (o.State != plan.StepPending || o.Wait.For != round.waits):
					t.Errorf("%s after %q: got %s %+v, want pending: %s", name, round.lands, o.State, o.Wait, round.waits)
				}
			}
		}
		got := map[string]int{}
		for _, call := range w.writes()[before:] {
			got[call]++
		}
		if !maps.Equal(got, round.writes) {
			t.Errorf("after %q: got the writes %v, want %v", round.lands, got, round.writes)
		}
	}
	before := len(w.writes())
	for _, name := range organised() {
		if o, err := w.carry(l, name); err != nil || o.Change.Op != plan.None || len(o.Evidence) == 0 {
			t.Errorf("the second run of %s: got %s %v %v, want already so, with evidence", name, o.Change.Op, o.Evidence, err)
		}
	}
	if made := w.writes()[before:]; len(made) > 0 {
		t.Errorf("the second run wrote %v", made)
	}
}

func TestAPreviewForeseesTheAccountsThatAreNotThereYet(t *testing.T) {
	for name, mend := range map[string]func(*kernel.Scenario){
		"in an organisation": func(*kernel.Scenario) {},
		"in none":            func(s *kernel.Scenario) { delete(s.Estate["aws"].(map[string]any), "organization") },
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, "greenfield", mend)
			l, seen := holding("prod", "dti"), 0
			l.Organization = ""
			for _, o := range w.cloud.Preview(t.Context(), l).Outcomes {
				if !slices.Contains(organised(), o.Step) {
					continue
				}
				seen++
				if o.Fault != nil || o.State != plan.StepDone || o.Change.Op == plan.None || o.Writes > 0 {
					t.Errorf("%s: got %s %s %+v after %d writes, want a change foreseen", o.Step, o.State, o.Change.Op, o.Fault, o.Writes)
				}
				for _, env := range []string{"prod", "dti"} {
					if !slices.ContainsFunc(o.Change.Fields, func(f plan.FieldDiff) bool { return f.Field == env && f.Before == "" && f.After != "" }) {
						t.Errorf("%s: got %+v, want %s in it", o.Step, o.Change.Fields, env)
					}
				}
			}
			if seen != 2 {
				t.Errorf("got %d steps for all accounts, want 2", seen)
			}
		})
	}
}

func TestASuspendedSiblingIsNotedAndLeft(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) { account(s, "104862917517")["status"] = "SUSPENDED" })
	for _, name := range organised() {
		o, err := w.carry(morning("mgmt"), name)
		if err != nil || o.State != plan.StepDone {
			t.Fatalf("%s: got %s %v, want done", name, o.State, err)
		}
		if said := strings.Join(o.Evidence, "\n"); !strings.Contains(said, "104862917517 (dti) is CLOSED and is left as it is") {
			t.Errorf("%s: got the evidence %q, want the suspended account noted", name, said)
		}
		if slices.ContainsFunc(o.Change.Fields, func(f plan.FieldDiff) bool { return f.Field == "dti" }) {
			t.Errorf("%s: got the change %+v, want dti left", name, o.Change)
		}
	}
	if lies := slices.DeleteFunc(w.writes(), func(c string) bool { return c != "organizations:MoveAccount" }); len(lies) != 1 {
		t.Errorf("got %d accounts moved, want prod alone", len(lies))
	}
}

func TestAnotherPlansAccountIsNamedAndNothingIsTagged(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) {
		account(s, "104862917517")["tags"] = map[string]any{"landfall-plan": "other"}
	})
	f := fault.As(second(w.carry(morning("mgmt"), "account-tags")))
	if f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Message, `the account 104862917517 of dti belongs to the plan "other"`) {
		t.Errorf("got %+v, want a conflict that names the account and the plan", f)
	}
	if made := w.writes(); len(made) > 0 {
		t.Errorf("got the writes %v, want none", made)
	}
}

func TestEachSiblingBearsItsOwnTagsAndKeepsOthers(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) { account(s, "862973411383")["tags"] = map[string]any{"cost-centre": "42"} })
	l := morning("mgmt")
	l.Siblings[0].Tags = map[string]string{"owner": "shop"}
	o, err := w.carry(l, "account-tags")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"prod": "landfall-environment=prod,landfall-plan=itbytes,organisation=itbytes,owner=shop",
		"dti":  "landfall-environment=dti,landfall-plan=itbytes,organisation=itbytes,owner=platform",
		"mgmt": "landfall-environment=mgmt,landfall-plan=itbytes,organisation=itbytes,owner=platform",
	}
	got := map[string]string{}
	for _, f := range o.Change.Fields {
		got[f.Field] = f.After
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if said := strings.Join(o.Evidence, "\n"); !strings.Contains(said, "862973411383 (prod) has 5 tags") {
		t.Errorf("got %q, want the tag of others kept", said)
	}
}

func TestAWholePageOfSiblingsAndMoreIsPlacedAndReadAgainInFewCalls(t *testing.T) {
	const many = 45
	var envs []string
	w := begin(t, "greenfield", atOnce, func(s *kernel.Scenario) {
		aws := s.Estate["aws"].(map[string]any)
		for i := range many {
			env := fmt.Sprintf("env-%02d", i)
			envs = append(envs, env)
			aws["accounts"] = append(aws["accounts"].([]any), map[string]any{
				"id": fmt.Sprintf("1000000000%02d", i), "name": "aws-" + env, "email": green(env).Email,
			})
		}
	})
	l := holding(envs...)
	for _, name := range organised() {
		if o, err := w.carry(l, name); err != nil || o.State != plan.StepDone || len(o.Change.Fields) < many {
			t.Fatalf("%s: got %s, %d fields, %v, want all done", name, o.State, len(o.Change.Fields), err)
		}
	}
	o, err := w.carry(l, "ou-placement")
	if err != nil || o.Change.Op != plan.None || o.Reads > 12 {
		t.Errorf("again: got %s after %d reads, %v, want nothing to do and few calls", o.Change.Op, o.Reads, err)
	}
}
