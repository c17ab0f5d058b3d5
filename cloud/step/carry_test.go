package step_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// world is what a control of these tests observes and changes.
type world struct {
	observed  []plan.Observation // one an observation; the last stays
	observing error
	refusing  error // preflight's
	applied   []plan.Change
	marks     []string
}

type control struct {
	step  plan.Step
	want  plan.Fields
	owned bool
	after func(w *world, c plan.Change) // what applying does to the world
}

func (c control) Describe(plan.Landing) (plan.Step, bool) { return c.step, true }
func (c control) Want(plan.Task) plan.Fields              { return c.want }
func (c control) Owned() bool                             { return c.owned }

func (c control) Observe(_ context.Context, w *world, _ plan.Task) (plan.Observation, error) {
	if w.observing != nil {
		return plan.Observation{}, w.observing
	}
	o := w.observed[0]
	if len(w.observed) > 1 {
		w.observed = w.observed[1:]
	}
	return o, nil
}

func (c control) Preflight(_ context.Context, w *world, _ plan.Task, _ plan.Change) error {
	return w.refusing
}

func (c control) Apply(_ context.Context, w *world, _ plan.Task, ch plan.Change, _ plan.Observation, intent step.Intent) (plan.Applied, error) {
	intent("thing")
	w.applied = append(w.applied, ch)
	if c.after != nil {
		c.after(w, ch)
	}
	return plan.Applied{ID: "t-1", Operation: "op-1"}, nil
}

func carry(t *testing.T, w *world, c control, task plan.Task) (plan.Outcome, error) {
	t.Helper()
	cat := &step.Catalog[*world]{
		Controls: func(plan.Landing) []step.Control[*world] { return []step.Control[*world]{c} },
		Open:     func(context.Context, plan.Task) (*world, error) { return w, nil },
		Patience: 200 * time.Millisecond,
	}
	task.Step = c.step
	if task.Landing.Plan == "" {
		task.Landing = plan.Landing{Plan: "p", Cloud: plan.AWS, Environment: "prod", Mode: plan.Enforce}
	}
	return cat.Carry(t.Context(), task, func(m string) { w.marks = append(w.marks, m) })
}

func thing() control {
	return control{step: plan.Step{Name: "thing", Title: "the thing", Inverse: plan.Revert}, want: plan.Fields{"size": "2"}}
}

func present(size string) plan.Observation {
	return plan.Observation{State: plan.Present, ID: "t-1", Live: plan.Fields{"size": size, "colour": "red"}, Match: plan.ByName, Evidence: []string{"seen"}}
}

func TestWhatIsAlreadySoIsLeftAlone(t *testing.T) {
	w := &world{observed: []plan.Observation{present("2")}}
	out, err := carry(t, w, thing(), plan.Task{})
	if err != nil {
		t.Fatal(err)
	}
	if out.State != plan.StepDone || out.Change.Op != plan.None || out.Change.Why != "already so" || len(w.applied) != 0 || len(w.marks) != 0 {
		t.Errorf("outcome = %+v after %v, want done, already so, nothing applied", out, w.applied)
	}
	if len(out.Evidence) == 0 {
		t.Error("no evidence for what is already so")
	}
}

func TestWhatIsAbsentIsMadeAfterAMarkAndSeenBeforeItIsDone(t *testing.T) {
	w := &world{observed: []plan.Observation{{State: plan.Absent}, {State: plan.Pending, Why: "coming up"}, present("2")}}
	out, err := carry(t, w, thing(), plan.Task{})
	if err != nil {
		t.Fatal(err)
	}
	if out.State != plan.StepDone || out.Change.Op != plan.Create || out.Receipt.ID != "t-1" || len(w.marks) != 2 {
		t.Errorf("outcome = %+v, marks %v", out, w.marks)
	}
}

func TestWhatTheCloudHasNotShownInTimeGoesBackAsPendingAndIsTakenUpAgain(t *testing.T) {
	w := &world{observed: []plan.Observation{{State: plan.Absent}, {State: plan.Pending, Why: "coming up"}}}
	out, err := carry(t, w, thing(), plan.Task{})
	if err != nil {
		t.Fatal(err)
	}
	if out.State != plan.StepPending || out.Begun == nil || out.Begun.Operation != "op-1" || out.Wait == nil || out.Wait.For != "coming up" {
		t.Fatalf("outcome = %+v, want pending with op-1", out)
	}
	w.observed = []plan.Observation{present("2")}
	again, err := carry(t, w, thing(), plan.Task{Begun: out.Begun})
	if err != nil {
		t.Fatal(err)
	}
	if again.State != plan.StepDone || again.Change.Op != plan.Create || len(w.applied) != 1 {
		t.Errorf("taken up again = %+v after %d applications, want created by the first", again, len(w.applied))
	}
}

