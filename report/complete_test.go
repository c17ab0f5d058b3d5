package report

import (
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/plan"
)

// TestTheCriticalPathIsWhatOneWorksOutByHand: in the first landing a takes 4, b 3 and c 6 after a, d 2 after both, so
// a, c, d is 12; e stands alone with 11. In the second, a is 10 and b 1.5 after it: 11.5. Time between steps counts for
// nothing: d begins 5 seconds late.
func TestTheCriticalPathIsWhatOneWorksOutByHand(t *testing.T) {
	r := plan.Report{Started: dawn, Ended: after(40), Landings: []plan.LandingReport{
		{Cloud: plan.AWS, Environment: "prod", Steps: []plan.StepReport{
			done("a", "", plan.Container, "", "", 0, 4, plan.Create),
			done("b", "", plan.Protect, "", "", 4, 7, plan.Create, "a"),
			done("c", "", plan.Protect, "", "", 4, 10, plan.Create, "a"),
			done("d", "", plan.Protect, "", "", 15, 17, plan.Create, "b", "c", "nobody"),
			done("e", "", plan.Protect, "", "", 4, 15, plan.Create),
			{Name: "f", After: []string{"d"}, Started: after(17)},
		}},
		{Cloud: plan.GCP, Environment: "prod", Steps: []plan.StepReport{
			done("a", "", plan.Container, "", "", 0, 10, plan.Create), done("b", "", plan.Protect, "", "", 10, 11.5, plan.Create, "a"),
		}},
	}}
	Complete(&r)
	if want := []string{"aws/prod/a", "aws/prod/c", "aws/prod/d"}; r.CriticalPathSeconds != 12 || !reflect.DeepEqual(r.CriticalPath, want) {
		t.Errorf("got %v s by %v, want 12 by %v", r.CriticalPathSeconds, r.CriticalPath, want)
	}
	if r.ElapsedSeconds != 40 {
		t.Errorf("got %v s elapsed, want 40", r.ElapsedSeconds)
	}
	again := r
	Complete(&again)
	if !reflect.DeepEqual(again, r) {
		t.Errorf("got %+v, want the same when completed again", again)
	}
}

func TestACircleOfStepsEnds(t *testing.T) {
	a, b := done("a", "", plan.Protect, "", "", 0, 1, plan.None, "b"), done("b", "", plan.Protect, "", "", 1, 3, plan.None, "a")
	if _, seconds := longestChain([]plan.StepReport{a, b}); seconds != 3 {
		t.Errorf("got %v, want 3", seconds)
	}
}

func TestARunThatGoesOnIsAsLongAsWhatIsKnownOfIt(t *testing.T) {
	r := plan.Report{Started: dawn, Landings: []plan.LandingReport{{Steps: []plan.StepReport{
		{Name: "a", Started: after(2), Waits: []plan.Waited{{Kind: "person", Started: after(3), Seconds: 7}}},
	}}}}
	Complete(&r)
	if r.ElapsedSeconds != 10 {
		t.Errorf("got %v, want 10", r.ElapsedSeconds)
	}
}

