package azure

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// screen is an Entra that a person at another screen signs in to: it gives the answers in their order, and the last one for ever.
type screen struct {
	expires  string
	answers  []string
	asked    []time.Time
	dropping bool // the first answer is lost
}

func (s *screen) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/devicecode") {
		_, _ = w.Write([]byte(`{"device_code":"a-long-code","user_code":"ABC","verification_uri":"https://where","expires_in":` + s.expires + `,"interval":1}`))
		return
	}
	s.asked = append(s.asked, time.Now())
	if s.dropping && len(s.asked) == 1 {
		panic(http.ErrAbortHandler)
	}
	body := s.answers[min(len(s.asked), len(s.answers))-1]
	if !strings.Contains(body, "access_token") {
		w.WriteHeader(http.StatusBadRequest)
	}
	_, _ = w.Write([]byte(body))
}

const (
	pending = `{"error":"authorization_pending","error_codes":[70016],"error_description":"AADSTS70016: pending"}`
	slower  = `{"error":"slow_down","error_description":"slower"}`
	granted = `{"access_token":"a.b.c","refresh_token":"r","expires_in":3600}`
)

func TestASignInIsAwaitedAsItsStandardSays(t *testing.T) {
	for _, c := range []struct {
		title string
		screen
		want fault.Kind
		says string
	}{
		{"pending, then granted", screen{expires: "60", answers: []string{pending, granted}}, "", ""},
		{"an answer lost", screen{expires: "60", answers: []string{granted}, dropping: true}, "", ""},
		{"nobody came", screen{expires: "1", answers: []string{pending}}, fault.SessionExpired, "before the code ended"},
		{"the code ended", screen{expires: "60", answers: []string{`{"error":"expired_token","error_description":"AADSTS70020"}`}}, fault.SessionExpired, "before the code ended"},
		{"declined", screen{expires: "60", answers: []string{`{"error":"authorization_declined"}`}}, fault.SessionExpired, "declined"},
		{"locked", screen{expires: "60", answers: []string{`{"error":"invalid_grant","error_codes":[50053],"error_description":"AADSTS50053: locked"}`}}, fault.Locked, "50053"},
	} {
		t.Run(c.title, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(&c.screen)
			defer srv.Close()
			cloud := New(Options{Endpoint: srv.URL, Sessions: t.TempDir()})
			shown := 0
			err := cloud.SignIn(t.Context(), plan.Login{Name: "azure-admin", Type: "entra-user", Tenant: "t"}, func(ch plan.Challenge) {
				if shown++; ch.Code != "ABC" || ch.URL != "https://where" {
					t.Errorf("got %+v, want what the server gave", ch)
				}
			})
			if got := fault.KindOf(err); got != c.want || shown != 1 {
				t.Fatalf("got %v, shown %d times; want %q once", err, shown, c.want)
			}
			if f := fault.As(err); f != nil && (!strings.Contains(f.Error(), c.says) || strings.Contains(f.Error(), "a-long-code") || f.Login != "azure-admin") {
				t.Errorf("got %q of %q, want %q of azure-admin and no code", f.Error(), f.Login, c.says)
			}
		})
	}
}

func TestAServerThatAsksForItIsAskedMoreSlowly(t *testing.T) {
	t.Parallel()
	s := &screen{expires: "3", answers: []string{slower}}
	srv := httptest.NewServer(s)
	defer srv.Close()
	err := New(Options{Endpoint: srv.URL, Sessions: t.TempDir()}).SignIn(t.Context(), plan.Login{Name: "azure-admin", Type: "entra-user"}, func(plan.Challenge) {})
	if fault.KindOf(err) != fault.SessionExpired || len(s.asked) != 2 {
		t.Errorf("got %v after %d questions, want two: after one second, and when the code ended, six seconds being too long", err, len(s.asked))
	}
}
