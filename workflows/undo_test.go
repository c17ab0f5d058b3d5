package workflows_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

func landed(t *testing.T, env interface{ GetWorkflowResult(any) error }) plan.LandingReport {
	t.Helper()
	var r plan.LandingReport
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

// heldAtDNS is a house whose last step is denied, so that the landing is held with all else done; guard forbids something.
func heldAtDNS(change map[string]plan.Op) *cloud {
	steps := house()
	guard := step("guard", plan.Protect)
	guard.Deny = true
	steps = append(steps, guard)
	steps[5].After, steps[5].Chapter = []string{"guard"}, plan.Organise // it comes last, and keeps nobody
	return &cloud{steps: steps, answer: func(task plan.Task, _ int) (plan.Outcome, error) {
		if task.Step.Name == "dns" {
			return plan.Outcome{}, fault.New(fault.Denied, "Ask.", "no")
		}
		if op, named := change[task.Step.Name]; named {
			return plan.Outcome{State: plan.StepDone, Change: plan.Change{Op: op}, Receipt: plan.Receipt{ID: "was-there"}}, nil
		}
		return plan.Outcome{}, nil
	}}
}

func TestAbortUndoesWhatForbidsFirstAndThenLastThingsFirstAndLeavesWhatStoodBefore(t *testing.T) {
	c := heldAtDNS(map[string]plan.Op{"role": plan.Adopted, "guardduty": plan.None})
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.AbortMessage, workflows.Abort{Operator: "maria", Reason: "wrong organisation"})
	}, time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod"), Notify: told()})
	r := landed(t, env)
	if r.State != plan.LandingAborted || !strings.Contains(r.Why, "maria: wrong organisation") {
		t.Errorf("state = %s (%s), want aborted, by whom and why", r.State, r.Why)
	}
	want := []string{"aws/prod/guard", "aws/prod/flow-logs", "aws/prod/vpc", "aws/prod/account"}
	if !slices.Equal(c.undone, want) {
		t.Errorf("undone = %v, want %v", c.undone, want)
	}
	for name, state := range map[string]plan.UndoState{"guard": plan.Reverted, "vpc": plan.Reverted, "role": plan.Left, "guardduty": plan.Left, "dns": plan.Left} {
		if u := stepOf(t, r, name).Undo; u == nil || u.State != state || u.Why == "" {
			t.Errorf("undo of %s = %+v, want %s and why", name, u, state)
		}
	}
	if s := stepOf(t, r, "vpc"); s.Change != plan.Undone || s.State != plan.StepUndone {
		t.Errorf("vpc = %s, %s; want undone", s.Change, s.State)
	}
	if s := stepOf(t, r, "role"); s.Change != plan.Adopted || s.State != plan.StepDone {
		t.Errorf("role = %s, %s; want adopted still", s.Change, s.State)
	}
}

func TestCancellingTheWorkflowUndoesTooAndAFailingUndoStopsNoOther(t *testing.T) {
	c := heldAtDNS(nil)
	c.undoing = func(task plan.Task, _ plan.Deed) (plan.Undoing, error) {
		if task.Step.Name == "vpc" {
			return plan.Undoing{}, fault.New(fault.Denied, "Grant ec2:DeleteVpc.", "you may not delete it")
		}
		return plan.Undoing{}, nil
	}
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(env.CancelWorkflow, time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	r := landed(t, env)
	vpc := stepOf(t, r, "vpc")
	if r.State != plan.LandingAborted || vpc.Undo == nil || vpc.Undo.State != plan.UndoFailed || !strings.Contains(vpc.Undo.Why, "ec2:DeleteVpc") {
		t.Errorf("%s, vpc %+v; want aborted, and why the VPC was not undone", r.State, vpc.Undo)
	}
	if !slices.Contains(c.undone, "aws/prod/account") || slices.Contains(c.undone, "aws/prod/vpc") {
		t.Errorf("undone = %v, want all but the VPC", c.undone)
	}
}

func TestAnUndoWaitsForItsLoginAndGoesOnOnceItIsBack(t *testing.T) {
	d := &door{}
	c := heldAtDNS(nil)
	c.login = d.open
	c.undoing = func(task plan.Task, _ plan.Deed) (plan.Undoing, error) { return plan.Undoing{}, d.open("aws-login") }
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		d.set(fault.SessionExpired)
		env.SignalWorkflow(workflows.AbortMessage, workflows.Abort{Operator: "m", Reason: "r"})
	}, time.Hour)
	env.RegisterDelayedCallback(func() {
		v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
		if err != nil {
			t.Fatal(err)
		}
		var r plan.LandingReport
		if err := v.Get(&r); err != nil || r.State != plan.LandingHeld || !strings.HasPrefix(r.Why, "undoing guard") {
			t.Errorf("%s (%s), %v while the login is lost; want held, undoing", r.State, r.Why, err)
		}
		d.set("")
	}, 25*time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	if r := landed(t, env); r.State != plan.LandingAborted || len(c.undone) != 6 {
		t.Errorf("%s, undone %v; want aborted, six", r.State, c.undone)
	}
}