func TestAnUnknownObservationNeverLeadsToACreate(t *testing.T) {
	for name, w := range map[string]*world{
		"403":      {observing: &fault.Fault{Kind: fault.Denied, Message: "no"}},
		"429":      {observing: &fault.Fault{Kind: fault.Throttled, Message: "slow"}},
		"500":      {observing: &fault.Fault{Kind: fault.Transient, Message: "oops"}},
		"time-out": {observing: context.DeadlineExceeded},
		"unknown":  {observed: []plan.Observation{{State: plan.Unknown, Why: "the list was cut short"}}},
		"closed":   {observed: []plan.Observation{{State: plan.Suspended, Why: "PENDING_CLOSURE"}}},
		// Neither passes for "already so" by differing in nothing.
		"unknown, nothing differs": {observed: []plan.Observation{{State: plan.Unknown, Live: plan.Fields{"size": "2"}}}},
		"closed, nothing differs":  {observed: []plan.Observation{{State: plan.Suspended, Live: plan.Fields{"size": "2"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := carry(t, w, thing(), plan.Task{})
			if err == nil {
				t.Errorf("outcome = %+v, want an error", out)
			}
			if len(w.applied) != 0 {
				t.Errorf("applied %v", w.applied)
			}
		})
	}
}

func TestAnothersThingIsNotTouchedAndANamesakeIsAsked(t *testing.T) {
	anothersSame := present("2")
	anothersSame.Owner = "another-plan"
	other := present("1")
	other.Owner = "another-plan"
	for name, c := range map[string]struct {
		o    plan.Observation
		kind fault.Kind
		want string
	}{
		"another plan's":                 {other, fault.Conflict, "another-plan"},
		"another plan's, just as wanted": {anothersSame, fault.Conflict, "another-plan"},
		"similar name":                   {plan.Observation{State: plan.Absent, Similar: []string{"things"}}, fault.Ambiguous, "things"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{observed: []plan.Observation{c.o}}
			_, err := carry(t, w, thing(), plan.Task{})
			if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v (%s), want %s naming %q", err, fault.KindOf(err), c.kind, c.want)
			}
			if len(w.applied) != 0 {
				t.Errorf("applied %v", w.applied)
			}
		})
	}
}

func TestAThingWithoutAnOwnerIsAdoptedOnceAndIsAlreadySoAfterwards(t *testing.T) {
	c := thing()
	c.owned = true
	c.after = func(w *world, _ plan.Change) {
		o := present("2")
		o.Owner = "p"
		w.observed = []plan.Observation{o}
	}
	w := &world{observed: []plan.Observation{present("2")}}
	out, err := carry(t, w, c, plan.Task{})
	if err != nil {
		t.Fatal(err)
	}
	if out.Change.Op != plan.Adopted || len(w.applied) != 1 {
		t.Errorf("first = %+v, want adopted by one write", out.Change)
	}
	out, err = carry(t, w, c, plan.Task{})
	if err != nil {
		t.Fatal(err)
	}
	if out.Change.Op != plan.None || len(w.applied) != 1 {
		t.Errorf("second = %+v after %d writes, want already so", out.Change, len(w.applied))
	}
}

func TestAControlThatIsOnlyReportedIsAGapAndAWaivedOneToo(t *testing.T) {
	c := thing()
	c.step.Control, c.step.Objective = "AWS-O01", "O01"
	l := plan.Landing{Plan: "p", Cloud: plan.AWS, Environment: "prod", Mode: plan.Enforce}
	reported, waived := l, l
	reported.Controls = map[string]plan.Mode{"O01": plan.ReportM}
	waived.Waived = []plan.Waiver{{Control: "AWS-O01", Reason: "r"}}
	for name, l := range map[string]plan.Landing{"reported": reported, "waived": waived} {
		w := &world{observed: []plan.Observation{{State: plan.Absent}}}
		out, err := carry(t, w, c, plan.Task{Landing: l})
		if err != nil || out.State != plan.StepGap || len(w.applied) != 0 {
			t.Errorf("%s: %+v, %v, applied %v; want a gap and nothing applied", name, out, err, w.applied)
		}
	}
}

