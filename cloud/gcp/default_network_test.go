package gcp_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

const adoptee = "mediamanager"

func TestNoProjectThatIsMadeHasADefaultNetworkOrAnEditor(t *testing.T) {
	w := newWorld(t, nil)
	for _, env := range []string{"mgmt", "prod", "dti"} {
		w.land(t, landing(t, env), "")
		id := landing(t, env).Name
		p := w.stands(t)[id]
		if p.Labels["landfall-made"] != "true" || len(p.Networks) != 1 || p.Networks["it4bytes-"+env+"-vpc"] == nil {
			t.Errorf("%s: got the networks %v and the labels %v, want the plan's network alone", id, p.Networks, p.Labels)
		}
		if len(p.Firewalls) != 0 {
			t.Errorf("%s: got the firewall rules %v, want none", id, p.Firewalls)
		}
		for _, b := range p.IAM {
			if b.Role == "roles/editor" {
				t.Errorf("%s: %v may edit it", id, b.Members)
			}
		}
	}
}

func TestADefaultNetworkOfOthersIsNamedAndLeftAlone(t *testing.T) {
	w := newWorld(t, opened)
	l := alone(t)
	l.Name, l.Adopt.ID = adoptee, adoptee
	before := w.stands(t)[adoptee]
	if before.Networks["default"] == nil {
		t.Fatal("the project of others has no default network to begin with")
	}
	for range 2 {
		out := w.land(t, l, "")
		if got, want := strings.Join(out["vpc"].Evidence, " "), "GC-O03a does not hold for default (auto"; !strings.Contains(got, want) {
			t.Errorf("got %q, want it to say %q", got, want)
		}
	}
	after := w.stands(t)[adoptee]
	if after.Networks["default"] == nil || len(after.Firewalls) != len(before.Firewalls) || after.Labels["landfall-made"] != "" {
		t.Errorf("got %+v, want the default network as it was", after)
	}
}

func TestADefaultNetworkInAProjectThatWasMadeForThePlanIsAConflict(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	w.land(t, l, "scc")
	w.post(t, "/serviceusage/v1/projects/"+l.Name+"/services:batchEnable", `{"serviceIds":["compute.googleapis.com"]}`) // somebody is in a hurry
	for end := time.Now().Add(5 * time.Second); w.stands(t)[l.Name].Networks["default"] == nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("there is no default network to meet")
		}
	}
	done := facts(w.land(t, l, "compute"))
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "vpc"), done, false)
	if f := fault.As(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Error(), "default (auto)") {
		t.Errorf("got %v, want a Conflict that names the network", err)
	}
	if got := w.calls("write", "networks.insert"); got != 0 {
		t.Error("a network was made beside it")
	}
}

func TestTheComputeAPIWaitsForThePoliciesThatGuardIt(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	done := facts(w.land(t, l, "org-policies"))
	late := &stale{base: w.wire.base}
	w.wire.base = late
	late.left.Store(4) // two looks at two policies
	task := plan.Task{Landing: l, Step: stepNamed(t, w, l, "compute"), Key: "k", Facts: done}
	before := w.calls("write", "")
	for range 2 {
		out, err := w.Carry(t.Context(), task, func(string) {})
		want := "waits until compute.skipDefaultNetworkCreation and iam.automaticIamGrantsForDefaultServiceAccounts is in force in " + l.Name
		if err != nil || out.State != plan.StepPending || out.Wait.For != want {
			t.Fatalf("got %s, %+v, %v; want pending: %s", out.State, out.Wait, err, want)
		}
	}
	if got := w.calls("write", ""); got != before {
		t.Error("something was written meanwhile")
	}
	late.left.Store(0)
	out, err := w.carry(t.Context(), l, task.Step, done, false)
	if err != nil || out.State != plan.StepDone || out.Change.Op != plan.Update || out.Writes != 1 {
		t.Errorf("once they are in force: got %s %s with %d writes, %v", out.State, out.Change.Op, out.Writes, err)
	}
}

func TestAPolicyThatWasTakenBackInTheLastMomentStillGuards(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	done := facts(w.land(t, l, "org-policies"))
	late := &stale{base: w.wire.base}
	late.fresh.Store(2) // it is seen in force, and then no more
	late.left.Store(2)
	w.wire.base = late
	_, err := w.Carry(t.Context(), plan.Task{Landing: l, Step: stepNamed(t, w, l, "compute"), Key: "k", Facts: done}, func(string) {})
	if got := fault.KindOf(err); got != fault.Propagating {
		t.Errorf("got %v, want Propagating", err)
	}
	if got := w.calls("write", "BatchEnableServices"); got != 1 {
		t.Errorf("APIs were enabled %d times, want once and not compute's", got)
	}
}

