package workflows_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/testsuite"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// door is a login that is shut for a while, for tests that look on from callbacks.
type door struct {
	mu    sync.Mutex
	kind  fault.Kind // how it is shut; "" is open
	tried int        // calls made with it while it was shut
}

func (d *door) set(k fault.Kind) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kind = k
}

func (d *door) open(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kind == "" {
		return nil
	}
	d.tried++
	return &fault.Fault{Kind: d.kind, Cloud: "aws", Message: "the login is " + string(d.kind), Hint: "Sign in.", Login: name}
}

func (d *door) knocks() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tried
}

// behindDoor is a cloud whose aws-login is that door.
func behindDoor(d *door, steps []plan.Step) *cloud {
	c, met := &cloud{steps: steps, login: d.open}, false
	c.answer = func(t plan.Task, _ int) (plan.Outcome, error) {
		if t.Landing.Login.Name != "a" && t.Landing.Login.Name != "aws-login" {
			return plan.Outcome{}, nil
		}
		err := d.open(t.Landing.Login.Name)
		if err == nil {
			return plan.Outcome{}, nil
		}
		// The test environment loses a signal to a workflow that is only about to begin: the others meet it once the keeper is up.
		for n := 0; met && n < 20 && len(c.ear.of(plan.NoticeLogin)) == 0; n++ {
			time.Sleep(time.Millisecond)
		}
		met = true
		return plan.Outcome{}, err
	}
	return c
}

func loginStatus(t *testing.T, env *testsuite.TestWorkflowEnvironment, login string) workflows.LoginStatus {
	t.Helper()
	v, err := env.QueryWorkflowByID(workflows.LoginID(login), workflows.StatusQuery, workflows.Ask{})
	if err != nil {
		t.Error(err)
		return workflows.LoginStatus{}
	}
	var s workflows.LoginStatus
	if err := v.Get(&s); err != nil {
		t.Error(err)
	}
	return s
}

func TestSixLandingsThatMeetOneExpiredSessionAskOnceAndOneWordFreesThemAll(t *testing.T) {
	d := &door{kind: fault.SessionExpired}
	c := behindDoor(d, house())
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		s := loginStatus(t, env, "a")
		if s.State != plan.LoginNeeded || len(s.Waiting) != 6 {
			t.Errorf("the login is %s and %v wait for it, want needs login and six", s.State, s.Waiting)
		}
		d.set("")
		err := env.SignalWorkflowByID(workflows.LoginID("a"), workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Operator: "maria", Reason: "signed in"})
		if err != nil {
			t.Error(err)
		}
	}, 30*time.Second) // soon: the test environment cannot signal a journal that ended and is being started again
	p := paper("e1", "e2", "e3", "e4", "e5", "mgmt")
	p.Notify = told()
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: p, Approval: workflows.ApprovalGiven})
	if r := result(t, env); r.State != plan.LandingDone {
		t.Errorf("result = %+v, want done", r)
	}
	if got := c.ear.of(plan.NoticeLogin); len(got) != 1 || !strings.Contains(got[0].Do, "landfall login a") {
		t.Errorf("asked %d times (%+v), want once, with the command", len(got), got)
	}
	if got := c.ear.of(plan.NoticeBack); len(got) != 1 || got[0].By != "maria" {
		t.Errorf("back = %+v, want once, by maria", got)
	}
}

func TestALookThatFindsTheSessionThereAgainFreesAllThatWait(t *testing.T) {
	d := &door{kind: fault.SessionExpired}
	env := newEnv(t, behindDoor(d, house()), &book{})
	env.RegisterDelayedCallback(func() { d.set("") }, 3*24*time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil || r.State != plan.LandingDone {
		t.Fatalf("%s, %v; want done by itself", r.State, err)
	}
	if w := stepOf(t, r, "account").Waits; len(w) != 1 || w[0].Kind != "SessionExpired" || w[0].Seconds > 3*24*3600+600 {
		t.Errorf("waits = %+v, want one of three days, noticed within minutes", w)
	}
}

func TestALockedLoginIsNotTriedOnceUntilSomebodySaysThatItIsFree(t *testing.T) {
	d := &door{kind: fault.Locked}
	steps := []plan.Step{step("one", plan.Container), step("two", plan.Container), step("three", plan.Container)}
	env := newEnv(t, behindDoor(d, steps), &book{})
	settled := 0
	env.RegisterDelayedCallback(func() { settled = d.knocks() }, time.Minute)
	env.RegisterDelayedCallback(func() {
		if n := d.knocks(); n != settled || settled == 0 {
			t.Errorf("%d calls with the locked login after it was met by %d, want none more", n-settled, settled)
		}
		d.set("")
		err := env.SignalWorkflowByID(workflows.LoginID("aws-login"), workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "unlocked"})
		if err != nil {
			t.Error(err)
		}
	}, 24*time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil || r.State != plan.LandingDone {
		t.Fatalf("%s (%s), %v; want done once it was free", r.State, r.Why, err)
	}
}

func TestAWordForALoginThatStillDoesNotWorkFreesNobody(t *testing.T) {
	d := &door{kind: fault.SessionExpired}
	c := behindDoor(d, house()[:1])
	env := newEnv(t, c, &book{})
	resume := func() {
		err := env.SignalWorkflowByID(workflows.LandID("p", "aws/prod"), workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "so I think"})
		if err != nil {
			env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "so I think"})
		}
	}
	env.RegisterDelayedCallback(resume, time.Hour)
	env.RegisterDelayedCallback(func() {
		if s := loginStatus(t, env, "aws-login"); s.State != plan.LoginNeeded || len(s.Waiting) != 1 {
			t.Errorf("the login is %s, %v wait; want needs login and one", s.State, s.Waiting)
		}
		d.set("")
		resume()
	}, 2*time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil || r.State != plan.LandingDone {
		t.Fatalf("%s, %v; want done", r.State, err)
	}
	if n := stepOf(t, r, "account").Attempts; n != 2 {
		t.Errorf("%d attempts, want two: the one that met it, and the one after it worked", n)
	}
}

