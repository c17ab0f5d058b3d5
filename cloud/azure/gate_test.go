package azure_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func admin(t *testing.T) plan.Login { t.Helper(); return landings(t)[0].Login }

// tokens counts the requests to the token endpoint.
func (w *world) tokens() int {
	n := 0
	for _, c := range w.kernel.Calls() {
		if c.Service == "entra" && c.Operation == "token" {
			n++
		}
	}
	return n
}

func (w *world) login(state string) {
	w.t.Helper()
	if err := w.kernel.SetLogin("azure-admin", state); err != nil {
		w.t.Fatal(err)
	}
}

func TestAProbeGoesPastWhatIsKeptAndSaysWhoItIs(t *testing.T) {
	w := morning(t)
	for range 2 {
		pass, err := w.azure.Probe(t.Context(), admin(t), time.Hour)
		if err != nil || pass.Who != "admin@it4bytes.example" || !pass.Until.IsZero() {
			t.Errorf("got %+v %v, want the user, and no end: Entra tells none", pass, err)
		}
	}
	if got := w.tokens(); got != 2 {
		t.Errorf("got %d token requests, want one a probe", got)
	}
	w.login(kernel.LoginExpired)
	_, err := w.azure.Probe(t.Context(), admin(t), 0)
	if f := refused(t, err, fault.SessionExpired); f != nil && (f.Login != "azure-admin" || f.Code != "AADSTS700082") {
		t.Errorf("got %s of %q, want AADSTS700082 of azure-admin", f.Code, f.Login)
	}
}

