package gcp_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/option"

	"github.com/itbytes/landfall/cloud/gcp/compute"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestWhatAPersonRenamesIsWaitedForAndThenProven(t *testing.T) {
	w := newWorld(t, func(s *kernel.Scenario, e map[string]any) {
		e["organizations"].([]any)[0].(map[string]any)["displayName"] = "tzb164-org"
		s.People = []kernel.Person{{
			On: kernel.Match{Cloud: "gcp", Operation: "SearchOrganizations"}, After: kernel.Duration(300 * time.Millisecond),
			Act: kernel.Act{Cloud: "gcp", Do: "renameOrganization", With: map[string]string{"organization": organization, "displayName": "it4bytes-org"}},
		}}
	})
	l := landing(t, "mgmt")
	s := stepNamed(t, w, l, "org-name")
	out, err := w.carry(t.Context(), l, s, nil, false)
	if err != nil || out.State != plan.StepWaiting || out.Change.Op != plan.Manual || !strings.Contains(out.Wait.For, "displayName should be it4bytes-org") {
		t.Fatalf("got %s %+v, %v", out.State, out.Wait, err)
	}
	for deadline := time.Now().Add(5 * time.Second); out.State != plan.StepDone && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if out, err = w.carry(t.Context(), l, s, nil, false); err != nil {
			t.Fatal(err)
		}
	}
	if out.State != plan.StepDone || out.Writes != 0 {
		t.Errorf("got %s with %d writes, want done by a person", out.State, out.Writes)
	}
}

func TestUsersWithoutASecondFactorAreCountedOverAllPages(t *testing.T) {
	w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
		e["pageSize"] = 2
		org := e["organizations"].([]any)[0].(map[string]any)
		for _, name := range []string{"a", "b", "c", "d"} {
			org["users"] = append(org["users"].([]any), map[string]any{"email": name + "@it4bytes.example", "enrolled": true, "enforced": name != "d"})
		}
	})
	l := landing(t, "mgmt")
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "two-step"), nil, false)
	if err != nil || out.State != plan.StepWaiting {
		t.Fatalf("got %s, %v", out.State, err)
	}
	if got := out.Change.Fields; len(got) != 1 || got[0].Field != "enforced" || got[0].Before != "4 of 5" {
		t.Errorf("got %+v, want enforced 4 of 5", got)
	}
}

func TestDriftOfANetworkIsMended(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	done := facts(w.land(t, l, "vpc"))
	bare := l
	bare.Network.Subnets = bare.Network.Subnets[:1]
	done = merged(done, facts(map[string]plan.Outcome{"subnets": must(w.carry(t.Context(), bare, stepNamed(t, w, l, "subnets"), done, false))}))
	c := direct(t, w)
	s, err := c.Subnet(t.Context(), l.Name, l.Region, "private-a")
	if err != nil || !s.FlowLogs || !s.PrivateAccess {
		t.Fatalf("got %+v, %v", s, err)
	}
	off := false
	handle, err := c.PatchSubnet(t.Context(), l.Name, l.Region, s, compute.Switch{FlowLogs: &off}, "7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111")
	if err != nil {
		t.Fatal(err)
	}
	for ok := false; !ok; time.Sleep(10 * time.Millisecond) {
		if ok, err = c.Done(t.Context(), l.Name, handle); err != nil {
			t.Fatal(err)
		}
	}
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "subnets"), done, false)
	if err != nil || out.State != plan.StepDone || out.Change.Op != plan.Update || out.Writes != 2 {
		t.Fatalf("got %s %s with %d writes, %v; want one subnet patched and one made", out.State, out.Change.Op, out.Writes, err)
	}
	if got, want := out.Receipt.Before["private-a.flowLogs"], "off"; got != want {
		t.Errorf("before: got %q, want %q", got, want)
	}
}

func TestARangeThatCannotBeChangedIsAConflictAndNotASecondSubnet(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	done := facts(w.land(t, l, "subnets"))
	before := w.calls("write", "")
	l.Network.Subnets = append([]plan.Subnet{}, l.Network.Subnets...)
	l.Network.Subnets[0].CIDR = "10.200.0.0/22"
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "subnets"), done, false)
	if got := fault.KindOf(err); got != fault.Conflict {
		t.Errorf("got %v, want Conflict", err)
	}
	if got := w.calls("write", ""); got != before {
		t.Error("something was written")
	}
}

