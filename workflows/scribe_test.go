package workflows

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// desk is a journal's workflow that keeps what it is handed, and ends when it has been quiet for a while.
type desk struct {
	entries []plan.Entry
	starts  int
	signals int
	home    string
	began   []time.Time // of what was handed over
}

func (d *desk) journal(ctx workflow.Context, in JournalInput) error {
	d.starts++
	d.take(ctx, in.Entries, in.Home.Adopt.ID)
	records := workflow.GetSignalChannel(ctx, RecordMessage)
	for {
		more, err := workflow.AwaitWithTimeout(ctx, 10*time.Minute, func() bool { return records.Len() > 0 })
		if err != nil || !more {
			return err
		}
		var r Records
		records.Receive(ctx, &r)
		d.signals++
		d.take(ctx, r.Entries, r.Home)
	}
}

func (d *desk) take(ctx workflow.Context, entries []plan.Entry, home string) {
	d.home = home
	if len(entries) > 0 {
		d.began = append(d.began, workflow.Now(ctx))
	}
	d.entries = append(d.entries, entries...)
}

func (d *desk) said() string {
	var out []string
	for _, e := range d.entries {
		out = append(out, e.What)
	}
	return strings.Join(out, " ")
}

// written runs a workflow that writes by a scribe of its own.
func written(t *testing.T, d *desk, in JournalInput, work func(ctx workflow.Context, s *scribe) error) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := Quiet()
	env.RegisterWorkflowWithOptions(d.journal, workflow.RegisterOptions{Name: JournalType})
	whole := func(ctx workflow.Context) error {
		s := newScribe(in)
		err := work(ctx, s)
		return errors.Join(err, s.flush(ctx))
	}
	env.RegisterWorkflow(whole)
	env.ExecuteWorkflow(whole)
	return env
}

func inAWS(account string) JournalInput {
	return JournalInput{Plan: "p", Home: plan.Landing{Plan: "p", Cloud: plan.AWS, Environment: "mgmt", Adopt: plan.Adopt{ID: account}}}
}

func said(what string) plan.Entry  { return plan.Entry{Kind: plan.EntryStep, What: what} }
func still(what string) plan.Entry { return plan.Entry{Kind: plan.EntryStep, What: what, Quiet: true} }

func TestWhatGathersInTwoSecondsIsHandedOverAtOnceAndStamped(t *testing.T) {
	d := &desk{}
	var began time.Time
	written(t, d, inAWS("1"), func(ctx workflow.Context, s *scribe) error {
		began = workflow.Now(ctx)
		s.write(ctx, said("a"), said("b"))
		_ = workflow.Sleep(ctx, time.Second)
		s.write(ctx, said("c"))
		_ = workflow.Sleep(ctx, time.Minute)
		s.write(ctx, said("d"))
		return workflow.Sleep(ctx, time.Minute)
	})
	if d.said() != "a b c d" || d.starts != 1 || d.signals != 1 {
		t.Errorf("%q by %d starts and %d signals, want a to c by the start and d by a signal", d.said(), d.starts, d.signals)
	}
	if len(d.began) == 2 && (d.began[0].Sub(began) < gatherFor || d.began[0].Sub(began) > 2*gatherFor) {
		t.Errorf("the first were handed over after %v, want two seconds", d.began[0].Sub(began))
	}
	for i, e := range d.entries {
		at := e.Time.Sub(began).Round(time.Second)
		if e.Plan != "p" || e.Who != "landfall" || !strings.Contains(e.Run, "/") || at != []time.Duration{0, 0, time.Second, 61 * time.Second}[i] {
			t.Errorf("%+v at %v, want it stamped with when, whose and in which run", e, at)
		}
	}
}

