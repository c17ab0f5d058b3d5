package gcp_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// What the trackers of others' landing zones tell of, each by its name there.

// The first project is made and the next hits the quota, of which a project pending deletion has its part. On resume nothing is
// made twice, and the id is the one of the plan.
func TestQuotaThatIsSpentBetweenTwoProjectsHoldsTheSecondAlone_TEF20(t *testing.T) {
	w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
		e["organizations"].([]any)[0].(map[string]any)["projectQuota"] = 3
		e["projects"].([]any)[0].(map[string]any)["state"] = "DELETE_REQUESTED"
	})
	first, second := alone(t), landing(t, "dti")
	w.land(t, first, "project")
	s := stepNamed(t, w, second, "project")
	foreseen := strings.Join(w.Preview(t.Context(), second).Outcomes[0].Evidence, " ")
	if !strings.Contains(foreseen, "1 of them pending deletion") || !strings.Contains(foreseen, "no API tells the quota") {
		t.Errorf("foreseen: got %q, want what counts towards the quota", foreseen)
	}
	for range 2 {
		_, err := w.carry(t.Context(), second, s, nil, false)
		f := fault.As(err)
		if f == nil || f.Kind != fault.Quota || !strings.Contains(f.Error(), "3 others, 1 of them pending deletion") || !strings.Contains(f.Error(), "makes 2 more at most; no API tells the quota") {
			t.Fatalf("got %v, want Quota, and what counts towards it", err)
		}
	}
	for _, c := range w.kernel.Calls() {
		if c.Operation == "CreateProject" && c.Scope != "projects/"+first.Name && c.Scope != "projects/"+second.Name {
			t.Errorf("a project was asked for under the id %s, which the plan does not name", c.Scope)
		}
	}
	if o, err := w.carry(t.Context(), first, s, nil, false); err != nil || o.Change.Op != plan.None {
		t.Errorf("the first: got %s, %v; want it already so", o.Change.Op, err)
	}
	if err := w.kernel.Perform(kernel.Act{Cloud: "gcp", Do: "raiseProjectQuota", With: map[string]string{"organization": organization, "to": "5"}}); err != nil {
		t.Fatal(err)
	}
	out, err := w.carry(t.Context(), second, s, nil, false)
	if err != nil || out.State != plan.StepDone || out.Receipt.ID != second.Name {
		t.Errorf("once the quota is raised: got %s %q, %v", out.State, out.Receipt.ID, err)
	}
}

// What an organisation made since May 2024 enforces already is not set again, be it by the managed twin of a constraint.
func TestPoliciesThatAreSecureByDefaultAreNotMadeTwice_CFF2052(t *testing.T) {
	w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
		e["organizations"].([]any)[0].(map[string]any)["policies"] = []any{
			map[string]any{"constraint": "iam.managed.disableServiceAccountKeyCreation", "enforce": true},
			map[string]any{"constraint": "iam.managed.disableServiceAccountKeyUpload", "enforce": true},
			map[string]any{"constraint": "compute.managed.requireOsLogin", "enforce": true},
			map[string]any{"constraint": "iam.automaticIamGrantsForDefaultServiceAccounts", "enforce": true},
			map[string]any{"constraint": "storage.uniformBucketLevelAccess", "enforce": true},
		}
	})
	l := alone(t)
	outs := w.land(t, l, "")
	if o := outs["key-policy"]; o.Change.Op != plan.None || o.Writes != 0 {
		t.Errorf("key-policy: got %s with %d writes, want it already so", o.Change.Op, o.Writes)
	}
	if o := outs["org-policies"]; o.Writes != 2 {
		t.Errorf("org-policies: got %d writes, want the two that are not inherited", o.Writes)
	}
	if got := len(w.everythingIn(t, l.Name).OrgPolicies); got != 2 {
		t.Errorf("got %d policies in the project, want 2", got)
	}
}

// A policy of the project's own is changed as it stands, by its etag; its dry run stays.
func TestAPolicyThatStandsIsMergedByItsEtagAndNotWrittenOver_CFF2052(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	done := facts(w.land(t, l, "scc"))
	const c = "storage.publicAccessPrevention"
	w.post(t, "/orgpolicy/v2/projects/"+l.Name+"/policies", `{"name":"projects/`+l.Name+`/policies/`+c+`","spec":{"rules":[{"enforce":false}]},"dryRunSpec":{"rules":[{"enforce":true}]}}`)
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "UpdatePolicy"}, Times: 1, Status: 409, Code: "ABORTED", Message: "The policy was changed concurrently."})
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "org-policies"), maps.Clone(done), false)
	if err != nil || out.State != plan.StepDone || w.calls("write", "UpdatePolicy") != 2 || w.calls("write", "CreatePolicy") != 5 { // ours four, and theirs
		t.Fatalf("got %s, %v with %d updates and %d policies made", out.State, err, w.calls("write", "UpdatePolicy"), w.calls("write", "CreatePolicy"))
	}
	p := w.ask(t, "/orgpolicy/v2/projects/"+l.Name+"/policies/"+c)
	if p["dryRunSpec"] == nil || !strings.Contains(string(mustJSON(t, p["spec"])), `"enforce":true`) {
		t.Errorf("got %v, want it enforced and its dry run kept", p)
	}
}

// Exceptions that somebody has made by condition are no oversight.
func TestExceptionsInAPolicyAreAConflictAndStay_CFF2052(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	done := facts(w.land(t, l, "scc"))
	const c = "storage.publicAccessPrevention"
	w.post(t, "/orgpolicy/v2/projects/"+l.Name+"/policies", `{"name":"projects/`+l.Name+`/policies/`+c+`","spec":{"rules":[{"enforce":true},{"enforce":false,"condition":{"expression":"resource.matchTag('1/public','yes')"}}]}}`)
	before := w.calls("write", "")
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "org-policies"), done, false)
	if f := fault.As(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Error(), c) || !strings.Contains(f.Error(), "matchTag") {
		t.Errorf("got %v, want a Conflict that shows the exception", err)
	}
	if got := w.calls("write", ""); got != before {
		t.Error("something was written")
	}
}

