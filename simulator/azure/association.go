package azure

import (
	"net/http"
	"strings"
)

func (c *Cloud) renderAssociation(g *managementGroup, s *subscription) obj {
	return obj{
		"id": g.path() + "/subscriptions/" + s.id, "type": "Microsoft.Management/managementGroups/subscriptions", "name": s.id,
		"properties": obj{"displayName": s.displayName(c.k.Now()), "parent": obj{"id": g.path()}, "state": "Active", "tenant": c.tenant},
	}
}

// associated is the subscription that a path puts under a group; one that is not there is answered.
func (a *ask) associated() *subscription {
	s := a.subscriptions[strings.ToLower(a.param("of"))]
	if s == nil || a.k.Now().Before(s.visible) {
		a.fail(http.StatusNotFound, "SubscriptionNotFound", "The subscription '"+a.param("of")+"' could not be found.")
		return nil
	}
	return s
}

func listDescendants(a *ask) {
	g := a.group()
	if g == nil {
		return
	}
	var items []obj
	for _, child := range sorted(a.groups) {
		if child != g && a.beneath(child.parent, g.name) {
			items = append(items, obj{"id": child.path(), "type": "Microsoft.Management/managementGroups", "name": child.name, "properties": obj{"displayName": child.display, "parent": obj{"id": managementGroupPrefix + child.parent}}})
		}
	}
	for _, s := range sorted(a.subscriptions) {
		if a.beneath(s.group, g.name) && !a.k.Now().Before(s.visible) {
			items = append(items, obj{"id": s.path(), "type": "/subscriptions", "name": s.id, "properties": obj{"displayName": s.displayName(a.k.Now()), "parent": obj{"id": managementGroupPrefix + s.group}}})
		}
	}
	a.page(items)
}

// beneath reports whether a group is another or lies under it.
func (c *Cloud) beneath(name, of string) bool {
	for name != "" {
		if strings.EqualFold(name, of) {
			return true
		}
		g := c.groups[strings.ToLower(name)]
		if g == nil {
			return false
		}
		name = g.parent
	}
	return false
}

func listAssociations(a *ask) {
	g := a.group()
	if g == nil {
		return
	}
	var items []obj
	for _, s := range a.under(g) {
		items = append(items, a.renderAssociation(g, s))
	}
	a.page(items)
}

func getAssociation(a *ask) {
	g := a.group()
	if g == nil {
		return
	}
	s := a.associated()
	switch {
	case s == nil:
	case !strings.EqualFold(s.group, g.name):
		a.fail(http.StatusNotFound, "NotFound", "'"+a.id()+"' not found")
	default:
		a.ok(http.StatusOK, a.renderAssociation(g, s))
	}
}

func putAssociation(a *ask) {
	g := a.group()
	if g == nil {
		return
	}
	if s := a.associated(); s != nil {
		s.group = g.name
		a.ok(http.StatusOK, a.renderAssociation(g, s))
	}
}

func deleteAssociation(a *ask) {
	g := a.group()
	if g == nil {
		return
	}
	s := a.associated()
	switch {
	case s == nil:
	case !strings.EqualFold(s.group, g.name):
		a.ok(http.StatusNoContent, nil)
	default:
		s.group = a.tenant // back under the root
		a.ok(http.StatusOK, nil)
	}
}