func TestSigningInAtAnotherScreenLeavesASessionThatStepsFind(t *testing.T) {
	w := morning(t)
	task := w.task(landings(t)[0], "resource-group")
	if _, err := w.carry(task); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(w.sessions, "azure-admin.json")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w.login(kernel.LoginExpired)
	shown := make(chan plan.Challenge, 1)
	go func() {
		c := <-shown
		_ = w.kernel.Perform(kernel.Act{Cloud: "azure", Do: "signIn", With: map[string]string{"login": "azure-admin", "userCode": c.Code}}) // told below by the sign-in itself
	}()
	var told plan.Challenge
	err = w.azure.SignIn(t.Context(), admin(t), func(c plan.Challenge) { told = c; shown <- c })
	if err != nil || told.URL != "https://microsoft.com/devicelogin" || told.Code == "" || time.Until(told.Expires) < time.Minute {
		t.Fatalf("got %+v %v, want where to go, what to type and until when", told, err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v %v, want a file that its owner alone reads", info.Mode(), err)
	}
	after, err := os.ReadFile(file)
	if err != nil || string(after) == string(before) {
		t.Errorf("the session is the old one: %v", err)
	}
	var left struct{ TenantID, ClientID, RefreshToken, Username string }
	if err := json.Unmarshal(after, &left); err != nil || left.TenantID != tenant || left.Username != "admin@it4bytes.example" || left.RefreshToken == "" || left.ClientID == "" {
		t.Errorf("the session's file lacks a field: %v", err)
	}
	if others, err := os.ReadDir(w.sessions); err != nil || len(others) != 1 {
		t.Errorf("got %d files in the folder of sessions, want the one", len(others))
	}
	if out, err := w.carry(task); err != nil || out.Change.Op != plan.None {
		t.Errorf("after signing in: got %s %v, want none", out.Change.Op, err)
	}
	for _, s := range w.kernel.Secrets() {
		if strings.Contains(told.URL+told.Code, s.Value) {
			t.Errorf("what was shown holds the %s", s.ID)
		}
	}
}

func TestASessionThatALaterSignInReplacedIsExpired(t *testing.T) {
	w := morning(t)
	old, err := os.ReadFile(filepath.Join(w.sessions, "azure-admin.json"))
	if err != nil {
		t.Fatal(err)
	}
	err = w.azure.SignIn(t.Context(), admin(t), func(c plan.Challenge) {
		if err := w.kernel.Perform(kernel.Act{Cloud: "azure", Do: "signIn", With: map[string]string{"login": "azure-admin", "userCode": c.Code}}); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.sessions, "azure-admin.json"), old, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = w.azure.Probe(t.Context(), admin(t), 0)
	refused(t, err, fault.SessionExpired)
}

func TestALoginThatIsNotAPersonsSaysWhatToDoInstead(t *testing.T) {
	w := morning(t)
	for kind, command := range map[string]string{"azure-cli": "az login --tenant " + tenant, "azure-default": "AZURE_FEDERATED_TOKEN_FILE"} {
		err := w.azure.SignIn(t.Context(), plan.Login{Name: "x", Type: kind, Tenant: tenant}, func(plan.Challenge) { t.Error("something was shown") })
		if f := refused(t, err, fault.Invalid); f != nil && !strings.Contains(f.Hint, command) {
			t.Errorf("%s: got the hint %q, want %q in it", kind, f.Hint, command)
		}
	}
}

func TestALockedLoginIsAskedOfEntraOnceAndNotAgainUntilItIsReleased(t *testing.T) {
	w := morning(t)
	w.login(kernel.LoginLocked)
	var wait sync.WaitGroup
	for _, name := range []string{"resource-group", "security-defaults", "vnet", "app-itManagesO365"} { // ARM and Graph: two scopes
		for _, l := range landings(t) {
			for _, s := range w.azure.Steps(l) {
				if s.Name != name {
					continue
				}
				task := plan.Task{Landing: l, Step: s, Facts: map[string]string{plan.FactContainer: prodID}}
				wait.Go(func() {
					_, err := w.azure.Carry(t.Context(), task, func(string) {})
					if f := refused(t, err, fault.Locked); f != nil && (f.Scope != "" || !f.OfLogin() || f.Code != "AADSTS50053") {
						t.Errorf("%s: got %+v, want the login itself locked", name, f)
					}
				})
			}
		}
	}
	wait.Wait()
	if got := w.tokens(); got != 1 {
		t.Errorf("got %d token requests, want exactly one", got)
	}
	_, err := w.azure.Probe(t.Context(), admin(t), 0)
	refused(t, err, fault.Locked)
	if got := w.tokens(); got != 2 {
		t.Errorf("got %d token requests, want one more: a probe asks", got)
	}
	err = w.azure.SignIn(t.Context(), admin(t), func(c plan.Challenge) {
		if err := w.kernel.Perform(kernel.Act{Cloud: "azure", Do: "signIn", With: map[string]string{"login": "azure-admin", "userCode": c.Code}}); err != nil {
			t.Error(err)
		}
	})
	refused(t, err, fault.Locked)
	w.login(kernel.LoginOK)
	if _, err := w.azure.Probe(t.Context(), admin(t), 0); err != nil {
		t.Error(err)
	}
	if out, err := w.carry(w.task(landings(t)[0], "resource-group")); err != nil || out.State != plan.StepDone {
		t.Errorf("after the release: got %s %v, want done", out.State, err)
	}
}

func TestALockThatTheResourceManagerTellsIsTheLogins(t *testing.T) {
	w := morning(t)
	task := w.task(landings(t)[0], "resource-group")
	if _, err := w.carry(task); err != nil {
		t.Fatal(err)
	}
	w.login(kernel.LoginLocked)
	before := w.tokens()
	_, err := w.azure.Carry(t.Context(), task, func(string) {})
	if f := refused(t, err, fault.Locked); f != nil && (!f.OfLogin() || w.tokens() != before) {
		t.Errorf("got %+v after %d token requests, want the login locked and none made", f, w.tokens()-before)
	}
}

func TestEachCallOfAStepSaysForWhichStepItIsMade(t *testing.T) {
	w := morning(t)
	for step, l := range map[string]plan.Landing{"resource-group": landings(t)[0], "security-defaults": landings(t)[2]} {
		if _, err := w.carry(w.task(l, step)); err != nil {
			t.Fatal(err)
		}
	}
	heard := map[string]bool{}
	w.agents.Range(func(ua, _ any) bool {
		for _, want := range []string{"landfall-step/azure.prod.resource-group", "landfall-step/azure.mgmt.security-defaults"} {
			if strings.HasPrefix(ua.(string), "azsdk-go-") && strings.HasSuffix(ua.(string), " "+want) {
				heard[want] = true
			}
		}
		return true
	})
	if len(heard) != 2 {
		t.Errorf("got the User-Agents of %v, want both steps', after the SDK's own product", heard)
	}
}
