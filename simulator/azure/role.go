package azure

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

const (
	authorizationService = "Microsoft.Authorization"
	roleAssignmentKind   = "Microsoft.Authorization/roleAssignments"
)

func roleRoutes() []route {
	const under, since = "{scope...}/providers/Microsoft.Authorization/", "2015-07-01"
	r := func(method, rest, operation string, answer func(*ask)) route {
		return route{method: method, path: under + rest, service: authorizationService, operation: operation, since: since, answer: answer}
	}
	return []route{
		r("GET", "roleDefinitions", "roleDefinitions.list", listRoleDefinitions),
		r("GET", "roleDefinitions/{role}", "roleDefinitions.get", getRoleDefinition),
		r("GET", "roleAssignments", "roleAssignments.list", listRoleAssignments),
		r("GET", "roleAssignments/{name}", "roleAssignments.get", getRoleAssignment),
		r("PUT", "roleAssignments/{name}", "roleAssignments.put", putRoleAssignment),
		r("DELETE", "roleAssignments/{name}", "roleAssignments.delete", deleteRoleAssignment),
		r("GET", "permissions", "permissions.list", listPermissions),
	}
}

// renderRole writes an assignment; a list of a wider or narrower scope has the scope it was made at.
func renderRole(t *thing) obj {
	return obj{"id": t.id, "name": t.name, "type": roleAssignmentKind, "properties": copied(t.props)}
}

var (
	principalFilter = regexp.MustCompile(`(?i)^(?:principalId eq '([0-9a-f-]+)'|assignedTo\('([0-9a-f-]+)'\))$`)
	scopeFilter     = regexp.MustCompile(`(?i)^atScope\(\)$`)
)

func listRoleAssignments(a *ask) {
	who, at := "", false
	filter := a.r.URL.Query().Get("$filter")
	for part := range strings.SplitSeq(filter, " and ") {
		if m := principalFilter.FindStringSubmatch(part); m != nil {
			who = m[1] + m[2]
		} else if scopeFilter.MatchString(part) {
			at = true
		} else if part != "" {
			a.fail(http.StatusBadRequest, "UnsupportedQuery", "The filter '"+filter+"' is not supported. Supported filters are either 'atScope()' or 'principalId eq '{value}' or assignedTo('{value}')'.")
			return
		}
	}
	var items []obj
	for _, t := range a.things.near(a.param("scope")) {
		if t.kind != roleAssignmentKind || who != "" && !strings.EqualFold(who, text(t.props, "principalId")) {
			continue
		}
		scope := text(t.props, "scope")
		below := strings.HasPrefix(strings.ToLower(scope), strings.ToLower(a.param("scope"))+"/")
		if a.covers(scope, a.param("scope")) || below && !at {
			items = append(items, renderRole(t))
		}
	}
	a.page(items)
}

func (a *ask) roleAssignment() *thing {
	return a.thing(a.id())
}

func getRoleAssignment(a *ask) {
	t := a.roleAssignment()
	if t == nil {
		a.fail(http.StatusNotFound, "RoleAssignmentNotFound", "The role assignment '"+a.param("name")+"' is not found.")
		return
	}
	a.ok(http.StatusOK, renderRole(t))
}

