package gcp

import (
	"cmp"
	"net/http"
	"slices"
)

// billingAccount pays for projects.
type billingAccount struct {
	name, displayName, currency string
	open                        bool
	quota                       int
}

func billingInfoShape() shape {
	return shape{"name": text(), "projectId": text(), "billingAccountName": text(), "billingEnabled": boolean()}
}

func billingRoutes() []route {
	const api = "cloudbilling"
	return []route{
		{api: api, method: http.MethodGet, path: "/v1/billingAccounts/{billing}", operation: "GetBillingAccount", do: (*Cloud).getBillingAccount},
		{api: api, method: http.MethodGet, path: "/v1/billingAccounts", operation: "ListBillingAccounts", params: "pageSize pageToken filter parent", do: (*Cloud).listBillingAccounts},
		{api: api, method: http.MethodGet, path: "/v1/billingAccounts/{billing}/projects", operation: "ListProjectBillingInfo", params: "pageSize pageToken", do: (*Cloud).listBilledProjects},
		{
			api: api, method: http.MethodPost, path: "/v1/billingAccounts/{billing}:testIamPermissions", operation: "TestIamPermissions",
			body: shape{"permissions": texts(), "resource": text()}, do: (*Cloud).testBillingPermissions,
		},
		{api: api, method: http.MethodGet, path: "/v1/projects/{project}/billingInfo", operation: "GetProjectBillingInfo", do: (*Cloud).getBilling},
		{api: api, method: http.MethodPut, path: "/v1/projects/{project}/billingInfo", operation: "UpdateProjectBillingInfo", write: true, body: billingInfoShape(), do: (*Cloud).updateBilling},
	}
}

func (b *billingAccount) wire() fields {
	return fields{"name": b.name, "open": b.open, "displayName": b.displayName, "masterBillingAccount": "", "currencyCode": b.currency}
}

func (c *Cloud) billingInfo(p *project) fields {
	return fields{"name": "projects/" + p.id + "/billingInfo", "projectId": p.id, "billingAccountName": p.billing, "billingEnabled": c.paid(p)}
}

// paid says whether somebody pays for a project.
func (c *Cloud) paid(p *project) bool {
	b := c.billing[p.billing]
	return b != nil && b.open
}

func (c *Cloud) billingAsked(q *request) (*billingAccount, *problem) {
	b := c.billing["billingAccounts/"+q.vars["billing"]]
	if b == nil {
		return nil, forbidden()
	}
	return b, nil
}

func (c *Cloud) getBillingAccount(q *request) (any, *problem) {
	b, bad := c.billingAsked(q)
	if bad != nil {
		return nil, bad
	}
	return b.wire(), nil
}

func (c *Cloud) listBillingAccounts(q *request) (any, *problem) {
	terms, bad := search(q.arg("filter"), "open")
	if bad != nil {
		return nil, bad
	}
	var all []*billingAccount
	for _, b := range c.billing {
		if !slices.ContainsFunc(terms, func(t term) bool { return !t.holds(map[bool]string{true: "true", false: "false"}[b.open]) }) {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b *billingAccount) int { return cmp.Compare(a.name, b.name) })
	cut, next, bad := page(c, q, "pageSize", 100, all)
	if bad != nil {
		return nil, bad
	}
	var out []fields
	for _, b := range cut {
		out = append(out, b.wire())
	}
	return full(fields{"billingAccounts": out, "nextPageToken": next}), nil
}

func (c *Cloud) listBilledProjects(q *request) (any, *problem) {
	b, bad := c.billingAsked(q)
	if bad != nil {
		return nil, bad
	}
	cut, next, bad := page(c, q, "pageSize", 100, c.sortedProjects(func(p *project) bool { return p.billing == b.name }))
	if bad != nil {
		return nil, bad
	}
	var out []fields
	for _, p := range cut {
		out = append(out, c.billingInfo(p))
	}
	return full(fields{"projectBillingInfo": out, "nextPageToken": next}), nil
}

func (c *Cloud) testBillingPermissions(q *request) (any, *problem) {
	if _, bad := c.billingAsked(q); bad != nil {
		return nil, bad
	}
	var held []any
	for _, name := range q.body.texts("permissions") {
		if !c.lacks(q.caller, name, q.scope) {
			held = append(held, name)
		}
	}
	return full(fields{"permissions": held}), nil
}

func (c *Cloud) getBilling(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	return c.billingInfo(p), nil
}

func (c *Cloud) updateBilling(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	name := q.body.str("billingAccountName")
	if name == p.billing {
		return c.billingInfo(p), nil
	}
	b := c.billing[name]
	switch {
	case p.state != active:
		return nil, precondition("Project is not active.")
	case name != "" && b == nil:
		return nil, forbidden()
	case b != nil && c.lacks(q.caller, "billing.resourceAssociations.create", name):
		return nil, c.denied(q, "billing.resourceAssociations.create", name)
	case b != nil && !b.open:
		return nil, precondition("Billing account %s is closed.", name)
	case b != nil && b.quota > 0 && len(c.sortedProjects(func(p *project) bool { return p.billing == name })) >= b.quota:
		return nil, precondition("Precondition check failed.").add(fields{
			"@type":      "type.googleapis.com/google.rpc.QuotaFailure",
			"violations": []any{fields{"subject": name, "description": "Cloud billing quota exceeded: https://support.google.com/code/contact/billing_quota_increase"}},
		})
	}
	p.billing = name
	return c.billingInfo(p), nil
}
