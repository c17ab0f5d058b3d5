package azure_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// by hand: somebody makes a call of their own, as the person who is signed in.
func (w *world) byHand(method, path string, body any) {
	w.t.Helper()
	b, err := os.ReadFile(filepath.Join(w.sessions, "azure-admin.json"))
	if err != nil {
		w.t.Fatal(err)
	}
	var file struct{ TenantID, ClientID, RefreshToken string }
	if err := json.Unmarshal(b, &file); err != nil {
		w.t.Fatal(err)
	}
	scope := "https://management.azure.com/.default"
	if strings.HasPrefix(path, "/graph/") {
		scope = "https://graph.microsoft.com/.default"
	}
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {file.ClientID}, "refresh_token": {file.RefreshToken}, "scope": {scope}}
	r, err := http.PostForm(w.url+"/entra/"+file.TenantID+"/oauth2/v2.0/token", form) //nolint:gosec,noctx // the simulator's own address
	if err != nil {
		w.t.Fatal(err)
	}
	defer r.Body.Close() //nolint:errcheck // it was read
	var token struct {
		Access string `json:"access_token"`
	}
	if err := json.NewDecoder(r.Body).Decode(&token); err != nil {
		w.t.Fatal(err)
	}
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	if !strings.HasPrefix(path, "/graph/") {
		path += "?api-version=2025-03-01"
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, bytes.NewReader(text))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token.Access)
	req.Header.Set("Content-Type", "application/json")
	done, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer done.Body.Close() //nolint:errcheck // likewise
	if done.StatusCode >= http.StatusMultipleChoices {
		said, _ := io.ReadAll(done.Body)
		w.t.Fatalf("%s %s: %s %s", method, path, done.Status, said)
	}
}

// ours is a resource of the plan's own in the estate's subscription.
func ours(kind, name string, more map[string]any) func(*kernel.Scenario) {
	return func(s *kernel.Scenario) {
		r := map[string]any{"type": kind, "group": "rg-production", "name": name, "location": "eastus", "tags": map[string]any{"landfall-plan": "itbytes", "kept": "yes"}}
		for k, v := range more {
			r[k] = v
		}
		prod(s)["resources"] = append(prod(s)["resources"].([]any), r)
	}
}

const inProd = "/subscriptions/" + prodID

// timeless is what stands without what the cloud writes at each change, whatever was changed.
func timeless(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range []string{"etag", "provisioningState", "resourceState", "enablementTime", "resourceGuid", "targetResourceGuid"} {
			delete(v, k)
		}
		for k := range v {
			v[k] = timeless(v[k])
		}
	case []any:
		for i := range v {
			v[i] = timeless(v[i])
		}
	}
	return v
}

