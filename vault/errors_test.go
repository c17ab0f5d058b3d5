package vault_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/vault"
)

func TestWhatTheServerRefusesIsNamedAndIsNeverAbsence(t *testing.T) {
	for _, c := range []struct {
		name  string
		order kernel.Fault
		ref   string
		want  fault.Kind
		hint  string
		after time.Duration
	}{
		{name: "an invalid token", order: kernel.Fault{Status: 401}, want: fault.SessionExpired, hint: "OP_CONNECT_TOKEN"},
		{name: "a forbidden vault", order: kernel.Fault{Status: 403}, want: fault.Denied, hint: "OP_CONNECT_TOKEN"},
		{name: "too many calls", order: kernel.Fault{Status: 429, RetryAfter: kernel.Duration(7 * time.Second)}, want: fault.Throttled, after: 7 * time.Second},
		{name: "a breakdown", order: kernel.Fault{Status: 500}, want: fault.Transient, hint: "OP_CONNECT_HOST"},
		{name: "a server that is starting", order: kernel.Fault{Status: 503}, want: fault.Transient, hint: "OP_CONNECT_HOST"},
		{name: "a dropped connection", order: kernel.Fault{Do: kernel.DoReset}, want: fault.Transient, hint: "OP_CONNECT_HOST"},
		{name: "a bad request", order: kernel.Fault{Status: 400}, want: fault.Invalid},
		{name: "a vault that is not there", ref: "op://nowhere/x", want: fault.Invalid, hint: "OP_CONNECT_TOKEN"},
		{name: "a vault not given to the token", ref: "op://closed/x", want: fault.Invalid, hint: "OP_CONNECT_TOKEN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := raise(t, world(), vault.Options{})
			if c.ref == "" {
				c.ref = ref
				c.order.Match.Operation = "GetVaultItems"
				s.kernel.Order(c.order)
			}
			it, err := s.vault.Find(t.Context(), c.ref)
			f := fault.As(err)
			if f == nil {
				t.Fatalf("got %+v and %v, want a fault", it, err)
			}
			if f.Kind != c.want || !strings.Contains(f.Hint, c.hint) || f.After != c.after {
				t.Errorf("got %s (hint %q, after %s), want %s (hint with %q, after %s)", f.Kind, f.Hint, f.After, c.want, c.hint, c.after)
			}
		})
	}
}

func TestTheMissingVaultIsNamed(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	_, err := s.vault.Keep(t.Context(), "op://nowhere/x", key("AKIA1", "one"))
	want := `no vault named "nowhere" in 1Password Connect: create it or give the token access to it`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAWorkerWithoutHostOrTokenSaysWhatItLacks(t *testing.T) {
	for _, c := range []struct {
		name string
		o    vault.Options
		want fault.Kind
		says string
	}{
		{"no host", vault.Options{Token: plan.NewSecret("x")}, fault.Denied, "OP_CONNECT_HOST"},
		{"no token", vault.Options{Host: "http://127.0.0.1:1"}, fault.SessionExpired, "OP_CONNECT_TOKEN"},
		{"an address that is none", vault.Options{Host: "connect:8080", Token: plan.NewSecret("x")}, fault.Invalid, "OP_CONNECT_HOST"},
		{"nobody there", vault.Options{Host: "http://127.0.0.1:1", Token: plan.NewSecret("x")}, fault.Transient, "OP_CONNECT_HOST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := vault.New(c.o).Find(t.Context(), ref)
			if f := fault.As(err); f == nil || f.Kind != c.want || !strings.Contains(f.Hint, c.says) {
				t.Errorf("got %v (%+v), want %s with a hint naming %s", err, f, c.want, c.says)
			}
		})
	}
}

func TestATokenOfAnotherServerIsASessionThatNeedsAPerson(t *testing.T) {
	s := raise(t, world(), vault.Options{Token: plan.NewSecret("of another server")})
	if _, err := s.vault.Find(t.Context(), ref); fault.KindOf(err) != fault.SessionExpired {
		t.Errorf("got %v, want the session expired", err)
	}
}

func TestWhoeverNoLongerWaitsIsObeyedAtOnce(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.kernel.Order(kernel.Fault{Do: kernel.DoHang})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := s.vault.Keep(ctx, ref, key("AKIA1", "one"))
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 5*time.Second {
		t.Errorf("after %s: got %v, want the caller's deadline", time.Since(began), err)
	}
}

func TestNoErrorHoldsASecretEvenWhenTheServerSendsItBack(t *testing.T) {
	const token, value = "the-very-token", "the-very-secret"
	echo := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				r.Header.Del("Authorization")
				next.ServeHTTP(w, r)
				return
			}
			b, _ := io.ReadAll(r.Body)
			http.Error(w, `{"status":400,"message":"refused `+value+` with `+r.Header.Get("Authorization")+`"}`, http.StatusBadRequest)
			if !strings.Contains(string(b), value) {
				t.Errorf("the server was not sent the secret: the test proves nothing")
			}
		})
	}
	open := func(next http.Handler) http.Handler { // any token will do for reading
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/vaults"):
				_, _ = io.WriteString(w, `[{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","name":"itbytes-internal"}]`)
			case r.Method == http.MethodGet:
				_, _ = io.WriteString(w, `[]`)
			default:
				next.ServeHTTP(w, r)
			}
		})
	}
	s := raise(t, world(), vault.Options{Token: plan.NewSecret(token)}, echo, open)
	_, err := s.vault.Keep(t.Context(), ref, key("AKIA1", value))
	if err == nil || !strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), value) || strings.Contains(err.Error(), token) {
		t.Errorf("got %v, want the server's words without token and secret", err)
	}
}

func TestTheTokenFollowsNoRedirect(t *testing.T) {
	heard := make(chan string, 1)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard <- r.Header.Get("Authorization") }))
	defer other.Close()
	away := func(http.Handler) http.Handler { return http.RedirectHandler(other.URL, http.StatusFound) }
	s := raise(t, world(), vault.Options{}, away)
	_, err := s.vault.Find(t.Context(), ref)
	if err == nil {
		t.Error("a redirect was taken for an answer")
	}
	select {
	case got := <-heard:
		if strings.Contains(got, s.connect.Token()) {
			t.Error("the token was sent to another server")
		}
	default:
	}
}
