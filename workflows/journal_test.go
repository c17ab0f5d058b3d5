package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// ledger is a fake store of one chain behind the real activities.
type ledger struct {
	mu       sync.Mutex
	sealed   []plan.Entry
	batches  []int
	prepared int
	tries    int
	account  string
	away     func() error // why it cannot be written, if it cannot
	lose     int          // how many answers are lost after the deed
	latch    *activities.Latch
}

func (l *ledger) head() plan.Head {
	return plan.Head{Seq: len(l.sealed), Hash: fmt.Sprintf("hash of %d", len(l.sealed))}
}

func (l *ledger) Prepare(_ context.Context, home plan.Landing, _ plan.Journal) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.prepared++
	l.account = home.Adopt.ID
	if l.away != nil {
		if err := l.away(); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (l *ledger) Head(context.Context, plan.Landing, plan.Journal, string) (plan.Head, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head(), nil
}

func (l *ledger) Seal(_ context.Context, _ plan.Landing, _ plan.Journal, _ string, after plan.Head, entries []plan.Entry) (plan.Head, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tries++
	if l.away != nil {
		if err := l.away(); err != nil {
			return after, err
		}
	}
	if end := after.Seq + len(entries); after.Seq < len(l.sealed) && end == len(l.sealed) && l.sealed[after.Seq].What == entries[0].What {
		return l.head(), nil // its own, of an attempt whose answer was lost
	}
	if after != l.head() {
		return after, fault.New(fault.Conflict, "See who it is.", "record %d was sealed by another writer", after.Seq+1)
	}
	l.sealed = append(l.sealed, entries...)
	l.batches = append(l.batches, len(entries))
	if l.lose > 0 {
		l.lose--
		return after, &fault.Fault{Kind: fault.Transient, Message: "the answer was lost"}
	}
	return l.head(), nil
}

func (l *ledger) Read(_ context.Context, _ plan.Landing, _ plan.Journal, _, after string) (plan.Page, error) {
	return plan.Page{Records: []plan.Record{{Seq: 1, Entry: "after " + after}}, Last: "1", Head: plan.Head{Seq: 1}}, nil
}

func (l *ledger) said() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for _, e := range l.sealed {
		out = append(out, e.What)
	}
	return out
}

func newJournalEnv(t *testing.T, l *ledger) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := workflows.Quiet()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&activities.Door{Log: slog.New(slog.DiscardHandler)}}})
	env.RegisterWorkflowWithOptions(workflows.Journal, workflow.RegisterOptions{Name: workflows.JournalType})
	env.RegisterWorkflowWithOptions(workflows.ShowJournal, workflow.RegisterOptions{Name: workflows.ShowJournalType})
	l.latch = &activities.Latch{Folder: t.TempDir()}
	env.RegisterActivity(&activities.Journals{Ledger: l, Latch: l.latch})
	env.RegisterActivity(&activities.Plans{Check: func(plan.Plan) error { return nil }})
	return env
}

func journalHome(account string) plan.Landing {
	l := landingIn(plan.AWS, "mgmt")
	l.Adopt.ID = account
	return l
}

// acts are entries that say the numbers from one to another.
func acts(from, to int) (out []plan.Entry) {
	for i := from; i <= to; i++ {
		out = append(out, plan.Entry{Plan: "p", Kind: plan.EntryStep, Landing: "aws/prod", What: strconv.Itoa(i), Run: "r"})
	}
	return out
}

func numbers(from, to int) (out []string) {
	for _, e := range acts(from, to) {
		out = append(out, e.What)
	}
	return out
}

const account = "379047601618"

func journalOf(entries ...plan.Entry) workflows.JournalInput {
	return workflows.JournalInput{Plan: "p", Home: journalHome(account), Entries: entries}
}

