package aws_test

import (
	"net/http"
	"strings"
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

func TestTheFallbackCarriesEveryStepOfAMemberWhileSingleSignOnIsAway(t *testing.T) {
	w := begin(t, "itbytes")
	if err := w.k.SetLogin("aws-sso", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	for _, env := range []string{"prod", "dti"} {
		l := morning(env)
		l.Login = *l.Fallback
		for name, o := range w.land(l) {
			if o.State != plan.StepDone {
				t.Errorf("%s of %s is %s, want done", name, env, o.State)
			}
		}
		w.signedBy(l, l.Login.Name)
	}
	w.refusedNothing(0)
}

func TestWhatNeedsTheOrganisationsLoginIsAStepOfTheManagementLandingAlone(t *testing.T) {
	w := begin(t, "itbytes")
	for _, env := range environments() {
		for _, s := range w.cloud.Steps(morning(env)) {
			if needs := s.Login != ""; needs && env != "mgmt" {
				t.Errorf("%s of %s needs the login %s, which the landing's fallback is not", s.Name, env, s.Login)
			}
		}
	}
}

func TestTheAccountIsProvenByTheFallbackAloneAndSaysSo(t *testing.T) {
	w := begin(t, "itbytes")
	l := morning("prod")
	l.Login = *l.Fallback
	o, err := w.carry(l, "account")
	if err != nil || o.State != plan.StepDone || o.Facts[plan.FactContainer] != "862973411383" {
		t.Fatalf("got %s %v %v, want the account proven", o.State, o.Facts, err)
	}
	said := strings.Join(o.Evidence, "\n")
	for _, want := range []string{"GetCallerIdentity: account 862973411383 as arn:aws:iam::862973411383:user/landfall-fallback", "AWS Organizations is not asked"} {
		if !strings.Contains(said, want) {
			t.Errorf("got the evidence %q, want %q in it", said, want)
		}
	}
	for _, c := range w.k.Calls() {
		if c.Service != "sts" {
			t.Errorf("got the call %s:%s, want none but of sts", c.Service, c.Operation)
		}
	}
}

func TestAnAccountMadeByAnEarlierRunIsKnownByItsFallbackUser(t *testing.T) {
	w := begin(t, "greenfield", atOnce)
	l := green("prod")
	w.land(l)
	account, before, calls := w.facts[l.ID()][plan.FactContainer], len(w.writes()), len(w.k.Calls())
	if err := w.k.SetLogin("aws-sso", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	clear(w.facts)
	l.Login = *l.Fallback
	for name, o := range w.land(l) {
		if o.Change.Op != plan.None && name != "mfa" {
			t.Errorf("%s: got %s, want nothing to do", name, o.Change.Op)
		}
	}
	if got := w.facts[l.ID()][plan.FactContainer]; got != account {
		t.Errorf("got the account %s, want %s, which the first run made", got, account)
	}
	if made := w.writes()[before:]; len(made) > 0 {
		t.Errorf("got the writes %v, want none", made)
	}
	w.refusedNothing(calls)

	clear(w.facts)
	other := green("dti")
	other.Login = l.Login
	if _, err := w.carry(other, "account"); fault.KindOf(err) != fault.Denied {
		t.Errorf("the key of prod for dti: got %v, want %s", err, fault.Denied)
	}
}

// refusedNothing wants no call after the first ones turned away for want of a credential or a right.
func (w *world) refusedNothing(first int) {
	w.t.Helper()
	for _, c := range w.k.Calls()[first:] {
		if c.Status == http.StatusUnauthorized || c.Status == http.StatusForbidden {
			w.t.Errorf("%s:%s of %q was refused (%d)", c.Service, c.Operation, c.Login, c.Status)
		}
	}
}

// signedBy wants every call in a landing's account signed by one login.
func (w *world) signedBy(l plan.Landing, login string) {
	w.t.Helper()
	account, calls := w.facts[l.ID()][plan.FactContainer], 0
	for _, c := range w.k.Calls() {
		if c.Scope != account {
			continue
		}
		if calls++; c.Login != login {
			w.t.Errorf("%s:%s in %s was signed by %q, want %s", c.Service, c.Operation, l.ID(), c.Login, login)
		}
	}
	if calls == 0 {
		w.t.Errorf("no call was made in the account %q of %s", account, l.ID())
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
