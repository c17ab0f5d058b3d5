package workflows_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

func paper(environments ...string) *plan.Plan {
	return &plan.Plan{
		APIVersion: plan.APIVersion, Kind: plan.KindPlan, Metadata: plan.Metadata{Name: "p", Owner: "o"},
		Organisation: plan.Organisation{Slug: "acme", Environments: environments},
		Clouds: map[plan.Cloud]plan.Home{
			plan.AWS:   {Region: "us-east-1", Login: "a", Email: "aws+{env}@acme.example"},
			plan.Azure: {Region: "eastus", Login: "z", Billing: "/providers/Microsoft.Billing/billingAccounts/a/billingProfiles/p/invoiceSections/i"},
		},
		Logins: map[string]plan.Login{"a": {Type: "aws-default"}, "z": {Type: "azure-default"}},
		Landings: []plan.Exception{ // where the tables are is known from the beginning
			{Cloud: plan.AWS, Environment: environments[len(environments)-1], Adopt: plan.Adopt{ID: account}},
		},
	}
}

func result(t *testing.T, env interface {
	GetWorkflowResult(any) error
	GetWorkflowError() error
},
) workflows.MigrateResult {
	t.Helper()
	var r workflows.MigrateResult
	if err := env.GetWorkflowResult(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMigrateLandsEveryLandingAndEntersARowForEach(t *testing.T) {
	c, b := &cloud{steps: house()}, &book{}
	env := newEnv(t, c, b)
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: paper("prod", "mgmt"), Approval: workflows.ApprovalGiven})
	r := result(t, env)
	if r.State != plan.LandingDone || len(r.Landings) != 4 {
		t.Errorf("result = %+v, want four landings done", r)
	}
	if len(b.rows) != 4 || r.Registry.State != plan.StepDone || r.Registry.Written != 4 {
		t.Errorf("%d rows, registry %+v, want 4 rows written", len(b.rows), r.Registry)
	}
}

func TestALandingThatIsHeldStopsNoOther(t *testing.T) {
	c, b := &cloud{steps: house(), answer: func(task plan.Task, nth int) (plan.Outcome, error) {
		if task.Landing.ID() == "aws/prod" && task.Step.Name == "role" && nth == 1 {
			return plan.Outcome{}, &fault.Fault{Kind: fault.Ambiguous, Message: "two stand there", Hint: "Say which."}
		}
		return plan.Outcome{}, nil
	}}, &book{}
	env := newEnv(t, c, b)
	var midway workflows.MigrateResult
	env.RegisterDelayedCallback(func() {
		v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
		if err != nil {
			t.Error(err)
			return
		}
		if err := v.Get(&midway); err != nil {
			t.Error(err)
		}
		err = env.SignalWorkflowByID(workflows.LandID("p", "aws/prod"), workflows.ResumeMessage,
			workflows.Resume{Decision: workflows.Retry, Operator: "m", Reason: "granted"})
		if err != nil {
			t.Error(err)
		}
	}, time.Hour)
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: paper("prod", "mgmt"), Approval: workflows.ApprovalGiven})
	for id, s := range midway.Landings {
		want := plan.LandingDone
		if id == "aws/prod" {
			want = plan.LandingHeld
		}
		if s != want {
			t.Errorf("%s midway = %s, want %s", id, s, want)
		}
	}
	if midway.State != plan.LandingHeld || len(midway.Landings) != 4 {
		t.Errorf("midway = %+v, want held", midway)
	}
	if r := result(t, env); r.State != plan.LandingDone || len(b.rows) != 4 {
		t.Errorf("result = %+v with %d rows, want done and 4", r, len(b.rows))
	}
}

func TestARegistryThatIsAwayHoldsItsOwnStepOnly(t *testing.T) {
	away := true
	c := &cloud{steps: house()}
	b := &book{away: func() error {
		if away {
			return &fault.Fault{Kind: fault.SessionExpired, Message: "expired", Hint: "Sign in.", Login: "a"}
		}
		return nil
	}}
	env := newEnv(t, c, b)
	var midway workflows.MigrateResult
	env.RegisterDelayedCallback(func() {
		v, err := env.QueryWorkflow(workflows.StatusQuery, workflows.Ask{})
		if err == nil {
			err = v.Get(&midway)
		}
		if err != nil {
			t.Error(err)
		}
		away = false
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Retry, Login: "a", Operator: "m", Reason: "signed in"})
	}, time.Hour)
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: paper("prod", "mgmt"), Approval: workflows.ApprovalGiven})
	for id, s := range midway.Landings {
		if s != plan.LandingDone {
			t.Errorf("%s while the registry is away = %s, want done", id, s)
		}
	}
	if midway.Registry.State != plan.StepHeld || midway.State != plan.LandingHeld {
		t.Errorf("registry midway = %+v, want held", midway.Registry)
	}
	if r := result(t, env); r.Registry.State != plan.StepDone || len(b.rows) != 4 {
		t.Errorf("registry = %+v with %d rows, want done with 4", r.Registry, len(b.rows))
	}
}

