package azure_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const aliases = "/providers/Microsoft.Subscription/aliases/"

func order(name string) object {
	return object{"properties": object{"displayName": name, "billingScope": billing, "workload": "Production"}}
}

func TestAnAliasMakesOneSubscriptionHoweverOftenItIsPut(t *testing.T) {
	w := open(t, itbytes(t), map[string]string{"azure.subscription.alias": "30ms", "azure.graph.replication": "60ms"})
	first := w.arm(http.MethodPut, aliases+"it4bytes-dti", order("it4bytes-sub-dti-core"))
	done(t, first, http.StatusCreated)
	if got := first.at("properties", "provisioningState"); got != "Accepted" {
		t.Errorf("got %v, want Accepted", got)
	}
	// Azure/azure-rest-api-specs, Microsoft.Subscription/stable/2021-10-01/examples/createAlias.json, its answer 201. The time is a
	// field of the model; what is left to accept is nothing, the owner being of this tenant.
	fields, _ := first.at("properties").(object)
	shaped(t, fields, "subscriptionId displayName provisioningState acceptOwnershipState billingScope workload resellerId subscriptionOwnerId managementGroupId createdTime")
	again := w.arm(http.MethodPut, aliases+"it4bytes-dti", order("another name"))
	done(t, again, http.StatusOK)
	id := first.at("properties", "subscriptionId").(string)
	if got := again.at("properties", "subscriptionId"); got != id {
		t.Errorf("got subscription %v, want %v: the alias is the key", got, id)
	}
	time.Sleep(40 * time.Millisecond)
	if got := w.arm(http.MethodGet, aliases+"it4bytes-dti", nil).at("properties", "provisioningState"); got != "Succeeded" {
		t.Errorf("got %v, want Succeeded", got)
	}
	refused(t, w.arm(http.MethodGet, "/subscriptions/"+id, nil), http.StatusNotFound, "SubscriptionNotFound")
	time.Sleep(70 * time.Millisecond)
	s := w.arm(http.MethodGet, "/subscriptions/"+id, nil)
	done(t, s, http.StatusOK)
	if got := s.at("displayName"); got != "it4bytes-sub-dti-core" {
		t.Errorf("got %v, want the name of the first order", got)
	}
}

func TestAnAliasSoonAfterAnotherIsThrottled(t *testing.T) {
	w := open(t, itbytes(t), map[string]string{"azure.subscription.alias": "10ms", "azure.subscription.aliasThrottle": "40ms"})
	done(t, w.arm(http.MethodPut, aliases+"it4bytes-dti", order("dti")), http.StatusCreated)
	second := w.arm(http.MethodPut, aliases+"it4bytes-mgmt", order("mgmt"))
	refused(t, second, http.StatusTooManyRequests, "TooManyRequests")
	if second.header.Get("Retry-After") != "1" || second.header.Get("x-ms-retry-after-ms") == "" {
		t.Errorf("got %v, want Retry-After in seconds and in milliseconds", second.header)
	}
	time.Sleep(60 * time.Millisecond)
	done(t, w.arm(http.MethodPut, aliases+"it4bytes-mgmt", order("mgmt")), http.StatusCreated)
}

func TestAnOrderOnAnotherInvoiceSectionIsForbidden(t *testing.T) {
	w := open(t, itbytes(t), nil)
	o := order("x")
	o["properties"].(object)["billingScope"] = strings.Replace(billing, "core", "other", 1)
	refused(t, w.arm(http.MethodPut, aliases+"x", o), http.StatusForbidden, "Forbidden")
	refused(t, w.arm(http.MethodGet, aliases+"x", nil), http.StatusNotFound, "NotFound")
}

func TestARenameShowsLazily(t *testing.T) {
	w := open(t, itbytes(t), map[string]string{"azure.subscription.rename": "40ms"})
	done(t, w.arm(http.MethodPost, sub+"/providers/Microsoft.Subscription/rename", object{"subscriptionName": "it4bytes-sub-prod-core"}), http.StatusOK)
	if got := w.arm(http.MethodGet, sub, nil).at("displayName"); got != "Azure subscription 1" {
		t.Errorf("got %v at once, want the old name for a while", got)
	}
	time.Sleep(50 * time.Millisecond)
	if got := w.arm(http.MethodGet, sub, nil).at("displayName"); got != "it4bytes-sub-prod-core" {
		t.Errorf("got %v, want the new name", got)
	}
}

func TestADisabledSubscriptionIsReadOnly(t *testing.T) {
	w := open(t, itbytes(t), nil)
	refused(t, w.arm(http.MethodPost, sub+"/providers/Microsoft.Subscription/cancel", nil), http.StatusBadRequest, "BadRequest")
	done(t, w.arm(http.MethodPost, sub+"/providers/Microsoft.Subscription/cancel?IgnoreResourceCheck=true", nil), http.StatusOK)
	if got := w.arm(http.MethodGet, sub, nil).at("state"); got != "Disabled" {
		t.Errorf("got state %v, want Disabled", got)
	}
	group := object{"location": "eastus"}
	refused(t, w.arm(http.MethodPut, sub+"/resourceGroups/rg-new", group), http.StatusConflict, "ReadOnlyDisabledSubscription")
	done(t, w.arm(http.MethodGet, sub+"/resourceGroups/rg-production", nil), http.StatusOK)
	done(t, w.arm(http.MethodPost, sub+"/providers/Microsoft.Subscription/enable", nil), http.StatusOK)
	done(t, w.arm(http.MethodPut, sub+"/resourceGroups/rg-new", group), http.StatusCreated)
}

func TestASubscriptionLiesUnderTheGroupItWasPutUnder(t *testing.T) {
	w := open(t, itbytes(t), nil)
	const groups = "/providers/Microsoft.Management/managementGroups/"
	refused(t, w.arm(http.MethodGet, groups+"it4bytes", nil), http.StatusNotFound, "NotFound")
	done(t, w.arm(http.MethodPut, groups+"it4bytes", object{"properties": object{"displayName": "it4bytes"}}), http.StatusAccepted)
	done(t, w.arm(http.MethodGet, groups+tenant+sub, nil), http.StatusOK)
	done(t, w.arm(http.MethodPut, groups+"it4bytes"+sub, nil), http.StatusOK)
	refused(t, w.arm(http.MethodGet, groups+tenant+sub, nil), http.StatusNotFound, "NotFound")
	refused(t, w.arm(http.MethodDelete, groups+"it4bytes", nil), http.StatusBadRequest, "BadRequest")
	done(t, w.arm(http.MethodDelete, groups+"it4bytes"+sub, nil), http.StatusOK)
	done(t, w.arm(http.MethodGet, groups+tenant+sub, nil), http.StatusOK)
}