func TestAManualStepWaitsForAPersonAndIsProvenByTheObservation(t *testing.T) {
	c := thing()
	c.step.Manual = true
	w := &world{observed: []plan.Observation{present("1")}}
	out, err := carry(t, w, c, plan.Task{})
	if err != nil || out.State != plan.StepWaiting || out.Change.Op != plan.Manual || !strings.Contains(out.Wait.For, "size should be 2") || len(w.applied) != 0 {
		t.Errorf("outcome = %+v, %v; want waiting for a person, the outcome stated, nothing applied", out, err)
	}
	w.observed = []plan.Observation{present("2")}
	if out, err = carry(t, w, c, plan.Task{}); err != nil || out.State != plan.StepDone || out.Change.Op != plan.None {
		t.Errorf("afterwards = %+v, %v; want done", out, err)
	}
}

func TestAPreflightThatRefusesStopsBeforeTheFirstWrite(t *testing.T) {
	w := &world{observed: []plan.Observation{{State: plan.Absent}}, refusing: fault.New(fault.Quota, "File it.", "ten accounts at most")}
	if _, err := carry(t, w, thing(), plan.Task{}); fault.KindOf(err) != fault.Quota || len(w.applied) != 0 {
		t.Errorf("error = %v, applied %v; want quota and nothing applied", err, w.applied)
	}
}

func TestAPreviewOfALandingWithoutItsContainerAsksNothingOfWhatWouldBeInside(t *testing.T) {
	container := control{step: plan.Step{Name: "account", Chapter: plan.Container, Outside: true}, want: plan.Fields{"name": "n"}}
	inside := thing()
	reads := 0
	cat := &step.Catalog[*world]{
		Controls: func(plan.Landing) []step.Control[*world] { return []step.Control[*world]{container, inside} },
		Open: func(_ context.Context, task plan.Task) (*world, error) {
			reads++
			if task.Step.Name != "account" {
				return nil, errors.New("there is no account to look into")
			}
			return &world{observed: []plan.Observation{{State: plan.Absent}}}, nil
		},
	}
	p := cat.Preview(t.Context(), plan.Landing{Plan: "p", Mode: plan.Enforce})
	if len(p.Outcomes) != 2 || p.Outcomes[1].Change.Op != plan.Create || p.Outcomes[1].Fault != nil || reads != 1 {
		t.Errorf("preview = %+v after %d sessions, want two creates and one session", p, reads)
	}
}

func TestAStepIsNotBegunByASessionThatWouldEndInTheMiddleOfIt(t *testing.T) {
	for name, c := range map[string]struct {
		left  time.Duration
		known bool
		want  int
	}{
		"it lasts":              {time.Hour, true, 1},
		"it ends in the middle": {time.Minute, true, 0},
		"nobody knows":          {0, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			ctl := thing()
			ctl.step.Usual = 5 * time.Minute
			ctl.after = func(w *world, _ plan.Change) { w.observed = []plan.Observation{present("2")} }
			w := &world{observed: []plan.Observation{{State: plan.Absent}}}
			cat := &step.Catalog[*world]{
				Controls: func(plan.Landing) []step.Control[*world] { return []step.Control[*world]{ctl} },
				Open:     func(context.Context, plan.Task) (*world, error) { return w, nil },
				Life:     func(context.Context, *world) (time.Time, bool) { return time.Now().Add(c.left), c.known },
				Patience: 200 * time.Millisecond,
			}
			task := plan.Task{Step: ctl.step, Landing: plan.Landing{Plan: "p", Cloud: plan.AWS, Login: plan.Login{Name: "sso"}}}
			_, err := cat.Carry(t.Context(), task, func(string) {})
			if len(w.applied) != c.want {
				t.Errorf("%d changes, want %d", len(w.applied), c.want)
			}
			if f := fault.As(err); c.want == 0 && (f == nil || !f.OfLogin() || !strings.Contains(f.Message, "5m0s")) {
				t.Errorf("error = %v, want the login's, with what the step takes", err)
			}
		})
	}
}

func TestWhatWasApprovedIsNotDoneToAnotherWorld(t *testing.T) {
	approved := plan.Change{Op: plan.Update, Fields: []plan.FieldDiff{{Field: "size", Before: "1", After: "2"}}}.Stood()
	made := func(w *world, _ plan.Change) { w.observed = []plan.Observation{present("2")} }
	for name, c := range map[string]struct {
		task plan.Task
		o    plan.Observation
		want int
	}{
		"as it was":                      {plan.Task{Foreseen: approved}, present("1"), 1},
		"changed by somebody since":      {plan.Task{Foreseen: approved}, present("3"), 0},
		"gone since":                     {plan.Task{Foreseen: approved}, plan.Observation{State: plan.Absent}, 0},
		"already as wanted since":        {plan.Task{Foreseen: approved}, present("2"), 0},
		"nobody was asked":               {plan.Task{}, present("3"), 1},
		"an attempt after a lost answer": {plan.Task{Foreseen: approved, Again: true}, present("3"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			ctl := thing()
			ctl.after = made
			w := &world{observed: []plan.Observation{c.o}}
			out, err := carry(t, w, ctl, c.task)
			if len(w.applied) != c.want {
				t.Errorf("%d changes, want %d", len(w.applied), c.want)
			}
			if so := c.o.Live["size"] == "2"; c.want == 0 && !so && fault.KindOf(err) != fault.Conflict || so && (err != nil || out.Change.Op != plan.None) {
				t.Errorf("outcome %+v, %v; want a conflict where something else would be done", out.Change, err)
			}
		})
	}
}

