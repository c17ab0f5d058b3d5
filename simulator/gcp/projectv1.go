package gcp

import (
	"net/http"
	"slices"
	"strings"
)

// The first version of the projects API, which many tools still speak.

func projectV1Shape() shape {
	return shape{
		"createTime": moment(), "labels": labelled(), "name": text(), "parent": message(shape{"id": text(), "type": text()}),
		"lifecycleState": choice("LIFECYCLE_STATE_UNSPECIFIED", active, deleteRequested, "DELETE_IN_PROGRESS"),
		"projectId":      text(), "projectNumber": long(), "tags": labelled(),
	}
}

func projectV1Routes() []route {
	const api = "cloudresourcemanager"
	return append([]route{
		{api: api, method: http.MethodGet, path: "/v1/projects/{project}", operation: "GetProject", do: (*Cloud).getProjectV1},
		{api: api, method: http.MethodGet, path: "/v1/projects", operation: "ListProjects", params: "filter pageSize pageToken", do: (*Cloud).listProjectsV1},
		{api: api, method: http.MethodPost, path: "/v1/projects", operation: "CreateProject", write: true, body: projectV1Shape(), do: (*Cloud).createProjectV1},
		{api: api, method: http.MethodPut, path: "/v1/projects/{project}", operation: "UpdateProject", write: true, body: projectV1Shape(), do: (*Cloud).updateProjectV1},
		{api: api, method: http.MethodDelete, path: "/v1/projects/{project}", operation: "DeleteProject", write: true, do: (*Cloud).deleteProjectV1},
		{api: api, method: http.MethodPost, path: "/v1/projects/{project}:undelete", operation: "UndeleteProject", write: true, body: shape{}, do: (*Cloud).undeleteProjectV1},
		{api: api, method: http.MethodGet, path: "/v1/operations/{operation}", operation: "GetOperation", do: (*Cloud).getOperation},
	}, policyRoutes(api, "/v1/projects/{project}")...)
}

func (p *project) wireV1() fields {
	kind, id, _ := strings.Cut(p.parent, "/")
	return full(fields{
		"createTime": p.created, "labels": p.labels, "lifecycleState": projectV1Shape().pick("lifecycleState", p.state), "name": p.displayName,
		"parent": fields{"id": id, "type": strings.TrimSuffix(kind, "s")}, "projectId": p.id, "projectNumber": p.number,
	})
}

func (c *Cloud) getProjectV1(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	return p.wireV1(), nil
}

func (c *Cloud) listProjectsV1(q *request) (any, *problem) {
	terms, bad := search(q.arg("filter"), "id", "projectId", "projectNumber", "name", "lifecycleState", "parent.id", "parent.type", "labels.")
	if bad != nil {
		return nil, bad
	}
	cut, next, bad := page(c, q, "pageSize", 500, c.sortedProjects(func(p *project) bool {
		kind, id, _ := strings.Cut(p.parent, "/")
		return !slices.ContainsFunc(terms, func(t term) bool {
			switch t.field {
			case "lifecycleState":
				return !t.holds(p.state)
			case "parent.id":
				return !t.holds(id)
			case "parent.type":
				return !t.holds(strings.TrimSuffix(kind, "s"))
			}
			return !p.meets(t)
		})
	}))
	if bad != nil {
		return nil, bad
	}
	var out []fields
	for _, p := range cut {
		out = append(out, p.wireV1())
	}
	return full(fields{"projects": out, "nextPageToken": next}), nil
}

func (c *Cloud) createProjectV1(q *request) (any, *problem) {
	b := q.body
	parent := b.sub("parent").str("type") + "s/" + b.sub("parent").str("id")
	return c.startProject(q, b.str("projectId"), orText(b.str("name"), b.str("projectId")), parent, b.labels("labels"),
		func(p *project) (fields, any) {
			return typed("google.cloudresourcemanager.v1.Project", p.wireV1()),
				fields{"@type": "type.googleapis.com/google.cloudresourcemanager.v1.ProjectCreationStatus", "gettable": true, "ready": true}
		})
}

// updateProjectV1 replaces the name and the labels; what else the body says is ignored, as it is output only.
func (c *Cloud) updateProjectV1(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	if p.state != active {
		return nil, precondition("Project is not active.")
	}
	name, labels := q.body.str("name"), q.body.labels("labels")
	if bad := checkProject(p.id, name, labels); bad != nil {
		return nil, bad
	}
	p.displayName, p.labels, p.updated, p.etag = name, labels, q.now, newEtag()
	return p.wireV1(), nil
}

func (c *Cloud) deleteProjectV1(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	if p.state != active {
		return nil, precondition("Project is not active.")
	}
	c.shutDown(p)
	return fields{}, nil
}

func (c *Cloud) undeleteProjectV1(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	if p.state != deleteRequested {
		return nil, precondition("The project is not in the DELETE_REQUESTED state.")
	}
	c.bringBack(p)
	return fields{}, nil
}
