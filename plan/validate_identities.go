package plan

import (
	"slices"
	"strings"
)

func (c *check) identityList() {
	first, landings := map[string]int{}, c.landingsByName()
	for i, id := range c.written.Identities {
		path := item("identities", i)
		if !c.cloud(path+".cloud", id.Cloud) || id.Cloud == "" || id.Name == "" {
			continue
		}
		c.form(path+".name", id.Name, identityForms[id.Cloud])
		key := string(id.Cloud) + " " + strings.ToLower(id.Name)
		if j, twice := first[key]; twice {
			c.add(path+".name", "Name them apart.", "%s is the name of %s already", quoted(id.Name), item("identities", j))
		} else {
			first[key] = i
		}
		if s, taken := landings[key]; taken {
			c.add(path+".name", "Name them apart: the registry has one row for each name in a cloud.", "%s is the name of the landing %s too", quoted(id.Name), s.id())
		}
		if c.environment(path+".home", id.Home) {
			home := square{id.Cloud, c.plan.Identities[i].Home}
			if c.has(home) && !c.lands(home) {
				c.add(path+".home", "Give it a home that is landed.", "this identity is made in %s, which is skipped", home.id())
			}
		}
		for j, r := range id.Roles {
			if strings.TrimSpace(r) == "" {
				c.add(item(path+".roles", j), "Write the role's name, or leave the list out for a reader's role.", "this role has no name")
			}
		}
		c.credential(path, id)
		c.trust(path+".trust", id)
		c.tokensFor(path+".tokensFor", id)
	}
}

// tokensFor says what is wrong with the clouds that an identity is to sign in to by tokens of its own.
func (c *check) tokensFor(path string, id Identity) {
	for i, into := range id.TokensFor {
		p := item(path, i)
		switch {
		case into == id.Cloud:
			c.add(p, "Name other clouds only.", "%s is the identity's own cloud: it needs no token there", quoted(string(into)))
		case slices.Contains(id.TokensFor[:i], into):
			c.add(p, "Name it once.", "%s stands here twice", quoted(string(into)))
		default:
			c.oneOf(p, string(into), "cloud called", []string{string(AWS), string(Azure), string(GCP)})
		}
	}
}

// landingsByName are the landings by their cloud and the name of their container, in small letters; of two of one name the
// first.
func (c *check) landingsByName() map[string]square {
	out := map[string]square{}
	for _, s := range c.all() {
		key := string(s.cloud) + " " + strings.ToLower(c.name(s))
		if _, twice := out[key]; !twice && c.lands(s) {
			out[key] = s
		}
	}
	return out
}

func (c *check) credential(path string, id Identity) {
	types := map[Cloud][]string{Azure: {"certificate", "secret"}, GCP: {"key"}}[id.Cloud]
	switch {
	case id.Credential == "" && (id.CredentialType != "" || id.CredentialDays != 0):
		c.add(path+".credential", "Say where it is kept: op://vault/item.", "this identity has no credential whose type or life could be chosen")
	case id.Credential == "":
	case id.Cloud == AWS:
		c.add(path+".credential", "Leave it out and name who may take the role under trust.", "an AWS identity is a role and has no credential of its own")
	default:
		c.form(path+".credential", id.Credential, opForm)
		if types != nil {
			c.oneOf(path+".credentialType", id.CredentialType, "type of credential in "+string(id.Cloud)+" called", types)
		}
	}
	if id.CredentialDays < 0 || id.CredentialDays > 730 {
		c.add(path+".credentialDays", "90 is the default.", "a credential is valid for 1 to 730 days")
	}
}

func (c *check) trust(path string, id Identity) {
	var names []string
	for i, t := range id.Trust {
		p := item(path, i)
		if t.Name != "" {
			c.form(p+".name", t.Name, loginForm)
		}
		if t.Name != "" && slices.Contains(names, t.Name) {
			c.add(p+".name", "Name them apart.", "%s is the name of another trust of this identity", quoted(t.Name))
		}
		names = append(names, t.Name)
		switch {
		case t.Issuer == "" && t.SAML == "":
			c.add(p, "Write issuer and subject, or saml on AWS.", "this says nobody who is trusted")
		case t.Issuer != "" && t.SAML != "":
			c.add(p+".saml", "Make two entries of it.", "a trust is by issuer or by SAML, not both")
		case t.SAML != "" && id.Cloud != AWS:
			c.add(p+".saml", "Write issuer and subject.", "only AWS roles are trusted to a SAML provider")
		case t.SAML != "" && (t.Subject != "" || t.Audience != ""):
			c.add(p+".saml", "Leave subject and audience out.", "subject and audience belong to an issuer")
		case t.Issuer != "" && t.Subject == "":
			c.add(p+".subject", "Write the token's sub, such as repo:acme/platform:environment:prod.", "without a subject everybody with a token of that issuer would be let in")
		}
		c.form(p+".issuer", t.Issuer, httpsForm)
	}
}
