package azure_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

const group = sub + "/resourceGroups/rg-production"

func TestResourceManagerRefusesWhatItDoesNotKnow(t *testing.T) {
	w := open(t, itbytes(t), nil)
	get := func(path string) answer { return w.send(http.MethodGet, path, "", w.token(arm), nil) }
	refused(t, get("/subscriptions"), http.StatusBadRequest, "MissingApiVersionParameter")
	refused(t, get("/subscriptions?api-version=tomorrow"), http.StatusBadRequest, "InvalidApiVersionParameter")
	refused(t, get(sub+"/providers/Microsoft.Network/virtualNetworks?api-version=2015-01-01"), http.StatusBadRequest, "NoRegisteredProviderFound")
	refused(t, w.arm(http.MethodGet, group+"/providers/Microsoft.Network/azureFirewalls/f", nil), http.StatusBadRequest, "NoRegisteredProviderFound")
	refused(t, w.arm(http.MethodGet, group+"/providers/Microsoft.Nowhere/things/f", nil), http.StatusNotFound, "InvalidResourceNamespace")
	refused(t, w.arm(http.MethodPost, group, nil), http.StatusMethodNotAllowed, "MethodNotAllowed")
	refused(t, w.arm(http.MethodGet, "/somewhere/else", nil), http.StatusNotFound, "ResourceNotFound")
	refused(t, w.arm(http.MethodGet, "/subscriptions/00000000-0000-4000-8000-000000000000", nil), http.StatusNotFound, "SubscriptionNotFound")
	refused(t, w.arm(http.MethodGet, sub+"/resourceGroups/none/providers/Microsoft.Network/virtualNetworks/v", nil), http.StatusNotFound, "ResourceGroupNotFound")
	refused(t, w.arm(http.MethodGet, group+"/providers/Microsoft.Network/virtualNetworks/v", nil), http.StatusNotFound, "ResourceNotFound")
	done(t, w.arm(http.MethodGet, strings.ToUpper(group)+"/PROVIDERS/microsoft.network/VIRTUALNETWORKS/VNET-MAIN", nil), http.StatusOK)
	for _, c := range w.k.Calls() {
		if strings.HasPrefix(c.Operation, "unknown") && c.Status < 400 {
			t.Errorf("an unknown operation was answered %d", c.Status)
		}
	}
}

func TestThePaperEstateStands(t *testing.T) {
	w := open(t, itbytes(t), nil)
	v := w.arm(http.MethodGet, group+"/providers/Microsoft.Network/virtualNetworks/vnet-main", nil)
	done(t, v, http.StatusOK)
	if got := v.at("properties", "subnets", 0, "properties", "networkSecurityGroup"); got != nil {
		t.Errorf("got %v, want the default subnet without a security group", got)
	}
	if got := v.at("properties", "provisioningState"); got != "Succeeded" {
		t.Errorf("got %v, want Succeeded", got)
	}
	done(t, w.arm(http.MethodGet, sub+"/resourceGroups/rg-production-2/providers/Microsoft.Network/virtualNetworks/vnet-main2", nil), http.StatusOK)
	done(t, w.arm(http.MethodGet, "/providers/Microsoft.Management/managementGroups/"+tenant, nil), http.StatusOK)
}

func TestAnUnregisteredNamespaceMakesNothing(t *testing.T) {
	w := open(t, strings.Replace(itbytes(t), "[Microsoft.Network, Microsoft.Storage]", "[Microsoft.Network]", 1), map[string]string{"azure.provider.register": "30ms"})
	account := object{"location": "eastus", "kind": "StorageV2", "sku": object{"name": "Standard_LRS"}}
	const path = group + "/providers/Microsoft.Storage/storageAccounts/it4bytesflow"
	refused(t, w.arm(http.MethodPut, path, account), http.StatusConflict, "MissingSubscriptionRegistration")
	refused(t, w.arm(http.MethodGet, sub+"/providers/Microsoft.Security/pricings", nil), http.StatusNotFound, "Subscription Not Registered")
	register := w.arm(http.MethodPost, sub+"/providers/Microsoft.Storage/register", nil)
	if got := register.at("registrationState"); got != "Registering" {
		t.Errorf("got %v, want Registering", got)
	}
	refused(t, w.arm(http.MethodPut, path, account), http.StatusConflict, "MissingSubscriptionRegistration")
	time.Sleep(40 * time.Millisecond)
	done(t, w.arm(http.MethodPut, path, account), http.StatusAccepted)
}

