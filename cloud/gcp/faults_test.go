package gcp_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestAnExpiredLoginHoldsAndOneSignInMendsIt(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "prod")
	done := facts(w.land(t, l, "billing"))
	for state, want := range map[string]fault.Kind{kernel.LoginExpired: fault.SessionExpired, kernel.LoginLocked: fault.Locked} {
		if err := w.kernel.SetLogin("gcp-admin", state); err != nil {
			t.Fatal(err)
		}
		_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "services"), done, false)
		if f := fault.As(err); f == nil || f.Kind != want || f.Login != "gcp-admin" || f.Hint == "" {
			t.Errorf("%s: got %+v, want %s of gcp-admin", state, f, want)
		}
	}
	if err := w.kernel.SetLogin("gcp-admin", kernel.LoginOK); err != nil {
		t.Fatal(err)
	}
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "services"), done, false)
	if err != nil || out.State != plan.StepDone {
		t.Errorf("after signing in: got %s, %v", out.State, err)
	}
	w.noSecretCameUp(t)
}

func TestAProjectWhoseAnswerWasLostIsFoundAndNotMadeAgain(t *testing.T) {
	w := newWorld(t, nil)
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "CreateProject"}, Do: kernel.DoLose, Times: 1})
	out := w.land(t, landing(t, "prod"), "labels")
	if got := out["project"].Receipt.ID; got != "it4bytes-prod-core" {
		t.Errorf("got the project %q", got)
	}
	if out["labels"].Writes != 0 {
		t.Error("the project that was made has not the labels it was made with")
	}
}

func TestAnIdThatSomebodyElseHoldsIsInvalidAndAnotherIsAskedFor(t *testing.T) {
	w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) { e["taken"] = []any{"it4bytes-prod-core"} })
	l := landing(t, "prod")
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "project"), nil, false)
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || !strings.Contains(f.Error(), "taken by somebody else") || !strings.Contains(f.Hint, "Choose another project id") {
		t.Errorf("got %v, want it Invalid, and another id asked for", err)
	}
	if state := string(mustJSON(t, w.kernel.State()["gcp"])); strings.Contains(state, "it4bytes-prod-core") {
		t.Error("a project was made all the same")
	}
}

func TestAnUnreadableProjectIsNotAnAbsentOne(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "prod")
	for _, f := range []kernel.Fault{
		{Status: 503, Code: "UNAVAILABLE"},
		{Status: 429, Code: "RESOURCE_EXHAUSTED", Message: "Quota exceeded for quota metric", RetryAfter: kernel.Duration(time.Second)},
	} {
		f.Match = kernel.Match{Operation: "SearchProjects"}
		id := w.kernel.Order(f)
		_, err := w.Carry(t.Context(), plan.Task{Landing: l, Step: stepNamed(t, w, l, "project"), Key: "k"}, func(string) {})
		if k := fault.KindOf(err); !k.Retries() {
			t.Errorf("%s: got %v, want one that is tried again", f.Code, err)
		}
		w.kernel.Lift(id)
	}
	if got := w.calls("write", ""); got != 0 {
		t.Errorf("something was written %d times without having been looked for", got)
	}
}

func TestTheProjectQuotaHoldsAndIsTriedAnewAfterwards(t *testing.T) {
	w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
		e["organizations"].([]any)[0].(map[string]any)["projectQuota"] = 2
	})
	l := landing(t, "prod")
	for range 2 {
		_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "project"), nil, false)
		if got := fault.KindOf(err); got != fault.Quota {
			t.Fatalf("got %v, want Quota", err)
		}
	}
	if got := w.calls("write", "CreateProject"); got != 2 {
		t.Errorf("resumed once, and the project was asked for %d times; want 2", got)
	}
}

func TestANameTooNearIsAskedAbout(t *testing.T) {
	w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
		e["projects"] = append(e["projects"].([]any), map[string]any{"id": "it4byte-prod-core", "parent": organization, "owners": []any{"user:admin@it4bytes.example"}})
	})
	l := landing(t, "prod")
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "project"), nil, false)
	if f := fault.As(err); f == nil || f.Kind != fault.Ambiguous || !strings.Contains(f.Error(), "it4byte-prod-core") {
		t.Errorf("got %v, want Ambiguous about it4byte-prod-core", err)
	}
	if got := w.calls("write", ""); got != 0 {
		t.Errorf("got %d writes, want none", got)
	}
}

