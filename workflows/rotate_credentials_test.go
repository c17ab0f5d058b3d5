package workflows_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

func rotatedAll(t *testing.T, env *testsuite.TestWorkflowEnvironment, in workflows.RotateCredentialsInput) (workflows.RotatedCredentials, error) {
	t.Helper()
	in.Operator, in.Reason = "maria", "a test"
	env.ExecuteWorkflow(workflows.RotateCredentialsType, in)
	var r workflows.RotatedCredentials
	return r, env.GetWorkflowResult(&r)
}

func TestOnlyWhatIsAskedForIsRotated(t *testing.T) {
	p := robots(3)
	f := newFoundry(t, p)
	r, err := rotatedAll(t, f.raise(t, &ear{}), workflows.RotateCredentialsInput{Plan: p, Credentials: []string{"robot-1"}})
	if err != nil || len(r.Rotations) != 1 || len(f.of("robot-0").did()) != 0 || len(f.of("robot-1").did()) == 0 {
		t.Errorf("%+v, %v; want robot-1 alone", r, err)
	}
}

func TestAWordThatIsNoCredentialRotatesNothing(t *testing.T) {
	p := robots(2)
	f := newFoundry(t, p)
	_, err := rotatedAll(t, f.raise(t, &ear{}), workflows.RotateCredentialsInput{Plan: p, Credentials: []string{"rowboat"}})
	if err == nil || !strings.Contains(err.Error(), "rowboat") || len(f.of("robot-0").did()) != 0 {
		t.Errorf("error = %v, want that there is no rowboat, and nothing done", err)
	}
}

func TestAFreezeDelaysAScheduledRotationAndDropsNone(t *testing.T) {
	p := robots(4)
	f := newFoundry(t, p)
	env := f.raise(t, &ear{})
	today := env.Now().UTC()
	p.Rotation.Freeze = []plan.Freeze{
		{From: today.AddDate(0, 0, -1).Format(time.DateOnly), To: today.AddDate(0, 0, 2).Format(time.DateOnly), Reason: "the books are closed"},
		{From: today.AddDate(0, 0, 3).Format(time.DateOnly), To: today.AddDate(0, 0, 3).Format(time.DateOnly), Reason: "the day after"},
	}
	thaw := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC).AddDate(0, 0, 4)
	env.RegisterDelayedCallback(func() {
		for item, one := range f.forges {
			if len(one.did()) != 0 {
				t.Errorf("%s: did %v in the freeze", item, one.did())
			}
		}
	}, thaw.Sub(today)-time.Minute)
	r, err := rotatedAll(t, env, workflows.RotateCredentialsInput{Plan: p, Scheduled: true})
	if err != nil || len(r.Rotations) != 4 || env.Now().Before(thaw) {
		t.Errorf("%+v, %v at %v; want four rotated after %v", r, err, env.Now(), thaw)
	}
	for item, one := range f.forges {
		if one.slots.Keys[plan.Current] != "k1" {
			t.Errorf("%s: vault %+v, want it rotated", item, one.slots)
		}
	}
}

func TestAFreezeDoesNotKeepAPersonFromRotating(t *testing.T) {
	p := robots(1)
	f := newFoundry(t, p)
	env := f.raise(t, &ear{})
	p.Rotation.Freeze = []plan.Freeze{{From: env.Now().UTC().Format(time.DateOnly), To: "2999-12-31", Reason: "for ever"}}
	if _, err := rotatedAll(t, env, workflows.RotateCredentialsInput{Plan: p}); err != nil || f.of("robot-0").made != 1 {
		t.Errorf("%v, vault %+v; want it rotated", err, f.of("robot-0").slots)
	}
}

func TestFiveHundredInOneTickFinishAndNoMoreThanTheWindowAreUnderWayAtOnce(t *testing.T) {
	const window = 20
	many := 500
	if testing.Short() {
		many = 60 // slowed by the race detector, more callbacks gather than the SDK's test environment has room for, and it waits for ever
	}
	p := robots(many)
	f := newFoundry(t, p)
	env := f.raise(t, &ear{})
	env.RegisterActivity(&activities.Plans{Check: func(plan.Plan) error { return nil }, Pace: 1e-9}) // what it waits for is not what is asked
	env.SetTestTimeout(5 * time.Minute)
	r, err := rotatedAll(t, env, workflows.RotateCredentialsInput{Plan: p, Scheduled: true})
	if err != nil || len(r.Rotations) != many {
		t.Fatalf("%d rotations, %v; want %d", len(r.Rotations), err, many)
	}
	if f.most > window || f.most < window/2 {
		t.Errorf("%d were under way at once, want up to %d", f.most, window)
	}
	for item, one := range f.forges {
		if one.slots.Keys[plan.Current] != "k1" || one.made != 1 {
			t.Fatalf("%s: vault %+v, %d made; want one made, and that one current", item, one.slots, one.made)
		}
	}
}

func TestARotationThatIsHeldStopsNoOtherAndIsNotWaitedFor(t *testing.T) {
	p := robots(40)
	f := newFoundry(t, p)
	env := f.raise(t, &ear{})
	var readOnly atomic.Bool
	readOnly.Store(true)
	for i := range 25 { // more than are under way at once
		f.of(fmt.Sprintf("robot-%d", i)).fail = func(deed string) error {
			if deed == "probe" && readOnly.Load() {
				return fault.New(fault.Denied, "Give the token its right back.", "the vault is read-only")
			}
			return nil
		}
	}
	env.RegisterDelayedCallback(func() { readOnly.Store(false) }, 6*time.Hour)
	r, err := rotatedAll(t, env, workflows.RotateCredentialsInput{Plan: p})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		id := fmt.Sprintf("robot-%d", i)
		if held := r.Rotations[id] == plan.RotationHeld; held != (i < 25) {
			t.Errorf("%s was %s when the asking ended, want the first 25 held and no other", id, r.Rotations[id])
		}
		if one := f.of(id); one.slots.Keys[plan.Current] != "k1" || one.made != 1 {
			t.Errorf("%s: vault %+v, %d made; want it rotated once the vault was back", id, one.slots, one.made)
		}
	}
}

