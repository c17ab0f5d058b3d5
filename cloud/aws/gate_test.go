package aws_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// The keeper of a login asks this of a cloud.
var _ interface {
	Probe(ctx context.Context, l plan.Login, need time.Duration) (plan.Pass, error)
	SignIn(ctx context.Context, l plan.Login, show func(plan.Challenge)) error
} = (*aws.Cloud)(nil)

func TestAProbeSaysWhoALoginIsPastWhatIsCached(t *testing.T) {
	w := begin(t, "itbytes")
	for _, l := range []plan.Login{sso(), *keys("prod")} {
		pass, err := w.cloud.Probe(t.Context(), l, time.Hour)
		if err != nil || !strings.HasPrefix(pass.Who, "arn:aws:") {
			t.Fatalf("%s: got %+v, %v, want who it is", l.Name, pass, err)
		}
		if known := !pass.Until.IsZero(); known != (l.Type == "aws-sso") {
			t.Errorf("%s ends %v, want that known of single sign-on alone", l.Name, pass.Until)
		}
	}
	if err := w.k.SetLogin("aws-sso", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	_, err := w.cloud.Probe(t.Context(), sso(), 0)
	if f := fault.As(err); f == nil || f.Kind != fault.SessionExpired || !f.OfLogin() || !strings.Contains(f.Hint, "landfall login aws-sso") {
		t.Errorf("an expired one: got %+v, want a sign-in asked for", f)
	}
	if err := w.k.SetLogin("aws-sso", kernel.LoginOK); err != nil {
		t.Fatal(err)
	}
	if _, err := w.cloud.Probe(t.Context(), sso(), 0); err != nil {
		t.Errorf("one that works again: got %v, want it seen", err)
	}
	if _, err := w.cloud.Probe(t.Context(), plan.Login{Name: "aws-sso", Type: "aws-sso", StartURL: sso().StartURL, Account: "862973411383", Role: "AdministratorAccess"}, 0); fault.KindOf(err) != fault.Denied {
		t.Errorf("a role that the user has not: got %v, want %s", err, fault.Denied)
	}
}

func TestARotatedKeyIsProbedAndNotTheOneThatWasKept(t *testing.T) {
	w := begin(t, "itbytes")
	l := *keys("prod")
	if _, err := w.cloud.Probe(t.Context(), l, 0); err != nil {
		t.Fatal(err)
	}
	kept := w.vault.items[l.Item]
	w.vault.items[l.Item] = plan.ItemFields{Plain: map[string]string{"access key id": "AKIAANOTHER"}, Secret: map[string]plan.Secret{"secret access key": plan.NewSecret("not it")}}
	_, err := w.cloud.Probe(t.Context(), l, 0)
	if f := fault.As(err); f == nil || f.Kind != fault.SessionExpired || f.Login != l.Name {
		t.Errorf("got %+v, want the vault's key tried and turned away", f)
	}
	w.vault.items[l.Item] = kept
	if _, err := w.cloud.Probe(t.Context(), l, 0); err != nil {
		t.Errorf("the right key again: got %v", err)
	}
}

func TestASessionThatEndsBeforeWhatWaitsForItIsAskedForAnew(t *testing.T) {
	w := begin(t, "itbytes")
	file := filepath.Join(w.dir, "aws-sso.json")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var kept map[string]any
	if err := json.Unmarshal(b, &kept); err != nil {
		t.Fatal(err)
	}
	write := func() {
		b, err := json.Marshal(kept)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept["expiresAt"] = time.Now().Add(2 * time.Minute).UTC().Format(time.RFC3339)
	write()
	if f := fault.As(third(w.cloud.Probe(t.Context(), sso(), 5*time.Minute))); f == nil || f.Kind != fault.SessionExpired || f.Code != "EndsTooSoon" {
		t.Errorf("got %+v, want it to end too soon", f)
	}
	anew := morning("prod") // the account step usually takes five minutes, and would make one
	anew.Adopt, anew.Email, anew.Name = plan.Adopt{}, "aws+new@it4bytes.example", "unlike-any"
	if _, err := w.carry(anew, "account"); fault.KindOf(err) != fault.SessionExpired {
		t.Errorf("a step of five minutes with two left: got %v, want %s", err, fault.SessionExpired)
	}
	w.facts[anew.ID()] = map[string]string{plan.FactContainer: "862973411383"}
	if _, err := w.carry(morning("prod"), "identity-itmanagesaws"); err != nil {
		t.Errorf("a step of ten seconds with two minutes left: got %v, want it carried", err)
	}
	if made := w.writes(); slices.Contains(made, "organizations:CreateAccount") {
		t.Errorf("got the writes %v, want no account", made)
	}
	kept["clientId"], kept["clientSecret"], kept["refreshToken"] = "c", "s", "r"
	write()
	if _, err := w.cloud.Probe(t.Context(), sso(), 5*time.Minute); err != nil {
		t.Errorf("one that is renewed by itself: got %v, want it taken", err)
	}
}

func third(_ plan.Pass, err error) error { return err }

func TestALockedUserIsToldFromAnExpiredSessionAndNotAskedToSignIn(t *testing.T) {
	w := begin(t, "itbytes")
	if err := w.k.SetLogin("aws-sso", kernel.LoginLocked); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() error{
		"a probe": func() error { return third(w.cloud.Probe(t.Context(), sso(), 0)) },
		"a sign-in": func() error {
			return w.cloud.SignIn(t.Context(), sso(), func(plan.Challenge) { t.Error("a person was asked") })
		},
		"a step": func() error { return second(w.carry(morning("mgmt"), "guardduty")) },
	} {
		if f := fault.As(try()); f == nil || f.Kind != fault.Locked || !f.OfLogin() || f.Login != "aws-sso" {
			t.Errorf("%s: got %+v, want the login locked", name, f)
		}
	}
}

func TestAPersonSignsInAtAnotherScreenAndEveryStepGoesOn(t *testing.T) {
	w := begin(t, "itbytes")
	if err := w.k.SetLogin("aws-sso", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(w.dir, "aws-sso.json")
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var shown []plan.Challenge
	err = w.cloud.SignIn(t.Context(), sso(), func(c plan.Challenge) {
		shown = append(shown, c)
		time.AfterFunc(1200*time.Millisecond, func() { // the first question comes too early
			if err := w.k.Perform(kernel.Act{Cloud: "aws", Do: "signIn", With: map[string]string{"login": "aws-sso", "userCode": c.Code}}); err != nil {
				t.Error(err)
			}
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(shown) != 1 || !strings.HasPrefix(shown[0].URL, sso().StartURL) || shown[0].Code == "" || time.Until(shown[0].Expires) < time.Minute {
		t.Errorf("got %+v shown, want one place to go, a code and when it expires", shown)
	}
	for _, s := range w.k.Secrets() {
		if strings.Contains(shown[0].URL+shown[0].Code, s.Value) {
			t.Errorf("the secret %s was shown", s.ID)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the session's file has the mode %v, %v, want 0600", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(w.dir, ".session-*")); len(left) > 0 {
		t.Errorf("got %v left beside it", left)
	}
	pass, err := w.cloud.Probe(t.Context(), sso(), 24*time.Hour)
	if err != nil || pass.Who == "" || !pass.Until.IsZero() {
		t.Errorf("after the sign-in got %+v, %v, want a session that is renewed by itself", pass, err)
	}
	if _, err := w.carry(morning("prod"), "account"); err != nil {
		t.Errorf("a step after the sign-in: got %v", err)
	}
	if err := os.WriteFile(file, old, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.cloud.Probe(t.Context(), sso(), 0); fault.KindOf(err) != fault.SessionExpired {
		t.Errorf("the session before it: got %v, want it worth nothing", err)
	}
}

func TestALoginThatNobodySignsInToSaysWhatToDoInstead(t *testing.T) {
	w := begin(t, "itbytes")
	for _, c := range []struct {
		login plan.Login
		hint  string
	}{
		{*keys("prod"), "op://itbytes-internal/aws-prod"},
		{plan.Login{Name: "env", Type: "aws-default"}, "aws sso login"},
	} {
		err := w.cloud.SignIn(t.Context(), c.login, func(plan.Challenge) { t.Error("a person was asked") })
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || !strings.Contains(f.Hint, c.hint) {
			t.Errorf("%s: got %+v, want the command to use", c.login.Name, f)
		}
	}
	if asked := slices.DeleteFunc(w.k.Calls(), func(r kernel.Record) bool { return r.Service != "sso-oauth" }); len(asked) > 0 {
		t.Errorf("got the calls %v, want none", asked)
	}
}