func TestAPlanThatOnlyReportsOnThePoliciesOpensNoNetwork(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	l.Waived = []plan.Waiver{{Control: "GC-O02b", Reason: "nobody here may set policies"}}
	done := w.until(t, l, "org-policies")
	step := stepNamed(t, w, l, "compute")
	_, err := w.carry(t.Context(), l, step, done, false)
	if f := fault.As(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Error(), "compute.skipDefaultNetworkCreation") {
		t.Fatalf("got %v, want a Conflict that names the policy", err)
	}
	for _, c := range []string{"compute.skipDefaultNetworkCreation", "iam.automaticIamGrantsForDefaultServiceAccounts"} { // somebody sets them
		w.post(t, "/orgpolicy/v2/"+organization+"/policies", `{"name":"`+organization+`/policies/`+c+`","spec":{"rules":[{"enforce":true}]}}`)
	}
	out, err := w.carry(t.Context(), l, step, done, false)
	if err != nil || out.State != plan.StepDone || w.stands(t)[l.Name].Networks["default"] != nil {
		t.Errorf("once they are in force: got %s, %v", out.State, err)
	}
}

func TestAPlanThatOnlyReportsOnAllControlsEnablesNothingForThem(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	l.Mode = plan.ReportM
	w.until(t, l, "")
	if got := w.stands(t)[l.Name]; len(got.Networks) != 0 {
		t.Errorf("got the networks %v, want none", got.Networks)
	}
	for _, c := range w.kernel.Calls() {
		if c.Service == "compute" {
			t.Errorf("%s was asked of an API that is off", c.Operation)
		}
	}
}

// until carries a landing's steps up to and with the last one named, gaps and all, and returns the facts.
func (w *world) until(t *testing.T, l plan.Landing, last string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, s := range w.Steps(l) {
		o, err := w.carry(t.Context(), l, s, all, false)
		if err != nil || (o.State != plan.StepDone && o.State != plan.StepGap) {
			t.Fatalf("%s: got %s, %v", s.Name, o.State, err)
		}
		if gap := s.Control != "" && o.Change.Op != plan.None; gap != (o.State == plan.StepGap) && l.Mode == plan.ReportM {
			t.Errorf("%s: got %s %s, want a gap where it is not already so", s.Name, o.State, o.Change.Op)
		}
		all = merged(all, o.Facts)
		if s.Name == last {
			break
		}
	}
	return all
}

// opened gives the abandoned project the Compute Engine API, and thereby a default network.
func opened(_ *kernel.Scenario, e map[string]any) {
	p := e["projects"].([]any)[0].(map[string]any)
	p["billing"] = "billingAccounts/01B2C3-D4E5F6-071829"
	p["services"] = []any{"compute.googleapis.com"}
}

// standing is what /sim/state says of a project.
type standing struct {
	Labels              map[string]string
	Networks, Firewalls map[string]any
	IAM                 []struct {
		Role    string
		Members []string
	}
}

func (w *world) stands(t *testing.T) map[string]standing {
	t.Helper()
	var state struct{ Projects map[string]standing }
	if err := json.Unmarshal(mustJSON(t, w.kernel.State()["gcp"]), &state); err != nil {
		t.Fatal(err)
	}
	return state.Projects
}

// post is a person's own call.
func (w *world) post(t *testing.T, path, body string) {
	t.Helper()
	w.call(t, http.MethodPost, path, body)
}

func (w *world) patch(t *testing.T, path, body string) {
	t.Helper()
	w.call(t, http.MethodPatch, path, body)
}

func (w *world) call(t *testing.T, method, path, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.endpoint+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := w.http(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, resp.Status)
	}
}

// stale is a front of Google's to which a policy has not come yet: after some fresh answers it says some times of effective
// policies that they are not enforced.
type stale struct {
	base        http.RoundTripper
	fresh, left atomic.Int32
}

func (s *stale) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.base.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, ":getEffectivePolicy") || s.fresh.Add(-1) >= 0 || s.left.Add(-1) < 0 {
		return resp, err
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	b = bytes.ReplaceAll(bytes.ReplaceAll(b, []byte(" "), nil), []byte(`"enforce":true`), []byte(`"enforce":false`))
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	resp.Header.Del("Content-Length")
	return resp, nil
}
