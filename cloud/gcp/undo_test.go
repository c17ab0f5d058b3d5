package gcp_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// undo takes back what outs say that a run did in a landing, last first and what forbids something before all else.
func (w *world) undo(t *testing.T, l plan.Landing, outs map[string]plan.Outcome) map[string]plan.Undoing {
	t.Helper()
	steps := w.Steps(l)
	slices.Reverse(steps)
	slices.SortStableFunc(steps, func(a, b plan.Step) int {
		switch {
		case a.Deny == b.Deny:
			return 0
		case a.Deny:
			return -1
		}
		return 1
	})
	all, known := map[string]plan.Undoing{}, facts(outs)
	for _, s := range steps {
		o, carried := outs[s.Name]
		if !carried {
			continue
		}
		task := plan.Task{Landing: l, Step: s, Key: l.Plan + "/" + l.ID() + "/" + s.Name, Facts: maps.Clone(known)}
		all[s.Name] = w.take(t, task, plan.Deed{Change: o.Change, Receipt: o.Receipt})
	}
	return all
}

// take undoes one step, as the workflow would: it comes back to what is pending and tries again what may pass.
func (w *world) take(t *testing.T, task plan.Task, d plan.Deed) plan.Undoing {
	t.Helper()
	begun := false
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		u, err := w.Undo(t.Context(), task, d, begun)
		begun = begun || u.Begun
		w.hear(u)
		switch {
		case err != nil && (!fault.KindOf(err).Retries() || time.Now().After(deadline)):
			t.Fatalf("undo of %s %s: %v", task.Landing.ID(), task.Step.Name, err)
		case err == nil && (u.State != plan.UndoPending || time.Now().After(deadline)):
			return u
		}
	}
}

// abroad is what stands of a project, as far as a person would look.
type abroad struct {
	Labels                                  map[string]string
	Billing                                 string
	Networks, Subnetworks, SecurityPolicies map[string]any
	Firewalls, OrgPolicies, DNSZones, SCC   map[string]any
	ServiceAccounts                         map[string]struct {
		Disabled bool
		Keys     []any
		IAM      []any
	}
	IAM []any
}

func (w *world) everythingIn(t *testing.T, project string) abroad {
	t.Helper()
	var state struct{ Projects map[string]abroad }
	decodeInto(t, w.kernel.State()["gcp"], &state)
	p, stands := state.Projects[project]
	if !stands {
		t.Fatalf("there is no project %s", project)
	}
	return p
}

func TestAnAbortedRunLeavesNothingLiveButItsProjectsInQuarantine(t *testing.T) {
	w := newWorld(t, nil)
	mgmt, prod := landing(t, "mgmt"), landing(t, "prod")
	did := map[string]map[string]plan.Outcome{"mgmt": w.land(t, mgmt, ""), "prod": w.land(t, prod, "")}
	for _, l := range []plan.Landing{prod, mgmt} {
		for name, u := range w.undo(t, l, did[l.Environment]) {
			want := map[plan.Inverse]plan.UndoState{plan.Revert: plan.Reverted, plan.Neutralise: plan.Neutralised, plan.Quarantine: plan.Quarantined, plan.NoInverse: plan.Left}[stepNamed(t, w, l, name).Inverse]
			if did[l.Environment][name].Change.Op == plan.None {
				want = plan.Left
			}
			if u.State != want || u.Why == "" {
				t.Errorf("%s %s: got %s (%s), want %s", l.ID(), name, u.State, u.Why, want)
			}
		}
	}
	for _, l := range []plan.Landing{prod, mgmt} {
		p := w.everythingIn(t, l.Name)
		if n := len(p.Networks) + len(p.Subnetworks) + len(p.SecurityPolicies) + len(p.Firewalls) + len(p.DNSZones); n != 0 {
			t.Errorf("%s: %d things still stand: %+v", l.Name, n, p)
		}
		if p.Labels["landfall-quarantined"] != "closed" || p.Billing == "" {
			t.Errorf("%s: got the labels %v and the billing %q, want it in quarantine and paid for", l.Name, p.Labels, p.Billing)
		}
		if got, want := slices.Sorted(maps.Keys(p.OrgPolicies)), []string{"compute.vmExternalIpAccess", "gcp.resourceLocations", "iam.disableServiceAccountCreation"}; !slices.Equal(got, want) {
			t.Errorf("%s: got the policies %v, want those of the quarantine: %v", l.Name, got, want)
		}
		for email, a := range p.ServiceAccounts {
			if ours := strings.HasPrefix(email, "itmanagesgcp@"); ours && (!a.Disabled || len(a.Keys) != 0 || len(a.IAM) != 0) {
				t.Errorf("%s: %s is live: %+v", l.Name, email, a)
			}
		}
		if strings.Contains(string(mustJSON(t, p.IAM)), "itmanagesgcp@") {
			t.Errorf("%s: the identity still has roles: %v", l.Name, p.IAM)
		}
		for detector, s := range p.SCC {
			if !strings.Contains(string(mustJSON(t, s)), `"intended":"INHERITED"`) {
				t.Errorf("%s: %s is %v, want it inherited as before", l.Name, detector, s)
			}
		}
	}
	if !strings.Contains(string(mustJSON(t, w.kernel.State()["gcp"])), `"disabled":true,"displayName":"itmanagesgcp"`) {
		t.Error("the workload identity pool is not disabled")
	}
	if f := w.keeper.items[credential]; f.Secret["key file"].Reveal() != "" || f.Plain["key id"] != "" {
		t.Error("the vault still holds the key")
	}
	before := w.calls("write", "")
	for _, l := range []plan.Landing{prod, mgmt} {
		for name, u := range w.undo(t, l, did[l.Environment]) {
			if u.Writes != 0 || u.State == plan.UndoFailed || u.State == plan.UndoPending {
				t.Errorf("the second time, %s %s: got %s with %d writes (%s)", l.ID(), name, u.State, u.Writes, u.Why)
			}
		}
	}
	if got := w.calls("write", ""); got != before {
		t.Errorf("the second abort wrote %d times", got-before)
	}
	w.noSecretCameUp(t)
}

