package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/stage"
)

// A closed AWS account among nine (awslabs/landing-zone-accelerator-on-aws#980 stopped all of them).
func TestAClosedAccountAmongNineHoldsItsOwnLanding(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	ear := s.Listen(vault)
	plan := ear.Plan(paper, vault)
	dti := map[string]string{"account": "104862917517"}
	s.Person("aws", "suspendAccount", dti)
	s.Must(0, "migrate", plan, "--approve")
	r := s.become(2*time.Minute, plan, all("done", "aws/dti", "held", "aws/mgmt", ""))
	for at, st := range r.Held() {
		if !strings.HasPrefix(at, "aws/") || st.Fault == nil || st.Fault.Kind != "Locked" || !strings.Contains(st.Fault.Message, "aws-dti") {
			t.Errorf("%s is held by %+v, want what needs the closed account alone, and its name", at, st.Fault)
		}
	}
	if asked := ear.Heard("login.needed"); len(asked) != 0 {
		t.Errorf("somebody was asked to sign in: %+v; the login works", asked)
	}
	s.Person("aws", "reopenAccount", dti)
	s.Must(0, "resume", plan, "--decision", "retry", "--reason", "the account is open again")
	s.become(2*time.Minute, plan, all("done"))
	s.wantEachOnce()
	wantEachToldOnce(t, ear)
}

// A worker that dies between a create and its record (crossplane-contrib/provider-aws#279, StackStorm/st2#4716), in each
// cloud and for the credentials that are shown once.
func TestAWorkerThatDiesBetweenACreateAndItsRecordLeavesOneOfEach(t *testing.T) {
	s := raise(t, "greenfield.yaml")
	const plan = "examples/greenfield.yaml"
	todo := map[string]string{
		"organizations CreateAccount": "aws", "Microsoft.Subscription aliases.put": "azure", "cloudresourcemanager CreateProject": "gcp",
		"iam CreateAccessKey": "aws", "graph applications.upsert": "azure",
	}
	run := s.Begin("migrate", plan, "--approve", "--wait")
	end := time.Now().Add(3 * time.Minute)
	for len(todo) > 0 {
		if time.Now().After(end) {
			t.Fatalf("these creates were never seen: %v", slices.Sorted(maps.Keys(todo)))
		}
		struck := false
		for _, c := range s.Sim.Kernel().Calls() { // past the wire, so that the worker has no time to go on
			if _, waits := todo[c.Service+" "+c.Operation]; waits {
				delete(todo, c.Service+" "+c.Operation)
				struck = true
			}
		}
		if struck {
			s.KillWorker()
			s.StartWorker()
		}
		time.Sleep(time.Millisecond)
	}
	run.Ends(0)
	s.WantDone(s.Report(plan), 9)
	s.wantGreenfieldOnce()
	before := s.Still()
	s.Must(0, "migrate", plan, "--approve", "--wait")
	s.wantNoWriteSince(before, "a run after that one")
	s.WantNoSecret(run.Out())
}

// wantGreenfieldOnce wants one container for each landing of the greenfield, and one credential for each identity.
func (s *scene) wantGreenfieldOnce() {
	s.Helper()
	state := s.State()
	read := func(cloud string, into any) {
		if err := json.Unmarshal(state[cloud], into); err != nil {
			s.Fatal(err)
		}
	}
	var aws struct {
		Accounts map[string]struct {
			Name string
			IAM  struct {
				Users map[string]struct{ AccessKeys map[string]string }
			}
		}
	}
	read("aws", &aws)
	names := map[string]int{}
	for _, a := range aws.Accounts {
		names[a.Name]++
		for user, u := range a.IAM.Users {
			if len(u.AccessKeys) != 1 {
				s.Errorf("%s of %s has the keys %v, want one", user, a.Name, u.AccessKeys)
			}
		}
	}
	if want := map[string]int{"Green Holding": 1, "green-prod": 1, "green-dti": 1, "green-mgmt": 1}; !maps.Equal(names, want) {
		s.Errorf("accounts = %v, want %v", names, want)
	}
	var azure struct {
		Subscriptions map[string]struct{ DisplayName string }
		Applications  map[string]struct {
			DisplayName    string
			KeyCredentials []any
		}
	}
	read("azure", &azure)
	names = map[string]int{}
	for _, sub := range azure.Subscriptions {
		names[sub.DisplayName]++
	}
	if want := map[string]int{"green-sub-prod-core": 1, "green-sub-dti-core": 1, "green-sub-mgmt-core": 1}; !maps.Equal(names, want) {
		s.Errorf("subscriptions = %v, want %v", names, want)
	}
	for _, app := range azure.Applications {
		if len(azure.Applications) != 1 || len(app.KeyCredentials) != 1 {
			s.Errorf("%d applications, %s with %d certificates; want one with one", len(azure.Applications), app.DisplayName, len(app.KeyCredentials))
		}
	}
	var gcp struct{ Projects map[string]json.RawMessage }
	read("gcp", &gcp)
	if got := slices.Sorted(maps.Keys(gcp.Projects)); !slices.Equal(got, []string{"green-dti-core", "green-mgmt-core", "green-prod-core"}) {
		s.Errorf("projects = %v, want one for each environment", got)
	}
}