func journalResult(t *testing.T, env *testsuite.TestWorkflowEnvironment) workflows.JournalResult {
	t.Helper()
	var r workflows.JournalResult
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

func journalNow(t *testing.T, env *testsuite.TestWorkflowEnvironment) workflows.JournalResult {
	t.Helper()
	var r workflows.JournalResult
	v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
	if err == nil {
		err = v.Get(&r)
	}
	if err != nil {
		t.Error(err)
	}
	return r
}

func TestEntriesAreSealedInBatchesInTheOrderTheyCameInAndTheJournalEndsAfterAQuietMinute(t *testing.T) {
	l := &ledger{}
	env := newJournalEnv(t, l)
	began := env.Now()
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.RecordMessage, workflows.Records{Entries: acts(61, 62)})
		env.SignalWorkflow(workflows.RecordMessage, workflows.Records{Entries: acts(63, 64)})
	}, 50*time.Second)
	env.ExecuteWorkflow(workflows.JournalType, journalOf(acts(1, 60)...))
	if got := l.said(); !slices.Equal(got, numbers(1, 64)) {
		t.Errorf("sealed %v, want 1 to 64 in order", got)
	}
	if !slices.Equal(l.batches[:3], []int{25, 25, 10}) || l.prepared != 1 {
		t.Errorf("batches %v after %d preparations, want 25, 25, 10 and what came later, after one", l.batches, l.prepared)
	}
	if r := journalResult(t, env); r.State != plan.LandingDone || r.Sealed != 64 || r.Unsealed != 0 || r.Head != l.head() {
		t.Errorf("result = %+v, want all sealed", r)
	}
	if took := env.Now().Sub(began); took < 110*time.Second || took > 3*time.Minute {
		t.Errorf("it ended after %v, want a minute after the last entry", took)
	}
}

func TestAStoreThatIsAwayHoldsAndItIsLookedAtAgainByItself(t *testing.T) {
	away := true
	l := &ledger{away: func() error {
		if away {
			return &fault.Fault{Kind: fault.SessionExpired, Message: "the session has expired", Hint: "Sign in.", Login: "aws-login"}
		}
		return nil
	}}
	env := newJournalEnv(t, l)
	var midway workflows.JournalResult
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.RecordMessage, workflows.Records{Entries: acts(3, 4)})
	}, 10*time.Minute)
	env.RegisterDelayedCallback(func() {
		midway = journalNow(t, env)
		away = false
	}, time.Hour)
	began := env.Now()
	env.ExecuteWorkflow(workflows.JournalType, journalOf(acts(1, 2)...))
	h := midway.Held
	if midway.State != plan.LandingHeld || h == nil || midway.Unsealed != 4 || midway.Sealed != 0 {
		t.Fatalf("midway = %+v, want four entries held", midway)
	}
	if h.Kind != string(fault.SessionExpired) || h.Login != "aws-login" || h.Releases != "Sign in." || !strings.Contains(midway.Why, "expired") {
		t.Errorf("held = %+v, %q; want why, by whom and what releases it", h, midway.Why)
	}
	if h.Since.Sub(began) > time.Minute || h.Looks < 10 || h.Next.Sub(began) < time.Hour || h.Next.Sub(began) > time.Hour+5*time.Minute {
		t.Errorf("held since %v, %d looks, the next at %v; want it held from the beginning, and looked at every five minutes", h.Since, h.Looks, h.Next)
	}
	if got := l.said(); !slices.Equal(got, numbers(1, 4)) {
		t.Errorf("sealed %v, want 1 to 4 in order", got)
	}
	if r := journalResult(t, env); r.State != plan.LandingDone || r.Held != nil {
		t.Errorf("result = %+v, want done", r)
	}
}

func TestResumeLooksAtOnceAndNothingButRetryIsTaken(t *testing.T) {
	for name, resume := range map[string]func(t *testing.T, env *testsuite.TestWorkflowEnvironment, r workflows.Resume){
		"by update": func(t *testing.T, env *testsuite.TestWorkflowEnvironment, r workflows.Resume) {
			env.UpdateWorkflow(workflows.ResumeMessage, "", &updates{reject: func(err error) { t.Error(err) }}, r)
		},
		"by signal": func(_ *testing.T, env *testsuite.TestWorkflowEnvironment, r workflows.Resume) {
			env.SignalWorkflow(workflows.ResumeMessage, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			away := true
			l := &ledger{away: func() error {
				if away { // a kind that is never looked at again by itself
					return fault.New(fault.Bug, "Report it.", "nobody has named this")
				}
				return nil
			}}
			env := newJournalEnv(t, l)
			refused := map[string]error{}
			refuse := func(r workflows.Resume, why string) {
				env.UpdateWorkflow(workflows.ResumeMessage, why, &updates{reject: func(err error) { refused[why] = err }}, r)
			}
			var midway workflows.JournalResult
			env.RegisterDelayedCallback(func() {
				midway = journalNow(t, env)
				refuse(workflows.Resume{Decision: workflows.Skip, Operator: "m", Reason: "x"}, "is left out")
				refuse(workflows.Resume{Decision: workflows.Retry, Reason: "x"}, "operator")
				refuse(workflows.Resume{Decision: workflows.Retry, Login: "another", Operator: "m", Reason: "x"}, "held now: journal")
				away = false
				resume(t, env, workflows.Resume{Decision: workflows.Retry, Login: "aws-login", Operator: "m", Reason: "mended"})
			}, 7*24*time.Hour)
			env.RegisterDelayedCallback(func() {
				refuse(workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "x"}, "held now: nothing")
			}, 7*24*time.Hour+30*time.Second)
			env.ExecuteWorkflow(workflows.JournalType, journalOf(acts(1, 2)...))
			if midway.State != plan.LandingHeld || midway.Held.Looks != 0 || !midway.Held.Next.IsZero() {
				t.Errorf("after a week = %+v, %+v; want it held and never looked at", midway, midway.Held)
			}
			for _, why := range []string{"is left out", "operator", "held now: journal", "held now: nothing"} {
				if err := refused[why]; err == nil || !strings.Contains(err.Error(), why) {
					t.Errorf("refusal = %v, want one that says %q", err, why)
				}
			}
			if r := journalResult(t, env); r.Sealed != 2 || !slices.Equal(l.said(), numbers(1, 2)) {
				t.Errorf("result = %+v, sealed %v; want both", r, l.said())
			}
		})
	}
}

