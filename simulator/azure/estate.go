package azure

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// Estate is what stands in the tenant before anything begins.
type Estate struct {
	Tenant           string   `yaml:"tenant"`
	Domain           string   `yaml:"domain"`
	BillingScopes    []string `yaml:"billingScopes"`
	SecurityDefaults bool     `yaml:"securityDefaults"`
	MaxSecretDays    int      `yaml:"maxSecretDays"` // what the app management policy allows; 0: anything
	// MaxCertificateDays is what the app management policy allows certificates; 0: anything.
	MaxCertificateDays int            `yaml:"maxCertificateDays"`
	PageSize           int            `yaml:"pageSize"` // items on a page; default 100
	Licences           []Licence      `yaml:"licences"`
	ConditionalAccess  []Conditional  `yaml:"conditionalAccess"`
	ManagementGroups   []Group        `yaml:"managementGroups"`
	Subscriptions      []Subscription `yaml:"subscriptions"`
	Applications       []Application  `yaml:"applications"`
	Definitions        []Definition   `yaml:"definitions"`
	Previews           []Preview      `yaml:"previews"`
	Roles              []Role         `yaml:"roles"`
	// WithoutPlans are plans of Defender that the tenant's subscriptions are not offered.
	WithoutPlans []string `yaml:"withoutPlans"`
	// TakenStorageNames are accounts of somebody else in the world.
	TakenStorageNames []string `yaml:"takenStorageNames"`
}

// Licence is a product that the tenant has bought, with the service plans in it.
type Licence struct {
	Sku      string   `yaml:"sku"`
	Plans    []string `yaml:"plans"`
	Units    int      `yaml:"units"`
	Consumed int      `yaml:"consumed"`
}

// Conditional is a Conditional Access policy.
type Conditional struct {
	DisplayName string `yaml:"displayName"`
	State       string `yaml:"state"`
}

// Group is a management group; without a parent it lies under the root.
type Group struct {
	Name        string `yaml:"name"`
	DisplayName string `yaml:"displayName"`
	Parent      string `yaml:"parent"`
}

// Subscription is a subscription with what is in it.
type Subscription struct {
	ID              string            `yaml:"id"`
	DisplayName     string            `yaml:"displayName"`
	State           string            `yaml:"state"` // default Enabled
	ManagementGroup string            `yaml:"managementGroup"`
	Tags            map[string]string `yaml:"tags"`
	Registered      []string          `yaml:"registered"` // namespaces
	Resources       []Resource        `yaml:"resources"`
}

// Resource is a resource group, or a resource with its properties as the cloud writes them.
type Resource struct {
	Type       string            `yaml:"type"` // namespace/type; Microsoft.Resources/resourceGroups for a group
	Group      string            `yaml:"group"`
	Name       string            `yaml:"name"`
	Location   string            `yaml:"location"`
	Tags       map[string]string `yaml:"tags"`
	Head       map[string]any    `yaml:"head"`
	Properties map[string]any    `yaml:"properties"`
}

// Application is an app registration with its service principal.
type Application struct {
	DisplayName string   `yaml:"displayName"`
	UniqueName  string   `yaml:"uniqueName"`
	Permissions []string `yaml:"permissions"` // of Graph, consented to
	// Secret is where the vault keeps a client secret that the application had before anything began.
	Secret string `yaml:"secret"`
}

// Definition is a built-in definition of Azure Policy.
type Definition struct {
	Kind        string   `yaml:"kind"` // policySetDefinitions or policyDefinitions
	ID          string   `yaml:"id"`
	DisplayName string   `yaml:"displayName"`
	Description string   `yaml:"description"`
	Category    string   `yaml:"category"`
	Version     string   `yaml:"version"`
	Type        string   `yaml:"type"` // what a policy audits
	Policies    []Member `yaml:"policies"`
	// A definition that denies allows only what the parameter List holds of the field.
	List  string `yaml:"list"`
	Field string `yaml:"field"`
}

// Member is a policy in an initiative.
type Member struct {
	Reference  string `yaml:"reference"`
	Definition string `yaml:"definition"`
}

// Preview is a feature that stands before an operation until a person approves it.
type Preview struct {
	Feature string `yaml:"feature"` // Microsoft.Network/AllowSomething
	State   string `yaml:"state"`   // NotRegistered, Pending or Registered
	Gates   string `yaml:"gates"`   // the operation: networkSecurityGroups.put
}

// Role is a role of the organisation's own, defined at a management group.
type Role struct {
	Name            string   `yaml:"name"`
	ManagementGroup string   `yaml:"managementGroup"`
	Actions         []string `yaml:"actions"`
	NotActions      []string `yaml:"notActions"`
}

// roleOf is the role that a login's person has in every subscription: an owner's, unless the details say otherwise.
func (c *Cloud) roleOf(l kernel.Login) string {
	if r := l.Details["role"]; r != "" {
		return r
	}
	return "Owner"
}