func TestWhatIsUnderWayWhenARunIsGivenUpIsLetComeToItsEndAndUndone(t *testing.T) {
	c := &cloud{steps: house()}
	env := newEnv(t, c, &book{})
	c.answer = func(task plan.Task, _ int) (plan.Outcome, error) {
		if task.Step.Name == "vpc" { // somebody gives the run up while the VPC is being made
			env.SignalWorkflow(workflows.AbortMessage, workflows.Abort{Operator: "m", Reason: "r"})
		}
		return plan.Outcome{}, nil
	}
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	r := landed(t, env)
	if r.State != plan.LandingAborted || !slices.Contains(c.undone, "aws/prod/vpc") || slices.Contains(c.did(), "aws/prod/flow-logs") {
		t.Errorf("%s after %v, undone %v; want the VPC undone, and nothing begun after it", r.State, c.did(), c.undone)
	}
}

func TestASecondAbortIsRefusedAndNamesTheFirst(t *testing.T) {
	c := heldAtDNS(nil)
	env := newEnv(t, c, &book{})
	var refused []string
	env.RegisterDelayedCallback(func() {
		u := &updates{reject: func(err error) { refused = append(refused, err.Error()) }}
		env.UpdateWorkflow(workflows.AbortMessage, "0", u, workflows.Abort{Operator: "m"})
		env.UpdateWorkflow(workflows.AbortMessage, "1", &updates{reject: func(err error) { t.Error(err) }}, workflows.Abort{Operator: "m", Reason: "r"})
		env.UpdateWorkflow(workflows.AbortMessage, "2", u, workflows.Abort{Operator: "n", Reason: "again"})
	}, time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	landed(t, env)
	if len(refused) != 2 || !strings.Contains(refused[0], "reason") || !strings.Contains(refused[1], "m: r") {
		t.Errorf("refused = %q, want for want of a reason, and then by the name of the first", refused)
	}
}

func TestAWholeRunThatIsGivenUpUndoesEveryLandingThoseOfTheManagementLast(t *testing.T) {
	c := &cloud{steps: house(), answer: func(task plan.Task, _ int) (plan.Outcome, error) {
		if task.Step.Name == "dns" {
			return plan.Outcome{}, fault.New(fault.Denied, "Ask.", "no")
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(workflows.AbortMessage, "1", &updates{reject: func(err error) { t.Error(err) }}, workflows.Abort{Operator: "m", Reason: "r"})
	}, 30*time.Second) // soon: the test environment cannot signal a journal that ended and is being started again
	p := paper("prod", "mgmt")
	p.Notify = told()
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: p, Approval: workflows.ApprovalGiven})
	r := result(t, env)
	if r.State != plan.LandingAborted || r.Aborted == nil || r.Aborted.Operator != "m" {
		t.Errorf("result = %+v, want aborted by m", r)
	}
	if len(c.undone) != 4*5 {
		t.Errorf("%d steps undone, want five in each of four landings: %v", len(c.undone), c.undone)
	}
	last := slices.IndexFunc(c.undone, func(s string) bool { return strings.Contains(s, "/mgmt/") })
	if slices.ContainsFunc(c.undone[max(last, 0):], func(s string) bool { return strings.Contains(s, "/prod/") }) {
		t.Errorf("undone = %v, want the management landings last", c.undone)
	}
	if n := len(c.ear.of(plan.NoticeAborted)); n != 1 {
		t.Errorf("told %d times that the run is given up, want once", n)
	}
}

