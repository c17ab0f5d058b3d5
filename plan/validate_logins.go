package plan

import (
	"maps"
	"slices"
	"strings"
)

// loginType is a way into a cloud: the fields it needs, and those it may have.
type loginType struct {
	cloud       Cloud
	needs, uses []string
}

// loginTypes are the ways in that Landfall knows.
func loginTypes() map[string]loginType {
	return map[string]loginType{
		"aws-sso":       {AWS, []string{"startUrl", "account", "role"}, []string{"region"}},
		"aws-keys":      {AWS, []string{"user", "item"}, []string{"account"}},
		"aws-default":   {AWS, nil, nil},
		"entra-user":    {Azure, []string{"tenant"}, []string{"client"}},
		"azure-cli":     {Azure, nil, []string{"tenant"}},
		"azure-default": {Azure, nil, []string{"tenant"}},
		"gcp-user":      {GCP, nil, nil},
		"gcp-default":   {GCP, nil, nil},
	}
}

// Cloud is the cloud that a login of its type leads into; empty for a type that Landfall does not know.
func (l Login) Cloud() Cloud { return loginTypes()[l.Type].cloud }

// loginFields are a login's fields and how each is written.
func loginFields(l Login) []struct {
	name, value string
	form        form
} {
	return []struct {
		name, value string
		form        form
	}{
		{"startUrl", l.StartURL, httpsForm},
		{"account", l.Account, accountForm},
		{"role", l.Role, roleForm},
		{"region", l.Region, regionForms[AWS]},
		{"user", l.User, userForm},
		{"item", l.Item, opForm},
		{"tenant", l.Tenant, guidForm},
		{"client", l.Client, guidForm},
	}
}

func (c *check) logins() {
	for _, name := range slices.Sorted(maps.Keys(c.written.Logins)) {
		path, as := under("logins", name), c.written.Logins[name]
		c.form(path, name, loginForm)
		if as.Name != "" && as.Name != name {
			c.add(path, "Leave the name inside out.", "this login is called otherwise inside")
		}
		t, known := loginTypes()[as.Type]
		if !known {
			if as.Type != "" && c.firstFormOnly() {
				c.oneOf(path+".type", as.Type, "login type", keys(loginTypes()))
			}
			continue
		}
		full := loginFields(c.plan.Logins[name])
		for i, f := range loginFields(as) {
			switch {
			case slices.Contains(t.needs, f.name) && full[i].value == "" && c.misspelt[t.cloud] == "":
				c.add(path+"."+f.name, "Such a login has "+listed(slices.Concat(t.needs, t.uses))+".", "a login of type %s needs %s", as.Type, f.name)
			case slices.Contains(t.needs, f.name), slices.Contains(t.uses, f.name):
				c.form(path+"."+f.name, f.value, f.form)
			case f.value != "":
				c.add(path+"."+f.name, "Leave it out.", "a login of type %s has no %s", as.Type, f.name)
			}
		}
	}
}

// firstFormOnly reports whether every cloud of the plan is one whose login types are known here.
func (c *check) firstFormOnly() bool {
	return !slices.ContainsFunc(c.clouds, func(n Cloud) bool { return rank(n) == len(firstClouds()) })
}

// loginOf says what is wrong with the name of a login that is to open a cloud.
func (c *check) loginOf(path, name string, cloud Cloud) {
	if name == "" {
		return
	}
	l, known := c.written.Logins[name]
	if !known {
		c.oneOf(path, name, "login in this plan called", keys(c.written.Logins))
		return
	}
	if t, known := loginTypes()[l.Type]; known && t.cloud != cloud {
		c.add(path, "Name a login whose type is for "+string(cloud)+".", "the login %s is a way into %s, not into %s", quoted(name), t.cloud, cloud)
	}
}

// items says where one item of the vault is used twice: each would overwrite the other's credential.
func (c *check) items() {
	first := map[string]string{}
	claim := func(ref, path string) {
		key := strings.ToLower(ref)
		if other, taken := first[key]; taken {
			c.add(path, "Give each credential an item of its own.", "this item of the vault is that of %s too", other)
			return
		}
		first[key] = path
	}
	for _, name := range slices.Sorted(maps.Keys(c.written.Logins)) {
		if ref := c.written.Logins[name].Item; ref != "" {
			claim(ref, under("logins", name)+".item")
		}
	}
	if ref := c.written.Registry.SigningKey; ref != "" {
		claim(ref, "registry.signingKey")
	}
	if ref := c.written.Notify.Key; ref != "" {
		claim(ref, "notify.key")
	}
	for i, id := range c.written.Identities {
		if id.Credential != "" {
			claim(id.Credential, item("identities", i)+".credential")
		}
	}
	c.consumerKeys(first)
}

// consumerKeys says which signing secret would be kept in another's item. Several consumers may be told by one secret.
func (c *check) consumerKeys(taken map[string]string) {
	for i, r := range c.written.Rotation.Credentials {
		for j, con := range r.Consumers {
			if other := taken[strings.ToLower(con.Key)]; other != "" && other != "notify.key" {
				c.add(item(item("rotation.credentials", i)+".consumers", j)+".key", "Keep the signing secret in an item of its own.", "this item of the vault is that of %s", other)
			}
		}
	}
}