func TestABatchWhoseAnswerIsLostIsNotSealedTwiceNotEvenAfterAHold(t *testing.T) {
	l := &ledger{lose: 1}
	tries := 0
	l.away = func() error {
		if tries++; len(l.sealed) > 0 && tries < 40 { // the answer is lost, and then nobody answers until a person is asked
			return &fault.Fault{Kind: fault.Transient, Message: "nobody answers"}
		}
		return nil
	}
	env := newJournalEnv(t, l)
	var held bool
	env.SetOnTimerScheduledListener(func(string, time.Duration) { held = held || journalHeld(env) })
	env.ExecuteWorkflow(workflows.JournalType, journalOf(acts(1, 3)...))
	if got := l.said(); !slices.Equal(got, numbers(1, 3)) || !held {
		t.Errorf("sealed %v, held %v; want each once, after a hold", got, held)
	}
	if r := journalResult(t, env); r.Sealed != 3 || l.prepared != 1 {
		t.Errorf("result = %+v after %d preparations, want three sealed where they were", r, l.prepared)
	}
}

// journalHeld asks whether the journal is held, where it can be asked.
func journalHeld(env *testsuite.TestWorkflowEnvironment) bool {
	var r workflows.JournalResult
	v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
	return err == nil && v.Get(&r) == nil && r.Held != nil
}

func TestAfterAnotherWriterTheJournalSaysSoAndGoesOnBehindIt(t *testing.T) {
	l := &ledger{}
	env := newJournalEnv(t, l)
	var midway workflows.JournalResult
	env.RegisterDelayedCallback(func() {
		l.mu.Lock()
		l.sealed = append(l.sealed, plan.Entry{What: "theirs"})
		l.mu.Unlock()
		env.SignalWorkflow(workflows.RecordMessage, workflows.Records{Entries: acts(3, 4)})
	}, 10*time.Second)
	env.RegisterDelayedCallback(func() { midway = journalNow(t, env) }, 20*time.Second)
	env.ExecuteWorkflow(workflows.JournalType, journalOf(acts(1, 2)...))
	if midway.State != plan.LandingHeld || !strings.Contains(midway.Why, "another writer") {
		t.Errorf("midway = %+v, want it held and said why", midway)
	}
	if got, want := l.said(), []string{"1", "2", "theirs", "3", "4"}; !slices.Equal(got, want) {
		t.Errorf("sealed %v, want %v", got, want)
	}
}

