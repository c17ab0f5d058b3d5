package e2e

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/devstack/stage"
)

// vault is the vault of the paper's scenario.
const vault = "itbytes-internal"

// become waits until landings are in states, and returns the report that says so. One that is to be in none may be in any.
func (s *scene) become(within time.Duration, plan string, want map[string]string) stage.Report {
	s.Helper()
	var r stage.Report
	var got map[string]string
	wrong := func() (out []string) {
		for _, id := range slices.Sorted(maps.Keys(want)) {
			if want[id] != "" && got[id] != want[id] {
				out = append(out, fmt.Sprintf("%s is %s, want %s", id, got[id], want[id]))
			}
		}
		return out
	}
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		r = s.Report(plan)
		if got = r.States(); len(wrong()) == 0 {
			return r
		}
	}
	s.WantDone(r, 9)
	s.Fatalf("not within %v: %v", within, wrong())
	return r
}

// all are the nine landings, in a state; those of a cloud may be in another.
func all(state string, but ...string) map[string]string {
	out := map[string]string{}
	for _, c := range []string{"aws", "azure", "gcp"} {
		for _, e := range []string{"prod", "dti", "mgmt"} {
			out[c+"/"+e] = state
		}
	}
	for i := 0; i < len(but); i += 2 {
		for id := range out {
			if id == but[i] || strings.HasPrefix(id, but[i]+"/") {
				out[id] = but[i+1]
			}
		}
	}
	return out
}

// signIn signs in to a login by the command line and another screen, as a person does.
func (s *scene) signIn(cloud, login string) string {
	s.Helper()
	cmd := s.Begin("login", login, "--operator", "maria")
	code := regexp.MustCompile(`type the code (\S+)`)
	defer func() {
		if s.Failed() {
			s.Logf("landfall login says: %s", cmd.Out())
		}
	}()
	s.Eventually(30*time.Second, "where to go and what to type", func() bool { return code.MatchString(cmd.Out()) })
	s.Person(cloud, "signIn", map[string]string{"login": login, "userCode": code.FindStringSubmatch(cmd.Out())[1]})
	return cmd.Ends(0)
}

// wantEachToldOnce wants every hold that was told of to be told released, each once.
func wantEachToldOnce(t *testing.T, ear *stage.Ear) {
	t.Helper()
	count := map[string]int{}
	for _, n := range ear.Heard("") {
		at := n.Landing + "/" + n.Step
		if n.Fault == "SessionExpired" || n.Fault == "Locked" {
			at = n.Landing + " for " + n.Login // a landing waits for a login once, with however many steps
		}
		switch n.Type {
		case "hold.opened", "person.awaited":
			count[at]++
		case "hold.released":
			count[at]--
		}
		if n.What == "" || n.Plan != "itbytes" || n.Workflow == "" || n.Timestamp.IsZero() {
			t.Errorf("a notice that says too little: %+v", n)
		}
	}
	for at, n := range count {
		if n != 0 {
			t.Errorf("%s: %d more holds than releases were told", at, n)
		}
	}
}

func TestAnExpiredSessionIsAskedForOnceAndOnlyWhatNeedsItWaits(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	ear := s.Listen(vault)
	plan := ear.Plan(paper, vault)
	s.Must(0, "migrate", plan, "--approve")
	s.Eventually(time.Minute, "the run is under way", func() bool { return len(s.Writes()) >= 10 })
	s.Login("aws-sso", "expired")
	r := s.become(2*time.Minute, plan, all("done", "aws/mgmt", "held"))
	for landing, fallback := range map[string]string{"aws/prod": "aws-prod-keys", "aws/dti": "aws-dti-keys"} {
		if !slices.ContainsFunc(steps(r, landing), func(st stage.Step) bool { return st.Login == fallback }) {
			t.Errorf("no step of %s went on by %s", landing, fallback)
		}
	}
	s.wantAskedOnce(ear, "aws-sso")
	out := s.signIn("aws", "aws-sso")
	s.become(time.Minute, plan, all("done"))
	s.wantAskedOnce(ear, "aws-sso")
	if back := ear.Heard("login.back"); len(back) != 1 || back[0].Login != "aws-sso" || back[0].By != "maria" {
		t.Errorf("told that it works again: %+v; want once, of aws-sso, by maria", back)
	}
	wantEachToldOnce(t, ear)
	s.WantNoSecret(out)
}

