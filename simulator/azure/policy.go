package azure

import (
	"net/http"
	"strings"
)

const policyAssignmentKind = "Microsoft.Authorization/policyAssignments"

func policyRoutes() []route {
	const under, since = "{scope...}/providers/Microsoft.Authorization/", "2021-06-01"
	r := func(method, rest, operation string, answer func(*ask)) route {
		return route{method: method, path: under + rest, service: authorizationService, operation: operation, since: since, answer: answer}
	}
	return []route{
		r("GET", "policySetDefinitions", "policySetDefinitions.list", listDefinitions),
		r("GET", "policySetDefinitions/{name}", "policySetDefinitions.get", getDefinition),
		r("GET", "policyDefinitions", "policyDefinitions.list", listDefinitions),
		r("GET", "policyDefinitions/{name}", "policyDefinitions.get", getDefinition),
		r("GET", "policyAssignments", "policyAssignments.list", listPolicyAssignments),
		r("GET", "policyAssignments/{name}", "policyAssignments.get", getPolicyAssignment),
		r("PUT", "policyAssignments/{name}", "policyAssignments.put", putPolicyAssignment),
		r("DELETE", "policyAssignments/{name}", "policyAssignments.delete", deletePolicyAssignment),
	}
}

// definitions are the built-in definitions of a kind (policySetDefinitions or policyDefinitions): those of every tenant, and
// those that the estate adds.
func (c *Cloud) definitions(kind string) []obj {
	var out []obj
	for _, d := range append(builtIns(), c.estate.Definitions...) {
		if d.Kind != kind {
			continue
		}
		p := obj{
			"displayName": d.DisplayName, "policyType": "BuiltIn", "description": d.Description, "parameters": d.parameters(),
			"metadata": obj{"version": d.Version, "category": d.Category}, "version": d.Version, "versions": []string{d.Version},
		}
		if kind == "policySetDefinitions" {
			var members []obj
			for _, m := range d.Policies {
				members = append(members, obj{"policyDefinitionReferenceId": m.Reference, "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/" + m.Definition, "parameters": obj{}, "groupNames": []any{}})
			}
			p["policyDefinitions"], p["policyDefinitionGroups"] = values(members), []any{}
		} else {
			p["mode"], p["policyRule"] = "All", obj{"if": obj{"field": "type", "equals": d.Type}, "then": obj{"effect": "audit"}}
			if d.List != "" {
				p["mode"], p["policyRule"] = "Indexed", obj{"if": obj{"not": obj{"field": d.Field, "in": "[parameters('" + d.List + "')]"}}, "then": obj{"effect": "deny"}}
			}
		}
		out = append(out, obj{"id": "/providers/Microsoft.Authorization/" + kind + "/" + d.ID, "name": d.ID, "type": "Microsoft.Authorization/" + kind, "properties": p})
	}
	return out
}

func (a *ask) kindOfDefinition() string { return strings.Split(a.route.operation, ".")[0] }

func listDefinitions(a *ask) { a.page(a.definitions(a.kindOfDefinition())) }

// getDefinition reads a built-in definition; they stand at the tenant, not in a subscription.
func getDefinition(a *ask) {
	kind := a.kindOfDefinition()
	for _, d := range a.definitions(kind) {
		if strings.EqualFold(text(d, "name"), a.param("name")) && a.param("scope") == "/" {
			a.ok(http.StatusOK, d)
			return
		}
	}
	code := "PolicyDefinitionNotFound"
	if kind == "policySetDefinitions" {
		code = "PolicySetDefinitionNotFound"
	}
	a.fail(http.StatusNotFound, code, "The policy definition '"+a.param("name")+"' could not be found.")
}

func renderAssignment(t *thing) obj {
	o := copied(t.head)
	o["id"], o["name"], o["type"], o["properties"] = t.id, t.name, policyAssignmentKind, copied(t.props)
	if t.location != "" {
		o["location"] = t.location
	}
	return o
}

func listPolicyAssignments(a *ask) {
	var items []obj
	filter := a.r.URL.Query().Get("$filter")
	if filter != "" && filter != "atScope()" && filter != "atExactScope()" {
		a.fail(http.StatusBadRequest, "InvalidFilterInQueryString", "The filter '"+filter+"' is not supported.")
		return
	}
	for _, t := range a.things.near(a.param("scope")) {
		if t.kind != policyAssignmentKind {
			continue
		}
		scope := text(t.props, "scope")
		exact := strings.EqualFold(scope, a.param("scope"))
		below := filter == "" && strings.HasPrefix(strings.ToLower(scope), strings.ToLower(a.param("scope"))+"/")
		if exact || below || filter != "atExactScope()" && a.covers(scope, a.param("scope")) {
			items = append(items, renderAssignment(t))
		}
	}
	a.page(items)
}

func getPolicyAssignment(a *ask) {
	t := a.thing(a.id())
	if t == nil {
		a.fail(http.StatusNotFound, "PolicyAssignmentNotFound", "The policy assignment '"+a.param("name")+"' is not found.")
		return
	}
	a.ok(http.StatusOK, renderAssignment(t))
}

