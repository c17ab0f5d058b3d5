package workflows

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// ear hears notices, or answers as it is told.
type ear struct {
	mu     sync.Mutex
	heard  []plan.Notice
	calls  int
	answer func(n plan.Notice, nth int) error
}

func (e *ear) Tell(_ context.Context, _ plan.Notify, n plan.Notice) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	if e.answer != nil {
		if err := e.answer(n, e.calls); err != nil {
			return err
		}
	}
	e.heard = append(e.heard, n)
	return nil
}

func (e *ear) whats() string {
	var out []string
	for _, n := range e.heard {
		out = append(out, n.What)
	}
	return strings.Join(out, " ")
}

// telling runs a workflow that is nothing but a herald, and returns once it has ended.
func telling(t *testing.T, e *ear, to plan.Notify, run func(ctx workflow.Context, h *herald) error) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := Quiet()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&activities.Door{Log: slog.New(slog.DiscardHandler)}}})
	env.RegisterActivity(&activities.Notices{Teller: e})
	env.ExecuteWorkflow(func(ctx workflow.Context) error { return run(ctx, newHerald(to)) })
	if !env.IsWorkflowCompleted() {
		t.Fatal("the workflow has not come to an end")
	}
	return env
}

func somebody() plan.Notify {
	return plan.Notify{Webhook: "https://hooks.example.com/landfall", Key: "op://v/i"}
}

func of(what string) plan.Notice { return plan.Notice{Kind: plan.NoticeHold, Plan: "p", What: what} }

func TestNoticesAreToldInOrderEachOnceAndNeverInTheWay(t *testing.T) {
	e := &ear{answer: func(n plan.Notice, nth int) error {
		if n.What == "one" && nth < 4 {
			return fault.New(fault.Transient, "", "the receiver is not there")
		}
		return nil
	}}
	var took time.Duration
	env := telling(t, e, somebody(), func(ctx workflow.Context, h *herald) error {
		began := workflow.Now(ctx)
		for _, what := range []string{"one", "two", "three"} {
			h.tell(ctx, of(what))
		}
		took = workflow.Now(ctx).Sub(began)
		return h.flush(ctx)
	})
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	if got := e.whats(); got != "one two three" || e.calls != 6 || took != 0 {
		t.Errorf("heard %q by %d calls, and telling took %s; want each once, in order, the first at its fourth attempt, and no time", got, e.calls, took)
	}
	ids := map[string]bool{}
	for _, n := range e.heard {
		ids[n.ID] = true
		if strings.Contains(n.ID, ".") || n.Workflow != "default-test-workflow-id" || n.Time.IsZero() {
			t.Errorf("%+v: want an id without a dot, its workflow and its time", n)
		}
	}
	if len(ids) != 3 {
		t.Errorf("ids %v, want one for each notice", ids)
	}
}

func TestAnAttemptAfterTheFirstTellsTheSameNotice(t *testing.T) {
	var ids []string
	e := &ear{answer: func(n plan.Notice, nth int) error {
		ids = append(ids, n.ID)
		if nth == 1 {
			return fault.New(fault.Transient, "", "its answer was lost")
		}
		return nil
	}}
	telling(t, e, somebody(), func(ctx workflow.Context, h *herald) error {
		h.tell(ctx, of("one"))
		return h.flush(ctx)
	})
	if len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("told under %v, want one id twice", ids)
	}
}

func TestWithoutAWebhookNothingIsScheduled(t *testing.T) {
	e := &ear{}
	env := Quiet()
	env.RegisterActivity(&activities.Notices{Teller: e})
	timers := 0
	env.SetOnTimerScheduledListener(func(string, time.Duration) { timers++ })
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		h := newHerald(plan.Notify{})
		h.tell(ctx, of("one"))
		if h.Count != 0 || len(h.Untold) != 0 {
			t.Errorf("%d notices, untold %v; want none", h.Count, h.Untold)
		}
		return h.flush(ctx)
	})
	if err := env.GetWorkflowError(); err != nil || e.calls != 0 || timers != 0 {
		t.Errorf("%v, %d calls and %d timers; want none", err, e.calls, timers)
	}
}

