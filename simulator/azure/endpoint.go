package azure

import (
	"fmt"
	"net/http"
	"strings"
)

func privateEndpoints() family {
	return family{
		service: networkService, typed: "privateEndpoints", since: "2019-04-01", takes: networkTakes, etag: true, weakly: "W",
		head: []string{"extendedLocation"},
		fields: []string{
			"applicationSecurityGroups", "customDnsConfigs", "customNetworkInterfaceName", "ipConfigurations", "ipVersionType",
			"manualPrivateLinkServiceConnections", "privateLinkServiceConnections", "subnet",
		},
		reads: []string{"networkInterfaces"},
		check: checkEndpoint, show: showEndpoint, drop: dropEndpoint,
	}
}

// checkEndpoint checks the subnet and what the endpoint leads to; the subnet's network is held while the endpoint is made.
func checkEndpoint(a *ask, _, t *thing) bool {
	subnet := text(object(t.props, "subnet"), "id")
	network, name, _ := strings.Cut(subnet, subnetsOf)
	v := a.reference(t, network, vnetKind)
	if v == nil {
		return false
	}
	if child(list(v.props, "subnets"), name) < 0 {
		a.fail(http.StatusBadRequest, "InvalidResourceReference", "Resource "+subnet+" referenced by resource "+t.id+" was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.")
		return false
	}
	links := objects(t.props, "privateLinkServiceConnections")
	if len(links)+len(list(t.props, "manualPrivateLinkServiceConnections")) != 1 {
		a.fail(http.StatusBadRequest, "PrivateEndpointMustHaveOnePrivateLinkServiceConnection", "Private endpoint "+t.id+" must have exactly one private link service connection.")
		return false
	}
	for _, l := range links {
		p := object(l, "properties")
		target := a.reference(t, text(p, "privateLinkServiceId"), storageKind)
		if target == nil {
			return false
		}
		if len(texts(p, "groupIds")) == 0 {
			a.fail(http.StatusBadRequest, "PrivateLinkServiceConnectionGroupIdsRequired", "Call to Microsoft.Storage failed: the connection of "+t.id+" names no group id.")
			return false
		}
		l["id"] = t.id + "/privateLinkServiceConnections/" + text(l, "name")
		l["type"] = endpointKind + "/privateLinkServiceConnections"
		p["provisioningState"] = "Succeeded"
		p["privateLinkServiceConnectionState"] = obj{"status": "Approved", "description": "Auto-Approved", "actionsRequired": "None"}
	}
	if old := a.thing(t.id); old == nil {
		v.touch(a.k.Later(networkTakes))
	}
	return true
}

// showEndpoint adds what the cloud makes beside: the network interface and the names it answers to.
func showEndpoint(c *Cloud, t *thing, props obj) {
	group, _, _ := strings.Cut(t.id, "/providers/")
	nic := text(props, "customNetworkInterfaceName")
	if nic == "" {
		nic = t.name + ".nic." + idOf("nic", t.id)
	}
	props["networkInterfaces"] = []any{obj{"id": group + "/providers/Microsoft.Network/networkInterfaces/" + nic}}
	if props["manualPrivateLinkServiceConnections"] == nil {
		props["manualPrivateLinkServiceConnections"] = []any{}
	}
	if props["ipConfigurations"] == nil {
		props["ipConfigurations"] = []any{}
	}
	if props["customDnsConfigs"] == nil {
		var names []obj
		for i, l := range objects(props, "privateLinkServiceConnections") {
			p := object(l, "properties")
			target := text(p, "privateLinkServiceId")
			for _, g := range texts(p, "groupIds") {
				names = append(names, obj{"fqdn": target[strings.LastIndex(target, "/")+1:] + "." + g + ".core.windows.net", "ipAddresses": []string{fmt.Sprintf("10.0.0.%d", 4+i)}})
			}
		}
		props["customDnsConfigs"] = values(names)
	}
}

// dropEndpoint frees the subnet.
func dropEndpoint(a *ask, t *thing) bool {
	network, _, _ := strings.Cut(text(object(t.props, "subnet"), "id"), subnetsOf)
	if v := a.thing(network); v != nil && v.busy(a.k.Now()) {
		return a.inProgress(v)
	}
	return true
}
