package azure

import (
	"net/http"
	"regexp"
	"strings"
)

const roleDefinitionPrefix = "/providers/Microsoft.Authorization/roleDefinitions/"

// role is a built-in role.
type role struct {
	id      string
	actions []string
}

// roles are the built-in roles of this world, by name.
func roles() map[string]role {
	read := []string{"*/read"}
	return map[string]role{
		"Owner":                         {"8e3af657-a8ff-443c-a75c-2fe8c4bcb635", []string{"*"}},
		"Contributor":                   {"b24988ac-6180-42a0-ab88-20f7382dd24c", []string{"*"}},
		"Reader":                        {"acdd72a7-3385-48ef-bd42-f606fba81ae7", read},
		"User Access Administrator":     {"18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", []string{"*/read", "Microsoft.Authorization/*"}},
		"Security Reader":               {"39bc4728-0917-49c7-9d2c-d95423bc2eb4", []string{"Microsoft.Authorization/*/read", "Microsoft.Resources/*/read", "Microsoft.Security/*/read", "Microsoft.Management/*/read"}},
		"Security Admin":                {"fb1c8493-542b-48eb-b624-b4c8fea62acd", []string{"Microsoft.Authorization/*/read", "Microsoft.Resources/*/read", "Microsoft.Security/*", "Microsoft.Management/*/read"}},
		"Network Contributor":           {"4d97b98b-1d4f-4787-a291-c67834d212e7", []string{"Microsoft.Network/*", "Microsoft.Resources/*/read"}},
		"Monitoring Reader":             {"43d0d8ad-25c7-4714-9337-8ba259a9fe05", read},
		"Log Analytics Reader":          {"73c42c96-874c-492b-b04d-ab87d138a893", read},
		"Billing Reader":                {"fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64", []string{"Microsoft.Billing/*/read", "Microsoft.Management/*/read"}},
		"Cost Management Reader":        {"72fafb9e-0641-4937-9268-a91bfd8191a3", []string{"Microsoft.Consumption/*/read", "Microsoft.CostManagement/*/read"}},
		"Storage Blob Data Contributor": {"ba92f5b4-2d11-453d-a403-e96b0029c9fe", []string{"Microsoft.Storage/*/read"}},
		"Storage Blob Data Owner":       {"b7e6dc6d-f1e8-4753-8033-0f276bb0955b", []string{"Microsoft.Storage/*/read"}},
		"Storage Blob Data Reader":      {"2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", []string{"Microsoft.Storage/*/read"}},
	}
}

// roleName is the name of the role that a definition id, or a name, names; empty where there is none.
func roleName(id string) string {
	last := id[strings.LastIndex(id, "/")+1:]
	for name, r := range roles() {
		if strings.EqualFold(r.id, last) || name == id {
			return name
		}
	}
	return ""
}

// roleID is the definition id of a role by name.
func roleID(name string) string { return roleDefinitionPrefix + roles()[name].id }

// roleAllows reports whether a role permits an operation.
func roleAllows(definition string, t route) bool {
	name := roleName(definition)
	if name == "Contributor" && t.writes() && (t.service == authorizationService || t.service == subscriptionService) {
		return false
	}
	for _, action := range roles()[name].actions {
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
	r := roles()[name]
	id := roleDefinitionPrefix + r.id
	if a.scopeSubscription() != "" {
		id = "/subscriptions/" + a.scopeSubscription() + id
	}
	return obj{"id": id, "name": r.id, "type": "Microsoft.Authorization/roleDefinitions", "properties": obj{
		"roleName": name, "type": "BuiltInRole", "description": "The built-in role " + name + ".", "assignableScopes": []string{"/"},
		"permissions": []obj{{"actions": r.actions, "notActions": []string{}, "dataActions": []string{}, "notDataActions": []string{}}},
	}}
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
	for name := range roles() {
		if want == "" || strings.EqualFold(want, name) {
			items = append(items, a.renderDefinition(name))
		}
	}
	sortBy(items, "id")
	a.page(items)
}

func getRoleDefinition(a *ask) {
	name := roleName(a.param("role"))
	if name == "" || !isGUID(a.param("role")) {
		a.fail(http.StatusNotFound, "RoleDefinitionDoesNotExist", "The specified role definition with ID '"+a.param("role")+"' does not exist.")
		return
	}
	a.ok(http.StatusOK, a.renderDefinition(name))
}
