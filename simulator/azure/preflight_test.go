package azure_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

const managementGroups = "/providers/Microsoft.Management/managementGroups/"

func TestAPolicyThatDeniesHoldsForWhatLiesUnderIt(t *testing.T) {
	w := open(t, itbytes(t), nil)
	assign := func(name, definition, parameter string, allowed ...any) {
		done(t, w.arm(http.MethodPut, managementGroups+"closed/providers/Microsoft.Authorization/policyAssignments/"+name, object{"properties": object{
			"policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/" + definition, "parameters": object{parameter: object{"value": allowed}},
		}}), http.StatusCreated)
	}
	refused(t, w.arm(http.MethodPut, managementGroups+"closed/providers/Microsoft.Authorization/policyAssignments/x", object{"properties": object{
		"policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/a08ec900-254a-4555-9bf5-e42af04b5c5c",
	}}), http.StatusNotFound, "ScopeNotFound")
	done(t, w.arm(http.MethodPut, managementGroups+"closed", object{"properties": object{}}), http.StatusAccepted)
	assign("types", "a08ec900-254a-4555-9bf5-e42af04b5c5c", "listOfResourceTypesAllowed", "Microsoft.Network/networkSecurityGroups")
	assign("places", "e56962a6-4747-49cd-b67b-bf8b01975c4c", "listOfAllowedLocations", "eastus")
	const nsg, zone = group + "/providers/Microsoft.Network/networkSecurityGroups/new", group + "/providers/Microsoft.Network/dnsZones/a.example"
	done(t, w.arm(http.MethodPut, zone, object{"location": "global"}), http.StatusCreated) // not under it yet
	done(t, w.arm(http.MethodPut, managementGroups+"closed"+sub, nil), http.StatusOK)
	refused(t, w.arm(http.MethodPut, zone, object{"location": "global"}), http.StatusForbidden, "RequestDisallowedByPolicy")
	refused(t, w.arm(http.MethodPut, nsg, object{"location": "westus"}), http.StatusForbidden, "RequestDisallowedByPolicy")
	done(t, w.arm(http.MethodPut, nsg, object{"location": "eastus"}), http.StatusCreated)
	done(t, w.arm(http.MethodDelete, zone, nil), http.StatusAccepted) // nothing is denied but to make and to change
}

func TestAManagementGroupIsSeenOnlyAfterAWhile(t *testing.T) {
	w := open(t, itbytes(t), map[string]string{"azure.managementgroup.propagation": "50ms"})
	done(t, w.arm(http.MethodPut, managementGroups+"new", object{"properties": object{}}), http.StatusAccepted)
	refused(t, w.arm(http.MethodGet, managementGroups+"new", nil), http.StatusForbidden, "AuthorizationFailed")
	refused(t, w.arm(http.MethodPut, managementGroups+"new"+sub, nil), http.StatusForbidden, "AuthorizationFailed")
	time.Sleep(60 * time.Millisecond)
	done(t, w.arm(http.MethodPut, managementGroups+"new"+sub, nil), http.StatusOK)
	found := w.arm(http.MethodPost, "/providers/Microsoft.Management/getEntities?$filter="+url.QueryEscape("name eq '"+sub[len("/subscriptions/"):]+"'"), nil)
	done(t, found, http.StatusOK)
	if got := found.at("value", 0, "properties", "parent", "id"); got != managementGroups+"new" {
		t.Errorf("got %v, want the group that the subscription was put into", got)
	}
	refused(t, w.arm(http.MethodPost, "/providers/Microsoft.Management/getEntities?$filter=x", nil), http.StatusBadRequest, "BadRequest")
}

func TestThePermissionsAreThoseOfTheCallersRoles(t *testing.T) {
	w := open(t, itbytes(t), nil)
	a := w.arm(http.MethodGet, sub+"/providers/Microsoft.Authorization/permissions", nil)
	done(t, a, http.StatusOK)
	if a.at("value", 0, "actions", 0) != "*" || a.at("value", 1) != nil {
		t.Errorf("got %v, want the one role of an owner", a.body)
	}
}

func TestOnlySomeInvoiceSectionsMayBeOrderedOn(t *testing.T) {
	w := open(t, itbytes(t), nil)
	const list = "/listInvoiceSectionsWithCreateSubscriptionPermission"
	a := w.arm(http.MethodPost, "/providers/Microsoft.Billing/billingAccounts/it4bytes"+list, nil)
	done(t, a, http.StatusOK)
	if a.at("value", 0, "invoiceSectionId") != billing || a.at("value", 1) != nil {
		t.Errorf("got %v, want the one section", a.body)
	}
	refused(t, w.arm(http.MethodPost, "/providers/Microsoft.Billing/billingAccounts/theirs"+list, nil), http.StatusForbidden, "UserNotAuthorized")
	refused(t, w.arm(http.MethodGet, "/providers/Microsoft.Billing/billingAccounts/ea/enrollmentAccounts/1/billingPermissions", nil), http.StatusForbidden, "UserNotAuthorized")
}

