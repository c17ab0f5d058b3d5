package world

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// standing are the kinds of Azure's resources that an estate holds, in the order in which they can be made.
func standing() []struct{ kind, typed string } {
	return []struct{ kind, typed string }{
		{"resource-group", "Microsoft.Resources/resourceGroups"},
		{"nsg", "Microsoft.Network/networkSecurityGroups"},
		{"vnet", "Microsoft.Network/virtualNetworks"},
	}
}

// azure is a tenant with the subscriptions that the plan adopts, and what it adopts in them.
func (b *builder) azure() {
	home := b.plan.Clouds[plan.Azure]
	var subscriptions []any
	for i, l := range b.in(plan.Azure) {
		if l.Adopt.ID != "" || l.Adopt.Name != "" {
			subscriptions = append(subscriptions, part{
				"id":          cmp.Or(l.Adopt.ID, fmt.Sprintf("00000000-0000-4000-8000-0000000001%02d", i)),
				"displayName": cmp.Or(l.Adopt.Name, l.Name), "resources": b.resources(l),
			})
		}
	}
	estate := part{"tenant": home.Organization, "domain": b.domain(), "subscriptions": subscriptions}
	if home.Billing != "" {
		estate["billingScopes"] = []string{home.Billing}
	}
	b.scenario.Estate["azure"] = estate
	for name, l := range b.plan.Logins {
		if l.Type == "entra-user" {
			b.scenario.Logins[name] = login("azure", "tenant", cmp.Or(l.Tenant, home.Organization), "user", "admin@"+b.domain())
		}
	}
}

// resources are what a landing adopts, each in its group.
func (b *builder) resources(l plan.Landing) []any {
	names := b.stands(l, func(kind, _ string) bool {
		return slices.ContainsFunc(standing(), func(s struct{ kind, typed string }) bool { return s.kind == kind })
	})
	group := cmp.Or(tail(names["resource-group"]), "rg-"+l.Name)
	var out []any
	groups := map[string]bool{}
	in := func(name string) string {
		if !groups[name] {
			groups[name] = true
			out = append(out, part{"type": standing()[0].typed, "name": name, "location": l.Region})
		}
		return name
	}
	for _, s := range standing() {
		name, adopted := names[s.kind]
		switch {
		case !adopted:
		case s.kind == "resource-group":
			in(group)
		default:
			one := part{"type": s.typed, "group": in(cmp.Or(groupOf(name), group)), "name": tail(name), "location": l.Region}
			if s.kind == "vnet" {
				one["properties"] = part{"addressSpace": part{"addressPrefixes": []string{l.Network.CIDR}}}
			}
			out = append(out, one)
		}
	}
	return out
}

// groupOf is the group in a resource's id; "" in a bare name.
func groupOf(id string) string {
	if parts := strings.Split(id, "/"); len(parts) > 5 {
		return parts[4]
	}
	return ""
}

// tail is the name at the end of an id.
func tail(id string) string { return id[strings.LastIndex(id, "/")+1:] }