func TestAnAPIThatWasJustEnabledIsWaitedForWithinItsBudget(t *testing.T) {
	w := newWorld(t, func(s *kernel.Scenario, _ map[string]any) {
		s.Durations = map[string]kernel.Duration{"gcp.service.propagation": kernel.Duration(300e6)}
	})
	l := landing(t, "mgmt")
	done := facts(w.land(t, l, "labels"))
	s := stepNamed(t, w, l, "account-itmanagesgcp")
	_, err := w.Carry(t.Context(), plan.Task{Landing: l, Step: s, Key: "k", Facts: done}, func(string) {})
	if f := fault.As(err); f == nil || f.Kind != fault.Propagating || f.Code != "SERVICE_DISABLED" {
		t.Fatalf("just after enabling: got %v, want Propagating", err)
	}
	out, err := w.carry(t.Context(), l, s, done, false)
	if err != nil || out.State != plan.StepDone {
		t.Errorf("once it is on everywhere: got %s, %v", out.State, err)
	}
}

// Our own policy would lock us out of what the plan still needs.
func TestAPolicyThatWouldLockLandfallOutIsNotSet_LZA1179(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "mgmt")
	done := facts(w.land(t, l, ""))
	if has(w.Steps(l), "key-policy") {
		t.Fatal("a landing whose keys the plan keeps forbids keys by itself")
	}
	l.Controls = map[string]plan.Mode{"GC-O10": plan.Enforce}
	before := w.calls("write", "")
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "key-policy"), done, false)
	f := fault.As(err)
	if f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Error(), "lock Landfall itself out") || !strings.Contains(f.Error(), credential) {
		t.Fatalf("got %v, want a Conflict that names the key", err)
	}
	if !strings.Contains(f.Hint, "credential out of identities") || !strings.Contains(f.Hint, "baseline.controls") {
		t.Errorf("hint: got %q, want the fields that mend it", f.Hint)
	}
	if got := w.calls("write", ""); got != before {
		t.Error("something was written")
	}
	l.Identities[0].Credential = ""
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "key-policy"), done, false)
	if err != nil || out.State != plan.StepDone || out.Writes != 2 {
		t.Errorf("without a key to keep: got %s with %d writes, %v", out.State, out.Writes, err)
	}
}

func TestAProjectPendingDeletionIsLockedAndUndeletedByAPersonAlone(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	w.land(t, l, "labels")
	w.call(t, http.MethodDelete, "/cloudresourcemanager/v3/projects/"+l.Name, "")
	before := w.calls("write", "")
	s := stepNamed(t, w, l, "project")
	_, err := w.carry(t.Context(), l, s, nil, false)
	f := fault.As(err)
	if f == nil || f.Kind != fault.Locked || f.Scope != l.Name || f.OfLogin() || !strings.Contains(f.Error(), "gcloud projects undelete "+l.Name) {
		t.Fatalf("got %+v, want it locked, and how it comes back", f)
	}
	if got := w.calls("write", ""); got != before {
		t.Error("something was written")
	}
	w.post(t, "/cloudresourcemanager/v3/projects/"+l.Name+":undelete", `{}`)
	if o, err := w.carry(t.Context(), l, s, nil, false); err != nil || o.Change.Op != plan.None {
		t.Errorf("once it is back: got %s, %v", o.Change.Op, err)
	}
}

func TestASuspendedProjectIsLockedAndTheLoginIsNot(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	done := facts(w.land(t, l, "compute"))
	act := func(do string) {
		if err := w.kernel.Perform(kernel.Act{Cloud: "gcp", Do: do, With: map[string]string{"project": l.Name}}); err != nil {
			t.Fatal(err)
		}
	}
	act("suspendProject")
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "vpc"), done, false)
	if f := fault.As(err); f == nil || f.Kind != fault.Locked || !strings.HasPrefix(f.Scope, "projects/") || f.OfLogin() {
		t.Errorf("got %+v, want the project locked", f)
	}
	act("reinstateProject")
	if out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "vpc"), done, false); err != nil || out.State != plan.StepDone {
		t.Errorf("reinstated: got %s, %v", out.State, err)
	}
}

func TestAProjectThatIsAdoptedByItsNameKeepsItsId(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	l.Adopt.Name = adoptee
	o, err := w.carry(t.Context(), l, stepNamed(t, w, l, "project"), nil, false)
	if err != nil || o.Change.Op != plan.None || o.Facts[plan.FactContainer] != adoptee {
		t.Errorf("got %s, %v of %s; want it as it stands", o.Change.Op, o.Facts, fmt.Sprint(err))
	}
	if got := w.calls("write", ""); got != 0 {
		t.Errorf("got %d writes, want none", got)
	}
}

func has(steps []plan.Step, name string) bool {
	for _, s := range steps {
		if s.Name == name {
			return true
		}
	}
	return false
}

// reworded is a Google that puts other words into some answers.
type reworded struct {
	base     http.RoundTripper
	ends     string // of the path
	old, new string
}

func (r *reworded) RoundTrip(q *http.Request) (*http.Response, error) {
	resp, err := r.base.RoundTrip(q)
	if err != nil || !strings.HasSuffix(q.URL.Path, r.ends) || q.Method != http.MethodGet {
		return resp, err
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	b = bytes.ReplaceAll(b, []byte(r.old), []byte(r.new))
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	resp.Header.Del("Content-Length")
	return resp, nil
}
