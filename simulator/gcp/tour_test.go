package gcp

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// tour calls every method once at least, each in its order, so that every answer is seen.
func tour(d *stand, query string) {
	d.t.Helper()
	ask := func(line, body string) map[string]any {
		if query != "" {
			sep := "?"
			if strings.Contains(line, "?") {
				sep = "&"
			}
			name, value, _ := strings.Cut(query, "=")
			line += sep + url.QueryEscape(name) + "=" + url.QueryEscape(value)
		}
		return d.must(line, body)
	}
	tourResources(d, ask)
	tourServices(ask)
	tourIdentities(d, ask)
	tourPolicies(ask)
	tourCompute(ask)
	tourZones(ask)
	tourBuckets(d, ask)
}

type asker func(line, body string) map[string]any

func tourResources(d *stand, ask asker) {
	const rm, org = "/cloudresourcemanager/v3/", "organizations/123456789012"
	ask("GET "+rm+org, "")
	ask("GET "+rm+"organizations:search", "")
	f := ask("POST "+rm+"folders", `{"displayName": "new folder", "parent": "`+org+`"}`)
	name := ask("GET "+rm+f["name"].(string), "")["response"].(map[string]any)["name"].(string)
	ask("GET "+rm+name, "")
	ask("GET "+rm+"folders?parent="+org, "")
	ask("GET "+rm+"folders:search", "")
	ask("PATCH "+rm+name+"?updateMask=displayName", `{"displayName": "old folder"}`)
	p := ask("POST "+rm+"projects", `{"projectId": "toured-project", "parent": "`+name+`", "labels": {"a": "b"}}`)
	ask("GET "+rm+p["name"].(string), "")
	project := "projects/toured-project"
	ask("GET "+rm+project, "")
	ask("GET "+rm+"projects?parent="+name, "")
	ask("GET "+rm+"projects:search?query=id:toured*", "")
	ask("PATCH "+rm+project+"?updateMask=labels", `{"labels": {"c": "d"}}`)
	ask("POST "+rm+project+":move", `{"destinationParent": "`+org+`"}`)
	for _, r := range []string{org, name, project} {
		policy := ask("POST "+rm+r+":getIamPolicy", `{"options": {"requestedPolicyVersion": 3}}`)
		ask("POST "+rm+r+":setIamPolicy", `{"policy": {"version": 3, "etag": "`+policy["etag"].(string)+`", "bindings": [{"role": "roles/viewer", "members": ["user:ben@example.test"]}],
			"auditConfigs": [{"service": "allServices", "auditLogConfigs": [{"logType": "DATA_READ"}]}]}, "updateMask": "bindings,etag,auditConfigs"}`)
		ask("POST "+rm+r+":testIamPermissions", `{"permissions": ["resourcemanager.projects.get"]}`)
	}
	for _, deed := range []string{"DELETE " + rm + project, "POST " + rm + project + ":undelete", "DELETE " + rm + name, "POST " + rm + name + ":undelete"} {
		if o := ask(deed, ""); o["name"] != nil {
			ask("GET "+rm+o["name"].(string), "")
		}
	}
	const bill = "/cloudbilling/v1/"
	ask("GET "+bill+"billingAccounts/000000-111111-222222", "")
	ask("GET "+bill+"billingAccounts?pageSize=1", "")
	ask("PUT "+bill+project+"/billingInfo", `{"billingAccountName": "billingAccounts/000000-111111-222222"}`)
	ask("GET "+bill+project+"/billingInfo", "")
	ask("GET "+bill+"billingAccounts/000000-111111-222222/projects", "")
	ask("POST "+bill+"billingAccounts/000000-111111-222222:testIamPermissions", `{"permissions": ["billing.resourceAssociations.create"]}`)
	ask("GET /admin/admin/directory/v1/users?customer=my_customer&maxResults=2", "")
	ask("GET /admin/admin/directory/v1/users/ben@example.test", "")
	const v1 = "/cloudresourcemanager/v1/"
	ask("GET "+v1+"projects", "")
	ask("GET "+v1+project, "")
	d.must("DELETE "+v1+project, "")
	ask("POST "+v1+project+":undelete", "{}")
}

