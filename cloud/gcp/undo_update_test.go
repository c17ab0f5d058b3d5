package gcp_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

// still is what stands in a project, without what any write changes by itself.
func (w *world) still(t *testing.T, project string) string {
	t.Helper()
	s := string(mustJSON(t, w.everythingIn(t, project))) + string(mustJSON(t, w.kernel.State()["gcp"].(map[string]any)["workloadIdentityPools"]))
	return regexp.MustCompile(`"(etag|updateTime|fingerprint|uniqueId)":"[^"]*",?`).ReplaceAllString(s, "")
}

// drift is somebody at work in a landing that stands: one change for every kind of update that the catalogue makes.
func drift(t *testing.T, w *world, l plan.Landing) {
	t.Helper()
	project := "/projects/" + l.Name
	subnet := "/compute/compute/v1" + project + "/regions/" + l.Region + "/subnetworks/"
	w.patch(t, subnet+"private-a", `{"fingerprint":"`+w.ask(t, subnet+"private-a")["fingerprint"].(string)+`","logConfig":{"enable":false}}`)
	w.call(t, "DELETE", subnet+"private-b", "")
	armor := "/compute/compute/v1" + project + "/global/securityPolicies/it4bytes-mgmt-armor"
	w.post(t, armor+"/patchRule?priority=1000", `{"preview":true,"description":"theirs"}`)
	w.post(t, armor+"/removeRule?priority=1100", "")
	policies := "/orgpolicy/v2" + project + "/policies/"
	w.patch(t, policies+"storage.publicAccessPrevention?updateMask=policy.spec", `{"spec":{"rules":[{"enforce":false}]}}`)
	w.patch(t, policies+"storage.uniformBucketLevelAccess", `{"spec":{"rules":[{"enforce":false}]},"dryRunSpec":{"rules":[{"enforce":true}]}}`)
	w.call(t, "DELETE", policies+"compute.requireOsLogin", "")
	w.patch(t, "/cloudresourcemanager/v3"+project+"?updateMask=labels", `{"labels":{"landfall-plan":"itbytes","landfall-environment":"other","landfall-made":"true","team":"media"}}`)
	w.post(t, "/cloudresourcemanager/v3"+project+":setIamPolicy", `{"policy":{"bindings":[{"role":"roles/owner","members":["user:admin@it4bytes.example"]},{"role":"roles/browser","members":["user:admin@it4bytes.example"]}]}}`)
	w.patch(t, "/securitycentermanagement/v1"+project+"/locations/global/securityCenterServices/web-security-scanner?updateMask=intendedEnablementState", `{"intendedEnablementState":"DISABLED"}`)
	account := "/iam/v1" + project + "/serviceAccounts/itmanagesgcp@" + l.Name + ".iam.gserviceaccount.com"
	w.post(t, account+":setIamPolicy", `{"policy":{"bindings":[{"role":"roles/iam.serviceAccountUser","members":["user:admin@it4bytes.example"]}]}}`)
	for _, p := range w.ask(t, "/iam/v1"+project+"/locations/global/workloadIdentityPools/itmanagesgcp/providers")["workloadIdentityPoolProviders"].([]any) {
		w.patch(t, "/iam/v1/"+p.(map[string]any)["name"].(string)+"?updateMask=attributeMapping,attributeCondition",
			`{"attributeMapping":{"google.subject":"assertion.sub","attribute.team":"assertion.team"},"attributeCondition":"assertion.sub == 'theirs'"}`)
	}
	w.rest(t, project)
}

