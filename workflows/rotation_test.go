package workflows_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

func rotated(t *testing.T, env *testsuite.TestWorkflowEnvironment, c plan.Credential, in workflows.RotateInput) (plan.RotationReport, error) {
	t.Helper()
	in.Credential = c
	if in.Operator == "" {
		in.Operator, in.Reason = "maria", "a test"
	}
	env.ExecuteWorkflow(workflows.RotateCredentialType, in)
	var r plan.RotationReport
	err := env.GetWorkflowResult(&r)
	return r, err
}

func TestARotationProvesBeforeItPromotesAndDeletesLast(t *testing.T) {
	f := newForge()
	r, err := rotated(t, forgeEnv(t, f, &ear{}), accessKey(), workflows.RotateInput{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"probe", "mint", "promote", "disable k0", "delete k0", "drop previous"}
	if !slices.Equal(f.did(), want) {
		t.Errorf("did %v, want %v", f.did(), want)
	}
	if r.State != plan.RotationDone || r.Old != "k0" || r.New != "k1" || r.Proofs < 5 || r.Canary.Failures != 0 || r.Canary.Probes == 0 {
		t.Errorf("report = %+v, want done from k0 to k1, proven five times, a canary without failure", r)
	}
	if g := r.Disabled.Sub(r.Promoted); g < 24*time.Hour {
		t.Errorf("the old key was switched off %v after the new one was current, want its grace of a day", g)
	}
	if g := r.Deleted.Sub(r.Disabled); g < 24*time.Hour {
		t.Errorf("the old key was deleted %v after it was switched off, want a day to miss it", g)
	}
}

func TestWhatACanaryHadSeenBeforeItsWorkerDiedIsKept(t *testing.T) {
	env := forgeEnv(t, newForge(), &ear{})
	died := temporal.NewHeartbeatTimeoutError(plan.Canary{Probes: 7, Failures: 1, Last: "it was refused"})
	env.OnActivity("WatchKey", mock.Anything, mock.Anything).Return(plan.Canary{}, died)
	r, err := rotated(t, env, accessKey(), workflows.RotateInput{})
	if err != nil || r.Canary.Probes == 0 || r.Canary.Probes != 7*r.Canary.Failures || r.Canary.Last != "it was refused" {
		t.Errorf("%+v, %v; want seven sign-ins and one failure for each canary whose worker died", r.Canary, err)
	}
}

func TestWhatACanarySeesAsTheOldKeyGoesIsKept(t *testing.T) {
	f := newForge()
	env := forgeEnv(t, f, &ear{})
	env.OnActivity("WatchKey", mock.Anything, mock.Anything).Return(func(context.Context, activities.WatchInput) (plan.Canary, error) {
		for end := time.Now().Add(5 * time.Second); !slices.Contains(f.did(), "drop previous") && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(50 * time.Millisecond) // it takes a moment until a consumer notices
		return plan.Canary{Probes: 2, Failures: 1}, nil
	})
	r, err := rotated(t, env, accessKey(), workflows.RotateInput{Compromised: true, Operator: "m", Reason: "on a pastebin"})
	if err != nil || r.State != plan.RotationDone || r.Canary.Failures == 0 {
		t.Errorf("%+v, %v; want it done, and the failure that came last in the canary's count", r, err)
	}
}

func TestANewKeyThatNeverProvesItselfIsRemovedAndTheOldStays(t *testing.T) {
	f := newForge()
	f.fail = func(deed string) error {
		if deed == "prove pending" {
			return fault.New(fault.Invalid, "See why.", "it is not accepted")
		}
		return nil
	}
	e := &ear{}
	_, err := rotated(t, forgeEnv(t, f, e), accessKey(), workflows.RotateInput{Notify: told()})
	if err == nil || !strings.Contains(err.Error(), "rolled back") {
		t.Errorf("error = %v, want that it was rolled back, so that a schedule pauses", err)
	}
	if len(f.keys) != 1 || f.keys[0].ID != "k0" || f.slots.Keys[plan.Current] != "k0" || f.slots.Keys[plan.Staged] != "" {
		t.Errorf("keys %+v, vault %+v; want k0 alone and current", f.keys, f.slots)
	}
	if len(e.of(plan.NoticeKeyBack)) != 1 {
		t.Error("nobody was told that it was rolled back")
	}
}

func TestTheOldKeyCanBeBroughtBackUntilItIsDeleted(t *testing.T) {
	for _, after := range []time.Duration{time.Hour, 36 * time.Hour} { // in the grace, and while it is switched off
		f := newForge()
		env := forgeEnv(t, f, &ear{})
		env.RegisterDelayedCallback(func() {
			env.UpdateWorkflow(workflows.RollBackMessage, "1", &updates{reject: func(err error) { t.Error(err) }}, workflows.Abort{Operator: "m", Reason: "the shop is down"})
		}, after)
		_, err := rotated(t, env, accessKey(), workflows.RotateInput{})
		if err == nil || !strings.Contains(err.Error(), "the shop is down") {
			t.Errorf("error = %v, want why it was rolled back", err)
		}
		if len(f.keys) != 1 || f.keys[0].ID != "k0" || f.keys[0].State != plan.KeyActive || f.slots.Keys[plan.Current] != "k0" {
			t.Errorf("after %v: keys %+v, vault %+v; want k0 alone, active and current", after, f.keys, f.slots)
		}
	}
}

func TestAnOldKeyThatIsStillUsedIsKeptUntilNobodyDoesOrSomebodyTakesItAway(t *testing.T) {
	f := newForge()
	env := forgeEnv(t, f, &ear{})
	f.keys[0].Used = env.Now().Add(60 * time.Hour) // used, whenever it is read
	env.RegisterDelayedCallback(func() {
		if slices.Contains(f.did(), "disable k0") {
			t.Error("a key in use was switched off")
		}
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Skip, Operator: "m", Reason: "nobody answers for it"})
	}, 50*time.Hour)
	r, err := rotated(t, env, accessKey(), workflows.RotateInput{})
	if err != nil || r.State != plan.RotationDone || !slices.Contains(f.did(), "disable k0") {
		t.Errorf("%+v, %v; want done once somebody had taken it away", r, err)
	}
}

