package azure

import (
	"net/http"
	"strings"
	"time"
)

const subscriptionService = "Microsoft.Subscription"

// subscription is a container of resource groups.
type subscription struct {
	id, name  string
	shown     string // the display name as reads show it until renamed has passed
	renamed   time.Time
	state     string // Enabled, Warned, PastDue, Disabled or Deleted
	group     string // its management group
	tags      map[string]string
	visible   time.Time            // when a new one can be read
	providers map[string]time.Time // when a namespace is registered; absent where it is not
	features  map[string]string
	plans     map[string]obj // Defender's pricings
}

// registered reports whether a namespace may be used.
func (s *subscription) registered(namespace string, now time.Time) bool {
	at, begun := s.providers[strings.ToLower(namespace)]
	return begun && !now.Before(at)
}

// closed reports whether nothing can be made in it: what stands can be read and deleted, no more.
func (s *subscription) closed() bool { return s.state == "Disabled" || s.state == "Warned" }

func subscriptionRoutes() []route {
	const since = "2016-06-01"
	return []route{
		{method: "GET", path: "/subscriptions", service: "Microsoft.Resources", operation: "subscriptions.list", since: since, answer: listSubscriptions},
		{method: "GET", path: "/subscriptions/{sub}", service: "Microsoft.Resources", operation: "subscriptions.get", since: since, answer: getSubscription},
		{method: "GET", path: "/subscriptions/{sub}/locations", service: "Microsoft.Resources", operation: "locations.list", since: since, answer: listLocations},
		{method: "GET", path: "/tenants", service: "Microsoft.Resources", operation: "tenants.list", since: since, answer: listTenants},
		{method: "POST", path: "/subscriptions/{sub}/providers/Microsoft.Subscription/rename", service: subscriptionService, operation: "subscriptions.rename", since: "2019-03-01", answer: renameSubscription},
		{method: "POST", path: "/subscriptions/{sub}/providers/Microsoft.Subscription/cancel", service: subscriptionService, operation: "subscriptions.cancel", since: "2019-03-01", answer: cancelSubscription},
		{method: "POST", path: "/subscriptions/{sub}/providers/Microsoft.Subscription/enable", service: subscriptionService, operation: "subscriptions.enable", since: "2019-03-01", answer: enableSubscription},
	}
}

func (a *ask) subscription() *subscription { return a.subscriptions[strings.ToLower(a.param("sub"))] }

func (s *subscription) path() string { return "/subscriptions/" + s.id }

// displayName is the name that reads show: a new one shows only after a while.
func (s *subscription) displayName(now time.Time) string {
	if now.Before(s.renamed) {
		return s.shown
	}
	return s.name
}

// render writes a subscription as an api-version has it: versions after 2016 know more fields.
func (s *subscription) render(c *Cloud, version string) obj {
	o := obj{
		"id": s.path(), "subscriptionId": s.id, "displayName": s.displayName(c.k.Now()), "state": s.state, "authorizationSource": "RoleBased",
		"subscriptionPolicies": obj{"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"},
	}
	if version >= "2019-06-01" {
		o["tenantId"], o["managedByTenants"] = c.tenant, []any{}
		if len(s.tags) > 0 {
			o["tags"] = s.tags
		}
	}
	return o
}

func listSubscriptions(a *ask) {
	version := a.r.URL.Query().Get("api-version")
	var items []obj
	for _, s := range sorted(a.subscriptions) {
		if a.k.Now().Before(s.visible) || s.state == "Deleted" || !a.sees(s) {
			continue
		}
		items = append(items, s.render(a.Cloud, version))
	}
	a.page(items)
}

// sees reports whether the caller holds any role in a subscription.
func (a *ask) sees(s *subscription) bool {
	if a.who.app == "" {
		return true
	}
	for _, t := range a.things.near(s.path()) {
		if t.kind == roleAssignmentKind && strings.EqualFold(text(t.props, "principalId"), a.who.object) && !a.k.Now().Before(t.ready) {
			scope := text(t.props, "scope")
			if a.covers(scope, s.path()) || strings.HasPrefix(strings.ToLower(scope), strings.ToLower(s.path())) {
				return true
			}
		}
	}
	return false
}

func getSubscription(a *ask) {
	a.ok(http.StatusOK, a.subscription().render(a.Cloud, a.r.URL.Query().Get("api-version")))
}

func listLocations(a *ask) {
	var items []obj
	for name, display := range locations() {
		items = append(items, obj{"id": a.subscription().path() + "/locations/" + name, "subscriptionId": a.subscription().id, "name": name, "displayName": display})
	}
	a.ok(http.StatusOK, obj{"value": values(items)})
}

func listTenants(a *ask) {
	a.page([]obj{{"id": "/tenants/" + a.tenant, "tenantId": a.tenant}})
}

func renameSubscription(a *ask) {
	name, s := text(a.body, "subscriptionName"), a.subscription()
	if name == "" || len(name) > 64 {
		a.fail(http.StatusBadRequest, "BadRequest", "The subscription name must have between 1 and 64 characters.")
		return
	}
	s.shown, s.name, s.renamed = s.displayName(a.k.Now()), name, a.k.Later("azure.subscription.rename")
	a.ok(http.StatusOK, obj{"subscriptionId": s.id})
}

func cancelSubscription(a *ask) {
	s := a.subscription()
	if !strings.EqualFold(a.r.URL.Query().Get("IgnoreResourceCheck"), "true") && len(a.things.within(s.path(), "")) > 0 {
		a.fail(http.StatusBadRequest, "BadRequest", "The subscription '"+s.id+"' contains resources. Delete them or ignore the resource check.")
		return
	}
	s.state = "Disabled"
	a.ok(http.StatusOK, obj{"subscriptionId": s.id})
}

func enableSubscription(a *ask) {
	a.subscription().state = "Enabled"
	a.ok(http.StatusOK, obj{"subscriptionId": a.subscription().id})
}

// locations are the regions this world has.
func locations() map[string]string {
	return map[string]string{
		"eastus": "East US", "eastus2": "East US 2", "westus": "West US", "westus2": "West US 2", "centralus": "Central US",
		"northeurope": "North Europe", "westeurope": "West Europe", "germanywestcentral": "Germany West Central", "uksouth": "UK South",
	}
}
