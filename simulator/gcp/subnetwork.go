package gcp

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

func subnetworkShape() shape {
	return shape{
		"kind": text(), "id": text(), "creationTimestamp": text(), "name": text(), "description": text(), "network": text(), "ipCidrRange": text(),
		"gatewayAddress": text(), "region": text(), "selfLink": text(), "privateIpGoogleAccess": boolean(), "fingerprint": octets(), "enableFlowLogs": boolean(),
		"privateIpv6GoogleAccess": text(), "purpose": text(), "role": text(), "state": text(), "stackType": text(),
		"secondaryIpRanges": listOf(message(shape{"rangeName": text(), "ipCidrRange": text()})),
		"logConfig":         message(shape{"enable": boolean(), "aggregationInterval": text(), "flowSampling": number(), "metadata": text(), "metadataFields": texts(), "filterExpr": text()}),
	}
}

func subnetworkRoutes() []route {
	const api, all = "compute", computePath + "/regions/{region}/subnetworks"
	const one = all + "/{name}"
	return []route{
		{api: api, method: http.MethodGet, path: one, operation: "subnetworks.get", do: (*Cloud).getSubnetwork},
		{api: api, method: http.MethodGet, path: all, operation: "subnetworks.list", params: listParams, do: (*Cloud).listSubnetworks},
		{api: api, method: http.MethodGet, path: computePath + "/aggregated/subnetworks", operation: "subnetworks.aggregatedList", params: listParams + " includeAllScopes", do: (*Cloud).listAllSubnetworks},
		{api: api, method: http.MethodPost, path: all, operation: "subnetworks.insert", write: true, params: "requestId", body: subnetworkShape(), do: (*Cloud).insertSubnetwork},
		{api: api, method: http.MethodPatch, path: one, operation: "subnetworks.patch", write: true, params: "requestId", body: subnetworkShape(), do: (*Cloud).patchSubnetwork},
		{
			api: api, method: http.MethodPost, path: one + "/setPrivateIpGoogleAccess", operation: "subnetworks.setPrivateIpGoogleAccess", write: true, params: "requestId",
			body: shape{"privateIpGoogleAccess": boolean()}, do: (*Cloud).setPrivateAccess,
		},
		{api: api, method: http.MethodDelete, path: one, operation: "subnetworks.delete", write: true, params: "requestId", do: (*Cloud).deleteSubnetwork},
	}
}

func (a *asset) subnetworkWire(p *project) fields {
	f := a.wire(p, "subnetwork")
	f["region"], f["fingerprint"], f["state"] = link(p, "regions/"+a.region), a.fingerprint, "READY"
	return f
}

func (c *Cloud) getSubnetwork(q *request) (any, *problem) {
	p, a, bad := c.assetAsked(q, "subnetworks")
	if bad != nil {
		return nil, bad
	}
	return a.subnetworkWire(p), nil
}

func (c *Cloud) listSubnetworks(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	if !isRegion(q.vars["region"]) {
		return nil, computeMissing(p, "regions/"+q.vars["region"])
	}
	var all []fields
	for _, a := range p.assetsOf("regions/"+q.vars["region"]+"/", "subnetworks") {
		all = append(all, a.subnetworkWire(p))
	}
	return c.pageAssets(q, "subnetworkList", "regions/"+q.vars["region"]+"/subnetworks", p, all)
}

func (c *Cloud) listAllSubnetworks(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	keep, bad := computeFilter(q.arg("filter"))
	if bad != nil {
		return nil, bad
	}
	items := fields{}
	for _, r := range regions() {
		var here []any
		for _, a := range p.assetsOf("regions/"+r.name+"/", "subnetworks") {
			if f := a.subnetworkWire(p); keep(f) {
				here = append(here, f)
			}
		}
		if len(here) > 0 {
			items["regions/"+r.name] = fields{"subnetworks": here}
		}
	}
	return fields{
		"kind": "compute#subnetworkAggregatedList", "id": "projects/" + p.id + "/aggregated/subnetworks", "items": items,
		"selfLink": link(p, "aggregated/subnetworks"),
	}, nil
}

func (c *Cloud) insertSubnetwork(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	if !isRegion(q.vars["region"]) {
		return nil, computeMissing(p, "regions/"+q.vars["region"])
	}
	a, bad := c.newAsset(q, p, "subnetworks")
	if bad != nil {
		return nil, bad
	}
	network, bad := c.networkFor(p, a.body.str("network"))
	if bad != nil {
		return nil, bad
	}
	a.body["network"] = link(p, network.path)
	cidr, bad := c.freeRange(p, a)
	if bad != nil {
		return nil, bad
	}
	if c.deniesAll(p, "gcp.resourceLocations") {
		return nil, computeProblem(http.StatusPreconditionFailed, "conditionNotMet",
			"Location %s violates constraint constraints/gcp.resourceLocations on the resource projects/%s/%s.", a.region, p.id, a.path)
	}
	populateSubnetwork(p, a, cidr)
	return c.insert(q, p, a, nil)
}

// networkFor is the network that a caller referred to, by any of the forms of its address.
func (c *Cloud) networkFor(p *project, ref string) (*asset, *problem) {
	name := ref[strings.LastIndex(ref, "/")+1:]
	n := p.network.assets["global/networks/"+name]
	inside := strings.HasSuffix(ref, "projects/"+p.id+"/global/networks/"+name) || strings.HasSuffix(ref, "projects/"+p.number+"/global/networks/"+name) || ref == "global/networks/"+name
	switch {
	case n == nil || !inside:
		return nil, computeInvalid("Invalid value for field 'resource.network': '%s'. The referenced network resource cannot be found.", ref)
	case !n.ready:
		return nil, computeProblem(http.StatusBadRequest, "resourceNotReady", "The resource 'projects/%s/%s' is not ready", p.id, n.path)
	}
	return n, nil
}

