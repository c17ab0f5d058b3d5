package azure

import (
	"net/http"
	"strings"
)

const billingService = "Microsoft.Billing"

func billingRoutes() []route {
	const path, since = "/providers/Microsoft.Billing/billingAccounts", "2019-10-01-preview"
	return []route{
		{method: "GET", path: path, service: billingService, operation: "billingAccounts.list", since: since, answer: listBilling},
		{method: "GET", path: path + "/{a}/billingProfiles", service: billingService, operation: "billingProfiles.list", since: since, answer: listBilling},
		{method: "GET", path: path + "/{a}/billingProfiles/{p}/invoiceSections", service: billingService, operation: "invoiceSections.list", since: since, answer: listBilling},
		{method: "POST", path: path + "/{a}/listInvoiceSectionsWithCreateSubscriptionPermission", service: billingService, operation: "invoiceSections.listWithCreateSubscriptionPermission", since: since, reads: true, answer: listOrderable},
		{method: "GET", path: path + "/{a}/enrollmentAccounts/{e}/billingPermissions", service: billingService, operation: "billingPermissions.list", since: since, answer: listBillingPermissions},
	}
}

// listOrderable lists the invoice sections of an account on which the caller may order subscriptions.
func listOrderable(a *ask) {
	account := strings.TrimSuffix(a.id(), "/listInvoiceSectionsWithCreateSubscriptionPermission")
	var items []obj
	known := false
	for _, scope := range a.estate.BillingScopes {
		profile, section, is := strings.Cut(scope, "/invoiceSections/")
		if !strings.HasPrefix(strings.ToLower(scope), strings.ToLower(account)+"/") {
			continue
		}
		if known = true; is {
			items = append(items, obj{
				"billingProfileId": profile, "billingProfileDisplayName": profile[strings.LastIndex(profile, "/")+1:], "billingProfileStatus": "Active",
				"billingProfileSpendingLimit": "Off", "invoiceSectionId": scope, "invoiceSectionDisplayName": section,
				"enabledAzurePlans": []any{obj{"skuId": "0001", "skuDescription": "Microsoft Azure Plan"}},
			})
		}
	}
	if !known {
		a.fail(http.StatusForbidden, "UserNotAuthorized", "You are not authorized to perform this action on the billing account '"+a.param("a")+"'.")
		return
	}
	a.page(items)
}

// listBillingPermissions lists what the caller may do with an enrolment account; the actions are numbers that say nothing.
func listBillingPermissions(a *ask) {
	if !a.bills(strings.TrimSuffix(a.id(), "/billingPermissions")) {
		a.fail(http.StatusForbidden, "UserNotAuthorized", "You are not authorized to perform this action on the enrollment account '"+a.param("e")+"'.")
		return
	}
	a.page([]obj{{"actions": []string{"10000000-aaaa-bbbb-cccc-200000000006"}, "notActions": []string{}}})
}

// listBilling lists the accounts, profiles or sections that the estate's billing scopes are made of.
func listBilling(a *ask) {
	under := strings.ToLower(a.id())
	kind := strings.Split(a.route.operation, ".")[0]
	seen := map[string]bool{}
	var items []obj
	for _, scope := range a.estate.BillingScopes {
		rest, is := strings.CutPrefix(strings.ToLower(scope), under+"/")
		if !is {
			continue
		}
		name, _, _ := strings.Cut(rest, "/")
		name = scope[len(under)+1 : len(under)+1+len(name)]
		if seen[name] {
			continue
		}
		seen[name] = true
		typed := billingService + "/billingAccounts"
		if kind != "billingAccounts" {
			typed += "/billingProfiles"
		}
		if kind == "invoiceSections" {
			typed += "/invoiceSections"
		}
		items = append(items, obj{"id": scope[:len(under)+1+len(name)], "name": name, "type": typed, "properties": obj{"displayName": name}})
	}
	if len(items) == 0 && kind != "billingAccounts" {
		a.fail(http.StatusNotFound, "NotFound", "The billing scope '"+a.id()+"' was not found.")
		return
	}
	a.page(items)
}