func TestEntriesWaitUntilTheTablesAccountIsKnown(t *testing.T) {
	tells := plan.Entry{Plan: "p", Kind: plan.EntryStep, Landing: "aws/mgmt", Step: "account", ID: account, What: "3", Run: "r"}
	for name, tell := range map[string]func(env *testsuite.TestWorkflowEnvironment){
		"by the signal home": func(env *testsuite.TestWorkflowEnvironment) {
			env.SignalWorkflow(workflows.HomeMessage, workflows.HomeAccount{ID: account})
			env.SignalWorkflow(workflows.RecordMessage, workflows.Records{Entries: acts(3, 3)})
		},
		"by an entry": func(env *testsuite.TestWorkflowEnvironment) {
			env.SignalWorkflow(workflows.RecordMessage, workflows.Records{Entries: []plan.Entry{tells}})
		},
		"by whoever sends entries": func(env *testsuite.TestWorkflowEnvironment) {
			env.SignalWorkflow(workflows.RecordMessage, workflows.Records{Entries: acts(3, 3), Home: account})
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := &ledger{}
			env := newJournalEnv(t, l)
			var midway workflows.JournalResult
			env.RegisterDelayedCallback(func() {
				midway = journalNow(t, env)
				tell(env)
			}, time.Hour)
			in := journalOf(acts(1, 2)...)
			in.Home = journalHome("")
			env.ExecuteWorkflow(workflows.JournalType, in)
			if midway.State != plan.LandingWaiting || midway.Unsealed != 2 || !strings.Contains(midway.Why, "aws/mgmt") {
				t.Errorf("midway = %+v, want it waiting for the account of aws/mgmt", midway)
			}
			if got := l.said(); !slices.Equal(got, numbers(1, 3)) || l.account != account {
				t.Errorf("sealed %v in the account %q, want 1 to 3 in %s", got, l.account, account)
			}
		})
	}
}

func TestContinueAsNewKeepsTheChainAndWhatIsNotSealed(t *testing.T) {
	l := &ledger{}
	in, runs := journalOf(acts(1, 60)...), 0
	for ; runs < 10; runs++ {
		env := newJournalEnv(t, l)
		env.SetContinueAsNewSuggested(runs < 3)
		if runs == 1 {
			env.RegisterDelayedCallback(func() {
				env.SignalWorkflow(workflows.RecordMessage, workflows.Records{Entries: acts(61, 61)})
			}, 0)
		}
		env.ExecuteWorkflow(workflows.JournalType, in)
		var again *workflow.ContinueAsNewError
		if !errors.As(env.GetWorkflowError(), &again) {
			if r := journalResult(t, env); r.Sealed != 61 || r.Head != l.head() {
				t.Errorf("result = %+v, want all of them counted", r)
			}
			break
		}
		in = workflows.JournalInput{}
		if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &in); err != nil {
			t.Fatal(err)
		}
		if len(in.Entries) > 0 {
			t.Errorf("%d entries are handed on twice", len(in.Entries))
		}
	}
	if got := l.said(); !slices.Equal(got, numbers(1, 61)) || runs < 2 {
		t.Errorf("sealed %v over %d runs, want 1 to 61 in order over several", got, runs)
	}
	if l.prepared != 1 {
		t.Errorf("where the chain ends was asked %d times, want once", l.prepared)
	}
}

func TestMoreThanAPayloadTakesIsNotHandedOn(t *testing.T) {
	l := &ledger{away: func() error { return &fault.Fault{Kind: fault.Denied, Message: "not allowed"} }}
	env := newJournalEnv(t, l)
	env.SetContinueAsNewSuggested(true)
	heavy := acts(1, 60)
	for i := range heavy {
		heavy[i].Why = strings.Repeat("x", 20_000)
	}
	env.RegisterDelayedCallback(func() { l.mu.Lock(); l.away = nil; l.mu.Unlock() }, time.Hour)
	env.ExecuteWorkflow(workflows.JournalType, journalOf(heavy...))
	var again *workflow.ContinueAsNewError
	var next workflows.JournalInput
	if !errors.As(env.GetWorkflowError(), &again) {
		t.Fatalf("error = %v, want it to continue as new once few enough are left", env.GetWorkflowError())
	}
	if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &next); err != nil {
		t.Fatal(err)
	}
	if len(l.sealed) == 0 || len(l.sealed)+len(next.Progress.Unsealed) != 60 {
		t.Errorf("%d sealed and %d handed on, want some sealed first and all sixty kept", len(l.sealed), len(next.Progress.Unsealed))
	}
	if size := len(again.Input.GetPayloads()[0].GetData()); size > 3<<19 {
		t.Errorf("a payload of %d bytes is handed on", size)
	}
}

