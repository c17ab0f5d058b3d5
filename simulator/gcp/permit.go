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
	case "userinfo": // it says who asks, whoever that is
		return nil
	case "generateAccessToken", "generateIdToken": // these ask the account's own policy
		return nil
	case "SearchOrganizations", "SearchProjects", "SearchFolders", "ListBillingAccounts", "TestIamPermissions", "serviceAccounts.testIamPermissions":
		return nil // these answer with what the caller may see
	}
	permission, on := orText(permissions()[q.route.operation], q.api.name+"."+q.route.operation), q.scope
	if q.route.operation == "CreateProject" {
		on = orText(q.body.str("parent"), on)
	}
	if c.may(q.caller, q.scope, q.route.write, q.now) && !c.lacks(q.caller, permission, on) {
		return nil
	}
	return c.denied(q, permission, on)
}

// denied is the refusal of a caller who has not a permission on a resource.
func (c *Cloud) denied(q *request, permission, on string) *problem {
	p := forbidden()
	if on != "" {
		p.message = "Permission '" + permission + "' denied on resource '//" + q.api.host + "/" + on + "' (or it may not exist)."
		p.add(errorInfo("IAM_PERMISSION_DENIED", q.api.host, map[string]string{"permission": permission, "resource": on}))
	}
	return p
}

// lacks says whether the scenario withholds a permission from a person, on a resource or on all.
func (c *Cloud) lacks(who caller, permission, on string) bool {
	return slices.ContainsFunc(c.withheld, func(w estateWithheld) bool {
		return w.User == who.email && w.Permission == permission && (w.On == "" || w.On == on)
	})
}

// permissions are what some of the writes need, by the reference of each API.
func permissions() map[string]string {
	return map[string]string{
		"CreateProject": "resourcemanager.projects.create", "UpdateProject": "resourcemanager.projects.update", "SetIamPolicy": "resourcemanager.projects.setIamPolicy",
		"UpdateProjectBillingInfo": "resourcemanager.projects.createBillingAssignment", "BatchEnableServices": "serviceusage.services.enable",
		"serviceAccounts.create": "iam.serviceAccounts.create", "serviceAccounts.setIamPolicy": "iam.serviceAccounts.setIamPolicy",
		"serviceAccounts.keys.create": "iam.serviceAccountKeys.create", "serviceAccounts.keys.upload": "iam.serviceAccountKeys.create",
		"serviceAccounts.keys.delete": "iam.serviceAccountKeys.delete", "activities.query": "policyanalyzer.serviceAccountKeyLastAuthenticationActivities.query",
		"workloadIdentityPools.create": "iam.workloadIdentityPools.create",
		"CreatePolicy":                 "orgpolicy.policies.create", "UpdatePolicy": "orgpolicy.policies.update", "DeletePolicy": "orgpolicy.policies.delete",
		"UpdateSecurityCenterService": "securitycentermanagement.securityCenterServices.update", "networks.insert": "compute.networks.create",
		"subnetworks.insert": "compute.subnetworks.create", "securityPolicies.insert": "compute.securityPolicies.create", "managedZones.create": "dns.managedZones.create",
	}
}

// may says whether a caller may read, or write, in a scope.
func (c *Cloud) may(who caller, scope string, write bool, now time.Time) bool {
	if who.account == nil && who.principal == "" {
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
