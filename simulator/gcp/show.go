package gcp

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// show is everything that stands, for /sim/state: plain JSON without a secret.
func (c *Cloud) show() any {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.k.Now()
	c.settle(now)
	organizations, folders, projects, pools := map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}
	for name, o := range c.organizations {
		organizations[name] = map[string]any{
			"displayName": o.displayName, "state": o.state, "customer": o.customer, "securityCenterTier": o.tier,
			"iam": o.policy.show(), "orgPolicies": showPolicies(o.orgPolicies), "scc": showSecurity(&guarded{name: o.name, scc: o.scc, tier: o.tier}, now),
			"users": showUsers(o.users), "projectQuota": o.quota,
		}
	}
	for name, f := range c.folders {
		folders[name] = map[string]any{"displayName": f.displayName, "parent": f.parent, "state": f.state, "iam": f.policy.show(), "orgPolicies": showPolicies(f.orgPolicies)}
	}
	for id, p := range c.projects {
		projects[id] = c.showProject(p, now)
		for _, l := range p.pools {
			if !l.pending {
				pools[poolName(p, l)] = showPool(p, l)
			}
		}
	}
	billing := map[string]any{}
	for name, b := range c.billing {
		billing[name] = map[string]any{"displayName": b.displayName, "open": b.open}
	}
	return map[string]any{"organizations": organizations, "folders": folders, "projects": projects, "workloadIdentityPools": pools, "billingAccounts": billing}
}

func (c *Cloud) showProject(p *project, now time.Time) map[string]any {
	services := []string{}
	for name, s := range p.services {
		if s.enabled {
			services = append(services, name)
		}
	}
	slices.Sort(services)
	o := c.organizationOf(p.parent)
	above := &guarded{name: o.name, scc: o.scc, tier: o.tier}
	accounts, zones := map[string]any{}, map[string]any{}
	for _, a := range c.accountsOf(p) {
		keys := []any{}
		for _, k := range a.keys {
			keys = append(keys, map[string]any{"id": k.id, "origin": k.origin, "disabled": k.disabled, "made": stamp(k.made)})
		}
		accounts[a.email] = map[string]any{
			"uniqueId": a.uniqueID, "displayName": a.displayName, "description": a.description, "disabled": a.disabled,
			"iam": a.policy.show(), "keys": keys,
		}
	}
	for name, z := range p.zones {
		zones[name] = map[string]any{"dnsName": z.body.str("dnsName"), "visibility": z.body.str("visibility"), "nameServers": z.servers}
	}
	labels := map[string]string{}
	for n, v := range p.labels {
		labels[n] = v
	}
	return map[string]any{
		"number": p.number, "displayName": p.displayName, "parent": p.parent, "state": p.state, "labels": labels, "billing": p.billing, "services": services,
		"iam": p.policy.show(), "serviceAccounts": accounts, "networks": p.showAssets("networks"), "subnetworks": p.showAssets("subnetworks"),
		"firewalls": p.showAssets("firewalls"), "securityPolicies": p.showAssets("securityPolicies"), "orgPolicies": showPolicies(p.orgPolicies), "dnsZones": zones, "buckets": c.showBuckets(p),
		"scc": showSecurity(&guarded{name: "projects/" + p.id, scc: p.scc, parent: above, tier: o.tier}, now),
	}
}

func (p *project) showAssets(family string) map[string]any {
	out := map[string]any{}
	for _, a := range p.assetsOf("", family) {
		name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(a.path, "regions/"), "global/"), a.name)
		name = strings.TrimSuffix(strings.TrimSuffix(name, family+"/"), "/")
		if name != "" {
			name += "/"
		}
		out[name+a.name] = encode(a.body, false)
	}
	return out
}

func (p *policy) show() []any {
	out := []any{}
	for _, b := range p.bindings {
		one := map[string]any{"role": b.role, "members": slices.Clone(b.members)}
		if b.condition != nil {
			one["condition"] = encode(b.condition, false)
		}
		out = append(out, one)
	}
	return out
}

func showPolicies(policies map[string]fields) map[string]any {
	out := map[string]any{}
	for id, f := range policies {
		out[id] = encode(f.sub("spec"), false)
	}
	return out
}

func showSecurity(g *guarded, now time.Time) map[string]any {
	out := map[string]any{}
	for id := range securityServices() {
		f := g.wire(id, now)
		out[id] = map[string]any{"intended": f["intendedEnablementState"], "effective": f["effectiveEnablementState"]}
	}
	return out
}

func showPool(p *project, l *pool) map[string]any {
	providers := map[string]any{}
	for id, v := range l.providers {
		if !v.pending {
			providers[id] = encode(v.wire(p, l), false)
		}
	}
	return map[string]any{"displayName": l.displayName, "disabled": l.disabled, "state": lifeState(l.deleted), "project": p.id, "providers": providers}
}

func showUsers(users []*user) []any {
	all := slices.Clone(users)
	slices.SortFunc(all, func(a, b *user) int { return cmp.Compare(a.email, b.email) })
	out := []any{}
	for _, u := range all {
		out = append(out, map[string]any{"email": u.email, "admin": u.admin, "isEnrolledIn2Sv": u.enrolled, "isEnforcedIn2Sv": u.enforced})
	}
	return out
}