func TestARotationThatIsGivenUpBeforeAnythingWasMadeTouchesNothing(t *testing.T) {
	f := newForge()
	f.unread = fault.New(fault.Denied, "Give the login its right back.", "the keys may not be listed")
	env := forgeEnv(t, f, &ear{})
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Give, Operator: "m", Reason: "not today"})
	}, time.Hour)
	_, err := rotated(t, env, accessKey(), workflows.RotateInput{})
	if err == nil || !strings.Contains(err.Error(), "not today") || len(f.did()) != 0 {
		t.Errorf("error = %v after %v, want why it was given up, and nothing done", err, f.did())
	}
}

func TestARotationThatIsRolledBackFailsTheTickSoThatItsSchedulePauses(t *testing.T) {
	p := robots(3)
	f := newFoundry(t, p)
	f.of("robot-1").fail = func(deed string) error {
		if deed == "prove pending" {
			return fault.New(fault.Invalid, "See why.", "it is not accepted")
		}
		return nil
	}
	_, err := rotatedAll(t, f.raise(t, &ear{}), workflows.RotateCredentialsInput{Plan: p, Scheduled: true})
	if err == nil || !strings.Contains(err.Error(), "1 of 3 rotations were rolled back") {
		t.Errorf("error = %v, want that one of three was rolled back", err)
	}
	for id, want := range map[string]string{"robot-0": "k1", "robot-1": "k0", "robot-2": "k1"} {
		if got := f.of(id).slots.Keys[plan.Current]; got != want {
			t.Errorf("%s: %s is current, want %s", id, got, want)
		}
	}
}

func TestOneThatIsUnderWayAlreadyIsFollowedByAnother(t *testing.T) {
	p := robots(1)
	f := newFoundry(t, p)
	env := f.raise(t, &ear{})
	all, err := p.Credentials()
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, "", "rotated", mock.Anything).Return(func(_, id, _, _ string, _ any) error {
		told = append(told, id)
		return nil
	})
	// The first of them is in its grace when the others are asked for.
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.AgainMessage, workflows.RotateInput{Credential: all[0], Operator: "schedule monthly", Reason: "the next", Parent: "rotations/p/1"})
		env.SignalWorkflow(workflows.AgainMessage, workflows.RotateInput{Credential: all[0], Operator: "ana", Reason: "leaked", Compromised: true, Parent: "rotations/p/2"})
		env.SignalWorkflow(workflows.AgainMessage, workflows.RotateInput{Credential: all[0], Operator: "schedule monthly", Reason: "the one after", Parent: "rotations/p/3"})
	}, 30*time.Hour)
	_, err = rotated(t, env, all[0], workflows.RotateInput{})
	next := followed(t, err)
	if !next.Compromised || next.Reason != "leaked" {
		t.Errorf("what follows = %+v, want the one that is compromised", next)
	}
	got := append([]string{next.Parent}, next.Parents...)
	slices.Sort(got)
	if !slices.Equal(got, []string{"rotations/p/1", "rotations/p/2", "rotations/p/3"}) {
		t.Errorf("told are %v, want all three who asked", got)
	}
	if len(told) < 3 {
		t.Errorf("told %v that theirs is queued, want all three", told)
	}
}

// followed is how the rotation begins that follows another.
func followed(t *testing.T, err error) workflows.RotateInput {
	t.Helper()
	var again *workflow.ContinueAsNewError
	if !errors.As(err, &again) {
		t.Fatalf("error = %v, want that another follows", err)
	}
	var in workflows.RotateInput
	if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &in); err != nil {
		t.Fatal(err)
	}
	return in
}

func TestAskingEndsOnceEveryNewKeyIsCurrentAndWhoeverAsksMeanwhileWaitsForTheirs(t *testing.T) {
	p := robots(2)
	f := newFoundry(t, p)
	env := f.raise(t, &ear{})
	twice := func(ctx workflow.Context) ([2]time.Duration, error) {
		var took [2]time.Duration
		for i := range 2 {
			began := workflow.Now(ctx)
			ctx := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: fmt.Sprintf("rotations/p/%d", i)})
			in := workflows.RotateCredentialsInput{Plan: p, Operator: "m", Reason: fmt.Sprintf("the %d.", i)}
			if err := workflow.ExecuteChildWorkflow(ctx, workflows.RotateCredentialsType, in).Get(ctx, nil); err != nil {
				return took, err
			}
			took[i] = workflow.Now(ctx).Sub(began)
		}
		return took, nil
	}
	env.RegisterWorkflowWithOptions(twice, workflow.RegisterOptions{Name: "Twice"})
	env.ExecuteWorkflow("Twice")
	var took [2]time.Duration
	if err := env.GetWorkflowResult(&took); err != nil {
		t.Fatal(err)
	}
	if took[0] > time.Hour || took[1] < 47*time.Hour {
		t.Errorf("they took %v, want the first to end once its keys are current, and the second to wait for the first's graces", took)
	}
	for item, one := range f.forges {
		if one.slots.Keys[plan.Current] != "k2" || one.made != 2 || one.find("k0") != nil {
			t.Errorf("%s: vault %+v, keys %+v; want rotated twice", item, one.slots, one.keys)
		}
	}
}
