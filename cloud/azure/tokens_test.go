package azure_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

const theirs = "https://api.it4bytes.example/theirs"

// speaking is a world in which the identity's application and principal stand, and the task of its tokens.
func speaking(t *testing.T) (*world, plan.Task) {
	t.Helper()
	w, task := homed(t, func(id *plan.Identity) {
		id.CredentialType, id.TokensFor = "secret", []plan.Cloud{plan.AWS}
	})
	return w, w.named(task, "tokens-itmanageso365")
}

// named is a task for another step of the same landing.
func (w *world) named(t plan.Task, step string) plan.Task {
	w.t.Helper()
	next := w.task(t.Landing, step)
	next.Facts = t.Facts
	return next
}

// application is the identity's application as it stands.
func (w *world) application() map[string]any {
	w.t.Helper()
	for _, a := range object(w.stands("azure", "applications")) {
		if a := object(a); a["displayName"] == "itManagesO365" {
			return a
		}
	}
	w.t.Fatal("there is no application")
	return nil
}

func (w *world) uris() []string {
	w.t.Helper()
	var out []string
	for _, uri := range list(w.application()["identifierUris"]) {
		out = append(out, uri.(string))
	}
	return out
}

const application = "/graph/v1.0/applications(uniqueName='itManagesO365')"

func TestAnIdentityHasTokensForOtherCloudsByItsOwnIdentifierURIBesideAllThatStand(t *testing.T) {
	w, task := speaking(t)
	w.byHand("PATCH", application, map[string]any{"identifierUris": []string{theirs}})
	if task.Step.Signs != "itManagesO365" || !slices.Equal(task.Step.After, []string{"principal-itManagesO365"}) {
		t.Errorf("got the step %+v, want it to say for whom, and after the principal", task.Step)
	}
	out, err := w.carry(task)
	if err != nil || out.State != plan.StepDone || out.Change.Op != plan.Create || out.Writes != 1 {
		t.Fatalf("got %s %s with %d writes, %v; want created by one", out.State, out.Change.Op, out.Writes, err)
	}
	own := "api://" + w.application()["appId"].(string)
	if got, want := w.uris(), []string{theirs, own}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	id := task.Landing.Identities[0]
	trust, known := plan.TrustOf(id, plan.AWS, "itbytes", out.Facts)
	want := plan.Trust{Name: "itmanageso365", Issuer: "https://sts.windows.net/" + tenant + "/", Subject: task.Fact("principal-itManagesO365"), Audience: own}
	if !known || trust != want {
		t.Errorf("got %+v, want %+v", trust, want)
	}
	again, err := w.carry(task)
	if err != nil || again.Change.Op != plan.None || again.Writes != 0 || fmt.Sprint(again.Facts) != fmt.Sprint(out.Facts) {
		t.Errorf("second run: got %s with %d writes and %v, %v; want it already so", again.Change.Op, again.Writes, again.Facts, err)
	}
	if u, err := w.undo(carried{task, plan.Deed{Change: again.Change, Receipt: again.Receipt}}); err != nil || u.State != plan.Left || len(w.uris()) != 2 {
		t.Errorf("a run that found it: got %s %v and %v, want it left", u.State, err, w.uris())
	}
	did := carried{task, plan.Deed{Change: out.Change, Receipt: out.Receipt}}
	if u, err := w.undo(did); err != nil || u.State != plan.Reverted || !slices.Equal(w.uris(), []string{theirs}) {
		t.Errorf("got %s %s %v and %v, want only %s left", u.State, u.Why, err, w.uris(), theirs)
	}
	since := len(w.kernel.Calls())
	if u, err := w.undo(did); err != nil || u.State != plan.Reverted || len(w.writes(since)) != 0 {
		t.Errorf("undone twice: got %s %v and %v, want nothing written", u.State, err, w.writes(since))
	}
}

func TestAnApplicationWithTokensOfVersion2TellsWhatStandsInThose(t *testing.T) {
	w, task := speaking(t)
	w.byHand("PATCH", application, map[string]any{"api": map[string]any{"requestedAccessTokenVersion": 2}})
	out, err := w.carry(task)
	if err != nil || out.State != plan.StepDone {
		t.Fatalf("got %s %v, want done", out.State, err)
	}
	trust, _ := plan.TrustOf(task.Landing.Identities[0], plan.AWS, "itbytes", out.Facts)
	if client := w.application()["appId"].(string); trust.Audience != client || trust.Issuer != "https://login.microsoftonline.com/"+tenant+"/v2.0" {
		t.Errorf("got %+v, want version 2's issuer and %s", trust, client)
	}
}

