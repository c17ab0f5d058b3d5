package gcp

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

const (
	computeAPI = "/compute/compute/v1/" + standing
	regionAPI  = computeAPI + "/regions/us-central1"
)

func TestARequestIDMakesAnInsertHappenOnce(t *testing.T) {
	d := raise(t, map[string]kernel.Duration{"gcp.compute.operation": kernel.Duration(100 * time.Millisecond)})
	const insert = "POST " + computeAPI + "/global/networks"
	const once = insert + "?requestId=7b2f0f4e-6b5a-5d7e-8a44-0d2f6f7c1a11"
	body := `{"name": "one", "autoCreateSubnetworks": false}`
	first, second := d.must(once, body), d.must(once, body)
	if first["name"] != second["name"] || first["status"] != "RUNNING" {
		t.Errorf("the same request again: got %v and %v, want one running operation", first["name"], second["name"])
	}
	d.refuses(insert, body, 409, "alreadyExists")
	d.refuses("GET "+computeAPI+"/global/networks/one", "", 404, "notFound")
	d.refuses("POST "+regionAPI+"/subnetworks", `{"name": "early", "network": "global/networks/one", "ipCidrRange": "10.0.0.0/24"}`, 400, "resourceNotReady")
	if o := d.must("POST "+computeAPI+"/global/operations/"+first["name"].(string)+"/wait", ""); o["status"] != "DONE" {
		t.Errorf("wait: got %v, want DONE", o["status"])
	}
	d.must("GET "+computeAPI+"/global/networks/one", "")
	d.refuses("GET "+regionAPI+"/operations/"+first["name"].(string), "", 404, "notFound")
	if o := d.must(once, body); o["status"] != "DONE" {
		t.Errorf("the same request after the end: got %v, want the same operation, DONE", o["status"])
	}
}

func TestSubnetsOfOneNetworkDoNotOverlap(t *testing.T) {
	d := raise(t, nil)
	for _, n := range []string{"one", "two"} {
		d.must("POST "+computeAPI+"/global/networks", `{"name": "`+n+`", "autoCreateSubnetworks": false}`)
	}
	subnet := func(name, network, cidr string) string {
		return `{"name": "` + name + `", "network": "projects/standing-project/global/networks/` + network + `", "ipCidrRange": "` + cidr + `"}`
	}
	d.must("POST "+regionAPI+"/subnetworks", subnet("a", "one", "10.0.0.0/20"))
	d.refuses("POST "+computeAPI+"/regions/europe-west1/subnetworks", subnet("b", "one", "10.0.8.0/24"), 400, "conflicts with existing subnetwork")
	d.must("POST "+regionAPI+"/subnetworks", subnet("b", "two", "10.0.8.0/24"))
	d.refuses("POST "+regionAPI+"/subnetworks", subnet("c", "one", "10.1.0.1/24"), 400, "Invalid IPCidrRange")
	d.refuses("POST "+computeAPI+"/regions/atlantis1/subnetworks", subnet("c", "one", "10.2.0.0/24"), 404, "notFound")
	d.refuses("DELETE "+computeAPI+"/global/networks/one", "", 400, "resourceInUseByAnotherResource")
}

func TestAPatchOfASubnetNeedsItsFingerprint(t *testing.T) {
	d := raise(t, nil)
	d.must("POST "+computeAPI+"/global/networks", `{"name": "one", "autoCreateSubnetworks": false}`)
	d.must("POST "+regionAPI+"/subnetworks", `{"name": "a", "network": "global/networks/one", "ipCidrRange": "10.0.0.0/24"}`)
	was := d.must("GET "+regionAPI+"/subnetworks/a", "")
	patch := `{"privateIpGoogleAccess": true, "logConfig": {"enable": true}, "fingerprint": "` + was["fingerprint"].(string) + `"}`
	d.refuses("PATCH "+regionAPI+"/subnetworks/a", `{"privateIpGoogleAccess": true}`, http.StatusPreconditionFailed, "conditionNotMet")
	d.must("PATCH "+regionAPI+"/subnetworks/a", patch)
	now := d.must("GET "+regionAPI+"/subnetworks/a", "")
	if logs, _ := now["logConfig"].(map[string]any); now["privateIpGoogleAccess"] != true || logs["flowSampling"] != 0.5 {
		t.Errorf("patched: got %v, want private access and flow logs with their defaults", now)
	}
	d.refuses("PATCH "+regionAPI+"/subnetworks/a", patch, http.StatusPreconditionFailed, "conditionNotMet")
}

