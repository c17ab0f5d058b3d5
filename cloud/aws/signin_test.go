package aws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// portal is an IAM Identity Center that answers the question for the token with each answer in turn, the last for ever.
func portal(t *testing.T, asked *atomic.Int64, answers ...string) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/client/register":
			fmt.Fprintf(w, `{"clientId":"c","clientSecret":"s","clientIdIssuedAt":1,"clientSecretExpiresAt":%d}`, time.Now().Add(time.Hour).Unix())
		case "/device_authorization":
			fmt.Fprint(w, `{"deviceCode":"d","userCode":"ABCD-EFGH","verificationUri":"https://it4bytes.awsapps.com/start/#/device","expiresIn":2}`)
		case "/token":
			code := answers[min(int(asked.Add(1)), len(answers))-1]
			if code == "" {
				fmt.Fprint(w, `{"accessToken":"good","expiresIn":28800,"refreshToken":"r"}`)
				return
			}
			w.Header().Set("X-Amzn-Errortype", code)
			w.WriteHeader(map[bool]int{true: http.StatusInternalServerError, false: http.StatusBadRequest}[code == "InternalServerException"])
			fmt.Fprint(w, `{"error":"e","error_description":"d"}`)
		default:
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(srv.Close)
	return srv
}

func TestASignInWaitsAsItIsTold(t *testing.T) {
	const pending, slower = "AuthorizationPendingException", "SlowDownException"
	for name, c := range map[string]struct {
		answers []string
		want    fault.Kind
		code    string
		asked   int64
	}{
		"until the person has signed in":    {[]string{pending, pending, ""}, "", "", 3},
		"through a breakdown":               {[]string{"InternalServerException", ""}, "", "", 2},
		"more slowly when it is told so":    {[]string{slower, pending, ""}, "", "", 3},
		"until the code has expired":        {[]string{pending, "ExpiredTokenException"}, fault.SessionExpired, "ExpiredTokenException", 2},
		"until its own time is over":        {[]string{pending}, fault.SessionExpired, "ExpiredTokenException", 0},
		"until the person has refused":      {[]string{pending, "AccessDeniedException"}, fault.Denied, "AccessDeniedException", 2},
		"not where the client is not known": {[]string{"InvalidClientException"}, fault.SessionExpired, "InvalidClientException", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			dir := t.TempDir()
			cloud := New(Options{Endpoint: portal(t, &asked, c.answers...).URL, Sessions: dir})
			cloud.polite = 50 * time.Millisecond
			began := time.Now()
			err := cloud.SignIn(t.Context(), ssoLanding("").Login, func(plan.Challenge) {})
			f := fault.As(err)
			if fault.KindOf(err) != c.want || c.want != "" && (f.Code != c.code || f.Login != "aws-sso" || f.Hint == "") {
				t.Fatalf("got %+v, %v, want %s %s", f, err, c.want, c.code)
			}
			if c.asked > 0 && asked.Load() != c.asked {
				t.Errorf("it asked %d times, want %d", asked.Load(), c.asked)
			}
			if c.answers[0] == slower && time.Since(began) < 250*time.Millisecond { // one interval, then two twice as long
				t.Errorf("it took %v, want it slower", time.Since(began))
			}
			b, err := os.ReadFile(filepath.Join(dir, "aws-sso.json"))
			if c.want != "" {
				if err == nil {
					t.Errorf("a session was kept: %s", b)
				}
				return
			}
			var kept token
			if err != nil || json.Unmarshal(b, &kept) != nil || kept.AccessToken != "good" || kept.RefreshToken != "r" || kept.StartURL == "" || kept.Region != "us-east-1" {
				t.Errorf("got the session %+v, %v, want it whole", kept, err)
			}
			if until, err := time.Parse(time.RFC3339, kept.ExpiresAt); err != nil || time.Until(until) < 7*time.Hour {
				t.Errorf("it ends %v, %v, want eight hours from now", until, err)
			}
		})
	}
}
