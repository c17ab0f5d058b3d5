package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// What a plan that says nothing else of rotation means.
const (
	DefaultMaxAge  = 90 * day
	DefaultGrace   = 24 * time.Hour
	LongGrace      = 72 * time.Hour // where an old key cannot be disabled first, and so cannot be had back
	DefaultObserve = 24 * time.Hour
	DefaultTTL     = "1h"
	// settling is how long a key that is promoted may not be known everywhere yet: IAM, Entra and Google are all eventually
	// consistent, within minutes.
	settling = 15 * time.Minute
)

// Credentials are the plan's long-lived credentials with every default settled, in the order of the landings and, in each,
// of its identities, its login and its fallback. It is pure, as Resolve is. A credential whose cloud has no kind here is not
// among them; neither are keys of a login that no landing uses.
func (p Plan) Credentials() ([]Credential, error) {
	if err := p.Validate(""); err != nil {
		return nil, err
	}
	m := newMatrix(p, "")
	var out []Credential
	for _, k := range m.kept() {
		out = append(out, m.credential(k))
	}
	return out, nil
}

// Takes reports whether the schedule rotates a credential.
func (s Schedule) Takes(c Credential) bool {
	return len(s.Credentials) == 0 || slices.ContainsFunc(s.Credentials, func(w string) bool {
		return strings.EqualFold(w, c.ID) || w == string(c.Cloud)
	})
}

// kept is a credential that the plan keeps in an item of the vault: an identity's, or the access key that a login is.
type kept struct {
	id       string
	at       square
	kind     CredentialKind
	identity *Identity
	login    *Login
}

// kept are the plan's credentials and where each lives.
func (m matrix) kept() []kept {
	var out []kept
	for _, s := range m.all() {
		if !m.lands(s) {
			continue
		}
		for _, id := range m.identities[s.cloud] {
			if kind := id.kind(); kind != "" && id.Home == s.env {
				out = append(out, kept{id: strings.ToLower(id.Name), at: s, kind: kind, identity: &id})
			}
		}
		e := m.exceptions[s]
		for _, name := range []string{cmp.Or(e.Login, m.plan.Clouds[s.cloud].Login), e.Fallback} {
			if l := m.login(name, e); l.Type == "aws-keys" && l.Item != "" && m.homeOf(name) == s {
				out = append(out, kept{id: name, at: s, kind: AccessKey, login: &l})
			}
		}
	}
	return named(out)
}

// named gives two credentials of one name different ids: the cloud's name ends them.
func named(all []kept) []kept {
	count := map[string]int{}
	for _, k := range all {
		count[k.id]++
	}
	for i, k := range all {
		if count[k.id] > 1 {
			all[i].id = k.id + "-" + string(k.at.cloud)
		}
	}
	return all
}

// homeOf is the landing in which the IAM user of a login's key lives: the one that adopts the login's account, else the
// management landing where that signs in by it, else the first that uses it.
func (m matrix) homeOf(login string) square {
	var first square
	account := m.plan.Logins[login].Account
	for _, env := range m.names {
		s := square{AWS, env}
		e := m.exceptions[s]
		own := cmp.Or(e.Login, m.plan.Clouds[AWS].Login) == login
		switch {
		case !m.lands(s) || !own && e.Fallback != login:
		case account != "" && account == e.Adopt.ID:
			return s
		case first.env == "" || own && env == m.plan.Management():
			first = s
		}
	}
	return first
}

// kind is what an identity's credential is, or "" where it has none.
func (id Identity) kind() CredentialKind {
	switch {
	case id.Credential == "":
	case id.Cloud == GCP:
		return ServiceKey
	case id.Cloud == Azure && id.CredentialType == "certificate":
		return EntraCertificate
	case id.Cloud == Azure:
		return EntraSecret
	}
	return ""
}

// credential is a credential with every default settled. An old key works for longer than any consumer goes on with what it
// has read of the vault, whatever the plan says.
func (m matrix) credential(k kept) Credential {
	p, r := m.plan, m.plan.Rotation
	rule := r.rule(k.id)
	c := Credential{
		ID: k.id, Plan: p.Metadata.Name, Owner: cmp.Or(rule.Owner, p.Metadata.Owner), Cloud: k.at.cloud, Kind: k.kind,
		Landing: m.landing(k.at), Identity: k.identity, Login: k.login,
		MaxAge: firstLength(DefaultMaxAge, rule.MaxAge, r.MaxAge), Consumers: slices.Clone(rule.Consumers),
	}
	c.Landing.Siblings, c.Landing.Identities = nil, nil // of all that live there this is the one: five hundred would each carry the others
	if c.Identity != nil {
		c.Item = c.Identity.Credential
	} else {
		c.Item = c.Login.Item
	}
	grace := LongGrace
	if c.Kind.Disables() {
		grace, c.Observe = DefaultGrace, firstLength(DefaultObserve, rule.Observe, r.Observe)
	}
	c.Grace = firstLength(grace, rule.Grace, r.Grace)
	var stale time.Duration
	for i, con := range c.Consumers {
		c.Consumers[i].TTL = cmp.Or(con.TTL, DefaultTTL)
		stale = max(stale, firstLength(0, c.Consumers[i].TTL))
	}
	c.Grace = max(c.Grace, stale+settling)
	return c
}

// rule says where a credential differs, by its id in whatever case.
func (r Rotation) rule(id string) CredentialRule {
	for _, rule := range r.Credentials {
		if strings.EqualFold(rule.ID, id) {
			return rule
		}
	}
	return CredentialRule{}
}
