package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Link is one federation by which a consumer needs a credential no more: whose tokens, and which identity is to trust them.
type Link struct {
	Who      Identity `json:"who"`      // the consumer; the cloud that it goes to is among its TokensFor
	From     Landing  `json:"from"`     // where it lives
	Identity Identity `json:"identity"` // what is to trust it
	Into     Landing  `json:"into"`     // where that lives
}

// Links are the federations that would make a credential unnecessary, in the order of its consumers: one for each that is an
// identity of this plan in another cloud. There are none where the plan knows of no such consumer. It is pure.
func (p Plan) Links(credential string) (Credential, []Link, error) {
	if err := p.Validate(""); err != nil {
		return Credential{}, nil, err
	}
	m := newMatrix(p, "")
	all := m.kept()
	i := slices.IndexFunc(all, func(k kept) bool { return strings.EqualFold(k.id, credential) })
	if i < 0 {
		return Credential{}, nil, fmt.Errorf("the plan %s has no credential called %s", p.Metadata.Name, credential)
	}
	c := m.credential(all[i])
	opens, home, known := m.opens(c, all[i].at)
	if !known {
		return c, nil, nil
	}
	var out []Link
	for _, who := range m.consumers(c) {
		if at := (square{who.Cloud, who.Home}); m.lands(at) {
			if !slices.Contains(who.TokensFor, c.Cloud) {
				who.TokensFor = append(slices.Clone(who.TokensFor), c.Cloud)
			}
			out = append(out, Link{Who: who, From: withIdentity(m.landing(at), who), Identity: opens, Into: m.landing(home)})
		}
	}
	return c, out, nil
}

// consumers are a credential's consumers that are identities of this plan in other clouds.
func (m matrix) consumers(c Credential) []Identity {
	var out []Identity
	for _, con := range c.Consumers {
		for _, id := range m.plan.Identities {
			if strings.EqualFold(id.Name, con.Name) && id.Cloud != c.Cloud && TokenAudience(id.Cloud, "") != "" {
				out = append(out, id)
			}
		}
	}
	return out
}

// opens is the identity that a credential's consumers become without it, and where it lives: its own, or the role that the plan
// names instead of an access key.
func (m matrix) opens(c Credential, at square) (Identity, square, bool) {
	if c.Identity != nil {
		return *c.Identity, at, true
	}
	name := m.plan.Rotation.rule(c.ID).Instead
	for _, id := range m.identities[c.Cloud] {
		if home := (square{c.Cloud, id.Home}); name != "" && strings.EqualFold(id.Name, name) && m.lands(home) {
			return id, home, true
		}
	}
	return Identity{}, square{}, false
}

// withIdentity is a landing with an identity as it is given, in the place of the one of its name.
func withIdentity(l Landing, id Identity) Landing {
	l.Identities = slices.Clone(l.Identities)
	for i, o := range l.Identities {
		if strings.EqualFold(o.Name, id.Name) {
			l.Identities[i] = id
		}
	}
	return l
}

// Trusting is where a link's identity lives, with trusts beside those of the plan. One that the plan has already, under
// whatever name, is not there twice.
func (l Link) Trusting(all []Trust) Landing {
	id := l.Identity
	id.Trust = slices.Clone(id.Trust)
	for _, t := range all {
		if !slices.ContainsFunc(id.Trust, func(o Trust) bool { return o.Issuer == t.Issuer && o.Subject == t.Subject }) {
			id.Trust = append(id.Trust, t)
		}
	}
	return withIdentity(l.Into, id)
}

// Lines are a trust as the plan writes it.
func (t Trust) Lines() string {
	out := "{name: " + cmp.Or(t.Name, "NAME") + ", issuer: \"" + t.Issuer + "\", subject: \"" + t.Subject + "\""
	if t.Audience != "" {
		out += ", audience: \"" + t.Audience + "\""
	}
	return out + "}"
}