func TestAForeignKeyIsNeverTouchedAndIsSaid(t *testing.T) {
	f := newForge()
	f.keys = append(f.keys, plan.Key{ID: "somebodys", State: plan.KeyActive})
	c := accessKey()
	c.Cloud, c.Kind = plan.GCP, plan.ServiceKey
	r, err := rotated(t, forgeEnv(t, f, &ear{}), c, workflows.RotateInput{})
	if err != nil || !slices.Equal(r.Foreign, []string{"somebodys"}) || f.find("somebodys") == nil {
		t.Errorf("%+v, %v, keys %+v; want done, and somebody's key there still", r, err, f.keys)
	}
}

func TestAForeignKeyInTheLastSlotHoldsTheRotationAndIsNotDeleted(t *testing.T) {
	f := newForge()
	f.keys = append(f.keys, plan.Key{ID: "somebodys", State: plan.KeyActive})
	env := forgeEnv(t, f, &ear{})
	env.RegisterDelayedCallback(func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if len(f.deeds) != 0 {
			t.Errorf("did %v while there was no room", f.deeds)
		}
		f.keys = f.keys[:1] // its owner has deleted it
	}, 30*time.Hour)
	if r, err := rotated(t, env, accessKey(), workflows.RotateInput{}); err != nil || r.State != plan.RotationDone {
		t.Errorf("%+v, %v; want done once there was room", r, err)
	}
}

func TestWhatAnEarlierRotationLeftInTheVaultIsClearedAwayFirst(t *testing.T) {
	f := newForge()
	f.keys = append(f.keys, plan.Key{ID: "left", State: plan.KeyActive, Ours: true})
	f.slots.Keys[plan.Staged], f.slots.Rotation = "left", "another-rotation"
	r, err := rotated(t, forgeEnv(t, f, &ear{}), accessKey(), workflows.RotateInput{})
	if err != nil || r.State != plan.RotationDone || f.find("left") != nil {
		t.Errorf("%+v, %v, keys %+v; want done, and the leftover gone", r, err, f.keys)
	}
	if did := f.did(); did[0] != "delete left" {
		t.Errorf("did %v, want the leftover deleted before a key is made", did)
	}
}