func TestAPreviewIsSureOnlyOfWhatNothingBeforeItWillChange(t *testing.T) {
	first, second := thing(), thing()
	first.step.Name, second.step.Name, second.step.After = "first", "second", []string{"first"}
	for size, sure := range map[string]bool{"2": true, "1": false} {
		cat := &step.Catalog[*world]{
			Controls: func(plan.Landing) []step.Control[*world] {
				return []step.Control[*world]{counted{first}, counted{second}}
			},
			Open: func(context.Context, plan.Task) (*world, error) {
				return &world{observed: []plan.Observation{present(size)}}, nil
			},
		}
		got := cat.Preview(t.Context(), plan.Landing{Plan: "p", Cloud: plan.AWS}).Outcomes
		if got[0].Stood == "" || (got[1].Stood != "") != sure {
			t.Errorf("size %s: sure of %q and %q; want of the first, and of the second only where the first changes nothing", size, got[0].Stood, got[1].Stood)
		}
	}
}

func TestAPreviewIsNotSureOfWhatAnotherLandingOfTheRunMayDoFirst(t *testing.T) {
	for shared, sure := range map[bool]bool{false: true, true: false} {
		cat := &step.Catalog[*world]{
			Controls: func(plan.Landing) []step.Control[*world] {
				return []step.Control[*world]{together{counted{thing()}, shared}}
			},
			Open: func(context.Context, plan.Task) (*world, error) {
				return &world{observed: []plan.Observation{present("1")}}, nil
			},
		}
		if got := cat.Preview(t.Context(), plan.Landing{Plan: "p", Cloud: plan.AWS}).Outcomes[0].Stood; (got != "") != sure {
			t.Errorf("shared %v: sure of %q, want %v", shared, got, sure)
		}
	}
}

// together is a control whose change several landings make.
type together struct {
	counted
	shared bool
}

func (c together) Shared(plan.Change) bool { return c.shared }

// counted is a control whose observations count as reads.
type counted struct{ control }

func (c counted) Observe(ctx context.Context, w *world, t plan.Task) (plan.Observation, error) {
	step.Count(ctx, false)
	return c.control.Observe(ctx, w, t)
}

func TestWhatAnAttemptMadeAndDidNotRecordIsTheRunsOwnAllTheSame(t *testing.T) {
	made := &plan.Lost{Change: plan.Change{Op: plan.Create}}
	refused := &plan.Lost{Change: plan.Change{Op: plan.Create}, Answered: true}
	tagged := present("2")
	tagged.Owner = "p"
	for name, c := range map[string]struct {
		lost *plan.Lost
		o    plan.Observation
		want plan.Op
	}{
		"its answer was lost":              {made, present("2"), plan.Create},
		"it was refused, and stands":       {refused, present("2"), plan.None}, // somebody has made it since
		"it was refused half-way, tagged":  {refused, tagged, plan.Create},
		"nothing was marked":               {nil, present("2"), plan.None},
		"its answer was lost, and it lags": {made, present("1"), plan.Create},
	} {
		t.Run(name, func(t *testing.T) {
			ctl := thing()
			ctl.after = func(w *world, _ plan.Change) { w.observed = []plan.Observation{present("2")} }
			w := &world{observed: []plan.Observation{c.o}}
			out, err := carry(t, w, ctl, plan.Task{Again: true, Lost: c.lost})
			if err != nil || out.Change.Op != c.want {
				t.Errorf("change = %+v, %v; want %s", out.Change, err, c.want)
			}
		})
	}
}

func TestTheChangeIsMarkedBeforeItIsMade(t *testing.T) {
	ctl := thing()
	ctl.after = func(w *world, _ plan.Change) { w.observed = []plan.Observation{present("2")} }
	w := &world{observed: []plan.Observation{present("1")}}
	if _, err := carry(t, w, ctl, plan.Task{}); err != nil {
		t.Fatal(err)
	}
	l, marked := plan.LostIn(w.marks[0])
	if !marked || l.Change.Op != plan.Update || l.Before["size"] != "1" {
		t.Errorf("the first mark is %q, want the change and what stood before", w.marks[0])
	}
}
