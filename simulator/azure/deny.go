package azure

import (
	"net/http"
	"slices"
	"strings"
)

// The built-in definitions that deny.
const (
	allowedTypes     = "a08ec900-254a-4555-9bf5-e42af04b5c5c"
	allowedLocations = "e56962a6-4747-49cd-b67b-bf8b01975c4c"
)

// parameters are what an assignment of the definition must give.
func (d Definition) parameters() obj {
	if d.List == "" {
		return obj{}
	}
	return obj{d.List: obj{"type": "Array", "metadata": obj{"displayName": d.DisplayName}}}
}

// scoped reports whether a scope that policies are assigned at is there.
func (c *Cloud) scoped(scope string) bool {
	group, is := strings.CutPrefix(strings.ToLower(scope), strings.ToLower(managementGroupPrefix))
	return !is || c.groups[group] != nil
}

// disallowed refuses to make or change a resource that a policy over it denies. Both definitions look at resources that have a
// location, and at no others.
func (a *ask) disallowed() bool {
	if a.route.method != http.MethodPut || a.subscription() == nil || a.param("rg") == "" || a.body["location"] == nil {
		return false
	}
	at := a.id()[:strings.LastIndex(a.id(), "/")]
	kind := a.route.service + at[strings.LastIndex(at, "/"):]
	for _, t := range a.things.near(a.id()) {
		if t.kind != policyAssignmentKind || text(t.props, "enforcementMode") != "Default" || !a.covers(text(t.props, "scope"), a.id()) {
			continue
		}
		for _, d := range builtIns() {
			if d.List == "" || !strings.HasSuffix(strings.ToLower(text(t.props, "policyDefinitionId")), d.ID) {
				continue
			}
			value := kind
			if d.Field == "location" {
				value = place(text(a.body, "location"))
			}
			allowed := texts(object(object(t.props, "parameters"), d.List), "value")
			if value == "global" && d.Field == "location" || slices.ContainsFunc(allowed, func(s string) bool { return strings.EqualFold(s, value) }) {
				continue
			}
			a.fail(http.StatusForbidden, "RequestDisallowedByPolicy", "Resource '"+a.param("name")+"' was disallowed by policy. Policy identifiers: '[{\"policyAssignment\":{\"name\":\""+t.name+"\",\"id\":\""+t.id+"\"},\"policyDefinition\":{\"name\":\""+d.DisplayName+"\"}}]'.")
			return true
		}
	}
	return false
}