func TestAURIWhoseAnswerWasLostIsTheRunsOwnAndAddedOnce(t *testing.T) {
	for how, f := range blows() {
		t.Run(how, func(t *testing.T) {
			w, task := speaking(t)
			f.Match = kernel.Match{Operation: "applications.upsert"}
			id := w.kernel.Order(f)
			out, err := w.carryMarked(task, func() { w.kernel.Lift(id) })
			if err != nil || out.State != plan.StepDone || out.Change.Op != plan.Create {
				t.Fatalf("got %s %s %v, want done created", out.State, out.Change.Op, err)
			}
			if got := w.uris(); len(got) != 1 {
				t.Errorf("got %v, want one", got)
			}
			if u, err := w.undo(carried{task, plan.Deed{Change: out.Change, Receipt: out.Receipt}}); err != nil || u.State != plan.Reverted || len(w.uris()) != 0 {
				t.Errorf("got %s %s %v and %v, want it taken away", u.State, u.Why, err, w.uris())
			}
		})
	}
}

// carryMarked carries a step whose first attempt fails, as the workflow does: the next one is told what was about to be done.
func (w *world) carryMarked(task plan.Task, between func()) (plan.Outcome, error) {
	var marks []string
	_, err := w.azure.Carry(w.t.Context(), task, func(s string) { marks = append(marks, s) })
	if err == nil {
		w.t.Error("the first attempt did not fail")
	}
	between()
	for _, m := range marks {
		if l, is := plan.LostIn(m); is {
			task.Lost = &l
		}
	}
	task.Again = true
	return w.carry(task)
}

func TestAnIdentityThatSignsInNowhereElseHasNoTokens(t *testing.T) {
	l := landings(t)[2]
	w := morning(t)
	for _, s := range w.azure.Steps(l) {
		if s.Signs != "" {
			t.Errorf("got the step %s, want none", s.Name)
		}
	}
	l.Identities[0].TokensFor = []plan.Cloud{plan.GCP}
	if err := w.check(l); err != "" {
		t.Error(err)
	}
	elsewhere := landings(t)[0]
	elsewhere.Identities[0].TokensFor = []plan.Cloud{plan.GCP}
	for _, s := range w.azure.Steps(elsewhere) {
		if s.Signs != "" {
			t.Errorf("got the step %s where the identity does not live, want none", s.Name)
		}
	}
}

// check says which step of a landing stands before one that it comes after.
func (w *world) check(l plan.Landing) string {
	var seen []string
	for _, s := range w.azure.Steps(l) {
		for _, a := range s.After {
			if !slices.Contains(seen, a) {
				return s.Name + " comes after " + a + ", and stands before it"
			}
		}
		seen = append(seen, s.Name)
	}
	return ""
}

func TestAURIThatSomebodyAddsAtTheLastMomentIsKept(t *testing.T) {
	w, task := speaking(t)
	out, err := w.azure.Carry(t.Context(), task, func(string) {
		w.byHand("PATCH", application, map[string]any{"identifierUris": []string{theirs}})
	})
	if err != nil || out.State != plan.StepDone {
		t.Fatalf("got %s %v, want done", out.State, err)
	}
	if got := w.uris(); len(got) != 2 || got[0] != theirs {
		t.Errorf("got %v, want theirs and the application's own", got)
	}
}

func TestAURIThatAnotherApplicationHasIsAConflictAndNothingIsTakenFromIt(t *testing.T) {
	w, task := speaking(t)
	id := w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "applications.upsert"}, Status: 400, Code: "ObjectConflict", Message: "Another object with the same value for property identifierUris already exists."})
	_, err := w.carry(task)
	refused(t, err, "Conflict")
	w.kernel.Lift(id)
	if strings.Contains(fmt.Sprint(w.uris()), "api://") {
		t.Errorf("got %v, want none added", w.uris())
	}
}

func TestAPreviewTellsWhomToTrustBeforeTheURIStands(t *testing.T) {
	w, task := speaking(t)
	since := len(w.kernel.Calls())
	p := w.azure.Preview(t.Context(), task.Landing)
	if len(w.writes(since)) != 0 {
		t.Errorf("a preview wrote %v", w.writes(since))
	}
	for _, o := range p.Outcomes {
		if o.Step == task.Step.Name {
			if _, known := plan.TrustOf(task.Landing.Identities[0], plan.GCP, "itbytes", o.Facts); !known || o.Change.Op != plan.Create {
				t.Errorf("got %s with the facts %v, want it created and told", o.Change.Op, o.Facts)
			}
			return
		}
	}
	t.Errorf("the preview at %s has no such step", time.Now())
}
