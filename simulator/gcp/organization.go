package gcp

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

const (
	active          = "ACTIVE"
	deleteRequested = "DELETE_REQUESTED"
)

// organization is an organisation, which no API makes, renames or deletes.
type organization struct {
	name, displayName, customer, etag, tier, state string
	created, updated                               time.Time
	quota                                          int
	policy                                         *policy
	orgPolicies                                    map[string]fields
	constraints                                    map[string]fields // custom ones, by name
	scc                                            map[string]*securityService
	users                                          []*user
	groups                                         []string
}

func organizationShape() shape {
	return shape{
		"name": text(), "displayName": text(), "directoryCustomerId": text(), "state": choice("STATE_UNSPECIFIED", active, deleteRequested),
		"createTime": moment(), "updateTime": moment(), "deleteTime": moment(), "etag": text(),
	}
}

func organizationRoutes() []route {
	return append([]route{
		{api: "cloudresourcemanager", method: http.MethodGet, path: "/v3/organizations/{organization}", operation: "GetOrganization", do: (*Cloud).getOrganization},
		{api: "cloudresourcemanager", method: http.MethodGet, path: "/v3/organizations:search", operation: "SearchOrganizations", params: "query pageSize pageToken", do: (*Cloud).searchOrganizations},
	}, policyRoutes("cloudresourcemanager", "/v3/organizations/{organization}")...)
}

func (o *organization) wire() fields {
	return full(fields{
		"name": o.name, "displayName": o.displayName, "directoryCustomerId": o.customer, "state": organizationShape().pick("state", o.state),
		"createTime": o.created, "updateTime": o.updated, "etag": o.etag,
	})
}

func (c *Cloud) getOrganization(q *request) (any, *problem) {
	o := c.organizations["organizations/"+q.vars["organization"]]
	if o == nil {
		return nil, forbidden()
	}
	return o.wire(), nil
}

func (c *Cloud) searchOrganizations(q *request) (any, *problem) {
	terms, p := search(q.arg("query"), "displayName", "domain", "directoryCustomerId", "name")
	if p != nil {
		return nil, p
	}
	var found []fields
	for _, o := range c.sortedOrganizations() {
		if slices.ContainsFunc(terms, func(t term) bool {
			return !t.holds(map[string]string{"displayName": o.displayName, "domain": o.displayName, "directoryCustomerId": o.customer, "name": o.name}[t.field])
		}) {
			continue
		}
		found = append(found, o.wire())
	}
	cut, next, p := page(c, q, "pageSize", 50, found)
	if p != nil {
		return nil, p
	}
	return full(fields{"organizations": cut, "nextPageToken": next}), nil
}

func (c *Cloud) sortedOrganizations() []*organization {
	var all []*organization
	for _, o := range c.organizations {
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b *organization) int { return cmp.Compare(a.name, b.name) })
	return all
}

// organizationOf is the organisation above a folder, a project's parent or itself.
func (c *Cloud) organizationOf(name string) *organization {
	for {
		if o := c.organizations[name]; o != nil {
			return o
		}
		f := c.folders[name]
		if f == nil {
			return nil
		}
		name = f.parent
	}
}

// isParent says whether something may be made under name.
func (c *Cloud) isParent(name string) bool {
	f := c.folders[name]
	return c.organizations[name] != nil || (f != nil && f.state == active)
}
