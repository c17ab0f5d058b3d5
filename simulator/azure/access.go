package azure

import (
	"net/http"
	"slices"
	"strings"
)

// standing checks that the subscription and the resource group of a path exist, that the subscription may be written to, and
// that the provider asked to make something is registered.
func (a *ask) standing(segments []string) bool {
	if len(segments) < 2 || !strings.EqualFold(segments[0], "subscriptions") {
		return true
	}
	id := segments[1]
	s := a.subscriptions[strings.ToLower(id)]
	switch {
	case !isGUID(id):
		a.fail(http.StatusBadRequest, "InvalidSubscriptionId", "The provided subscription identifier '"+id+"' is malformed or invalid.")
		return false
	case s == nil || a.k.Now().Before(s.visible) || s.state == "Deleted":
		a.fail(http.StatusNotFound, "SubscriptionNotFound", "The subscription '"+id+"' could not be found.")
		return false
	case s.closed() && a.route.writes() && a.route.method != http.MethodDelete && a.route.service != "Microsoft.Subscription":
		a.fail(http.StatusConflict, "ReadOnlyDisabledSubscription", "The subscription '"+id+"' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.")
		return false
	}
	if len(segments) > 4 && strings.EqualFold(segments[2], "resourceGroups") {
		rg := a.thing(groupID(id, segments[3]))
		switch {
		case rg == nil:
			a.fail(http.StatusNotFound, "ResourceGroupNotFound", "Resource group '"+segments[3]+"' could not be found.")
			return false
		case !rg.gone.IsZero() && a.route.writes():
			a.fail(http.StatusConflict, "ResourceGroupBeingDeleted", "The resource group '"+segments[3]+"' is in deprovisioning state and cannot perform this operation.")
			return false
		}
	}
	return !a.unregistered(s)
}

// unregistered refuses to make a resource of a namespace that the subscription has not registered. Defender answers in words
// of its own, to reads as well.
func (a *ask) unregistered(s *subscription) bool {
	namespace := a.route.service
	if namespaces()[namespace].always || s.registered(namespace, a.k.Now()) {
		return false
	}
	if namespace == "Microsoft.Security" {
		a.fail(http.StatusNotFound, "Subscription Not Registered", "Please register to Microsoft.Security in order to view your security status")
		return true
	}
	if a.route.method != http.MethodPut {
		return false
	}
	a.fail(http.StatusConflict, "MissingSubscriptionRegistration", "The subscription is not registered to use namespace '"+namespace+"'. See https://aka.ms/rps-not-found for how to register subscriptions.")
	return true
}

// permitted checks that an application holds a role for what it asks; the scenario's people are owners of everything, but for
// those whose login's details give them another role.
func (a *ask) permitted(segments []string) bool {
	owner := a.who.app == "" && (a.roleOf(a.k.Logins("azure")[a.who.login]) == "Owner" || len(segments) == 0 || !strings.EqualFold(segments[0], "subscriptions"))
	if owner || a.allowed("/"+strings.Join(segments, "/")) {
		return true
	}
	verb := "read"
	if a.route.writes() {
		verb = "write"
	}
	kind, _, _ := strings.Cut(a.route.operation, ".")
	client := a.who.app
	if client == "" {
		client = a.who.name
	}
	a.fail(http.StatusForbidden, "AuthorizationFailed", "The client '"+client+"' with object id '"+a.who.object+"' does not have authorization to perform action '"+a.route.service+"/"+kind+"/"+verb+"' over scope '"+a.id()+"' or the scope is invalid. If access was recently granted, please refresh your credentials.")
	return false
}

// allowed reports whether a role assignment that has reached everywhere covers the path.
func (a *ask) allowed(path string) bool {
	if a.route.operation == "subscriptions.list" || a.route.operation == "tenants.list" || a.route.operation == "operations.get" {
		return true // lists what the caller may see, which may be nothing
	}
	for _, t := range a.things.near(path) {
		if t.kind != roleAssignmentKind || !strings.EqualFold(text(t.props, "principalId"), a.who.object) || a.k.Now().Before(t.ready) {
			continue
		}
		if a.covers(text(t.props, "scope"), path) && a.roleAllows(text(t.props, "roleDefinitionId"), a.route) {
			return true
		}
	}
	return false
}

// covers reports whether a scope holds a path: by its own path, or as a management group above the path's subscription.
func (c *Cloud) covers(scope, path string) bool {
	scope, path = strings.ToLower(scope), strings.ToLower(path)
	if scope == "/" || path == scope || strings.HasPrefix(path, scope+"/") {
		return true
	}
	group, is := strings.CutPrefix(scope, strings.ToLower(managementGroupPrefix))
	if !is {
		return false
	}
	return slices.Contains(c.above(path), group)
}

// above lists the management groups over a subscription's path, nearest first, in lower case.
func (c *Cloud) above(path string) []string {
	segments := split(path)
	if len(segments) < 2 || segments[0] != "subscriptions" {
		return nil
	}
	s := c.subscriptions[segments[1]]
	if s == nil {
		return nil
	}
	var out []string
	for name := strings.ToLower(s.group); name != ""; {
		out = append(out, name)
		g := c.groups[name]
		if g == nil {
			break
		}
		name = strings.ToLower(g.parent)
	}
	return out
}
