package azure

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/itbytes/landfall/simulator/kernel"
)

// graphRoute is one operation of Microsoft Graph. In a path {id} takes an object id or an alternate key in parentheses that
// belongs to the segment before it, as in applications(uniqueName='x').
type graphRoute struct {
	method, path, operation string
	scope                   string // the application permission it needs
	answer                  func(*graphAsk)
}

// unfinished reports whether v1.0 does not have the operation yet.
func (t graphRoute) unfinished() bool { return strings.HasPrefix(t.path, "reports/") }

// graphAsk is one admitted request to Graph.
type graphAsk struct {
	*ask
	keys []key // one for each {id} of the path, in order
}

// key names an object: by id, or by another field that is unique.
type key struct{ field, value string }

func graphTable() []graphRoute {
	var all []graphRoute
	for _, family := range [][]graphRoute{applicationRoutes(), credentialRoutes(), federationRoutes(), principalRoutes(), directoryRoutes(), conditionalRoutes(), activityRoutes()} {
		all = append(all, family...)
	}
	return all
}

var keyed = regexp.MustCompile(`^([A-Za-z]+)\((?:([A-Za-z]+)=)?'(.*)'\)$`)

// graphSegments separates keys in parentheses from the collection they belong to.
func graphSegments(segments []string) (path []string, keys []key) {
	for i, s := range segments {
		if m := keyed.FindStringSubmatch(s); m != nil {
			field := m[2]
			if field == "" {
				field = "id"
			}
			path, keys = append(path, m[1], "{id}"), append(keys, key{field, strings.ReplaceAll(m[3], "''", "'")})
			continue
		}
		if i%2 == 1 && collections()[segments[i-1]] {
			path, keys = append(path, "{id}"), append(keys, key{"id", s})
			continue
		}
		path = append(path, s)
	}
	return path, keys
}

// collections are those whose next segment is an id.
func collections() map[string]bool {
	return map[string]bool{"applications": true, "servicePrincipals": true, "federatedIdentityCredentials": true, "deletedItems": true, "users": true}
}

func findGraph(method string, segments []string) (t graphRoute, keys []key, found bool) {
	path, keys := graphSegments(segments)
	asked := strings.Join(path, "/")
	if rest, is := strings.CutPrefix(asked, "identity/conditionalAccess/policies/"); is && !strings.Contains(rest, "/") {
		asked, keys = "identity/conditionalAccess/policies/{id}", []key{{"id", rest}}
	}
	if rest, is := strings.CutPrefix(asked, "directory/deletedItems/"); is && !strings.HasPrefix(rest, "microsoft.graph.") {
		id, action, _ := strings.Cut(rest, "/")
		asked, keys = strings.TrimSuffix("directory/deletedItems/{id}/"+action, "/"), []key{{"id", id}}
	}
	for _, t := range graphTable() {
		if t.method == method && strings.EqualFold(t.path, asked) {
			return t, keys, true
		}
	}
	return graphRoute{operation: "unknown." + strings.ToLower(method)}, nil, false
}

