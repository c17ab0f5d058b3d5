package aws

import (
	"fmt"
	"time"
)

// build puts the estate in place.
func (c *Cloud) build(e estate) error {
	long := c.k.Now().AddDate(-1, 0, 0)
	c.limit = e.AccountLimit
	for _, a := range e.Accounts {
		if c.accounts[a.ID] != nil || len(a.ID) != 12 {
			return fmt.Errorf("account %q: an id of twelve digits that no other account has is needed", a.ID)
		}
		made := newAccount(a.ID, a.Name, a.Email, long)
		made.rootMFA, made.network = a.RootMFA, a.DefaultNetworks
		if a.Status != "" {
			made.status = a.Status
		}
		if a.Tags != nil {
			made.tags = a.Tags
		}
		for _, s := range a.Unsubscribed {
			made.unsubscribed[s] = true
		}
		c.accounts[a.ID] = made
	}
	if err := c.gather(e, long); err != nil {
		return err
	}
	for _, a := range e.Accounts {
		if err := c.furnish(c.accounts[a.ID], a, long); err != nil {
			return fmt.Errorf("account %s: %w", a.ID, err)
		}
	}
	return nil
}

// gather makes the organisation and puts the accounts into its units.
func (c *Cloud) gather(e estate, long time.Time) error {
	if e.Organization == nil {
		return nil
	}
	if c.accounts[e.Organization.Management] == nil {
		return fmt.Errorf("organization %s: its management account %q is not among the accounts", e.Organization.ID, e.Organization.Management)
	}
	c.org = newOrganization(e.Organization.ID, e.Organization.Management)
	c.org.centralRoot = e.Organization.CentralRoot
	for _, a := range e.Accounts {
		if a.Outside {
			continue
		}
		c.accounts[a.ID].parent = c.org.root
		role := a.EntryRole
		if role == "" {
			role = "OrganizationAccountAccessRole"
		}
		if a.ID != c.org.management && role != "none" {
			c.entryRole(c.accounts[a.ID], role, long)
		}
	}
	for _, name := range sorted(e.Organization.Units) {
		u := c.org.addUnit(name, c.org.root)
		for _, id := range e.Organization.Units[name] {
			if c.accounts[id] == nil {
				return fmt.Errorf("unit %s: no account %s", name, id)
			}
			c.accounts[id].parent = u.id
		}
	}
	return nil
}

// furnish puts into an account what the estate says stands in it.
func (c *Cloud) furnish(a *account, e estateAccount, long time.Time) error {
	if e.S3PublicAccessBlock {
		a.publicBlock = &publicAccessBlock{true, true, true, true}
	}
	for _, u := range e.Users {
		if err := c.furnishUser(a, u, long); err != nil {
			return err
		}
	}
	for _, host := range sorted(e.OIDCProviders) {
		if _, err := a.newProvider(host, e.OIDCProviders[host], long); err != nil {
			return err
		}
	}
	for _, name := range e.SAMLProviders {
		a.saml = append(a.saml, arn("iam", "", a.id, "saml-provider/"+name))
	}
	for _, r := range e.Roles {
		trust := trustService(r.Trusts)
		if len(r.Trusts) == 12 {
			trust = trustAccount(r.Trusts)
		}
		made := a.newRole(r.Name, "/", trust, long)
		if r.Tags != nil {
			made.tags = r.Tags
		}
		var err error
		if made.attached, err = policyARNs(r.Policies); err != nil {
			return err
		}
	}
	for _, name := range e.Zones {
		a.newZone(name, "estate/"+name)
	}
	for _, name := range e.Buckets {
		c.newBucket(name, a.id, homeRegion, long)
	}
	for _, name := range sorted(e.Regions) {
		if err := c.furnishRegion(a.in(name), e.Regions[name], long); err != nil {
			return fmt.Errorf("region %s: %w", name, err)
		}
	}
	return nil
}

func (c *Cloud) furnishUser(a *account, e estateUser, long time.Time) error {
	u := a.newUser(e.Name, "/", long)
	if e.Tags != nil {
		u.tags = e.Tags
	}
	var err error
	if u.attached, err = policyARNs(e.Policies); err != nil {
		return err
	}
	if e.DeliverTo == "" {
		return nil
	}
	k := c.accessKey(a, u, long, long)
	return c.k.Deliver(e.DeliverTo, map[string]string{"access key id": k.id, "secret access key": k.secret})
}

func policyARNs(names []string) ([]string, error) {
	var out []string
	for _, name := range names {
		found := false
		for _, p := range managedPolicies() {
			if p.name == name {
				out, found = append(out, p.arn()), true
			}
		}
		if !found {
			return nil, fmt.Errorf("AWS keeps no policy %s that this simulator knows", name)
		}
	}
	return out, nil
}
