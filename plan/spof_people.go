package plan

import (
	"cmp"
	"slices"
)

// login adds a way in, and who says who comes in by it.
func (w *web) login(name string, l Login) {
	t := thing{
		kind: "login", name: name, says: "login " + name, minor: true,
		mend: "Give the landings that it stops a fallback of another kind: landings[].fallback.",
	}
	if alone := w.alone(name); len(alone) > 0 {
		t.why = "There is no other way into " + listed(w.counted(alone)) + "."
	}
	if l.Account != "" { // it is signed in to there, or is a user there
		for _, at := range w.landings {
			if at.Cloud == AWS && at.Adopt.ID == l.Account {
				t.needs = append(t.needs, []string{"in " + at.ID()})
			}
		}
	}
	if l.Item != "" {
		t.needs = append(t.needs, []string{"key " + l.Item})
		w.key(l.Item, "The login "+name+" is made of the key that is kept there.", "Give its user another access key and put it into the item.")
	}
	if p, mend := w.provider(l); p != "" {
		t.needs = append(t.needs, []string{"provider " + p})
		by := thing{kind: "identity provider", name: p, says: p, minor: true, why: "Whoever uses the login " + name + " signs in there.", mend: mend}
		if l.Type == "aws-sso" {
			for _, at := range w.landings {
				if at.Cloud == AWS && at.Management { // an organisation's instance is in its management account
					by.needs = append(by.needs, []string{"in " + at.ID()})
				}
			}
		}
		if known := w.things["provider "+p]; known != nil {
			known.why = "Whoever uses " + listed(append(w.signIn(p), name)) + " signs in there."
		}
		w.add("provider "+p, by)
	}
	w.add("login "+name, t)
}

// provider is who says who comes in by a login, or "" where the plan does not tell, and what helps when it is lost.
func (w *web) provider(l Login) (name, mend string) {
	switch l.Type {
	case "aws-sso":
		return "IAM Identity Center " + l.StartURL, "Give the landings fallbacks of type aws-keys, which do not sign in there."
	case "entra-user", "azure-cli", "azure-default":
		return "Entra tenant " + cmp.Or(l.Tenant, w.plan.Clouds[Azure].Organization),
			"Keep two emergency accounts in it that no federation and no Conditional Access policy reaches."
	case "gcp-user", "gcp-default":
		return "Google directory of " + cmp.Or(w.plan.Clouds[GCP].Organization, "the organisation"),
			"Keep a second super administrator in it who signs in without a federated provider."
	}
	return "", ""
}

// alone are the landings that a login alone opens.
func (w *web) alone(login string) []string {
	var out []string
	for _, l := range w.landings {
		if l.Login.Name == login && l.Fallback == nil {
			out = append(out, l.ID())
		}
	}
	return out
}

// signIn are the logins, so far, whose people sign in at a provider.
func (w *web) signIn(provider string) []string {
	var out []string
	for _, key := range w.order {
		t := w.things[key]
		if t.kind == "login" && slices.ContainsFunc(t.needs, func(ways []string) bool { return slices.Contains(ways, "provider "+provider) }) {
			out = append(out, t.name)
		}
	}
	return out
}

// identities adds how the plan's identities are used: by a credential, or by somebody else's word.
func (w *web) identities() {
	for _, i := range w.plan.Identities {
		var ways []string
		if i.Credential != "" {
			ways = append(ways, "key "+i.Credential)
			w.key(i.Credential, i.Name+" signs in by what is kept there.", "Let it in by federation (identities[].trust), or rotate the credential: another one is made.")
		}
		for _, by := range i.Trust {
			key := "trust " + i.Name + " " + by.Name
			w.add(key, thing{name: "its trust in " + by.Name})
			ways = append(ways, key)
		}
		if len(ways) > 0 {
			w.add("use "+i.Name, thing{says: "sign-in as " + i.Name, goesOn: "sign-in as " + i.Name, needs: [][]string{ways}})
		}
	}
}