func TestThreeLandingsThatMeetOneExpiredSessionAskOnce(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	ear := s.Listen(vault)
	plan := ear.Plan(paper, vault, ", fallback: aws-prod-keys", "", ", fallback: aws-dti-keys", "")
	s.Must(0, "migrate", plan, "--approve")
	s.Eventually(time.Minute, "all three are under way", func() bool {
		under := map[string]bool{}
		for _, c := range s.Those(func(c stage.Call) bool { return c.Cloud == "aws" && (c.Service == "iam" || c.Service == "ec2") }) {
			under[c.Scope] = true
		}
		return len(under) >= 3
	})
	s.Login("aws-sso", "expired")
	r := s.become(2*time.Minute, plan, all("done", "aws", "held"))
	if held := r.Held(); len(held) < 3 {
		t.Errorf("%d steps met it: %v; want one of each at least", len(held), slices.Sorted(maps.Keys(held)))
	}
	s.wantAskedOnce(ear, "aws-sso")
	s.signIn("aws", "aws-sso")
	s.become(time.Minute, plan, all("done"))
	s.wantAskedOnce(ear, "aws-sso")
	wantEachToldOnce(t, ear)
}

// wantAskedOnce wants somebody to have been asked to sign in once, whoever waits, with the command that does it.
func (s *scene) wantAskedOnce(ear *stage.Ear, login string) {
	s.Helper()
	if asked := ear.Heard("login.needed"); len(asked) != 1 || asked[0].Login != login || !strings.Contains(asked[0].Do, "landfall login "+login) {
		s.Errorf("asked to sign in: %+v; want once, to %s, with its command", asked, login)
	}
}

func steps(r stage.Report, landing string) []stage.Step {
	for _, l := range r.Landings {
		if l.Cloud+"/"+l.Environment == landing {
			return l.Steps
		}
	}
	return nil
}

func TestALockedLoginIsNotTriedWhileItIsLocked(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	ear := s.Listen(vault)
	plan := ear.Plan(paper, vault)
	s.Must(0, "migrate", plan, "--approve")
	s.Eventually(time.Minute, "Azure is under way", func() bool {
		return len(s.Those(func(c stage.Call) bool { return c.Cloud == "azure" && c.Kind == "write" })) >= 5
	})
	s.Login("azure-admin", "locked")
	s.become(2*time.Minute, plan, all("done", "azure", "held"))
	azure := func() []stage.Call { return s.Those(func(c stage.Call) bool { return c.Cloud == "azure" }) }
	before := azure()
	quiet := func(what string) {
		t.Helper()
		time.Sleep(8 * time.Second) // longer than any pause of the runbook between its first looks
		for _, c := range azure()[len(before):] {
			t.Errorf("%s: while the login is locked there was the call %+v", what, c)
		}
	}
	quiet("the same worker")
	s.KillWorker()
	s.StartWorker()
	quiet("another worker")
	s.Must(3, "status", plan)
	if held := s.Report(plan).Held(); len(held) < 3 {
		t.Errorf("held: %v; want a step of each landing at least", held)
	}
	s.wantAskedOnce(ear, "azure-admin")
	if n := ear.Heard("login.needed"); len(n) > 0 && n[0].Fault != "Locked" {
		t.Errorf("told that it is %s, want Locked", n[0].Fault)
	}
	s.Login("azure-admin", "ok")
	s.Must(0, "resume", plan, "--login", "azure-admin", "--decision", "retry", "--reason", "unlocked by the help desk")
	s.become(time.Minute, plan, all("done"))
	s.wantAskedOnce(ear, "azure-admin")
	wantEachToldOnce(t, ear)
	s.WantNoSecret()
}