func putRoleAssignment(a *ask) {
	name, scope, p := a.param("name"), a.param("scope"), object(a.body, "properties")
	who, role, typed := text(p, "principalId"), a.roleName(text(p, "roleDefinitionId")), text(p, "principalType")
	known, kind := a.known(who)
	same, named := a.assigned(scope, who, role), a.named(name)
	field := unknown(p, "condition", "conditionVersion", "delegatedManagedIdentityResourceId", "description", "principalId", "principalType", "roleDefinitionId", "scope", "createdBy", "createdOn", "updatedBy", "updatedOn")
	switch {
	case field != "":
		a.member(field, "RoleAssignmentProperties")
	case !isGUID(name):
		a.fail(http.StatusBadRequest, "InvalidRoleAssignmentId", "The role assignment ID '"+name+"' is not valid. The role assignment ID must be a GUID.")
	case who == "" || text(p, "roleDefinitionId") == "":
		a.fail(http.StatusBadRequest, "InvalidRequestContent", "The request content was invalid: 'principalId' and 'roleDefinitionId' are required.")
	case role == "" || !a.seen(a.roles()[role]):
		a.fail(http.StatusNotFound, "RoleDefinitionDoesNotExist", "The specified role definition with ID '"+text(p, "roleDefinitionId")+"' does not exist.")
	case named != nil && (!strings.EqualFold(text(named.props, "scope"), scope) || !strings.EqualFold(text(named.props, "principalId"), who)):
		a.fail(http.StatusBadRequest, "RoleAssignmentUpdateNotPermitted", "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.")
	case named != nil && named == same:
		a.ok(http.StatusOK, renderRole(named))
	case same != nil:
		a.fail(http.StatusConflict, "RoleAssignmentExists", "The role assignment already exists. The ID of the existing role assignment is "+strings.ReplaceAll(same.name, "-", "")+".")
	case !known:
		a.fail(http.StatusBadRequest, "PrincipalNotFound", "Principal "+strings.ReplaceAll(who, "-", "")+" does not exist in the directory "+a.tenant+". Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype")
	case typed != "" && typed != kind:
		a.fail(http.StatusBadRequest, "UnmatchedPrincipalType", "The PrincipalId '"+who+"' has type '"+kind+"', which is different from specified PrinciaplType '"+typed+"'.")
	default:
		t := a.assign(name, scope, who, kind, text(p, "roleDefinitionId"), a.k.Later("azure.rbac.propagation"))
		for _, field := range []string{"description", "condition", "conditionVersion"} {
			if v := text(p, field); v != "" {
				t.props[field] = v
			}
		}
		t.props["createdBy"], t.props["updatedBy"] = a.who.object, a.who.object
		a.ok(http.StatusCreated, renderRole(t))
	}
}

// assign gives a principal a role at a scope; it takes effect at ready.
func (c *Cloud) assign(name, scope, who, kind, role string, ready time.Time) *thing {
	now := stamp(c.k.Now())
	return c.things.put(&thing{
		id: scope + "/providers/" + roleAssignmentKind + "/" + name, kind: roleAssignmentKind, name: name, made: c.k.Now(), ready: ready,
		props: obj{
			"roleDefinitionId": c.roleID(c.roleName(role)), "principalId": who, "principalType": kind, "scope": scope,
			"createdOn": now, "updatedOn": now, "createdBy": "", "updatedBy": "",
		},
	})
}

// known reports whether a principal has reached Resource Manager, and what it is.
func (c *Cloud) known(id string) (bool, string) {
	if sp := c.principals[strings.ToLower(id)]; sp != nil {
		return !c.k.Now().Before(sp.known), "ServicePrincipal"
	}
	for _, l := range c.k.Logins("azure") {
		if strings.EqualFold(c.userID(l.Details["user"]), id) {
			return true, "User"
		}
	}
	return false, ""
}

// assigned finds the assignment of a role to a principal at a scope.
func (c *Cloud) assigned(scope, who, role string) *thing {
	for _, t := range c.things.near(scope) {
		if t.kind == roleAssignmentKind && strings.EqualFold(text(t.props, "scope"), scope) && strings.EqualFold(text(t.props, "principalId"), who) && c.roleName(text(t.props, "roleDefinitionId")) == role {
			return t
		}
	}
	return nil
}

// named finds an assignment by name: names are unique in the tenant.
func (c *Cloud) named(name string) *thing { return c.things.named[nameOf(roleAssignmentKind, name)] }

func deleteRoleAssignment(a *ask) {
	t := a.roleAssignment()
	if t == nil {
		a.ok(http.StatusNoContent, nil)
		return
	}
	a.things.remove(t)
	a.ok(http.StatusOK, renderRole(t))
}
