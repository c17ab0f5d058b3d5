// Package world makes a simulated world of a plan: what the plan says stands already, the ways in that it names, and nothing
// else. What only a person can do is done in it.
package world

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// World is a world of a plan.
type World struct {
	Scenario kernel.Scenario
	// Plan is the plan as it can be carried out there: its logins are such as a person signs in to, it adopts only what can
	// stand, and nobody outside is told of what it waits for.
	Plan plan.Plan
	// Lacks are the things that the plan adopts and that cannot be made to stand there, a line each: they are made anew.
	Lacks []string
}

// Of makes the world of a plan.
func Of(p plan.Plan) (World, error) {
	b := builder{plan: SignedInTo(p.WithDefaults())}
	var err error
	if b.landings, err = b.plan.Resolve(); err != nil {
		return World{}, err
	}
	b.scenario = kernel.Scenario{Name: p.Metadata.Name, Logins: map[string]kernel.Login{}, Estate: map[string]any{}}
	for _, c := range b.plan.CloudNames() {
		switch c {
		case plan.AWS:
			b.aws()
		case plan.Azure:
			b.azure()
		case plan.GCP:
			b.gcp()
		default:
			return World{}, fmt.Errorf("the cloud %s is not simulated: aws, azure and gcp are", c)
		}
	}
	b.vaults()
	return World{Scenario: b.scenario, Plan: b.plan, Lacks: b.lacks}, nil
}

// builder is a world that is being made.
type builder struct {
	plan     plan.Plan
	landings []plan.Landing
	scenario kernel.Scenario
	lacks    []string
}

// part is an estate's part, or one thing in it, by the names that its provider gives them.
type part = map[string]any

// in are the landings of a cloud.
func (b *builder) in(c plan.Cloud) []plan.Landing {
	return slices.DeleteFunc(slices.Clone(b.landings), func(l plan.Landing) bool { return l.Cloud != c })
}

// domain is the organisation's, by the address of the plan's owner.
func (b *builder) domain() string {
	if _, domain, is := strings.Cut(b.plan.Metadata.Owner, "@"); is {
		return domain
	}
	return b.plan.Organisation.Slug + ".example"
}

// stands are the landing's adopted resources of these kinds, in the order of the kinds. The plan forgets the others: they
// cannot be made to stand.
func (b *builder) stands(l plan.Landing, can func(kind, name string) bool) map[string]string {
	out := map[string]string{}
	for _, kind := range slices.Sorted(maps.Keys(l.Adopt.Resources)) {
		name := l.Adopt.Resources[kind]
		if can(kind, name) {
			out[kind] = name
			continue
		}
		b.forget(l, kind)
		b.lacks = append(b.lacks, fmt.Sprintf("%s: the plan adopts the %s %s, which does not stand in this world: another is made", l.ID(), kind, name))
	}
	return out
}

// forget takes a resource from those that the plan adopts.
func (b *builder) forget(l plan.Landing, kind string) {
	b.plan.Landings = slices.Clone(b.plan.Landings)
	for i, e := range b.plan.Landings {
		if e.Cloud == l.Cloud && e.Environment == l.Environment {
			resources := maps.Clone(e.Adopt.Resources)
			delete(resources, kind)
			b.plan.Landings[i].Adopt.Resources = resources
		}
	}
}

// vaults stand empty but for what only a person can have put there.
func (b *builder) vaults() {
	refs := []string{b.plan.Registry.SigningKey}
	for _, name := range slices.Sorted(maps.Keys(b.plan.Logins)) {
		refs = append(refs, b.plan.Logins[name].Item)
	}
	for _, id := range b.plan.Identities {
		refs = append(refs, id.Credential)
	}
	var vaults []any
	seen := map[string]bool{}
	for _, ref := range refs {
		vault, _, _ := strings.Cut(strings.TrimPrefix(ref, "op://"), "/")
		if ref == "" || seen[vault] {
			continue
		}
		seen[vault] = true
		vaults = append(vaults, part{"name": vault})
	}
	b.scenario.Estate["onepassword"] = part{"vaults": vaults}
}

// SignedInTo is the plan with logins that a person signs in to, in place of what the worker's environment would hold, and
// with nobody to be told.
func SignedInTo(p plan.Plan) plan.Plan {
	p.Notify = plan.Notify{}
	p.Clouds, p.Logins = maps.Clone(p.Clouds), maps.Clone(p.Logins)
	for name, l := range p.Logins {
		switch l.Type {
		case "aws-default":
			p.Logins[name] = plan.Login{
				Type: "aws-sso", StartURL: "https://" + p.Organisation.Slug + ".awsapps.com/start", Account: management(p), Role: "AdministratorAccess",
			}
		case "azure-cli", "azure-default":
			p.Logins[name] = plan.Login{Type: "entra-user", Tenant: l.Tenant}
		case "gcp-default":
			p.Logins[name] = plan.Login{Type: "gcp-user"}
		}
	}
	if home, used := p.Clouds[plan.Azure]; used {
		home.Organization = cmp.Or(home.Organization, p.Logins[home.Login].Tenant, "00000000-0000-4000-8000-000000000001")
		p.Clouds[plan.Azure] = home
	}
	if home, used := p.Clouds[plan.GCP]; used {
		home.Organization = cmp.Or(home.Organization, "organizations/100000000001")
		home.Parent = cmp.Or(home.Parent, home.Organization)
		p.Clouds[plan.GCP] = home
	}
	return p.WithDefaults()
}