func TestSigningInAtAnotherScreenShowsWhereAndFreesAllThatWait(t *testing.T) {
	d := &door{kind: fault.SessionExpired}
	c := behindDoor(d, house()[:1])
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		d.set("")
		env.UpdateWorkflowByID(workflows.LoginID("aws-login"), workflows.SignInMessage, "u", &updates{reject: func(err error) { t.Error(err) }}, workflows.SignIn{Operator: "maria"}) //nolint:errcheck // told by the callback
	}, time.Second)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil || r.State != plan.LandingDone {
		t.Fatalf("%s, %v; want done", r.State, err)
	}
	if c.signs != 1 {
		t.Errorf("%d sign-ins, want one", c.signs)
	}
}

func TestAKeeperWhomNobodyWaitsForEndsAndSaysHowTheLoginIs(t *testing.T) {
	d := &door{}
	c := behindDoor(d, nil)
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(workflows.SignInMessage, "u", &updates{reject: func(err error) { t.Error(err) }}, workflows.SignIn{Operator: "maria"})
	}, 0)
	env.ExecuteWorkflow(workflows.KeepLoginType, workflows.KeepLoginInput{Login: plan.Login{Name: "aws-login"}, Cloud: plan.AWS, Plan: "p"})
	var s workflows.LoginStatus
	if err := env.GetWorkflowResult(&s); err != nil || s.State != plan.LoginOK || s.Pass.Who != "somebody" || c.signs != 1 {
		t.Errorf("%+v, %v after %d sign-ins; want ok, and who", s, err, c.signs)
	}
}

func TestALoginThatLooksFindWorkingAndStepsFindLostIsLeftToAPerson(t *testing.T) {
	word := false
	c := &cloud{steps: house()[:1], answer: func(plan.Task, int) (plan.Outcome, error) {
		if !word {
			return plan.Outcome{}, &fault.Fault{Kind: fault.SessionExpired, Message: "expired for this service", Login: "aws-login"}
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		word = true
		if s := loginStatus(t, env, "aws-login"); s.State != plan.LoginNeeded || !s.Next.IsZero() {
			t.Errorf("the login is %s, looked at next at %v; want needs login, and no look but a person's", s.State, s.Next)
		}
		if err := env.SignalWorkflowByID(workflows.LoginID("aws-login"), workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "mended"}); err != nil {
			t.Error(err)
		}
	}, 24*time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod"), Notify: told()})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil || r.State != plan.LandingDone {
		t.Fatalf("%s, %v; want done after a person's word", r.State, err)
	}
	if n := len(c.ear.of(plan.NoticeLogin)); n > 2 || c.probes > 6 {
		t.Errorf("asked %d times after %d looks in a day, want twice at the most", n, c.probes)
	}
}

// What was on its way when somebody signed in is no news: nobody is asked again, and it goes on with the rest.
func TestALossThatWasMetBeforeTheSignInIsNotADoubt(t *testing.T) {
	c := &cloud{}
	env := newEnv(t, c, &book{})
	var freed []string
	env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, "found", mock.Anything).Return(
		func(_, id, _, _ string, _ any) error { freed = append(freed, id); return nil })
	lose := func(id string, began time.Time) {
		env.SignalWorkflow("lost", map[string]any{"workflow": id, "began": began, "note": plan.Note{Kind: string(fault.SessionExpired), Message: "expired"}})
	}
	began := env.Now()
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Operator: "maria", Reason: "signed in"})
	}, time.Second)
	for i, id := range []string{"land/b", "land/c", "land/d", "land/e"} { // more than looks may be proven wrong
		env.RegisterDelayedCallback(func() { lose(id, began) }, time.Duration(5+i)*time.Second)
	}
	probes := 0
	env.RegisterDelayedCallback(func() { probes = c.probes }, 4*time.Second)
	env.ExecuteWorkflow(workflows.KeepLoginType, map[string]any{
		"login": plan.Login{Name: "a", Type: "aws-sso"}, "cloud": "aws", "plan": "p", "notify": told(),
		"lost": []any{map[string]any{"workflow": "land/a", "began": began, "note": plan.Note{Kind: string(fault.SessionExpired), Message: "expired"}}},
	})
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"land/a", "land/b", "land/c", "land/d", "land/e"}; !slices.Equal(freed, want) {
		t.Errorf("freed %v, want %v", freed, want)
	}
	if got := c.ear.of(plan.NoticeLogin); len(got) != 1 || c.probes != probes {
		t.Errorf("asked %d times and looked %d times more, want once and none", len(got), c.probes-probes)
	}
}
