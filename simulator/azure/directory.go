package azure

import "net/http"

func directoryRoutes() []graphRoute {
	const read, write = "Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"
	return []graphRoute{
		{"GET", "subscribedSkus", "subscribedSkus.list", "Organization.Read.All", listLicences},
		{"GET", "organization", "organization.list", "Organization.Read.All", listOrganization},
		{"GET", "me", "me.get", "User.Read", getMe},
		{"GET", "policies/identitySecurityDefaultsEnforcementPolicy", "securityDefaults.get", read, getDefaults},
		{"PATCH", "policies/identitySecurityDefaultsEnforcementPolicy", "securityDefaults.patch", write, patchDefaults},
	}
}

// listLicences lists the licences of the tenant with the service plans that each contains.
func listLicences(a *graphAsk) {
	var items []obj
	for _, l := range a.estate.Licences {
		var plans []obj
		for _, p := range l.Plans {
			plans = append(plans, obj{"servicePlanId": idOf("plan", p), "servicePlanName": p, "provisioningStatus": "Success", "appliesTo": "User"})
		}
		sku := idOf("sku", l.Sku)
		items = append(items, obj{
			"id": a.tenant + "_" + sku, "accountId": a.tenant, "accountName": a.estate.Domain, "skuId": sku, "skuPartNumber": l.Sku, "capabilityStatus": "Enabled",
			"appliesTo": "User", "consumedUnits": l.Consumed, "prepaidUnits": obj{"enabled": l.Units, "suspended": 0, "warning": 0, "lockedOut": 0},
			"servicePlans": values(plans), "subscriptionIds": []any{},
		})
	}
	a.collection("subscribedSkus", items)
}

// licensed reports whether a licence of the tenant contains a service plan.
func (c *Cloud) licensed(plan string) bool {
	for _, l := range c.estate.Licences {
		for _, p := range l.Plans {
			if p == plan {
				return true
			}
		}
	}
	return false
}

func listOrganization(a *graphAsk) {
	a.collection("organization", []obj{{"id": a.tenant, "displayName": a.estate.Domain, "verifiedDomains": []any{obj{"name": a.estate.Domain, "isDefault": true, "isInitial": false}}}})
}

func getMe(a *graphAsk) {
	if a.who.app != "" {
		a.graphFail(http.StatusBadRequest, "BadRequest", "/me request is only valid with delegated authentication flow.")
		return
	}
	a.answer(http.StatusOK, "users", obj{"id": a.who.object, "userPrincipalName": a.who.name, "displayName": a.who.name})
}

func (a *graphAsk) answerDefaults() {
	a.ok(http.StatusOK, obj{
		"@odata.context": base(a.r) + "/graph/v1.0/$metadata#policies/identitySecurityDefaultsEnforcementPolicy/$entity",
		"id":             "00000000-0000-0000-0000-000000000005", "displayName": "Security Defaults",
		"description": "Security defaults is a set of basic identity security mechanisms recommended by Microsoft.", "isEnabled": a.defaults,
	})
}

func getDefaults(a *graphAsk) { a.answerDefaults() }

// patchDefaults turns Security Defaults on or off; they cannot be on beside an enabled Conditional Access policy.
func patchDefaults(a *graphAsk) {
	on, is := a.body["isEnabled"].(bool)
	if !is {
		a.graphFail(http.StatusBadRequest, "BadRequest", "The property 'isEnabled' must be true or false.")
		return
	}
	for _, p := range a.policies {
		if on && text(p, "state") == "enabled" {
			a.graphFail(http.StatusBadRequest, "BadRequest", "Security defaults and Conditional Access can't be used simultaneously: disable the Conditional Access policy '"+text(p, "displayName")+"' first.")
			return
		}
	}
	a.defaults = on
	a.ok(http.StatusNoContent, nil)
}
