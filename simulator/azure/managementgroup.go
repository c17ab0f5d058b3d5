package azure

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	managementService     = "Microsoft.Management"
	managementGroupPrefix = "/providers/Microsoft.Management/managementGroups/"
)

// managementGroup holds subscriptions and other management groups; the root is named as the tenant.
type managementGroup struct {
	name, display, parent string
	version               int
	updated               time.Time
	visible               time.Time // when all of Azure knows of a new one
}

func managementGroupRoutes() []route {
	const path, since = "/providers/Microsoft.Management/managementGroups", "2020-02-01"
	r := func(method, rest, operation string, answer func(*ask)) route {
		return route{method: method, path: path + rest, service: managementService, operation: operation, since: since, answer: answer}
	}
	return []route{
		r("GET", "", "managementGroups.list", listManagementGroups),
		r("GET", "/{group}", "managementGroups.get", getManagementGroup),
		r("PUT", "/{group}", "managementGroups.put", putManagementGroup),
		r("PATCH", "/{group}", "managementGroups.patch", patchManagementGroup),
		r("DELETE", "/{group}", "managementGroups.delete", deleteManagementGroup),
		r("GET", "/{group}/descendants", "descendants.list", listDescendants),
		r("GET", "/{group}/subscriptions", "subscriptions.list", listAssociations),
		r("GET", "/{group}/subscriptions/{of}", "subscriptions.get", getAssociation),
		r("PUT", "/{group}/subscriptions/{of}", "subscriptions.put", putAssociation),
		r("DELETE", "/{group}/subscriptions/{of}", "subscriptions.delete", deleteAssociation),
		{method: "POST", path: "/providers/Microsoft.Management/getEntities", service: managementService, operation: "entities.list", since: since, reads: true, answer: listEntities},
	}
}

func (g *managementGroup) path() string { return managementGroupPrefix + g.name }

func (c *Cloud) renderGroup(g *managementGroup, children bool) obj {
	details := obj{"version": g.version, "updatedTime": stamp(g.updated), "updatedBy": c.tenant}
	if p := c.groups[strings.ToLower(g.parent)]; p != nil {
		details["parent"] = obj{"id": p.path(), "name": p.name, "displayName": p.display}
	}
	props := obj{"tenantId": c.tenant, "displayName": g.display, "details": details}
	if children {
		var below []obj
		for _, child := range sorted(c.groups) {
			if strings.EqualFold(child.parent, g.name) {
				below = append(below, obj{"type": "Microsoft.Management/managementGroups", "id": child.path(), "name": child.name, "displayName": child.display})
			}
		}
		for _, s := range c.under(g) {
			below = append(below, obj{"type": "/subscriptions", "id": s.path(), "name": s.id, "displayName": s.displayName(c.k.Now())})
		}
		props["children"] = values(below)
	}
	return obj{"id": g.path(), "type": "Microsoft.Management/managementGroups", "name": g.name, "properties": props}
}

// under are the subscriptions directly in a group that can be read.
func (c *Cloud) under(g *managementGroup) []*subscription {
	var out []*subscription
	for _, s := range sorted(c.subscriptions) {
		if strings.EqualFold(s.group, g.name) && !c.k.Now().Before(s.visible) {
			out = append(out, s)
		}
	}
	return out
}

// group is the management group of the path; one that is not there is answered, and so is one that not all of Azure knows of:
// until then even who made it is refused.
func (a *ask) group() *managementGroup {
	g := a.groups[strings.ToLower(a.param("group"))]
	switch {
	case g == nil:
		a.fail(http.StatusNotFound, "NotFound", "'"+managementGroupPrefix+a.param("group")+"' not found")
	case a.k.Now().Before(g.visible):
		a.fail(http.StatusForbidden, "AuthorizationFailed", "The client '"+a.who.name+"' with object id '"+a.who.object+"' does not have authorization to perform action '"+managementService+"/managementGroups/read' over scope '"+g.path()+"' or the scope is invalid. If access was recently granted, please refresh your credentials.")
		return nil
	}
	return g
}

