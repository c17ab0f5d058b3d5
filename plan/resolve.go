package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Resolve is the landings of the plan with every default settled, in the order of clouds (aws, azure, gcp, then others by
// name) and of environments as written. It is pure: the same plan gives the same landings on every day and machine. A
// plan that is not valid resolves to nothing; the error is Problems.
func (p Plan) Resolve() ([]Landing, error) { return p.ResolveAt("") }

// ResolveAt is Resolve on a day (YYYY-MM-DD): waivers that have run out by then are dropped. No day drops none.
func (p Plan) ResolveAt(day string) ([]Landing, error) {
	if err := p.Validate(""); err != nil {
		return nil, err
	}
	return newMatrix(p, day).landings(), nil
}

// Landing is one landing of a valid plan, and whether the plan has it and does not skip it.
func (p Plan) Landing(cloud Cloud, env string) (Landing, bool) {
	m := newMatrix(p, "")
	if !m.lands(square{cloud, env}) {
		return Landing{}, false
	}
	return m.landing(square{cloud, env}), true
}

// Skipped are the landings that the plan skips, in the order of Resolve.
func (p Plan) Skipped() []Exception {
	m := newMatrix(p, "")
	var out []Exception
	for _, at := range m.all() {
		if e := m.exceptions[at]; e.Skip {
			out = append(out, e)
		}
	}
	return out
}

// square is a place in the matrix of clouds and environments.
type square struct {
	cloud Cloud
	env   string
}

// id is the square as people read it: aws/prod.
func (s square) id() string { return string(s.cloud) + "/" + s.env }

// matrix is a plan made ready for asking: every default settled, everything found by name. Clouds and environments whose
// names are not as they must be are left out: Validate has named them, and nothing else shall.
type matrix struct {
	plan       Plan
	day        string
	clouds     []Cloud
	names      []string       // of the environments, each once
	envs       map[string]int // place in names
	exceptions map[square]Exception
	places     map[square]int // in the plan's list of exceptions
	identities map[Cloud][]Identity
	ranges     ranges
}

func newMatrix(p Plan, day string) matrix {
	p = p.WithDefaults()
	m := matrix{
		plan: p, day: day, envs: map[string]int{},
		exceptions: map[square]Exception{}, places: map[square]int{}, identities: map[Cloud][]Identity{},
	}
	for _, e := range p.Organisation.Environments {
		if _, twice := m.envs[e]; !twice && envForm.fits(e) {
			m.envs[e] = len(m.names)
			m.names = append(m.names, e)
		}
	}
	for i, e := range p.Landings {
		s := square{e.Cloud, e.Environment}
		if _, twice := m.places[s]; !twice {
			m.exceptions[s], m.places[s] = e, i
		}
	}
	for _, id := range p.Identities {
		m.identities[id.Cloud] = append(m.identities[id.Cloud], id)
	}
	m.clouds = slices.DeleteFunc(p.CloudNames(), func(c Cloud) bool { return !cloudForm.fits(string(c)) })
	m.ranges = newRanges(p.Network, m.clouds)
	return m
}

// all are the squares of the matrix in their order, skipped ones too.
func (m matrix) all() []square {
	out := make([]square, 0, len(m.clouds)*len(m.envs))
	for _, c := range m.clouds {
		for _, e := range m.names {
			out = append(out, square{c, e})
		}
	}
	return out
}

func (m matrix) has(s square) bool {
	_, cloud := m.plan.Clouds[s.cloud]
	_, env := m.envs[s.env]
	return cloud && env
}

// lands reports whether the plan has the landing and does not skip it.
func (m matrix) lands(s square) bool { return m.has(s) && !m.exceptions[s].Skip }

func (m matrix) landings() []Landing {
	out := make([]Landing, 0, len(m.clouds)*len(m.envs))
	for _, s := range m.all() {
		if m.lands(s) {
			out = append(out, m.landing(s))
		}
	}
	return out
}

func (m matrix) landing(s square) Landing {
	p, home, e := m.plan, m.plan.Clouds[s.cloud], m.exceptions[s]
	l := Landing{
		Plan: p.Metadata.Name, Owner: p.Metadata.Owner, Slug: p.Organisation.Slug, Cloud: s.cloud, Environment: s.env,
		Environments: p.Organisation.Environments, Name: m.name(s), Adopt: e.Adopt, Email: m.email(s),
		Region: cmp.Or(e.Region, home.Region), Organization: home.Organization, Parent: home.Parent, Billing: home.Billing, Role: home.Role,
		Login: m.login(cmp.Or(e.Login, home.Login), e), Tags: m.tags(s), Network: m.ranges.network(m.envs[s.env], s.cloud, e.CIDR),
		Identities: m.identities[s.cloud], Management: s.env == p.Management(),
		Mode: p.Baseline.Default, Controls: maps.Clone(p.Baseline.Controls), Waived: m.waived(s),
	}
	l.Adopt.Resources = maps.Clone(e.Adopt.Resources)
	if e.Fallback != "" {
		f := m.login(e.Fallback, e)
		l.Fallback = &f
	}
	if l.Management {
		l.OrgName = home.DisplayName
	}
	if l.Management && s.cloud == AWS {
		l.Siblings = m.siblings(l)
	}
	if s.env == p.DNS.Environment {
		l.Zone = p.DNS.Zones[s.cloud]
	}
	return l
}

// siblings are the landings whose containers a management landing looks after, in the order of the environments.
func (m matrix) siblings(l Landing) []Sibling {
	var out []Sibling
	for _, env := range m.names {
		s := square{l.Cloud, env}
		if !m.lands(s) {
			continue
		}
		e := m.exceptions[s]
		sib := Sibling{
			Environment: env, Name: m.name(s), Email: m.email(s),
			ID: cmp.Or(e.Adopt.Resources["account"], e.Adopt.ID), Called: e.Adopt.Name,
		}
		for k, v := range m.tags(s) {
			if v == l.Tags[k] {
				continue
			}
			if sib.Tags == nil {
				sib.Tags = map[string]string{}
			}
			sib.Tags[k] = v
		}
		out = append(out, sib)
	}
	return out
}

// login is a login by name as a landing uses it.
func (m matrix) login(name string, e Exception) Login {
	l := m.plan.Logins[name]
	l.Name = name
	if l.Type == "aws-keys" {
		l.Account = cmp.Or(l.Account, e.Adopt.ID)
	}
	return l
}

// waived are the waivers that excuse a landing on the matrix's day.
func (m matrix) waived(s square) []Waiver {
	return slices.DeleteFunc(slices.Clone(m.plan.Baseline.Waivers), func(w Waiver) bool {
		cloud, env, _ := strings.Cut(w.Scope, "/")
		inScope := (cloud == "*" || cloud == string(s.cloud)) && (env == "*" || env == s.env)
		return !inScope || m.day != "" && w.Expires < m.day
	})
}