func TestWithoutApprovalNothingIsCarriedUntilSomebodyApprovesTheDigest(t *testing.T) {
	c := &cloud{steps: house()}
	env := newEnv(t, c, &book{})
	p := paper("prod", "mgmt")
	var refused error
	before := -1
	env.RegisterDelayedCallback(func() {
		before = len(c.did())
		env.UpdateWorkflow(workflows.ApproveMessage, "1", &updates{reject: func(err error) { refused = err }}, workflows.Approve{Digest: "sha256:another", Operator: "m"})
		env.UpdateWorkflow(workflows.ApproveMessage, "2", &updates{reject: func(err error) { t.Error(err) }}, workflows.Approve{Digest: p.Digest(), Operator: "m"})
	}, time.Hour)
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: p})
	if before != 0 {
		t.Errorf("%d steps carried before the approval, want none", before)
	}
	if refused == nil || !strings.Contains(refused.Error(), p.Digest()) {
		t.Errorf("refusal = %v, want one that names the digest awaited", refused)
	}
	if r := result(t, env); r.State != plan.LandingDone {
		t.Errorf("state = %s, want done", r.State)
	}
}

func TestAPreviewCarriesNothingAndCountsWhatWouldBeDone(t *testing.T) {
	c, b := &cloud{steps: house()}, &book{}
	env := newEnv(t, c, b)
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: paper("prod", "mgmt"), Mode: workflows.ModePreview})
	r := result(t, env)
	if len(c.did()) != 0 || len(b.rows) != 0 {
		t.Errorf("a preview carried %v and entered %d rows", c.did(), len(b.rows))
	}
	if got, want := r.Changes[plan.Create], 4*6+4; got != want {
		t.Errorf("created = %d, want %d: six steps and a row in each of four landings", got, want)
	}
	v, err := env.QueryWorkflow(workflows.PreviewQuery, workflows.Ask{From: 1, Count: 2})
	if err != nil {
		t.Fatal(err)
	}
	var page []plan.Preview
	if err := v.Get(&page); err != nil || len(page) != 2 || page[0].Landing != "aws/mgmt" {
		t.Errorf("page = %+v, %v, want two landings from the second on", page, err)
	}
}

func TestAThousandLandingsGoThroughAWindowAndContinueAsNewKeepsWhatIsKnown(t *testing.T) {
	var environments []string
	for i := range 30 {
		environments = append(environments, fmt.Sprintf("e%02d", i))
	}
	c := &cloud{steps: house()[:1]}
	env := newEnv(t, c, &book{})
	env.SetContinueAsNewSuggested(true)
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: paper(environments...), Approval: workflows.ApprovalGiven})
	var again *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &again) {
		t.Fatalf("error = %v, want continue as new", err)
	}
	if again.WorkflowType.Name != workflows.MigrateType {
		t.Errorf("continued as %s, want Migrate", again.WorkflowType.Name)
	}
}

func TestAMissingVaultOrLoginItemRefusesTheRunBeforeAnythingIsCarried(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p *plan.Plan)
		want   string
	}{
		"a vault that is not there": {func(p *plan.Plan) {
			p.Identities = []plan.Identity{{Name: "id", Cloud: plan.Azure, Credential: "op://nowhere/item"}}
		}, "nowhere"},
		"a login whose item is not there": {func(p *plan.Plan) {
			p.Logins["k"] = plan.Login{Type: "aws-keys", Account: "111122223333", User: "u", Item: "op://vault/gone"}
			p.Landings = []plan.Exception{{Cloud: plan.AWS, Environment: "prod", Login: "k", Adopt: plan.Adopt{ID: "111122223333"}}}
		}, "op://vault/gone"},
	} {
		t.Run(name, func(t *testing.T) {
			p, cl := paper("prod", "mgmt"), &cloud{steps: house()}
			c.change(p)
			env := newEnv(t, cl, &book{})
			env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{Plan: p, Approval: workflows.ApprovalGiven})
			if err := env.GetWorkflowError(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v, want one that names %s", err, c.want)
			}
			if did := cl.did(); len(did) != 0 {
				t.Errorf("carried %v, want nothing", did)
			}
		})
	}
}

func TestLandingsThatWaitForAnotherTakeNoPlaceInTheWindow(t *testing.T) {
	made := false
	c := &cloud{steps: house()[:2], answer: func(task plan.Task, _ int) (plan.Outcome, error) {
		switch {
		case task.Step.Name != "role", task.Landing.Environment == "mgmt":
		case task.Landing.Environment == "e3":
			made = true
		case !made:
			return plan.Outcome{State: plan.StepPending, Wait: &plan.Wait{Kind: plan.WaitLanding, For: "waits for e3", After: time.Second}}, nil
		}
		return plan.Outcome{}, nil
	}}
	env := newEnv(t, c, &book{})
	env.ExecuteWorkflow(workflows.MigrateType, workflows.MigrateInput{
		Plan: paper("e1", "e2", "e3", "mgmt"), Approval: workflows.ApprovalGiven, Window: 2,
	})
	if r := result(t, env); r.State != plan.LandingDone {
		t.Errorf("state = %s, want done: those that wait must not keep out the one they wait for", r.State)
	}
}