// settle makes the estate stand.
func (c *Cloud) settle() error {
	e := &c.estate
	c.tenant, c.defaults = strings.ToLower(e.Tenant), e.SecurityDefaults
	if e.PageSize == 0 {
		e.PageSize = 100
	}
	now := c.k.Now()
	c.groups[c.tenant] = &managementGroup{name: c.tenant, display: "Tenant Root Group", version: 1, updated: now}
	for _, g := range e.ManagementGroups {
		parent := g.Parent
		if parent == "" {
			parent = c.tenant
		}
		c.groups[strings.ToLower(g.Name)] = &managementGroup{name: g.Name, display: g.DisplayName, parent: parent, version: 1, updated: now}
	}
	for _, p := range e.ConditionalAccess {
		id := idOf("policy", p.DisplayName)
		c.policies[id] = obj{"id": id, "displayName": p.DisplayName, "state": p.State, "conditions": obj{}, "createdDateTime": now.Format(time.RFC3339), "modifiedDateTime": nil}
	}
	for _, s := range e.Subscriptions {
		if err := c.settleSubscription(s, now); err != nil {
			return err
		}
	}
	for _, a := range e.Applications {
		if err := c.settleApplication(a, now); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cloud) settleSubscription(given Subscription, now time.Time) error {
	s := &subscription{
		id: strings.ToLower(given.ID), name: given.DisplayName, state: given.State, group: given.ManagementGroup, tags: given.Tags,
		providers: map[string]time.Time{}, features: map[string]string{}, plans: map[string]obj{},
	}
	if s.state == "" {
		s.state = "Enabled"
	}
	if s.group == "" {
		s.group = c.tenant
	}
	for _, namespace := range given.Registered {
		s.providers[strings.ToLower(namespace)] = now
	}
	c.subscriptions[s.id] = s
	for _, l := range c.k.Logins("azure") {
		user := c.userID(l.Details["user"])
		c.assign(idOf("owner", s.id, user), s.path(), user, "User", c.roleID(c.roleOf(l)), now)
	}
	for _, r := range given.Resources {
		if err := c.settleResource(s, r, now); err != nil {
			return fmt.Errorf("estate of azure, %s %q: %w", r.Type, r.Name, err)
		}
	}
	return nil
}

func (c *Cloud) settleResource(s *subscription, r Resource, now time.Time) error {
	t := &thing{kind: r.Type, name: r.Name, location: r.Location, tags: r.Tags, head: plain(r.Head), props: plain(r.Properties), etag: newID(), made: now}
	if r.Type == resourceGroupKind {
		t.id = s.path() + "/resourceGroups/" + r.Name
		c.things.put(t)
		return nil
	}
	group := c.thing(groupID(s.id, r.Group))
	if group == nil {
		return fmt.Errorf("no resource group %q before it", r.Group)
	}
	t.id = group.id + "/providers/" + r.Type + "/" + r.Name
	families := tracked()
	i := slices.IndexFunc(families, func(f family) bool { return f.kind() == r.Type })
	if i < 0 {
		return fmt.Errorf("no such type here")
	}
	if families[i].check != nil {
		rec := &refused{}
		a := &ask{Cloud: c, w: rec, p: map[string]string{"sub": s.id}}
		if !families[i].check(a, nil, t) {
			return fmt.Errorf("refused: %s", rec.body)
		}
	}
	c.things.put(t)
	return nil
}

// plain gives what YAML has read the types that JSON would have.
func plain(m map[string]any) obj {
	if m == nil {
		return obj{}
	}
	return copied(maps.Clone(m))
}

func (c *Cloud) settleApplication(given Application, now time.Time) error {
	app := &application{
		id: idOf("application", given.DisplayName), appID: idOf("client", given.DisplayName), scopes: given.Permissions, made: now, known: now,
		fields: with(newFields(), "displayName", given.DisplayName),
	}
	if given.UniqueName != "" {
		app.fields["uniqueName"] = given.UniqueName
	}
	c.apps[app.id] = app
	sp := &principal{id: idOf("principal", given.DisplayName), appID: app.appID, fields: obj{"accountEnabled": true, "tags": []any{}}, made: now, known: now}
	c.principals[sp.id] = sp
	if given.Secret == "" {
		return nil
	}
	s := &secret{keyID: newID(), name: "before", value: kernel.Random(20), start: now, end: now.AddDate(1, 0, 0), known: now}
	app.secrets = append(app.secrets, s)
	c.k.Mint(kernel.Secret{Cloud: "azure", Scope: c.tenant, ID: "client secret " + s.keyID + " of " + app.appID, Value: s.value})
	return c.k.Deliver(given.Secret, map[string]string{
		"client id": app.appID, "tenant id": c.tenant, "key id": s.keyID, "expires": s.end.Format(time.RFC3339), "client secret": s.value,
	})
}