func TestAProjectInQuarantineHoldsUntilSomebodyReleasesIt(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	w.undo(t, l, w.land(t, l, ""))
	s := stepNamed(t, w, l, "project")
	_, err := w.carry(t.Context(), l, s, nil, false)
	f := fault.As(err)
	if f == nil || f.Kind != fault.Locked || f.Scope != l.Name || f.OfLogin() || !strings.Contains(f.Error(), "--update-labels=landfall-quarantined=release") {
		t.Fatalf("got %+v, want it locked, with what brings it back", f)
	}
	w.patch(t, "/cloudresourcemanager/v3/projects/"+l.Name+"?updateMask=labels", `{"labels":{"landfall-plan":"itbytes","landfall-environment":"prod","landfall-made":"true","landfall-quarantined":"release"}}`)
	again := w.land(t, l, "")
	if o := again["project"]; o.Change.Op != plan.Update {
		t.Errorf("got %s, want it brought back", o.Change.Op)
	}
	p := w.everythingIn(t, l.Name)
	if p.Labels["landfall-quarantined"] != "" || p.OrgPolicies["gcp.resourceLocations"] != nil || len(p.Networks) != 1 || len(p.Subnetworks) == 0 {
		t.Errorf("got %+v, want it as it was made", p)
	}
	for name, o := range w.land(t, l, "") {
		if o.Change.Op != plan.None {
			t.Errorf("once more, %s: got %s %+v", name, o.Change.Op, o.Change)
		}
	}
	if u := w.undo(t, l, again)["project"]; u.State != plan.Reverted || w.everythingIn(t, l.Name).OrgPolicies["gcp.resourceLocations"] == nil {
		t.Errorf("got %s (%s), want it in quarantine again, and released", u.State, u.Why)
	}
}

func TestAProjectGivenUpBeforeItsAPIsAreOnIsClosedToo(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	u := w.undo(t, l, w.land(t, l, "project"))["project"]
	if p := w.everythingIn(t, l.Name); u.State != plan.Quarantined || len(p.OrgPolicies) != 3 {
		t.Errorf("got %s (%s) with the policies %v", u.State, u.Why, p.OrgPolicies)
	}
}

