package gcp

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// api is one of Google's APIs: the first segment of the path that its clients are pointed at, and how it words errors.
type api struct {
	name   string
	host   string
	errors bool // errors[] beside the status, as the discovery APIs have it
	status bool
	gated  bool // works in a project only when enabled there
	paid   bool // needs billing in the project
}

func apis() map[string]api {
	list := []api{
		{name: "cloudresourcemanager", status: true},
		{name: "cloudbilling", status: true},
		{name: "serviceusage", status: true},
		{name: "iam", status: true, errors: true, gated: true},
		{name: "iamcredentials", status: true, gated: true},
		{name: "sts", status: true},
		{name: "orgpolicy", status: true, gated: true},
		{name: "compute", errors: true, gated: true, paid: true},
		{name: "dns", status: true, errors: true, gated: true, paid: true},
		{name: "securitycentermanagement", status: true, gated: true},
		{name: "policyanalyzer", status: true, gated: true},
		{name: "admin", errors: true},
		{name: "storage", errors: true, gated: true},
		{name: "oauth2"},
	}
	out := map[string]api{}
	for _, a := range list {
		a.host = a.name + ".googleapis.com"
		out[a.name] = a
	}
	return out
}

// route is one method of one API.
type route struct {
	api       string
	method    string
	path      string // "/v3/projects/{project}:undelete"; a {name} is one segment
	operation string
	write     bool
	params    string // query parameters it knows, beside the ones that every method knows
	body      shape
	do        func(*Cloud, *request) (any, *problem)

	match *regexp.Regexp
}

// request is one call on its way to a method.
type request struct {
	route  route
	api    api
	http   *http.Request
	vars   map[string]string
	query  url.Values
	raw    []byte
	body   fields
	caller caller
	scope  string
	now    time.Time
}

// table lists every method there is, family by family.
func table() []route {
	return slices.Concat(
		tokenRoutes(), organizationRoutes(), folderRoutes(), projectRoutes(), projectV1Routes(), billingRoutes(),
		serviceRoutes(), accountRoutes(), keyRoutes(), credentialsRoutes(), poolRoutes(), providerRoutes(), exchangeRoutes(), constraintRoutes(), orgPolicyRoutes(),
		networkRoutes(), subnetworkRoutes(), firewallRoutes(), securityPolicyRoutes(), computeOperationRoutes(), regionRoutes(),
		zoneRoutes(), bucketRoutes(), securityCenterRoutes(), directoryRoutes(), activityRoutes(),
	)
}

// compile makes the patterns of the table matchers.
func compile(routes []route) ([]route, error) {
	variable := regexp.MustCompile(`\\\{([a-zA-Z]+)\\\}`)
	for i, r := range routes {
		p := variable.ReplaceAllString(regexp.QuoteMeta(r.path), `(?P<$1>[^/:]+)`)
		m, err := regexp.Compile("^" + p + "$")
		if err != nil {
			return nil, fmt.Errorf("route %s %s: %w", r.operation, r.path, err)
		}
		routes[i].match = m
	}
	return routes, nil
}

// find is the route that a request asks for. An API whose own paths begin with its name (compute, dns, admin) is
// found with its prefix before the path or as a part of it.
func (c *Cloud) find(r *http.Request) (route, map[string]string, bool) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(uploaded(polled(r.URL.Path)), "/"), "/")
	for _, path := range []string{"/" + rest, "/" + first + "/" + rest} {
		for _, t := range c.routes {
			if t.api != first || t.method != r.Method {
				continue
			}
			found := t.match.FindStringSubmatch(path)
			if found == nil {
				continue
			}
			vars := map[string]string{}
			for i, n := range t.match.SubexpNames() {
				if n != "" {
					vars[n] = found[i]
				}
			}
			return t, vars, true
		}
	}
	return route{api: first}, nil, false
}

// polled gives an operation's address back the API that it belongs to: the pollers of Google's clients replace the whole
// path of the address they were pointed at, the API's name with it. The operation's own name says whose it is.
func polled(path string) string {
	_, id, ok := strings.Cut(path, "/operations/")
	switch {
	case !ok || (!strings.HasPrefix(path, "/v1/operations/") && !strings.HasPrefix(path, "/v3/operations/")):
		return path
	case strings.HasPrefix(id, "acat."):
		return "/serviceusage" + path
	}
	return "/cloudresourcemanager" + path
}

// checkQuery refuses a parameter that the method does not know, as the real front does.
func (q *request) checkQuery() *problem {
	known := append(strings.Fields(q.route.params), "alt", "$alt", "prettyPrint", "$prettyPrint", "key", "quotaUser", "$.xgafv", "access_token", "uploadType")
	for name := range q.query {
		if !slices.Contains(known, camel(name)) {
			p := invalid("Invalid JSON payload received. Unknown name %q: Cannot bind query parameter. Field '%s' could not be found in request message.", name, name)
			return p.add(fields{
				"@type":           "type.googleapis.com/google.rpc.BadRequest",
				"fieldViolations": []any{fields{"description": p.message}},
			})
		}
	}
	for _, alt := range []string{q.query.Get("alt"), q.query.Get("$alt")} {
		media := alt == "media" && q.route.operation == "objects.get"
		if alt != "" && alt != "json" && alt != "json;enum-encoding=int" && !media {
			return invalid("Unsupported Output Format: %s", alt)
		}
	}
	return nil
}

// ints says whether the caller wants enums as numbers.
func (q *request) ints() bool {
	return q.query.Get("$alt") == "json;enum-encoding=int" || q.query.Get("alt") == "json;enum-encoding=int"
}

// arg is a query parameter, in camelCase or as the proto file writes it.
func (q *request) arg(name string) string {
	for n, v := range q.query {
		if camel(n) == name && len(v) > 0 {
			return v[0]
		}
	}
	return ""
}