func TestASecurityPolicyHasADefaultRuleAndKnownRuleSets(t *testing.T) {
	d := raise(t, nil)
	const all = computeAPI + "/global/securityPolicies"
	rule := func(set string) string {
		return `{"name": "waf", "rules": [{"priority": 10, "action": "deny(403)", "match": {"expr": {"expression": "evaluatePreconfiguredWaf('` + set + `', {'sensitivity': 1})"}}}]}`
	}
	d.refuses("POST "+all, rule("nosuch-v33-stable"), 400, "does not exist")
	d.must("POST "+all, rule("rce-v33-stable"))
	if rules, _ := d.must("GET "+all+"/waf", "")["rules"].([]any); len(rules) != 2 || rules[1].(map[string]any)["priority"] != 2147483647.0 {
		t.Errorf("rules: got %v, want the default rule last", rules)
	}
	d.refuses("POST "+all, `{"name": "other", "rules": [{"priority": 1, "action": "let(in)", "match": {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["*"]}}}]}`, 400, "action")
}

func TestAPoolKeepsItsIDAfterItsDeletion(t *testing.T) {
	d := raise(t, nil)
	const all = "/iam/v1/" + standing + "/locations/global/workloadIdentityPools"
	d.must("POST "+all+"?workloadIdentityPoolId=pool-1", "{}")
	provider := func(condition string) string {
		return `{"oidc": {"issuerUri": "https://token.actions.githubusercontent.com"}, "attributeMapping": {"google.subject": "assertion.sub"}, "attributeCondition": "` + condition + `"}`
	}
	d.refuses("POST "+all+"/pool-1/providers?workloadIdentityPoolProviderId=github", provider(""), 400, "attribute condition must reference")
	d.must("POST "+all+"/pool-1/providers?workloadIdentityPoolProviderId=github", provider("assertion.sub == 'x'"))
	d.must("DELETE "+all+"/pool-1", "")
	if p := d.must("GET "+all+"/pool-1", ""); p["state"] != "DELETED" {
		t.Errorf("state: got %v, want DELETED", p["state"])
	}
	d.refuses("POST "+all+"?workloadIdentityPoolId=pool-1", "{}", 409, "ALREADY_EXISTS")
	d.must("POST "+all+"/pool-1:undelete", "{}")
	if p := d.must("GET "+all+"/pool-1", ""); p["state"] != "ACTIVE" {
		t.Errorf("state: got %v, want ACTIVE", p["state"])
	}
}

func TestAnOrganisationPolicyIsMadeOnceAndChangedByItsEtag(t *testing.T) {
	d := raise(t, nil)
	const name = standing + "/policies/compute.requireOsLogin"
	body := func(etag string) string {
		return `{"name": "` + name + `", "etag": "` + etag + `", "spec": {"rules": [{"enforce": true}]}}`
	}
	was := d.must("POST /orgpolicy/v2/"+standing+"/policies", body(""))
	d.refuses("POST /orgpolicy/v2/"+standing+"/policies", body(""), 409, "ALREADY_EXISTS")
	d.must("PATCH /orgpolicy/v2/"+name, body(was["etag"].(string)))
	d.refuses("PATCH /orgpolicy/v2/"+name, body(was["etag"].(string)), 409, "ABORTED")
	d.refuses("POST /orgpolicy/v2/"+standing+"/policies", `{"name": "`+standing+`/policies/no.such", "spec": {}}`, 404, "NOT_FOUND")
	d.refuses("POST /orgpolicy/v2/"+standing+"/policies", `{"name": "`+standing+`/policies/sql.restrictPublicIp", "spec": {"rules": [{"allowAll": true}]}}`, 400, "INVALID_ARGUMENT")
}

func TestASecurityServiceIsOnlyEffectiveWhereTheTierHasIt(t *testing.T) {
	d := raise(t, nil)
	const all = "/securitycentermanagement/v1/" + standing + "/locations/global/securityCenterServices"
	for service, want := range map[string]string{"security-health-analytics": "ENABLED", "event-threat-detection": "DISABLED"} {
		d.refuses("PATCH "+all+"/"+service, `{"intendedEnablementState": "ENABLED"}`, 400, "mask")
		d.must("PATCH "+all+"/"+service+"?updateMask=intendedEnablementState", `{"intendedEnablementState": "ENABLED"}`)
		s := d.must("GET "+all+"/"+service, "")
		if s["intendedEnablementState"] != "ENABLED" || s["effectiveEnablementState"] != want {
			t.Errorf("%s: got %v, want it intended and %s", service, s, want)
		}
	}
	d.refuses("GET "+all+"/no-such-service", "", 404, "NOT_FOUND")
}

