package aws_test

import (
	"slices"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestAnExpiredSessionHoldsEveryStepByItsLoginAndOneSignInFreesThem(t *testing.T) {
	w := begin(t, "itbytes")
	l := morning("prod")
	if _, err := w.carry(l, "account"); err != nil {
		t.Fatal(err)
	}
	if err := w.k.SetLogin("aws-sso", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"account", "guardduty", "vpc", "identity-itmanagesaws", "s3-public-access"} {
		_, err := w.carry(l, name)
		f := fault.As(err)
		if f == nil || f.Kind != fault.SessionExpired || f.Login != "aws-sso" || f.Hint == "" {
			t.Errorf("%s: got %v, want SessionExpired of aws-sso with a hint", name, err)
		}
	}
	if err := w.k.SetLogin("aws-sso", kernel.LoginOK); err != nil {
		t.Fatal(err)
	}
	w.signIn("aws-sso")
	if _, err := w.carry(l, "guardduty"); err != nil {
		t.Errorf("after the sign-in got %v, want success", err)
	}
}

func TestTheFallbackLandsTheBaselineWhileSingleSignOnIsAway(t *testing.T) {
	w := begin(t, "itbytes")
	if err := w.k.SetLogin("aws-sso", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	l := morning("dti")
	l.Login = *l.Fallback
	organisation := []string{"ou-placement", "account-tags"}
	for _, s := range w.cloud.Steps(l) {
		o, err := w.carry(l, s.Name)
		if slices.Contains(organisation, s.Name) {
			if got := fault.KindOf(err); got != fault.Denied {
				t.Errorf("%s: got %v, want a hold: only the organisation's login can do it", s.Name, err)
			}
			continue
		}
		if err != nil || o.State != plan.StepDone {
			t.Errorf("%s: got %s %v, want done", s.Name, o.State, err)
		}
	}
	for _, c := range w.k.Calls() {
		if c.Kind == "write" && c.Login != "aws-dti-keys" {
			t.Errorf("%s:%s was signed by %q, want the fallback alone", c.Service, c.Operation, c.Login)
		}
	}
}

func TestAKeyOfAnotherAccountOpensNoLanding(t *testing.T) {
	w := begin(t, "itbytes")
	l := morning("dti")
	l.Login = *keys("prod")
	if _, err := w.carry(l, "account"); fault.KindOf(err) != fault.Denied {
		t.Errorf("got %v, want %s", err, fault.Denied)
	}
}

func TestASuspendedAccountIsNeverReplaced(t *testing.T) {
	w := begin(t, "itbytes", func(s *kernel.Scenario) { account(s, "104862917517")["status"] = "SUSPENDED" })
	l := morning("dti")
	l.Adopt = plan.Adopt{}
	if _, err := w.carry(l, "account"); fault.KindOf(err) != fault.Locked {
		t.Errorf("got %v, want %s", err, fault.Locked)
	}
	if made := w.writes(); len(made) > 0 {
		t.Errorf("got the writes %v, want none", made)
	}
}

// account is the estate's account of an id, as the scenario's file has it.
func account(s *kernel.Scenario, id string) map[string]any {
	for _, a := range s.Estate["aws"].(map[string]any)["accounts"].([]any) {
		if m := a.(map[string]any); m["id"] == id {
			return m
		}
	}
	return nil
}
