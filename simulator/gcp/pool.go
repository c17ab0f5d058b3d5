package gcp

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// pool is a workload identity pool. A deleted one keeps its id for thirty days.
type pool struct {
	id, displayName, description string
	disabled, deleted            bool
	expires                      time.Time
	providers                    map[string]*provider
	pending                      bool
	known                        time.Time // when tokens can be exchanged by it
}

func poolState() kind { return choice("STATE_UNSPECIFIED", active, "DELETED") }

func poolShape() shape {
	return shape{"name": text(), "displayName": text(), "description": text(), "disabled": boolean(), "state": poolState(), "expireTime": moment()}
}

const poolPath = "/v1/projects/{project}/locations/global/workloadIdentityPools"

func poolRoutes() []route {
	const api, one = "iam", poolPath + "/{pool}"
	return []route{
		{api: api, method: http.MethodGet, path: one, operation: "workloadIdentityPools.get", do: (*Cloud).getPool},
		{api: api, method: http.MethodGet, path: poolPath, operation: "workloadIdentityPools.list", params: "pageSize pageToken showDeleted", do: (*Cloud).listPools},
		{api: api, method: http.MethodPost, path: poolPath, operation: "workloadIdentityPools.create", write: true, params: "workloadIdentityPoolId", body: poolShape(), do: (*Cloud).createPool},
		{api: api, method: http.MethodPatch, path: one, operation: "workloadIdentityPools.patch", write: true, params: "updateMask", body: poolShape(), do: (*Cloud).patchPool},
		{api: api, method: http.MethodDelete, path: one, operation: "workloadIdentityPools.delete", write: true, do: (*Cloud).deletePool},
		{api: api, method: http.MethodPost, path: one + ":undelete", operation: "workloadIdentityPools.undelete", write: true, body: shape{}, do: (*Cloud).undeletePool},
		{api: api, method: http.MethodGet, path: one + "/operations/{operation}", operation: "workloadIdentityPools.operations.get", do: (*Cloud).getPoolOperation},
		{api: api, method: http.MethodGet, path: one + "/providers/{provider}/operations/{operation}", operation: "workloadIdentityPools.providers.operations.get", do: (*Cloud).getPoolOperation},
	}
}

func poolName(p *project, l *pool) string {
	return "projects/" + p.number + "/locations/global/workloadIdentityPools/" + l.id
}

func (l *pool) wire(p *project) fields {
	return full(fields{
		"name": poolName(p, l), "displayName": l.displayName, "description": l.description, "disabled": l.disabled,
		"state": lifeState(l.deleted), "expireTime": l.expires,
	})
}

func lifeState(deleted bool) enum {
	if deleted {
		return poolState().pick("DELETED")
	}
	return poolState().pick(active)
}

// poolAsked is the pool a request names; one that is still in the making is not there.
func (c *Cloud) poolAsked(q *request) (*project, *pool, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, nil, bad
	}
	l := p.pools[q.vars["pool"]]
	if l != nil && l.deleted && q.now.After(l.expires) {
		delete(p.pools, l.id)
		l = nil
	}
	if l == nil || l.pending {
		return p, nil, noEntity()
	}
	return p, l, nil
}

// poolOperation begins an operation under the name of the thing it works on.
func (c *Cloud) poolOperation(p *project, of, message string, deed func(due time.Time) fields) (any, *problem) {
	said := fields{"@type": "type.googleapis.com/google.iam.v1.WorkloadIdentityPoolOperationMetadata"}
	if message == "WorkloadIdentityPoolProvider" {
		said = fields{"@type": "type.googleapis.com/google.iam.v1.WorkloadIdentityPoolProviderOperationMetadata"}
	}
	due := c.later("gcp.iam.workloadIdentityPool")
	return c.begin(&operation{
		api: "iam", name: of + "/operations/" + newOperationID(), scope: "projects/" + p.id, due: due,
		early: said, late: said, finish: func() (any, *problem) { return typed("google.iam.v1."+message, deed(due)), nil },
	}).wire(), nil
}

