package gcp_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/itbytes/landfall/cloud/gcp/names"
)

var update = flag.Bool("update", false, "write the golden files anew")

// tap writes down what goes out and changes nothing.
type tap struct {
	base http.RoundTripper

	mu     sync.Mutex
	writes []string
}

func (p *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet && !asksOnly(r.URL.Path) && r.URL.Path != "/oauth2/token" {
		var body []byte
		if r.Body != nil {
			var err error
			if body, err = io.ReadAll(r.Body); err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		p.mu.Lock()
		p.writes = append(p.writes, r.Method+" "+r.URL.Path+query(r)+"\n"+pretty(body))
		p.mu.Unlock()
	}
	return p.base.RoundTrip(r)
}

func asksOnly(path string) bool {
	return strings.HasSuffix(path, ":getIamPolicy") || strings.HasSuffix(path, ":testIamPermissions")
}

func query(r *http.Request) string {
	q := r.URL.Query()
	for _, always := range []string{"alt", "$alt", "prettyPrint"} {
		q.Del(always)
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// pretty is a body with its names sorted, one a line.
func pretty(body []byte) string {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return string(body)
	}
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return string(body)
	}
	return string(b) + "\n"
}

// plain puts names in the place of what is random: the project's number, etags, fingerprints, keys.
func plain(s, number string) string {
	s = strings.ReplaceAll(s, number, "NUMBER")
	s = regexp.MustCompile(`"publicKeyData": "[^"]*"`).ReplaceAllString(s, `"publicKeyData": "CERTIFICATE"`)
	return regexp.MustCompile(`"(etag|fingerprint)": "[^"]*"`).ReplaceAllString(s, `"$1": "ETAG"`)
}

func TestWhatGoogleHearsOfTheManagementLanding(t *testing.T) {
	w := newWorld(t, nil)
	number := facts(w.land(t, landing(t, "mgmt"), ""))[names.FactNumber]
	seen, log := map[string]bool{}, strings.Builder{}
	for _, call := range w.wire.writes {
		if call = plain(call, number); !seen[call] { // a call that waits for what was made to be seen is sent again
			seen[call] = true
			log.WriteString(call + "\n")
		}
	}
	const golden = "testdata/mgmt.writes.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(log.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(log.String(), "\n"); log.String() != string(want) {
		for i, line := range strings.Split(string(want), "\n") {
			if i >= len(got) || got[i] != line {
				t.Fatalf("line %d of %s: got %q, want %q (run with -update where the change is meant)", i+1, golden, got[min(i, len(got)-1)], line)
			}
		}
		t.Fatalf("got more than %s has", golden)
	}
}
