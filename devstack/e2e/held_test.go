package e2e

import (
	"testing"
	"time"

	"github.com/itbytes/landfall/devstack/stage"
)

func TestWhatIsHeldOutlivesTheWorkerAndTheServer(t *testing.T) {
	s := scene{stage.Raise(t, stage.Options{Scenario: "itbytes.yaml", Alone: true})}
	ear := s.Listen(vault)
	plan := ear.Plan(paper, vault)
	s.Login("gcp-admin", "expired")
	s.Login("azure-admin", "locked")
	s.Must(0, "migrate", plan, "--approve")
	held := all("done", "gcp", "held", "azure", "held")
	before := s.become(2*time.Minute, plan, held).Held()
	s.KillWorker()
	s.KillServer()
	s.StartServer()
	s.StartWorker()
	s.Eventually(time.Minute, "the worker answers", func() bool { code, _, _ := s.Do("status", plan); return code == 3 })
	after := s.become(time.Minute, plan, held).Held()
	if len(after) != len(before) || len(after) < 6 {
		t.Errorf("held before and after: %d and %d, want the same six at least", len(before), len(after))
	}
	for at, was := range before {
		now, still := after[at]
		switch {
		case !still:
			t.Errorf("%s is no longer held", at)
		case was.Hold == nil || now.Hold == nil:
			t.Errorf("%s: the report does not say of the hold since when it is, and what releases it", at)
		case !now.Hold.Since.Equal(was.Hold.Since):
			t.Errorf("%s is held since %s, and was since %s", at, now.Hold.Since, was.Hold.Since)
		}
	}
	s.Login("gcp-admin", "ok")
	s.Login("azure-admin", "ok")
	for _, login := range []string{"gcp-admin", "azure-admin"} {
		s.Must(0, "resume", plan, "--login", login, "--decision", "retry", "--reason", "there again")
	}
	s.become(2*time.Minute, plan, all("done"))
	s.wantEachOnce()
	if asked := ear.Heard("login.needed"); len(asked) != 2 {
		t.Errorf("asked to sign in: %+v; want once for each of the two logins", asked)
	}
	wantEachToldOnce(t, ear)
	s.WantNoSecret()
}
