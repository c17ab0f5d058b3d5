package workflows_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

func step(name string, ch plan.Chapter, after ...string) plan.Step {
	return plan.Step{Name: name, Title: name, Chapter: ch, After: after, Inverse: plan.Revert}
}

func house() []plan.Step {
	return []plan.Step{
		step("account", plan.Container), step("role", plan.Identify), step("vpc", plan.Protect),
		step("flow-logs", plan.Protect, "vpc"), step("guardduty", plan.Protect), step("dns", plan.Name),
	}
}

func stepOf(t *testing.T, r plan.LandingReport, name string) plan.StepReport {
	t.Helper()
	for _, s := range r.Steps {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no step %q in %v", name, r.Steps)
	return plan.StepReport{}
}

func TestLandCarriesContainersBeforeIdentitiesBeforeTheBaseline(t *testing.T) {
	c := &cloud{steps: house()}
	env := newEnv(t, c, &book{})
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	if r.State != plan.LandingDone || r.ID != "c-prod" {
		t.Errorf("state, id = %s, %q, want done, c-prod", r.State, r.ID)
	}
	did := c.did()
	for _, pair := range [][2]string{{"account", "role"}, {"role", "vpc"}, {"vpc", "flow-logs"}, {"role", "guardduty"}, {"role", "dns"}} {
		a, b := slices.Index(did, "aws/prod/"+pair[0]), slices.Index(did, "aws/prod/"+pair[1])
		if a < 0 || b < 0 || a > b {
			t.Errorf("%s at %d, %s at %d in %v: want the first before the second", pair[0], a, pair[1], b, did)
		}
	}
}

func TestNothingWaitsForWhatIsDoneForOtherLandings(t *testing.T) {
	there := false
	steps := append(house(), step("account-tags", plan.Organise, "account"))
	c := &cloud{steps: steps, answer: func(task plan.Task, _ int) (plan.Outcome, error) {
		if task.Step.Name == "account-tags" && !there {
			return plan.Outcome{State: plan.StepPending, Begun: &plan.Begun{}, Wait: &plan.Wait{Kind: "operation", For: "waits for the accounts of prod"}}, nil
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	var midway plan.LandingReport
	env.RegisterDelayedCallback(func() {
		v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
		if err == nil {
			err = v.Get(&midway)
		}
		if err != nil {
			t.Error(err)
		}
		there = true
	}, 10*time.Minute)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "mgmt")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	for _, s := range house() {
		if got := stepOf(t, midway, s.Name).State; got != plan.StepDone {
			t.Errorf("%s is %s while other landings are awaited, want done", s.Name, got)
		}
	}
	if got := stepOf(t, midway, "account-tags"); got.State != plan.StepPending || !slices.Equal(got.After, []string{"account"}) {
		t.Errorf("account-tags midway = %s after %v, want pending after the account alone", got.State, got.After)
	}
	if r.State != plan.LandingDone {
		t.Errorf("state = %s (%s), want done once the others are there", r.State, r.Why)
	}
}

func TestAHeldStepHoldsOnlyWhatComesAfterItAndGoesOnWhenResumed(t *testing.T) {
	signedIn := false
	c := &cloud{steps: house(), answer: func(task plan.Task, _ int) (plan.Outcome, error) {
		if task.Step.Name == "vpc" && !signedIn {
			return plan.Outcome{}, &fault.Fault{Kind: fault.SessionExpired, Message: "the session has expired", Hint: "Sign in.", Login: "aws-login"}
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	var midway plan.LandingReport
	env.RegisterDelayedCallback(func() {
		v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
		if err != nil {
			t.Error(err)
			return
		}
		if err := v.Get(&midway); err != nil {
			t.Error(err)
		}
		signedIn = true
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Login: "aws-login", Operator: "maria", Reason: "signed in"})
	}, 48*time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	if midway.State != plan.LandingHeld || !strings.Contains(midway.Why, "expired") {
		t.Errorf("midway = %s (%s), want held, and why", midway.State, midway.Why)
	}
	if got := stepOf(t, midway, "guardduty").State; got != plan.StepDone {
		t.Errorf("guardduty midway = %s, want done: nothing orders it after the vpc", got)
	}
	if got := stepOf(t, midway, "flow-logs").State; got != plan.StepTodo {
		t.Errorf("flow-logs midway = %s, want todo", got)
	}
	if r.State != plan.LandingDone {
		t.Errorf("state = %s (%s), want done", r.State, r.Why)
	}
	vpc := stepOf(t, r, "vpc")
	if len(vpc.Waits) != 1 || vpc.Waits[0].Kind != "SessionExpired" || vpc.Waits[0].Seconds < 47*3600 {
		t.Errorf("waits = %+v, want one of SessionExpired for two days", vpc.Waits)
	}
}

func TestAnInvalidStepStopsWhatComesAfterItAndNothingElse(t *testing.T) {
	c := &cloud{steps: house(), answer: func(task plan.Task, _ int) (plan.Outcome, error) {
		if task.Step.Name == "vpc" {
			return plan.Outcome{}, fault.New(fault.Invalid, "Mend it.", "the CIDR is refused")
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	if r.State != plan.LandingFailed || stepOf(t, r, "flow-logs").State != plan.StepSkipped || stepOf(t, r, "guardduty").State != plan.StepDone {
		t.Errorf("report = %+v", r)
	}
	if f := stepOf(t, r, "vpc").Fault; f == nil || f.Hint != "Mend it." {
		t.Errorf("fault of vpc = %+v, want the hint", f)
	}
}

func TestAPendingStepIsTakenUpAgainWithWhatItHadBegun(t *testing.T) {
	c := &cloud{steps: house()[:1], answer: func(task plan.Task, nth int) (plan.Outcome, error) {
		if nth < 4 {
			if nth > 1 && (task.Begun == nil || task.Begun.Operation != "car-1") {
				return plan.Outcome{}, fault.New(fault.Bug, "", "entry %d was not handed car-1: %+v", nth, task.Begun)
			}
			return plan.Outcome{
				State: plan.StepPending, Begun: &plan.Begun{Operation: "car-1", Change: plan.Change{Op: plan.Create}},
				Wait: &plan.Wait{Kind: "operation", For: "the account is being made", After: time.Second},
			}, nil
		}
		return plan.Outcome{State: plan.StepDone, Change: task.Begun.Change}, nil
	}}
	env := newEnv(t, c, &book{})
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	s := stepOf(t, r, "account")
	if r.State != plan.LandingDone || s.Change != plan.Create || len(s.Waits) != 1 || s.Waits[0].Seconds < 3 {
		t.Errorf("step = %+v (%s), want created after one wait of some seconds", s, r.Why)
	}
}

func TestAThrottleIsTriedAgainAndANamelessErrorIsABug(t *testing.T) {
	c := &cloud{steps: house()[:2], answer: func(task plan.Task, nth int) (plan.Outcome, error) {
		switch {
		case task.Step.Name == "account" && nth < 3:
			return plan.Outcome{}, &fault.Fault{Kind: fault.Throttled, Message: "slow down", After: time.Second}
		case task.Step.Name == "account" && !task.Again:
			return plan.Outcome{}, fault.New(fault.Bug, "", "a later attempt was not told so")
		case task.Step.Name == "role":
			return plan.Outcome{}, fmt.Errorf("nobody has named this")
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	if s := stepOf(t, r, "account"); s.State != plan.StepDone || s.Attempts != 3 {
		t.Errorf("account = %s after %d attempts, want done after 3", s.State, s.Attempts)
	}
	if s := stepOf(t, r, "role"); s.State != plan.StepFailed || s.Fault.Kind != "Bug" || s.Attempts != 1 {
		t.Errorf("role = %+v, want failed at once as a bug", s)
	}
}

func TestResumeIsRefusedWhereNothingIsHeldAndWithoutAName(t *testing.T) {
	c := &cloud{steps: house()[:1], answer: func(_ plan.Task, nth int) (plan.Outcome, error) {
		if nth == 1 {
			return plan.Outcome{}, fault.New(fault.Ambiguous, "Say which.", "two stand there")
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	var refusals []string
	try := func(r workflows.Resume) {
		env.UpdateWorkflow(workflows.ResumeMessage, fmt.Sprint(len(refusals), r), &updates{reject: func(err error) { refusals = append(refusals, err.Error()) }}, r)
	}
	env.RegisterDelayedCallback(func() {
		try(workflows.Resume{Decision: "maybe", Operator: "m", Reason: "r"})
		try(workflows.Resume{Decision: workflows.Retry, Reason: "r"})
		try(workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "r", Login: "another"})
		try(workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "r"})
	}, time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	if len(refusals) != 3 || !strings.Contains(refusals[2], "account") {
		t.Errorf("refusals = %q, want three, the last naming what is held", refusals)
	}
	if r.State != plan.LandingDone {
		t.Errorf("state = %s, want done after the fourth", r.State)
	}
}

type updates struct{ reject func(error) }

func (u *updates) Accept()             {}
func (u *updates) Reject(err error)    { u.reject(err) }
func (u *updates) Complete(any, error) {}

func TestALostLoginIsReplacedByTheFallbackForWhatTheFallbackCanCarry(t *testing.T) {
	signedIn := false
	steps := house()
	steps[0].Login = "" // the account can be proven by any login
	steps = append(steps, step("placement", plan.Name))
	steps[len(steps)-1].Login = "aws-login" // only the organisation's own login can place it
	var mu []string
	c := &cloud{steps: steps, answer: func(task plan.Task, _ int) (plan.Outcome, error) {
		if task.Landing.Login.Name == "aws-login" && !signedIn {
			return plan.Outcome{}, &fault.Fault{Kind: fault.SessionExpired, Message: "expired", Login: "aws-login"}
		}
		mu = append(mu, task.Step.Name+" by "+task.Landing.Login.Name)
		return plan.Outcome{}, nil
	}}
	c.login = func(name string) error {
		if name == "aws-login" && !signedIn {
			return &fault.Fault{Kind: fault.SessionExpired, Message: "expired", Login: "aws-login"}
		}
		return nil
	}
	env := newEnv(t, c, &book{})
	var midway plan.LandingReport
	env.RegisterDelayedCallback(func() {
		v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
		if err == nil {
			err = v.Get(&midway)
		}
		if err != nil {
			t.Error(err)
		}
		signedIn = true
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Login: "aws-login", Operator: "m", Reason: "signed in"})
	}, time.Hour)
	l := landingIn(plan.AWS, "prod")
	l.Fallback = &plan.Login{Name: "aws-prod-keys", Type: "aws-keys"}
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: l})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	if got := stepOf(t, midway, "guardduty"); got.State != plan.StepDone || got.Login != "aws-prod-keys" {
		t.Errorf("guardduty while the login is lost = %s by %q, want done by the fallback", got.State, got.Login)
	}
	if got := stepOf(t, midway, "placement"); got.State != plan.StepHeld {
		t.Errorf("placement while the login is lost = %s, want held: the fallback cannot carry it", got.State)
	}
	if r.State != plan.LandingDone || !slices.Contains(mu, "placement by aws-login") {
		t.Errorf("state = %s after %v, want done, the placement by the landing's own login", r.State, mu)
	}
	expired := 0
	for _, s := range r.Steps {
		expired += s.Attempts
	}
	if expired > len(steps)+2 {
		t.Errorf("%d attempts for %d steps: the lost login was tried more than the once it took to notice, and once for the placement", expired, len(steps))
	}
}

func TestTimeBehindAnotherLandingSpendsNothingOfTheCloudsBudget(t *testing.T) {
	c := &cloud{steps: house()[:1], answer: func(_ plan.Task, nth int) (plan.Outcome, error) {
		switch {
		case nth < 20:
			return plan.Outcome{State: plan.StepPending, Wait: &plan.Wait{Kind: plan.WaitLanding, For: "waits for mgmt", After: time.Minute}}, nil
		case nth < 23:
			return plan.Outcome{State: plan.StepPending, Wait: &plan.Wait{Kind: "propagation", For: "not yet seen", After: time.Second, Within: 10 * time.Minute}}, nil
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	waits := stepOf(t, r, "account").Waits
	if r.State != plan.LandingDone || len(waits) != 2 || waits[0].Seconds < 3600 || waits[1].Kind != "propagation" {
		t.Errorf("%s with waits %+v, want done after an hour behind a landing and a moment of propagation, never held", r.State, waits)
	}
}