// serveGraph answers Microsoft Graph: segments begin with the version.
func (c *Cloud) serveGraph(w http.ResponseWriter, r *http.Request, segments []string) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 4<<20)) // what was cut off fails to decode below
	var t graphRoute
	var keys []key
	found := false
	version := ""
	if len(segments) > 0 {
		version = segments[0]
		t, keys, found = findGraph(r.Method, segments[1:])
	}
	call := kernel.Call{Cloud: "azure", Scope: c.tenant, Service: "graph", Operation: t.operation, Write: r.Method != http.MethodGet}
	who := c.bearer(r)
	if who != nil {
		call.Login = who.login
	}
	c.k.Serve(w, r, call, refuseGraph, func(w http.ResponseWriter) {
		a := &graphAsk{ask: &ask{Cloud: c, w: w, r: r, who: who, body: obj{}}, keys: keys}
		c.mu.Lock()
		defer c.mu.Unlock()
		switch {
		case !a.authentic(audienceGraph):
		case version != "v1.0" && version != "beta":
			a.graphFail(http.StatusBadRequest, "BadRequest", "Invalid version: "+version)
		case !found || version == "v1.0" && t.unfinished():
			a.graphFail(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '"+strangest(segments[1:])+"'.")
		case who.app != "" && !c.granted(who.app, t.scope):
			a.graphFail(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
		case len(body) > 0 && json.Unmarshal(body, &a.body) != nil:
			a.graphFail(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
		default:
			t.answer(a)
		}
	})
}

// strangest is the segment that Graph would name: the first that no operation has.
func strangest(segments []string) string {
	for i, s := range segments {
		name, _, _ := strings.Cut(s, "(")
		known := false
		for _, t := range graphTable() {
			if parts := strings.Split(t.path, "/"); i < len(parts) && (strings.EqualFold(parts[i], name) || parts[i] == "{id}") {
				known = true
			}
		}
		if !known {
			return name
		}
	}
	if len(segments) == 0 {
		return ""
	}
	return segments[len(segments)-1]
}

// granted reports whether the estate has given an application a permission of Graph.
func (c *Cloud) granted(app, scope string) bool {
	a := c.appByClientID(app)
	if a == nil {
		return false
	}
	for _, s := range a.scopes {
		if s == scope || strings.HasPrefix(s, strings.TrimSuffix(scope, ".Read.All")+".ReadWrite") || s == "Directory.ReadWrite.All" {
			return true
		}
	}
	return false
}

// graphFail answers with Graph's error body.
func (a *ask) graphFail(status int, code, message string, details ...obj) {
	failGraph(a.w, status, code, message, details...)
}

func failGraph(w http.ResponseWriter, status int, code, message string, details ...obj) {
	id := newID()
	inner := obj{"code": code, "message": message, "innerError": obj{"request-id": id, "client-request-id": id, "date": ""}}
	if len(details) > 0 {
		inner["details"] = values(details)
	}
	w.Header().Set("request-id", id)
	write(w, status, obj{"error": inner})
}

func refuseGraph(w http.ResponseWriter, x kernel.Refusal) {
	status, code, message := http.StatusUnauthorized, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."
	switch x.Reason {
	case kernel.LoginLocked:
		message = "Continuous access evaluation resulted in challenge: AADSTS50053: The account is locked."
	case kernel.Ordered:
		status, code, message = ordered(w, x)
	}
	throttleHeaders(w, x.Over)
	failGraph(w, status, code, message)
}

// throttleHeaders say which limit of Graph a call is over (Microsoft Graph throttling limits, "Throttled responses requests").
func throttleHeaders(w http.ResponseWriter, over kernel.Limit) {
	if over.Name == "" {
		return
	}
	what, why := "ReadWrite", "ResourceUnitLimitExceeded"
	if over.Kind == "write" {
		what, why = "Write", "WriteLimitExceeded"
	}
	w.Header().Set("x-ms-throttle-scope", "Tenant_Application/"+what)
	w.Header().Set("x-ms-throttle-information", why)
}

// answer writes an object with its context, narrowed to $select.
func (a *graphAsk) answer(status int, entity string, o obj) {
	o = a.narrowed(o)
	o["@odata.context"] = base(a.r) + "/graph/v1.0/$metadata#" + entity + "/$entity"
	a.ok(status, o)
}

// collection answers a list, a page at a time.
func (a *graphAsk) collection(entity string, items []obj) {
	for i := range items {
		items[i] = a.narrowed(items[i])
	}
	query := a.r.URL.Query()
	from, to := window(query, a.estate.PageSize, len(items))
	answer := obj{"@odata.context": base(a.r) + "/graph/v1.0/$metadata#" + entity, "value": values(items[from:to])}
	if to < len(items) {
		answer["@odata.nextLink"] = a.following(query, to)
	}
	a.ok(http.StatusOK, answer)
}

func (a *graphAsk) narrowed(o obj) obj {
	fields := a.r.URL.Query().Get("$select")
	if fields == "" {
		return copied(o)
	}
	out := obj{}
	for f := range strings.SplitSeq(fields, ",") {
		if v, has := o[strings.TrimSpace(f)]; has {
			out[strings.TrimSpace(f)] = v
		}
	}
	return copied(out)
}

var equals = regexp.MustCompile(`^([A-Za-z]+) eq '((?:[^']|'')*)'$`)

// filtered keeps what $filter (field eq 'value') asks for; another filter is answered with an error.
func (a *graphAsk) filtered(items []obj) ([]obj, bool) {
	filter := a.r.URL.Query().Get("$filter")
	if filter == "" {
		return items, true
	}
	m := equals.FindStringSubmatch(filter)
	if m == nil {
		a.graphFail(http.StatusBadRequest, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified.")
		return nil, false
	}
	var out []obj
	for _, o := range items {
		if strings.EqualFold(text(o, m[1]), strings.ReplaceAll(m[2], "''", "'")) {
			out = append(out, o)
		}
	}
	return out, true
}