func TestAVaultThatIsAwayAtAnyPointLosesNothing(t *testing.T) {
	for _, deed := range []string{"probe", "mint", "promote", "drop previous"} {
		t.Run(deed, func(t *testing.T) {
			f := newForge()
			away := true
			f.fail = func(d string) error {
				if d == deed && away {
					return fault.New(fault.Denied, "Give the token its right back.", "the vault is read-only")
				}
				return nil
			}
			env := forgeEnv(t, f, &ear{})
			env.RegisterDelayedCallback(func() {
				f.mu.Lock()
				defer f.mu.Unlock()
				away = false
			}, 80*time.Hour)
			r, err := rotated(t, env, accessKey(), workflows.RotateInput{})
			if err != nil || r.State != plan.RotationDone || len(f.keys) != 1 || f.slots.Keys[plan.Current] != f.keys[0].ID || r.Canary.Failures != 0 {
				t.Errorf("%+v, %v, keys %+v, vault %+v; want done, one key, and that one current", r, err, f.keys, f.slots)
			}
		})
	}
}

func TestACompromisedKeyIsOffAtOnceAndItsSessionsAreEnded(t *testing.T) {
	f := newForge()
	r, err := rotated(t, forgeEnv(t, f, &ear{}), accessKey(), workflows.RotateInput{Compromised: true, Operator: "m", Reason: "on a pastebin"})
	if err != nil || r.Left != "sessions of an hour" || r.Deleted.Sub(r.Promoted) > time.Minute {
		t.Errorf("%+v, %v; want it gone within a minute, and what was left said", r, err)
	}
	did := f.did()
	if i, j := slices.Index(did, "promote"), slices.Index(did, "disable k0"); i < 0 || j < i || slices.Index(did, "evict") < j {
		t.Errorf("did %v, want the new key current before the old is off, and its sessions ended then", did)
	}
}

func TestARotationThatIsAskedForWhileOneIsUnderWayFollowsIt(t *testing.T) {
	f := newForge()
	env := forgeEnv(t, f, &ear{})
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.AgainMessage, workflows.RotateInput{Credential: accessKey(), Operator: "m", Reason: "the next"})
	}, time.Hour)
	_, err := rotated(t, env, accessKey(), workflows.RotateInput{})
	if err == nil || !strings.Contains(err.Error(), "continue as new") {
		t.Errorf("error = %v, want that another follows", err)
	}
}

func TestAConsumerThatDoesNotAcknowledgeKeepsTheOldKeyAlive(t *testing.T) {
	f, e := newForge(), &deafEar{}
	env := forgeEnv(t, f, &e.ear)
	c := accessKey()
	c.Consumers = []plan.Consumer{{Name: "ci", Webhook: "https://ci.example/hook", Key: "op://v/hook"}}
	r, err := rotated(t, env, c, workflows.RotateInput{})
	if err != nil || r.Told["ci"].IsZero() || len(e.ear.of(plan.NoticeKey)) != 1 {
		t.Errorf("%+v, %v; want the consumer told once", r, err)
	}
}

type deafEar struct{ ear ear }

func TestALostLoginSaysNothingOfTheNewKeyAndIsWaitedFor(t *testing.T) {
	f, lost := newForge(), true
	f.fail = func(deed string) error {
		if deed == "prove pending" && lost {
			return &fault.Fault{Kind: fault.SessionExpired, Login: "aws-login", Message: "the session has expired", Hint: "Sign in."}
		}
		return nil
	}
	env := forgeEnv(t, f, &ear{})
	env.OnWorkflow(workflows.KeepLoginType, mock.Anything, mock.Anything).Return(workflows.LoginStatus{}, nil) // it has tests of its own
	env.RegisterDelayedCallback(func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if slices.Contains(f.deeds, "promote") || slices.Contains(f.deeds, "delete k1") {
			t.Errorf("did %v while nobody was signed in, want the new key as it was", f.deeds)
		}
		lost = false
	}, time.Hour)
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow("found", map[string]string{"login": "aws-login", "operator": "maria", "reason": "signed in"})
	}, time.Hour+time.Second)
	if r, err := rotated(t, env, accessKey(), workflows.RotateInput{}); err != nil || r.State != plan.RotationDone || r.New != "k1" {
		t.Errorf("%+v, %v; want done with the key that was made first", r, err)
	}
}
