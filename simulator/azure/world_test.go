package azure_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/itbytes/landfall/simulator/azure"
	"github.com/itbytes/landfall/simulator/kernel"
)

const (
	tenant  = "7d1f0c52-41a5-4c7e-9d0e-3c1f7ab01111"
	sub     = "/subscriptions/5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222"
	billing = "/providers/Microsoft.Billing/billingAccounts/it4bytes/billingProfiles/main/invoiceSections/core"
	arm     = "https://management.azure.com/.default"
	graph   = "https://graph.microsoft.com/.default"
)

type object = map[string]any

// world is a simulated tenant with somebody signed in.
type world struct {
	t *testing.T
	k *kernel.Kernel
	c *azure.Cloud
	*httptest.Server
	tokens map[string]string
	prefer bool
}

// open starts the tenant of an estate with no delays but those the durations give.
func open(t *testing.T, estate string, durations map[string]string) *world {
	t.Helper()
	dir := t.TempDir()
	text := "name: world\nscale: 0\nlatency: {azure: 0s}\nlogins: {azure-admin: {cloud: azure, details: {user: admin@it4bytes.example}}}\nestate: {azure: estate.yaml}\n"
	if len(durations) > 0 {
		text += "durations:\n"
		for name, d := range durations {
			text += fmt.Sprintf("  %s: %s\n", name, d)
		}
	}
	for name, content := range map[string]string{"world.yaml": text, "estate.yaml": estate} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := kernel.Load(filepath.Join(dir, "world.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	k := kernel.New(s)
	c, err := azure.New(k)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, k: k, c: c, Server: httptest.NewServer(c.Handler()), tokens: map[string]string{}}
	t.Cleanup(w.Close)
	return w
}

// itbytes is the estate of the demo.
func itbytes(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../devstack/scenario/itbytes.azure.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// answer is what came back.
type answer struct {
	status int
	body   object
	header http.Header
}

// code is the error code of an answer of Resource Manager or Graph.
func (a answer) code() string {
	e, _ := a.body["error"].(object)
	s, _ := e["code"].(string)
	return s
}

// at walks into an answer: fields by name, members by number.
func (a answer) at(path ...any) any {
	var v any = a.body
	for _, step := range path {
		switch step := step.(type) {
		case string:
			o, _ := v.(object)
			v = o[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil
			}
			v = l[step]
		}
	}
	return v
}

// redeem asks the token endpoint.
func (w *world) redeem(form url.Values) answer {
	w.t.Helper()
	return w.send(http.MethodPost, "/entra/"+tenant+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", "", []byte(form.Encode()))
}

// session is a new session file of the login.
func (w *world) session() (client, refresh string) {
	w.t.Helper()
	s, known := w.c.Session("azure-admin")
	if !known {
		w.t.Fatal("no session for azure-admin")
	}
	var file struct{ TenantID, ClientID, RefreshToken, Username string }
	if err := json.Unmarshal(s.Content, &file); err != nil || file.TenantID != tenant || file.Username != "admin@it4bytes.example" {
		w.t.Fatalf("session file %s: %v", s.Content, err)
	}
	return file.ClientID, file.RefreshToken
}

// token is an access token of the signed-in person.
func (w *world) token(scope string) string {
	w.t.Helper()
	if w.tokens[scope] == "" {
		client, refresh := w.session()
		a := w.redeem(url.Values{"grant_type": {"refresh_token"}, "client_id": {client}, "refresh_token": {refresh}, "scope": {scope + " offline_access"}})
		w.tokens[scope], _ = a.body["access_token"].(string)
	}
	return w.tokens[scope]
}

// arm asks Resource Manager; a path without an api-version is given one.
func (w *world) arm(method, path string, body any) answer {
	w.t.Helper()
	if !strings.Contains(path, "api-version=") {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		path += separator + "api-version=2025-03-01"
	}
	return w.send(method, path, "application/json", w.token(arm), encode(w.t, body))
}

// graph asks Microsoft Graph.
func (w *world) graph(method, path string, body any) answer {
	w.t.Helper()
	return w.send(method, "/graph/v1.0/"+path, "application/json", w.token(graph), encode(w.t, body))
}

// upsert asks Graph to make what is missing.
func (w *world) upsert(path string, body any) answer {
	w.t.Helper()
	w.prefer = true
	defer func() { w.prefer = false }()
	return w.graph(http.MethodPatch, path, body)
}

func encode(t *testing.T, body any) []byte {
	t.Helper()
	if body == nil {
		return nil
	}
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (w *world) send(method, path, kind, token string, body []byte, headers ...string) answer {
	w.t.Helper()
	at := w.URL + path
	if strings.HasPrefix(path, "http") {
		at = path
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, at, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if w.prefer {
		r.Header.Set("Prefer", "create-if-missing")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := w.Client().Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode, header: resp.Header}
	_ = json.NewDecoder(resp.Body).Decode(&a.body) // an empty answer has no body
	return a
}

// refused checks an answer's status and code.
func refused(t *testing.T, a answer, status int, code string) {
	t.Helper()
	if a.status != status || a.code() != code {
		t.Errorf("got %d %q (%v), want %d %q", a.status, a.code(), a.body, status, code)
	}
}

// done checks an answer's status.
func done(t *testing.T, a answer, status int) {
	t.Helper()
	if a.status != status {
		t.Fatalf("got %d %v, want %d", a.status, a.body, status)
	}
}
