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
	}
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