func TestANetworkWithANameTooNearIsAskedAboutAndCanBeAdopted(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	done := facts(w.land(t, l, "compute"))
	c := direct(t, w)
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) { // until the API is on everywhere
		_, _, err := c.InsertNetwork(t.Context(), l.Name, compute.Network{Name: "it4bytes-prod-network"}, "7d1f0c52-41a5-4c7e-9d0e-3c1f7ab02222")
		if err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	for _, err := c.Network(t.Context(), l.Name, "it4bytes-prod-network"); err != nil; _, err = c.Network(t.Context(), l.Name, "it4bytes-prod-network") {
		time.Sleep(10 * time.Millisecond)
	}
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "vpc"), done, false)
	if f := fault.As(err); f == nil || f.Kind != fault.Ambiguous || !strings.Contains(f.Hint, "adopt.resources.vpc") {
		t.Errorf("got %v, want Ambiguous", err)
	}
	l.Adopt.Resources = map[string]string{"vpc": "it4bytes-prod-network"}
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "vpc"), done, false)
	if err != nil || out.Change.Op != plan.None || out.Receipt.ID != "it4bytes-prod-network" {
		t.Errorf("adopted: got %s %q, %v", out.Change.Op, out.Receipt.ID, err)
	}
	l.Adopt.Resources["vpc"] = "no-such-network"
	if _, err = w.carry(t.Context(), l, stepNamed(t, w, l, "vpc"), done, false); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a network that is not there: got %v, want Conflict", err)
	}
}

func TestARuleThatSomebodyWeakenedIsPutBack(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	done := facts(w.land(t, l, "cloud-armor"))
	c := direct(t, w)
	p, err := c.Policy(t.Context(), l.Name, "it4bytes-prod-armor")
	if err != nil {
		t.Fatal(err)
	}
	p.Rules[0].Preview = true
	handle, err := c.PatchRule(t.Context(), l.Name, p.Name, p.Rules[0])
	if err != nil {
		t.Fatal(err)
	}
	for ok := false; !ok; time.Sleep(10 * time.Millisecond) {
		if ok, err = c.Done(t.Context(), l.Name, handle); err != nil {
			t.Fatal(err)
		}
	}
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "cloud-armor"), done, false)
	if err != nil || out.Change.Op != plan.Update || out.Writes != 1 || len(out.Change.Fields) != 1 {
		t.Errorf("got %s %+v with %d writes, %v", out.Change.Op, out.Change.Fields, out.Writes, err)
	}
}

func TestPoliciesThatAreInheritedAreNotSetAgain(t *testing.T) {
	w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
		e["organizations"].([]any)[0].(map[string]any)["policies"] = []any{
			map[string]any{"constraint": "compute.skipDefaultNetworkCreation", "enforce": true},
			map[string]any{"constraint": "storage.publicAccessPrevention", "enforce": true},
		}
	})
	out := w.land(t, alone(t), "vpc")
	if got := out["org-policies"].Writes; got != 3 {
		t.Errorf("got %d policies set, want the three that are not inherited", got)
	}
	if strings.Contains(strings.Join(out["vpc"].Evidence, " "), "default") {
		t.Errorf("there should be no default network: %v", out["vpc"].Evidence)
	}
}

func TestDetectorsOfAHigherTierAreEnabledWhereTheTierHasThem(t *testing.T) {
	for _, c := range []struct {
		tier   string
		writes int
		noted  bool
	}{{"STANDARD", 2, true}, {"PREMIUM", 6, false}} {
		w := newWorld(t, func(_ *kernel.Scenario, e map[string]any) {
			e["organizations"].([]any)[0].(map[string]any)["securityCenter"] = c.tier
		})
		w.activate(t, "event-threat-detection") // as activating a tier does
		out := w.land(t, alone(t), "scc")["scc"]
		if out.State != plan.StepDone || out.Writes != c.writes {
			t.Errorf("%s: got %s with %d writes, want %d: %v", c.tier, out.State, out.Writes, c.writes, out.Evidence)
		}
		if noted := strings.Contains(strings.Join(out.Evidence, " "), "container-threat-detection DISABLED, not in this tier"); noted != c.noted {
			t.Errorf("%s: noted %t, want %t: %v", c.tier, noted, c.noted, out.Evidence)
		}
	}
}

func TestAQuotaOfNetworksHoldsAndTheNextAttemptIsANewRequest(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	done := facts(w.land(t, l, "compute"))
	w.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "networks.insert"}, Times: 1, Status: 403, Code: "quotaExceeded", Message: "Quota 'NETWORKS' exceeded. Limit: 5.0 globally."})
	_, err := w.carry(t.Context(), l, stepNamed(t, w, l, "vpc"), done, false)
	if got := fault.KindOf(err); got != fault.Quota {
		t.Fatalf("got %v, want Quota", err)
	}
	out, err := w.carry(t.Context(), l, stepNamed(t, w, l, "vpc"), done, false)
	if err != nil || out.State != plan.StepDone {
		t.Errorf("after the limit was raised: got %s, %v", out.State, err)
	}
}

// alone is the production landing without identities, which another landing would have to make.
func alone(t *testing.T) plan.Landing {
	t.Helper()
	l := landing(t, "prod")
	l.Identities = nil
	return l
}

// direct is somebody else at work in the same Google Cloud.
func direct(t *testing.T, w *world) *compute.Client {
	t.Helper()
	c, err := compute.New(context.Background(), option.WithEndpoint(w.endpoint+"/compute"), option.WithHTTPClient(w.http(t)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func must(o plan.Outcome, err error) plan.Outcome {
	if err != nil {
		panic(err)
	}
	return o
}

func merged(a, b map[string]string) map[string]string {
	for k, v := range b {
		a[k] = v
	}
	return a
}
