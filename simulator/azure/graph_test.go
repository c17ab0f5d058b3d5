package azure_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// shaped checks that an object has the fields of a published example and no others.
func shaped(t *testing.T, got object, want string) {
	t.Helper()
	fields := strings.Fields(want)
	for _, field := range fields {
		if _, has := got[field]; !has {
			t.Errorf("the answer has no %s, as the example does", field)
		}
	}
	for field := range got {
		if !slices.Contains(fields, field) {
			t.Errorf("the answer has %s, the example does not", field)
		}
	}
}

func TestAnApplicationIsMadeOnceByItsUniqueName(t *testing.T) {
	w := open(t, itbytes(t), nil)
	const path = "applications(uniqueName='itManagesO365')"
	body := object{"displayName": "itManagesO365"}
	refused(t, w.graph(http.MethodGet, path, nil), http.StatusNotFound, "Request_ResourceNotFound")
	refused(t, w.graph(http.MethodPatch, path, body), http.StatusNotFound, "Request_ResourceNotFound")
	made := w.upsert(path, body)
	done(t, made, http.StatusCreated)
	// microsoftgraph/microsoft-graph-docs-contrib, api-reference/v1.0/api/application-upsert.md, the response of example 1.
	shaped(t, made.body, `@odata.context id deletedDateTime isFallbackPublicClient appId applicationTemplateId identifierUris createdDateTime displayName
		isDeviceOnlyAuthSupported groupMembershipClaims optionalClaims addIns publisherDomain samlMetadataUrl signInAudience tags tokenEncryptionKeyId api
		appRoles publicClient info keyCredentials parentalControlSettings passwordCredentials requiredResourceAccess uniqueName web windows`)
	done(t, w.upsert(path, body), http.StatusNoContent)
	got := w.graph(http.MethodGet, path, nil)
	if got.at("id") != made.at("id") || got.at("appId") != made.at("appId") {
		t.Errorf("got %v, want the application that was made first", got.body)
	}
	listed := w.graph(http.MethodGet, "applications?$filter="+url.QueryEscape("uniqueName eq 'itManagesO365'")+"&$select=id", nil)
	if members, _ := listed.at("value").([]any); len(members) != 1 || len(members[0].(object)) != 1 {
		t.Errorf("got %v, want one application with its id alone", listed.body)
	}
}

func TestAServicePrincipalWaitsForItsApplicationAndRolesForIt(t *testing.T) {
	w := open(t, itbytes(t), map[string]string{"azure.graph.replication": "60ms"})
	app := w.upsert("applications(uniqueName='x')", object{"displayName": "x"}).at("appId").(string)
	path := "servicePrincipals(appId='" + app + "')"
	early := w.upsert(path, object{"displayName": "x"})
	refused(t, early, http.StatusBadRequest, "Request_BadRequest")
	if got := early.at("error", "details", 0, "code"); got != "NoBackingApplicationObject" {
		t.Errorf("got detail %v, want NoBackingApplicationObject", got)
	}
	time.Sleep(70 * time.Millisecond)
	sp := w.upsert(path, object{"displayName": "x"})
	done(t, sp, http.StatusCreated)
	done(t, w.upsert(path, object{"displayName": "x"}), http.StatusNoContent)

	const name = "/providers/Microsoft.Authorization/roleAssignments/7d1f0c52-41a5-5c7e-9d0e-000000000001"
	role := object{"properties": object{"principalId": sp.at("id"), "principalType": "ServicePrincipal", "roleDefinitionId": sub + "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"}}
	refused(t, w.arm(http.MethodPut, sub+name, role), http.StatusBadRequest, "PrincipalNotFound")
	time.Sleep(70 * time.Millisecond)
	done(t, w.arm(http.MethodPut, sub+name, role), http.StatusCreated)
	done(t, w.arm(http.MethodPut, sub+name, role), http.StatusOK)
	refused(t, w.arm(http.MethodPut, sub+"/providers/Microsoft.Authorization/roleAssignments/7d1f0c52-41a5-5c7e-9d0e-000000000002", role), http.StatusConflict, "RoleAssignmentExists")
	refused(t, w.arm(http.MethodPut, sub+"/resourceGroups/rg-production"+name, role), http.StatusBadRequest, "RoleAssignmentUpdateNotPermitted")
	filtered := w.arm(http.MethodGet, sub+"/providers/Microsoft.Authorization/roleAssignments?$filter="+url.QueryEscape("principalId eq '"+sp.at("id").(string)+"'"), nil)
	if members, _ := filtered.at("value").([]any); len(members) != 1 {
		t.Errorf("got %v, want the one assignment of the principal", filtered.body)
	}
}

