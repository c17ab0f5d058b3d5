package azure

import (
	"maps"
	"net/http"
	"strings"
)

// show is what GET /sim/state says of the tenant: everything that stands, and never a secret.
func (c *Cloud) show() any {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.things.sweep(c.k.Now())
	subscriptions, aliases, groups, apps, principals := obj{}, obj{}, obj{}, obj{}, obj{}
	for id, s := range c.subscriptions {
		subscriptions[id] = c.showSubscription(s)
	}
	for name, n := range c.aliases {
		aliases[name] = obj{"subscription": n.subscription, "state": object(n.render(c.k.Now()), "properties")["provisioningState"], "displayName": n.display, "billingScope": n.scope}
	}
	for _, g := range c.groups {
		policies := []obj{}
		for _, t := range c.things.near(g.path()) {
			if t.kind == policyAssignmentKind && strings.EqualFold(text(t.props, "scope"), g.path()) {
				policies = append(policies, with(copied(t.props), "name", t.name))
			}
		}
		groups[g.name] = obj{"displayName": g.display, "parent": g.parent, "policyAssignments": policies}
	}
	for id, app := range c.apps {
		apps[id] = c.showApp(app)
	}
	for id, sp := range c.principals {
		principals[id] = obj{"appId": sp.appID, "displayName": text(c.renderPrincipal(sp), "displayName"), "accountEnabled": sp.fields["accountEnabled"]}
	}
	deleted := obj{}
	for id, app := range c.deleted {
		deleted[id] = c.showApp(app)
	}
	return obj{
		"tenant": c.tenant, "subscriptions": subscriptions, "aliases": aliases, "managementGroups": groups, "applications": apps,
		"deletedApplications": deleted, "servicePrincipals": principals, "securityDefaults": c.defaults, "blobs": c.showBlobs(), "conditionalAccess": values(sorted(c.policies)),
	}
}

func (c *Cloud) showSubscription(s *subscription) obj {
	providers, groups, pricings := obj{}, obj{}, obj{}
	a := &ask{Cloud: c, r: &http.Request{}}
	for name := range namespaces() {
		if state := text(a.renderProvider(s, name), "registrationState"); state != "NotRegistered" {
			providers[name] = state
		}
	}
	for _, p := range plans() {
		props := object(s.renderPricing(p), "properties")
		pricings[p.name] = obj{"pricingTier": props["pricingTier"], "subPlan": props["subPlan"]}
	}
	families := map[string]family{}
	for _, f := range tracked() {
		families[strings.ToLower(f.kind())] = f
	}
	for _, g := range c.things.within(s.path(), resourceGroupKind) {
		resources := []obj{}
		for _, t := range c.things.within(g.id, "") {
			resources = append(resources, families[strings.ToLower(t.kind)].render(c, t))
		}
		groups[g.name] = obj{"location": g.location, "tags": tagsOrNone(g.tags), "resources": resources}
	}
	assigned, policies := []obj{}, []obj{}
	for _, t := range c.things.near(s.path()) {
		if !strings.HasPrefix(strings.ToLower(t.id), strings.ToLower(s.path())+"/") {
			continue
		}
		switch t.kind {
		case roleAssignmentKind:
			o := copied(t.props)
			o["name"], o["role"] = t.name, c.roleName(text(o, "roleDefinitionId"))
			assigned = append(assigned, o)
		case policyAssignmentKind:
			policies = append(policies, with(copied(t.props), "name", t.name))
		}
	}
	return obj{
		"displayName": s.name, "state": s.state, "managementGroup": s.group, "tags": tagsOrNone(s.tags), "providers": providers,
		"resourceGroups": groups, "pricings": pricings, "roleAssignments": assigned, "policyAssignments": policies,
	}
}

// tracked are the types of resources that live in resource groups.
func tracked() []family {
	return []family{virtualNetworks(), securityGroups(), privateEndpoints(), watchers(), flowLogs(), storageAccounts(), firewallPolicies(), dnsZones()}
}

func (c *Cloud) showApp(app *application) obj {
	o := c.renderApp(app, false)
	o["federatedIdentityCredentials"] = values(app.federated)
	for _, s := range objects(o, "passwordCredentials") {
		delete(s, "hint")
		delete(s, "secretText")
	}
	return o
}

func tagsOrNone(tags map[string]string) map[string]string {
	if tags == nil {
		return map[string]string{}
	}
	return maps.Clone(tags)
}

// refused takes the answer that a check of the estate would have given a caller.
type refused struct{ body []byte }

func (r *refused) Header() http.Header { return http.Header{} }
func (r *refused) WriteHeader(int)     {}
func (r *refused) Write(b []byte) (int, error) {
	r.body = append(r.body, b...)
	return len(b), nil
}