func TestCancellingAJournalLosesNoEntry(t *testing.T) {
	away := true
	l := &ledger{away: func() error {
		if away {
			return &fault.Fault{Kind: fault.Denied, Message: "not allowed"}
		}
		return nil
	}}
	env := newJournalEnv(t, l)
	env.RegisterDelayedCallback(env.CancelWorkflow, time.Minute)
	env.RegisterDelayedCallback(func() { away = false }, time.Hour)
	env.ExecuteWorkflow(workflows.JournalType, journalOf(acts(1, 2)...))
	if got := l.said(); !slices.Equal(got, numbers(1, 2)) {
		t.Errorf("sealed %v after %v, want both", got, env.GetWorkflowError())
	}
}

func TestALockedLoginIsNotTriedForTheJournalAndItGoesOnOnceSomebodyHasReleasedIt(t *testing.T) {
	l := &ledger{away: func() error { return &fault.Fault{Kind: fault.Locked, Message: "locked", Login: "aws-login"} }}
	env := newJournalEnv(t, l)
	asked := 0
	env.RegisterDelayedCallback(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		asked, l.away = l.prepared+l.tries, nil
		if err := l.latch.Release("aws-login"); err != nil {
			t.Error(err)
		}
	}, 24*time.Hour)
	env.ExecuteWorkflow(workflows.JournalType, journalOf(acts(1, 2)...))
	if asked != 1 {
		t.Errorf("the store was asked %d times while the login was locked, want once", asked)
	}
	if got := l.said(); !slices.Equal(got, numbers(1, 2)) {
		t.Errorf("sealed %v, want both", got)
	}
}

func TestARunIsInTheJournalWholeAndASecondRunThatFindsAllAsItShouldBeSealsNothing(t *testing.T) {
	c := &cloud{steps: house(), answer: func(task plan.Task, _ int) (plan.Outcome, error) {
		if task.Step.Name == "role" { // already so, and known before anything is done
			return plan.Outcome{State: plan.StepDone, Change: plan.Change{Op: plan.None}}, nil
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: paper("prod", "mgmt"), Approval: workflows.ApprovalGiven})
	if r := result(t, env); r.State != plan.LandingDone {
		t.Fatalf("state = %s, want done", r.State)
	}
	steps := map[string]int{}
	for _, e := range c.journal.sealed {
		if e.Kind != plan.EntryStep || e.Plan != "p" || e.State != "done" || e.Time.IsZero() || !strings.HasPrefix(e.Run, workflows.LandID("p", e.Landing)) {
			t.Errorf("sealed %+v, want steps of their landings' own runs", e)
		}
		steps[e.Landing]++
	}
	for _, id := range []string{"aws/prod", "aws/mgmt", "azure/prod", "azure/mgmt"} {
		if steps[id] != len(house()) {
			t.Errorf("%d steps of %s are sealed, want all %d: what was already so goes along with what was not", steps[id], id, len(house()))
		}
	}
	if c.journal.account != account {
		t.Errorf("sealed in the account %q, want the registry's", c.journal.account)
	}

	again := &cloud{steps: house(), answer: func(plan.Task, int) (plan.Outcome, error) {
		return plan.Outcome{State: plan.StepDone, Change: plan.Change{Op: plan.None}}, nil
	}}
	env = newEnv(t, again, &book{})
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: paper("prod", "mgmt"), Approval: workflows.ApprovalGiven})
	if r := result(t, env); r.State != plan.LandingDone || len(again.journal.sealed)+again.journal.prepared > 0 {
		t.Errorf("the second run is %s, sealed %d entries and prepared the table %d times; want done and the table not even asked", r.State, len(again.journal.sealed), again.journal.prepared)
	}
}

func TestAPageOfTheJournalIsReadThroughAWorker(t *testing.T) {
	env := newJournalEnv(t, &ledger{})
	env.ExecuteWorkflow(workflows.ShowJournalType, workflows.ShowJournalInput{Plan: paper("prod", "mgmt"), After: "SEQ#7"})
	var p plan.Page
	if err := env.GetWorkflowResult(&p); err != nil || len(p.Records) != 1 || p.Records[0].Entry != "after SEQ#7" || p.Head.Seq != 1 {
		t.Errorf("page = %+v, %v; want the one after SEQ#7", p, err)
	}
	none := paper("prod", "mgmt")
	delete(none.Clouds, plan.AWS)
	none.Landings = nil
	env = newJournalEnv(t, &ledger{})
	env.ExecuteWorkflow(workflows.ShowJournalType, workflows.ShowJournalInput{Plan: none})
	if err := env.GetWorkflowError(); err == nil || !strings.Contains(err.Error(), "no AWS landing for a journal") {
		t.Errorf("error = %v, want one that says that there is none", err)
	}
}
