package azure

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/itbytes/landfall/simulator/kernel"
)

// route is one operation of Azure Resource Manager.
type route struct {
	method    string
	path      string // literals match in any case; {name} is one segment, {scope...} at the start any number
	service   string
	operation string
	since     string // the oldest api-version that has this shape
	reads     bool   // a POST that changes nothing
	answer    func(*ask)
}

// writes reports whether the operation changes anything.
func (t route) writes() bool {
	return t.method != http.MethodGet && t.method != http.MethodHead && !t.reads
}

// ask is one admitted request on its way to an answer.
type ask struct {
	*Cloud
	w     http.ResponseWriter
	r     *http.Request
	route route
	p     map[string]string // the path's parameters
	body  obj
	who   *token
}

// param is a path parameter in the case it was written.
func (a *ask) param(name string) string { return a.p[name] }

// id is the path asked for, without a trailing slash.
func (a *ask) id() string { return "/" + strings.Join(split(a.r.URL.EscapedPath()), "/") }

// match fits segments to a pattern.
func match(pattern string, segments []string) (map[string]string, bool) {
	want := split(pattern)
	p := map[string]string{}
	if len(want) > 0 && want[0] == "{scope...}" {
		rest := len(want) - 1
		if len(segments) < rest {
			return nil, false
		}
		cut := len(segments) - rest
		p["scope"] = "/" + strings.Join(segments[:cut], "/")
		want, segments = want[1:], segments[cut:]
	}
	if len(want) != len(segments) {
		return nil, false
	}
	for i, w := range want {
		if name, is := strings.CutPrefix(w, "{"); is {
			p[strings.TrimSuffix(name, "}")] = segments[i]
		} else if !strings.EqualFold(w, segments[i]) {
			return nil, false
		}
	}
	return p, true
}

// find is the operation that a request asks for; known says whether its path is one with other methods.
func (c *Cloud) find(method string, segments []string) (t route, p map[string]string, found, known bool) {
	for _, t := range c.routes {
		p, fits := match(t.path, segments)
		if !fits {
			continue
		}
		if t.method == method {
			return t, p, true, true
		}
		known = true
	}
	return route{}, nil, false, known
}

func (c *Cloud) serveARM(w http.ResponseWriter, r *http.Request, segments []string) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 4<<20)) // what was cut off fails to decode below
	t, p, found, known := c.find(r.Method, segments)
	who := c.bearer(r)
	call := kernel.Call{Cloud: "azure", Scope: c.scopeOf(segments), Service: t.service, Operation: t.operation, Write: t.writes()}
	if !found {
		call.Service, call.Operation = namespaceOf(segments), "unknown."+strings.ToLower(r.Method)
		call.Write = r.Method != http.MethodGet && r.Method != http.MethodHead
	}
	if who != nil {
		call.Login = who.login
	}
	c.k.Serve(w, r, call, refuseARM, func(w http.ResponseWriter) {
		a := &ask{Cloud: c, w: w, r: r, route: t, p: p, who: who}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.things.sweep(c.k.Now())
		w.Header().Set("x-ms-request-id", newID())
		if !a.authentic(audienceARM) || !a.versioned(segments, found, known) || !a.standing(segments) || !a.permitted(segments) {
			return
		}
		if len(body) > 0 && t.method != http.MethodGet {
			if err := json.Unmarshal(body, &a.body); err != nil {
				a.fail(http.StatusBadRequest, "InvalidRequestContent", "The request content was invalid and could not be deserialized: '"+err.Error()+"'.")
				return
			}
		}
		if a.body == nil {
			a.body = obj{}
		}
		if a.gated() || a.disallowed() {
			return
		}
		t.answer(a)
	})
}

var versionForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(-preview|-alpha|-beta)?$`)

// newest is the last api-version anything here knows; a later one is not registered.
const newest = "2026-12-31"

// versioned checks the api-version and that there is such an operation.
func (a *ask) versioned(segments []string, found, known bool) bool {
	version := a.r.URL.Query().Get("api-version")
	switch {
	case version == "":
		a.fail(http.StatusBadRequest, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
	case !versionForm.MatchString(version):
		a.fail(http.StatusBadRequest, "InvalidApiVersionParameter", "The api-version '"+version+"' is invalid. The supported versions are dates of the form yyyy-mm-dd.")
	case !found && known:
		a.fail(http.StatusMethodNotAllowed, "MethodNotAllowed", "The requested resource does not support http method '"+a.r.Method+"'.")
	case !found:
		a.stranger(segments, version)
	case version < a.route.since || version > newest:
		a.noProvider(a.route.service+"/"+strings.Split(a.route.operation, ".")[0], version, a.route.since)
	default:
		return true
	}
	return false
}

// stranger answers for a path that no operation has, as the cloud does for a type it does not know.
func (a *ask) stranger(segments []string, version string) {
	namespace := namespaceOf(segments)
	if namespace == "Microsoft.Resources" {
		a.fail(http.StatusNotFound, "ResourceNotFound", "The Resource '"+a.id()+"' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix")
		return
	}
	if _, known := namespaces()[canonical(namespace)]; !known {
		a.fail(http.StatusNotFound, "InvalidResourceNamespace", "The resource namespace '"+namespace+"' is invalid.")
		return
	}
	kind := namespace
	if i := lastProviders(segments); i >= 0 && len(segments) > i+2 {
		kind += "/" + segments[i+2]
	}
	a.noProvider(kind, version, "")
}

func (a *ask) noProvider(kind, version, since string) {
	message := "No registered resource provider found for location 'null' and API version '" + version + "' for type '" + kind + "'."
	if since != "" {
		message += " The supported api-versions are '" + since + "' and later."
	}
	a.fail(http.StatusBadRequest, "NoRegisteredProviderFound", message)
}

// lastProviders is where the last "providers" stands, -1 where there is none.
func lastProviders(segments []string) int {
	for i := len(segments) - 1; i >= 0; i-- {
		if strings.EqualFold(segments[i], "providers") {
			return i
		}
	}
	return -1
}

func namespaceOf(segments []string) string {
	if i := lastProviders(segments); i >= 0 && i+1 < len(segments) {
		return segments[i+1]
	}
	return "Microsoft.Resources"
}

// scopeOf is the subscription, the management group or the tenant that a path acts in.
func (c *Cloud) scopeOf(segments []string) string {
	if len(segments) > 1 && strings.EqualFold(segments[0], "subscriptions") {
		return strings.ToLower(segments[1])
	}
	if len(segments) > 3 && strings.EqualFold(segments[2], "managementGroups") {
		return segments[3]
	}
	return c.tenant
}
