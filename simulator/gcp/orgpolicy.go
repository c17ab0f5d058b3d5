package gcp

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// holder is a resource that organisation policies are set on.
type holder struct {
	name     string // as the caller wrote it
	policies map[string]fields
	parent   string
	org      *organization
}

func specShape() shape {
	rule := shape{
		"values":   message(shape{"allowedValues": texts(), "deniedValues": texts()}),
		"allowAll": boolean(), "denyAll": boolean(), "enforce": boolean(), "condition": message(exprShape()), "parameters": anything(),
	}
	return shape{"etag": text(), "updateTime": moment(), "rules": listOf(message(rule)), "inheritFromParent": boolean(), "reset": boolean()}
}

func orgPolicyShape() shape {
	return shape{"name": text(), "spec": message(specShape()), "dryRunSpec": message(specShape()), "etag": text()}
}

func orgPolicyRoutes() []route {
	const api = "orgpolicy"
	var list []route
	for _, parent := range []string{"projects/{project}", "folders/{folder}", "organizations/{organization}"} {
		all := "/v2/" + parent + "/policies"
		one := all + "/{policy}"
		list = append(list,
			route{api: api, method: http.MethodGet, path: one, operation: "GetPolicy", do: (*Cloud).getOrgPolicy},
			route{api: api, method: http.MethodGet, path: one + ":getEffectivePolicy", operation: "GetEffectivePolicy", do: (*Cloud).getEffectivePolicy},
			route{api: api, method: http.MethodGet, path: all, operation: "ListPolicies", params: "pageSize pageToken", do: (*Cloud).listOrgPolicies},
			route{api: api, method: http.MethodPost, path: all, operation: "CreatePolicy", write: true, body: orgPolicyShape(), do: (*Cloud).createOrgPolicy},
			route{api: api, method: http.MethodPatch, path: one, operation: "UpdatePolicy", write: true, params: "updateMask", body: orgPolicyShape(), do: (*Cloud).updateOrgPolicy},
			route{api: api, method: http.MethodDelete, path: one, operation: "DeletePolicy", write: true, params: "etag", do: (*Cloud).deleteOrgPolicy})
	}
	return list
}

// holderAsked is the resource whose policies a request is about.
func (c *Cloud) holderAsked(q *request) (holder, *problem) {
	switch {
	case q.vars["project"] != "":
		p, bad := c.projectAsked(q)
		if bad != nil {
			return holder{}, bad
		}
		return holder{name: "projects/" + q.vars["project"], policies: p.orgPolicies, parent: p.parent, org: c.organizationOf(p.parent)}, nil
	case q.vars["folder"] != "":
		f, bad := c.folderAsked(q)
		if bad != nil {
			return holder{}, bad
		}
		return holder{name: f.name, policies: f.orgPolicies, parent: f.parent, org: c.organizationOf(f.parent)}, nil
	}
	o := c.organizations["organizations/"+q.vars["organization"]]
	if o == nil {
		return holder{}, forbidden()
	}
	return holder{name: o.name, policies: o.orgPolicies, org: o}, nil
}

func newOrgPolicy(name string, spec, dryRun fields, now time.Time) fields {
	f := fields{"name": name, "etag": newEtag()}
	for n, s := range map[string]fields{"spec": spec, "dryRunSpec": dryRun} {
		if s != nil {
			s = copyOf(s)
			s["etag"], s["updateTime"] = f["etag"], now
			f[n] = s
		}
	}
	return f
}

// renamed is a policy under the name that the caller knows its resource by.
func (h holder) renamed(f fields, id string) fields {
	out := copyOf(f)
	out["name"] = h.name + "/policies/" + id
	return out
}

func (c *Cloud) getOrgPolicy(q *request) (any, *problem) {
	h, bad := c.holderAsked(q)
	if bad != nil {
		return nil, bad
	}
	f := h.policies[q.vars["policy"]]
	if f == nil {
		return nil, noEntity()
	}
	return h.renamed(f, q.vars["policy"]), nil
}

func (c *Cloud) listOrgPolicies(q *request) (any, *problem) {
	h, bad := c.holderAsked(q)
	if bad != nil {
		return nil, bad
	}
	var all []fields
	for id, f := range h.policies {
		all = append(all, h.renamed(f, id))
	}
	slices.SortFunc(all, func(a, b fields) int { return cmp.Compare(a.str("name"), b.str("name")) })
	cut, next, bad := page(c, q, "pageSize", 1000, all)
	if bad != nil {
		return nil, bad
	}
	return full(fields{"policies": cut, "nextPageToken": next}), nil
}

