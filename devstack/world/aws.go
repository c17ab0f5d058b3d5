package world

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// The ids of accounts that a plan does not name: the organisation's own, and one for each that it adopts by name.
const (
	unnamedManagement = "100000000001"
	unnamedMember     = "2000000000%02d"
)

// management is the id of the organisation's management account: the one signed in to, else the one that the plan adopts
// for its management environment.
func management(p plan.Plan) string {
	if id := p.Logins[p.Clouds[plan.AWS].Login].Account; id != "" {
		return id
	}
	for _, e := range p.Landings {
		if e.Cloud == plan.AWS && e.Environment == p.Management() && e.Adopt.ID != "" {
			return e.Adopt.ID
		}
	}
	return unnamedManagement
}

// aws is an organisation with the accounts that the plan adopts or signs in to. Its root users have their second factor.
func (b *builder) aws() {
	home := b.plan.Clouds[plan.AWS]
	accounts := map[string]part{}
	for i, l := range b.in(plan.AWS) {
		if id := cmp.Or(l.Adopt.Resources["account"], l.Adopt.ID); id != "" || l.Adopt.Name != "" {
			id = cmp.Or(id, fmt.Sprintf(unnamedMember, i))
			accounts[id] = b.account(id, cmp.Or(l.Adopt.Name, l.Name), cmp.Or(l.Email, "aws+"+l.Environment+"@"+b.domain()))
			b.standingVPC(accounts[id], l)
		}
	}
	root := management(b.plan)
	for _, id := range append([]string{root}, b.signedIn()...) {
		if accounts[id] == nil {
			accounts[id] = b.account(id, b.plan.Organisation.Slug+" "+id, "aws+"+id+"@"+b.domain())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.plan.Logins)) {
		b.awsLogin(name, accounts, root)
	}
	estate := part{"accounts": listed(accounts)}
	if home.Organization != "" || len(accounts) > 1 {
		estate["organization"] = part{"id": cmp.Or(home.Organization, "o-"+b.plan.Organisation.Slug+"000001"), "management": root, "centralRoot": true}
	}
	b.scenario.Estate["aws"] = estate
}

func (b *builder) account(id, name, email string) part {
	var saml []string
	for _, i := range b.plan.Identities {
		for _, t := range i.Trust {
			if t.SAML != "" && i.Cloud == plan.AWS && !slices.Contains(saml, t.SAML) {
				saml = append(saml, t.SAML)
			}
		}
	}
	return part{"id": id, "name": name, "email": email, "rootMFA": true, "entryRole": b.plan.Clouds[plan.AWS].Role, "samlProviders": saml}
}

// signedIn are the accounts that the plan's logins are of.
func (b *builder) signedIn() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(b.plan.Logins)) {
		if id := b.plan.Logins[name].Account; id != "" {
			out = append(out, id)
		}
	}
	return out
}

// awsLogin lets somebody in: a person through the portal, or a user whose key is in the vault. Where the user's account is
// yet to be made, so is the key.
func (b *builder) awsLogin(name string, accounts map[string]part, root string) {
	l := b.plan.Logins[name]
	switch l.Type {
	case "aws-sso":
		b.scenario.Logins[name] = login("aws", "startUrl", l.StartURL, "account", l.Account, "role", l.Role, "region", l.Region)
	case "aws-keys":
		id := b.accountOf(name, root)
		if a := accounts[id]; a != nil {
			b.scenario.Logins[name] = login("aws", "account", id, "user", l.User)
			users, _ := a["users"].([]any)
			a["users"] = append(users, part{"name": l.User, "policies": []string{"AdministratorAccess"}, "deliverTo": l.Item})
		}
	}
}

// accountOf is the account of the user behind a key: its own, that of the landing which it opens, or root where it opens the
// cloud; "" where that is yet to be made.
func (b *builder) accountOf(name, root string) string {
	if id := b.plan.Logins[name].Account; id != "" {
		return id
	}
	for _, l := range b.in(plan.AWS) {
		if l.Fallback != nil && l.Fallback.Name == name || l.Login.Name == name && name != b.plan.Clouds[plan.AWS].Login {
			return l.Adopt.ID
		}
	}
	return root
}

// standingVPC is the network that a landing adopts by name; its id is the cloud's to give.
func (b *builder) standingVPC(account part, l plan.Landing) {
	name, adopted := b.stands(l, func(kind, name string) bool {
		return kind == "account" || kind == "vpc" && !strings.HasPrefix(name, "vpc-")
	})["vpc"]
	if adopted {
		account["regions"] = part{l.Region: part{"vpcs": []any{part{"name": name, "cidr": l.Network.CIDR, "dnsHostNames": true}}}}
	}
}

// listed are the things of a map in the order of their names.
func listed(m map[string]part) []any {
	out := make([]any, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[name])
	}
	return out
}
