package gcp

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// serviceAccount is an identity of a project. A deleted one can come back by its unique id.
type serviceAccount struct {
	project                                         *project
	email, uniqueID, displayName, description, etag string
	disabled, deleted                               bool
	known                                           time.Time // when policies know it
	removed                                         time.Time
	policy                                          *policy
	keys                                            []*key
}

func accountShape() shape {
	return shape{
		"name": text(), "projectId": text(), "uniqueId": text(), "email": text(), "displayName": text(), "etag": octets(),
		"description": text(), "oauth2ClientId": text(), "disabled": boolean(),
	}
}

func accountRoutes() []route {
	const api, one, all = "iam", "/v1/projects/{project}/serviceAccounts/{account}", "/v1/projects/{project}/serviceAccounts"
	return append([]route{
		{api: api, method: http.MethodGet, path: one, operation: "serviceAccounts.get", do: (*Cloud).getAccount},
		{api: api, method: http.MethodGet, path: all, operation: "serviceAccounts.list", params: "pageSize pageToken", do: (*Cloud).listAccounts},
		{
			api: api, method: http.MethodPost, path: all, operation: "serviceAccounts.create", write: true,
			body: shape{"accountId": text(), "serviceAccount": message(accountShape())}, do: (*Cloud).createAccount,
		},
		{
			api: api, method: http.MethodPatch, path: one, operation: "serviceAccounts.patch", write: true,
			body: shape{"serviceAccount": message(accountShape()), "updateMask": text()}, do: (*Cloud).patchAccount,
		},
		{api: api, method: http.MethodDelete, path: one, operation: "serviceAccounts.delete", write: true, do: (*Cloud).deleteAccount},
		{api: api, method: http.MethodPost, path: one + ":undelete", operation: "serviceAccounts.undelete", write: true, body: shape{}, do: (*Cloud).undeleteAccount},
		{api: api, method: http.MethodPost, path: one + ":disable", operation: "serviceAccounts.disable", write: true, body: shape{}, do: (*Cloud).disableAccount},
		{api: api, method: http.MethodPost, path: one + ":enable", operation: "serviceAccounts.enable", write: true, body: shape{}, do: (*Cloud).enableAccount},
	}, policyRoutes(api, one)...)
}

func (a *serviceAccount) name() string {
	return "projects/" + a.project.id + "/serviceAccounts/" + a.email
}

func (a *serviceAccount) wire() fields {
	return full(fields{
		"name": a.name(), "projectId": a.project.id, "uniqueId": a.uniqueID, "email": a.email, "displayName": a.displayName, "etag": a.etag,
		"description": a.description, "oauth2ClientId": a.uniqueID, "disabled": a.disabled,
	})
}

// accountNamed is the account of an address or a unique id in a project, or in any when the project is "-".
func (c *Cloud) accountNamed(in, name string) *serviceAccount {
	for _, a := range c.accounts {
		if !a.deleted && (a.email == name || a.uniqueID == name) && (in == "-" || in == a.project.id || in == a.project.number) {
			return a
		}
	}
	return nil
}

func (c *Cloud) accountAsked(q *request) (*serviceAccount, *problem) {
	a := c.accountNamed(q.vars["project"], q.vars["account"])
	if a == nil {
		return nil, notFound("Unknown service account")
	}
	return a, nil
}

func (c *Cloud) getAccount(q *request) (any, *problem) {
	a, bad := c.accountAsked(q)
	if bad != nil {
		return nil, bad
	}
	return a.wire(), nil
}

func (c *Cloud) accountsOf(p *project) []*serviceAccount {
	var all []*serviceAccount
	for _, a := range c.accounts {
		if a.project == p && !a.deleted {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b *serviceAccount) int { return cmp.Compare(a.email, b.email) })
	return all
}

func (c *Cloud) listAccounts(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	cut, next, bad := page(c, q, "pageSize", 100, c.accountsOf(p))
	if bad != nil {
		return nil, bad
	}
	var out []fields
	for _, a := range cut {
		out = append(out, a.wire())
	}
	return full(fields{"accounts": out, "nextPageToken": next}), nil
}

