package azure

import (
	"fmt"
	"net/http"
	"strings"
)

func securityGroups() family {
	return family{
		service: networkService, typed: "networkSecurityGroups", since: networkSince, takes: networkTakes, etag: true, weakly: "W",
		fields: []string{"flushConnection", "securityRules"},
		reads:  []string{"defaultSecurityRules", "flowLogs", "networkInterfaces", "resourceGuid", "subnets"},
		check:  checkSecurityGroup, show: showSecurityGroup, drop: dropSecurityGroup,
	}
}

func checkSecurityGroup(a *ask, old, t *thing) bool {
	var kept []any
	for _, r := range objects(t.props, "securityRules") {
		kept = append(kept, cleanRule(t, text(r, "name"), r))
	}
	t.props["securityRules"] = kept
	t.props["resourceGuid"] = newID()
	if old != nil {
		t.props["resourceGuid"] = old.props["resourceGuid"]
	}
	return a.ruled(t)
}

func cleanRule(t *thing, name string, body obj) obj {
	p := copied(object(body, "properties"))
	if p == nil {
		p = obj{}
	}
	delete(p, "provisioningState")
	for _, field := range []string{"destinationAddressPrefixes", "destinationPortRanges", "sourceAddressPrefixes", "sourcePortRanges"} {
		if p[field] == nil {
			p[field] = []any{}
		}
	}
	return obj{"id": t.id + "/securityRules/" + name, "name": name, "properties": p}
}

// ruled checks the rules of a group: priorities between 100 and 4096, one rule to a priority and direction.
func (a *ask) ruled(t *thing) bool {
	taken := map[string]string{}
	for _, r := range objects(t.props, "securityRules") {
		p, name := object(r, "properties"), text(r, "name")
		priority, _ := p["priority"].(float64)
		key := fmt.Sprintf("%s %v", text(p, "direction"), priority)
		field := unknown(p, "access", "description", "destinationAddressPrefix", "destinationAddressPrefixes", "destinationApplicationSecurityGroups", "destinationPortRange",
			"destinationPortRanges", "direction", "priority", "protocol", "sourceAddressPrefix", "sourceAddressPrefixes", "sourceApplicationSecurityGroups", "sourcePortRange", "sourcePortRanges")
		switch {
		case field != "":
			return a.member(field, "SecurityRulePropertiesFormat")
		case name == "":
			a.fail(http.StatusBadRequest, "InvalidRequestFormat", "Cannot parse the request: every security rule needs a name.")
		case priority < 100 || priority > 4096:
			a.fail(http.StatusBadRequest, "SecurityRuleInvalidPriority", fmt.Sprintf("Security rule has invalid Priority. Value provided: %v Allowed range 100-4096.", priority))
		case text(p, "access") != "Allow" && text(p, "access") != "Deny", text(p, "direction") != "Inbound" && text(p, "direction") != "Outbound", text(p, "protocol") == "":
			a.fail(http.StatusBadRequest, "InvalidRequestFormat", "Cannot parse the request: security rule '"+name+"' needs access, direction and protocol.")
		case text(p, "sourceAddressPrefix") == "" && len(list(p, "sourceAddressPrefixes")) == 0 && p["sourceApplicationSecurityGroups"] == nil,
			text(p, "destinationAddressPrefix") == "" && len(list(p, "destinationAddressPrefixes")) == 0 && p["destinationApplicationSecurityGroups"] == nil:
			a.fail(http.StatusBadRequest, "SecurityRuleParameterAddressPrefixNotFound", "Required security rule parameters are missing for security rule with Id: "+text(r, "id")+". Security rule must specify SourceAddressPrefix and DestinationAddressPrefix.")
		case text(p, "sourcePortRange") == "" && len(list(p, "sourcePortRanges")) == 0, text(p, "destinationPortRange") == "" && len(list(p, "destinationPortRanges")) == 0:
			a.fail(http.StatusBadRequest, "SecurityRuleParameterPortRangeNotFound", "Required security rule parameters are missing for security rule with Id: "+text(r, "id")+". Security rule must specify SourcePortRange and DestinationPortRange.")
		case taken[key] != "":
			a.fail(http.StatusBadRequest, "SecurityRuleConflict", "Security rule "+name+" conflicts with rule "+taken[key]+". Rules cannot have the same Priority and Direction.")
		default:
			taken[key] = name
			continue
		}
		return false
	}
	return true
}