func tourServices(ask asker) {
	const api, p = "/serviceusage/v1/", "/serviceusage/v1/projects/standing-project/services"
	ask("GET "+p+"?filter=state:ENABLED", "")
	ask("GET "+p+"/run.googleapis.com", "")
	ask("GET "+p+":batchGet?names=projects/standing-project/services/run.googleapis.com&names=projects/standing-project/services/dns.googleapis.com", "")
	for _, o := range []map[string]any{
		ask("POST "+p+":batchEnable", `{"serviceIds": ["logging.googleapis.com", "monitoring.googleapis.com"]}`),
		ask("POST "+p+"/sts.googleapis.com:enable", "{}"), ask("POST "+p+"/logging.googleapis.com:disable", "{}"),
	} {
		ask("GET "+api+o["name"].(string), "")
	}
}

func tourIdentities(d *stand, ask asker) {
	const all = "/iam/v1/projects/standing-project/serviceAccounts"
	const one = all + "/toured@standing-project.iam.gserviceaccount.com"
	made := ask("POST "+all, `{"accountId": "toured", "serviceAccount": {"displayName": "Toured", "description": "For the tour"}}`)
	ask("GET "+one, "")
	ask("GET "+all, "")
	ask("PATCH "+one, `{"serviceAccount": {"displayName": "Again"}, "updateMask": "displayName"}`)
	ask("POST "+one+":getIamPolicy?options.requestedPolicyVersion=3", "")
	ask("POST "+one+":setIamPolicy", `{"policy": {"bindings": [{"role": "roles/iam.workloadIdentityUser", "members":
		["principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s"]}]}}`)
	ask("POST "+one+":testIamPermissions", `{"permissions": ["iam.serviceAccounts.get"]}`)
	key := ask("POST "+one+"/keys", "{}")
	name := "/iam/v1/" + key["name"].(string)
	ask("GET "+name+"?publicKeyType=TYPE_RAW_PUBLIC_KEY", "")
	ask("GET "+one+"/keys?keyTypes=USER_MANAGED", "")
	ask("POST "+name+":disable", "{}")
	ask("POST "+name+":enable", "{}")
	ask("POST "+one+"/keys:upload", `{"publicKeyData": "`+certificate(d.t)+`"}`)
	recall := kernel.Act{Cloud: "gcp", Do: "recallKey", With: map[string]string{"key": path.Base(name), "made": "2024-05-01T00:00:00Z", "used": "2024-05-02T00:00:00Z"}}
	if err := d.k.Perform(recall); err != nil {
		d.t.Fatal(err)
	}
	ask("GET /policyanalyzer/v1/projects/standing-project/locations/global/activityTypes/serviceAccountKeyLastAuthentication/activities:query", "")
	ask("DELETE "+name, "")
	ask("POST "+one+":disable", "{}")
	ask("POST "+one+":enable", "{}")
	ask("DELETE "+one, "")
	ask("POST /iam/v1/projects/-/serviceAccounts/"+made["uniqueId"].(string)+":undelete", "{}")

	const pools = "/iam/v1/projects/standing-project/locations/global/workloadIdentityPools"
	const pool, providers = pools + "/toured", pools + "/toured/providers"
	finish := func(o map[string]any) { ask("GET /iam/v1/"+o["name"].(string), "") }
	finish(ask("POST "+pools+"?workloadIdentityPoolId=toured", `{"displayName": "Toured"}`))
	ask("GET "+pool, "")
	ask("GET "+pools, "")
	finish(ask("PATCH "+pool+"?updateMask=description", `{"description": "For the tour"}`))
	finish(ask("POST "+providers+"?workloadIdentityPoolProviderId=github", `{"oidc": {"issuerUri": "https://token.actions.githubusercontent.com"},
		"attributeMapping": {"google.subject": "assertion.sub"}, "attributeCondition": "assertion.sub == 'repo:a/b:environment:prod'"}`))
	ask("GET "+providers+"/github", "")
	ask("GET "+providers, "")
	tourTokens(d, ask, providers)
	finish(ask("PATCH "+providers+"/github?updateMask=displayName", `{"displayName": "GitHub"}`))
	finish(ask("DELETE "+providers+"/github", ""))
	finish(ask("POST "+providers+"/github:undelete", "{}"))
	finish(ask("DELETE "+pool, ""))
	finish(ask("POST "+pool+":undelete", "{}"))
}

