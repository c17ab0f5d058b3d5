package azure

import (
	"net/http"
	"regexp"
)

func firewallPolicies() family {
	return family{
		service: networkService, typed: "FrontDoorWebApplicationFirewallPolicies", since: "2020-11-01", takes: "azure.frontdoor.waf", etag: true, global: true,
		head:   []string{"sku"},
		fields: []string{"customRules", "managedRules", "policySettings"},
		reads:  []string{"frontendEndpointLinks", "resourceState", "routingRuleLinks", "securityPolicyLinks"},
		check:  checkFirewallPolicy, show: showFirewallPolicy,
	}
}

var firewallName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,127}$`)

func checkFirewallPolicy(a *ask, old, t *thing) bool {
	sku := text(object(t.head, "sku"), "name")
	settings := object(t.props, "policySettings")
	sets := list(object(t.props, "managedRules"), "managedRuleSets")
	mode := text(settings, "mode")
	switch {
	case !firewallName.MatchString(t.name):
		a.fail(http.StatusBadRequest, "BadRequest", "The policy name '"+t.name+"' must begin with a letter and hold letters and digits only.")
	case sku != "Premium_AzureFrontDoor" && sku != "Standard_AzureFrontDoor" && sku != "Classic_AzureFrontDoor":
		a.fail(http.StatusBadRequest, "BadRequest", "The sku '"+sku+"' is not supported.")
	case sku == "Classic_AzureFrontDoor" && old == nil:
		a.fail(http.StatusBadRequest, "BadRequest", "Azure Front Door (classic) no longer supports creating new resources.")
	case len(sets) > 0 && sku == "Standard_AzureFrontDoor":
		a.fail(http.StatusBadRequest, "BadRequest", "Managed rule sets are not supported by the sku Standard_AzureFrontDoor.")
	case mode != "" && mode != "Prevention" && mode != "Detection":
		a.fail(http.StatusBadRequest, "BadRequest", "The mode '"+mode+"' is not one of Prevention, Detection.")
	case old != nil && text(object(old.head, "sku"), "name") != sku:
		a.fail(http.StatusBadRequest, "BadRequest", "The sku of a policy cannot be changed.")
	default:
		if settings == nil {
			settings = obj{}
			t.props["policySettings"] = settings
		}
		for field, v := range map[string]any{"enabledState": "Enabled", "mode": "Prevention", "requestBodyCheck": "Enabled", "customBlockResponseStatusCode": 403} {
			if settings[field] == nil {
				settings[field] = v
			}
		}
		return true
	}
	return false
}

func showFirewallPolicy(c *Cloud, t *thing, props obj) {
	props["resourceState"] = "Enabled"
	if t.busy(c.k.Now()) {
		props["resourceState"] = "Enabling"
	}
	for _, field := range []string{"frontendEndpointLinks", "routingRuleLinks", "securityPolicyLinks"} {
		props[field] = []any{}
	}
	if props["customRules"] == nil {
		props["customRules"] = obj{"rules": []any{}}
	}
	if props["managedRules"] == nil {
		props["managedRules"] = obj{"managedRuleSets": []any{}}
	}
}