// A plan folder that cannot be read: nothing is deleted (the README of FAST: an empty folder of files destroys what they made).
func TestAPlanFolderThatCannotBeReadDeletesNothingAndSaysSo(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "plans")
	b, err := os.ReadFile(stage.Root + "/" + paper)
	if err == nil {
		err = os.Mkdir(folder, 0o750)
	}
	if err == nil {
		err = os.WriteFile(folder+"/itbytes.yaml", b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := scene{stage.Raise(t, stage.Options{Scenario: "itbytes.yaml", Plans: folder})}
	c := s.Dial()
	migrate := func() error {
		run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "migrate/itbytes", TaskQueue: "landfall"}, "Migrate",
			map[string]any{"planRef": "itbytes", "approval": "given"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
		defer stop()
		return run.Get(ctx, nil)
	}
	if err := migrate(); err != nil {
		t.Fatal(err)
	}
	writes := s.Still()
	before := s.State()
	for what, spoil := range map[string]func() error{
		"a folder that leads nowhere": func() error { return os.Symlink(folder, folder) }, // no permission keeps root out, this does
		"no folder at all":            func() error { return nil },
		"an empty folder":             func() error { return os.Mkdir(folder, 0o750) },
	} {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		err := migrate()
		if err == nil || !strings.Contains(err.Error(), "itbytes") || !strings.Contains(err.Error(), "folder") {
			t.Errorf("%s: %v; want an error that names the plan and the folder", what, err)
		}
		if what != "an empty folder" && (err == nil || !strings.Contains(err.Error(), "cannot be read")) {
			t.Errorf("%s: %v; want that it cannot be read", what, err)
		}
	}
	if w := s.Writes()[writes:]; len(w) != 0 {
		t.Errorf("there were the writes %+v", w)
	}
	for cloud, was := range before {
		if now := s.State()[cloud]; !bytes.Equal(now, was) {
			t.Errorf("%s is another than before", cloud)
		}
	}
}

// A plan is approved, the world changes, and apply asks again (runatlantis/atlantis#773 applied what nobody had seen).
func TestAWorldThatChangedAfterTheApprovalIsAskedAboutAgain(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	ear := s.Listen(vault)
	plan := ear.Plan(paper, vault)
	s.Must(3, "migrate", plan, "--wait")
	// Somebody puts half of a block on public buckets into dti, which had none when the preview was made.
	s.putHalfABlock("104862917517", "aws-dti")
	half := len(s.Writes())
	digest := s.digest(plan)
	s.Must(0, "approve", plan, "--digest", digest, "--reason", "CHG-4711")
	r := s.become(2*time.Minute, plan, all("done", "aws/dti", "held"))
	st, held := r.Held()["aws/dti/s3-public-access"]
	if !held || st.Fault.Kind != "Conflict" || !strings.Contains(st.Fault.Message, "the world has changed since") {
		t.Errorf("held: %+v; want the step whose world has changed, and that it has", r.Held())
	}
	for _, w := range s.Writes()[half:] {
		if w.Service == "s3control" && w.Scope == "104862917517" {
			t.Errorf("what nobody had seen was written over: %+v", w)
		}
	}
	s.Must(0, "resume", plan, "--landing", "aws/dti", "--decision", "retry", "--reason", "seen")
	s.become(time.Minute, plan, all("done"))
	wantEachToldOnce(t, ear)
}