func TestALandingThatWaitsForAManagementLandingToLeaveWhatTheyShareIsUndoneWithIt(t *testing.T) {
	left := false
	c := &cloud{steps: house()[:2], answer: func(task plan.Task, _ int) (plan.Outcome, error) {
		if task.Step.Name == "role" {
			return plan.Outcome{}, fault.New(fault.Ambiguous, "Say which.", "two stand there")
		}
		return plan.Outcome{}, nil
	}}
	c.undoing = func(task plan.Task, _ plan.Deed) (plan.Undoing, error) {
		if task.Landing.Environment == "mgmt" {
			left = true
		} else if !left {
			return plan.Undoing{State: plan.UndoPending, Wait: &plan.Wait{Kind: plan.WaitLanding, For: "mgmt is in it still", After: time.Second}}, nil
		}
		return plan.Undoing{}, nil
	}
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.AbortMessage, workflows.Abort{Operator: "m", Reason: "r"})
	}, 30*time.Second)
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: paper("prod", "mgmt"), Approval: workflows.ApprovalGiven})
	if r := result(t, env); r.State != plan.LandingAborted || len(c.undone) != 4 {
		t.Errorf("%s, undone %v; want aborted, all four", r.State, c.undone)
	}
}

func TestARunThatIsGivenUpBeforeItIsApprovedHasDoneNothing(t *testing.T) {
	c := &cloud{steps: house()}
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.AbortMessage, workflows.Abort{Operator: "m", Reason: "r"})
	}, time.Hour)
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: paper("prod", "mgmt")})
	if r := result(t, env); r.State != plan.LandingAborted || len(c.did())+len(c.undone) != 0 {
		t.Errorf("%s after %v, undone %v; want aborted and nothing done", r.State, c.did(), c.undone)
	}
}

func TestALongWaitIsHandedOnToANewHistoryAndIsHeldThereStill(t *testing.T) {
	c := heldAtDNS(nil)
	env := newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() { env.SetContinueAsNewSuggested(true) }, 24*time.Hour)
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod")})
	var again *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &again) {
		t.Fatalf("error = %v, want continue as new", err)
	}
	var next workflows.LandInput
	if err := dataConverter().FromPayloads(again.Input, &next); err != nil {
		t.Fatal(err)
	}
	carried := len(c.did())
	env = newEnv(t, c, &book{})
	env.RegisterDelayedCallback(func() {
		c.answer = nil
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "granted"})
	}, 7*24*time.Hour)
	env.ExecuteWorkflow(workflows.LandType, next)
	r := landed(t, env)
	if r.State != plan.LandingDone || len(c.did()) != carried+1 {
		t.Errorf("%s with %d steps carried in the new history, want done with the one that was held", r.State, len(c.did())-carried)
	}
	if w := stepOf(t, r, "dns").Waits; len(w) != 1 || w[0].Kind != "Denied" || w[0].Seconds < 7*24*3600 {
		t.Errorf("waits of dns = %+v, want one since it began to be held", w)
	}
}

// The message of whoever gives a landing up may come when all is done and only the last notices are on their way.
func TestALandingThatIsGivenUpWhileItComesToItsEndUndoesWhatItDid(t *testing.T) {
	c := &cloud{steps: house()}
	env := newEnv(t, c, &book{})
	var once bool
	env.OnSignalExternalWorkflow(mock.Anything, "parent", mock.Anything, "landed", mock.Anything).Return(func(_, _, _, _ string, said any) error {
		if len(c.did()) == len(house()) && !once { // it tells that it is done
			once = true
			env.SignalWorkflow(workflows.AbortMessage, workflows.Abort{Operator: "maria", Reason: "wrong organisation"})
		}
		return nil
	})
	env.ExecuteWorkflow(workflows.LandType, workflows.LandInput{Landing: landingIn(plan.AWS, "prod"), Parent: "parent"})
	if r := landed(t, env); r.State != plan.LandingAborted || len(c.undone) == 0 || !once {
		t.Errorf("the landing is %s with %v undone, want aborted", r.State, c.undone)
	}
}
