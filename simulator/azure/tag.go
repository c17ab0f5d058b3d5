package azure

import (
	"maps"
	"net/http"
	"strings"
)

// tagRoutes are the tags of anything: a subscription, a resource group or a resource.
func tagRoutes() []route {
	const path, since = "{scope...}/providers/Microsoft.Resources/tags/default", "2019-10-01"
	return []route{
		{method: "GET", path: path, service: "Microsoft.Resources", operation: "tags.get", since: since, answer: getTags},
		{method: "PUT", path: path, service: "Microsoft.Resources", operation: "tags.put", since: since, answer: putTags},
		{method: "PATCH", path: path, service: "Microsoft.Resources", operation: "tags.patch", since: since, answer: patchTags},
		{method: "DELETE", path: path, service: "Microsoft.Resources", operation: "tags.delete", since: since, answer: deleteTags},
	}
}

// tagged finds the tags of a scope; a scope that is not there is answered.
func (a *ask) tagged() *map[string]string {
	scope := a.param("scope")
	segments := split(scope)
	if len(segments) == 2 && strings.EqualFold(segments[0], "subscriptions") {
		return &a.subscriptions[strings.ToLower(segments[1])].tags // standing has found it
	}
	if t := a.thing(scope); t != nil {
		return &t.tags
	}
	a.fail(http.StatusNotFound, "ResourceNotFound", "The Resource '"+scope+"' was not found.")
	return nil
}

func (a *ask) answerTags(tags map[string]string) {
	if tags == nil {
		tags = map[string]string{}
	}
	a.ok(http.StatusOK, obj{
		"id": a.param("scope") + "/providers/Microsoft.Resources/tags/default", "name": "default", "type": "Microsoft.Resources/tags",
		"properties": obj{"tags": tags},
	})
}

func getTags(a *ask) {
	if tags := a.tagged(); tags != nil {
		a.answerTags(*tags)
	}
}

func putTags(a *ask) {
	tags := a.tagged()
	if tags == nil {
		return
	}
	given, texts := tagsOf(object(a.body, "properties"))
	if !texts {
		a.fail(http.StatusBadRequest, "InvalidTagRequest", "The tags must be texts.")
		return
	}
	*tags = given
	a.answerTags(given)
}

func patchTags(a *ask) {
	tags := a.tagged()
	if tags == nil {
		return
	}
	given, texts := tagsOf(object(a.body, "properties"))
	next := maps.Clone(*tags)
	if next == nil {
		next = map[string]string{}
	}
	switch operation := text(a.body, "operation"); {
	case !texts:
		a.fail(http.StatusBadRequest, "InvalidTagRequest", "The tags must be texts.")
		return
	case operation == "Merge":
		maps.Copy(next, given)
	case operation == "Replace":
		next = given
	case operation == "Delete":
		for name := range given {
			delete(next, name)
		}
	default:
		a.fail(http.StatusBadRequest, "InvalidTagPatchOperation", "The tag patch operation '"+operation+"' is not one of Merge, Replace, Delete.")
		return
	}
	*tags = next
	a.answerTags(next)
}

func deleteTags(a *ask) {
	if tags := a.tagged(); tags != nil {
		*tags = nil
		a.ok(http.StatusOK, nil)
	}
}
