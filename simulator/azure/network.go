package azure

import (
	"net/http"
	"net/netip"
	"strings"
)

const (
	networkService  = "Microsoft.Network"
	networkSince    = "2018-11-01"
	networkTakes    = "azure.network.operation"
	vnetKind        = "Microsoft.Network/virtualNetworks"
	nsgKind         = "Microsoft.Network/networkSecurityGroups"
	endpointKind    = "Microsoft.Network/privateEndpoints"
	watcherKind     = "Microsoft.Network/networkWatchers"
	flowLogKind     = "Microsoft.Network/networkWatchers/flowLogs"
	storageKind     = "Microsoft.Storage/storageAccounts"
	subnetsOf       = "/subnets/"
	subnetProtected = "InUseSubnetCannotBeDeleted"
)

func virtualNetworks() family {
	return family{
		service: networkService, typed: "virtualNetworks", since: networkSince, takes: networkTakes, etag: true, weakly: "W",
		head: []string{"extendedLocation"},
		fields: []string{
			"addressSpace", "bgpCommunities", "ddosProtectionPlan", "dhcpOptions", "enableDdosProtection", "enableVmProtection", "encryption",
			"flowTimeoutInMinutes", "ipAllocations", "privateEndpointVNetPolicies", "subnets", "virtualNetworkPeerings",
		},
		reads: []string{"resourceGuid", "flowLogs", "defaultPublicNatGateway"},
		check: checkNetwork, show: showNetwork, drop: dropNetwork,
	}
}

// checkNetwork completes a virtual network. The body is the whole of it: subnets that it does not name are deleted, and one
// that is in use cannot be.
func checkNetwork(a *ask, old, t *thing) bool {
	prefixes := texts(object(t.props, "addressSpace"), "addressPrefixes")
	if len(prefixes) == 0 {
		a.fail(http.StatusBadRequest, "InvalidRequestFormat", "Cannot parse the request: the property 'addressSpace.addressPrefixes' is required.")
		return false
	}
	for _, p := range prefixes {
		if !a.cidr(p, "AddressPrefix") {
			return false
		}
	}
	var kept []any
	names := map[string]bool{}
	for _, s := range objects(t.props, "subnets") {
		n := cleanSubnet(t, text(s, "name"), s)
		if n["name"] == "" || names[strings.ToLower(text(n, "name"))] {
			a.fail(http.StatusBadRequest, "InvalidRequestFormat", "Cannot parse the request: every subnet needs a name of its own.")
			return false
		}
		names[strings.ToLower(text(n, "name"))] = true
		kept = append(kept, n)
	}
	if old != nil {
		for _, s := range objects(old.props, "subnets") {
			if !names[strings.ToLower(text(s, "name"))] && !a.idle(text(s, "id")) {
				return false
			}
		}
	}
	t.props["subnets"] = kept
	if old != nil {
		t.props["resourceGuid"] = old.props["resourceGuid"]
	} else {
		t.props["resourceGuid"] = newID()
	}
	return a.fits(t)
}

// cleanSubnet keeps of a subnet's body what callers may write.
func cleanSubnet(vnet *thing, name string, body obj) obj {
	p := copied(object(body, "properties"))
	if p == nil {
		p = obj{}
	}
	for _, field := range []string{"provisioningState", "privateEndpoints", "ipConfigurations", "purpose", "resourceNavigationLinks", "serviceAssociationLinks"} {
		delete(p, field)
	}
	if p["privateEndpointNetworkPolicies"] == nil {
		p["privateEndpointNetworkPolicies"] = "Disabled"
	}
	if p["privateLinkServiceNetworkPolicies"] == nil {
		p["privateLinkServiceNetworkPolicies"] = "Enabled"
	}
	return obj{"id": vnet.id + subnetsOf + name, "name": name, "properties": p}
}

// idle refuses to delete a subnet that something stands in.
func (a *ask) idle(subnet string) bool {
	for _, by := range a.inSubnet(subnet) {
		a.fail(http.StatusBadRequest, subnetProtected, "Subnet "+subnet[strings.LastIndex(subnet, "/")+1:]+" is in use by "+by.id+" and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.")
		return false
	}
	return true
}

