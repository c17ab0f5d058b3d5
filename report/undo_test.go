package report

import (
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

// givenUp is a run that was given up half-way.
func givenUp() plan.Report {
	r := plan.Report{Plan: "itbytes", Mode: "apply", State: plan.LandingAborted, Started: dawn}
	account := done("account", "The account stands", plan.Container, "", "", 0, 8, plan.Undone)
	account.ID, account.Undo = "111122223333", &plan.UndoReport{State: plan.Quarantined, Why: "it is kept, and closed to everybody"}
	vpc := done("vpc", "A private network", plan.Protect, "AWS-O03a", "O03", 8, 14, plan.Create)
	vpc.Undo = &plan.UndoReport{State: plan.UndoFailed, Why: "you may not delete it. Grant ec2:DeleteVpc."}
	mfa := done("mfa", "A second factor", plan.Protect, "AWS-O05", "O05", 8, 9, plan.None)
	mfa.Undo = &plan.UndoReport{State: plan.Left, Why: "this run changed nothing here"}
	dns := done("dns-zone", "The zone", plan.Name, "", "", 9, 10, plan.Adopted)
	dns.Undo, dns.Login = &plan.UndoReport{State: plan.Left, Why: "it stood before this run"}, "aws-prod-keys"
	r.Landings = []plan.LandingReport{{
		Cloud: plan.AWS, Environment: "prod", Name: "aws-prod", State: plan.LandingAborted, Why: "maria: wrong organisation",
		Steps: []plan.StepReport{account, vpc, mfa, dns},
	}}
	Complete(&r)
	return r
}

func TestAReportOfARunThatWasGivenUpSaysWhatBecameOfEachThingItDid(t *testing.T) {
	for name, render := range map[string]func(*strings.Builder, plan.Report) error{
		"text": func(b *strings.Builder, r plan.Report) error { return Text(b, r, TextOptions{}) },
		"page": func(b *strings.Builder, r plan.Report) error { return HTML(b, r) },
	} {
		var b strings.Builder
		if err := render(&b, givenUp()); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"What became of what the run did", "quarantined", "closed to everybody", "ec2:DeleteVpc", "it stood before this run"} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("the %s does not say %q", name, want)
			}
		}
		if strings.Contains(b.String(), "changed nothing here") {
			t.Errorf("the %s lists what was never touched", name)
		}
	}
	var b strings.Builder
	if err := HTML(&b, givenUp()); err != nil || !strings.Contains(b.String(), "by aws-prod-keys") {
		t.Errorf("the page does not say by which fallback a step was carried: %v", err)
	}
}

func TestAHoldSaysSinceWhenWhatIsBehindItAndWhatEndsIt(t *testing.T) {
	r := morning()
	for i, l := range r.Landings {
		for j, s := range l.Steps {
			if s.State == plan.StepHeld {
				r.Landings[i].Steps[j].Hold = &plan.HoldReport{Kind: "SessionExpired", Since: dawn, Login: "aws-sso", Behind: []string{"flow-logs"}, Releases: "somebody signs in: landfall login aws-sso"}
			}
		}
	}
	var b strings.Builder
	if err := Text(&b, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"since 2026-05-14 06:20:00 UTC", "behind it flow-logs", "ends when somebody signs in: landfall login aws-sso"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, b.String())
		}
	}
}