func (c *Cloud) createAccount(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	id, b := q.body.str("accountId"), q.body.sub("serviceAccount")
	email := id + "@" + p.id + ".iam.gserviceaccount.com"
	switch {
	case !regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`).MatchString(id):
		return nil, invalid("The account ID \"%s\" does not have a length between 6 and 30, or is not of the form [a-z]([-a-z0-9]*[a-z0-9]).", id)
	case len(b.str("displayName")) > 100 || len(b.str("description")) > 256:
		return nil, invalid("The display name or the description is too long.")
	case c.accountNamed("-", email) != nil:
		return nil, exists("Service account %s already exists within project projects/%s.", id, p.id)
	case len(c.accountsOf(p)) >= 100:
		return nil, problemf(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "quotaExceeded", "Maximum number of service accounts on project reached.")
	}
	if says := "Service account creation is not allowed on this project."; c.enforced(p, "iam.disableServiceAccountCreation") {
		return nil, precondition("%s", says).add(fields{"@type": "type.googleapis.com/google.rpc.PreconditionFailure", "violations": []any{fields{
			"type": "constraints/iam.disableServiceAccountCreation", "description": says, "subject": "projects/" + p.id + "?configvalue=" + url.QueryEscape(email),
		}}})
	}
	return c.newAccount(p, email, b.str("displayName"), b.str("description")).wire(), nil
}

func (c *Cloud) newAccount(p *project, email, displayName, description string) *serviceAccount {
	a := &serviceAccount{
		project: p, email: email, uniqueID: digits(21), displayName: displayName, description: description, etag: newEtag(),
		known: c.later("gcp.serviceaccount.propagation"), policy: newPolicy(),
	}
	c.accounts[a.uniqueID] = a
	return a
}

// patchAccount answers with the fields it changed and the name alone, as the real one does.
func (c *Cloud) patchAccount(q *request) (any, *problem) {
	a, bad := c.accountAsked(q)
	if bad != nil {
		return nil, bad
	}
	b := q.body.sub("serviceAccount")
	m, bad := mask(q.body.str("updateMask"), "serviceAccount", accountShape())
	switch {
	case bad != nil:
		return nil, bad
	case len(m) == 0:
		return nil, invalid("The update mask is empty.")
	case b.str("etag") != "" && b.str("etag") != a.etag:
		return nil, aborted("The etag of the service account does not match: it was changed meanwhile.")
	}
	out := fields{"name": a.name()}
	for _, f := range m {
		switch f {
		case "displayName":
			a.displayName, out[f] = b.str(f), b.str(f)
		case "description":
			a.description, out[f] = b.str(f), b.str(f)
		default:
			return nil, invalid("The field %s cannot be updated.", f)
		}
	}
	a.etag = newEtag()
	return full(out), nil
}

func (c *Cloud) deleteAccount(q *request) (any, *problem) {
	a, bad := c.accountAsked(q)
	if bad != nil {
		return nil, bad
	}
	a.deleted, a.removed = true, q.now
	c.rename("serviceAccount:"+a.email, "deleted:serviceAccount:"+a.email+"?uid="+a.uniqueID)
	return fields{}, nil
}

func (c *Cloud) undeleteAccount(q *request) (any, *problem) {
	a := c.accounts[q.vars["account"]]
	if a == nil || !a.deleted || q.now.Sub(a.removed) > 30*24*time.Hour {
		return nil, notFound("Unknown service account")
	}
	if c.accountNamed("-", a.email) != nil {
		return nil, precondition("A service account named %s was made since.", strings.SplitN(a.email, "@", 2)[0])
	}
	a.deleted = false
	c.rename("deleted:serviceAccount:"+a.email+"?uid="+a.uniqueID, "serviceAccount:"+a.email)
	return fields{"restoredAccount": a.wire()}, nil
}

func (c *Cloud) disableAccount(q *request) (any, *problem) { return c.setDisabled(q, true) }

func (c *Cloud) enableAccount(q *request) (any, *problem) { return c.setDisabled(q, false) }

func (c *Cloud) setDisabled(q *request, disabled bool) (any, *problem) {
	a, bad := c.accountAsked(q)
	if bad != nil {
		return nil, bad
	}
	a.disabled = disabled
	return fields{}, nil
}