func putPolicyAssignment(a *ask) {
	name, p := a.param("name"), copied(object(a.body, "properties"))
	definition, mode := text(p, "policyDefinitionId"), text(p, "enforcementMode")
	if mode == "" {
		mode = "Default"
	}
	identity, location := object(a.body, "identity"), place(text(a.body, "location"))
	longest := 64
	if strings.HasPrefix(strings.ToLower(a.param("scope")), strings.ToLower(managementGroupPrefix)) {
		longest = 24
	}
	for _, field := range []string{"scope", "instanceId", "assignmentType", "latestDefinitionVersion", "effectiveDefinitionVersion"} {
		delete(p, field)
	}
	field := unknown(p, "definitionVersion", "description", "displayName", "enforcementMode", "metadata", "nonComplianceMessages", "notScopes", "overrides", "parameters", "policyDefinitionId", "resourceSelectors")
	switch {
	case field != "":
		a.fail(http.StatusBadRequest, "InvalidRequestContent", "The request content was invalid: could not find member '"+field+"' on object of type 'PolicyAssignmentProperties'.")
	case len(name) > longest:
		a.fail(http.StatusBadRequest, "InvalidPolicyAssignmentName", "The policy assignment name '"+name+"' is too long.")
	case !a.scoped(a.param("scope")):
		a.fail(http.StatusNotFound, "ScopeNotFound", "The scope '"+a.param("scope")+"' was not found.")
	case !a.defined(definition):
		a.fail(http.StatusBadRequest, "InvalidCreatePolicyAssignmentRequest", "The policy definition specified in policy assignment '"+name+"' is out of scope or was not found: '"+definition+"'.")
	case mode != "Default" && mode != "DoNotEnforce" && mode != "Enroll":
		a.fail(http.StatusBadRequest, "InvalidEnforcementMode", "The enforcement mode '"+mode+"' is not one of Default, DoNotEnforce, Enroll.")
	case identity != nil && text(identity, "type") != "None" && location == "":
		a.fail(http.StatusBadRequest, "LocationRequired", "The 'location' property is required when a policy assignment has an identity.")
	default:
		p["enforcementMode"], p["scope"], p["instanceId"] = mode, a.param("scope"), idOf("policy", a.id())
		t := &thing{id: a.param("scope") + "/providers/" + policyAssignmentKind + "/" + name, kind: policyAssignmentKind, name: name, location: location, props: p, head: obj{}, made: a.k.Now()}
		if text(identity, "type") == "SystemAssigned" {
			t.head["identity"] = obj{"type": "SystemAssigned", "tenantId": a.tenant, "principalId": idOf("identity", t.id)}
		}
		a.things.put(t)
		a.ok(http.StatusCreated, renderAssignment(t))
	}
}

func (a *ask) defined(id string) bool {
	for _, kind := range []string{"policySetDefinitions", "policyDefinitions"} {
		for _, d := range a.definitions(kind) {
			if strings.EqualFold(text(d, "id"), id) {
				return true
			}
		}
	}
	return false
}

func deletePolicyAssignment(a *ask) {
	t := a.thing(a.id())
	if t == nil {
		a.ok(http.StatusNoContent, nil)
		return
	}
	a.things.remove(t)
	a.ok(http.StatusOK, renderAssignment(t))
}

// builtIns are the definitions that every tenant has.
func builtIns() []Definition {
	const transfer, groups = "404c3081-a854-4457-ae30-26a93ef643f9", "e71308d3-144b-4262-b144-efdc3cc90517"
	return []Definition{
		{
			Kind: "policySetDefinitions", ID: "1f3afdf9-d0c9-4c3d-847f-89da613e70a8", DisplayName: "Microsoft cloud security benchmark",
			Description: "The Microsoft cloud security benchmark initiative, monitored by Microsoft Defender for Cloud.", Category: "Security Center", Version: "57.0.0",
			Policies: []Member{{"secureTransferToStorageAccountMonitoring", transfer}, {"networkSecurityGroupsOnSubnetsMonitoring", groups}},
		},
		{Kind: "policyDefinitions", ID: allowedTypes, DisplayName: "Allowed resource types", Category: "General", Version: "1.0.0", List: "listOfResourceTypesAllowed", Field: "type"},
		{Kind: "policyDefinitions", ID: allowedLocations, DisplayName: "Allowed locations", Category: "General", Version: "1.0.0", List: "listOfAllowedLocations", Field: "location"},
		{Kind: "policyDefinitions", ID: transfer, DisplayName: "Secure transfer to storage accounts should be enabled", Category: "Storage", Version: "2.0.0", Type: storageKind},
		{Kind: "policyDefinitions", ID: groups, DisplayName: "Subnets should be associated with a Network Security Group", Category: "Security Center", Version: "3.0.0", Type: vnetKind + "/subnets"},
	}
}
