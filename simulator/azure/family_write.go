package azure

import (
	"net/http"
	"slices"
	"strings"
)

// matched checks If-Match and If-None-Match.
func (f family) matched(a *ask, old *thing) bool {
	want, none := a.r.Header.Get("If-Match"), a.r.Header.Get("If-None-Match")
	switch {
	case none == "*" && old != nil:
		a.fail(http.StatusPreconditionFailed, "PreconditionFailed", "The condition '*' in the If-None-Match header was not satisfied. The resource exists.")
	case want != "" && (old == nil || want != "*" && strings.Trim(want, `W/"`) != old.etag):
		a.fail(http.StatusPreconditionFailed, "PreconditionFailed", "The condition '"+want+"' in the If-Match header was not satisfied.")
	default:
		return true
	}
	return false
}

// shaped checks the fields of a body against those the type has.
func (f family) shaped(a *ask) bool {
	known := append([]string{"id", "name", "type", "location", "tags", "properties", "etag", "systemData"}, f.head...)
	if field := unknown(a.body, known...); field != "" {
		return a.member(field, f.last())
	}
	if field := unknown(object(a.body, "properties"), f.allowed()...); field != "" {
		return a.member(field, f.last()+" properties")
	}
	if _, texts := tagsOf(a.body); !texts {
		a.fail(http.StatusBadRequest, "InvalidRequestContent", "The request content was invalid: tags must be texts.")
		return false
	}
	location := place(text(a.body, "location"))
	_, region := locations()[location]
	switch {
	case location == "":
		a.fail(http.StatusBadRequest, "LocationRequired", "The location property is required for this definition.")
	case f.global && location != "global", !f.global && !region:
		a.fail(http.StatusBadRequest, "LocationNotAvailableForResourceType", "The provided location '"+location+"' is not available for resource type '"+f.kind()+"'.")
	default:
		return true
	}
	return false
}

// member refuses a field that an object does not have.
func (a *ask) member(field, of string) bool {
	a.fail(http.StatusBadRequest, "InvalidRequestContent", "The request content was invalid and could not be deserialized: 'Could not find member '"+field+"' on object of type '"+of+"'.")
	return false
}

// free checks that the resource is where the body says and that no other operation on it runs.
func (f family) free(a *ask, old *thing) bool {
	switch {
	case old == nil:
		return true
	case old.busy(a.k.Now()):
		return a.inProgress(old)
	case old.location != place(text(a.body, "location")):
		a.fail(http.StatusConflict, "InvalidResourceLocation", "The resource '"+old.name+"' already exists in location '"+old.location+"' in resource group '"+a.param("rg")+"'. A resource with the same name cannot be created in location '"+text(a.body, "location")+"'. Please select a new resource name.")
		return false
	}
	return true
}

// inProgress says that another operation holds a resource.
func (a *ask) inProgress(t *thing) bool {
	retryAfter(a.w, a.patience(t.ready))
	a.fail(http.StatusConflict, "AnotherOperationInProgress", "Another operation on this or dependent resource is in progress: '"+t.id+"'.")
	return false
}

// patch changes tags, which is all that most types let PATCH change, and what patches lets it besides.
func (f family) patch(a *ask) {
	t := a.thing(a.id())
	switch {
	case t == nil:
		a.missing(a.id())
		return
	case t.busy(a.k.Now()):
		a.inProgress(t)
		return
	case !f.matched(a, t):
		return
	}
	tags, texts := tagsOf(a.body)
	if field := unknown(a.body, "tags", "properties"); field != "" || !texts {
		a.member(field, "TagsObject")
		return
	}
	if p := object(a.body, "properties"); p != nil {
		if !f.located { // storage accounts alone are patched in place
			a.member("properties", "TagsObject")
			return
		}
		if field := unknown(p, f.fields...); field != "" {
			a.member(field, f.last()+" properties")
			return
		}
		for field, v := range p {
			t.props[field] = v
		}
	}
	if tags != nil {
		t.tags = tags
	}
	t.touch(a.k.Now())
	f.answer(a, http.StatusOK, t)
}

func (f family) delete(a *ask) {
	t := a.thing(a.id())
	switch {
	case t == nil:
		a.ok(http.StatusNoContent, nil)
		return
	case t.busy(a.k.Now()):
		a.inProgress(t)
		return
	case !f.matched(a, t), f.drop != nil && !f.drop(a, t):
		return
	}
	if f.located {
		a.things.remove(t)
		a.ok(http.StatusOK, nil)
		return
	}
	a.things.leave(t, f.later(a))
	a.begin(operation{service: f.service, location: t.location, ready: t.gone}).announce(a)
	a.ok(http.StatusAccepted, nil)
}

// reference finds the resource that a body names; one that is missing, of another kind or not ready is answered.
func (a *ask) reference(by *thing, id string, kinds ...string) *thing {
	t := a.thing(id)
	switch {
	case t == nil || !slices.ContainsFunc(kinds, func(k string) bool { return strings.EqualFold(k, t.kind) }):
		a.fail(http.StatusBadRequest, "InvalidResourceReference", "Resource "+id+" referenced by resource "+by.id+" was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.")
	case t.location != by.location && by.location != "global":
		a.fail(http.StatusBadRequest, "InvalidResourceReference", "Resource "+id+" referenced by resource "+by.id+" is in region "+t.location+", not "+by.location+".")
	case t.busy(a.k.Now()):
		retryAfter(a.w, a.patience(t.ready))
		a.fail(http.StatusConflict, "ReferencedResourceNotProvisioned", "Cannot proceed with operation because resource "+t.id+" used by resource "+by.id+" is not in Succeeded state. Resource is in "+t.state(a.k.Now())+" state and the last operation that updated/is updating the resource is PutOperation.")
	default:
		return t
	}
	return nil
}