// inSubnet are the private endpoints in a subnet.
func (c *Cloud) inSubnet(subnet string) []*thing {
	var out []*thing
	for _, t := range c.things.near(subnet) {
		if t.kind == endpointKind && strings.EqualFold(text(object(t.props, "subnet"), "id"), subnet) {
			out = append(out, t)
		}
	}
	return out
}

// fits checks the subnets of a network against its address space and each other, and the security groups they name.
func (a *ask) fits(t *thing) bool {
	var space, taken []netip.Prefix
	for _, p := range texts(object(t.props, "addressSpace"), "addressPrefixes") {
		space = append(space, netip.MustParsePrefix(p)) // checkNetwork has parsed it
	}
	for _, s := range objects(t.props, "subnets") {
		p := object(s, "properties")
		prefixes := texts(p, "addressPrefixes")
		if one := text(p, "addressPrefix"); one != "" {
			prefixes = append(prefixes, one)
		}
		if len(prefixes) == 0 {
			a.fail(http.StatusBadRequest, "InvalidRequestFormat", "Cannot parse the request: subnet '"+text(s, "name")+"' has no address prefix.")
			return false
		}
		for _, written := range prefixes {
			if !a.cidr(written, "subnet "+text(s, "name")) {
				return false
			}
			prefix := netip.MustParsePrefix(written)
			if !within(prefix, space) {
				a.fail(http.StatusBadRequest, "NetcfgSubnetRangeOutsideVnet", "Subnet '"+text(s, "name")+"' is not valid because its IP address range is outside the IP address range of virtual network '"+t.name+"'.")
				return false
			}
			for _, other := range taken {
				if other.Overlaps(prefix) {
					a.fail(http.StatusBadRequest, "NetcfgSubnetRangesOverlap", "Subnet '"+text(s, "name")+"' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '"+t.name+"'.")
					return false
				}
			}
			taken = append(taken, prefix)
		}
		if group := text(object(p, "networkSecurityGroup"), "id"); group != "" && a.reference(t, group, nsgKind) == nil {
			return false
		}
	}
	return true
}

func within(p netip.Prefix, space []netip.Prefix) bool {
	for _, s := range space {
		if s.Bits() <= p.Bits() && s.Contains(p.Addr()) {
			return true
		}
	}
	return false
}

// cidr refuses what is no network address.
func (a *ask) cidr(s, of string) bool {
	p, err := netip.ParsePrefix(s)
	if err == nil && p == p.Masked() {
		return true
	}
	a.fail(http.StatusBadRequest, "InvalidCIDRNotation", "The address prefix "+s+" of "+of+" has invalid CIDR notation.")
	return false
}

// showNetwork writes each subnet as reads do.
func showNetwork(c *Cloud, t *thing, props obj) {
	var out []obj
	for _, s := range objects(props, "subnets") {
		out = append(out, c.showSubnet(t, s))
	}
	props["subnets"] = values(out)
	if props["virtualNetworkPeerings"] == nil {
		props["virtualNetworkPeerings"] = []any{}
	}
	if props["enableDdosProtection"] == nil {
		props["enableDdosProtection"] = false
	}
	var logs []obj
	for _, f := range c.things.near(t.id) {
		if f.kind == flowLogKind && strings.EqualFold(text(f.props, "targetResourceId"), t.id) {
			logs = append(logs, obj{"id": f.id})
		}
	}
	if logs != nil {
		props["flowLogs"] = values(logs)
	}
}

func (c *Cloud) showSubnet(t *thing, s obj) obj {
	s = copied(s)
	p := object(s, "properties")
	p["provisioningState"] = t.state(c.k.Now())
	if p["delegations"] == nil {
		p["delegations"] = []any{}
	}
	var in []obj
	for _, e := range c.inSubnet(text(s, "id")) {
		in = append(in, obj{"id": e.id})
	}
	if in != nil {
		p["privateEndpoints"], p["purpose"] = values(in), "PrivateEndpoints"
	}
	s["etag"], s["type"] = `W/"`+t.etag+`"`, "Microsoft.Network/virtualNetworks/subnets"
	return s
}

func dropNetwork(a *ask, t *thing) bool {
	for _, s := range objects(t.props, "subnets") {
		if !a.idle(text(s, "id")) {
			return false
		}
	}
	return true
}
