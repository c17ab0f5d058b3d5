package azure

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// family is a type of tracked resource that lives in a resource group and is made by PUT.
type family struct {
	service string
	typed   string // the type under the namespace: virtualNetworks, networkWatchers/flowLogs
	since   string
	takes   string // the duration of a write, by the kernel's name; empty where the cloud answers at once
	located bool   // a write answers 202 and Location alone, as storage does
	etag    bool   // the body carries an ETag as Microsoft.Network writes it
	weakly  string // how the ETag is wrapped: W/"x" or plain

	head   []string // fields beside properties that a body may have
	fields []string // fields of properties that a body may have; what is read-only is dropped
	reads  []string // fields of properties that only the cloud writes

	// check refuses a body or completes it: old is nil for a new resource, t is what will stand.
	check func(a *ask, old, t *thing) bool
	// show completes what reads answer.
	show func(c *Cloud, t *thing, props obj)
	// drop refuses a deletion.
	drop func(a *ask, t *thing) bool
	// location of all resources of the type: global for some.
	global bool
}

func (f family) kind() string { return f.service + "/" + f.typed }

// last is the last type of the path, by which operations are named.
func (f family) last() string { return f.typed[strings.LastIndex(f.typed, "/")+1:] }

func (f family) routes() []route {
	under := "/subscriptions/{sub}/resourceGroups/{rg}/providers/" + f.service + "/"
	parent, child, nested := strings.Cut(f.typed, "/")
	one, many := under+f.typed+"/{name}", under+f.typed
	if nested {
		many = under + parent + "/{parent}/" + child
		one = many + "/{name}"
	}
	r := func(method, path, verb string, answer func(*ask)) route {
		return route{method: method, path: path, service: f.service, operation: f.last() + "." + verb, since: f.since, answer: answer}
	}
	out := []route{
		r("GET", many, "list", f.list), r("GET", one, "get", f.get), r("PUT", one, "put", f.put),
		r("PATCH", one, "patch", f.patch), r("DELETE", one, "delete", f.delete),
	}
	if !nested {
		out = append(out, r("GET", "/subscriptions/{sub}/providers/"+f.service+"/"+f.typed, "list", f.list))
	}
	return out
}

// render writes a resource as reads answer it.
func (f family) render(c *Cloud, t *thing) obj {
	props := copied(t.props)
	if props == nil {
		props = obj{}
	}
	props["provisioningState"] = t.state(c.k.Now())
	if f.show != nil {
		f.show(c, t, props)
	}
	o := copied(t.head)
	if o == nil {
		o = obj{}
	}
	o["id"], o["name"], o["type"], o["location"], o["properties"] = t.id, t.name, f.kind(), t.location, props
	if t.tags != nil {
		o["tags"] = t.tags
	}
	if f.etag {
		o["etag"] = f.tag(t)
	}
	return o
}

func (f family) tag(t *thing) string {
	if f.weakly == "" {
		return t.etag
	}
	return `W/"` + t.etag + `"`
}

func (f family) list(a *ask) {
	path, _, _ := strings.Cut(strings.ToLower(a.id()), "/providers/")
	if a.param("parent") != "" {
		path = strings.ToLower(a.id()[:strings.LastIndex(a.id(), "/")])
		if a.thing(path) == nil {
			a.missing(path)
			return
		}
	}
	var items []obj
	for _, t := range a.things.within(path, f.kind()) {
		if strings.EqualFold(t.kind, f.kind()) {
			items = append(items, f.render(a.Cloud, t))
		}
	}
	a.page(items)
}

func (f family) get(a *ask) {
	t := a.thing(a.id())
	if t == nil {
		a.missing(a.id())
		return
	}
	f.answer(a, http.StatusOK, t)
}

func (f family) answer(a *ask, status int, t *thing) {
	if f.etag {
		a.w.Header().Set("ETag", f.tag(t))
	}
	a.ok(status, f.render(a.Cloud, t))
}

// missing says that a resource is not there, in Resource Manager's words.
func (a *ask) missing(id string) {
	segments := split(id)
	i := lastProviders(segments)
	group := ""
	if len(segments) > 3 && strings.EqualFold(segments[2], "resourceGroups") {
		group = segments[3]
	}
	a.fail(http.StatusNotFound, "ResourceNotFound", "The Resource '"+strings.Join(segments[i+1:], "/")+"' under resource group '"+group+"' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix")
}

func (f family) put(a *ask) {
	old := a.thing(a.id())
	if !f.matched(a, old) || !f.shaped(a) || !f.free(a, old) {
		return
	}
	p := copied(object(a.body, "properties"))
	if p == nil {
		p = obj{}
	}
	for _, field := range append([]string{"provisioningState"}, f.reads...) {
		delete(p, field)
	}
	tags, _ := tagsOf(a.body) // shaped has refused what is no text
	t := &thing{id: f.path(a), kind: f.kind(), name: a.param("name"), location: place(text(a.body, "location")), tags: tags, props: p, head: obj{}, made: a.k.Now()}
	for _, field := range f.head {
		if v, has := a.body[field]; has {
			t.head[field] = v
		}
	}
	if old != nil {
		t.id, t.name, t.made, t.inside = old.id, old.name, old.made, old.inside
	}
	if f.check != nil && !f.check(a, old, t) {
		return
	}
	ready := f.later(a)
	if f.located && old != nil { // an account is changed at once
		ready = a.k.Now()
	}
	t.touch(ready)
	a.things.put(t)
	f.accepted(a, t, old == nil)
}

// later is when a write that begins now is done.
func (f family) later(a *ask) time.Time {
	if f.takes == "" {
		return a.k.Now()
	}
	return a.k.Later(f.takes)
}

// accepted answers a write: at once, or with the operation that runs.
func (f family) accepted(a *ask, t *thing, fresh bool) {
	status := http.StatusOK
	if fresh {
		status = http.StatusCreated
	}
	if f.takes == "" || !a.k.Now().Before(t.ready) && !f.located {
		f.answer(a, status, t)
		return
	}
	op := a.begin(operation{service: f.service, location: t.location, ready: t.ready, made: func() any { return f.render(a.Cloud, t) }})
	if f.located {
		if !fresh {
			f.answer(a, http.StatusOK, t)
			return
		}
		op.locate(a)
		a.ok(http.StatusAccepted, nil)
		return
	}
	op.announce(a)
	f.answer(a, status, t)
}

// path is the id of the resource asked for, in the cloud's own spelling of types.
func (f family) path(a *ask) string {
	rg := a.thing(groupID(a.param("sub"), a.param("rg")))
	parent, child, nested := strings.Cut(f.typed, "/")
	id := rg.id + "/providers/" + f.service + "/" + parent
	if nested {
		id += "/" + a.param("parent") + "/" + child
	}
	return id + "/" + a.param("name")
}

// place is a location as ids have it: "East US" is eastus.
func place(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }

// allowed lists what properties may hold.
func (f family) allowed() []string {
	return slices.Concat(f.fields, f.reads, []string{"provisioningState"})
}