// getPoolOperation finds an operation whether the caller wrote the project's id or its number.
func (c *Cloud) getPoolOperation(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	q.vars["project"] = p.number
	return c.getOperation(q)
}

func (c *Cloud) getPool(q *request) (any, *problem) {
	p, l, bad := c.poolAsked(q)
	if bad != nil {
		return nil, bad
	}
	return l.wire(p), nil
}

func (c *Cloud) listPools(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	var all []*pool
	for _, l := range p.pools {
		if !l.pending && (!l.deleted || q.arg("showDeleted") == "true") {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b *pool) int { return cmp.Compare(a.id, b.id) })
	cut, next, bad := page(c, q, "pageSize", 50, all)
	if bad != nil {
		return nil, bad
	}
	var out []fields
	for _, l := range cut {
		out = append(out, l.wire(p))
	}
	return full(fields{"workloadIdentityPools": out, "nextPageToken": next}), nil
}

func (c *Cloud) createPool(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	id := q.arg("workloadIdentityPoolId")
	switch {
	case !regexp.MustCompile(`^[a-z0-9-]{4,32}$`).MatchString(id) || strings.HasPrefix(id, "gcp-"):
		return nil, invalid("Invalid workload identity pool id %q: it must be 4-32 characters of [a-z0-9-] and not begin with gcp-.", id)
	case p.pools[id] != nil && !(p.pools[id].deleted && q.now.After(p.pools[id].expires)):
		return nil, exists("Requested entity already exists")
	case len(q.body.str("displayName")) > 32 || len(q.body.str("description")) > 256:
		return nil, invalid("The display name or the description is too long.")
	}
	l := &pool{
		id: id, displayName: q.body.str("displayName"), description: q.body.str("description"), disabled: q.body.flag("disabled"),
		providers: map[string]*provider{}, pending: true,
	}
	p.pools[id] = l
	return c.poolOperation(p, poolName(p, l), "WorkloadIdentityPool", func(due time.Time) fields {
		l.pending, l.known = false, due.Add(c.k.Takes(exchangeDelay))
		return l.wire(p)
	})
}

func (c *Cloud) patchPool(q *request) (any, *problem) {
	p, l, bad := c.poolAsked(q)
	if bad != nil {
		return nil, bad
	}
	m, bad := mask(q.arg("updateMask"), "workloadIdentityPool", poolShape())
	switch {
	case bad != nil:
		return nil, bad
	case len(m) == 0:
		return nil, invalid("The update mask is empty.")
	case l.deleted:
		return nil, precondition("The workload identity pool is deleted.")
	}
	body := q.body
	return c.poolOperation(p, poolName(p, l), "WorkloadIdentityPool", func(due time.Time) fields {
		if named(m, "displayName") {
			l.displayName = body.str("displayName")
		}
		if named(m, "description") {
			l.description = body.str("description")
		}
		if named(m, "disabled") {
			if l.disabled && !body.flag("disabled") {
				l.known = due.Add(c.k.Takes(exchangeDelay))
			}
			l.disabled = body.flag("disabled")
		}
		return l.wire(p)
	})
}

func (c *Cloud) deletePool(q *request) (any, *problem) {
	p, l, bad := c.poolAsked(q)
	if bad != nil {
		return nil, bad
	}
	if l.deleted {
		return nil, noEntity()
	}
	return c.poolOperation(p, poolName(p, l), "WorkloadIdentityPool", func(time.Time) fields {
		l.deleted, l.expires = true, c.k.Now().Add(30*24*time.Hour)
		return l.wire(p)
	})
}

func (c *Cloud) undeletePool(q *request) (any, *problem) {
	p, l, bad := c.poolAsked(q)
	if bad != nil {
		return nil, bad
	}
	if !l.deleted {
		return nil, precondition("The workload identity pool is not deleted.")
	}
	return c.poolOperation(p, poolName(p, l), "WorkloadIdentityPool", func(due time.Time) fields {
		l.deleted, l.expires, l.known = false, time.Time{}, due.Add(c.k.Takes(exchangeDelay))
		return l.wire(p)
	})
}
