package workflows_test

import (
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

func dataConverter() converter.DataConverter { return converter.GetDefaultDataConverter() }

func TestWhatTheWorldMendsGoesOnByItselfAndEachHoldAndReleaseIsToldOnce(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Denied, fault.Entitlement, fault.PendingApproval, fault.Quota, fault.Conflict, fault.Locked} {
		t.Run(string(kind), func(t *testing.T) {
			mended := false
			c := &cloud{steps: house()[:1], answer: func(plan.Task, int) (plan.Outcome, error) {
				if !mended {
					return plan.Outcome{}, &fault.Fault{Kind: kind, Message: "not yet", Hint: "Wait.", Login: "aws-login", Scope: "111122223333"}
				}
				return plan.Outcome{}, nil
			}}
			env := newEnv(t, c, &book{})
			env.RegisterDelayedCallback(func() { mended = true }, 8*24*time.Hour)
			env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod"), Notify: told()})
			r := landed(t, env)
			if r.State != plan.LandingDone {
				t.Fatalf("%s (%s), want done by itself", r.State, r.Why)
			}
			if opened, closed := c.ear.of(plan.NoticeHold), c.ear.of(plan.NoticeRelease); len(opened) != 1 || len(closed) != 1 || closed[0].By != "landfall" {
				t.Errorf("told of %d holds and %d releases (%+v), want one each, released by the runbook", len(opened), len(closed), closed)
			}
			if n := len(c.ear.of(plan.NoticeReminder)); n < 7 || n > 12 {
				t.Errorf("%d reminders in eight days, want some at first and then one a day", n)
			}
		})
	}
}

func TestWhatOnlyAPersonCanTellIsNotLookedAtByItself(t *testing.T) {
	c := &cloud{steps: house()[:1], answer: func(_ plan.Task, nth int) (plan.Outcome, error) {
		if nth == 1 {
			return plan.Outcome{}, fault.New(fault.Ambiguous, "Say which.", "two stand there")
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
		if err != nil {
			t.Fatal(err)
		}
		var r plan.LandingReport
		if err := v.Get(&r); err != nil {
			t.Fatal(err)
		}
		h := stepOf(t, r, "account").Hold
		if h == nil || !h.Next.IsZero() || h.Looks != 0 || !strings.Contains(h.Releases, "landfall resume p --landing aws/prod --step account --decision retry") {
			t.Errorf("hold = %+v, want one that only a person ends, and the command", h)
		}
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "the first"})
	}, 7*24*time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	if r := landed(t, env); r.State != plan.LandingDone || stepOf(t, r, "account").Attempts != 2 {
		t.Errorf("%s after %d attempts, want done after two", r.State, stepOf(t, r, "account").Attempts)
	}
}

func TestAHoldSaysSinceWhenAndWhatWaitsBehindIt(t *testing.T) {
	c := &cloud{steps: house(), answer: func(task plan.Task, nth int) (plan.Outcome, error) {
		if task.Step.Name == "vpc" && nth == 1 {
			return plan.Outcome{}, fault.New(fault.Denied, "Grant it.", "no")
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	began := env.Now()
	env.RegisterDelayedCallback(func() {
		v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
		if err != nil {
			t.Fatal(err)
		}
		var r plan.LandingReport
		if err := v.Get(&r); err != nil {
			t.Fatal(err)
		}
		h := stepOf(t, r, "vpc").Hold
		if h == nil || h.Since.Sub(began) > time.Minute || len(h.Behind) != 1 || h.Behind[0] != "flow-logs" || h.Next.IsZero() {
			t.Errorf("hold = %+v, want since the beginning, flow-logs behind it, and when it is looked at next", h)
		}
	}, 30*time.Second)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	if r := landed(t, env); r.State != plan.LandingDone {
		t.Errorf("state = %s, want done", r.State)
	}
}

func TestAnOperatorsWordIsTakenWhereNoAPICanProveItAndOnlyThere(t *testing.T) {
	c := &cloud{steps: house()[:1]}
	env := newEnv(t, c, &book{})
	var refused error
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(workflows.ResumeMessage, "1", &updates{reject: func(err error) { refused = err }}, workflows.Resume{Decision: workflows.Done, Operator: "m", Reason: "r", Step: "account"})
		env.UpdateWorkflow(workflows.ResumeMessage, "2", &updates{reject: func(err error) { t.Error(err) }}, workflows.Resume{Decision: workflows.Done, Operator: "maria", Reason: "seen at the registrar", Step: "registrar"})
	}, 30*time.Hour)
	in := workflows.LandInput{
		Landing: landingIn(plan.AWS, "prod"), Notify: told(),
		Manual: []plan.ManualStep{
			{Name: "registrar", Outcome: "The registrar delegates the zone.", After: []string{"account"}},
			{Name: "known", Outcome: "The root mailbox is read by two.", Confirmed: plan.Word{By: "otto", On: "2026-05-02"}},
		},
	}
	env.ExecuteWorkflow(workflows.LandType, in)
	r := landed(t, env)
	if refused == nil {
		t.Error("a word for what nobody is asked was taken")
	}
	s := stepOf(t, r, "registrar")
	if r.State != plan.LandingDone || s.Change != plan.Manual || !strings.HasPrefix(s.Word, "maria, ") || len(s.Evidence) != 1 {
		t.Errorf("%s, registrar %+v; want done by maria's word", r.State, s)
	}
	if s := stepOf(t, r, "known"); s.Change != plan.None || s.Word != "otto, 2026-05-02" {
		t.Errorf("known = %+v, want already so by otto's word", s)
	}
	if n, m := len(c.ear.of(plan.NoticePerson)), len(c.ear.of(plan.NoticeReminder)); n != 1 || m < 2 {
		t.Errorf("told %d times and reminded %d times in thirty hours, want once and some", n, m)
	}
}

func TestAPersonsActThatAnAPIProvesGoesOnByItselfAndIsRemindedOf(t *testing.T) {
	so := false
	s := step("two-step", plan.Protect)
	s.Manual = true
	c := &cloud{steps: []plan.Step{s}, answer: func(plan.Task, int) (plan.Outcome, error) {
		if !so {
			return plan.Outcome{State: plan.StepWaiting, Change: plan.Change{Op: plan.Manual}, Wait: &plan.Wait{Kind: "person", For: "2-Step Verification should be on", After: time.Second}}, nil
		}
		return plan.Outcome{State: plan.StepDone, Change: plan.Change{Op: plan.None}, Evidence: []string{"seen"}}, nil
	}}
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() { so = true }, 3*24*time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.GCP, "mgmt"), Notify: told()})
	r := landed(t, env)
	if r.State != plan.LandingDone || stepOf(t, r, "two-step").Change != plan.Manual {
		t.Errorf("%s, %s; want done by hand", r.State, stepOf(t, r, "two-step").Change)
	}
	if n, m := len(c.ear.of(plan.NoticePerson)), len(c.ear.of(plan.NoticeReminder)); n != 1 || m < 3 {
		t.Errorf("told %d times and reminded %d times in three days", n, m)
	}
}

func TestGuardrailsAreAppliedLast(t *testing.T) {
	c := &cloud{steps: house()}
	c.steps[2].Deny = true // vpc, for the sake of the test
	c.steps[3].After = nil
	env := newEnv(t, c, &book{})
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	if r := landed(t, env); r.State != plan.LandingDone {
		t.Fatalf("state = %s (%s)", r.State, r.Why)
	}
	did := c.did()
	if did[len(did)-1] != "aws/prod/vpc" {
		t.Errorf("carried %v, want what forbids something last", did)
	}
}