// freeRange checks a subnet's ranges and that no other subnet of its network has any of them.
func (c *Cloud) freeRange(p *project, a *asset) (netip.Prefix, *problem) {
	first, bad := c.freeOne(p, a, "resource.ipCidrRange", a.body.str("ipCidrRange"))
	if bad != nil {
		return first, bad
	}
	for _, v := range a.body.list("secondaryIpRanges") {
		if _, bad := c.freeOne(p, a, "resource.secondaryIpRanges", v.(fields).str("ipCidrRange")); bad != nil {
			return first, bad
		}
	}
	return first, nil
}

func (c *Cloud) freeOne(p *project, a *asset, field, written string) (netip.Prefix, *problem) {
	cidr, err := netip.ParsePrefix(written)
	if err != nil || !cidr.Addr().Is4() || cidr.Masked() != cidr || cidr.Bits() > 29 || cidr.Bits() < 4 {
		return cidr, computeInvalid("Invalid value for field '%s': '%s'. Invalid IPCidrRange: %s is not a valid range of 4 to 29 bits with no host bits set.", field, written, written)
	}
	for _, o := range p.network.assets {
		if o.family != "subnetworks" || o == a || o.body.str("network") != a.body.str("network") {
			continue
		}
		ranges := []string{o.body.str("ipCidrRange")}
		for _, v := range o.body.list("secondaryIpRanges") {
			ranges = append(ranges, v.(fields).str("ipCidrRange"))
		}
		if slices.ContainsFunc(ranges, func(s string) bool {
			other, err := netip.ParsePrefix(s)
			return err == nil && other.Overlaps(cidr)
		}) {
			return cidr, computeInvalid("Invalid IPCidrRange: %s conflicts with existing subnetwork '%s' in region '%s'.", written, o.name, o.region)
		}
	}
	return cidr, nil
}

// populateSubnetwork fills in what a caller left out.
func populateSubnetwork(p *project, a *asset, cidr netip.Prefix) {
	b := a.body
	for _, own := range []string{"kind", "id", "creationTimestamp", "selfLink", "region", "state", "fingerprint", "gatewayAddress", "enableFlowLogs"} {
		delete(b, own)
	}
	b["gatewayAddress"] = cidr.Addr().Next().String()
	b["privateIpGoogleAccess"] = b.flag("privateIpGoogleAccess")
	b["privateIpv6GoogleAccess"] = orText(b.str("privateIpv6GoogleAccess"), "DISABLE_GOOGLE_ACCESS")
	b["purpose"], b["stackType"] = orText(b.str("purpose"), "PRIVATE"), orText(b.str("stackType"), "IPV4_ONLY")
	populateFlowLogs(b)
}

// populateFlowLogs fills in how flows are logged, once they are.
func populateFlowLogs(b fields) {
	logs := b.sub("logConfig")
	delete(b, "enableFlowLogs")
	if !logs.flag("enable") {
		return
	}
	b["enableFlowLogs"] = true
	logs["aggregationInterval"] = orText(logs.str("aggregationInterval"), "INTERVAL_5_SEC")
	logs["metadata"] = orText(logs.str("metadata"), "INCLUDE_ALL_METADATA")
	logs["filterExpr"] = orText(logs.str("filterExpr"), "true")
	if _, set := logs["flowSampling"]; !set {
		logs["flowSampling"] = 0.5
	}
}

func (c *Cloud) patchSubnetwork(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	_, a, bad := c.assetAsked(q, "subnetworks")
	if bad != nil {
		return nil, bad
	}
	if bad := a.checkFingerprint(q.body.str("fingerprint")); bad != nil {
		return nil, bad
	}
	patch := copyOf(q.body)
	delete(patch, "fingerprint")
	for n := range patch {
		if !slices.Contains([]string{"privateIpGoogleAccess", "logConfig", "secondaryIpRanges", "role", "stackType", "name"}, n) {
			return nil, computeInvalid("Invalid value for field 'resource.%s'. The field cannot be patched.", n)
		}
	}
	delete(patch, "name")
	if s, ok := patch.sub("logConfig")["flowSampling"].(float64); ok && (s < 0 || s > 1) {
		return nil, computeInvalid("Invalid value for field 'resource.logConfig.flowSampling': '%v'. Must be between 0 and 1.", s)
	}
	return c.startCompute(q, p, a, "compute.subnetworks.patch", func() {
		overlay(a.body, patch)
		populateFlowLogs(a.body)
		a.fingerprint = newEtag()
	})
}

func (c *Cloud) setPrivateAccess(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	_, a, bad := c.assetAsked(q, "subnetworks")
	if bad != nil {
		return nil, bad
	}
	on := q.body.flag("privateIpGoogleAccess")
	return c.startCompute(q, p, a, "setPrivateIpGoogleAccess", func() {
		a.body["privateIpGoogleAccess"], a.fingerprint = on, newEtag()
	})
}

func (c *Cloud) deleteSubnetwork(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	_, a, bad := c.assetAsked(q, "subnetworks")
	if bad != nil {
		return nil, bad
	}
	return c.remove(q, p, a, nil)
}