func TestARunThatChangesNothingHandsOverNothing(t *testing.T) {
	d := &desk{}
	written(t, d, inAWS("1"), func(ctx workflow.Context, s *scribe) error {
		s.write(ctx, still("a"))
		_ = workflow.Sleep(ctx, time.Hour)
		s.write(ctx, still("b"), still("c"))
		return nil
	})
	if d.starts != 0 || len(d.entries) > 0 {
		t.Errorf("%d starts, %q; want no journal at all", d.starts, d.said())
	}
}

func TestWhatWasKeptGoesAlongWithTheFirstChangeOfItsRunHoweverLate(t *testing.T) {
	d := &desk{}
	written(t, d, inAWS("1"), func(ctx workflow.Context, s *scribe) error {
		other := still("x")
		other.Run = "another"
		s.write(ctx, still("a"), other, still("b"))
		_ = workflow.Sleep(ctx, time.Hour)
		s.write(ctx, said("c"), still("d"))
		_ = workflow.Sleep(ctx, time.Hour)
		s.write(ctx, still("e"))
		return nil
	})
	if d.said() != "a b c d e" {
		t.Errorf("handed over %q, want a to e and not the other run's", d.said())
	}
}

func TestFlushHurriesAndAJournalThatHasEndedIsStartedAnew(t *testing.T) {
	d := &desk{}
	var took time.Duration
	written(t, d, inAWS("1"), func(ctx workflow.Context, s *scribe) error {
		s.write(ctx, said("a"))
		_ = workflow.Sleep(ctx, time.Hour) // the journal has ended meanwhile
		began := workflow.Now(ctx)
		s.write(ctx, said("b"))
		err := s.flush(ctx)
		took = workflow.Now(ctx).Sub(began)
		return err
	})
	if d.said() != "a b" || d.starts != 2 {
		t.Errorf("%q by %d starts, want both by two", d.said(), d.starts)
	}
	if took >= gatherFor {
		t.Errorf("flush took %v, want no waiting for more", took)
	}
}

func TestAJournalThatSomebodyElseHasStartedIsSignalled(t *testing.T) {
	d := &desk{}
	written(t, d, inAWS("1"), func(ctx workflow.Context, s *scribe) error {
		other := newScribe(s.in)
		other.write(ctx, said("theirs"))
		if err := other.flush(ctx); err != nil {
			return err
		}
		s.write(ctx, said("ours"))
		return nil
	})
	if d.said() != "theirs ours" || d.starts != 1 || d.signals != 1 {
		t.Errorf("%q by %d starts and %d signals, want one of each", d.said(), d.starts, d.signals)
	}
}

func TestWhatACancelledWorkflowDidIsHandedOver(t *testing.T) {
	d := &desk{}
	env := Quiet()
	env.RegisterWorkflowWithOptions(d.journal, workflow.RegisterOptions{Name: JournalType})
	work := func(ctx workflow.Context) error {
		s := newScribe(inAWS("1"))
		s.write(ctx, said("before"))
		err := workflow.Sleep(ctx, 24*time.Hour)
		s.write(ctx, said("after"))
		return errors.Join(err, s.flush(ctx))
	}
	env.RegisterWorkflow(work)
	env.RegisterDelayedCallback(env.CancelWorkflow, time.Second)
	env.ExecuteWorkflow(work)
	if d.said() != "before after" {
		t.Errorf("handed over %q after %v, want what was done before and after it was cancelled", d.said(), env.GetWorkflowError())
	}
}

