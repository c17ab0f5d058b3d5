package azure

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

const roleDefinitionPrefix = "/providers/Microsoft.Authorization/roleDefinitions/"

// role is what a role permits: its actions but its not-actions.
type role struct {
	id      string
	actions []string
	not     []string
	group   string // the management group that a custom role is assignable in; empty for a built-in role
}

// roles are the roles of the tenant by name: the built-in ones, and the estate's own.
func (c *Cloud) roles() map[string]role {
	all := builtInRoles()
	for _, r := range c.estate.Roles {
		all[r.Name] = role{id: idOf("role", r.Name), actions: r.Actions, not: r.NotActions, group: r.ManagementGroup}
	}
	return all
}

// builtInRoles are the roles that every tenant has, by name.
func builtInRoles() map[string]role {
	read := []string{"*/read"}
	built := func(id string, actions []string, not ...string) role { return role{id: id, actions: actions, not: not} }
	return map[string]role{
		"Owner":                         built("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", []string{"*"}),
		"Contributor":                   built("b24988ac-6180-42a0-ab88-20f7382dd24c", []string{"*"}, "Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write", "Microsoft.Authorization/elevateAccess/Action"),
		"Reader":                        built("acdd72a7-3385-48ef-bd42-f606fba81ae7", read),
		"User Access Administrator":     built("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", []string{"*/read", "Microsoft.Authorization/*"}),
		"Security Reader":               built("39bc4728-0917-49c7-9d2c-d95423bc2eb4", []string{"Microsoft.Authorization/*/read", "Microsoft.Resources/*/read", "Microsoft.Security/*/read", "Microsoft.Management/*/read"}),
		"Security Admin":                built("fb1c8493-542b-48eb-b624-b4c8fea62acd", []string{"Microsoft.Authorization/*/read", "Microsoft.Resources/*/read", "Microsoft.Security/*", "Microsoft.Management/*/read"}),
		"Network Contributor":           built("4d97b98b-1d4f-4787-a291-c67834d212e7", []string{"Microsoft.Network/*", "Microsoft.Resources/*/read"}),
		"Monitoring Reader":             built("43d0d8ad-25c7-4714-9337-8ba259a9fe05", read),
		"Log Analytics Reader":          built("73c42c96-874c-492b-b04d-ab87d138a893", read),
		"Billing Reader":                built("fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64", []string{"Microsoft.Billing/*/read", "Microsoft.Management/*/read"}),
		"Cost Management Reader":        built("72fafb9e-0641-4937-9268-a91bfd8191a3", []string{"Microsoft.Consumption/*/read", "Microsoft.CostManagement/*/read"}),
		"Storage Blob Data Contributor": built("ba92f5b4-2d11-453d-a403-e96b0029c9fe", []string{"Microsoft.Storage/*/read"}),
		"Storage Blob Data Owner":       built("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", []string{"Microsoft.Storage/*/read"}),
		"Storage Blob Data Reader":      built("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", []string{"Microsoft.Storage/*/read"}),
	}
}

// roleName is the name of the role that a definition id, or a name, names; empty where there is none.
func (c *Cloud) roleName(id string) string {
	last := id[strings.LastIndex(id, "/")+1:]
	for name, r := range c.roles() {
		if strings.EqualFold(r.id, last) || name == id {
			return name
		}
	}
	return ""
}

// roleID is the definition id of a role by name.
func (c *Cloud) roleID(name string) string { return roleDefinitionPrefix + c.roles()[name].id }

// roleAllows reports whether a role permits an operation.
func (c *Cloud) roleAllows(definition string, t route) bool {
	name := c.roleName(definition)
	if name == "Contributor" && t.writes() && (t.service == authorizationService || t.service == subscriptionService) {
		return false
	}
	for _, action := range c.roles()[name].actions {
		service, _, _ := strings.Cut(action, "/")
		if service != "*" && service != t.service {
			continue
		}
		if !t.writes() || !strings.HasSuffix(action, "/read") {
			return true
		}
	}
	return false
}

func (a *ask) renderDefinition(name string) obj {
	r := a.roles()[name]
	id := roleDefinitionPrefix + r.id
	if a.scopeSubscription() != "" {
		id = "/subscriptions/" + a.scopeSubscription() + id
	}
	kind, description, scope := "BuiltInRole", "The built-in role "+name+".", "/"
	if r.group != "" {
		kind, description, scope = "CustomRole", "The organisation's role "+name+".", managementGroupPrefix+r.group
	}
	return obj{"id": id, "name": r.id, "type": "Microsoft.Authorization/roleDefinitions", "properties": obj{
		"roleName": name, "type": kind, "description": description, "assignableScopes": []string{scope}, "permissions": []obj{r.permission()},
	}}
}

// permission is what a role permits, as the cloud writes it.
func (r role) permission() obj {
	not := r.not
	if not == nil {
		not = []string{}
	}
	return obj{"actions": r.actions, "notActions": not, "dataActions": []string{}, "notDataActions": []string{}}
}

// seen reports whether a role can be seen in the scope of the path: a custom one of a management group is seen in a
// subscription under it only a while after that came there.
func (a *ask) seen(r role) bool {
	s := a.subscriptions[strings.ToLower(a.scopeSubscription())]
	if r.group == "" || s == nil {
		return true
	}
	return slices.Contains(a.above(s.path()), strings.ToLower(r.group)) && !a.k.Now().Before(s.visible.Add(a.k.Takes("azure.roledefinition.propagation")))
}

// scopeSubscription is the subscription of a path with a scope of any kind; empty where it has none.
func (a *ask) scopeSubscription() string {
	segments := split(a.param("scope"))
	if len(segments) > 1 && strings.EqualFold(segments[0], "subscriptions") {
		return segments[1]
	}
	return ""
}

var roleFilter = regexp.MustCompile(`(?i)(?:^|and )(roleName eq '([^']*)'|type eq 'BuiltInRole'|atScopeAndBelow\(\))`)

func listRoleDefinitions(a *ask) {
	filter := a.r.URL.Query().Get("$filter")
	want := ""
	for _, m := range roleFilter.FindAllStringSubmatch(filter, -1) {
		if m[2] != "" {
			want = m[2]
		}
	}
	if filter != "" && !roleFilter.MatchString(filter) {
		a.fail(http.StatusBadRequest, "UnsupportedQuery", "The filter '"+filter+"' is not supported.")
		return
	}
	var items []obj
	for name, r := range a.roles() {
		if a.seen(r) && (want == "" || strings.EqualFold(want, name)) {
			items = append(items, a.renderDefinition(name))
		}
	}
	sortBy(items, "id")
	a.page(items)
}

func getRoleDefinition(a *ask) {
	name := a.roleName(a.param("role"))
	if name == "" || !a.seen(a.roles()[name]) || !isGUID(a.param("role")) {
		a.fail(http.StatusNotFound, "RoleDefinitionDoesNotExist", "The specified role definition with ID '"+a.param("role")+"' does not exist.")
		return
	}
	a.ok(http.StatusOK, a.renderDefinition(name))
}