func TestWhatCannotBeToldForADayIsGivenUpAndTheNextGoesOn(t *testing.T) {
	e := &ear{answer: func(n plan.Notice, _ int) error {
		switch n.What {
		case "lost":
			return fault.New(fault.Transient, "", "the receiver is not there")
		case "refused":
			return &fault.Fault{Kind: fault.Invalid, Code: "404"}
		}
		return nil
	}}
	var lost time.Duration
	telling(t, e, somebody(), func(ctx workflow.Context, h *herald) error {
		began := workflow.Now(ctx)
		h.tell(ctx, of("lost"))
		h.tell(ctx, of("refused"))
		h.tell(ctx, of("told"))
		if err := workflow.Await(ctx, func() bool { return len(h.Untold) == 0 }); err != nil {
			return err
		}
		lost = workflow.Now(ctx).Sub(began)
		return nil
	})
	if got := e.whats(); got != "told" || lost < 23*time.Hour || lost > 25*time.Hour {
		t.Errorf("heard %q after %s, want the last one, after about a day", got, lost)
	}
	if e.calls > 150 {
		t.Errorf("%d calls of a receiver that is away for a day, want a longer pause each time", e.calls)
	}
}

func TestAReceiverThatWantsNoMoreIsToldNothingMore(t *testing.T) {
	e := &ear{answer: func(plan.Notice, int) error { return &fault.Fault{Kind: fault.Invalid, Code: "410"} }}
	telling(t, e, somebody(), func(ctx workflow.Context, h *herald) error {
		h.tell(ctx, of("one"))
		h.tell(ctx, of("two"))
		if err := h.flush(ctx); err != nil {
			return err
		}
		h.tell(ctx, of("three"))
		return h.flush(ctx)
	})
	if e.calls != 1 {
		t.Errorf("%d calls, want the one that it refused", e.calls)
	}
}

func TestAFlushGivesUpAfterAMinuteAndTheNextRunTellsTheRestUnderTheSameIds(t *testing.T) {
	away := true
	var tried []string
	e := &ear{answer: func(n plan.Notice, _ int) error {
		tried = append(tried, n.ID)
		if away {
			return fault.New(fault.Transient, "", "the receiver is not there")
		}
		return nil
	}}
	var count int
	var untold []plan.Notice
	telling(t, e, somebody(), func(ctx workflow.Context, h *herald) error {
		h.tell(ctx, of("one"))
		h.tell(ctx, of("two"))
		began := workflow.Now(ctx)
		err := h.flush(ctx)
		if took := workflow.Now(ctx).Sub(began); took != time.Minute {
			t.Errorf("the flush took %s, want a minute", took)
		}
		count, untold = h.Count, slices.Clone(h.Untold)
		return err
	})
	if count != 2 || len(untold) != 2 {
		t.Fatalf("%d notices, %d untold; want both carried", count, len(untold))
	}
	away = false
	telling(t, e, somebody(), func(ctx workflow.Context, h *herald) error {
		h.inherit(ctx, count, untold)
		h.tell(ctx, of("three"))
		return h.flush(ctx)
	})
	if got := e.whats(); got != "one two three" || e.heard[0].ID != tried[0] {
		t.Errorf("heard %q, want the two that were carried and the new one, the first as %s", got, tried[0])
	}
	if e.heard[2].ID == e.heard[0].ID || e.heard[2].ID == e.heard[1].ID {
		t.Errorf("ids %s, %s and %s: want three", e.heard[0].ID, e.heard[1].ID, e.heard[2].ID)
	}
}

func TestARunThatIsCancelledStillTellsItsLastWord(t *testing.T) {
	e := &ear{}
	env := Quiet()
	env.RegisterActivity(&activities.Notices{Teller: e})
	env.RegisterDelayedCallback(env.CancelWorkflow, time.Hour)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		err := workflow.Sleep(ctx, 24*time.Hour)
		h := newHerald(somebody())
		h.tell(ctx, of("cancelled"))
		free, _ := workflow.NewDisconnectedContext(ctx)
		if late := h.flush(free); late != nil {
			return late
		}
		return err
	})
	if got := e.whats(); got != "cancelled" {
		t.Errorf("heard %q, want its last word", got)
	}
}

func TestRemindersComeHalfAsOftenEachTimeAndADayApartAtTheMost(t *testing.T) {
	for _, c := range []struct {
		first time.Duration
		want  []time.Duration
	}{
		{4 * time.Hour, []time.Duration{4 * time.Hour, 8 * time.Hour, 16 * time.Hour, 24 * time.Hour, 24 * time.Hour}},
		{time.Minute, []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute}},
		{48 * time.Hour, []time.Duration{48 * time.Hour, 24 * time.Hour, 24 * time.Hour}},
	} {
		due := reminders(c.first)
		for n, want := range c.want {
			if got := due(n); got != want {
				t.Errorf("reminder %d after %s: %s, want %s", n, c.first, got, want)
			}
		}
		if got := due(1000); got != 24*time.Hour {
			t.Errorf("reminder 1000 after %s: %s, want a day", c.first, got)
		}
	}
}
