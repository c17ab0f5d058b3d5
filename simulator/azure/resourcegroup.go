package azure

import (
	"net/http"
	"regexp"
	"strings"
)

const resourceGroupKind = "Microsoft.Resources/resourceGroups"

func resourceGroupRoutes() []route {
	const path, since = "/subscriptions/{sub}/resourcegroups", "2016-09-01"
	r := func(method, rest, operation string, answer func(*ask)) route {
		return route{method: method, path: path + rest, service: "Microsoft.Resources", operation: operation, since: since, answer: answer}
	}
	return []route{
		r("GET", "", "resourceGroups.list", listResourceGroups),
		r("HEAD", "/{name}", "resourceGroups.head", headResourceGroup),
		r("GET", "/{name}", "resourceGroups.get", getResourceGroup),
		r("PUT", "/{name}", "resourceGroups.put", putResourceGroup),
		r("PATCH", "/{name}", "resourceGroups.patch", patchResourceGroup),
		r("DELETE", "/{name}", "resourceGroups.delete", deleteResourceGroup),
		r("GET", "/{name}/resources", "resources.list", listResources),
		{method: "GET", path: "/subscriptions/{sub}/resources", service: "Microsoft.Resources", operation: "resources.list", since: since, answer: listResources},
	}
}

func (c *Cloud) renderResourceGroup(t *thing) obj {
	o := obj{"id": t.id, "name": t.name, "type": resourceGroupKind, "location": t.location, "properties": obj{"provisioningState": t.state(c.k.Now())}}
	if t.tags != nil {
		o["tags"] = t.tags
	}
	return o
}

// resourceGroup is the resource group of the path; one that is not there is answered.
func (a *ask) resourceGroup() *thing {
	t := a.thing(groupID(a.param("sub"), a.param("name")))
	if t == nil {
		a.fail(http.StatusNotFound, "ResourceGroupNotFound", "Resource group '"+a.param("name")+"' could not be found.")
	}
	return t
}

var tagFilter = regexp.MustCompile(`^tagName eq '([^']*)'(?: and tagValue eq '([^']*)')?$`)

func listResourceGroups(a *ask) {
	filter := a.r.URL.Query().Get("$filter")
	by := tagFilter.FindStringSubmatch(filter)
	if filter != "" && by == nil {
		a.fail(http.StatusBadRequest, "InvalidFilterInQueryString", "Invalid $filter '"+filter+"' specified in the query string.")
		return
	}
	var items []obj
	for _, t := range a.things.within(a.subscription().path(), resourceGroupKind) {
		if by != nil {
			v, has := t.tags[by[1]]
			if !has || by[2] != "" && v != by[2] {
				continue
			}
		}
		items = append(items, a.renderResourceGroup(t))
	}
	a.page(items)
}

func headResourceGroup(a *ask) {
	status := http.StatusNoContent
	if a.thing(groupID(a.param("sub"), a.param("name"))) == nil {
		status = http.StatusNotFound
	}
	a.ok(status, nil)
}

func getResourceGroup(a *ask) {
	if t := a.resourceGroup(); t != nil {
		a.ok(http.StatusOK, a.renderResourceGroup(t))
	}
}

var resourceGroupName = regexp.MustCompile(`^[\p{L}\p{N}_().-]{1,90}$`)

func putResourceGroup(a *ask) {
	name, location := a.param("name"), place(text(a.body, "location"))
	old := a.thing(groupID(a.param("sub"), name))
	_, region := locations()[location]
	tags, texts := tagsOf(a.body)
	field := unknown(a.body, "id", "name", "type", "location", "tags", "properties", "managedBy")
	switch {
	case !resourceGroupName.MatchString(name) || strings.HasSuffix(name, "."):
		a.fail(http.StatusBadRequest, "InvalidResourceGroup", "The provided resource group name '"+name+"' has these invalid characters or ends with a period.")
	case field != "":
		a.member(field, "ResourceGroup")
	case !texts:
		a.fail(http.StatusBadRequest, "InvalidRequestContent", "The request content was invalid: tags must be texts.")
	case location == "":
		a.fail(http.StatusBadRequest, "LocationRequired", "The location property is required for this definition.")
	case !region:
		a.fail(http.StatusBadRequest, "LocationNotAvailableForResourceGroup", "The provided location '"+location+"' is not available for resource group.")
	case old != nil && old.location != location:
		a.fail(http.StatusConflict, "InvalidResourceGroupLocation", "Invalid resource group location '"+location+"'. The Resource group already exists in location '"+old.location+"'.")
	case old != nil && !old.gone.IsZero():
		a.fail(http.StatusConflict, "ResourceGroupBeingDeleted", "The resource group '"+name+"' is in deprovisioning state and cannot perform this operation.")
	case old != nil:
		old.tags = tags
		a.ok(http.StatusOK, a.renderResourceGroup(old))
	default:
		t := a.things.put(&thing{id: a.subscription().path() + "/resourceGroups/" + name, kind: resourceGroupKind, name: name, location: location, tags: tags, made: a.k.Now()})
		a.ok(http.StatusCreated, a.renderResourceGroup(t))
	}
}

func patchResourceGroup(a *ask) {
	t := a.resourceGroup()
	if t == nil {
		return
	}
	tags, texts := tagsOf(a.body)
	if field := unknown(a.body, "name", "tags", "properties"); field != "" || !texts {
		a.member(field, "ResourceGroupPatchable")
		return
	}
	if tags != nil {
		t.tags = tags
	}
	a.ok(http.StatusOK, a.renderResourceGroup(t))
}

func deleteResourceGroup(a *ask) {
	t := a.resourceGroup()
	if t == nil {
		return
	}
	if t.gone.IsZero() {
		a.things.leave(t, a.k.Later("azure.network.operation"))
	}
	a.begin(operation{service: "Microsoft.Resources", location: t.location, ready: t.gone}).locate(a)
	a.ok(http.StatusAccepted, nil)
}

func listResources(a *ask) {
	path := a.subscription().path()
	if a.param("name") != "" {
		t := a.resourceGroup()
		if t == nil {
			return
		}
		path = t.id
	}
	var items []obj
	for _, t := range a.things.within(path, "") {
		if t.kind == resourceGroupKind {
			continue
		}
		o := obj{"id": t.id, "name": t.name, "type": t.kind, "location": t.location}
		if t.tags != nil {
			o["tags"] = t.tags
		}
		items = append(items, o)
	}
	a.page(items)
}
