package gcp

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// estate is what a scenario says exists.
type estate struct {
	// PageSize is the most that any list answers at once; 0 leaves it to each method.
	PageSize        int             `yaml:"pageSize"`
	Organizations   []estateOrg     `yaml:"organizations"`
	BillingAccounts []estateBilling `yaml:"billingAccounts"`
	Folders         []estateFolder  `yaml:"folders"`
	Projects        []estateProject `yaml:"projects"`
	Taken           []string        `yaml:"taken"` // project ids that somebody else in the world holds
	// Withheld are permissions that somebody has not, though they administer all else.
	Withheld []estateWithheld `yaml:"withheld"`
}

type estateWithheld struct {
	User       string `yaml:"user"`
	Permission string `yaml:"permission"`
	On         string `yaml:"on"` // projects/…, folders/…, organizations/… or billingAccounts/…; empty: everywhere
}

type estateOrg struct {
	Name         string         `yaml:"name"`
	DisplayName  string         `yaml:"displayName"`
	Customer     string         `yaml:"customer"` // directory customer id
	Created      time.Time      `yaml:"created"`
	ProjectQuota int            `yaml:"projectQuota"`   // 0: no limit
	Tier         string         `yaml:"securityCenter"` // STANDARD, PREMIUM or ENTERPRISE, or NONE where nobody has activated it
	Policies     []estatePolicy `yaml:"policies"`
	Users        []estateUser   `yaml:"users"`
	Groups       []string       `yaml:"groups"`
}

type estatePolicy struct {
	Constraint string   `yaml:"constraint"`
	Enforce    bool     `yaml:"enforce"`
	Allowed    []string `yaml:"allowed"`
}

type estateUser struct {
	Email    string `yaml:"email"`
	Given    string `yaml:"given"`
	Family   string `yaml:"family"`
	Admin    bool   `yaml:"admin"`
	Enrolled bool   `yaml:"enrolled"`
	Enforced bool   `yaml:"enforced"`
}

type estateBilling struct {
	Name         string `yaml:"name"`
	DisplayName  string `yaml:"displayName"`
	Open         bool   `yaml:"open"`
	Currency     string `yaml:"currency"`
	ProjectQuota int    `yaml:"projectQuota"` // 0: no limit
}

type estateFolder struct {
	Name        string `yaml:"name"`
	DisplayName string `yaml:"displayName"`
	Parent      string `yaml:"parent"`
}

type estateProject struct {
	ID          string            `yaml:"id"`
	Number      string            `yaml:"number"`
	DisplayName string            `yaml:"displayName"`
	Parent      string            `yaml:"parent"`
	Created     time.Time         `yaml:"created"`
	Labels      map[string]string `yaml:"labels"`
	Billing     string            `yaml:"billing"`
	Services    []string          `yaml:"services"`
	Owners      []string          `yaml:"owners"`
	State       string            `yaml:"state"` // ACTIVE (default) or DELETE_REQUESTED
}

// settleIn makes everything of an estate stand.
func (c *Cloud) settleIn(e estate) error {
	c.pageSize, c.withheld = e.PageSize, e.Withheld
	for _, id := range e.Taken {
		c.taken[id] = true
	}
	for _, o := range e.Organizations {
		if err := c.settleOrganization(o); err != nil {
			return err
		}
	}
	for _, b := range e.BillingAccounts {
		c.billing[b.Name] = &billingAccount{name: b.Name, displayName: b.DisplayName, open: b.Open, currency: orText(b.Currency, "USD"), quota: b.ProjectQuota}
	}
	for _, f := range e.Folders {
		if !c.isParent(f.Parent) {
			return fmt.Errorf("folder %s: no parent %q", f.Name, f.Parent)
		}
		c.folders[f.Name] = &folder{name: f.Name, parent: f.Parent, displayName: f.DisplayName, state: active, created: c.k.Now(), updated: c.k.Now(), etag: newEtag(), policy: newPolicy(), orgPolicies: map[string]fields{}}
	}
	for _, p := range e.Projects {
		if err := c.settleProject(p); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cloud) settleOrganization(e estateOrg) error {
	o := &organization{
		name: e.Name, displayName: e.DisplayName, customer: e.Customer, created: orTime(e.Created, c.k.Now()),
		quota: e.ProjectQuota, tier: orText(e.Tier, "STANDARD"), state: active, etag: newEtag(), policy: newPolicy(),
		orgPolicies: map[string]fields{}, constraints: map[string]fields{}, scc: map[string]*securityService{},
	}
	o.updated = o.created
	for _, u := range e.Users {
		o.users = append(o.users, &user{
			id: digits(21), email: u.Email, given: u.Given, family: u.Family, admin: u.Admin,
			enrolled: u.Enrolled, enforced: u.Enforced, created: o.created,
		})
		if u.Admin {
			o.policy.bind("roles/resourcemanager.organizationAdmin", "user:"+u.Email)
			o.policy.bind("roles/resourcemanager.projectCreator", "user:"+u.Email)
			o.policy.bind("roles/orgpolicy.policyAdmin", "user:"+u.Email)
			o.policy.bind("roles/securitycenter.admin", "user:"+u.Email)
		}
	}
	o.groups = e.Groups
	c.organizations[o.name] = o
	for _, p := range e.Policies {
		name := o.name + "/policies/" + p.Constraint
		rule := fields{"enforce": p.Enforce}
		if len(p.Allowed) > 0 {
			rule = fields{"values": fields{"allowedValues": toAny(p.Allowed)}}
		}
		if c.constraint(o, p.Constraint) == nil {
			return fmt.Errorf("%s: no constraint %q", o.name, p.Constraint)
		}
		o.orgPolicies[p.Constraint] = newOrgPolicy(name, fields{"rules": []any{rule}}, nil, o.created)
	}
	return nil
}

func (c *Cloud) settleProject(e estateProject) error {
	if !c.isParent(e.Parent) {
		return fmt.Errorf("project %s: no parent %q", e.ID, e.Parent)
	}
	p := c.newProject(e.ID, orText(e.Number, digits(12)), orText(e.DisplayName, e.ID), e.Parent, maps.Clone(e.Labels))
	p.created = orTime(e.Created, c.k.Now())
	p.updated = p.created
	for _, owner := range e.Owners {
		p.policy.bind("roles/owner", owner)
	}
	c.taken[p.id] = true
	c.projects[p.id] = p
	if e.Billing != "" {
		if c.billing[e.Billing] == nil {
			return fmt.Errorf("project %s: no billing account %q", e.ID, e.Billing)
		}
		p.billing = e.Billing
	}
	for _, s := range e.Services {
		if !slices.Contains(catalogue(), s) {
			return fmt.Errorf("project %s: no service %q", e.ID, s)
		}
		c.enable(p, s, p.created.Add(-time.Hour)) // it has long propagated
	}
	if e.State == deleteRequested {
		c.shutDown(p)
	}
	return nil
}

func orText(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func orTime(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}

func toAny(s []string) []any {
	out := make([]any, len(s))
	for i, v := range s {
		out[i] = v
	}
	return out
}
