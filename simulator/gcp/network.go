package gcp

import (
	"net/http"
	"strings"
)

func networkShape() shape {
	return shape{
		"kind": text(), "id": text(), "creationTimestamp": text(), "name": text(), "description": text(), "selfLink": text(), "selfLinkWithId": text(),
		"autoCreateSubnetworks": boolean(), "subnetworks": texts(), "mtu": integer(), "enableUlaInternalIpv6": boolean(), "internalIpv6Range": text(),
		"networkFirewallPolicyEnforcementOrder": text(), "networkProfile": text(), "IPv4Range": text(), "gatewayIPv4": text(),
		"routingConfig": message(shape{"routingMode": text(), "bgpBestPathSelectionMode": text(), "bgpAlwaysCompareMed": boolean(), "bgpInterRegionCost": text()}),
	}
}

func networkRoutes() []route {
	const api, all = "compute", computePath + "/global/networks"
	const one = all + "/{name}"
	return []route{
		{api: api, method: http.MethodGet, path: one, operation: "networks.get", do: (*Cloud).getNetwork},
		{api: api, method: http.MethodGet, path: all, operation: "networks.list", params: listParams, do: (*Cloud).listNetworks},
		{api: api, method: http.MethodPost, path: all, operation: "networks.insert", write: true, params: "requestId", body: networkShape(), do: (*Cloud).insertNetwork},
		{api: api, method: http.MethodPatch, path: one, operation: "networks.patch", write: true, params: "requestId", body: networkShape(), do: (*Cloud).patchNetwork},
		{api: api, method: http.MethodDelete, path: one, operation: "networks.delete", write: true, params: "requestId", do: (*Cloud).deleteNetwork},
	}
}

func (c *Cloud) networkWire(p *project, a *asset) fields {
	f := a.wire(p, "network")
	f["selfLinkWithId"] = link(p, "global/networks/"+a.id)
	var under []any
	for _, s := range p.assetsOf("regions/", "subnetworks") {
		if s.body.str("network") == link(p, a.path) {
			under = append(under, link(p, s.path))
		}
	}
	if len(under) > 0 {
		f["subnetworks"] = sortedTexts(under)
	}
	return f
}

func (c *Cloud) getNetwork(q *request) (any, *problem) {
	p, a, bad := c.assetAsked(q, "networks")
	if bad != nil {
		return nil, bad
	}
	return c.networkWire(p, a), nil
}

func (c *Cloud) listNetworks(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	var all []fields
	for _, a := range p.assetsOf("global/", "networks") {
		all = append(all, c.networkWire(p, a))
	}
	return c.pageAssets(q, "networkList", "global/networks", p, all)
}

func (c *Cloud) insertNetwork(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	auto, said := q.body["autoCreateSubnetworks"].(bool)
	if !said || q.body.str("IPv4Range") != "" {
		return nil, computeInvalid("Invalid value for field 'resource.IPv4Range': '%s'. Legacy Networks are no longer supported.", q.body.str("IPv4Range"))
	}
	if mtu, set := q.body["mtu"].(int); set && (mtu < 1300 || mtu > 8896) {
		return nil, computeInvalid("Invalid value for field 'resource.mtu': '%d'. Must be between 1300 and 8896.", mtu)
	}
	a, bad := c.newAsset(q, p, "networks")
	if bad != nil {
		return nil, bad
	}
	if bad := populateNetwork(p, a); bad != nil {
		return nil, bad
	}
	return c.insert(q, p, a, func() {
		if auto {
			c.autoSubnets(p, a)
		}
	})
}

// populateNetwork fills in what a caller left out.
func populateNetwork(p *project, a *asset) *problem {
	b := a.body
	for _, own := range []string{"kind", "id", "creationTimestamp", "selfLink", "selfLinkWithId", "subnetworks", "IPv4Range", "gatewayIPv4"} {
		delete(b, own)
	}
	b["networkFirewallPolicyEnforcementOrder"] = orText(b.str("networkFirewallPolicyEnforcementOrder"), "AFTER_CLASSIC_FIREWALL")
	routing := b.sub("routingConfig")
	if routing == nil {
		routing = fields{}
	}
	routing["routingMode"] = orText(routing.str("routingMode"), "REGIONAL")
	routing["bgpBestPathSelectionMode"] = orText(routing.str("bgpBestPathSelectionMode"), "LEGACY")
	b["routingConfig"] = routing
	if m := routing.str("routingMode"); m != "REGIONAL" && m != "GLOBAL" {
		return computeInvalid("Invalid value for field 'resource.routingConfig.routingMode': '%s'.", m)
	}
	if profile := b.str("networkProfile"); profile != "" {
		_, path, _ := strings.Cut(profile, "/global/")
		b["networkProfile"] = link(p, "global/"+path)
	}
	innerIPv6(b)
	return nil
}

// innerIPv6 gives a network its internal IPv6 range, once that is asked for; off is not said at all.
func innerIPv6(b fields) {
	if !b.flag("enableUlaInternalIpv6") {
		delete(b, "enableUlaInternalIpv6")
		return
	}
	if b.str("internalIpv6Range") == "" {
		d := digits(6)
		b["internalIpv6Range"] = "fd20:" + d[:3] + ":" + d[3:] + ":0:0:0:0:0/48"
	}
}

func (c *Cloud) patchNetwork(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	_, a, bad := c.assetAsked(q, "networks")
	if bad != nil {
		return nil, bad
	}
	for n := range q.body {
		switch n {
		case "routingConfig", "enableUlaInternalIpv6", "internalIpv6Range", "networkFirewallPolicyEnforcementOrder", "mtu", "name":
		default:
			return nil, computeInvalid("Invalid value for field 'resource.%s'. The field cannot be patched.", n)
		}
	}
	patch := copyOf(q.body)
	delete(patch, "name")
	return c.startCompute(q, p, a, "updateNetwork", func() {
		overlay(a.body, patch)
		innerIPv6(a.body)
	})
}

func (c *Cloud) deleteNetwork(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	_, a, bad := c.assetAsked(q, "networks")
	if bad != nil {
		return nil, bad
	}
	for _, other := range p.network.assets {
		if other.body.str("network") != link(p, a.path) || (other.family == "subnetworks" && a.body.flag("autoCreateSubnetworks")) {
			continue
		}
		return nil, computeProblem(http.StatusBadRequest, "resourceInUseByAnotherResource",
			"The network resource 'projects/%s/%s' is already being used by 'projects/%s/%s'", p.id, a.path, p.id, other.path)
	}
	return c.remove(q, p, a, func() {
		for path, other := range p.network.assets {
			if other.body.str("network") == link(p, a.path) {
				delete(p.network.assets, path)
			}
		}
	})
}