func TestAStorageAccountIsMadeInItsOwnTimeUnderANameOfItsOwn(t *testing.T) {
	w := open(t, itbytes(t)+"takenStorageNames: [somebodyelses]\n", map[string]string{"azure.storage.account": "40ms"})
	account := object{"location": "eastus", "kind": "StorageV2", "sku": object{"name": "Standard_LRS"}}
	const under = group + "/providers/Microsoft.Storage/storageAccounts/"
	check := sub + "/providers/Microsoft.Storage/checkNameAvailability"
	if a := w.arm(http.MethodPost, check, object{"name": "somebodyelses", "type": "Microsoft.Storage/storageAccounts"}); a.at("nameAvailable") != false || a.at("reason") != "AlreadyExists" {
		t.Errorf("got %v, want the name taken", a.body)
	}
	refused(t, w.arm(http.MethodPut, under+"somebodyelses", account), http.StatusConflict, "StorageAccountAlreadyTaken")
	refused(t, w.arm(http.MethodPut, under+"Not_A_Name", account), http.StatusBadRequest, "AccountNameInvalid")
	begun := w.arm(http.MethodPut, under+"it4bytesflow", account)
	done(t, begun, http.StatusAccepted)
	follow := begun.header.Get("Location")
	if a := w.send(http.MethodGet, follow, "", w.token(arm), nil); a.status != http.StatusAccepted {
		t.Errorf("got %d, want 202 while it is being made", a.status)
	}
	time.Sleep(50 * time.Millisecond)
	a := w.send(http.MethodGet, follow, "", w.token(arm), nil)
	done(t, a, http.StatusOK)
	if got := a.at("properties", "provisioningState"); got != "Succeeded" {
		t.Errorf("got %v, want Succeeded", got)
	}
	refused(t, w.arm(http.MethodPut, sub+"/resourceGroups/rg-production-2/providers/Microsoft.Storage/storageAccounts/it4bytesflow", account), http.StatusConflict, "StorageAccountInAnotherResourceGroup")
}

func TestETagsGuardWrites(t *testing.T) {
	w := open(t, itbytes(t), nil)
	const path = group + "/providers/Microsoft.Network/dnsZones/az.it4bytes.example?api-version=2018-05-01"
	put := func(headers ...string) answer {
		return w.send(http.MethodPut, path, "application/json", w.token(arm), []byte(`{"location":"global"}`), headers...)
	}
	made := put("If-None-Match", "*")
	done(t, made, http.StatusCreated)
	refused(t, put("If-None-Match", "*"), http.StatusPreconditionFailed, "PreconditionFailed")
	refused(t, put("If-Match", "another"), http.StatusPreconditionFailed, "PreconditionFailed")
	again := put("If-Match", made.at("etag").(string))
	done(t, again, http.StatusOK)
	if made.at("properties", "nameServers", 0) != again.at("properties", "nameServers", 0) {
		t.Error("a zone changed its name servers on an update")
	}
	refused(t, put("If-Match", made.at("etag").(string)), http.StatusPreconditionFailed, "PreconditionFailed")
}

func TestDefenderPlansAreSetOneAtATime(t *testing.T) {
	w := open(t, strings.Replace(itbytes(t), "[Microsoft.Network,", "[Microsoft.Security, Microsoft.Network,", 1), map[string]string{"azure.defender.update": "60ms"})
	w.token(arm)
	answers := make([]answer, 2)
	var both sync.WaitGroup
	for i, plan := range []string{"KeyVaults", "Arm"} {
		both.Go(func() {
			answers[i] = w.arm(http.MethodPut, sub+"/providers/Microsoft.Security/pricings/"+plan, object{"properties": object{"pricingTier": "Standard"}})
		})
	}
	both.Wait()
	first, second := answers[0], answers[1]
	if first.status != http.StatusOK {
		first, second = second, first
	}
	done(t, first, http.StatusOK)
	refused(t, second, http.StatusConflict, "Conflict")
	done(t, w.arm(http.MethodPut, sub+"/providers/Microsoft.Security/pricings/SqlServers", object{"properties": object{"pricingTier": "Standard"}}), http.StatusOK)
	refused(t, w.arm(http.MethodPut, sub+"/providers/Microsoft.Security/pricings/Dns", object{"properties": object{"pricingTier": "Standard"}}), http.StatusBadRequest, "InvalidInput")
}

