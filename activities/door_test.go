package activities_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// through sends an activity's error through the door.
func through(t *testing.T, err error) (*temporal.ApplicationError, string) {
	t.Helper()
	var log bytes.Buffer
	env := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{
		&activities.Door{Log: slog.New(slog.NewTextHandler(&log, nil))},
	}})
	fails := func(context.Context) error { return err }
	env.RegisterActivity(fails)
	_, got := env.ExecuteActivity(fails)
	var app *temporal.ApplicationError
	if !errors.As(got, &app) {
		t.Fatalf("error = %v, want an application error", got)
	}
	return app, log.String()
}

func TestTheDoorGivesEveryKindItsNameAndItsRetries(t *testing.T) {
	for _, k := range fault.Kinds() {
		app, _ := through(t, &fault.Fault{Kind: k, Message: "what happened", Hint: "what to do"})
		if app.Type() != string(k) {
			t.Errorf("type of %s = %q", k, app.Type())
		}
		if app.NonRetryable() == k.Retries() {
			t.Errorf("%s: non-retryable = %v, want %v", k, app.NonRetryable(), !k.Retries())
		}
		var f fault.Fault
		if err := app.Details(&f); err != nil || f.Hint != "what to do" {
			t.Errorf("details of %s = %+v, %v; want the hint", k, f, err)
		}
	}
}

func TestTheDoorKeepsTheServersDelayAndNamesTheNamelessABug(t *testing.T) {
	app, _ := through(t, &fault.Fault{Kind: fault.Throttled, After: 7 * time.Second})
	if got := app.NextRetryDelay(); got != 7*time.Second {
		t.Errorf("next retry = %v, want the server's 7 s", got)
	}
	app, log := through(t, errors.New("nobody has named this"))
	if app.Type() != string(fault.Bug) || !app.NonRetryable() {
		t.Errorf("type = %q, want a bug that is not tried again", app.Type())
	}
	if !strings.Contains(log, "kind=Bug") {
		t.Errorf("log = %q, want the kind", log)
	}
}

func TestAPlanIsFoundByNameAndAWrongNameListsTheRightOnes(t *testing.T) {
	a := &activities.Plans{
		Folder: fstest.MapFS{"itbytes.yaml": {Data: []byte("x")}, "other.json": {Data: []byte("y")}},
		Settle: func(name string, _ []byte) (plan.Plan, error) {
			return plan.Plan{Metadata: plan.Metadata{Name: name}}, nil
		},
		Check: func(plan.Plan) error { return nil },
	}
	got, err := a.SettlePlan(t.Context(), activities.SettlePlanInput{PlanRef: "itbytes"})
	if err != nil || got.Plan.Metadata.Name != "itbytes.yaml" || !strings.HasPrefix(got.Digest, "sha256:") {
		t.Errorf("settled = %+v, %v", got, err)
	}
	for ref, want := range map[string]string{"itbites": "itbytes, other", "../etc/passwd": "without its folder", "": "planRef"} {
		_, err := a.SettlePlan(t.Context(), activities.SettlePlanInput{PlanRef: ref})
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.As(err).Hint+err.Error(), want) {
			t.Errorf("ref %q: %v, want an Invalid fault that says %q", ref, err, want)
		}
	}
}
