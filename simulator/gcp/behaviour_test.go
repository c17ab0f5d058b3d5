package gcp

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

const standing = "projects/standing-project"

func TestWithoutATokenOrWithAnUnknownOneNothingIsAnswered(t *testing.T) {
	d := raise(t, nil)
	for _, token := range []string{"", "ya29.nobody"} {
		code, answer := d.doAs(token, "GET /cloudresourcemanager/v3/projects:search", "")
		if status := answer["error"].(map[string]any)["status"]; code != 401 || status != "UNAUTHENTICATED" {
			t.Errorf("with token %q: got %d %v, want 401 UNAUTHENTICATED", token, code, status)
		}
	}
}

func TestAnUnknownMethodIsNeverASuccess(t *testing.T) {
	d := raise(t, nil)
	for _, line := range []string{"GET /cloudresourcemanager/v3/nothing", "GET /nothing/v1/x", "PUT /iam/v1/projects/p/roles/r", "GET /", "POST /compute/compute/v1/projects/standing-project/global/routes"} {
		if code, _ := d.do(line, ""); code != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", line, code)
		}
	}
	d.refuses("GET /cloudresourcemanager/v3/projects:search?colour=red", "", 400, "Cannot bind query parameter")
	d.refuses("POST /cloudresourcemanager/v3/projects", `{"projectID": "x"}`, 400, "Cannot find field")
	d.refuses("PATCH /cloudresourcemanager/v3/"+standing+"?updateMask=colour", `{}`, 400, "INVALID_ARGUMENT")
}

func TestAnExpiredLoginFailsAtTheTokenEndpointAndAtTheAPIsUntilItIsMended(t *testing.T) {
	d := raise(t, nil)
	const line = "GET /cloudresourcemanager/v3/" + standing
	d.set(kernel.LoginExpired)
	if code, body := d.refresh(); code != 400 || body["error"] != "invalid_grant" || body["error_subtype"] != "invalid_rapt" {
		t.Errorf("refresh: got %d %v, want 400 invalid_grant invalid_rapt", code, body)
	}
	d.refuses(line, "", 401, "ACCESS_TOKEN_EXPIRED")
	d.set(kernel.LoginLocked)
	if code, body := d.refresh(); code != 400 || body["error"] != "invalid_grant" || body["error_description"] != "Account has been disabled" {
		t.Errorf("refresh: got %d %v, want 400 invalid_grant of a disabled account", code, body)
	}
	d.set(kernel.LoginOK)
	d.must(line, "")
}

func (d *stand) set(state string) {
	d.t.Helper()
	if err := d.k.SetLogin("admin", state); err != nil {
		d.t.Fatal(err)
	}
}

func TestAProjectThatIsNotThereAnswersAsOneThatIsForbidden(t *testing.T) {
	d := raise(t, nil)
	answer := d.refuses("GET /cloudresourcemanager/v3/projects/not-there-x", "", 403, "PERMISSION_DENIED")
	if m := answer["error"].(map[string]any)["message"]; m != "The caller does not have permission" {
		t.Errorf("got message %q, want the one that was recorded", m)
	}
	if found := d.must("GET /cloudresourcemanager/v3/projects:search?query=id:not-there-x", ""); len(found) != 0 {
		t.Errorf("search: got %v, want nothing", found)
	}
}

func TestAProjectIDIsTakenForEverAndEverywhere(t *testing.T) {
	d := raise(t, nil)
	const api = "/cloudresourcemanager/v3/projects"
	body := `{"projectId": "once-only-1", "parent": "organizations/123456789012"}`
	d.must("POST "+api, body)
	d.refuses("POST "+api, body, 409, "ALREADY_EXISTS")
	d.must("DELETE "+api+"/once-only-1", "")
	if p := d.must("GET "+api+"/once-only-1", ""); p["state"] != "DELETE_REQUESTED" {
		t.Errorf("state: got %v, want DELETE_REQUESTED", p["state"])
	}
	d.refuses("POST "+api, body, 409, "ALREADY_EXISTS")
	d.refuses("POST "+api, strings.Replace(body, "once-only-1", "somebody-elses", 1), 409, "ALREADY_EXISTS")
	d.refuses("GET "+api+"/somebody-elses", "", 403, "PERMISSION_DENIED")
}

