package gcp

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/itbytes/landfall/simulator/kernel"
)

// stand is a cloud on a local server, with the token of its one login.
type stand struct {
	t     *testing.T
	k     *kernel.Kernel
	c     *Cloud
	url   string
	token string

	kind string // content type of the last answer
	seen func(line string, code int, answer map[string]any)
}

const standEstate = `
organizations:
  - name: organizations/123456789012
    displayName: example.test
    customer: C0test
    projectQuota: 9
    users:
      - {email: admin@example.test, given: Ada, family: Min, admin: true, enrolled: true, enforced: true}
      - {email: ben@example.test, given: Ben, family: Two, enrolled: true}
      - {email: cas@example.test, given: Cas, family: Three}
    groups: [team@example.test]
billingAccounts:
  - {name: billingAccounts/000000-111111-222222, displayName: Paid, open: true, projectQuota: 4}
  - {name: billingAccounts/333333-444444-555555, displayName: Closed}
folders:
  - {name: folders/987654321098, displayName: things, parent: organizations/123456789012}
projects:
  - id: standing-project
    parent: organizations/123456789012
    created: 2024-04-01T12:34:56Z
    billing: billingAccounts/000000-111111-222222
    services: [compute.googleapis.com, iam.googleapis.com, dns.googleapis.com, orgpolicy.googleapis.com, securitycentermanagement.googleapis.com, storage.googleapis.com, policyanalyzer.googleapis.com]
taken: [somebody-elses]
`

// raise sets a cloud up in which everything is quick, but for the durations named.
func raise(t *testing.T, durations map[string]kernel.Duration) *stand {
	t.Helper()
	return raiseEstate(t, standEstate, durations)
}

func raiseEstate(t *testing.T, estate string, durations map[string]kernel.Duration) *stand {
	t.Helper()
	var part any
	if err := yaml.Unmarshal([]byte(estate), &part); err != nil {
		t.Fatal(err)
	}
	scale := 0.0
	k := kernel.New(kernel.Scenario{
		Scale: &scale, Latency: map[string]kernel.Duration{"default": 0}, Durations: durations, Estate: map[string]any{"gcp": part},
		Logins: map[string]kernel.Login{"admin": {Cloud: "gcp", Details: map[string]string{"user": "admin@example.test"}}},
	})
	c, err := New(k)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(c.Handler())
	t.Cleanup(s.Close)
	d := &stand{t: t, k: k, c: c, url: s.URL}
	d.signIn()
	return d
}

// signIn trades the session's refresh token for an access token.
func (d *stand) signIn() {
	d.t.Helper()
	code, body := d.refresh()
	if code != http.StatusOK {
		d.t.Fatalf("signing in: got %d %v, want 200", code, body)
	}
	d.token = body["access_token"].(string)
}

func (d *stand) refresh() (int, map[string]any) {
	d.t.Helper()
	s, ok := d.c.Session("admin")
	if !ok {
		d.t.Fatal("no session for the login")
	}
	var adc map[string]string
	if err := json.Unmarshal(s.Content, &adc); err != nil {
		d.t.Fatal(err)
	}
	return d.grant(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {adc["refresh_token"]}, "client_id": {adc["client_id"]}, "client_secret": {adc["client_secret"]}})
}

func (d *stand) grant(form url.Values) (int, map[string]any) {
	d.t.Helper()
	r, err := http.PostForm(d.url+"/oauth2/token", form)
	if err != nil {
		d.t.Fatal(err)
	}
	return readAnswer(d.t, r)
}

// do makes one request: "POST /iam/v1/…" with a body of JSON, or none.
func (d *stand) do(line, body string) (int, map[string]any) {
	d.t.Helper()
	return d.doAs(d.token, line, body)
}

func (d *stand) doAs(token, line, body string) (int, map[string]any) {
	d.t.Helper()
	method, path, _ := strings.Cut(line, " ")
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, bytes.NewBufferString(body))
	if err != nil {
		d.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	d.kind = a.Header.Get("Content-Type")
	code, answer := readAnswer(d.t, a)
	if d.seen != nil {
		d.seen(line, code, answer)
	}
	return code, answer
}

// must makes a request that has to succeed.
func (d *stand) must(line, body string) map[string]any {
	d.t.Helper()
	code, answer := d.do(line, body)
	if code != http.StatusOK {
		d.t.Fatalf("%s: got %d %v, want 200", line, code, answer)
	}
	return answer
}

// refuses makes a request that has to be refused with a code and a status (or, in the older APIs, a reason).
func (d *stand) refuses(line, body string, code int, says string) map[string]any {
	d.t.Helper()
	got, answer := d.do(line, body)
	text, _ := json.Marshal(answer)
	if got != code || !strings.Contains(string(text), says) {
		d.t.Fatalf("%s: got %d %s, want %d with %q", line, got, text, code, says)
	}
	return answer
}

func readAnswer(t *testing.T, r *http.Response) (int, map[string]any) {
	t.Helper()
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(b, &out); err != nil {
			t.Fatalf("body %q: %v", b, err)
		}
	}
	return r.StatusCode, out
}