func (w *world) asJSON() string {
	w.t.Helper()
	b, err := json.MarshalIndent(timeless(w.stands("azure")), "", " ")
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// differing are the lines that only one of two texts has.
func differing(got, want string) []string {
	var out []string
	count := map[string]int{}
	for line := range strings.SplitSeq(want, "\n") {
		count[line]++
	}
	for line := range strings.SplitSeq(got, "\n") {
		if count[line]--; count[line] < 0 {
			out = append(out, "got "+strings.TrimSpace(line))
		}
	}
	for line, n := range count {
		if n > 0 {
			out = append(out, "want "+strings.TrimSpace(line))
		}
	}
	return out
}

// update is a change of what stands, in a world that calls for it.
type update struct {
	landing int // of the paper's three
	estate  func(*kernel.Scenario)
	byHand  func(*world)
	adopt   map[string]string // in place of what the plan adopts
}

// updates are one change of each kind of step that changes what stands.
func updates() map[string]update {
	application := func(w *world) {
		w.byHand("PATCH", "/graph/v1.0/applications(uniqueName='itManagesO365')", map[string]any{"tags": []string{"landfall-plan:itbytes"}, "signInAudience": "AzureADMultipleOrgs", "notes": "kept"})
	}
	made := func(s *kernel.Scenario) {
		estate(s)["applications"] = []any{map[string]any{"displayName": "itManagesO365", "uniqueName": "itManagesO365"}}
	}
	store := map[string]any{"head": map[string]any{"sku": map[string]any{"name": "Standard_GRS"}, "kind": "StorageV2"}, "properties": map[string]any{
		"allowBlobPublicAccess": true, "supportsHttpsTrafficOnly": false, "minimumTlsVersion": "TLS1_0", "allowSharedKeyAccess": true,
	}}
	network := func(s *kernel.Scenario) {
		ours("Microsoft.Network/networkSecurityGroups", "nsg-ours", nil)(s)
		ours("Microsoft.Network/virtualNetworks", "vnet-it4bytes-sub-prod-core", map[string]any{"properties": map[string]any{
			"addressSpace": map[string]any{"addressPrefixes": []any{"10.99.0.0/16"}}, "subnets": []any{map[string]any{"name": "old", "properties": map[string]any{"addressPrefix": "10.99.1.0/24"}}},
		}})(s)
	}
	firewall := ours("Microsoft.Network/FrontDoorWebApplicationFirewallPolicies", "wafit4bytessubprodcore", map[string]any{
		"location": "global", "head": map[string]any{"sku": map[string]any{"name": "Premium_AzureFrontDoor"}}, "properties": map[string]any{
			"policySettings": map[string]any{"mode": "Detection", "enabledState": "Disabled", "customBlockResponseStatusCode": 418},
			"customRules":    map[string]any{"rules": []any{map[string]any{"name": "kept", "priority": 1, "ruleType": "MatchRule", "action": "Block", "matchConditions": []any{}}}},
		},
	})
	recorded := func(w *world) {
		const watcher = "/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_eastus"
		w.byHand("PUT", inProd+"/resourceGroups/NetworkWatcherRG", map[string]any{"location": "eastus"})
		w.byHand("PUT", inProd+watcher, map[string]any{"location": "eastus"})
		w.byHand("PUT", inProd+watcher+"/flowLogs/theirs", map[string]any{"location": "eastus", "tags": map[string]any{"kept": "yes"}, "properties": map[string]any{
			"targetResourceId": inProd + "/resourceGroups/rg-production/providers/Microsoft.Network/virtualNetworks/vnet-main",
			"storageId":        inProd + "/resourceGroups/rg-production/providers/Microsoft.Storage/storageAccounts/oursoldstore",
			"enabled":          false, "retentionPolicy": map[string]any{"days": 7, "enabled": true}, "format": map[string]any{"type": "JSON", "version": 1},
		}})
		w.byHand("PUT", inProd+"/resourceGroups/rg-production/providers/Microsoft.Storage/storageAccounts/oursoldstore/blobServices/default/containers/insights-logs-flowlogflowevent", nil)
	}
	reader := func(w *world) {
		for id := range w.stands("azure", "servicePrincipals").(map[string]any) {
			w.byHand("PUT", inProd+"/providers/Microsoft.Authorization/roleAssignments/11111111-1111-4111-8111-111111111111", map[string]any{"properties": map[string]any{
				"principalId": id, "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
			}})
		}
	}
	return map[string]update{
		"flow-log": {
			estate: ours("Microsoft.Storage/storageAccounts", "oursoldstore", store), byHand: recorded,
			adopt: map[string]string{"resource-group": "rg-production", "flow-store": "oursoldstore", "vnet": "vnet-main"},
		},
		"role-itManagesO365": {estate: made, byHand: reader},
		"subscription-name":  {},
		"management-group":   {},
		"defender": {byHand: func(w *world) {
			w.byHand("PUT", inProd+"/providers/Microsoft.Security/pricings/VirtualMachines", map[string]any{"properties": map[string]any{
				"pricingTier": "Standard", "subPlan": "P1", "extensions": []any{map[string]any{"name": "AgentlessVmScanning", "isEnabled": "False"}},
			}})
		}},
		"policy": {byHand: func(w *world) {
			w.byHand("PUT", inProd+"/providers/Microsoft.Authorization/policyAssignments/landfall-mcsb", map[string]any{"properties": map[string]any{
				"displayName": "kept", "policyDefinitionId": "/providers/Microsoft.Authorization/policySetDefinitions/1f3afdf9-d0c9-4c3d-847f-89da613e70a8",
				"enforcementMode": "DoNotEnforce", "parameters": map[string]any{"effect": map[string]any{"value": "Disabled"}},
			}})
		}},
		"nsg":               {estate: ours("Microsoft.Network/networkSecurityGroups", "nsg-ours", map[string]any{"properties": openTo(300)}), adopt: map[string]string{"resource-group": "rg-production", "nsg": "nsg-ours"}},
		"vnet":              {estate: network, adopt: map[string]string{"resource-group": "rg-production", "nsg": "nsg-ours"}},
		"flow-store":        {estate: ours("Microsoft.Storage/storageAccounts", "oursoldstore", store), adopt: map[string]string{"resource-group": "rg-production", "flow-store": "oursoldstore"}},
		"waf":               {estate: firewall},
		"security-defaults": {landing: 2, estate: func(s *kernel.Scenario) { estate(s)["securityDefaults"] = false }},
		"app-itManagesO365": {landing: 2, estate: made, byHand: application},
		"principal-itManagesO365": {landing: 2, estate: made, byHand: func(w *world) {
			w.byHand("PATCH", "/graph/v1.0/servicePrincipals(displayName='itManagesO365')", map[string]any{"accountEnabled": false, "notes": "kept"})
		}},
		"federation-itManagesO365": {landing: 2, estate: made, byHand: func(w *world) {
			for name, subject := range map[string]string{"ci": "repo:it4bytes/old", "theirs": "repo:others"} {
				w.byHand("POST", "/graph/v1.0/applications(uniqueName='itManagesO365')/federatedIdentityCredentials", map[string]any{
					"name": name, "issuer": "https://token.actions.githubusercontent.com", "subject": subject, "audiences": []string{"api://AzureADTokenExchange"},
				})
			}
		}},
	}
}

func TestEachUpdateIsPutBackAndNothingBesideIt(t *testing.T) {
	for name, c := range updates() {
		t.Run(name, func(t *testing.T) {
			w := morning(t, func(s *kernel.Scenario) {
				s.Scale = new(float64) // nothing takes any time
				prod(s)["registered"] = []any{"Microsoft.Network", "Microsoft.Storage", "Microsoft.Security"}
				if c.estate != nil {
					c.estate(s)
				}
			})
			if c.byHand != nil {
				c.byHand(w)
			}
			l := landings(t)[c.landing]
			if c.adopt != nil {
				l.Adopt.Resources = c.adopt
			}
			before := w.asJSON()
			task := w.task(l, name)
			out, err := w.carry(task)
			if err != nil || out.Change.Op != plan.Update {
				t.Fatalf("got %s %s %+v %v, want an update", out.State, out.Change.Op, out.Change.Fields, err)
			}
			if w.asJSON() == before {
				t.Fatal("the update changed nothing")
			}
			u, err := w.undo(carried{task, plan.Deed{Change: out.Change, Receipt: out.Receipt}})
			if err != nil || u.State != plan.Reverted {
				t.Errorf("got %s %s %v, want reverted", u.State, u.Why, err)
			}
			for _, line := range differing(w.asJSON(), before) {
				t.Error(line)
			}
		})
	}
}