func listManagementGroups(a *ask) {
	var items []obj
	for _, g := range sorted(a.groups) {
		items = append(items, obj{"id": g.path(), "type": "Microsoft.Management/managementGroups", "name": g.name, "properties": obj{"tenantId": a.tenant, "displayName": g.display}})
	}
	a.page(items)
}

func getManagementGroup(a *ask) {
	if g := a.group(); g != nil {
		a.ok(http.StatusOK, a.renderGroup(g, strings.Contains(a.r.URL.Query().Get("$expand"), "children")))
	}
}

var groupName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.()-]{0,89}$`)

func putManagementGroup(a *ask) {
	name := a.param("group")
	p := object(a.body, "properties")
	parent := strings.TrimPrefix(text(object(object(p, "details"), "parent"), "id"), managementGroupPrefix)
	if parent == "" {
		parent = a.tenant
	}
	display := text(p, "displayName")
	if display == "" {
		display = name
	}
	g := a.groups[strings.ToLower(name)]
	switch {
	case !groupName.MatchString(name) || strings.HasSuffix(name, "."):
		a.fail(http.StatusBadRequest, "BadRequest", "The management group id '"+name+"' is not valid.")
	case a.groups[strings.ToLower(parent)] == nil:
		a.fail(http.StatusBadRequest, "BadRequest", "The parent management group '"+parent+"' was not found.")
	case g != nil && strings.EqualFold(name, a.tenant) && !strings.EqualFold(parent, a.tenant):
		a.fail(http.StatusBadRequest, "BadRequest", "The root management group cannot be moved.")
	case g != nil:
		g.display, g.version, g.updated = display, g.version+1, a.k.Now()
		if !strings.EqualFold(name, a.tenant) {
			g.parent = parent
		}
		a.ok(http.StatusOK, a.renderGroup(g, false))
	default:
		g = &managementGroup{name: name, display: display, parent: parent, version: 1, updated: a.k.Now(), visible: a.k.Later("azure.managementgroup.propagation")}
		a.groups[strings.ToLower(name)] = g
		op := a.begin(operation{service: managementService, ready: a.k.Later("azure.graph.replication"), made: func() any { return a.renderGroup(g, false) }})
		op.announce(a)
		a.ok(http.StatusAccepted, a.renderGroup(g, false))
	}
}

func patchManagementGroup(a *ask) {
	g := a.group()
	if g == nil {
		return
	}
	if name := text(a.body, "displayName"); name != "" {
		g.display = name
	}
	if parent := strings.TrimPrefix(text(a.body, "parentGroupId"), managementGroupPrefix); parent != "" {
		if a.groups[strings.ToLower(parent)] == nil {
			a.fail(http.StatusBadRequest, "BadRequest", "The parent management group '"+parent+"' was not found.")
			return
		}
		g.parent = parent
	}
	g.version, g.updated = g.version+1, a.k.Now()
	a.ok(http.StatusOK, a.renderGroup(g, false))
}

func deleteManagementGroup(a *ask) {
	name := strings.ToLower(a.param("group"))
	g := a.groups[name]
	if g == nil {
		a.ok(http.StatusNoContent, nil)
		return
	}
	for _, child := range a.groups {
		if strings.EqualFold(child.parent, g.name) && child != g {
			a.fail(http.StatusBadRequest, "BadRequest", "Management group '"+g.name+"' cannot be deleted: it has child management groups.")
			return
		}
	}
	if n := len(a.under(g)); n > 0 || name == a.tenant {
		a.fail(http.StatusBadRequest, "BadRequest", "Management group '"+g.name+"' cannot be deleted: it is the root or has "+strconv.Itoa(n)+" subscriptions.")
		return
	}
	delete(a.groups, name)
	op := a.begin(operation{service: managementService, ready: a.k.Later("azure.graph.replication")})
	op.announce(a)
	a.ok(http.StatusAccepted, nil)
}