func TestAFederatedCredentialIsUniqueByIssuerAndSubjectAndThereAreTwentyAtMost(t *testing.T) {
	w := open(t, itbytes(t), nil)
	app := w.upsert("applications(uniqueName='x')", object{"displayName": "x"}).at("id").(string)
	trust := func(subject string) object {
		return object{"issuer": "https://token.actions.githubusercontent.com", "subject": subject, "audiences": []string{"api://AzureADTokenExchange"}}
	}
	path := func(name string) string {
		return "applications/" + app + "/federatedIdentityCredentials(name='" + name + "')"
	}
	made := w.upsert(path("ci"), trust("repo:a"))
	done(t, made, http.StatusCreated)
	// microsoft-graph-docs-contrib, api-reference/v1.0/api/federatedidentitycredential-upsert.md, the response of example 1.
	shaped(t, made.body, "@odata.context id name issuer subject description audiences")
	done(t, w.upsert(path("ci"), trust("repo:a")), http.StatusNoContent)
	refused(t, w.upsert(path("ci2"), trust("repo:a")), http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue")
	for i := range 19 {
		done(t, w.upsert(path(fmt.Sprint("more", i)), trust(fmt.Sprint("repo:b", i))), http.StatusCreated)
	}
	refused(t, w.upsert(path("one-too-many"), trust("repo:c")), http.StatusBadRequest, "Request_BadRequest")
	done(t, w.graph(http.MethodDelete, path("ci"), nil), http.StatusNoContent)
	done(t, w.upsert(path("one-more"), trust("repo:c")), http.StatusCreated)
	if members, _ := w.graph(http.MethodGet, "applications/"+app+"/federatedIdentityCredentials", nil).at("value").([]any); len(members) != 20 {
		t.Errorf("got %d credentials, want 20", len(members))
	}
}

func TestSecurityDefaultsAndConditionalAccessExcludeEachOther(t *testing.T) {
	const defaults, policies = "policies/identitySecurityDefaultsEnforcementPolicy", "identity/conditionalAccess/policies"
	w := open(t, itbytes(t), nil)
	if got := w.graph(http.MethodGet, defaults, nil).at("isEnabled"); got != true {
		t.Errorf("got %v, want Security Defaults on in this estate", got)
	}
	policy := object{"displayName": "mfa", "state": "enabled", "conditions": object{"users": object{"includeUsers": []string{"All"}}}}
	refused(t, w.graph(http.MethodPost, policies, policy), http.StatusBadRequest, "BadRequest")
	done(t, w.graph(http.MethodPatch, defaults, object{"isEnabled": false}), http.StatusNoContent)
	made := w.graph(http.MethodPost, policies, policy)
	done(t, made, http.StatusCreated)
	refused(t, w.graph(http.MethodPatch, defaults, object{"isEnabled": true}), http.StatusBadRequest, "BadRequest")
	done(t, w.graph(http.MethodDelete, policies+"/"+made.at("id").(string), nil), http.StatusNoContent)
	done(t, w.graph(http.MethodPatch, defaults, object{"isEnabled": true}), http.StatusNoContent)
}

func TestConditionalAccessNeedsTheLicenceThatContainsIt(t *testing.T) {
	w := open(t, itbytes(t), nil)
	skus := w.graph(http.MethodGet, "subscribedSkus", nil)
	if got := skus.at("value", 0, "servicePlans", 0, "servicePlanName"); skus.at("value", 0, "skuPartNumber") != "SPB" || got != "AAD_PREMIUM" {
		t.Errorf("got %v, want Business Premium with AAD_PREMIUM in it", skus.body)
	}
	// microsoft-graph-docs-contrib, api-reference/v1.0/api/subscribedsku-list.md.
	sku, _ := skus.at("value", 0).(object)
	shaped(t, sku, "accountName accountId appliesTo capabilityStatus consumedUnits id prepaidUnits servicePlans skuId skuPartNumber subscriptionIds")
	plan, _ := skus.at("value", 0, "servicePlans", 0).(object)
	shaped(t, plan, "servicePlanId servicePlanName provisioningStatus appliesTo")
	poor := open(t, "tenant: "+tenant, nil)
	policy := object{"displayName": "mfa", "state": "enabled", "conditions": object{}}
	refused(t, poor.graph(http.MethodPost, "identity/conditionalAccess/policies", policy), http.StatusBadRequest, "AadPremiumLicenseRequired")
}

func TestADeletedApplicationCanBeRestored(t *testing.T) {
	w := open(t, itbytes(t), nil)
	app := w.upsert("applications(uniqueName='x')", object{"displayName": "x"}).at("id").(string)
	done(t, w.graph(http.MethodDelete, "applications/"+app, nil), http.StatusNoContent)
	refused(t, w.graph(http.MethodGet, "applications/"+app, nil), http.StatusNotFound, "Request_ResourceNotFound")
	done(t, w.graph(http.MethodPost, "directory/deletedItems/"+app+"/restore", nil), http.StatusOK)
	done(t, w.graph(http.MethodGet, "applications/"+app, nil), http.StatusOK)
}

func TestGraphNamesTheSegmentThatItDoesNotKnow(t *testing.T) {
	w := open(t, itbytes(t), nil)
	a := w.graph(http.MethodPost, "deviceManagement/deviceConfigurations", object{})
	refused(t, a, http.StatusBadRequest, "BadRequest")
	if got, want := a.at("error", "message"), "Resource not found for the segment 'deviceManagement'."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