func TestAnAdoptedProjectGetsOurLabelsAndKeepsItsOwn(t *testing.T) {
	w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
		e["projects"].([]any)[0].(map[string]any)["labels"] = map[string]any{"team": "media"}
	})
	l := landing(t, "prod")
	l.Name, l.Adopt.ID = "mediamanager", "mediamanager"
	out := w.land(t, l, "labels")
	if got := out["project"].Change.Op; got != plan.None {
		t.Errorf("project: got %s, want it already so", got)
	}
	if got := out["labels"].Change.Op; got != plan.Adopted {
		t.Errorf("labels: got %s, want adopted", got)
	}
	if got := out["labels"].Receipt.Before["team"]; got != "media" {
		t.Errorf("the receipt forgot what stood before: %v", out["labels"].Receipt.Before)
	}
	again, err := w.carry(t.Context(), l, stepNamed(t, w, l, "labels"), facts(out), false)
	if err != nil || again.Change.Op != plan.None {
		t.Errorf("again: got %s, %v", again.Change.Op, err)
	}
	state := string(mustJSON(t, w.kernel.State()["gcp"]))
	if !strings.Contains(state, `"team":"media"`) || !strings.Contains(state, `"landfall-plan":"itbytes"`) {
		t.Error("the labels that stood, or ours, are not there")
	}
}

func TestAnotherPlansProjectIsLeftAlone(t *testing.T) {
	w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
		e["projects"].([]any)[0].(map[string]any)["labels"] = map[string]any{"landfall-plan": "theirs"}
	})
	l := landing(t, "prod")
	l.Name, l.Adopt.ID = "mediamanager", "mediamanager"
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "project"), nil, false)
	if f := fault.As(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Error(), "theirs") {
		t.Errorf("got %v, want a Conflict with the plan theirs", err)
	}
}

func TestAClosedBillingAccountIsSeenBeforeItIsLinked(t *testing.T) {
	w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
		e["billingAccounts"].([]any)[0].(map[string]any)["open"] = false
	})
	l := landing(t, "prod")
	done := facts(w.land(t, l, "project"))
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "billing"), done, false)
	if got := fault.KindOf(err); got != fault.Entitlement {
		t.Errorf("got %v, want Entitlement", err)
	}
	if got := w.calls("write", "UpdateProjectBillingInfo"); got != 0 {
		t.Error("the closed account was linked")
	}
}

func TestAPolicyThatOthersWriteMeanwhileIsReadAgain(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "mgmt")
	done := w.land(t, l, "key-itmanagesgcp")
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "SetIamPolicy"}, Times: 6, Status: 409, Code: "ABORTED", Message: "There were concurrent policy changes."})
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "roles-itmanagesgcp"), facts(done), false)
	if err != nil || out.State != plan.StepDone || out.Writes != 7 {
		t.Fatalf("got %s with %d writes, %v; want done with 7", out.State, out.Writes, err)
	}
	if state := string(mustJSON(t, w.kernel.State()["gcp"])); !strings.Contains(state, "roles/owner") {
		t.Error("the owner's binding is gone")
	}
}

func TestRolesWaitForAnIdentityThatAnotherLandingMakes(t *testing.T) {
	w := newWorld(t, nil)
	prod, mgmt := landing(t, "prod"), landing(t, "mgmt")
	done := facts(w.land(t, prod, "labels"))
	task := plan.Task{Landing: prod, Step: stepNamed(t, w, prod, "roles-itmanagesgcp"), Key: "k", Facts: done}
	look := func() plan.Outcome {
		out, err := w.Carry(t.Context(), task, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, stage := range []string{"", "labels"} {
		if stage != "" {
			w.land(t, mgmt, stage)
		}
		if out := look(); out.State != plan.StepPending || out.Wait.For != "waits for identity itManagesGCP in gcp/mgmt" || out.Writes != 0 {
			t.Errorf("after mgmt's %q: got %s, %+v", stage, out.State, out.Wait)
		}
	}
	w.land(t, mgmt, "account-itmanagesgcp")
	out, err := w.carry(t.Context(), prod, task.Step, done, false) // its members may not yet be seen by policies
	if err != nil || out.State != plan.StepDone || !strings.Contains(out.Receipt.ID, "@it4bytes-mgmt-core.") {
		t.Errorf("got %s %q, %v; want it done with the account of mgmt", out.State, out.Receipt.ID, err)
	}
}

func TestAnUploadThatWasLostIsFoundAgainAndNoOtherKeyIsMade(t *testing.T) {
	for _, do := range []string{kernel.DoLose, kernel.DoReset} {
		w := newWorld(t, nil)
		l := landing(t, "mgmt")
		done := facts(w.land(t, l, "federation-itmanagesgcp"))
		w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "serviceAccounts.keys.upload"}, Do: do, Times: 1})
		out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "key-itmanagesgcp"), maps.Clone(done), false)
		if err != nil || out.State != plan.StepDone {
			t.Fatalf("%s: got %s, %v", do, out.State, err)
		}
		if made, gone := w.calls("write", "serviceAccounts.keys.create"), w.calls("write", "serviceAccounts.keys.delete"); made != 0 || gone != 0 {
			t.Errorf("%s: got %d keys made and %d removed, want none", do, made, gone)
		}
		if got, want := w.keysOf(t), w.keeper.items[credential].Plain["key id"]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: got the keys %v, want %s alone", do, got, want)
		}
		w.noSecretCameUp(t)
	}
}

