package step_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// undoable is a control of these tests that can be undone.
type undoable struct {
	control
	undo    func(w *world)
	neutral func(o plan.Observation) bool
}

func (u undoable) Undo(_ context.Context, w *world, _ plan.Task, d plan.Deed, _ plan.Observation) error {
	w.applied = append(w.applied, plan.Change{Op: plan.Undone, Why: string(d.Change.Op)})
	if u.undo != nil {
		u.undo(w)
	}
	return nil
}

// lasting is one whose created thing stays.
type lasting struct{ undoable }

func (l lasting) Neutral(_ plan.Task, o plan.Observation) bool { return l.neutral(o) }

func undo(t *testing.T, w *world, c step.Control[*world], s plan.Step, d plan.Deed) (plan.Undoing, error) {
	t.Helper()
	cat := &step.Catalog[*world]{
		Controls: func(plan.Landing) []step.Control[*world] { return []step.Control[*world]{c} },
		Open:     func(context.Context, plan.Task) (*world, error) { return w, nil },
		Patience: 200 * time.Millisecond,
	}
	task := plan.Task{Step: s, Landing: plan.Landing{Plan: "p", Cloud: plan.AWS, Environment: "prod", Mode: plan.Enforce}}
	return cat.Undo(t.Context(), task, d, false)
}

func created() plan.Deed {
	return plan.Deed{Change: plan.Change{Op: plan.Create}, Receipt: plan.Receipt{ID: "t-1", Inverse: plan.Revert}}
}

func updated() plan.Deed {
	return plan.Deed{
		Change:  plan.Change{Op: plan.Update, Fields: []plan.FieldDiff{{Field: "size", Before: "1", After: "2"}}},
		Receipt: plan.Receipt{ID: "t-1", Before: plan.Fields{"size": "1", "colour": "red"}, Inverse: plan.Revert},
	}
}

func TestUndoDeletesWhatTheRunMadeAndSeesThatItIsGone(t *testing.T) {
	w := &world{observed: []plan.Observation{present("2")}}
	c := undoable{control: thing(), undo: func(w *world) { w.observed = []plan.Observation{{State: plan.Pending}, {State: plan.Absent}} }}
	out, err := undo(t, w, c, c.step, created())
	if err != nil || out.State != plan.Reverted || len(w.applied) != 1 {
		t.Errorf("%+v, %v after %d undos; want reverted by one, which waited for the cloud", out, err, len(w.applied))
	}
}

func TestUndoPutsBackWhatTheRunChanged(t *testing.T) {
	w := &world{observed: []plan.Observation{present("2")}}
	c := undoable{control: thing(), undo: func(w *world) { w.observed = []plan.Observation{present("1")} }}
	out, err := undo(t, w, c, c.step, updated())
	if err != nil || out.State != plan.Reverted || len(w.applied) != 1 {
		t.Errorf("%+v, %v after %d undos; want as before by one", out, err, len(w.applied))
	}
}

// inParts is one of whose parts some cannot be put back.
type inParts struct{ undoable }

func (inParts) PutBack(o plan.Observation, f plan.FieldDiff) bool {
	return o.Live["closed "+f.Field] != ""
}

func TestAPartThatIsClosedToUndoDoesNotKeepItFromItsEnd(t *testing.T) {
	left := present("2")
	left.Live["closed size"] = "in quarantine"
	w := &world{observed: []plan.Observation{left}}
	c := inParts{undoable{control: thing()}}
	if out, err := undo(t, w, c, c.step, updated()); err != nil || out.State != plan.Reverted || len(w.applied) != 0 {
		t.Errorf("%+v, %v after %d undos; want reverted, and the part left", out, err, len(w.applied))
	}
}

func TestUndoTouchesNothingButWhatTheRunMade(t *testing.T) {
	another := present("2")
	another.ID = "t-2"
	owned := present("2")
	owned.Owner = "another-plan"
	for name, c := range map[string]struct {
		d    plan.Deed
		o    plan.Observation
		want plan.UndoState
		says string
	}{
		"already so":                   {plan.Deed{Change: plan.Change{Op: plan.None}}, present("2"), plan.Left, "changed nothing"},
		"adopted":                      {plan.Deed{Change: plan.Change{Op: plan.Adopted}}, present("2"), plan.Left, "stood before"},
		"skipped":                      {plan.Deed{Change: plan.Change{Op: plan.Skipped}}, present("2"), plan.Left, "changed nothing"},
		"done by a person":             {plan.Deed{Change: plan.Change{Op: plan.Manual}}, present("2"), plan.Left, "changed nothing"},
		"gone already":                 {created(), plan.Observation{State: plan.Absent}, plan.Reverted, "stands any more"},
		"changed, and gone":            {updated(), plan.Observation{State: plan.Absent}, plan.Left, "taken it away"},
		"another stands in its place":  {created(), another, plan.Left, "t-2"},
		"given to another plan":        {created(), owned, plan.Left, "another-plan"},
		"changed by somebody since":    {updated(), present("3"), plan.Left, "size is 3"},
		"back already":                 {updated(), present("1"), plan.Reverted, "as it was"},
		"unknown":                      {created(), plan.Observation{State: plan.Unknown, Why: "cut short"}, plan.UndoFailed, "cut short"},
		"a change that made no change": {plan.Deed{}, present("2"), plan.Left, "changed nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{observed: []plan.Observation{c.o}}
			ctl := undoable{control: thing()}
			out, err := undo(t, w, ctl, ctl.step, c.d)
			if err != nil || out.State != c.want || !strings.Contains(out.Why, c.says) || len(w.applied) != 0 {
				t.Errorf("%+v, %v after %d undos; want %s, %q, and nothing touched", out, err, len(w.applied), c.want, c.says)
			}
		})
	}
}

