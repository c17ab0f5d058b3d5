package gcp

import (
	"slices"
	"strings"
	"time"
)

// permit refuses a service account what its roles do not give it. The users of the scenario's logins administer
// everything; a key's owner has what it was granted, once that has propagated.
func (c *Cloud) permit(q *request) *problem {
	switch q.route.operation {
	case "SearchOrganizations", "SearchProjects", "SearchFolders", "ListBillingAccounts", "TestIamPermissions", "serviceAccounts.testIamPermissions":
		return nil // these answer with what the caller may see
	}
	if c.may(q.caller, q.scope, q.route.write, q.now) {
		return nil
	}
	p := forbidden()
	if q.scope != "" {
		p.message = "Permission '" + q.api.name + "." + q.route.operation + "' denied on resource '//" + q.api.host + "/" + q.scope + "' (or it may not exist)."
		p.add(errorInfo("IAM_PERMISSION_DENIED", q.api.host, map[string]string{"permission": q.api.name + "." + q.route.operation, "resource": q.scope}))
	}
	return p
}

// may says whether a caller may read, or write, in a scope.
func (c *Cloud) may(who caller, scope string, write bool, now time.Time) bool {
	if who.account == nil {
		return c.user(who.email) != nil
	}
	for _, p := range c.policiesAbove(scope) {
		for _, b := range p.bindings {
			if slices.Contains(b.members, who.member()) && gives(b.role, write) && !now.Before(p.since[b.role+" "+who.member()].Add(c.k.Takes("gcp.iam.propagation"))) {
				return true
			}
		}
	}
	return false
}

// policiesAbove are the policies that a resource inherits from, its own first.
func (c *Cloud) policiesAbove(scope string) []*policy {
	var out []*policy
	if id, ok := strings.CutPrefix(scope, "projects/"); ok {
		p := c.project(id)
		if p == nil {
			return nil
		}
		out = append(out, p.policy)
		scope = p.parent
	}
	for f := c.folders[scope]; f != nil; f = c.folders[scope] {
		out = append(out, f.policy)
		scope = f.parent
	}
	if o := c.organizations[scope]; o != nil {
		out = append(out, o.policy)
	}
	return out
}

// gives says whether a role lets its holder read or write: roughly, by its name.
func gives(role string, write bool) bool {
	if role == "roles/owner" || role == "roles/editor" {
		return true
	}
	_, name, _ := strings.Cut(strings.TrimPrefix(role, "roles/"), ".")
	name = strings.ToLower(orText(name, role))
	if write {
		return strings.Contains(name, "admin")
	}
	return strings.Contains(name, "admin") || strings.Contains(name, "viewer") || strings.Contains(name, "reader") ||
		strings.Contains(name, "browser") || strings.Contains(name, "reviewer") || strings.Contains(name, "auditor")
}

// readsOnly says whether a permission only reads.
func readsOnly(permission string) bool {
	verb := permission[strings.LastIndex(permission, ".")+1:]
	return strings.HasPrefix(verb, "get") || strings.HasPrefix(verb, "list") || strings.HasPrefix(verb, "search")
}