func TestAProjectBeyondTheQuotaFailsInItsOperation(t *testing.T) {
	d := raiseEstate(t, strings.Replace(standEstate, "projectQuota: 9", "projectQuota: 2", 1), nil)
	const api = "/cloudresourcemanager/v3/"
	d.must("POST "+api+"projects", `{"projectId": "second-one", "parent": "organizations/123456789012"}`)
	d.must("DELETE "+api+"projects/second-one", "")
	o := d.must("POST "+api+"projects", `{"projectId": "third-one", "parent": "organizations/123456789012"}`)
	e, _ := d.must("GET "+api+o["name"].(string), "")["error"].(map[string]any)
	if e["code"] != 8.0 {
		t.Errorf("operation: got error %v, want code 8: a project on its way out still counts", e)
	}
	d.refuses("GET "+api+"projects/third-one", "", 403, "PERMISSION_DENIED")
}

func TestAnOperationIsNotDoneAtFirstAndItsDeedIsNotVisible(t *testing.T) {
	d := raise(t, map[string]kernel.Duration{"gcp.project.create": kernel.Duration(time.Hour)})
	const api = "/cloudresourcemanager/v3/"
	o := d.must("POST "+api+"projects", `{"projectId": "slow-one-1", "parent": "organizations/123456789012"}`)
	if o["done"] != nil || d.must("GET "+api+o["name"].(string), "")["done"] != nil {
		t.Errorf("operation: got %v, want it unfinished", o)
	}
	d.refuses("GET "+api+"projects/slow-one-1", "", 403, "PERMISSION_DENIED")
}

func TestAServiceWorksOnlyWhenEnabledPaidForAndKnown(t *testing.T) {
	d := raise(t, map[string]kernel.Duration{"gcp.service.propagation": kernel.Duration(300 * time.Millisecond)})
	const rm, use, bill = "/cloudresourcemanager/v3/", "/serviceusage/v1/projects/new-one-11", "/cloudbilling/v1/projects/new-one-11/billingInfo"
	const networks = "GET /compute/compute/v1/projects/new-one-11/global/networks"
	d.must("POST "+rm+"projects", `{"projectId": "new-one-11", "parent": "organizations/123456789012"}`)
	d.refuses(networks, "", 403, "SERVICE_DISABLED")
	enable := `{"serviceIds": ["compute.googleapis.com", "iam.googleapis.com"]}`
	d.refuses("POST "+use+"/services:batchEnable", enable, 400, "UREQ_PROJECT_BILLING_NOT_FOUND")
	if s := d.must("GET "+use+"/services/iam.googleapis.com", ""); s["state"] != "DISABLED" {
		t.Errorf("iam: got %v after a batch that failed, want DISABLED: a batch is all or nothing", s["state"])
	}
	d.refuses("PUT "+bill, `{"billingAccountName": "billingAccounts/333333-444444-555555"}`, 400, "closed")
	d.refuses("PUT "+bill, `{"billingAccountName": "billingAccounts/no-such-one"}`, 403, "PERMISSION_DENIED")
	d.must("PUT "+bill, `{"billingAccountName": "billingAccounts/000000-111111-222222"}`)
	d.must("POST "+use+"/services:batchEnable", enable)
	if s := d.must("GET "+use+"/services/compute.googleapis.com", ""); s["state"] != "ENABLED" {
		t.Errorf("compute: got %v, want ENABLED", s["state"])
	}
	d.refuses(networks, "", 403, "wait a few minutes for the action to propagate")
	time.Sleep(310 * time.Millisecond)
	d.must(networks, "")
	d.must("PUT "+bill, `{"billingAccountName": ""}`)
	d.refuses(networks, "", 403, "BILLING_DISABLED")
	d.refuses("POST "+use+"/services:batchEnable", `{"serviceIds": ["nosuch.googleapis.com"]}`, 403, "SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED")
}