func TestAStoreAndAZoneTellWhatIsInThem(t *testing.T) {
	w := open(t, itbytes(t), nil)
	const store, zone = group + "/providers/Microsoft.Storage/storageAccounts/a1b2c3", group + "/providers/Microsoft.Network/dnsZones/a.example"
	done(t, w.arm(http.MethodPut, store, object{"location": "eastus", "kind": "StorageV2", "sku": object{"name": "Standard_LRS"}}), http.StatusAccepted)
	for _, kind := range []string{"/blobServices/default/containers", "/fileServices/default/shares", "/queueServices/default/queues", "/tableServices/default/tables"} {
		if got, _ := w.arm(http.MethodGet, store+kind, nil).at("value").([]any); got == nil || len(got) != 0 {
			t.Errorf("%s: got %v, want an empty list", kind, got)
		}
	}
	done(t, w.arm(http.MethodPut, store+"/blobServices/default/containers/theirs", nil), http.StatusCreated)
	if got := w.arm(http.MethodGet, store+"/blobServices/default/containers", nil).at("value", 0, "name"); got != "theirs" {
		t.Errorf("got %v, want the container", got)
	}
	refused(t, w.arm(http.MethodPut, store+"/blobServices/default/containers/No", nil), http.StatusBadRequest, "InvalidResourceName")
	refused(t, w.arm(http.MethodPut, store+"/queueServices/default/queues/q", nil), http.StatusBadRequest, "NoRegisteredProviderFound")
	refused(t, w.arm(http.MethodGet, group+"/providers/Microsoft.Storage/storageAccounts/none/blobServices/default/containers", nil), http.StatusNotFound, "ResourceNotFound")

	done(t, w.arm(http.MethodPut, zone, object{"location": "global"}), http.StatusCreated)
	done(t, w.arm(http.MethodPut, zone+"/A/www", object{"properties": object{"TTL": 60}}), http.StatusCreated)
	if got := w.arm(http.MethodGet, zone, nil).at("properties", "numberOfRecordSets"); got != 3.0 {
		t.Errorf("got %v record sets, want the zone's own two and one", got)
	}
	done(t, w.arm(http.MethodDelete, zone+"/A/www", nil), http.StatusOK)
	refused(t, w.arm(http.MethodPut, zone+"/NONE/www", nil), http.StatusBadRequest, "BadRequest")
}

func TestASignInEndsTheSessionsBeforeItAndALockedLoginStaysLocked(t *testing.T) {
	w := open(t, itbytes(t), nil)
	client, refresh := w.session()
	old := url.Values{"grant_type": {"refresh_token"}, "client_id": {client}, "refresh_token": {refresh}, "scope": {arm}}
	done(t, w.redeem(old), http.StatusOK)
	signIn := func() answer {
		begun := w.send(http.MethodPost, "/entra/"+tenant+"/oauth2/v2.0/devicecode", "application/x-www-form-urlencoded", "", []byte(url.Values{"client_id": {"cli"}}.Encode()))
		done(t, begun, http.StatusOK)
		if err := w.k.Perform(kernel.Act{Cloud: "azure", Do: "signIn", With: map[string]string{"login": "azure-admin", "userCode": begun.at("user_code").(string)}}); err != nil {
			t.Fatal(err)
		}
		return w.redeem(url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {"cli"}, "device_code": {begun.at("device_code").(string)},
			"scope": {arm + " offline_access openid profile"},
		})
	}
	a := signIn()
	done(t, a, http.StatusOK)
	if a.at("id_token") == nil || a.at("refresh_token") == nil {
		t.Errorf("got %v, want who signed in and the session", a.body)
	}
	if a := w.redeem(old); a.at("error_codes", 0) != 50173.0 {
		t.Errorf("got %v, want AADSTS50173 for the session before", a.body)
	}
	if err := w.k.SetLogin("azure-admin", kernel.LoginLocked); err != nil {
		t.Fatal(err)
	}
	if a := signIn(); a.at("error_codes", 0) != 50053.0 || w.k.LoginState("azure-admin") != kernel.LoginLocked {
		t.Errorf("got %v, want AADSTS50053 and the login still locked", a.body)
	}
}

func TestACustomRoleIsSeenUnderItsGroupAlone(t *testing.T) {
	w := open(t, itbytes(t)+"managementGroups: [{name: core, displayName: core}]\nroles: [{name: Ours, managementGroup: core, actions: ['*/read'], notActions: [Microsoft.Security/*]}]\n", nil)
	const ask = "/providers/Microsoft.Authorization/roleDefinitions?$filter=roleName%20eq%20'Ours'"
	if got := w.arm(http.MethodGet, sub+ask, nil).at("value", 0); got != nil {
		t.Errorf("got %v, want none where the group is not above", got)
	}
	done(t, w.arm(http.MethodPut, managementGroups+"core"+sub, nil), http.StatusOK)
	a := w.arm(http.MethodGet, sub+ask, nil)
	if a.at("value", 0, "properties", "type") != "CustomRole" || a.at("value", 0, "properties", "permissions", 0, "notActions", 0) != "Microsoft.Security/*" {
		t.Errorf("got %v, want the organisation's own role", a.body)
	}
}

func TestAWarnedSubscriptionCanBeReadAndEmptiedAndNothingMade(t *testing.T) {
	w := open(t, itbytes(t), nil)
	if err := w.k.Perform(kernel.Act{Cloud: "azure", Do: "warnSubscription", With: map[string]string{"subscription": sub[len("/subscriptions/"):]}}); err != nil {
		t.Fatal(err)
	}
	refused(t, w.arm(http.MethodPut, sub+"/resourceGroups/rg-new", object{"location": "eastus"}), http.StatusConflict, "ReadOnlyDisabledSubscription")
	done(t, w.arm(http.MethodGet, group, nil), http.StatusOK)
	done(t, w.arm(http.MethodDelete, group, nil), http.StatusAccepted)
}
