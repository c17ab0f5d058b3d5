package aws

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// service is one API of the cloud: how it talks and what it can do.
type service struct {
	name       string // signing name, except where two APIs share one
	dialect    wire.Dialect
	operations map[string]operation
	routes     []route // of the REST protocols
	word       string  // between a list's name and the number of an element, in the query protocol
	open       bool    // it asks for no signature, and for no right of IAM: signing in
}

// operation is one thing a service can do.
type operation struct {
	write  bool
	status int    // of success, where it is not 200
	root   string // of the answer, in REST XML
	do     func(*request) (wire.Map, error)
}

func reads(do func(*request) (wire.Map, error)) operation  { return operation{do: do} }
func writes(do func(*request) (wire.Map, error)) operation { return operation{do: do, write: true} }

func (o operation) answers(status int) operation { o.status = status; return o }
func (o operation) rooted(root string) operation { o.root = root; return o }

// route finds an operation by verb and path; {Name} in the path takes one segment.
type route struct {
	method, path string
	marker       string // a query parameter that must be there
	whole        bool   // no subresource of S3 may be asked for
	operation    string
}

// named finds the operation a request asks for, and what its path says.
func (s *service) named(r *http.Request, form url.Values) (string, map[string]string) {
	switch s.dialect.Protocol {
	case wire.JSON:
		_, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		return name, nil
	case wire.Query, wire.EC2:
		return form.Get("Action"), nil
	}
	address := r.URL.EscapedPath()
	if b := bucketOf(r.Host); b != "" && s.dialect.Protocol == wire.S3 {
		address = "/" + b + address
	}
	for _, t := range s.routes {
		if t.method != r.Method || t.marker != "" && !r.URL.Query().Has(t.marker) || t.whole && subresource(r.URL.Query()) {
			continue
		}
		if path, fits := fit(t.path, address); fits {
			return t.operation, path
		}
	}
	return r.Method + " " + r.URL.Path, nil
}

func subresource(q url.Values) bool {
	for name := range q {
		if name != "x-id" {
			return true
		}
	}
	return false
}

func fit(pattern, path string) (map[string]string, bool) {
	want, got := strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	if len(want) != len(got) {
		return nil, false
	}
	out := map[string]string{}
	for i, w := range want {
		g, err := url.PathUnescape(got[i])
		switch {
		case err != nil:
			return nil, false
		case strings.HasPrefix(w, "{") && g != "":
			out[strings.Trim(w, "{}")] = g
		case w != g:
			return nil, false
		}
	}
	return out, true
}

// writing guesses from an unknown operation's name whether it would change anything.
func writing(operation string) bool {
	for _, p := range []string{"Get", "List", "Describe", "Head", "Batch", "Search", "GET ", "HEAD ", "Query", "Scan", "Check"} {
		if strings.HasPrefix(operation, p) {
			return false
		}
	}
	return true
}