func TestAKeyThatWasLostIsRemovedBeforeAnotherIsMade(t *testing.T) {
	w := newWorld(t, enforced(noUpload))
	l := landing(t, "mgmt")
	done := facts(w.land(t, l, "federation-itmanagesgcp"))
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "serviceAccounts.keys.create"}, Do: kernel.DoLose, Times: 1})
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "key-itmanagesgcp"), maps.Clone(done), false)
	if err != nil || out.State != plan.StepDone {
		t.Fatalf("got %s, %v", out.State, err)
	}
	if made, gone := w.calls("write", "serviceAccounts.keys.create"), w.calls("write", "serviceAccounts.keys.delete"); made != 2 || gone != 1 {
		t.Errorf("got %d keys made and %d removed, want 2 and 1", made, gone)
	}
	w.noSecretCameUp(t)
}

func TestAKeyThatTheVaultDoesNotTakeIsRemovedAtOnce(t *testing.T) {
	w := newWorld(t, enforced(noUpload))
	l := landing(t, "mgmt")
	done := facts(w.land(t, l, "federation-itmanagesgcp"))
	w.keeper.strike = func(call string) (bool, error) {
		if call != "Keep" || w.keeper.kept == 0 { // it takes the pair that nobody wants
			return false, nil
		}
		return false, fault.New(fault.Denied, "Give the token the right to write.", "the vault refuses")
	}
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "key-itmanagesgcp"), maps.Clone(done), false)
	if got := fault.KindOf(err); got != fault.Denied || errors.Unwrap(err) == err {
		t.Errorf("got %v, want the vault's own fault", err)
	}
	if made, gone := w.calls("write", "serviceAccounts.keys.create"), w.calls("write", "serviceAccounts.keys.delete"); made != 1 || gone != 1 {
		t.Errorf("got %d keys made and %d removed, want 1 and 1", made, gone)
	}
	w.noSecretCameUp(t)
}

func TestNoKeyIsShownToGoogleThatTheVaultDoesNotTake(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "mgmt")
	done := facts(w.land(t, l, "federation-itmanagesgcp"))
	w.keeper.fails = fault.New(fault.Denied, "Give the token the right to write.", "the vault refuses")
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "key-itmanagesgcp"), maps.Clone(done), false)
	if got := fault.KindOf(err); got != fault.Denied {
		t.Errorf("got %v, want the vault's own fault", err)
	}
	if made := w.calls("write", "serviceAccounts.keys.upload") + w.calls("write", "serviceAccounts.keys.create"); made != 0 {
		t.Errorf("got %d keys made, want none", made)
	}
}

func TestSomebodyElsesKeyIsLeftAlone(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "mgmt")
	done := facts(w.land(t, l, "key-itmanagesgcp"))
	delete(w.keeper.items, credential) // the key stands, and this vault never held it
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "key-itmanagesgcp"), done, false)
	if err != nil || out.Change.Op != plan.Create {
		t.Fatalf("got %s, %v", out.Change.Op, err)
	}
	if gone := w.calls("write", "serviceAccounts.keys.delete"); gone != 0 {
		t.Errorf("a key that may be in use was deleted")
	}
}

func TestWhereKeysAreForbiddenNoneIsMade(t *testing.T) {
	for _, constraint := range []string{"iam.disableServiceAccountKeyCreation", "iam.managed.disableServiceAccountKeyCreation"} {
		w := newWorld(t, enforced(constraint))
		o := w.land(t, landing(t, "mgmt"), "key-itmanagesgcp")["key-itmanagesgcp"]
		if o.Change.Op != plan.None || o.Writes != 0 || !strings.Contains(strings.Join(o.Evidence, " "), "federation only: the organisation's policy allows no keys") {
			t.Errorf("%s: got %s, %v", constraint, o.Change.Op, o.Evidence)
		}
		if len(w.keeper.items) != 0 {
			t.Error("the vault was written")
		}
	}
}
