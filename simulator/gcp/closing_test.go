package gcp

import (
	"testing"

	"github.com/itbytes/landfall/simulator/kernel"
)

const policies = "POST /orgpolicy/v2/" + standing + "/policies"

func TestAProjectThatIsClosedByPoliciesTakesNothingNew(t *testing.T) {
	d := raise(t, nil)
	d.must("POST /compute/compute/v1/"+standing+"/global/networks", `{"name": "open", "autoCreateSubnetworks": false}`)
	d.must(policies, `{"name": "`+standing+`/policies/gcp.resourceLocations", "spec": {"rules": [{"denyAll": true}]}}`)
	d.must(policies, `{"name": "`+standing+`/policies/iam.disableServiceAccountCreation", "spec": {"rules": [{"enforce": true}]}}`)
	d.refuses("POST /compute/compute/v1/"+standing+"/regions/us-central1/subnetworks", `{"name": "late", "network": "global/networks/open", "ipCidrRange": "10.9.0.0/24"}`,
		412, "violates constraint constraints/gcp.resourceLocations")
	d.refuses("POST /iam/v1/"+standing+"/serviceAccounts", `{"accountId": "latecomer"}`, 400, "constraints/iam.disableServiceAccountCreation")
	d.must("DELETE /orgpolicy/v2/"+standing+"/policies/gcp.resourceLocations", "")
	d.must("DELETE /orgpolicy/v2/"+standing+"/policies/iam.disableServiceAccountCreation", "")
	d.must("POST /compute/compute/v1/"+standing+"/regions/us-central1/subnetworks", `{"name": "late", "network": "global/networks/open", "ipCidrRange": "10.9.0.0/24"}`)
	d.must("POST /iam/v1/"+standing+"/serviceAccounts", `{"accountId": "latecomer"}`)
}

func TestAZoneWithRecordsIsNotDeleted(t *testing.T) {
	d := raise(t, nil)
	const zones = " /dns/dns/v1/" + standing + "/managedZones"
	d.must("POST"+zones, `{"name": "kept", "dnsName": "kept.example.", "description": ""}`)
	record := `{"name": "www.kept.example.", "type": "A", "ttl": 300, "rrdatas": ["192.0.2.1"]}`
	d.must("POST"+zones+"/kept/rrsets", record)
	d.refuses("POST"+zones+"/kept/rrsets", record, 409, "alreadyExists")
	d.refuses("POST"+zones+"/kept/rrsets", `{"name": "www.other.example.", "type": "A", "rrdatas": ["192.0.2.1"]}`, 400, "entity.rrset.name")
	if got := len(d.must("GET"+zones+"/kept/rrsets", "")["rrsets"].([]any)); got != 3 {
		t.Errorf("got %d record sets, want NS, SOA and the one that was added", got)
	}
	d.refuses("DELETE"+zones+"/kept", "", 400, "containerNotEmpty")
}

func TestWhatSomebodyMayNotDoIsToldAndRefused(t *testing.T) {
	d := raise(t, nil)
	const account = "billingAccounts/000000-111111-222222"
	for permission, on := range map[string]string{"billing.resourceAssociations.create": account, "resourcemanager.projects.create": "folders/987654321098"} {
		d.perform("revokePermission", map[string]string{"user": "admin@example.test", "permission": permission, "on": on})
	}
	if got := d.must("POST /cloudbilling/v1/"+account+":testIamPermissions", `{"permissions": ["billing.resourceAssociations.create"]}`); len(got) != 0 {
		t.Errorf("got %v, want the permission missing", got)
	}
	d.must("PUT /cloudbilling/v1/"+standing+"/billingInfo", `{"billingAccountName": ""}`)
	d.refuses("PUT /cloudbilling/v1/"+standing+"/billingInfo", `{"billingAccountName": "`+account+`"}`, 403, "billing.resourceAssociations.create")
	d.refuses("POST /cloudresourcemanager/v3/projects", `{"projectId": "in-the-folder", "parent": "folders/987654321098"}`, 403, "resourcemanager.projects.create")
	d.must("POST /cloudresourcemanager/v3/projects", `{"projectId": "elsewhere-x", "parent": "organizations/123456789012"}`)
}

func TestASuspendedProjectAnswersNothingUntilItIsReinstated(t *testing.T) {
	d := raise(t, nil)
	const line = "GET /compute/compute/v1/" + standing + "/global/networks"
	d.perform("suspendProject", map[string]string{"project": "standing-project"})
	d.refuses(line, "", 403, "CONSUMER_SUSPENDED")
	d.perform("reinstateProject", map[string]string{"project": "standing-project"})
	d.must(line, "")
}

func TestATierIsTheOrganisationsAndNoneIsNotFound(t *testing.T) {
	const at = "GET /securitycentermanagement/v1/organizations/123456789012/locations/global/billingMetadata"
	d := raise(t, nil)
	if got := d.must(at, "")["billingTier"]; got != "STANDARD" {
		t.Errorf("got the tier %v, want STANDARD", got)
	}
	d.refuses("GET /securitycentermanagement/v1/"+standing+"/locations/global/billingMetadata", "", 404, "NOT_FOUND")
	d = raiseEstate(t, "organizations: [{name: organizations/123456789012, displayName: example.test, securityCenter: NONE}]", nil)
	d.refuses(at, "", 404, "NOT_FOUND")
}

func TestAPersonWhoSignsInAnewHasANewSession(t *testing.T) {
	d := raise(t, nil)
	before, _ := d.c.Session("admin")
	d.set(kernel.LoginExpired)
	d.perform("signIn", map[string]string{"login": "admin"})
	after, ok := d.c.Session("admin")
	if !ok || string(after.Content) == string(before.Content) || d.k.LoginState("admin") != kernel.LoginOK {
		t.Error("the session is the one before, or the login is not ok")
	}
	d.signIn()
	if got := d.must("GET /oauth2/v3/userinfo", "")["email"]; got != "admin@example.test" {
		t.Errorf("got %v, want the one who signed in", got)
	}
	if err := d.k.Perform(kernel.Act{Cloud: "gcp", Do: "signIn", With: map[string]string{"login": "nobody"}}); err == nil {
		t.Error("somebody unknown has signed in")
	}
}

func TestARaisedQuotaLetsTheNextProjectIn(t *testing.T) {
	d := raiseEstate(t, "organizations: [{name: organizations/123456789012, displayName: example.test, projectQuota: 1}]\nprojects: [{id: standing-project, parent: organizations/123456789012}]", nil)
	made := func(id string) map[string]any {
		o := d.must("POST /cloudresourcemanager/v3/projects", `{"projectId": "`+id+`", "parent": "organizations/123456789012"}`)
		return d.must("GET /cloudresourcemanager/v3/"+o["name"].(string), "")
	}
	if o := made("one-too-many"); o["error"].(map[string]any)["code"] != 8.0 {
		t.Errorf("got %v, want the code 8", o)
	}
	d.perform("raiseProjectQuota", map[string]string{"organization": "organizations/123456789012", "to": "2"})
	if o := made("one-too-many"); o["response"] == nil {
		t.Errorf("got %v, want the project", o)
	}
}

func (d *stand) perform(do string, with map[string]string) {
	d.t.Helper()
	if err := d.k.Perform(kernel.Act{Cloud: "gcp", Do: do, With: with}); err != nil {
		d.t.Fatal(err)
	}
}