func TestAListGoesOnWhereItsLinkSays(t *testing.T) {
	w := open(t, itbytes(t)+"pageSize: 1\n", nil)
	first := w.arm(http.MethodGet, sub+"/resourcegroups", nil)
	next, _ := first.at("nextLink").(string)
	if next == "" || first.at("value", 0, "name") != "rg-production" {
		t.Fatalf("got %v, want one group and a link", first.body)
	}
	second := w.send(http.MethodGet, next, "", w.token(arm), nil)
	if second.at("value", 0, "name") != "rg-production-2" || second.at("nextLink") != nil {
		t.Errorf("got %v, want the last group and no link", second.body)
	}
}

func TestAPreviewStandsBeforeAWriteUntilAPersonApprovesIt(t *testing.T) {
	w := open(t, itbytes(t)+"previews: [{feature: Microsoft.Network/AllowZones, state: Pending, gates: dnsZones.put}]\n", nil)
	const zone = group + "/providers/Microsoft.Network/dnsZones/az.it4bytes.example"
	refused(t, w.arm(http.MethodPut, zone, object{"location": "global"}), http.StatusBadRequest, "SubscriptionNotRegisteredForFeature")
	feature := sub + "/providers/Microsoft.Features/providers/Microsoft.Network/features/AllowZones"
	if got := w.arm(http.MethodGet, feature, nil).at("properties", "state"); got != "Pending" {
		t.Errorf("got %v, want Pending", got)
	}
	if err := w.k.Perform(kernel.Act{Cloud: "azure", Do: "approvePreview", With: map[string]string{"feature": "Microsoft.Network/AllowZones"}}); err != nil {
		t.Fatal(err)
	}
	done(t, w.arm(http.MethodPut, zone, object{"location": "global"}), http.StatusCreated)
}

func TestAnOrderedFaultIsWordedAsTheCloudDoes(t *testing.T) {
	w := open(t, itbytes(t), nil)
	w.token(arm)
	w.k.Order(kernel.Fault{Match: kernel.Match{Cloud: "azure", Operation: "resourceGroups.get"}, Times: 1, Status: 429, Code: "TooManyRequests", RetryAfter: kernel.Duration(40 * time.Millisecond)})
	a := w.arm(http.MethodGet, group, nil)
	refused(t, a, http.StatusTooManyRequests, "TooManyRequests")
	if got := a.header.Get("x-ms-retry-after-ms"); got != "40" {
		t.Errorf("got %q, want 40", got)
	}
	done(t, w.arm(http.MethodGet, group, nil), http.StatusOK)
}

func TestABuiltInInitiativeStandsAtTheTenantAndCanBeAssigned(t *testing.T) {
	w := open(t, itbytes(t), nil)
	const set, assignment = "/providers/Microsoft.Authorization/policySetDefinitions/1f3afdf9-d0c9-4c3d-847f-89da613e70a8", sub + "/providers/Microsoft.Authorization/policyAssignments/landfall-mcsb"
	done(t, w.arm(http.MethodGet, set, nil), http.StatusOK)
	refused(t, w.arm(http.MethodGet, sub+set, nil), http.StatusNotFound, "PolicySetDefinitionNotFound")
	refused(t, w.arm(http.MethodGet, assignment, nil), http.StatusNotFound, "PolicyAssignmentNotFound")
	refused(t, w.arm(http.MethodPut, assignment, object{"properties": object{"policyDefinitionId": set + "0"}}), http.StatusBadRequest, "InvalidCreatePolicyAssignmentRequest")
	done(t, w.arm(http.MethodPut, assignment, object{"properties": object{"policyDefinitionId": set}}), http.StatusCreated)
	if got := w.arm(http.MethodGet, assignment, nil).at("properties", "enforcementMode"); got != "Default" {
		t.Errorf("got %v, want Default", got)
	}
	done(t, w.arm(http.MethodDelete, assignment, nil), http.StatusOK)
	done(t, w.arm(http.MethodDelete, assignment, nil), http.StatusNoContent)
}

func TestTagsAreMergedWhereverTheyAre(t *testing.T) {
	w := open(t, itbytes(t), nil)
	for _, scope := range []string{sub, group, group + "/providers/Microsoft.Network/virtualNetworks/vnet-main"} {
		path := scope + "/providers/Microsoft.Resources/tags/default"
		a := w.arm(http.MethodPatch, path, object{"operation": "Merge", "properties": object{"tags": object{"landfall": "itbytes"}}})
		done(t, a, http.StatusOK)
		if got := w.arm(http.MethodGet, path, nil).at("properties", "tags", "landfall"); got != "itbytes" {
			t.Errorf("%s: got %v, want the tag", scope, got)
		}
	}
	if got := w.arm(http.MethodGet, group, nil).at("tags", "team"); got != "web" {
		t.Errorf("got %v, want the tag of before kept", got)
	}
}