// tourTokens is what a stranger does whom a pool lets in, and what an administrator does who may act as an account.
func tourTokens(d *stand, ask asker, providers string) {
	d.t.Helper()
	const one = "standing-project/serviceAccounts/toured@standing-project.iam.gserviceaccount.com"
	ask("POST "+providers+"?workloadIdentityPoolProviderId=other", `{"oidc": {"issuerUri": "`+otherIssuer+`"}, "attributeMapping": {"google.subject": "assertion.sub"}}`)
	name := ask("GET "+providers+"/other", "")["name"].(string)
	token := d.vouch(map[string]any{"aud": "https://iam.googleapis.com/" + name})
	ask("POST /sts/v1/token", `{"grantType": "`+grantExchange+`", "audience": "//iam.googleapis.com/`+name+`", "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
		"subjectTokenType": "urn:ietf:params:oauth:token-type:jwt", "subjectToken": "`+token+`", "scope": "`+scopeAll+`"}`)
	ask("POST /iam/v1/projects/"+one+":setIamPolicy", `{"policy": {"bindings": [{"role": "roles/iam.serviceAccountTokenCreator", "members": ["user:admin@example.test"]}]}}`)
	const act = "POST /iamcredentials/v1/projects/-/serviceAccounts/toured@standing-project.iam.gserviceaccount.com"
	ask(act+":generateAccessToken", `{"scope": ["`+scopeEmail+`"], "lifetime": "600s"}`)
	ask(act+":generateIdToken", `{"audience": "sts.amazonaws.com", "includeEmail": true}`)
}