func TestWhatCannotBeObservedIsNotUndone(t *testing.T) {
	w := &world{observing: &fault.Fault{Kind: fault.Denied, Message: "no"}}
	c := undoable{control: thing()}
	if out, err := undo(t, w, c, c.step, created()); fault.KindOf(err) != fault.Denied || len(w.applied) != 0 {
		t.Errorf("%+v, %v after %d undos; want the fault, and nothing touched", out, err, len(w.applied))
	}
}

func TestWhatIsKeptIsSwitchedOffOrPutInQuarantineOnce(t *testing.T) {
	for inverse, want := range map[plan.Inverse]plan.UndoState{plan.Neutralise: plan.Neutralised, plan.Quarantine: plan.Quarantined} {
		off := func(o plan.Observation) bool { return o.Live["size"] == "0" }
		c := lasting{undoable{control: thing(), neutral: off, undo: func(w *world) { w.observed = []plan.Observation{present("0")} }}}
		c.step.Inverse = inverse
		w := &world{observed: []plan.Observation{present("2")}}
		for n := range 2 {
			out, err := undo(t, w, c, c.step, created())
			if err != nil || out.State != want || len(w.applied) != 1 {
				t.Errorf("%s, time %d: %+v, %v after %d undos; want %s by one", inverse, n+1, out, err, len(w.applied), want)
			}
		}
	}
}

func TestAStepWithoutAnInverseSaysSoAndOneThatShouldHaveOneIsABug(t *testing.T) {
	c := undoable{control: thing()}
	c.step.Inverse = plan.NoInverse
	w := &world{observed: []plan.Observation{present("2")}}
	if out, err := undo(t, w, c, c.step, created()); err != nil || out.State != plan.Left || len(w.applied) != 0 {
		t.Errorf("%+v, %v; want left", out, err)
	}
	bare := thing()
	if _, err := undo(t, w, bare, bare.step, created()); fault.KindOf(err) != fault.Bug {
		t.Errorf("error = %v, want a bug", err)
	}
}

func TestUndoThatTheCloudHasNotShownInTimeIsTakenUpAgain(t *testing.T) {
	w := &world{observed: []plan.Observation{present("2")}}
	c := undoable{control: thing()}
	out, err := undo(t, w, c, c.step, created())
	if err != nil || out.State != plan.UndoPending || !out.Begun || out.Wait == nil {
		t.Errorf("%+v, %v; want pending, begun", out, err)
	}
}

func TestUndoOfWhatOthersStillUseWaitsForThem(t *testing.T) {
	w := &world{observed: []plan.Observation{present("2")}}
	c := sharing{undoable{control: thing()}}
	out, err := undo(t, w, c, c.step, created())
	if err != nil || out.State != plan.UndoPending || out.Wait == nil || out.Wait.Kind != plan.WaitLanding || out.Wait.For != "two are in it still" {
		t.Errorf("%+v, %v; want pending behind other landings, and who", out, err)
	}
}

// sharing is one whose thing others still use.
type sharing struct{ undoable }

func (sharing) Undo(context.Context, *world, plan.Task, plan.Deed, plan.Observation) error {
	return step.InUse("two are in it still")
}

func TestUndoTakesAwayTheMembersThatTheRunAdded(t *testing.T) {
	d := plan.Deed{Change: plan.Change{Op: plan.Update, Fields: []plan.FieldDiff{{Field: "roles", Before: "a,b", After: "a,b,c,d"}}}}
	if got := step.Added(d, "roles"); !slices.Equal(got, []string{"c", "d"}) {
		t.Errorf("added = %v, want c and d", got)
	}
	if got := step.Former(d)["roles"]; got != "a,b" {
		t.Errorf("former = %q, want a,b", got)
	}
}

func TestTheCallsOfAStepSayWhichStepTheyAreMadeFor(t *testing.T) {
	var said string
	c := thing()
	cat := &step.Catalog[*world]{
		Controls: func(plan.Landing) []step.Control[*world] { return []step.Control[*world]{c} },
		Open: func(ctx context.Context, _ plan.Task) (*world, error) {
			said = step.Agent(ctx)
			return &world{observed: []plan.Observation{present("2")}}, nil
		},
	}
	task := plan.Task{Step: c.step, Landing: plan.Landing{Plan: "p", Cloud: plan.AWS, Environment: "prod"}}
	if _, err := cat.Carry(t.Context(), task, func(string) {}); err != nil || said != "landfall-step/aws.prod.thing" {
		t.Errorf("agent = %q, %v; want landfall-step/aws.prod.thing", said, err)
	}
	if got := step.Agent(t.Context()); got != "" {
		t.Errorf("agent outside of a step = %q, want none", got)
	}
}
