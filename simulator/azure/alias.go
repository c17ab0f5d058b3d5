package azure

import (
	"net/http"
	"strings"
	"time"
)

// alias is a request for a subscription; its name makes the request idempotent.
type alias struct {
	name, subscription, display, scope, workload, group, owner string
	tags                                                       map[string]string
	made, ready                                                time.Time
}

func aliasRoutes() []route {
	const path, since = "/providers/Microsoft.Subscription/aliases", "2020-09-01"
	return []route{
		{method: "GET", path: path, service: subscriptionService, operation: "aliases.list", since: since, answer: listAliases},
		{method: "GET", path: path + "/{alias}", service: subscriptionService, operation: "aliases.get", since: since, answer: getAlias},
		{method: "PUT", path: path + "/{alias}", service: subscriptionService, operation: "aliases.put", since: since, answer: putAlias},
		{method: "DELETE", path: path + "/{alias}", service: subscriptionService, operation: "aliases.delete", since: since, answer: deleteAlias},
	}
}

func (n *alias) render(now time.Time) obj {
	state := "Succeeded"
	if now.Before(n.ready) {
		state = "Accepted"
	}
	p := obj{
		"subscriptionId": n.subscription, "provisioningState": state, "createdTime": stamp(n.made), "displayName": n.display, "workload": n.workload,
		"acceptOwnershipState": "Completed", "billingScope": nil, "managementGroupId": nil, "subscriptionOwnerId": nil, "resellerId": nil,
	}
	for field, v := range map[string]string{"billingScope": n.scope, "managementGroupId": n.group, "subscriptionOwnerId": n.owner} {
		if v != "" {
			p[field] = v
		}
	}
	if len(n.tags) > 0 {
		p["tags"] = n.tags
	}
	return obj{"id": "/providers/Microsoft.Subscription/aliases/" + n.name, "name": n.name, "type": "Microsoft.Subscription/aliases", "properties": p}
}

func listAliases(a *ask) {
	var items []obj
	for _, n := range sorted(a.aliases) {
		items = append(items, n.render(a.k.Now()))
	}
	a.ok(http.StatusOK, obj{"value": values(items)})
}

func getAlias(a *ask) {
	n := a.aliases[strings.ToLower(a.param("alias"))]
	if n == nil {
		a.fail(http.StatusNotFound, "NotFound", "Alias '"+a.param("alias")+"' was not found.")
		return
	}
	a.ok(http.StatusOK, n.render(a.k.Now()))
}

func putAlias(a *ask) {
	name := a.param("alias")
	if n := a.aliases[strings.ToLower(name)]; n != nil {
		a.ok(http.StatusOK, n.render(a.k.Now()))
		return
	}
	p := object(a.body, "properties")
	more := object(p, "additionalProperties")
	if field := unknown(p, "additionalProperties", "billingScope", "displayName", "resellerId", "subscriptionId", "workload"); field != "" {
		a.fail(http.StatusBadRequest, "BadRequest", "Could not find member '"+field+"' on object of type 'PutAliasRequestProperties'.")
		return
	}
	if id := text(p, "subscriptionId"); id != "" { // a name for a subscription that stands
		s := a.subscriptions[strings.ToLower(id)]
		if s == nil {
			a.fail(http.StatusNotFound, "SubscriptionNotFound", "The subscription '"+id+"' could not be found.")
			return
		}
		n := &alias{name: name, subscription: s.id, display: s.name, workload: "Production", made: a.k.Now(), ready: a.k.Now()}
		a.aliases[strings.ToLower(name)] = n
		a.ok(http.StatusCreated, n.render(a.k.Now()))
		return
	}
	if !a.orderable(p, more) {
		return
	}
	ready := a.k.Later("azure.subscription.alias")
	owner := text(more, "subscriptionOwnerId")
	if owner == "" {
		owner = a.who.object
	}
	tags, _ := tagsOf(more) // orderable has refused what is no text
	n := &alias{
		name: name, subscription: newID(), display: text(p, "displayName"), scope: text(p, "billingScope"), workload: text(p, "workload"),
		group: text(more, "managementGroupId"), owner: owner, tags: tags, made: a.k.Now(), ready: ready,
	}
	a.aliases[strings.ToLower(name)] = n
	a.aliasFree = ready.Add(a.k.Takes("azure.subscription.aliasThrottle"))
	a.establish(n)
	retryAfter(a.w, a.patience(ready))
	a.ok(http.StatusCreated, n.render(a.k.Now()))
}

// orderable checks an order for a new subscription; it is refused while an earlier one is young.
func (a *ask) orderable(p, more obj) bool {
	group := strings.TrimPrefix(text(more, "managementGroupId"), managementGroupPrefix)
	_, plain := tagsOf(more)
	switch {
	case text(p, "displayName") == "" || text(p, "billingScope") == "":
		a.fail(http.StatusBadRequest, "BadRequest", "The properties 'displayName' and 'billingScope' are required to create a subscription.")
	case text(p, "workload") != "Production" && text(p, "workload") != "DevTest":
		a.fail(http.StatusBadRequest, "BadRequest", "The property 'workload' must be 'Production' or 'DevTest'.")
	case !plain:
		a.fail(http.StatusBadRequest, "BadRequest", "The tags must be texts.")
	case !a.bills(text(p, "billingScope")):
		a.fail(http.StatusForbidden, "Forbidden", "You do not have sufficient permissions on the specified invoice section.")
	case group != "" && a.groups[strings.ToLower(group)] == nil:
		a.fail(http.StatusBadRequest, "BadRequest", "The management group '"+group+"' was not found.")
	case a.k.Now().Before(a.aliasFree):
		retryAfter(a.w, a.aliasFree.Sub(a.k.Now()))
		a.fail(http.StatusTooManyRequests, "TooManyRequests", "Too many requests: another subscription was created a short while ago. Please try again later.")
	default:
		return true
	}
	return false
}

func (a *ask) bills(scope string) bool {
	for _, s := range a.estate.BillingScopes {
		if strings.EqualFold(s, scope) {
			return true
		}
	}
	return false
}

// establish makes the subscription of an alias: it can be read a while after the alias has succeeded, and its owner has the
// role of one.
func (a *ask) establish(n *alias) {
	group := strings.TrimPrefix(n.group, managementGroupPrefix)
	if group == "" {
		group = a.tenant
	}
	s := &subscription{
		id: n.subscription, name: n.display, state: "Enabled", group: group, tags: n.tags, visible: n.ready.Add(a.k.Takes("azure.graph.replication")),
		providers: map[string]time.Time{}, features: map[string]string{}, plans: map[string]obj{},
	}
	a.subscriptions[s.id] = s
	a.assign(newID(), s.path(), n.owner, "User", a.roleID("Owner"), a.k.Now())
}

func deleteAlias(a *ask) {
	name := strings.ToLower(a.param("alias"))
	if a.aliases[name] == nil {
		a.ok(http.StatusNoContent, nil)
		return
	}
	delete(a.aliases, name) // the subscription stays
	a.ok(http.StatusOK, nil)
}
