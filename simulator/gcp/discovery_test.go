package gcp

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
		"dns": {"dns/v1/dns-api.json"}, "storage": {"storage/v1/storage-api.json"}, "admin": {"admin/directory/v1/admin-api.json"},
		"policyanalyzer": {"policyanalyzer/v1/policyanalyzer-api.json"}, "iamcredentials": {"iamcredentials/v1/iamcredentials-api.json"},
		"sts": {"sts/v1/sts-api.json"},
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
	path = strings.TrimPrefix(path, "/upload") // the same method, by its media upload
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

// holdAnswers returns what holds every successful answer of a stand to its schema, and counts them.
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
