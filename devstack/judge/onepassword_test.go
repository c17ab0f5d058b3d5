package judge_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/simulator/onepassword"
)

// court judges every request and answer that passes it by 1Password's OpenAPI document.
type court struct {
	t      *testing.T
	router routers.Router
	next   http.Handler
	heard  map[string]bool // operation and status
	// excused changes a request's body before it is judged, where the document and the real server differ.
	excused func([]byte) []byte
}

// convene starts a Connect server behind a court, or skips where the document is not there.
func convene(t *testing.T, excused func([]byte) []byte) (*court, *onepassword.Vault, string) {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "reference", "1password-connect-openapi.yaml")
	if _, err := os.Stat(path); err != nil {
		t.Skip("1Password's OpenAPI document 1password-connect-openapi.yaml is not beside the repository")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sim, err := onepassword.New(kernel.New(kernel.Scenario{Name: "judge", Estate: map[string]any{"onepassword": map[string]any{"vaults": []any{
		map[string]any{"name": "itbytes-internal", "description": "for services"}, map[string]any{"name": "closed", "closed": true},
	}}}}))
	if err != nil {
		t.Fatal(err)
	}
	c := &court{t: t, next: sim.Handler(), heard: map[string]bool{}, excused: excused}
	srv := httptest.NewServer(c)
	t.Cleanup(srv.Close)
	doc.Servers = openapi3.Servers{{URL: srv.URL + "/v1"}}
	for _, root := range []string{"/heartbeat", "/health"} { // the router knows servers of paths, not of operations
		doc.Paths.Value(root).Servers = openapi3.Servers{{URL: srv.URL}}
	}
	if c.router, err = gorillamux.NewRouter(doc); err != nil {
		t.Fatal(err)
	}
	return c, sim, srv.URL
}

func (c *court) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Errorf("read the request: %v", err)
	}
	judged := body
	if c.excused != nil {
		judged = c.excused(body)
	}
	seen := r.Clone(r.Context())
	seen.URL.Scheme, seen.URL.Host = "http", r.Host
	seen.Body, seen.ContentLength = io.NopCloser(bytes.NewReader(judged)), int64(len(judged))
	route, vars, err := c.router.FindRoute(seen)
	if err != nil {
		c.t.Errorf("%s %s is not in the document: %v", r.Method, r.URL, err)
		http.Error(w, "not in the document", http.StatusTeapot)
		return
	}
	in := &openapi3filter.RequestValidationInput{
		Request: seen, PathParams: vars, Route: route,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
		c.t.Errorf("request %s %s: %v", r.Method, r.URL, err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	rec := httptest.NewRecorder()
	c.next.ServeHTTP(rec, r)
	c.heard[route.Operation.OperationID+" "+http.StatusText(rec.Code)] = true
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: rec.Code, Header: rec.Header(), Options: in.Options,
		Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())),
	}
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		c.t.Errorf("answer %d to %s %s: %v", rec.Code, r.Method, r.URL, err)
	}
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

// say makes a request by hand and returns the status and the decoded answer.
func (c *court) say(base, token, method, path, body string) (int, any) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	var out any
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(b, &out); err != nil {
			c.t.Fatal(err)
		}
	}
	return resp.StatusCode, out
}

