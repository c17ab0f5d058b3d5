package gcp

import (
	"maps"
	"net/http"
	"regexp"
	"time"
)

// project is a project and everything in it.
type project struct {
	id, number, displayName, parent, state, etag string
	created, updated, deleted                    time.Time
	labels                                       map[string]string
	billing                                      string
	services                                     map[string]*service
	policy                                       *policy
	orgPolicies                                  map[string]fields
	pools                                        map[string]*pool
	scc                                          map[string]*securityService
	network                                      *networking
	zones                                        map[string]*zone
	suspended                                    bool // by Google, for what was done in it
}

func projectShape() shape {
	return shape{
		"name": text(), "parent": text(), "projectId": text(), "state": choice("STATE_UNSPECIFIED", active, deleteRequested), "displayName": text(),
		"createTime": moment(), "updateTime": moment(), "deleteTime": moment(), "etag": text(), "labels": labelled(), "tags": labelled(),
	}
}

func projectRoutes() []route {
	const api = "cloudresourcemanager"
	return append([]route{
		{api: api, method: http.MethodGet, path: "/v3/projects/{project}", operation: "GetProject", do: (*Cloud).getProject},
		{api: api, method: http.MethodGet, path: "/v3/projects", operation: "ListProjects", params: "parent pageSize pageToken showDeleted", do: (*Cloud).listProjects},
		{api: api, method: http.MethodGet, path: "/v3/projects:search", operation: "SearchProjects", params: "query pageSize pageToken", do: (*Cloud).searchProjects},
		{api: api, method: http.MethodPost, path: "/v3/projects", operation: "CreateProject", write: true, body: projectShape(), do: (*Cloud).createProject},
		{api: api, method: http.MethodPatch, path: "/v3/projects/{project}", operation: "UpdateProject", write: true, params: "updateMask", body: projectShape(), do: (*Cloud).updateProject},
		{api: api, method: http.MethodDelete, path: "/v3/projects/{project}", operation: "DeleteProject", write: true, do: (*Cloud).deleteProject},
		{api: api, method: http.MethodPost, path: "/v3/projects/{project}:undelete", operation: "UndeleteProject", write: true, body: shape{"name": text()}, do: (*Cloud).undeleteProject},
		{api: api, method: http.MethodPost, path: "/v3/projects/{project}:move", operation: "MoveProject", write: true, body: shape{"name": text(), "destinationParent": text()}, do: (*Cloud).moveProject},
		{api: api, method: http.MethodGet, path: "/v3/operations/{operation}", operation: "GetOperation", do: (*Cloud).getOperation},
	}, policyRoutes(api, "/v3/projects/{project}")...)
}

func (p *project) wire() fields {
	return full(fields{
		"name": "projects/" + p.number, "parent": p.parent, "projectId": p.id, "state": projectShape().pick("state", p.state),
		"displayName": p.displayName, "createTime": p.created, "updateTime": p.updated, "deleteTime": p.deleted, "etag": p.etag, "labels": p.labels,
	})
}

// project is the project of an id or a number.
func (c *Cloud) project(name string) *project {
	if p := c.projects[name]; p != nil {
		return p
	}
	for _, p := range c.projects {
		if p.number == name {
			return p
		}
	}
	return nil
}

// projectAsked is the project a request names. One that does not exist and one that is not the caller's answer alike.
func (c *Cloud) projectAsked(q *request) (*project, *problem) {
	p := c.project(q.vars["project"])
	if p == nil {
		return nil, forbidden()
	}
	return p, nil
}

func (c *Cloud) getProject(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	return p.wire(), nil
}

func (c *Cloud) newProject(id, number, displayName, parent string, labels map[string]string) *project {
	now := c.k.Now()
	return &project{
		id: id, number: number, displayName: displayName, parent: parent, state: active, etag: newEtag(), created: now, updated: now,
		labels: labels, services: map[string]*service{}, policy: newPolicy(), orgPolicies: map[string]fields{}, pools: map[string]*pool{},
		scc: map[string]*securityService{}, zones: map[string]*zone{}, network: newNetworking(),
	}
}

func (c *Cloud) createProject(q *request) (any, *problem) {
	b := q.body
	return c.startProject(q, b.str("projectId"), orText(b.str("displayName"), b.str("projectId")), b.str("parent"), b.labels("labels"),
		func(p *project) (fields, any) {
			return typed("google.cloud.resourcemanager.v3.Project", p.wire()),
				fields{"@type": "type.googleapis.com/google.cloud.resourcemanager.v3.CreateProjectMetadata", "createTime": p.created, "gettable": true, "ready": true}
		})
}