// certificate is a certificate of a key that nobody keeps, in PEM and base64.
func certificate(t *testing.T) string {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func tourPolicies(ask asker) {
	const api = "/orgpolicy/v2/"
	custom := ask("POST "+api+"organizations/123456789012/customConstraints", `{"name": "organizations/123456789012/customConstraints/custom.toured",
		"resourceTypes": ["container.googleapis.com/NodePool"], "methodTypes": ["CREATE"], "condition": "true", "actionType": "DENY"}`)
	ask("GET "+api+custom["name"].(string), "")
	ask("GET "+api+"organizations/123456789012/customConstraints", "")
	for _, r := range []string{"projects/standing-project", "folders/987654321098", "organizations/123456789012"} {
		name := r + "/policies/storage.publicAccessPrevention"
		ask("GET "+api+r+"/constraints", "")
		ask("POST "+api+r+"/policies", `{"name": "`+name+`", "spec": {"rules": [{"enforce": true}]}}`)
		ask("GET "+api+name, "")
		ask("GET "+api+r+"/policies", "")
		ask("GET "+api+name+":getEffectivePolicy", "")
		ask("PATCH "+api+name+"?updateMask=policy.spec", `{"name": "`+name+`", "spec": {"rules": [{"enforce": false}]}}`)
		ask("DELETE "+api+name, "")
	}
	ask("DELETE "+api+custom["name"].(string), "")
}

func tourCompute(ask asker) {
	const p = "/compute/compute/v1/projects/standing-project/"
	const region, subnet, armor = p + "regions/us-central1", p + "regions/us-central1/subnetworks/toured", p + "global/securityPolicies/toured"
	finish := func(o map[string]any) {
		ask("GET /compute"+strings.TrimPrefix(o["selfLink"].(string), "https://www.googleapis.com"), "")
	}
	finish(ask("POST "+p+"global/networks", `{"name": "toured", "autoCreateSubnetworks": false}`))
	ask("GET "+p+"global/networks/toured", "")
	ask("GET "+p+"global/networks?filter=name=toured", "")
	finish(ask("PATCH "+p+"global/networks/toured", `{"routingConfig": {"routingMode": "GLOBAL"}}`))
	finish(ask("POST "+region+"/subnetworks", `{"name": "toured", "network": "projects/standing-project/global/networks/toured", "ipCidrRange": "10.9.0.0/24", "logConfig": {"enable": true}}`))
	s := ask("GET "+subnet, "")
	ask("GET "+region+"/subnetworks", "")
	ask("GET "+p+"aggregated/subnetworks", "")
	finish(ask("PATCH "+subnet, `{"logConfig": {"flowSampling": 0.1}, "fingerprint": "`+s["fingerprint"].(string)+`"}`))
	finish(ask("POST "+subnet+"/setPrivateIpGoogleAccess", `{"privateIpGoogleAccess": true}`))
	ask("GET "+region, "")
	ask("GET "+p+"regions?maxResults=3", "")
	finish(ask("POST "+p+"global/firewalls", `{"name": "toured", "network": "global/networks/toured", "denied": [{"IPProtocol": "all"}]}`))
	ask("GET "+p+"global/firewalls/toured", "")
	ask("GET "+p+"global/firewalls", "")
	finish(ask("POST "+p+"global/securityPolicies", `{"name": "toured", "rules": [{"priority": 1000, "action": "deny(403)", "match": {"expr": {"expression": "evaluatePreconfiguredWaf('sqli-v33-stable')"}}}]}`))
	ask("GET "+armor, "")
	ask("GET "+p+"global/securityPolicies", "")
	finish(ask("PATCH "+armor, `{"description": "For the tour"}`))
	finish(ask("POST "+armor+"/addRule", `{"priority": 2000, "action": "deny(403)", "match": {"expr": {"expression": "evaluatePreconfiguredWaf('xss-v33-stable')"}}}`))
	finish(ask("POST "+armor+"/patchRule?priority=2000", `{"preview": true}`))
	finish(ask("POST "+armor+"/removeRule?priority=2000", ""))
	for _, deed := range []string{"DELETE " + armor, "DELETE " + p + "global/firewalls/toured", "DELETE " + subnet, "DELETE " + p + "global/networks/toured"} {
		o := ask(deed, "")
		ask("POST /compute"+strings.TrimPrefix(o["selfLink"].(string), "https://www.googleapis.com")+"/wait", "")
	}
	ask("GET "+p+"global/operations", "")
	ask("GET "+region+"/operations", "")
}

func tourZones(ask asker) {
	const all = "/dns/dns/v1/projects/standing-project/managedZones"
	ask("POST "+all, `{"name": "toured", "dnsName": "toured.example.", "description": "For the tour", "dnssecConfig": {"state": "on"}}`)
	ask("GET "+all+"/toured", "")
	ask("GET "+all, "")
	ask("GET "+all+"/toured/rrsets", "")
	ask("POST "+all, `{"name": "recorded", "dnsName": "recorded.example.", "description": "It keeps what it has"}`)
	ask("POST "+all+"/recorded/rrsets", `{"name": "www.recorded.example.", "type": "A", "ttl": 300, "rrdatas": ["192.0.2.1"]}`)
	ask("PUT "+all+"/toured", `{"name": "toured", "dnsName": "toured.example.", "description": "Changed"}`)
	ask("PATCH "+all+"/toured", `{"description": "Changed again"}`)
	ask("DELETE "+all+"/toured", "")
}
