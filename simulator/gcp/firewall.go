package gcp

import "net/http"

func firewallShape() shape {
	rule := listOf(message(shape{"IPProtocol": text(), "ports": texts()}))
	return shape{
		"name": text(), "description": text(), "network": text(), "priority": integer(), "direction": text(), "disabled": boolean(), "allowed": rule, "denied": rule,
		"sourceRanges": texts(), "destinationRanges": texts(), "sourceTags": texts(), "targetTags": texts(),
		"sourceServiceAccounts": texts(), "targetServiceAccounts": texts(), "logConfig": message(shape{"enable": boolean(), "metadata": text()}),
	}
}

func firewallRoutes() []route {
	const api, all = "compute", computePath + "/global/firewalls"
	const one = all + "/{name}"
	return []route{
		{api: api, method: http.MethodGet, path: one, operation: "firewalls.get", do: (*Cloud).getFirewall},
		{api: api, method: http.MethodGet, path: all, operation: "firewalls.list", params: listParams, do: (*Cloud).listFirewalls},
		{api: api, method: http.MethodPost, path: all, operation: "firewalls.insert", write: true, params: "requestId", body: firewallShape(), do: (*Cloud).insertFirewall},
		{api: api, method: http.MethodDelete, path: one, operation: "firewalls.delete", write: true, params: "requestId", do: (*Cloud).deleteFirewall},
	}
}

func (c *Cloud) getFirewall(q *request) (any, *problem) {
	p, a, bad := c.assetAsked(q, "firewalls")
	if bad != nil {
		return nil, bad
	}
	return a.wire(p, "firewall"), nil
}

func (c *Cloud) listFirewalls(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	var all []fields
	for _, a := range p.assetsOf("global/", "firewalls") {
		all = append(all, a.wire(p, "firewall"))
	}
	return c.pageAssets(q, "firewallList", "global/firewalls", p, all)
}

func (c *Cloud) insertFirewall(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	a, bad := c.newAsset(q, p, "firewalls")
	if bad != nil {
		return nil, bad
	}
	if (a.body.list("allowed") == nil) == (a.body.list("denied") == nil) {
		return nil, computeInvalid("Invalid value for field 'resource.allowed': ''. Exactly one of allowed and denied must be specified.")
	}
	n, bad := c.networkFor(p, orText(a.body.str("network"), "global/networks/default"))
	if bad != nil {
		return nil, bad
	}
	b := a.body
	b["network"], b["direction"], b["disabled"] = link(p, n.path), orText(b.str("direction"), "INGRESS"), b.flag("disabled")
	if _, set := b["priority"]; !set {
		b["priority"] = 1000
	}
	if b.sub("logConfig") == nil {
		b["logConfig"] = fields{"enable": false}
	}
	if b.str("direction") == "INGRESS" && b.list("sourceRanges") == nil && b.list("sourceTags") == nil && b.list("sourceServiceAccounts") == nil {
		b["sourceRanges"] = []any{"0.0.0.0/0"}
	}
	return c.insert(q, p, a, nil)
}

func (c *Cloud) deleteFirewall(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	_, a, bad := c.assetAsked(q, "firewalls")
	if bad != nil {
		return nil, bad
	}
	return c.remove(q, p, a, nil)
}