// startProject begins the making of a project. The id is taken at once; the quota is found wanting only later.
func (c *Cloud) startProject(q *request, id, displayName, parent string, labels map[string]string, word func(*project) (fields, any)) (any, *problem) {
	if bad := checkProject(id, displayName, labels); bad != nil {
		return nil, bad
	}
	if !c.isParent(parent) {
		return nil, forbidden()
	}
	if c.taken[id] {
		return nil, exists("Requested entity already exists").add(fields{
			"@type":        "type.googleapis.com/google.rpc.ResourceInfo",
			"resourceName": "projects/" + id, "description": "project",
		})
	}
	c.taken[id] = true
	p := c.newProject(id, digits(12), displayName, parent, labels)
	o := &operation{api: "cloudresourcemanager", name: "operations/cp." + digits(19), scope: "projects/" + id, due: c.later("gcp.project.create")}
	o.finish = func() (any, *problem) {
		org := c.organizationOf(parent)
		if org.quota > 0 && c.projectsOf(org) >= org.quota {
			delete(c.taken, id)
			return nil, problemf(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "quotaExceeded",
				"The project cannot be created because you have exceeded your allotted project quota.")
		}
		p.policy.bind("roles/owner", q.caller.member())
		c.projects[id] = p
		response, late := word(p)
		o.late = late
		return response, nil
	}
	return c.begin(o).wire(), nil
}

// projectsOf counts what an organisation's quota counts: projects on their way out too.
func (c *Cloud) projectsOf(o *organization) int {
	n := 0
	for _, p := range c.projects {
		if c.organizationOf(p.parent) == o {
			n++
		}
	}
	return n
}

func checkProject(id, displayName string, labels map[string]string) *problem {
	switch {
	case !regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`).MatchString(id):
		return invalid("field [project_id] has issue [project_id contains invalid characters]")
	case len(displayName) < 4 || len(displayName) > 30:
		return invalid("field [display_name] has issue [project display name must be between 4 and 30 characters]")
	}
	return checkLabels(labels)
}

func checkLabels(labels map[string]string) *problem {
	if len(labels) > 64 {
		return invalid("field [labels] has issue [more than 64 labels]")
	}
	name, value := regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$`), regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$`)
	for n, v := range labels {
		if !name.MatchString(n) {
			return invalid("field [labels] has issue [label key %q violates format constraints]", n)
		}
		if !value.MatchString(v) {
			return invalid("field [labels] has issue [label value %q violates format constraints]", v)
		}
	}
	return nil
}

func (c *Cloud) updateProject(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	m, bad := mask(q.arg("updateMask"), "project", projectShape())
	switch {
	case bad != nil:
		return nil, bad
	case p.state != active:
		return nil, precondition("Project is not active.")
	case q.body.str("etag") != "" && q.body.str("etag") != p.etag:
		return nil, aborted("The etag of the project does not match: it was changed meanwhile.")
	}
	if len(m) == 0 {
		for n := range q.body {
			m = append(m, n)
		}
	}
	displayName, labels := p.displayName, maps.Clone(p.labels)
	for _, f := range m {
		switch f {
		case "displayName":
			displayName = q.body.str("displayName")
		case "labels":
			labels = q.body.labels("labels")
		case "*":
			displayName, labels = q.body.str("displayName"), q.body.labels("labels")
		case "name", "projectId", "etag":
		default:
			return nil, invalid("field [update_mask] has issue [%s cannot be updated]", f)
		}
	}
	if bad := checkProject(p.id, displayName, labels); bad != nil {
		return nil, bad
	}
	return c.begin(&operation{
		api: "cloudresourcemanager", name: "operations/up." + digits(19), scope: "projects/" + p.id, due: c.later("gcp.project.update"),
		late: fields{"@type": "type.googleapis.com/google.cloud.resourcemanager.v3.UpdateProjectMetadata"},
		finish: func() (any, *problem) {
			p.displayName, p.labels, p.updated, p.etag = displayName, labels, c.k.Now(), newEtag()
			return typed("google.cloud.resourcemanager.v3.Project", p.wire()), nil
		},
	}).wire(), nil
}