func TestWhatARunChangedIsAsItWasAndWhatStandsBesideItUntouched(t *testing.T) {
	w := newWorld(t, nil)
	l := landing(t, "mgmt")
	w.land(t, l, "")
	drift(t, w, l)
	before := w.still(t, l.Name)
	outs := w.land(t, l, "")
	changed := []string{"federation-itmanagesgcp", "labels", "roles-itmanagesgcp", "scc", "org-policies", "subnets", "cloud-armor"}
	for name, o := range outs {
		want := map[bool]plan.Op{true: plan.Update, false: plan.None}[slices.Contains(changed, name)]
		if o.Change.Op != want {
			t.Errorf("%s: got %s, want %s", name, o.Change.Op, want)
		}
	}
	if w.still(t, l.Name) == before {
		t.Fatal("the run mended nothing")
	}
	undone := w.undo(t, l, outs)
	for _, name := range changed {
		if u := undone[name]; u.State != plan.Reverted || u.Writes == 0 {
			t.Errorf("%s: got %s with %d writes (%s), want it reverted", name, u.State, u.Writes, u.Why)
		}
	}
	w.rest(t, "/projects/"+l.Name)
	if after := w.still(t, l.Name); after != before {
		t.Errorf("got\n%s\nwant\n%s", after, before)
	}
	writes := w.calls("write", "")
	w.undo(t, l, outs)
	if got := w.calls("write", ""); got != writes {
		t.Errorf("the second undo wrote %d times", got-writes)
	}
}

func TestAPolicyOfTheProjectThatForbadeNoKeysIsThereAgain(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	outs := w.land(t, l, "org-policies")
	w.post(t, "/orgpolicy/v2/projects/"+l.Name+"/policies", `{"name":"projects/`+l.Name+`/policies/iam.disableServiceAccountKeyUpload","spec":{"rules":[{"enforce":false}]}}`)
	before := w.still(t, l.Name)
	s := stepNamed(t, w, l, "key-policy")
	o, err := w.carry(t.Context(), l, s, facts(outs), false)
	if err != nil || o.Change.Op != plan.Update || !strings.Contains(string(mustJSON(t, o.Change)), `not enforced: {\"rules\":[{\"enforce\":false}]}`) {
		t.Fatalf("got %+v, %v", o.Change, err)
	}
	u := w.take(t, plan.Task{Landing: l, Step: s, Key: "k", Facts: facts(outs)}, plan.Deed{Change: o.Change, Receipt: o.Receipt})
	if after := w.still(t, l.Name); u.State != plan.Reverted || after != before {
		t.Errorf("got %s (%s)\n%s\nwant\n%s", u.State, u.Why, after, before)
	}
}

func TestWhatSomebodyHasChangedSinceIsLeft(t *testing.T) {
	w := newWorld(t, nil)
	l := alone(t)
	w.land(t, l, "labels")
	set := func(env string) {
		w.patch(t, "/cloudresourcemanager/v3/projects/"+l.Name+"?updateMask=labels", `{"labels":{"landfall-plan":"itbytes","landfall-environment":"`+env+`","landfall-made":"true"}}`)
	}
	set("other")
	outs := w.land(t, l, "labels")
	set("mine")
	before := w.calls("write", "")
	d := plan.Deed{Change: outs["labels"].Change, Receipt: outs["labels"].Receipt}
	u := w.take(t, plan.Task{Landing: l, Step: stepNamed(t, w, l, "labels"), Key: "k", Facts: facts(outs)}, d)
	if u.State != plan.Left || !strings.Contains(u.Why, "landfall-environment is mine") || w.calls("write", "") != before {
		t.Errorf("got %s (%s), want it left", u.State, u.Why)
	}
}

// ask is what a person reads.
func (w *world) ask(t *testing.T, path string) map[string]any {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.endpoint+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := w.http(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var v map[string]any
	decodeBody(t, resp.Body, &v)
	return v
}

// rest waits until nothing that was begun in a project goes on.
func (w *world) rest(t *testing.T, project string) {
	t.Helper()
	for _, at := range []string{"/global/operations", "/regions/us-central1/operations"} {
		for going := true; going; {
			going = false
			for _, o := range listOf(w.ask(t, "/compute/compute/v1"+project+at)["items"]) {
				going = going || o.(map[string]any)["status"] != "DONE"
			}
		}
	}
	for last := ""; ; {
		now := string(mustJSON(t, slices.Sorted(maps.Keys(w.everythingIn(t, strings.TrimPrefix(project, "/projects/")).SCC)))) + w.still(t, strings.TrimPrefix(project, "/projects/"))
		if now == last {
			return
		}
		last = now
		pause()
	}
}