func TestListsComeInPages(t *testing.T) {
	d := raiseEstate(t, "pageSize: 2\n"+standEstate, nil)
	var seen []string
	for token := ""; ; {
		a := d.must("GET /admin/admin/directory/v1/users?customer=my_customer&pageToken="+token, "")
		for _, u := range a["users"].([]any) {
			seen = append(seen, u.(map[string]any)["primaryEmail"].(string))
		}
		if token, _ = a["nextPageToken"].(string); token == "" {
			break
		}
	}
	if got, want := strings.Join(seen, " "), "admin@example.test ben@example.test cas@example.test"; got != want {
		t.Errorf("users: got %q, want %q", got, want)
	}
	d.refuses("GET /admin/admin/directory/v1/users?customer=my_customer&pageToken=bm9uc2Vuc2U=", "", 400, "page token")
}

func TestPeopleRenameAnOrganisationAndEnforceTheSecondStep(t *testing.T) {
	d := raise(t, nil)
	const org = "organizations/123456789012"
	for _, a := range []kernel.Act{
		{Cloud: "gcp", Do: "renameOrganization", With: map[string]string{"organization": org, "displayName": "renamed"}},
		{Cloud: "gcp", Do: "enforceTwoStepVerification", With: map[string]string{"organization": org}},
	} {
		if err := d.k.Perform(a); err != nil {
			t.Fatal(err)
		}
	}
	if o := d.must("GET /cloudresourcemanager/v3/"+org, ""); o["displayName"] != "renamed" {
		t.Errorf("name: got %v, want renamed", o["displayName"])
	}
	users, _ := json.Marshal(d.must("GET /admin/admin/directory/v1/users?domain=example.test", ""))
	if strings.Contains(string(users), `"isEnforcedIn2Sv":false`) {
		t.Errorf("users: got %s, want all enforced", users)
	}
	if err := d.k.Perform(kernel.Act{Cloud: "gcp", Do: "dance", With: map[string]string{"organization": org}}); err == nil {
		t.Error("an act that nobody knows: got no error")
	}
}

func TestEveryCallIsInTheJournalUnderItsOwnName(t *testing.T) {
	d := raise(t, nil)
	d.must("GET /cloudresourcemanager/v3/organizations:search", "")
	d.must("POST /cloudresourcemanager/v3/projects", `{"projectId": "journal-1", "parent": "organizations/123456789012"}`)
	d.must("POST "+computeAPI+"/global/networks", `{"name": "one", "autoCreateSubnetworks": false}`)
	d.must("POST /cloudresourcemanager/v3/"+standing+":getIamPolicy", "")
	want := []string{
		"token oauth2  read admin", "SearchOrganizations cloudresourcemanager  read admin", "CreateProject cloudresourcemanager projects/journal-1 write admin",
		"networks.insert compute projects/standing-project write admin", "GetIamPolicy cloudresourcemanager projects/standing-project read admin",
	}
	for i, c := range d.k.Calls() {
		if got := strings.Join([]string{c.Operation, c.Service, c.Scope, c.Kind, c.Login}, " "); got != want[i] {
			t.Errorf("call %d: got %q, want %q", i, got, want[i])
		}
	}
}

func TestAnOrderedFaultIsWordedAsTheCloudWouldWordIt(t *testing.T) {
	d := raise(t, nil)
	d.k.Order(kernel.Fault{ID: "slow", Match: kernel.Match{Service: "iam"}, Status: 429, Code: "RATE_LIMIT_EXCEEDED", Message: "Too many.", RetryAfter: kernel.Duration(2 * time.Second)})
	answer := d.refuses("GET /iam/v1/"+standing+"/serviceAccounts", "", 429, "RESOURCE_EXHAUSTED")
	if b, _ := json.Marshal(answer); !strings.Contains(string(b), `"retryDelay":"2s"`) || !strings.Contains(string(b), "RATE_LIMIT_EXCEEDED") {
		t.Errorf("got %s, want the reason and the delay", b)
	}
	d.k.Lift("slow")
	d.must("GET /iam/v1/"+standing+"/serviceAccounts", "")
}
