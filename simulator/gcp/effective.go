package gcp

import (
	"slices"
	"strings"
)

// getEffectivePolicy answers what holds on a resource once everything above it has been taken into account.
func (c *Cloud) getEffectivePolicy(q *request) (any, *problem) {
	h, bad := c.holderAsked(q)
	if bad != nil {
		return nil, bad
	}
	k := c.constraint(h.org, q.vars["policy"])
	if k == nil {
		return nil, noEntity()
	}
	return fields{"name": h.name + "/policies/" + k.id, "spec": fields{"rules": c.effective(h.policies, h.parent, k)}}, nil
}

// effective are the rules of a constraint on a resource with these policies under a parent.
func (c *Cloud) effective(policies map[string]fields, parent string, k *constraint) []any {
	byDefault := []any{fields{"enforce": false}}
	if k.list {
		byDefault = []any{fields{"allowAll": true}}
	}
	spec := policies[k.id].sub("spec")
	if spec.flag("reset") {
		return byDefault
	}
	above := func() []any {
		if f := c.folders[parent]; f != nil {
			return c.effective(f.orgPolicies, f.parent, k)
		}
		if o := c.organizations[parent]; o != nil {
			return c.effective(o.orgPolicies, "", k)
		}
		return byDefault
	}
	switch {
	case spec == nil:
		return above()
	case k.list && spec.flag("inheritFromParent"):
		return merge(above(), spec.list("rules"))
	case len(spec.list("rules")) == 0:
		return byDefault
	}
	return slices.Clone(spec.list("rules"))
}

// merge adds the values of a resource's own rules to those that it inherits.
func merge(inherited, own []any) []any {
	out := fields{}
	for _, r := range append(slices.Clone(inherited), own...) {
		rule := r.(fields)
		if rule.flag("denyAll") {
			return []any{fields{"denyAll": true}}
		}
		for _, n := range []string{"allowedValues", "deniedValues"} {
			for _, v := range rule.sub("values").list(n) {
				if !slices.Contains(out.list(n), v) {
					out[n] = append(out.list(n), v)
				}
			}
		}
	}
	if len(out) == 0 {
		return inherited
	}
	return []any{fields{"values": out}}
}

// enforced says whether a boolean constraint binds a project.
func (c *Cloud) enforced(p *project, id string) bool {
	o := c.organizationOf(p.parent)
	k := c.constraint(o, id)
	if k == nil || k.list {
		return false
	}
	return slices.ContainsFunc(c.effective(p.orgPolicies, p.parent, k), func(r any) bool { return r.(fields).flag("enforce") })
}

// allows says whether a list constraint leaves a project a value, an address, which may end in a slash or not.
func (c *Cloud) allows(p *project, id, value string) bool {
	k := c.constraint(c.organizationOf(p.parent), id)
	if k == nil || !k.list {
		return true
	}
	among := func(values []string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return strings.TrimSuffix(v, "/") == strings.TrimSuffix(value, "/") })
	}
	for _, r := range c.effective(p.orgPolicies, p.parent, k) {
		rule := r.(fields)
		allowed := rule.sub("values").texts("allowedValues")
		if rule.flag("denyAll") || len(allowed) > 0 && !among(allowed) || among(rule.sub("values").texts("deniedValues")) {
			return false
		}
	}
	return true
}

// deniesAll says whether a list constraint leaves a project no value at all.
func (c *Cloud) deniesAll(p *project, id string) bool {
	k := c.constraint(c.organizationOf(p.parent), id)
	if k == nil || !k.list {
		return false
	}
	return slices.ContainsFunc(c.effective(p.orgPolicies, p.parent, k), func(r any) bool { return r.(fields).flag("denyAll") })
}
