package conformance

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
)

// route is one operation of a service that says by method and path alone what is asked.
type route struct {
	method, operation string
	path              *regexp.Regexp
	query             []string // names that the address's query must have
	literal           int      // segments of the path that are no variable
}

// routes are AWS's own, by service; conformance/routes.py writes the file.
type routes map[string][]route

func readRoutes(t *testing.T) routes {
	t.Helper()
	b, err := os.ReadFile(os.Getenv("LANDFALL_AWS_ROUTES"))
	if err != nil {
		t.Fatalf("AWS's routes, which conformance/run writes: %v", err)
	}
	var file map[string][][3]string
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	out := routes{}
	for service, rows := range file {
		for _, r := range rows {
			out[service] = append(out[service], parseRoute(r[0], r[1], r[2]))
		}
	}
	return out
}

var variable = regexp.MustCompile(`\\\{[^}]+\\\}`)

// parseRoute reads a path such as /{Bucket}/{Key+}?acl.
func parseRoute(method, uri, operation string) route {
	path, query, _ := strings.Cut(uri, "?")
	pattern := variable.ReplaceAllStringFunc(regexp.QuoteMeta(strings.TrimSuffix(path, "/")), func(v string) string {
		if strings.HasSuffix(v, `\+\}`) {
			return `.+`
		}
		return `[^/]+`
	})
	r := route{method: method, operation: operation, path: regexp.MustCompile("^" + pattern + "$")}
	for _, segment := range strings.Split(path, "/") {
		if segment != "" && !strings.Contains(segment, "{") {
			r.literal++
		}
	}
	if asked, err := url.ParseQuery(query); err == nil {
		for name := range asked {
			r.query = append(r.query, name)
		}
	}
	return r
}

// find is the operation of a request: the route that says the most about it.
func (rs routes) find(service string, r *http.Request) string {
	best, said := "", -1
	path, query := strings.TrimSuffix(r.URL.EscapedPath(), "/"), r.URL.Query()
	for _, c := range rs[service] {
		if c.method != r.Method || !c.path.MatchString(path) {
			continue
		}
		fits := true
		for _, name := range c.query {
			fits = fits && query.Has(name)
		}
		if weight := 100*len(c.query) + c.literal; fits && weight > said {
			best, said = c.operation, weight
		}
	}
	return best
}

func TestARequestIsNamedByTheRouteThatSaysTheMostAboutIt(t *testing.T) {
	rs := routes{"s3": {
		parseRoute("GET", "/{Bucket}", "ListObjects"), parseRoute("GET", "/{Bucket}?location", "GetBucketLocation"),
		parseRoute("GET", "/{Bucket}/{Key+}", "GetObject"), parseRoute("PUT", "/{Bucket}?policy", "PutBucketPolicy"), parseRoute("GET", "/", "ListBuckets"),
	}, "guardduty": {
		parseRoute("GET", "/detector/{DetectorId}", "GetDetector"), parseRoute("GET", "/tags/{ResourceArn}", "ListTagsForResource"),
		parseRoute("GET", "/{Anything}/{Else}", "Nothing"),
	}}
	for _, c := range []struct{ service, method, address, want string }{
		{"s3", "GET", "/b?location", "GetBucketLocation"},
		{"s3", "GET", "/b/", "ListObjects"},
		{"s3", "GET", "/b/a/key?x-id=GetObject", "GetObject"},
		{"s3", "PUT", "/b?policy=", "PutBucketPolicy"},
		{"s3", "PUT", "/b?acl", ""},
		{"s3", "GET", "/", "ListBuckets"},
		{"guardduty", "GET", "/detector/1a2b", "GetDetector"},
		{"guardduty", "GET", "/tags/arn:aws:guardduty:us-east-1:1:detector%2F1a2b", "ListTagsForResource"},
		{"guardduty", "POST", "/detector", ""},
		{"waf", "GET", "/detector/1a2b", ""},
	} {
		if got := rs.find(c.service, httptest.NewRequest(c.method, c.address, nil)); got != c.want {
			t.Errorf("%s %s %s: got %q, want %q", c.service, c.method, c.address, got, c.want)
		}
	}
}
