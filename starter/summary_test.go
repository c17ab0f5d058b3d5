package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestTheExitCodeIsThatOfTheState(t *testing.T) {
	for s, want := range map[plan.LandingState]int{
		plan.LandingDone: 0, plan.LandingFailed: 1, plan.LandingHeld: 3, plan.LandingWaiting: 3, plan.LandingRunning: 3,
	} {
		if got := exitOf(s); got != want {
			t.Errorf("%s: got %d, want %d", s, got, want)
		}
	}
}

// morning is a report of one landing with these steps.
func morning(state plan.LandingState, steps ...plan.StepReport) (plan.Report, standing) {
	last := standing{}
	last.Plan, last.State, last.Digest = "itbytes", state, "sha256:aa"
	return plan.Report{
		Plan: "itbytes", State: state, ElapsedSeconds: 2, CriticalPathSeconds: 1,
		Landings: []plan.LandingReport{{Cloud: plan.AWS, Environment: "prod", State: state, Steps: steps}},
	}, last
}

func TestASummaryCountsWhatWasDoneAndNotWhatIsLeft(t *testing.T) {
	r, last := morning(plan.LandingHeld,
		plan.StepReport{Name: "vpc", State: plan.StepDone, Change: plan.Create, Writes: 3},
		plan.StepReport{Name: "mfa", State: plan.StepDone, Change: plan.None},
		plan.StepReport{Name: "waf", State: plan.StepHeld, Change: plan.Create, Fault: &plan.Note{Message: "quota reached", Hint: "Ask for more."}},
	)
	last.Registry.Written = 2
	got := strings.Join(sumUp(r, last), "\n")
	for _, want := range []string{
		"3 steps: 1 already so, 0 adopted, 1 created, 0 updated, 0 by hand; 5 writes",
		"held: aws/prod/waf\n  quota reached\n  Ask for more.\n  then: landfall resume itbytes --landing aws/prod --decision retry",
		"elapsed 2.0 s, critical path 1.0 s",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant in it\n%s", got, want)
		}
	}
}

func TestASecondRunSaysThatItWroteNothing(t *testing.T) {
	r, last := morning(plan.LandingDone, plan.StepReport{Name: "mfa", State: plan.StepDone, Change: plan.None})
	if got, want := sumUp(r, last)[0], "nothing to do: all 1 steps are already so, and no write was made"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	last.Registry.Written = 1
	if got := sumUp(r, last)[0]; strings.Contains(got, "no write") {
		t.Errorf("got %q although a row was written", got)
	}
}

func TestARunThatWaitsForApprovalSaysHowToGiveIt(t *testing.T) {
	r, last := morning(plan.LandingWaiting)
	last.AwaitsApproval = true
	if got, want := sumUp(r, last)[0], "waiting for approval: landfall approve itbytes --digest sha256:aa"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestARunThatWasRefusedSaysWhy(t *testing.T) {
	r, last := morning(plan.LandingFailed)
	last.Why = "there is no plan named itbites"
	if got, want := sumUp(r, last)[0], "failed: there is no plan named itbites"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAThousandNeedsOfAKindAreOne(t *testing.T) {
	r := plan.Report{Plan: "thousand"}
	for i := range 1000 {
		r.Landings = append(r.Landings, plan.LandingReport{Cloud: plan.GCP, Environment: "e" + strconv.Itoa(i), State: plan.LandingHeld, Steps: []plan.StepReport{
			{Name: "project", State: plan.StepHeld, Fault: &plan.Note{Message: "operation " + strconv.Itoa(i) + ": quota", Hint: "Ask for more projects."}},
		}})
	}
	got := strings.Join(needs(r), "\n")
	want := "held: gcp/e0/project, gcp/e1/project, gcp/e2/project, gcp/e3/project, and 996 more like it\n" +
		"  operation 0: quota\n  Ask for more projects.\n" +
		"  then: landfall resume thousand --step project --decision retry --reason \"…\""
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestManyKindsOfNeedAreCut(t *testing.T) {
	r := plan.Report{Plan: "p"}
	for i := range needsShown + 3 {
		r.Landings = append(r.Landings, plan.LandingReport{Cloud: plan.AWS, Environment: "e" + strconv.Itoa(i), State: plan.LandingHeld, Why: "reason " + strconv.Itoa(i)})
	}
	got := needs(r)
	if last, want := got[len(got)-1], "and 3 more: landfall status p -o json has them all"; last != want {
		t.Errorf("got %q last, want %q", last, want)
	}
}

func TestAPersonsActIsSaidWithoutACommand(t *testing.T) {
	r, _ := morning(plan.LandingWaiting, plan.StepReport{
		Name: "org-name", State: plan.StepWaiting, Waits: []plan.Waited{{For: "the organisation is displayed as it4bytes-org"}},
	})
	got := strings.Join(needs(r), "\n")
	want := "waits for a person: aws/prod/org-name\n  the organisation is displayed as it4bytes-org\n  it goes on by itself once the API shows it"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestALandingThatWaitsForAnotherIsSaidToGoOnByItself(t *testing.T) {
	r, _ := morning(plan.LandingWaiting, plan.StepReport{Name: "role", State: plan.StepPending})
	r.Landings[0].Why = "role waits for the identity that is made in aws/mgmt"
	got := strings.Join(needs(r), "\n")
	want := "waits for another landing: aws/prod\n  role waits for the identity that is made in aws/mgmt\n  it goes on by itself once that is so"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
