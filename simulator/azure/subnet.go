package azure

import (
	"net/http"
	"strings"
)

// subnetRoutes are a virtual network's subnets one by one; each write is a write to the network.
func subnetRoutes() []route {
	const path = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Network/virtualNetworks/{parent}/subnets"
	r := func(method, rest, verb string, answer func(*ask)) route {
		return route{method: method, path: path + rest, service: networkService, operation: "subnets." + verb, since: networkSince, answer: answer}
	}
	return []route{
		r("GET", "", "list", listSubnets), r("GET", "/{name}", "get", getSubnet), r("PUT", "/{name}", "put", putSubnet),
		r("DELETE", "/{name}", "delete", deleteSubnet),
	}
}

// parent is the resource that the path's last two segments lie in; one that is not there is answered.
func (a *ask) parent() *thing {
	id, _, _ := strings.Cut(strings.ToLower(a.id()), "/"+strings.ToLower(a.param("parent"))+"/")
	if a.param("name") == "" {
		id = strings.ToLower(a.id()[:strings.LastIndex(a.id(), "/")])
		id = id[:strings.LastIndex(id, "/")]
	}
	id += "/" + strings.ToLower(a.param("parent"))
	t := a.thing(id)
	if t == nil {
		a.missing(id)
	}
	return t
}

// child is where an object of a name stands in a list; -1 where it does not.
func child(items []any, name string) int {
	for i, v := range items {
		if o, is := v.(obj); is && strings.EqualFold(text(o, "name"), name) {
			return i
		}
	}
	return -1
}

func listSubnets(a *ask) {
	t := a.parent()
	if t == nil {
		return
	}
	var items []obj
	for _, s := range objects(t.props, "subnets") {
		items = append(items, a.showSubnet(t, s))
	}
	a.page(items)
}

func getSubnet(a *ask) {
	t := a.parent()
	if t == nil {
		return
	}
	subnets := list(t.props, "subnets")
	i := child(subnets, a.param("name"))
	if i < 0 {
		a.fail(http.StatusNotFound, "NotFound", "Resource "+a.id()+" not found.")
		return
	}
	o := a.showSubnet(t, subnets[i].(obj))
	a.w.Header().Set("ETag", text(o, "etag"))
	a.ok(http.StatusOK, o)
}

func putSubnet(a *ask) {
	t := a.parent()
	if t == nil {
		return
	}
	p := object(a.body, "properties")
	field := unknown(p, "addressPrefix", "addressPrefixes", "applicationGatewayIPConfigurations", "defaultOutboundAccess", "delegations", "ipAllocations",
		"ipConfigurationProfiles", "ipConfigurations", "ipamPoolPrefixAllocations", "natGateway", "networkSecurityGroup", "privateEndpointNetworkPolicies",
		"privateEndpoints", "privateLinkServiceNetworkPolicies", "provisioningState", "purpose", "resourceNavigationLinks", "routeTable",
		"serviceAssociationLinks", "serviceEndpointPolicies", "serviceEndpoints", "sharingScope")
	if field != "" {
		a.member(field, "SubnetPropertiesFormat")
		return
	}
	if t.busy(a.k.Now()) {
		a.inProgress(t)
		return
	}
	next := *t
	next.props = copied(t.props)
	subnets := list(next.props, "subnets")
	n := cleanSubnet(t, a.param("name"), a.body)
	i := child(subnets, a.param("name"))
	status := http.StatusOK
	if i < 0 {
		subnets, status = append(subnets, any(n)), http.StatusCreated
	} else {
		subnets[i] = n
	}
	next.props["subnets"] = subnets
	if !a.fits(&next) {
		return
	}
	t.props = next.props
	t.touch(a.k.Later(networkTakes))
	made := func() any { return a.showSubnet(t, n) }
	if a.k.Now().Before(t.ready) {
		a.begin(operation{service: networkService, location: t.location, ready: t.ready, made: made}).announce(a)
	}
	a.ok(status, made())
}

func deleteSubnet(a *ask) {
	t := a.parent()
	if t == nil {
		return
	}
	subnets := list(t.props, "subnets")
	i := child(subnets, a.param("name"))
	switch {
	case i < 0:
		a.ok(http.StatusNoContent, nil)
	case t.busy(a.k.Now()):
		a.inProgress(t)
	case a.idle(text(subnets[i].(obj), "id")):
		t.props["subnets"] = append(append([]any{}, subnets[:i]...), subnets[i+1:]...)
		t.touch(a.k.Later(networkTakes))
		a.begin(operation{service: networkService, location: t.location, ready: t.ready}).announce(a)
		a.ok(http.StatusAccepted, nil)
	}
}