func TestCoverageSaysTheWorstOfAnObjectivesControls(t *testing.T) {
	step := func(objective string, state plan.StepState, op plan.Op, waiver string) plan.StepReport {
		return plan.StepReport{Name: objective, Objective: objective, State: state, Change: op, Waiver: waiver}
	}
	for _, c := range []struct {
		why   string
		steps []plan.StepReport
		mode  string
		want  string
	}{
		{"what stands is already so", []plan.StepReport{step("O01", plan.StepDone, plan.None, "")}, "apply", "already so"},
		{"a waiver that is not needed is not used", []plan.StepReport{step("O01", plan.StepDone, plan.None, "why")}, "apply", "already so"},
		{"what was made is enforced", []plan.StepReport{step("O01", plan.StepDone, plan.Create, "")}, "apply", "enforced"},
		{"what was adopted is enforced", []plan.StepReport{step("O01", plan.StepDone, plan.Adopted, "")}, "apply", "enforced"},
		{"what a preview would make is a gap", []plan.StepReport{step("O01", plan.StepDone, plan.Create, "")}, "preview", "gap"},
		{"what a person did is manual", []plan.StepReport{step("O01", plan.StepDone, plan.Manual, "")}, "apply", "manual"},
		{"what a person has still to do is a gap", []plan.StepReport{step("O01", plan.StepWaiting, plan.Manual, "")}, "apply", "gap"},
		{"what is only reported is a gap", []plan.StepReport{step("O01", plan.StepGap, plan.Create, "")}, "apply", "gap"},
		{"what is excused is waived", []plan.StepReport{step("O01", plan.StepGap, plan.Create, "why")}, "apply", "waived"},
		{"what is held is a gap", []plan.StepReport{step("O01", plan.StepHeld, plan.None, "")}, "apply", "gap"},
		{"what was undone is a gap", []plan.StepReport{step("O01", plan.StepDone, plan.Undone, "")}, "apply", "gap"},
		{"what an operator skipped is a gap", []plan.StepReport{step("O01", plan.StepSkipped, plan.Skipped, "")}, "apply", "gap"},
		{"the worst of two is said", []plan.StepReport{step("O01", plan.StepGap, plan.Create, ""), step("O01", plan.StepDone, plan.None, "")}, "apply", "gap"},
	} {
		r := plan.Report{Mode: c.mode, Landings: []plan.LandingReport{{Cloud: plan.AWS, Environment: "prod", Steps: c.steps}}}
		Complete(&r)
		if got := r.Coverage[0].Landings["aws/prod"]; got != c.want {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
		if len(r.Coverage) != 15 || len(r.Coverage[1].Landings) != 0 {
			t.Errorf("%s: got %d objectives and %v for O02, want fifteen and nothing", c.why, len(r.Coverage), r.Coverage[1].Landings)
		}
	}
}

func TestTheTimelineKeepsStepsAndWaitsInTheirPlaces(t *testing.T) {
	tl := timelineOf(morning())
	if len(tl.Lanes) != 9 || tl.Seconds != 46 {
		t.Fatalf("got %d lanes over %v s, want 9 over 46", len(tl.Lanes), tl.Seconds)
	}
	for _, l := range tl.Lanes {
		for i, b := range l.Bars {
			if b.X < names || b.X+b.Width > names+chart+1.5 || b.Y < l.Y || b.Y+b.Height > l.Y+l.Height+0.01 {
				t.Errorf("%s: %s stands outside its lane: %+v", l.ID, b.Title, b)
			}
			for _, w := range b.Waits {
				if w.X < b.X-0.01 || w.X+w.Width > b.X+b.Width+1 {
					t.Errorf("%s: a wait stands outside its step: %+v in %+v", l.ID, w, b)
				}
			}
			for _, o := range l.Bars[:i] {
				if o.Y == b.Y && o.X < b.X+b.Width-0.01 && b.X < o.X+o.Width-0.01 {
					t.Errorf("%s: %s lies on %s", l.ID, b.Title, o.Title)
				}
			}
		}
	}
	patterns := map[string]bool{}
	for _, k := range tl.Kinds {
		patterns[k.Pattern] = true
	}
	if want := map[string]bool{"propagation": true, "operation": true, "turn": true, "person": true, "login": true}; !maps.Equal(patterns, want) {
		t.Errorf("got %v, want %v", patterns, want)
	}
}

func TestManyLandingsAreRowsOfTheMatrix(t *testing.T) {
	r := morning()
	for range 100 {
		r.Landings = append(r.Landings, r.Landings[:9]...)
	}
	Complete(&r)
	began := time.Now()
	g := gridOf(r)
	if len(g.Head) != 15 || len(g.Rows) != len(r.Landings) || g.Corner != "Landing" {
		t.Errorf("got %d columns and %d rows of %s, want 15 and %d of Landing", len(g.Head), len(g.Rows), g.Corner, len(r.Landings))
	}
	var b strings.Builder
	if err := HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("a page of %d landings took %s", len(r.Landings), d)
	}
}
