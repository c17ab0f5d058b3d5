package gcp

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

func computeOperationRoutes() []route {
	const api, global, regional = "compute", computePath + "/global/operations", computePath + "/regions/{region}/operations"
	return []route{
		{api: api, method: http.MethodGet, path: global + "/{operation}", operation: "globalOperations.get", do: (*Cloud).getComputeOperation},
		{api: api, method: http.MethodGet, path: global, operation: "globalOperations.list", params: listParams, do: (*Cloud).listComputeOperations},
		{api: api, method: http.MethodPost, path: global + "/{operation}/wait", operation: "globalOperations.wait", do: (*Cloud).waitComputeOperation},
		{api: api, method: http.MethodGet, path: regional + "/{operation}", operation: "regionOperations.get", do: (*Cloud).getComputeOperation},
		{api: api, method: http.MethodGet, path: regional, operation: "regionOperations.list", params: listParams, do: (*Cloud).listComputeOperations},
		{api: api, method: http.MethodPost, path: regional + "/{operation}/wait", operation: "regionOperations.wait", do: (*Cloud).waitComputeOperation},
	}
}

const listParams = "filter maxResults orderBy pageToken returnPartialSuccess"

// startCompute begins an operation on an asset; a request id that was used for the same call before answers with the
// operation it began then.
func (c *Cloud) startCompute(q *request, p *project, a *asset, kind string, deed func()) (any, *problem) {
	where := "global"
	if a.region != "" {
		where = "regions/" + a.region
	}
	o := &operation{
		api: "compute", name: "operation-" + strconv.FormatInt(q.now.UnixMilli(), 10) + "-" + kernel.Random(7) + "-" + kernel.Random(4) + "-" + kernel.Random(4),
		scope: "projects/" + p.id, due: c.later("gcp.compute.operation"),
		compute: &computeFacts{id: digits(19), kind: kind, scope: where, target: link(p, a.path), targetID: a.id, user: q.caller.email},
		finish: func() (any, *problem) {
			deed()
			return nil, nil
		},
	}
	if id := q.arg("requestId"); id != "" {
		p.network.requests[requestKey(q, id)] = o
	}
	return c.begin(o).computeWire(p), nil
}

func requestKey(q *request, id string) string {
	return q.http.Method + " " + q.http.URL.Path + " " + strings.ToLower(id)
}

// asked is the operation that an earlier request with the same id began. A write looks here before anything else.
func (c *Cloud) asked(q *request) (*project, any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, nil, bad
	}
	id := q.arg("requestId")
	if id == "" {
		return p, nil, nil
	}
	if !regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`).MatchString(id) || id == "00000000-0000-0000-0000-000000000000" {
		return nil, nil, computeInvalid("Invalid value for field 'requestId': '%s'. Must be a valid UUID.", id)
	}
	if o := p.network.requests[requestKey(q, id)]; o != nil {
		return p, o.computeWire(p), nil
	}
	return p, nil, nil
}

func (o *operation) computeWire(p *project) fields {
	x := o.compute
	f := fields{
		"kind": "compute#operation", "id": x.id, "name": o.name, "operationType": x.kind, "targetLink": x.target, "targetId": x.targetID,
		"status": "RUNNING", "user": x.user, "progress": 0, "insertTime": computeTime(o.made), "startTime": computeTime(o.made),
		"selfLink": link(p, x.scope+"/operations/"+o.name),
	}
	if x.scope != "global" {
		f["region"] = link(p, x.scope)
	}
	if !o.done {
		return f
	}
	f["status"], f["progress"], f["endTime"] = "DONE", 100, computeTime(o.ended)
	if o.fault != nil {
		f["httpErrorStatusCode"], f["httpErrorMessage"] = o.fault.code, http.StatusText(o.fault.code)
		f["error"] = fields{"errors": []any{fields{"code": o.fault.reason, "message": o.fault.message}}}
	}
	return f
}

func (c *Cloud) computeOperationAsked(q *request) (*project, *operation, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, nil, bad
	}
	where := "global"
	if r := q.vars["region"]; r != "" {
		where = "regions/" + r
	}
	o := c.operations["compute "+q.vars["operation"]]
	if o == nil || o.scope != "projects/"+p.id || o.compute.scope != where {
		return p, nil, computeMissing(p, where+"/operations/"+q.vars["operation"])
	}
	return p, o, nil
}

func (c *Cloud) getComputeOperation(q *request) (any, *problem) {
	p, o, bad := c.computeOperationAsked(q)
	if bad != nil {
		return nil, bad
	}
	return o.computeWire(p), nil
}

func (c *Cloud) listComputeOperations(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	where := "global"
	if r := q.vars["region"]; r != "" {
		where = "regions/" + r
	}
	var all []*operation
	for _, o := range c.operations {
		if o.api == "compute" && o.scope == "projects/"+p.id && o.compute.scope == where {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b *operation) int { return int(a.order - b.order) })
	var out []fields
	for _, o := range all {
		out = append(out, o.computeWire(p))
	}
	return c.pageAssets(q, "operationList", where+"/operations", p, out)
}

// waitComputeOperation answers when the operation is done, or after the two minutes that the real one waits at most.
func (c *Cloud) waitComputeOperation(q *request) (any, *problem) {
	p, o, bad := c.computeOperationAsked(q)
	if bad != nil {
		return nil, bad
	}
	if left := min(o.due.Sub(q.now), 2*time.Minute); !o.done && left > 0 {
		c.mu.Unlock()
		select {
		case <-q.http.Context().Done():
		case <-time.After(left):
		}
		c.mu.Lock()
		c.settle(c.k.Now())
	}
	return o.computeWire(p), nil
}