func TestAJournalThatCannotBeToldKeepsNobodyWaitingAndIsToldLater(t *testing.T) {
	var got []plan.Entry
	var worked time.Duration
	tries := 0
	env := Quiet()
	const anything = "mock.Anything" // of the package that the test environment matches with
	env.OnSignalExternalWorkflow(anything, JournalID("p"), "", RecordMessage, anything).Return(
		func(_, _, _, _ string, arg any) error {
			if tries++; tries < 3 {
				return errors.New("the signal limit is reached")
			}
			r, _ := arg.(Records)
			got = append(got, r.Entries...)
			return nil
		})
	work := func(ctx workflow.Context) error {
		s := newScribe(inAWS("1"))
		began := workflow.Now(ctx)
		s.open, s.spoke = true, began // the journal runs
		for _, what := range []string{"a", "b", "c"} {
			s.write(ctx, said(what))
			_ = workflow.Sleep(ctx, 5*time.Second)
		}
		worked = workflow.Now(ctx).Sub(began)
		return s.flush(ctx)
	}
	env.RegisterWorkflow(work)
	env.ExecuteWorkflow(work)
	if err := env.GetWorkflowError(); err != nil || worked > 16*time.Second {
		t.Errorf("the work took %v and came to %v, want it not kept waiting", worked, err)
	}
	var what []string
	for _, e := range got {
		what = append(what, e.What)
	}
	if !slices.Equal(what, []string{"a", "b", "c"}) || tries < 3 {
		t.Errorf("handed over %v in %d tries, want each once", what, tries)
	}
}

func TestAPlanWithoutAHomeForAJournalKeepsNone(t *testing.T) {
	d := &desk{}
	env := written(t, d, JournalInput{Plan: "p"}, func(ctx workflow.Context, s *scribe) error {
		s.write(ctx, said("a"))
		s.write(ctx, said("b"))
		s.home(ctx, "1")
		if len(s.unsent)+len(s.quiet) > 0 {
			return errors.New("it is kept all the same")
		}
		return nil
	})
	if err := env.GetWorkflowError(); err != nil || d.starts != 0 {
		t.Errorf("%v, %d starts; want no journal", err, d.starts)
	}
}

func TestTheJournalIsToldItsHomeOnceItIsKnown(t *testing.T) {
	d := &desk{}
	var before, after string
	written(t, d, inAWS(""), func(ctx workflow.Context, s *scribe) error {
		s.write(ctx, said("a"))
		if err := s.flush(ctx); err != nil {
			return err
		}
		before = d.home
		s.home(ctx, "379047601618")
		err := s.flush(ctx)
		_ = workflow.Sleep(ctx, time.Second)
		after = d.home
		_ = workflow.Sleep(ctx, time.Hour)
		s.home(ctx, "another")
		return err
	})
	if before != "" || after != "379047601618" || d.home != after || d.said() != "a" || d.starts != 1 {
		t.Errorf("home was %q, then %q, at last %q, %q by %d starts; want it told once, and nothing started for it", before, after, d.home, d.said(), d.starts)
	}
}

func TestAHomeThatBecomesKnownWhileEntriesAreHandedOverIsToldToo(t *testing.T) {
	d := &desk{}
	env := written(t, d, inAWS(""), func(ctx workflow.Context, s *scribe) error {
		s.write(ctx, said("a"))
		_ = workflow.Sleep(ctx, gatherFor)
		if !s.sending || s.open {
			return errors.New("the journal is not being started just now")
		}
		s.home(ctx, "379047601618")
		err := s.flush(ctx)
		_ = workflow.Sleep(ctx, time.Second)
		return err
	})
	if d.home != "379047601618" || d.said() != "a" || env.GetWorkflowError() != nil {
		t.Errorf("home is %q, handed over %q, %v; want both told", d.home, d.said(), env.GetWorkflowError())
	}
}

func TestMoreThanOneMessageTakesGoesInSeveral(t *testing.T) {
	d := &desk{}
	written(t, d, inAWS("1"), func(ctx workflow.Context, s *scribe) error {
		for range 3 {
			e := said("x")
			e.Why = strings.Repeat("y", 300<<10)
			s.write(ctx, e)
		}
		for range 450 {
			s.write(ctx, said("z"))
		}
		return nil
	})
	if len(d.entries) != 453 || d.starts+d.signals != 5 {
		t.Errorf("%d entries in %d messages, want 453 in five", len(d.entries), d.starts+d.signals)
	}
}
