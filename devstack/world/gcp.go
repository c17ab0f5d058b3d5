package world

import (
	"cmp"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// gcp is an organisation that is called as the plan wants it, where everybody has enrolled in 2-Step Verification, with the
// projects that the plan adopts.
func (b *builder) gcp() {
	home, admin := b.plan.Clouds[plan.GCP], "admin@"+b.domain()
	person := part{"email": admin, "given": "Ada", "family": "Admin", "admin": true, "enrolled": true, "enforced": true}
	estate := part{"organizations": []any{part{
		"name": home.Organization, "displayName": cmp.Or(home.DisplayName, b.plan.Organisation.Slug), "customer": "C0rehears", "users": []any{person},
	}}}
	if home.Billing != "" {
		estate["billingAccounts"] = []any{part{"name": home.Billing, "displayName": b.plan.Organisation.Slug, "open": true}}
	}
	if strings.HasPrefix(home.Parent, "folders/") {
		estate["folders"] = []any{part{"name": home.Parent, "displayName": b.plan.Organisation.Slug, "parent": home.Organization}}
	}
	var projects []any
	for _, l := range b.in(plan.GCP) {
		if l.Adopt.ID == "" && l.Adopt.Name == "" {
			continue
		}
		b.stands(l, func(string, string) bool { return false }) // an estate has no networks of projects
		projects = append(projects, part{
			"id": cmp.Or(l.Adopt.ID, l.Name), "displayName": cmp.Or(l.Adopt.Name, l.Name), "parent": cmp.Or(l.Parent, home.Organization),
			"billing": home.Billing, "owners": []string{"user:" + admin},
		})
	}
	estate["projects"] = projects
	b.scenario.Estate["gcp"] = estate
	for name, l := range b.plan.Logins {
		if l.Type == "gcp-user" {
			b.scenario.Logins[name] = login("gcp", "user", admin, "organization", home.Organization)
		}
	}
}