func TestWhatIsSwitchedOffIsSwitchedOnByTheNextRunAndWhatOthersSwitchedOffIsNot(t *testing.T) {
	w := newWorld(t, opened)
	l := landing(t, "mgmt")
	l.Name, l.Adopt.ID = adoptee, adoptee
	w.undo(t, l, w.land(t, l, ""))
	again := w.land(t, l, "")
	for _, name := range []string{"account-itmanagesgcp", "federation-itmanagesgcp"} {
		if o := again[name]; o.Change.Op != plan.Update {
			t.Errorf("%s: got %s, want it switched on", name, o.Change.Op)
		}
	}
	if again["key-itmanagesgcp"].Change.Op != plan.Create || !strings.Contains(w.keeper.items[credential].Secret["key file"].Reveal(), "client_email") {
		t.Error("no new key was made")
	}
	account := "/iam/v1/projects/" + adoptee + "/serviceAccounts/itmanagesgcp@" + adoptee + ".iam.gserviceaccount.com"
	w.post(t, account+":disable", `{}`)
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "account-itmanagesgcp"), facts(again), false)
	if f := fault.As(err); f == nil || f.Kind != fault.Locked || f.OfLogin() {
		t.Errorf("disabled by somebody: got %v, want Locked", err)
	}
}

func TestUndoLeavesAnAdoptedProjectAsItWasFound(t *testing.T) {
	w := newWorld(t, opened)
	l := landing(t, "mgmt")
	l.Name, l.Adopt.ID = adoptee, adoptee
	before := w.everythingIn(t, adoptee)
	outs := w.land(t, l, "")
	undone := w.undo(t, l, outs)
	if u := undone["project"]; u.State != plan.Left {
		t.Errorf("project: got %s (%s), want it left", u.State, u.Why)
	}
	after := w.everythingIn(t, adoptee)
	for email := range after.ServiceAccounts {
		if strings.HasPrefix(email, "itmanagesgcp@") { // disabled, and kept
			delete(after.ServiceAccounts, email)
		}
	}
	after.Labels, before.Labels = nil, nil // adopted: they stay
	if got, want := string(mustJSON(t, after)), string(mustJSON(t, before)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWhatOthersHavePutIntoAThingKeepsItFromBeingDeleted(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "mgmt")
	outs := w.land(t, l, "")
	w.post(t, "/dns/dns/v1/projects/"+l.Name+"/managedZones/"+outs["dns-zone"].Receipt.ID+"/rrsets", `{"name":"www.`+l.Zone+`.","type":"A","ttl":300,"rrdatas":["192.0.2.1"]}`)
	w.post(t, "/compute/compute/v1/projects/"+l.Name+"/global/firewalls", `{"name":"theirs","network":"global/networks/it4bytes-mgmt-vpc","denied":[{"IPProtocol":"all"}]}`)
	for _, name := range []string{"dns-zone", "vpc"} {
		task := plan.Task{Landing: l, Step: stepNamed(t, w, l, name), Key: "k", Facts: facts(outs)}
		_, err := w.Undo(t.Context(), task, plan.Deed{Change: outs[name].Change, Receipt: outs[name].Receipt}, false)
		if f := fault.As(err); f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Hint, "taken away") {
			t.Errorf("%s: got %v, want a Conflict", name, err)
		}
	}
	if p := w.everythingIn(t, l.Name); len(p.Networks) != 1 || len(p.DNSZones) != 1 {
		t.Errorf("got %+v, want both kept", p)
	}
}

func TestAnUndoWhoseAnswerWasLostIsFoundDone(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "mgmt")
	outs := w.land(t, l, "")
	once := []string{
		"managedZones.delete", "securityPolicies.delete", "subnetworks.delete", "networks.delete", "DeletePolicy", "UpdateSecurityCenterService",
		"serviceAccounts.keys.delete", "SetIamPolicy", "serviceAccounts.setIamPolicy", "workloadIdentityPools.patch", "serviceAccounts.disable", "serviceAccounts.patch", "CreatePolicy", "UpdateProject",
	}
	for _, op := range once {
		w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: op}, Do: kernel.DoLose, Times: 1})
	}
	before := len(w.kernel.Calls())
	for name, u := range w.undo(t, l, outs) {
		if u.State == plan.UndoPending || u.State == plan.UndoFailed {
			t.Errorf("%s: got %s (%s)", name, u.State, u.Why)
		}
	}
	for _, op := range once {
		if !slices.ContainsFunc(w.kernel.Calls()[before:], func(c kernel.Record) bool { return c.Operation == op }) {
			t.Errorf("%s was never asked for, so that nothing of it was lost", op)
		}
	}
}
