package gcp

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// user is a person in an organisation's directory.
type user struct {
	id, email, given, family  string
	admin, enrolled, enforced bool
	created                   time.Time
}

func directoryRoutes() []route {
	return []route{
		{
			api: "admin", method: http.MethodGet, path: "/admin/directory/v1/users", operation: "users.list",
			params: "customer domain maxResults orderBy pageToken projection query showDeleted sortOrder viewType", do: (*Cloud).listUsers,
		},
		{api: "admin", method: http.MethodGet, path: "/admin/directory/v1/users/{user}", operation: "users.get", params: "projection viewType", do: (*Cloud).getUser},
	}
}

func (u *user) wire(o *organization) fields {
	return fields{
		"kind": "admin#directory#user", "id": u.id, "etag": newEtag(), "primaryEmail": u.email, "isAdmin": u.admin, "isDelegatedAdmin": false, "suspended": false, "archived": false,
		"name":         fields{"givenName": u.given, "familyName": u.family, "fullName": strings.TrimSpace(u.given + " " + u.family)},
		"creationTime": u.created, "customerId": o.customer, "orgUnitPath": "/", "isMailboxSetup": true, "agreedToTerms": true,
		"isEnrolledIn2Sv": u.enrolled, "isEnforcedIn2Sv": u.enforced, "includeInGlobalAddressList": true,
	}
}

// user is the person of an address, in whichever organisation.
func (c *Cloud) user(email string) *user {
	for _, o := range c.organizations {
		for _, u := range o.users {
			if strings.EqualFold(u.email, email) {
				return u
			}
		}
	}
	return nil
}

// directoryAsked is the organisation whose directory the caller means; the caller must be one of its administrators.
func (c *Cloud) directoryAsked(q *request) (*organization, *problem) {
	customer, domain := q.arg("customer"), q.arg("domain")
	if q.vars["user"] == "" && customer == "" && domain == "" {
		return nil, problemf(http.StatusBadRequest, "INVALID_ARGUMENT", "badRequest", "Bad Request")
	}
	for _, o := range c.sortedOrganizations() {
		mine := slices.ContainsFunc(o.users, func(u *user) bool { return u.admin && u.email == q.caller.email })
		if !mine || (customer != "" && customer != "my_customer" && customer != o.customer) {
			continue
		}
		if domain != "" && !slices.ContainsFunc(o.users, func(u *user) bool { return strings.HasSuffix(u.email, "@"+domain) }) {
			return nil, problemf(http.StatusNotFound, "NOT_FOUND", "notFound", "Domain not found.")
		}
		return o, nil
	}
	return nil, problemf(http.StatusForbidden, "PERMISSION_DENIED", "forbidden", "Not Authorized to access this resource/api")
}

func (c *Cloud) listUsers(q *request) (any, *problem) {
	o, bad := c.directoryAsked(q)
	if bad != nil {
		return nil, bad
	}
	if q.arg("query") != "" || q.arg("showDeleted") == "true" {
		return nil, problemf(http.StatusNotImplemented, "UNIMPLEMENTED", "notImplemented", "Queries of the directory are not simulated.")
	}
	var all []*user
	for _, u := range o.users {
		if d := q.arg("domain"); d == "" || strings.HasSuffix(u.email, "@"+d) {
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(a, b *user) int { return cmp.Compare(a.email, b.email) })
	if q.arg("sortOrder") == "DESCENDING" {
		slices.Reverse(all)
	}
	most := 100
	if q.arg("maxResults") != "" {
		most = 500
	}
	cut, next, bad := page(c, q, "maxResults", most, all)
	if bad != nil {
		return nil, bad
	}
	var out []fields
	for _, u := range cut {
		out = append(out, u.wire(o))
	}
	return full(fields{"kind": "admin#directory#users", "etag": newEtag(), "users": out, "nextPageToken": next}), nil
}

func (c *Cloud) getUser(q *request) (any, *problem) {
	o, bad := c.directoryAsked(q)
	if bad != nil {
		return nil, bad
	}
	for _, u := range o.users {
		if strings.EqualFold(u.email, q.vars["user"]) || u.id == q.vars["user"] {
			return u.wire(o), nil
		}
	}
	return nil, problemf(http.StatusNotFound, "NOT_FOUND", "notFound", "Resource Not Found: userKey")
}
