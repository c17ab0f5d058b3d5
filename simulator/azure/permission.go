package azure

import (
	"slices"
	"strings"
)

// listPermissions lists what the roles of the caller permit at a scope, one entry a role that covers it.
func listPermissions(a *ask) {
	var items []obj
	for _, t := range a.things.near(a.param("scope")) {
		if t.kind != roleAssignmentKind || !strings.EqualFold(text(t.props, "principalId"), a.who.object) || a.k.Now().Before(t.ready) {
			continue
		}
		if a.covers(text(t.props, "scope"), a.param("scope")) {
			items = append(items, a.roles()[a.roleName(text(t.props, "roleDefinitionId"))].permission())
		}
	}
	a.page(slices.Clip(items))
}
