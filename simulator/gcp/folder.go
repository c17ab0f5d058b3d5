package gcp

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// folder is a folder under an organisation or another folder.
type folder struct {
	name, parent, displayName, state, etag string
	created, updated, deleted              time.Time
	policy                                 *policy
	orgPolicies                            map[string]fields
}

func folderShape() shape {
	return shape{
		"name": text(), "parent": text(), "displayName": text(), "state": choice("STATE_UNSPECIFIED", active, deleteRequested),
		"createTime": moment(), "updateTime": moment(), "deleteTime": moment(), "etag": text(),
	}
}

func folderRoutes() []route {
	const api = "cloudresourcemanager"
	return append([]route{
		{api: api, method: http.MethodGet, path: "/v3/folders/{folder}", operation: "GetFolder", do: (*Cloud).getFolder},
		{api: api, method: http.MethodGet, path: "/v3/folders", operation: "ListFolders", params: "parent pageSize pageToken showDeleted", do: (*Cloud).listFolders},
		{api: api, method: http.MethodGet, path: "/v3/folders:search", operation: "SearchFolders", params: "query pageSize pageToken", do: (*Cloud).searchFolders},
		{api: api, method: http.MethodPost, path: "/v3/folders", operation: "CreateFolder", write: true, body: folderShape(), do: (*Cloud).createFolder},
		{api: api, method: http.MethodPatch, path: "/v3/folders/{folder}", operation: "UpdateFolder", write: true, params: "updateMask", body: folderShape(), do: (*Cloud).updateFolder},
		{api: api, method: http.MethodDelete, path: "/v3/folders/{folder}", operation: "DeleteFolder", write: true, do: (*Cloud).deleteFolder},
		{api: api, method: http.MethodPost, path: "/v3/folders/{folder}:undelete", operation: "UndeleteFolder", write: true, body: shape{}, do: (*Cloud).undeleteFolder},
	}, policyRoutes(api, "/v3/folders/{folder}")...)
}

func (f *folder) wire() fields {
	return full(fields{
		"name": f.name, "parent": f.parent, "displayName": f.displayName, "state": folderShape().pick("state", f.state),
		"createTime": f.created, "updateTime": f.updated, "deleteTime": f.deleted, "etag": f.etag,
	})
}

func (c *Cloud) folderAsked(q *request) (*folder, *problem) {
	f := c.folders["folders/"+q.vars["folder"]]
	if f == nil {
		return nil, forbidden()
	}
	return f, nil
}

func (c *Cloud) getFolder(q *request) (any, *problem) {
	f, p := c.folderAsked(q)
	if p != nil {
		return nil, p
	}
	return f.wire(), nil
}

func (c *Cloud) listFolders(q *request) (any, *problem) {
	parent := q.arg("parent")
	if parent == "" {
		return nil, invalid("field [parent] has issue [required]")
	}
	return c.pageFolders(q, func(f *folder) bool {
		return f.parent == parent && (f.state == active || q.arg("showDeleted") == "true")
	})
}

func (c *Cloud) searchFolders(q *request) (any, *problem) {
	terms, p := search(q.arg("query"), "displayName", "parent", "state", "name")
	if p != nil {
		return nil, p
	}
	return c.pageFolders(q, func(f *folder) bool {
		return !slices.ContainsFunc(terms, func(t term) bool {
			return !t.holds(map[string]string{"displayName": f.displayName, "parent": f.parent, "state": f.state, "name": f.name}[t.field])
		})
	})
}

func (c *Cloud) pageFolders(q *request, wanted func(*folder) bool) (any, *problem) {
	var all []*folder
	for _, f := range c.folders {
		if wanted(f) {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b *folder) int { return cmp.Compare(a.name, b.name) })
	cut, next, p := page(c, q, "pageSize", 300, all)
	if p != nil {
		return nil, p
	}
	var out []fields
	for _, f := range cut {
		out = append(out, f.wire())
	}
	return full(fields{"folders": out, "nextPageToken": next}), nil
}

func (c *Cloud) createFolder(q *request) (any, *problem) {
	f := &folder{
		name: "folders/" + digits(12), parent: q.body.str("parent"), displayName: q.body.str("displayName"), state: active,
		created: q.now, updated: q.now, etag: newEtag(), policy: newPolicy(), orgPolicies: map[string]fields{},
	}
	switch {
	case !c.isParent(f.parent):
		return nil, forbidden()
	case len(f.displayName) < 3 || len(f.displayName) > 30:
		return nil, invalid("field [display_name] has issue [the display name must be between 3 and 30 characters]")
	case c.folderNamed(f.parent, f.displayName, "") != nil:
		return nil, precondition("The folder operation violates display name uniqueness within the parent.")
	}
	f.policy.bind("roles/resourcemanager.folderAdmin", q.caller.member())
	return c.begin(&operation{
		api: "cloudresourcemanager", name: "operations/fc." + digits(19), scope: f.name, due: c.later("gcp.folder.create"),
		finish: func() (any, *problem) {
			c.folders[f.name] = f
			return typed("google.cloud.resourcemanager.v3.Folder", f.wire()), nil
		},
	}).wire(), nil
}

func (c *Cloud) folderNamed(parent, displayName, except string) *folder {
	for _, f := range c.folders {
		if f.parent == parent && strings.EqualFold(f.displayName, displayName) && f.state == active && f.name != except {
			return f
		}
	}
	return nil
}

func (c *Cloud) updateFolder(q *request) (any, *problem) {
	f, p := c.folderAsked(q)
	if p != nil {
		return nil, p
	}
	m, p := mask(q.arg("updateMask"), "folder", folderShape())
	if p != nil {
		return nil, p
	}
	name := q.body.str("displayName")
	if len(m) > 0 && !named(m, "displayName") {
		return nil, invalid("Only display_name can be updated.")
	}
	if c.folderNamed(f.parent, name, f.name) != nil {
		return nil, precondition("The folder operation violates display name uniqueness within the parent.")
	}
	said := fields{"@type": "type.googleapis.com/google.cloud.resourcemanager.v3.UpdateFolderMetadata"}
	return c.begin(&operation{
		api: "cloudresourcemanager", name: "operations/fu." + digits(19), scope: f.name, due: c.later("gcp.folder.update"), early: said, late: said,
		finish: func() (any, *problem) {
			f.displayName, f.updated, f.etag = name, c.k.Now(), newEtag()
			return typed("google.cloud.resourcemanager.v3.Folder", f.wire()), nil
		},
	}).wire(), nil
}

func (c *Cloud) deleteFolder(q *request) (any, *problem) {
	f, p := c.folderAsked(q)
	if p != nil {
		return nil, p
	}
	for _, other := range c.folders {
		if other.parent == f.name && other.state == active {
			return nil, precondition("Folder is not empty.")
		}
	}
	for _, pr := range c.projects {
		if pr.parent == f.name && pr.state == active {
			return nil, precondition("Folder is not empty.")
		}
	}
	f.state, f.updated, f.etag = deleteRequested, q.now, newEtag()
	return fields{"done": true, "response": typed("google.cloud.resourcemanager.v3.Folder", f.wire())}, nil
}

func (c *Cloud) undeleteFolder(q *request) (any, *problem) {
	f, p := c.folderAsked(q)
	if p != nil {
		return nil, p
	}
	if f.state != deleteRequested {
		return nil, precondition("The folder is not in the DELETE_REQUESTED state.")
	}
	f.state, f.updated, f.etag = active, q.now, newEtag()
	return fields{"done": true, "response": typed("google.cloud.resourcemanager.v3.Folder", f.wire())}, nil
}
