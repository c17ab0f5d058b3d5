package gcp

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

func (c *Cloud) listProjects(q *request) (any, *problem) {
	parent := q.arg("parent")
	if !c.isParent(parent) {
		return nil, forbidden()
	}
	return c.pageProjects(q, func(p *project) bool {
		return p.parent == parent && (p.state == active || q.arg("showDeleted") == "true")
	})
}

func (c *Cloud) searchProjects(q *request) (any, *problem) {
	terms, bad := search(q.arg("query"), "id", "projectId", "projectNumber", "name", "displayName", "parent", "state", "labels.")
	if bad != nil {
		return nil, bad
	}
	return c.pageProjects(q, func(p *project) bool {
		return !slices.ContainsFunc(terms, func(t term) bool { return !p.meets(t) })
	})
}

func (p *project) meets(t term) bool {
	if label, ok := strings.CutPrefix(t.field, "labels."); ok {
		v, has := p.labels[label]
		return has && t.holds(v)
	}
	return t.holds(map[string]string{
		"id": p.id, "projectId": p.id, "projectNumber": p.number, "name": p.displayName,
		"displayName": p.displayName, "parent": p.parent, "state": p.state,
	}[t.field])
}

func (c *Cloud) pageProjects(q *request, wanted func(*project) bool) (any, *problem) {
	cut, next, bad := page(c, q, "pageSize", 300, c.sortedProjects(wanted))
	if bad != nil {
		return nil, bad
	}
	var out []fields
	for _, p := range cut {
		out = append(out, p.wire())
	}
	return full(fields{"projects": out, "nextPageToken": next}), nil
}

func (c *Cloud) sortedProjects(wanted func(*project) bool) []*project {
	var all []*project
	for _, p := range c.projects {
		if wanted(p) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *project) int { return cmp.Compare(a.id, b.id) })
	return all
}

// shutDown takes a project out of use: its billing goes at once and does not come back with it.
func (c *Cloud) shutDown(p *project) {
	now := c.k.Now()
	p.state, p.deleted, p.updated, p.etag, p.billing = deleteRequested, now, now, newEtag(), ""
}

func (c *Cloud) deleteProject(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	return c.begin(&operation{
		api: "cloudresourcemanager", name: "operations/dp." + digits(19), scope: "projects/" + p.id, due: c.later("gcp.project.delete"),
		late: fields{"@type": "type.googleapis.com/google.cloud.resourcemanager.v3.DeleteProjectMetadata"},
		finish: func() (any, *problem) {
			if p.state == active {
				c.shutDown(p)
			}
			return typed("google.cloud.resourcemanager.v3.Project", p.wire()), nil
		},
	}).wire(), nil
}

func (c *Cloud) undeleteProject(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	if p.state != deleteRequested {
		return nil, precondition("The project is not in the DELETE_REQUESTED state.")
	}
	return c.begin(&operation{
		api: "cloudresourcemanager", name: "operations/udp." + digits(19), scope: "projects/" + p.id, due: c.later("gcp.project.undelete"),
		late: fields{"@type": "type.googleapis.com/google.cloud.resourcemanager.v3.UndeleteProjectMetadata"},
		finish: func() (any, *problem) {
			c.bringBack(p)
			return typed("google.cloud.resourcemanager.v3.Project", p.wire()), nil
		},
	}).wire(), nil
}

func (c *Cloud) bringBack(p *project) {
	p.state, p.deleted, p.updated, p.etag = active, time.Time{}, c.k.Now(), newEtag()
}

func (c *Cloud) moveProject(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	to := q.body.str("destinationParent")
	if !c.isParent(to) {
		return nil, forbidden()
	}
	if p.state != active {
		return nil, precondition("The project is not in the ACTIVE state.")
	}
	return c.begin(&operation{
		api: "cloudresourcemanager", name: "operations/mp." + digits(19), scope: "projects/" + p.id, due: c.later("gcp.project.move"),
		late: fields{"@type": "type.googleapis.com/google.cloud.resourcemanager.v3.MoveProjectMetadata"},
		finish: func() (any, *problem) {
			p.parent, p.updated, p.etag = to, c.k.Now(), newEtag()
			return typed("google.cloud.resourcemanager.v3.Project", p.wire()), nil
		},
	}).wire(), nil
}
