package workflows_test

import (
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// standing is how the migration in a test is, as landfall status asks it.
func standing(t *testing.T, env *testsuite.TestWorkflowEnvironment) workflows.MigrateResult {
	t.Helper()
	var r workflows.MigrateResult
	v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
	if err == nil {
		err = v.Get(&r)
	}
	if err != nil {
		t.Error(err)
	}
	return r
}

// One subscription suspended for three weeks, then resumed.
func TestASubscriptionSuspendedForThreeWeeksHoldsItsOwnLandingAndGoesOnOnceItIsBack(t *testing.T) {
	suspended, looks := true, 0
	c := &cloud{steps: house(), answer: func(task plan.Task, _ int) (plan.Outcome, error) {
		if task.Landing.ID() != "azure/prod" || task.Step.Name != "vpc" || !suspended {
			return plan.Outcome{}, nil
		}
		looks++
		return plan.Outcome{}, &fault.Fault{
			Kind: fault.Locked, Cloud: "azure", Code: "ReadOnlyDisabledSubscription", Scope: "5b0c3a1e", Login: "z",
			Message: "the subscription is disabled and therefore marked as read only", Hint: "Have billing enable it again.",
		}
	}}
	b := &book{}
	env := newEnv(t, c, b)
	for n := range 3 {
		env.RegisterDelayedCallback(func() {
			r := standing(t, env)
			for id, want := range map[string]plan.LandingState{"azure/prod": plan.LandingHeld, "azure/mgmt": plan.LandingDone, "aws/prod": plan.LandingDone, "aws/mgmt": plan.LandingDone} {
				if got := r.Landings[id]; got != want {
					t.Errorf("week %d: %s is %s, want %s", n, id, got, want)
				}
			}
			if len(b.rows) != 3 {
				t.Errorf("week %d: %d rows in the registry, want those of the three that are done", n, len(b.rows))
			}
		}, time.Duration(n)*week+time.Hour)
	}
	env.RegisterDelayedCallback(func() { suspended = false }, 3*week)
	began := env.Now()
	p := paper("prod", "mgmt")
	p.Notify = told()
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: p, Approval: workflows.ApprovalGiven})
	r := result(t, env)
	if r.State != plan.LandingDone || len(b.rows) != 4 {
		t.Errorf("%s with %d rows, want done with four", r.State, len(b.rows))
	}
	if took := env.Now().Sub(began); took < 3*week || took > 3*week+7*time.Hour {
		t.Errorf("it took %s; want three weeks, and the time until the next look at the most", took)
	}
	if looks < 3*7*4 || looks > 120 {
		t.Errorf("%d looks in three weeks, want one every six hours and some more on the first day", looks)
	}
	if opened, closed := c.ear.of(plan.NoticeHold), c.ear.of(plan.NoticeRelease); len(opened) != 1 || len(closed) != 1 || closed[0].By != "landfall" {
		t.Errorf("told of %d holds and %+v, want one and its release, by itself", len(opened), closed)
	}
	if asked := c.ear.of(plan.NoticeLogin); len(asked) != 0 {
		t.Errorf("somebody was asked to sign in: %+v; the login works", asked)
	}
	if n := len(c.ear.of(plan.NoticeReminder)); n < 21 || n > 26 {
		t.Errorf("%d reminders in three weeks, want about one a day", n)
	}
}

// A token that expires with six scopes running, and a person who comes back from a week's leave.
func TestSixLandingsWaitAWeekForOneSignInAndItFreesAll(t *testing.T) {
	d := &door{kind: fault.SessionExpired}
	c := behindDoor(d, house())
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		s := loginStatus(t, env, "a")
		if s.State != plan.LoginNeeded || len(s.Waiting) != 6 {
			t.Errorf("after a week the login is %s and %v wait; want that somebody must sign in, and six", s.State, s.Waiting)
		}
		d.set("")
		err := env.SignalWorkflowByID(workflows.LoginID("a"), workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Login: "a", Operator: "maria", Reason: "back from leave"})
		if err != nil {
			t.Error(err)
		}
	}, week)
	p := paper("e1", "e2", "e3", "e4", "e5", "mgmt")
	delete(p.Clouds, plan.Azure)
	delete(p.Logins, "z")
	p.Notify = told()
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: p, Approval: workflows.ApprovalGiven})
	if r := result(t, env); r.State != plan.LandingDone || len(r.Landings) != 6 {
		t.Errorf("%s, %d landings; want six done", r.State, len(r.Landings))
	}
	if asked := c.ear.of(plan.NoticeLogin); len(asked) != 1 || !strings.Contains(asked[0].Do, "landfall login a") {
		t.Errorf("asked to sign in: %+v; want once, with the command", asked)
	}
	if c.probes > 2200 {
		t.Errorf("the login was looked at %d times in a week, want every five minutes at the most", c.probes)
	}
	if back := c.ear.of(plan.NoticeBack); len(back) != 1 || back[0].By != "maria" {
		t.Errorf("told that it works again: %+v; want once, by maria", back)
	}
}
