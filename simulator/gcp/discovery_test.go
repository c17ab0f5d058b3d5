package gcp

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Google publishes what its APIs take and answer as discovery documents, which lie inside google.golang.org/api. The
// simulator's methods, parameters and bodies are held to them.

// document is one discovery document.
type document struct {
	ServicePath string               `json:"servicePath"`
	Schemas     map[string]schema    `json:"schemas"`
	Methods     map[string]method    `json:"methods"`
	Resources   map[string]discovery `json:"resources"`
}

type discovery struct {
	Methods   map[string]method    `json:"methods"`
	Resources map[string]discovery `json:"resources"`
}

type method struct {
	ID         string                               `json:"id"`
	HTTPMethod string                               `json:"httpMethod"`
	Path       string                               `json:"path"`
	FlatPath   string                               `json:"flatPath"`
	Parameters map[string]struct{ Location string } `json:"parameters"`
	Request    schema                               `json:"request"`
	Response   schema                               `json:"response"`
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Format     string            `json:"format"`
	Enum       []string          `json:"enum"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	Additional *schema           `json:"additionalProperties"`
}

// published is a method of a document, with the document.
type published struct {
	method
	path *regexp.Regexp
	doc  *document
}

func documents(t *testing.T) map[string][]published {
	t.Helper()
	b, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil || strings.TrimSpace(string(b)) == "" {
		t.Skipf("google.golang.org/api is not in the module cache: %v", err)
	}
	out := map[string][]published{}
	for api, files := range map[string][]string{
		"cloudresourcemanager": {"cloudresourcemanager/v3/cloudresourcemanager-api.json", "cloudresourcemanager/v1/cloudresourcemanager-api.json"},
		"cloudbilling":         {"cloudbilling/v1/cloudbilling-api.json"}, "serviceusage": {"serviceusage/v1/serviceusage-api.json"},
		"iam": {"iam/v1/iam-api.json"}, "orgpolicy": {"orgpolicy/v2/orgpolicy-api.json"}, "compute": {"compute/v1/compute-api.json"},
		"dns": {"dns/v1/dns-api.json"}, "admin": {"admin/directory/v1/admin-api.json"},
	} {
		for _, f := range files {
			raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(b)), f))
			if err != nil {
				t.Fatal(err)
			}
			d := &document{}
			if err := json.Unmarshal(raw, d); err != nil {
				t.Fatalf("%s: %v", f, err)
			}
			out[api] = append(out[api], d.all(d.Methods, d.Resources)...)
		}
	}
	return out
}

func (d *document) all(methods map[string]method, resources map[string]discovery) []published {
	var out []published
	for _, m := range methods {
		path := m.FlatPath
		if path == "" {
			path = m.Path
		}
		hole := regexp.MustCompile(`\\\{\\?\+?[^}]*\\\}`)
		out = append(out, published{method: m, doc: d, path: regexp.MustCompile("^/" + hole.ReplaceAllString(regexp.QuoteMeta(d.ServicePath+path), `[^/]+`) + "$")})
	}
	for _, r := range resources {
		out = append(out, d.all(r.Methods, r.Resources)...)
	}
	return out
}

// of is the published method that a call is.
func of(methods []published, verb, path string) *published {
	for _, m := range methods {
		if m.HTTPMethod == verb && m.path.MatchString(path) && strings.Contains(path[strings.LastIndex(path, "/"):], ":") == strings.Contains(m.path.String()[strings.LastIndex(m.path.String(), "/"):], ":") {
			return &m
		}
	}
	return nil
}

// unpublished are the APIs whose discovery documents are not in the module.
func unpublished(api string) bool { return api == "oauth2" || api == "securitycentermanagement" }

func TestEveryMethodIsOneThatGooglePublishes(t *testing.T) {
	docs := documents(t)
	for _, r := range table() {
		if unpublished(r.api) {
			continue
		}
		path := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(r.path, "x1")
		m := of(docs[r.api], r.method, path)
		if m == nil {
			t.Errorf("%s %s %s: no such method is published", r.api, r.method, r.path)
			continue
		}
		for _, p := range strings.Fields(r.params) {
			if m.Parameters[p].Location != "query" {
				t.Errorf("%s (%s): parameter %q is not published", r.operation, m.ID, p)
			}
		}
		if r.body == nil {
			continue
		}
		if m.Request.Ref == "" {
			if len(r.body) > 0 {
				t.Errorf("%s (%s): a body is not published", r.operation, m.ID)
			}
			continue
		}
		for _, d := range m.doc.holdShape(m.Request, message(r.body), r.operation) {
			t.Error(d)
		}
	}
}

// holdShape says where a shape takes what the schema has not. The clients of protobuf APIs also send the fields that
// stand in the path; those the schema of the body leaves out.
func (d *document) holdShape(s schema, k kind, at string) []string {
	s = d.resolve(s)
	if s.Type == "any" || k.sort == "any" {
		return nil
	}
	var out []string
	switch k.sort {
	case "message":
		for n, f := range k.of {
			p, ok := s.Properties[n]
			if !ok {
				if top := !strings.Contains(at, "."+n) && strings.Count(at, " ") == 0; top && slices.Contains([]string{"name", "resource", "parent"}, n) {
					continue
				}
				out = append(out, fmt.Sprintf("%s: field %q is not published", at, n))
				continue
			}
			out = append(out, d.holdShape(p, f, at+" "+n)...)
		}
	case "list":
		if s.Type != "array" {
			return []string{fmt.Sprintf("%s: a list is not published", at)}
		}
		out = append(out, d.holdShape(*s.Items, *k.each, at)...)
	case "map":
		if s.Additional == nil {
			return []string{fmt.Sprintf("%s: a map is not published", at)}
		}
		out = append(out, d.holdShape(*s.Additional, *k.each, at)...)
	default:
		want := map[string]string{"string": "string", "boolean": "boolean", "integer": "integer", "number": "number", "long": "string", "bytes": "string", "time": "string", "enum": "string"}[k.sort]
		if s.Type != want {
			out = append(out, fmt.Sprintf("%s: taken as %s, published as %s", at, k.sort, s.Type))
		}
		if k.sort == "enum" && len(s.Enum) > 0 {
			for _, n := range k.names {
				if !slices.Contains(s.Enum, n) {
					out = append(out, fmt.Sprintf("%s: enum value %s is not published", at, n))
				}
			}
		}
	}
	return out
}

func (d *document) resolve(s schema) schema {
	for s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	return s
}

// hold says where an answer differs from its schema: a property that is not published, or a value of another type.
func (d *document) hold(s schema, v any, at string, docs []published) []string {
	s = d.resolve(s)
	wrong := []string{fmt.Sprintf("%s: got %v (%T), published as %s", at, v, v, s.Type)}
	switch s.Type {
	case "object":
		m, ok := v.(map[string]any)
		if !ok {
			return wrong
		}
		if typ, is := m["@type"].(string); is {
			return holdAny(typ, m, at, docs)
		}
		var out []string
		for n, e := range m {
			p, known := s.Properties[n]
			if !known && s.Additional != nil {
				p, known = *s.Additional, true
			}
			if !known {
				out = append(out, fmt.Sprintf("%s: property %q is not published", at, n))
				continue
			}
			out = append(out, d.hold(p, e, at+"."+n, docs)...)
		}
		return out
	case "array":
		l, ok := v.([]any)
		if !ok {
			return wrong
		}
		var out []string
		for i, e := range l {
			out = append(out, d.hold(*s.Items, e, fmt.Sprintf("%s[%d]", at, i), docs)...)
		}
		return out
	case "string":
		if n, isNumber := v.(float64); isNumber && len(s.Enum) > 0 && int(n) < len(s.Enum) {
			return nil // the caller asked for enums as numbers
		}
		text, ok := v.(string)
		if !ok {
			return wrong
		}
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
			return []string{fmt.Sprintf("%s: %q is not one of the published values", at, text)}
		}
		if (s.Format == "int64" || s.Format == "uint64") && !regexp.MustCompile(`^\d+$`).MatchString(text) {
			return []string{fmt.Sprintf("%s: %q is no number", at, text)}
		}
		return nil
	case "boolean":
		if _, ok := v.(bool); !ok {
			return wrong
		}
	case "integer", "number":
		if n, ok := v.(float64); !ok || (s.Type == "integer" && n != float64(int64(n))) {
			return wrong
		}
	}
	return nil
}

// holdAny holds a message inside an Any to the schema of its own type, where one is published.
func holdAny(typ string, m map[string]any, at string, docs []published) []string {
	name := typ[strings.LastIndex(typ, ".")+1:]
	v1 := strings.Contains(typ, ".v1.")
	for _, p := range docs {
		if strings.Contains(p.path.String(), "/v3/") && v1 {
			continue
		}
		s, ok := p.doc.Schemas[name]
		if !ok {
			continue
		}
		plain := map[string]any{}
		for n, v := range m {
			if n != "@type" && (name != "Empty" || n != "value") { // a well-known type stands under "value" in an Any
				plain[n] = v
			}
		}
		return p.doc.hold(s, plain, at+"<"+name+">", docs)
	}
	if slices.Contains([]string{"Empty", "UpdateFolderMetadata", "WorkloadIdentityPoolOperationMetadata", "WorkloadIdentityPoolProviderOperationMetadata"}, name) {
		return nil
	}
	return []string{fmt.Sprintf("%s: no type %s is published", at, typ)}
}

// holder returns what holds every successful answer of a stand to its schema, and counts them.
func holdAnswers(t *testing.T, docs map[string][]published, count map[string]int) func(string, int, map[string]any) {
	return func(line string, code int, answer map[string]any) {
		verb, path, _ := strings.Cut(line, " ")
		path, _, _ = strings.Cut(path, "?")
		api, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if code != 200 || unpublished(api) {
			return
		}
		m := of(docs[api], verb, strings.TrimPrefix(path, "/"+api))
		if m == nil {
			t.Errorf("%s: no such method is published", line)
			return
		}
		count[m.ID]++
		if m.Response.Ref == "" {
			if len(answer) > 0 {
				t.Errorf("%s: got %v, want no body", m.ID, answer)
			}
			return
		}
		for _, d := range m.doc.hold(m.Response, any(answer), m.ID, docs[api]) {
			t.Error(d)
		}
	}
}

func TestEveryAnswerHasThePublishedForm(t *testing.T) {
	docs, count := documents(t), map[string]int{}
	for _, ints := range []string{"", "$alt=json;enum-encoding=int"} {
		d := raise(t, nil)
		d.seen = holdAnswers(t, docs, count)
		tour(d, ints)
	}
	for _, r := range table() {
		if unpublished(r.api) || strings.HasPrefix(r.path, "/v1/projects") && r.api == "cloudresourcemanager" {
			continue
		}
		m := of(docs[r.api], r.method, regexp.MustCompile(`\{\w+\}`).ReplaceAllString(r.path, "x1"))
		if m != nil && count[m.ID] == 0 {
			t.Errorf("%s (%s) was never answered: the tour leaves it out", r.operation, m.ID)
		}
	}
}