func (c *Cloud) createOrgPolicy(q *request) (any, *problem) {
	h, bad := c.holderAsked(q)
	if bad != nil {
		return nil, bad
	}
	_, id, ok := strings.Cut(q.body.str("name"), "/policies/")
	if !ok {
		return nil, invalid("Invalid policy name %q.", q.body.str("name"))
	}
	k := c.constraint(h.org, id)
	switch {
	case k == nil:
		return nil, noEntity()
	case h.policies[id] != nil:
		return nil, exists("Requested entity already exists")
	}
	if bad := checkPolicy(k, q.body); bad != nil {
		return nil, bad
	}
	h.policies[id] = newOrgPolicy(h.name+"/policies/"+id, q.body.sub("spec"), q.body.sub("dryRunSpec"), q.now)
	return h.renamed(h.policies[id], id), nil
}

// checkPolicy holds a policy to the kind of its constraint.
func checkPolicy(k *constraint, body fields) *problem {
	if body.sub("spec") == nil && body.sub("dryRunSpec") == nil {
		return invalid("A policy needs a spec or a dry run spec.")
	}
	for _, spec := range []fields{body.sub("spec"), body.sub("dryRunSpec")} {
		rules := spec.list("rules")
		if spec.flag("reset") && (len(rules) > 0 || spec.flag("inheritFromParent")) {
			return invalid("When reset is set, rules must be empty and inherit_from_parent must be false.")
		}
		if !k.list && spec.flag("inheritFromParent") {
			return invalid("inherit_from_parent can only be set for policies of list constraints.")
		}
		for _, r := range rules {
			rule := r.(fields)
			kinds := 0
			for _, n := range []string{"values", "allowAll", "denyAll", "enforce"} {
				if _, set := rule[n]; set {
					kinds++
				}
			}
			_, enforces := rule["enforce"]
			if kinds != 1 || enforces == k.list {
				return invalid("A rule of constraint %s must set %s alone.", k.id, map[bool]string{true: "values, allow_all or deny_all", false: "enforce"}[k.list])
			}
		}
	}
	return nil
}

func (c *Cloud) updateOrgPolicy(q *request) (any, *problem) {
	h, bad := c.holderAsked(q)
	if bad != nil {
		return nil, bad
	}
	id := q.vars["policy"]
	was, k := h.policies[id], c.constraint(h.org, id)
	if was == nil || k == nil {
		return nil, noEntity()
	}
	m, bad := mask(q.arg("updateMask"), "policy", orgPolicyShape())
	if bad != nil {
		return nil, bad
	}
	given := orText(q.body.str("etag"), q.body.sub("spec").str("etag"))
	if given != "" && given != was.str("etag") {
		return nil, aborted("The policy was changed concurrently: its etag is no longer %s.", given)
	}
	spec, dryRun := q.body.sub("spec"), q.body.sub("dryRunSpec")
	if len(m) > 0 && !named(m, "spec") {
		spec = was.sub("spec")
	}
	if len(m) > 0 && !named(m, "dryRunSpec") {
		dryRun = was.sub("dryRunSpec")
	}
	if bad := checkPolicy(k, fields{"spec": orNil(spec), "dryRunSpec": orNil(dryRun)}); bad != nil {
		return nil, bad
	}
	h.policies[id] = newOrgPolicy(h.name+"/policies/"+id, spec, dryRun, q.now)
	return h.renamed(h.policies[id], id), nil
}

func orNil(f fields) any {
	if f == nil {
		return nil
	}
	return f
}

func (c *Cloud) deleteOrgPolicy(q *request) (any, *problem) {
	h, bad := c.holderAsked(q)
	if bad != nil {
		return nil, bad
	}
	was := h.policies[q.vars["policy"]]
	if was == nil {
		return nil, noEntity()
	}
	if e := q.arg("etag"); e != "" && e != was.str("etag") {
		return nil, aborted("The policy was changed concurrently: its etag is no longer %s.", e)
	}
	delete(h.policies, q.vars["policy"])
	return fields{}, nil
}
