package workflows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

const week = 7 * 24 * time.Hour

func TestACredentialIsRetiredByTheStatesOfARotationAndNothingIsMade(t *testing.T) {
	f := newForge()
	r, err := rotated(t, forgeEnv(t, f, &ear{}), accessKey(), workflows.RotateInput{Retire: &workflows.Retire{Since: week}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"probe", "disable k0", "delete k0", "drop current"}
	if !slices.Equal(f.did(), want) || len(f.keys) != 0 || f.slots.Keys[plan.Current] != "" {
		t.Errorf("did %v with %+v left, want %v and nothing left", f.did(), f.keys, want)
	}
	if r.State != plan.RotationDone || !r.Retire || r.New != "" || r.Deleted.Sub(r.Disabled) < 24*time.Hour {
		t.Errorf("report = %+v, want it done after a day to miss it", r)
	}
}

func TestAKeyThatWasUsedLatelyIsNotRetired(t *testing.T) {
	f := newForge()
	env := forgeEnv(t, f, &ear{})
	began := env.Now()
	f.keys[0].Used = began.Add(-24 * time.Hour)
	r, err := rotated(t, env, accessKey(), workflows.RotateInput{Retire: &workflows.Retire{Since: week}})
	if err != nil || r.State != plan.RotationDone {
		t.Fatalf("%+v, %v; want done once a week had passed", r, err)
	}
	if r.Disabled.Before(began.Add(6 * 24 * time.Hour)) {
		t.Errorf("switched off at %v, want a week after it was last used", r.Disabled)
	}
}

func TestWhereTheCloudCannotTellAWordIsTakenAndNotGuessed(t *testing.T) {
	silent := func() *forge {
		f := newForge()
		f.keys[0].Tells = false
		return f
	}
	f := silent()
	r, err := rotated(t, forgeEnv(t, f, &ear{}), accessKey(), workflows.RotateInput{Retire: &workflows.Retire{Since: week, Word: true}})
	if err != nil || r.State != plan.RotationDone {
		t.Errorf("%+v, %v; want done by the word that was given", r, err)
	}
	f = silent()
	env := forgeEnv(t, f, &ear{})
	env.RegisterDelayedCallback(func() {
		if len(f.did()) != 1 {
			t.Errorf("did %v without a word, want only the vault probed", f.did())
		}
		env.SignalWorkflow(workflows.ResumeMessage, workflows.Resume{Decision: workflows.Skip, Step: workflows.RotationStep("robot"), Operator: "m", Reason: "asked them all"})
	}, 3*week)
	if r, err := rotated(t, env, accessKey(), workflows.RotateInput{Retire: &workflows.Retire{Since: week}}); err != nil || r.State != plan.RotationDone {
		t.Errorf("%+v, %v; want done once somebody had given their word", r, err)
	}
}

func TestARetirementIsTakenBackUntilTheKeyIsDeleted(t *testing.T) {
	f := newForge()
	env := forgeEnv(t, f, &ear{})
	env.RegisterDelayedCallback(func() {
		if f.find("k0").State != plan.KeyDisabled {
			t.Error("k0 is not switched off after an hour")
		}
		env.UpdateWorkflow(workflows.RollBackMessage, "1", &updates{reject: func(err error) { t.Error(err) }}, workflows.Abort{Operator: "m", Reason: "the shop is down"})
	}, time.Hour)
	_, err := rotated(t, env, accessKey(), workflows.RotateInput{Retire: &workflows.Retire{Since: week}})
	if err == nil || !strings.Contains(err.Error(), "the shop is down") {
		t.Errorf("error = %v, want why it was taken back", err)
	}
	if k := f.find("k0"); k == nil || k.State != plan.KeyActive || f.slots.Keys[plan.Current] != "k0" {
		t.Errorf("keys %+v, vault %+v; want k0 active and current", f.keys, f.slots)
	}
}

func TestAKeyThatCannotBeSwitchedOffIsKeptForItsGraceBeforeItIsRetired(t *testing.T) {
	f := newForge()
	c := accessKey()
	c.Cloud, c.Kind, c.Grace, c.Observe = plan.Azure, plan.EntraSecret, 72*time.Hour, 0
	r, err := rotated(t, forgeEnv(t, f, &ear{}), c, workflows.RotateInput{Retire: &workflows.Retire{Since: week}})
	if err != nil || r.Deleted.Sub(r.Started) < 72*time.Hour {
		t.Errorf("%+v, %v; want it deleted after its grace", r, err)
	}
	if slices.Contains(f.did(), "disable k0") {
		t.Errorf("did %v, and Entra cannot disable a secret", f.did())
	}
}
