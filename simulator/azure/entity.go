package azure

import (
	"net/http"
	"regexp"
	"strings"
)

var entityFilter = regexp.MustCompile(`^name eq '([^']*)'$`)

// listEntities lists the management groups and subscriptions that the caller sees, each with the group it lies in.
func listEntities(a *ask) {
	filter := a.r.URL.Query().Get("$filter")
	by := entityFilter.FindStringSubmatch(filter)
	if filter != "" && by == nil {
		a.fail(http.StatusBadRequest, "BadRequest", "The filter '"+filter+"' is not supported.")
		return
	}
	var items []obj
	for _, g := range sorted(a.groups) {
		if g.parent != "" && !a.k.Now().Before(g.visible) {
			items = append(items, a.renderEntity("Microsoft.Management/managementGroups", g.path(), g.name, g.display, g.parent))
		}
	}
	for _, s := range sorted(a.subscriptions) {
		if !a.k.Now().Before(s.visible) && a.sees(s) {
			items = append(items, a.renderEntity("/subscriptions", s.path(), s.id, s.displayName(a.k.Now()), s.group))
		}
	}
	var kept []obj
	for _, o := range items {
		if by == nil || strings.EqualFold(text(o, "name"), by[1]) {
			kept = append(kept, o)
		}
	}
	a.page(kept)
}

func (c *Cloud) renderEntity(kind, id, name, display, parent string) obj {
	var names, displays []string
	for at := c.groups[strings.ToLower(parent)]; at != nil; at = c.groups[strings.ToLower(at.parent)] {
		names, displays = append([]string{at.name}, names...), append([]string{at.display}, displays...)
	}
	return obj{"id": id, "type": kind, "name": name, "properties": obj{
		"tenantId": c.tenant, "displayName": display, "parent": obj{"id": managementGroupPrefix + parent},
		"permissions": "delete", "inheritedPermissions": "delete", "parentNameChain": names, "parentDisplayNameChain": displays,
	}}
}
