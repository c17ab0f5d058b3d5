package gcp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

var admin = plan.Login{Name: "gcp-admin", Type: "gcp-user"}

func TestAProbeAsksPastEveryTokenThatIsKept(t *testing.T) {
	w := newWorld(t, nil)
	for range 2 {
		pass, err := w.Probe(t.Context(), admin, 0)
		if err != nil || pass.Who != "admin@it4bytes.example" || !pass.Until.IsZero() {
			t.Fatalf("got %+v, %v; want the administrator, until nobody knows when", pass, err)
		}
	}
	if got := tokens(w); got != 2 {
		t.Errorf("a token was fetched %d times, want once a probe", got)
	}
	for state, want := range map[string]fault.Kind{kernel.LoginExpired: fault.SessionExpired, kernel.LoginLocked: fault.Locked} {
		if err := w.kernel.SetLogin("gcp-admin", state); err != nil {
			t.Fatal(err)
		}
		_, err := w.Probe(t.Context(), admin, 0)
		if f := fault.As(err); f == nil || f.Kind != want || !f.OfLogin() || f.Login != "gcp-admin" {
			t.Errorf("%s: got %+v, want %s of the login", state, f, want)
		}
	}
	if got := w.calls("write", ""); got != 0 {
		t.Errorf("the probes wrote %d times", got)
	}
}

func TestTheEndOfAGoogleSessionIsOfTheLoginAndNotOfItsProject(t *testing.T) {
	w := newWorld(t, nil)
	if err := w.kernel.SetLogin("gcp-admin", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	_, err := w.Probe(t.Context(), admin, 0)
	if f := fault.As(err); f == nil || f.Code != "invalid_grant/invalid_rapt" || f.Kind != fault.SessionExpired || !f.OfLogin() {
		t.Errorf("got %+v, want invalid_rapt to be the end of the login's session", f)
	}
}

func TestAPersonSignsInByTheCommandThatIsNamedAndIsSeen(t *testing.T) {
	w := newWorld(t, nil)
	if err := w.kernel.SetLogin("gcp-admin", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	nothing := func(plan.Challenge) { t.Error("there is nothing to show") }
	err := w.SignIn(t.Context(), admin, nothing)
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid {
		t.Fatalf("got %v, want the command to use", err)
	}
	for _, want := range []string{"gcloud auth application-default login --scopes=openid,", "auth/cloud-platform,", filepath.Join(w.sessions, "gcp-admin.json")} {
		if !strings.Contains(f.Hint, want) {
			t.Errorf("hint: got %q, want %q in it", f.Hint, want)
		}
	}
	if err := w.kernel.Perform(kernel.Act{Cloud: "gcp", Do: "signIn", With: map[string]string{"login": "gcp-admin"}}); err != nil {
		t.Fatal(err)
	}
	w.leave(t)
	if err := w.SignIn(t.Context(), admin, nothing); err != nil {
		t.Errorf("once the file is there: %v", err)
	}
	w.noSecretCameUp(t)
}

func TestALockedLoginIsNotSignedInTo(t *testing.T) {
	w := newWorld(t, nil)
	if err := w.kernel.SetLogin("gcp-admin", kernel.LoginLocked); err != nil {
		t.Fatal(err)
	}
	if err := w.SignIn(t.Context(), admin, nil); fault.KindOf(err) != fault.Locked {
		t.Errorf("got %v, want Locked", err)
	}
}

func TestALoginOfAnotherCloudIsInvalid(t *testing.T) {
	w := newWorld(t, nil)
	if _, err := w.Probe(t.Context(), plan.Login{Name: "x", Type: "aws-sso"}, 0); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v, want Invalid", err)
	}
}

// leave is what gcloud leaves of the newest sign-in, put where the worker looks.
func (w *world) leave(t *testing.T) {
	t.Helper()
	session, ok := w.sim.Session("gcp-admin")
	if !ok {
		t.Fatal("there is no session")
	}
	if err := os.WriteFile(filepath.Join(w.sessions, "gcp-admin.json"), session.Content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// tokens counts how often the token endpoint was asked.
func tokens(w *world) int {
	n := 0
	for _, c := range w.kernel.Calls() {
		if c.Operation == "token" {
			n++
		}
	}
	return n
}
