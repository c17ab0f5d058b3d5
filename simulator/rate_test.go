package simulator_test

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator"
	"github.com/itbytes/landfall/simulator/kernel"
)

// Each cloud refuses what is over a limit in the words of its own documentation.
func TestEachCloudSaysInItsOwnWordsThatThereAreTooManyCalls(t *testing.T) {
	s, err := kernel.Load(filepath.Join("..", "devstack", "scenario", "itbytes.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	once := kernel.Rate{Calls: 1, Per: time.Hour}
	s.Rates = map[string]kernel.Rate{"aws.sts": once, "azure.graph.write": once, "azure.entra.token": once, "gcp.iam.read": once, "gcp.oauth2.token": once}
	sim, err := simulator.New(s)
	if err != nil {
		t.Fatal(err)
	}
	e, err := sim.Listen(t.Context(), simulator.Addresses{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Wait)
	for name, c := range map[string]struct {
		method, url, body string
		status            int
		says              []string
		retry             bool
	}{
		"aws.sts":           {"POST", e.AWS + "/", "Action=GetCallerIdentity&Version=2011-06-15", 400, []string{"<Code>Throttling</Code>", "<Message>Rate exceeded</Message>"}, false},
		"azure.graph.write": {"POST", e.Azure + "/graph/v1.0/applications", "{}", 429, []string{`"code":"TooManyRequests"`}, true},
		"azure.entra.token": {"POST", e.Azure + "/entra/common/oauth2/v2.0/token", "grant_type=client_credentials&client_id=a", 429, []string{"AADSTS90055", "temporarily_unavailable"}, true},
		"gcp.iam.read":      {"GET", e.GCP + "/iam/v1/projects/p/serviceAccounts", "", 429, []string{"Quota exceeded for quota metric 'Read requests'", "RATE_LIMIT_EXCEEDED", `"status":"RESOURCE_EXHAUSTED"`, `"quota_limit_value":"1"`}, false},
		"gcp.oauth2.token":  {"POST", e.GCP + "/oauth2/token", "grant_type=refresh_token", 429, []string{"RATE_LIMIT_EXCEEDED"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			ask := func() (int, http.Header, string) {
				r, err := http.NewRequestWithContext(t.Context(), c.method, c.url, strings.NewReader(c.body))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				if name == "aws.sts" {
					r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0")
				}
				resp, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = resp.Body.Close() }()
				b, err := io.ReadAll(resp.Body)
				if err != nil {
					t.Fatal(err)
				}
				return resp.StatusCode, resp.Header, string(b)
			}
			if status, _, said := ask(); status == c.status && strings.Contains(said, c.says[0]) {
				t.Fatalf("the first call was refused for its rate: %d %s", status, said)
			}
			status, h, said := ask()
			if status != c.status || (h.Get("Retry-After") != "") != c.retry {
				t.Errorf("got %d and Retry-After %q, want %d and that header: %t", status, h.Get("Retry-After"), c.status, c.retry)
			}
			for _, want := range c.says {
				if !strings.Contains(strings.ReplaceAll(said, `": `, `":`), want) {
					t.Errorf("got %s, want %s in it", said, want)
				}
			}
			if name == "azure.graph.write" && (h.Get("x-ms-throttle-information") != "WriteLimitExceeded" || !strings.Contains(h.Get("x-ms-throttle-scope"), "/Write")) {
				t.Errorf("headers %v, want which limit it is over", h)
			}
		})
	}
	for _, m := range sim.Kernel().Limits() {
		if s.Rates[m.Name].Calls > 0 && (m.Refused != 1 || m.Taken != 1) {
			t.Errorf("%s: %d taken and %d refused, want one of each", m.Name, m.Taken, m.Refused)
		}
	}
}
