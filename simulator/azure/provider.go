package azure

import (
	"fmt"
	"net/http"
	"strings"
)

// namespace is what the cloud knows of a resource provider.
type namespace struct {
	always bool // registered in every subscription from the start
	types  []string
}

// namespaces are the resource providers of this world.
func namespaces() map[string]namespace {
	return map[string]namespace{
		"Microsoft.Resources":           {always: true, types: []string{"subscriptions", "resourceGroups", "tags"}},
		"Microsoft.Authorization":       {always: true, types: []string{"roleAssignments", "roleDefinitions", "policyAssignments", "policySetDefinitions", "policyDefinitions"}},
		"Microsoft.Subscription":        {always: true, types: []string{"aliases"}},
		"Microsoft.Management":          {always: true, types: []string{"managementGroups"}},
		"Microsoft.Billing":             {always: true, types: []string{"billingAccounts"}},
		"Microsoft.Features":            {always: true, types: []string{"features"}},
		"Microsoft.Consumption":         {always: true},
		"Microsoft.CostManagement":      {always: true},
		"Microsoft.Network":             {types: []string{"virtualNetworks", "networkSecurityGroups", "privateEndpoints", "networkWatchers", "networkWatchers/flowLogs", "dnsZones", "FrontDoorWebApplicationFirewallPolicies"}},
		"Microsoft.Storage":             {types: []string{"storageAccounts"}},
		"Microsoft.Security":            {types: []string{"pricings"}},
		"Microsoft.Insights":            {types: []string{"diagnosticSettings"}},
		"Microsoft.PolicyInsights":      {types: []string{"policyStates"}},
		"Microsoft.Cdn":                 {types: []string{"profiles"}},
		"Microsoft.ManagedIdentity":     {types: []string{"userAssignedIdentities"}},
		"Microsoft.OperationalInsights": {types: []string{"workspaces"}},
		"Microsoft.KeyVault":            {types: []string{"vaults"}},
		"Microsoft.Compute":             {types: []string{"virtualMachines"}},
		"Microsoft.Web":                 {types: []string{"sites"}},
	}
}

// canonical is a namespace as the cloud writes it.
func canonical(name string) string {
	for known := range namespaces() {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	return name
}

func providerRoutes() []route {
	const path, since = "/subscriptions/{sub}/providers", "2016-09-01"
	return []route{
		{method: "GET", path: path, service: "Microsoft.Resources", operation: "providers.list", since: since, answer: listProviders},
		{method: "GET", path: path + "/{namespace}", service: "Microsoft.Resources", operation: "providers.get", since: since, answer: getProvider},
		{method: "POST", path: path + "/{namespace}/register", service: "Microsoft.Resources", operation: "providers.register", since: since, answer: registerProvider},
		{method: "POST", path: path + "/{namespace}/unregister", service: "Microsoft.Resources", operation: "providers.unregister", since: since, answer: unregisterProvider},
	}
}

func (a *ask) renderProvider(s *subscription, name string) obj {
	n := namespaces()[name]
	state, policy := "NotRegistered", "RegistrationRequired"
	at, begun := s.providers[strings.ToLower(name)]
	switch {
	case n.always:
		state, policy = "Registered", "RegistrationFree"
	case begun && a.k.Now().Before(at):
		state = "Registering"
	case begun:
		state = "Registered"
	}
	var types []obj
	for _, t := range n.types {
		types = append(types, obj{"resourceType": t, "apiVersions": []string{"2025-03-01", "2024-01-01"}, "locations": []string{"East US", "West Europe"}, "capabilities": "None"})
	}
	return obj{"id": s.path() + "/providers/" + name, "namespace": name, "registrationPolicy": policy, "registrationState": state, "resourceTypes": values(types)}
}

// namespace is the provider of the path; one that is not there is answered.
func (a *ask) namespace() (string, bool) {
	name := canonical(a.param("namespace"))
	if _, known := namespaces()[name]; !known {
		a.fail(http.StatusNotFound, "InvalidResourceNamespace", "The resource namespace '"+name+"' is invalid.")
		return "", false
	}
	return name, true
}

func listProviders(a *ask) {
	var items []obj
	for name := range namespaces() {
		items = append(items, a.renderProvider(a.subscription(), name))
	}
	sortBy(items, "namespace")
	a.page(items)
}

func getProvider(a *ask) {
	if name, known := a.namespace(); known {
		a.ok(http.StatusOK, a.renderProvider(a.subscription(), name))
	}
}

func registerProvider(a *ask) {
	name, known := a.namespace()
	if !known {
		return
	}
	s := a.subscription()
	if _, begun := s.providers[strings.ToLower(name)]; !begun {
		s.providers[strings.ToLower(name)] = a.k.Later("azure.provider.register")
	}
	a.ok(http.StatusOK, a.renderProvider(s, name))
}

func unregisterProvider(a *ask) {
	name, known := a.namespace()
	if !known {
		return
	}
	s := a.subscription()
	if n := len(a.things.within(s.path(), name+"/")); n > 0 {
		a.fail(http.StatusConflict, "CannotUnregisterRegisteredNamespace", fmt.Sprintf("Cannot unregister namespace '%s' while the subscription has %d of its resources.", name, n))
		return
	}
	delete(s.providers, strings.ToLower(name))
	a.ok(http.StatusOK, a.renderProvider(s, name))
}