func TestTheConnectServerAnswersAsTheDocumentSays(t *testing.T) {
	c, sim, base := convene(t, nil)
	expect := func(want int, token, method, path, body string) any {
		t.Helper()
		got, out := c.say(base, token, method, path, body)
		if got != want {
			t.Fatalf("%s %s: got %d %v, want %d", method, path, got, out, want)
		}
		return out
	}
	token := sim.Token()
	expect(200, "", "GET", "/heartbeat", "")
	expect(200, "", "GET", "/health", "")
	expect(401, "", "GET", "/v1/vaults", "")
	if all := expect(200, token, "GET", "/v1/vaults", "").([]any); len(all) != 1 {
		t.Fatalf("the token sees %d vaults, want the one it was given", len(all))
	}
	found := expect(200, token, "GET", "/v1/vaults?filter=name+eq+%22itbytes-internal%22", "").([]any)
	if len(found) != 1 {
		t.Fatalf("the filter by name finds %d vaults", len(found))
	}
	vaultID := found[0].(map[string]any)["id"].(string)
	in, nowhere := "/v1/vaults/"+vaultID, "/v1/vaults/aaaaaaaaaaaaaaaaaaaaaaaaaa"
	expect(200, token, "GET", in, "")
	expect(404, token, "GET", nowhere, "")
	expect(404, token, "GET", nowhere+"/items", "")
	if items := expect(200, token, "GET", in+"/items", "").([]any); len(items) != 0 {
		t.Errorf("an empty vault lists %v", items)
	}
	item := `{"title":"ci","category":"API_CREDENTIAL","vault":{"id":"` + vaultID + `"},"tags":["a"],"urls":[{"href":"https://example.com"}],` +
		`"sections":[{"id":"s1","label":"more"}],"fields":[{"id":"f1","type":"STRING","label":"user","value":"me"},` +
		`{"id":"f2","type":"CONCEALED","label":"key","generate":true,"recipe":{"length":20},"section":{"id":"s1"}}]}`
	expect(400, token, "POST", in+"/items", strings.Replace(item, "API_CREDENTIAL", "CUSTOM", 1))
	expect(404, token, "POST", nowhere+"/items", item)
	made := expect(200, token, "POST", in+"/items", item).(map[string]any)
	at := in + "/items/" + made["id"].(string)
	got := expect(200, token, "GET", at, "").(map[string]any)
	if key := got["fields"].([]any)[1].(map[string]any)["value"].(string); len(key) != 20 || got["version"] != 1.0 {
		t.Errorf("the generated value has %d characters and the version is %v", len(key), got["version"])
	}
	listed := expect(200, token, "GET", in+"/items?filter=title+eq+%22ci%22", "").([]any)
	if _, told := listed[0].(map[string]any)["fields"]; told || len(listed) != 1 {
		t.Errorf("the list tells fields: %v", listed)
	}
	got["title"] = "renamed"
	whole, err := json.Marshal(without(got, "createdAt", "updatedAt", "lastEditedBy"))
	if err != nil {
		t.Fatal(err)
	}
	if now := expect(200, token, "PUT", at, string(whole)).(map[string]any); now["version"] != 2.0 || now["title"] != "renamed" || now["createdAt"] != got["createdAt"] {
		t.Errorf("after the replacement: %v", now)
	}
	patched := expect(200, token, "PATCH", at, `[{"op":"replace","path":"/fields/f1","value":{"label":"user","type":"STRING","value":"you"}},{"op":"remove","path":"/tags/0"}]`).(map[string]any)
	if f := patched["fields"].([]any)[0].(map[string]any); f["value"] != "you" || f["id"] != "f1" || patched["tags"] != nil || patched["version"] != 3.0 {
		t.Errorf("after the patch: %v", patched)
	}
	missing := in + "/items/aaaaaaaaaaaaaaaaaaaaaaaaaa"
	for _, method := range []string{"GET", "DELETE"} {
		expect(404, token, method, missing, "")
		expect(401, "another", method, missing, "")
	}
	expect(400, token, "PUT", at, strings.Replace(item, "API_CREDENTIAL", "DOCUMENT", 1))
	expect(404, token, "PUT", missing, item)
	expect(404, token, "PATCH", missing, `[]`)
	expect(200, token, "GET", at+"/files", "")
	expect(404, token, "GET", at+"/files/aaaaaaaaaaaaaaaaaaaaaaaaaa", "")
	expect(204, token, "DELETE", at, "")
	expect(404, token, "GET", at, "")
}

// libraryOnly matches what 1Password's Go library sends against the document, and the server takes: an empty id with a
// new item, and read-only times.
var libraryOnly = regexp.MustCompile(`"id":"",|,"(createdAt|updatedAt|lastEditedBy)":"[^"]*"`)

func TestTheConnectServerTakesWhatTheGoLibrarySends(t *testing.T) {
	c, sim, base := convene(t, func(body []byte) []byte { return libraryOnly.ReplaceAll(body, nil) })
	status, found := c.say(base, sim.Token(), "GET", "/v1/vaults?filter=title+eq+%22itbytes-internal%22", "") // not name, as the document has it
	if vaults, _ := found.([]any); status != 200 || len(vaults) != 1 {
		t.Fatalf("the filter by title: got %d %v", status, found)
	}
	vaultID := found.([]any)[0].(map[string]any)["id"].(string)
	const item = `{"id":"%s","title":"ci","vault":{"id":"%s"},"category":"API_CREDENTIAL","fields":[{"id":"f1","type":"STRING","label":"user","value":"me"}],` +
		`"createdAt":"0001-01-01T00:00:00Z","updatedAt":"0001-01-01T00:00:00Z"}`
	status, made := c.say(base, sim.Token(), "POST", "/v1/vaults/"+vaultID+"/items", fmt.Sprintf(item, "", vaultID))
	if status != 200 {
		t.Fatalf("create: got %d %v", status, made)
	}
	id := made.(map[string]any)["id"].(string)
	status, now := c.say(base, sim.Token(), "PUT", "/v1/vaults/"+vaultID+"/items/"+id, fmt.Sprintf(item, id, vaultID))
	if status != 200 || now.(map[string]any)["createdAt"] != made.(map[string]any)["createdAt"] {
		t.Errorf("update: got %d %v, want the time of its making as it was", status, now)
	}
	for _, want := range []string{"GetVaults OK", "CreateVaultItem OK", "UpdateVaultItem OK"} {
		if !c.heard[want] {
			t.Errorf("%s was not heard, so it was not judged: %v", want, c.heard)
		}
	}
}

func without(m map[string]any, names ...string) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		if !slices.Contains(names, k) {
			out[k] = v
		}
	}
	return out
}