// showSecurityGroup adds the rules that every group has and the subnets that use it.
func showSecurityGroup(c *Cloud, t *thing, props obj) {
	state, etag := t.state(c.k.Now()), `W/"`+t.etag+`"`
	var rules []obj
	for _, r := range objects(props, "securityRules") {
		rules = append(rules, c.showRule(t, r))
	}
	props["securityRules"] = values(rules)
	var always []obj
	for _, d := range defaultRules() {
		p := obj{
			"description": d[6], "protocol": "*", "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": d[1], "destinationAddressPrefix": d[2],
			"access": d[3], "direction": d[4], "provisioningState": state,
			"sourcePortRanges": []any{}, "destinationPortRanges": []any{}, "sourceAddressPrefixes": []any{}, "destinationAddressPrefixes": []any{},
		}
		p["priority"] = map[string]int{"65000": 65000, "65001": 65001, "65500": 65500}[d[5]]
		always = append(always, obj{"id": t.id + "/defaultSecurityRules/" + d[0], "name": d[0], "etag": etag, "type": nsgKind + "/defaultSecurityRules", "properties": p})
	}
	props["defaultSecurityRules"] = values(always)
	var used []obj
	for _, id := range c.guards(t) {
		used = append(used, obj{"id": id})
	}
	if used != nil {
		props["subnets"] = values(used)
	}
}

func (c *Cloud) showRule(t *thing, r obj) obj {
	r = copied(r)
	object(r, "properties")["provisioningState"] = t.state(c.k.Now())
	r["etag"], r["type"] = `W/"`+t.etag+`"`, nsgKind+"/securityRules"
	return r
}

// defaultRules: name, source, destination, access, direction, priority, description.
func defaultRules() [][7]string {
	const in, out = "Inbound", "Outbound"
	return [][7]string{
		{"AllowVnetInBound", "VirtualNetwork", "VirtualNetwork", "Allow", in, "65000", "Allow inbound traffic from all VMs in VNET"},
		{"AllowAzureLoadBalancerInBound", "AzureLoadBalancer", "*", "Allow", in, "65001", "Allow inbound traffic from azure load balancer"},
		{"DenyAllInBound", "*", "*", "Deny", in, "65500", "Deny all inbound traffic"},
		{"AllowVnetOutBound", "VirtualNetwork", "VirtualNetwork", "Allow", out, "65000", "Allow outbound traffic from all VMs to all VMs in VNET"},
		{"AllowInternetOutBound", "*", "Internet", "Allow", out, "65001", "Allow outbound traffic from all VMs to Internet"},
		{"DenyAllOutBound", "*", "*", "Deny", out, "65500", "Deny all outbound traffic"},
	}
}

// guards are the ids of the subnets that a group guards.
func (c *Cloud) guards(t *thing) []string {
	var out []string
	for _, v := range c.things.near(t.id) {
		if v.kind != vnetKind {
			continue
		}
		for _, s := range objects(v.props, "subnets") {
			if strings.EqualFold(text(object(object(s, "properties"), "networkSecurityGroup"), "id"), t.id) {
				out = append(out, text(s, "id"))
			}
		}
	}
	return out
}

func dropSecurityGroup(a *ask, t *thing) bool {
	for _, subnet := range a.guards(t) {
		a.fail(http.StatusBadRequest, "InUseNetworkSecurityGroupCannotBeDeleted", "Network security group "+t.id+" cannot be deleted because it is in use by the following resources: "+subnet+".")
		return false
	}
	return true
}