func TestTheDefaultNetworkComesWithComputeUnlessAPolicySkipsIt(t *testing.T) {
	for _, skip := range []bool{false, true} {
		d := raise(t, nil)
		const p = "fresh-one-1"
		d.must("POST /cloudresourcemanager/v3/projects", `{"projectId": "`+p+`", "parent": "folders/987654321098"}`)
		d.must("PUT /cloudbilling/v1/projects/"+p+"/billingInfo", `{"billingAccountName": "billingAccounts/000000-111111-222222"}`)
		if skip {
			for _, constraint := range []string{"compute.skipDefaultNetworkCreation", "iam.automaticIamGrantsForDefaultServiceAccounts"} {
				d.must("POST /orgpolicy/v2/folders/987654321098/policies", `{"name": "folders/987654321098/policies/`+constraint+`", "spec": {"rules": [{"enforce": true}]}}`)
			}
		}
		d.must("POST /serviceusage/v1/projects/"+p+"/services/compute.googleapis.com:enable", "")
		firewalls, _ := d.must("GET /compute/compute/v1/projects/"+p+"/global/firewalls", "")["items"].([]any)
		if want := map[bool]int{false: 4, true: 0}[skip]; len(firewalls) != want {
			t.Errorf("skip %v: got %d firewall rules, want %d", skip, len(firewalls), want)
		}
		policy, _ := json.Marshal(d.must("POST /cloudresourcemanager/v3/projects/"+p+":getIamPolicy", ""))
		if editor := strings.Contains(string(policy), "roles/editor"); editor == skip {
			t.Errorf("skip %v: got editor granted %v, want %v", skip, editor, !skip)
		}
	}
}

func TestAStalePolicyIsRefusedAndAFreshOneReplacesEverything(t *testing.T) {
	d := raise(t, nil)
	const p = "/cloudresourcemanager/v3/" + standing
	was := d.must("POST "+p+":getIamPolicy", "")
	set := func(etag, members string) string {
		return `{"policy": {"etag": "` + etag + `", "bindings": [{"role": "roles/viewer", "members": [` + members + `]}]}}`
	}
	now := d.must("POST "+p+":setIamPolicy", set(was["etag"].(string), `"user:ben@example.test"`))
	d.refuses("POST "+p+":setIamPolicy", set(was["etag"].(string), `"user:cas@example.test"`), 409, "ABORTED")
	d.refuses("POST "+p+":setIamPolicy", set(now["etag"].(string), `"user:nobody@example.test"`), 400, "does not exist")
	d.refuses("POST "+p+":setIamPolicy", set(now["etag"].(string), `"serviceAccount:x@standing-project.iam.gserviceaccount.com"`), 400, "does not exist")
	d.refuses("POST "+p+":setIamPolicy", `{"policy": {"bindings": [{"role": "roles/nosuch", "members": ["user:ben@example.test"]}]}}`, 400, "not supported")
}

func TestAServiceAccountCanBeGrantedARoleOnlyAfterItHasPropagated(t *testing.T) {
	d := raise(t, map[string]kernel.Duration{"gcp.serviceaccount.propagation": kernel.Duration(200 * time.Millisecond)})
	d.must("POST /iam/v1/"+standing+"/serviceAccounts", `{"accountId": "robot-one"}`)
	body := `{"policy": {"bindings": [{"role": "roles/viewer", "members": ["serviceAccount:robot-one@standing-project.iam.gserviceaccount.com"]}]}}`
	d.refuses("POST /cloudresourcemanager/v3/"+standing+":setIamPolicy", body, 400, "does not exist")
	time.Sleep(210 * time.Millisecond)
	d.must("POST /cloudresourcemanager/v3/"+standing+":setIamPolicy", body)
	d.must("DELETE /iam/v1/"+standing+"/serviceAccounts/robot-one@standing-project.iam.gserviceaccount.com", "")
	policy, _ := json.Marshal(d.must("POST /cloudresourcemanager/v3/"+standing+":getIamPolicy", ""))
	if !strings.Contains(string(policy), "deleted:serviceAccount:robot-one@") {
		t.Errorf("policy: got %s, want the deleted account marked as such", policy)
	}
}
