package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/simulator/onepassword"
	"github.com/itbytes/landfall/vault"
	"github.com/itbytes/landfall/webhook"
)

func to(address string) plan.Notify {
	return plan.Notify{Webhook: address, Key: "op://itbytes-internal/landfall-notices"}
}

func notice(id string) plan.Notice {
	return plan.Notice{
		ID: id, Time: time.Date(2026, 5, 12, 6, 48, 0, 0, time.UTC), Kind: plan.NoticeHold, Plan: "itbytes", Landing: "aws/mgmt",
		Step: "trail", Login: "aws-sso", Fault: "SessionExpired", What: "aws/mgmt waits: the session has ended.",
		Do: "landfall login aws-sso", Workflow: "land/itbytes/aws/mgmt",
	}
}

func TestAReceiverHearsEachNoticeOnceHoweverOftenItIsTold(t *testing.T) {
	r := &receiver{answer: func(nth int, w http.ResponseWriter) {
		if nth == 1 {
			w.WriteHeader(http.StatusInternalServerError) // it has heard, and its answer says that it has not
		}
	}}
	at, hook := listen(t, r), webhook.New(webhook.Options{Keeper: kept{value: secret}})
	if err := hook.Tell(t.Context(), to(at), notice("run-1")); fault.KindOf(err) != fault.Transient {
		t.Errorf("the first attempt: %v, want a transient fault", err)
	}
	for _, id := range []string{"run-1", "run-2"} {
		if err := hook.Tell(t.Context(), to(at), notice(id)); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if r.calls != 3 || len(r.heard) != 2 || r.wrong != nil {
		t.Errorf("%d calls, %d notices, %v; want three calls that tell two notices", r.calls, len(r.heard), r.wrong)
	}
	if got := r.last.Get("Content-Type"); got != "application/json" {
		t.Errorf("content type %q", got)
	}
	var said map[string]any
	if err := json.Unmarshal([]byte(r.heard["run-2"]), &said); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"id": "run-2", "type": "hold.opened", "timestamp": "2026-05-12T06:48:00Z", "plan": "itbytes", "landing": "aws/mgmt",
		"do": "landfall login aws-sso", "workflow": "land/itbytes/aws/mgmt",
	} {
		if said[field] != want {
			t.Errorf("%s = %v, want %q", field, said[field], want)
		}
	}
	if _, has := said["since"]; has {
		t.Error("a notice says since when of what has no since")
	}
}

func TestTheReceiverRefusesAnotherSecretAWrongClockAndAChangedBody(t *testing.T) {
	change := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, call *http.Request) {
			b, err := io.ReadAll(call.Body)
			if err != nil {
				t.Error(err)
			}
			call.Body = io.NopCloser(bytes.NewReader(bytes.Replace(b, []byte("aws/mgmt"), []byte("gcp/mgmt"), 1)))
			next.ServeHTTP(w, call)
		})
	}
	again := func(next http.Handler) http.Handler { // the same call under another id
		return http.HandlerFunc(func(w http.ResponseWriter, call *http.Request) {
			call.Header.Set("Webhook-Id", "run-9")
			next.ServeHTTP(w, call)
		})
	}
	for name, c := range map[string]struct {
		r       *receiver
		through []func(http.Handler) http.Handler
		says    string
	}{
		"another secret": {r: &receiver{secret: "whsec_" + strings.Repeat("B", 32)}, says: "no signature matches"},
		"a changed body": {r: &receiver{}, through: []func(http.Handler) http.Handler{change}, says: "no signature matches"},
		"another id":     {r: &receiver{}, through: []func(http.Handler) http.Handler{again}, says: "no signature matches"},
		"a clock ahead":  {r: &receiver{now: func() time.Time { return time.Now().Add(time.Hour) }}, says: "the clocks differ"},
		"a clock behind": {r: &receiver{now: func() time.Time { return time.Now().Add(-time.Hour) }}, says: "the clocks differ"},
	} {
		t.Run(name, func(t *testing.T) {
			at := listen(t, c.r, c.through...)
			err := webhook.New(webhook.Options{Keeper: kept{value: secret}}).Tell(t.Context(), to(at), notice("run-1"))
			f := fault.As(err)
			if f == nil || f.Kind != fault.Invalid || f.Code != "401" || !strings.Contains(f.Message, c.says) || !strings.Contains(f.Hint, "notify.key") {
				t.Errorf("got %+v, want an Invalid fault that says %q", f, c.says)
			}
			if len(c.r.heard) != 0 {
				t.Errorf("it heard %v", c.r.heard)
			}
		})
	}
}

func TestEachAnswerIsNamedAndNoneTellsASecret(t *testing.T) {
	for _, c := range []struct {
		status int
		header map[string]string
		body   string
		want   fault.Kind
		after  time.Duration
		hint   string
	}{
		{status: 200},
		{status: 202},
		{status: 204, body: ""},
		{status: 301, header: map[string]string{"Location": "/elsewhere"}, want: fault.Invalid, hint: "no redirect"},
		{status: 307, header: map[string]string{"Location": "/elsewhere"}, want: fault.Invalid, hint: "no redirect"},
		{status: 400, body: "what is this", want: fault.Invalid, hint: "takes POSTs"},
		{status: 401, body: "expected " + secret, want: fault.Invalid, hint: "notify.key"},
		{status: 404, body: "<html>" + strings.Repeat("lost ", 1000), want: fault.Invalid, hint: "takes POSTs"},
		{status: 408, want: fault.Transient, hint: "by itself"},
		{status: 410, want: fault.Invalid, hint: "Take notify out"},
		{status: 425, want: fault.Transient, hint: "by itself"},
		{status: 429, want: fault.Throttled},
		{status: 429, header: map[string]string{"Retry-After": "90"}, want: fault.Throttled, after: 90 * time.Second},
		{status: 500, want: fault.Transient, hint: "by itself"},
		{status: 502, want: fault.Transient, hint: "by itself"},
		{status: 503, want: fault.Transient, hint: "by itself"},
		{status: 503, header: map[string]string{"Retry-After": "7"}, want: fault.Throttled, after: 7 * time.Second},
	} {
		t.Run(strconv.Itoa(c.status), func(t *testing.T) {
			r := &receiver{answer: func(_ int, w http.ResponseWriter) {
				for k, v := range c.header {
					w.Header().Set(k, v)
				}
				w.WriteHeader(c.status)
				if c.status != http.StatusNoContent {
					if _, err := io.WriteString(w, c.body); err != nil {
						t.Error(err)
					}
				}
			}}
			err := webhook.New(webhook.Options{Keeper: kept{value: secret}}).Tell(t.Context(), to(listen(t, r)), notice("run-1"))
			if got := fault.KindOf(err); got != c.want || r.calls != 1 {
				t.Fatalf("got %v after %d calls, want the kind %q after one", err, r.calls, c.want)
			}
			if err == nil {
				return
			}
			f := fault.As(err)
			if f.After != c.after || !strings.Contains(f.Hint, c.hint) || f.Code != strconv.Itoa(c.status) {
				t.Errorf("got %+v, want after %s and a hint with %q", f, c.after, c.hint)
			}
			hushed(t, err)
			if len(f.Message) > 250 {
				t.Errorf("the message repeats the whole answer: %q", f.Message)
			}
		})
	}
}

// hushed fails where an error holds the secret or the address' path, by which some receivers know who may call.
func hushed(t *testing.T, err error) {
	t.Helper()
	all, bad := json.Marshal(fault.As(err))
	if bad != nil {
		t.Fatal(bad)
	}
	for _, never := range []string{strings.TrimPrefix(secret, "whsec_"), "hush"} {
		if text := string(all) + err.Error(); strings.Contains(text, never) {
			t.Errorf("%q stands in %s", never, text)
		}
	}
}

func TestAReceiverThatDoesNotAnswerIsTriedAgainAndItsAddressIsNotTold(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, call *http.Request) {
		if _, err := io.Copy(io.Discard, call.Body); err == nil {
			<-call.Context().Done()
		}
	}))
	t.Cleanup(slow.Close)
	strange := httptest.NewUnstartedServer(http.NotFoundHandler())
	strange.Config.ErrorLog = log.New(io.Discard, "", 0)
	strange.StartTLS() // nobody has vouched for its certificate
	t.Cleanup(strange.Close)
	hook := webhook.New(webhook.Options{Keeper: kept{value: secret}, Timeout: 100 * time.Millisecond})
	for name, c := range map[string]struct{ at, says string }{
		"nobody there":   {gone.URL, "refused"},
		"no answer":      {slow.URL, "no answer in time"},
		"a stranger TLS": {strange.URL, "certificate"},
	} {
		err := hook.Tell(t.Context(), to(c.at+"/services/T0001/hush"), notice("run-1"))
		if fault.KindOf(err) != fault.Transient || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want a transient fault that says %q", name, err, c.says)
		}
		hushed(t, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := hook.Tell(ctx, to(slow.URL), notice("run-1")); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who has gone: %v, want that", err)
	}
}

func TestOverTLSANoticeIsTold(t *testing.T) {
	r := &receiver{secret: secret, now: time.Now, heard: map[string]string{}}
	s := httptest.NewTLSServer(r)
	t.Cleanup(s.Close)
	hook := webhook.New(webhook.Options{Keeper: kept{value: secret}, Transport: s.Client().Transport})
	if err := hook.Tell(t.Context(), to(s.URL), notice("run-1")); err != nil || len(r.heard) != 1 {
		t.Errorf("%v, heard %v", err, r.heard)
	}
}

func TestNothingIsSentInTheClearOrWithoutAProperSecret(t *testing.T) {
	for name, c := range map[string]struct {
		at     string
		keeper kept
		want   fault.Kind
	}{
		"in the clear":            {at: "http://hooks.example.com/x", keeper: kept{value: secret}, want: fault.Invalid},
		"a name like ours":        {at: "http://localhost.example.com/x", keeper: kept{value: secret}, want: fault.Invalid},
		"a password in it":        {at: "https://me:hush@hooks.example.com", keeper: kept{value: secret}, want: fault.Invalid},
		"no address":              {at: "hooks", keeper: kept{value: secret}, want: fault.Invalid},
		"no prefix":               {keeper: kept{value: strings.TrimPrefix(secret, "whsec_")}, want: fault.Invalid},
		"an asymmetric key":       {keeper: kept{value: "whsk_" + strings.TrimPrefix(secret, "whsec_")}, want: fault.Invalid},
		"no base64":               {keeper: kept{value: "whsec_hush, hush!"}, want: fault.Invalid},
		"a short one":             {keeper: kept{value: "whsec_aHVzaA=="}, want: fault.Invalid},
		"no item":                 {keeper: kept{fault: fault.New(fault.Invalid, "Put it there.", "there is no such item")}, want: fault.Invalid},
		"a vault shut for us":     {keeper: kept{fault: fault.New(fault.SessionExpired, "Give it a token.", "the token has ended")}, want: fault.Transient},
		"a vault not shown us":    {keeper: kept{fault: fault.New(fault.Denied, "Give it the right.", "forbidden")}, want: fault.Transient},
		"a vault that is resting": {keeper: kept{fault: fault.New(fault.Throttled, "", "too many calls")}, want: fault.Throttled},
	} {
		t.Run(name, func(t *testing.T) {
			r := &receiver{}
			if at := listen(t, r); c.at == "" {
				c.at = at
			}
			err := webhook.New(webhook.Options{Keeper: c.keeper}).Tell(t.Context(), to(c.at), notice("run-1"))
			if got := fault.KindOf(err); got != c.want || r.calls != 0 {
				t.Errorf("got %v after %d calls, want the kind %s after none", err, r.calls, c.want)
			}
			hushed(t, err)
		})
	}
}

func TestTheSecretIsReadFromTheVaultAtTheMomentOfUse(t *testing.T) {
	k := kernel.New(kernel.Scenario{Name: "notices", Estate: map[string]any{"onepassword": map[string]any{
		"vaults": []any{map[string]any{"name": "itbytes-internal"}},
	}}})
	connect, err := onepassword.New(k)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(connect.Handler())
	t.Cleanup(srv.Close)
	safe := vault.New(vault.Options{Host: srv.URL, Token: plan.NewSecret(connect.Token())})
	r := &receiver{}
	at, hook := listen(t, r), webhook.New(webhook.Options{Keeper: safe})
	if err := hook.Tell(t.Context(), to(at), notice("run-1")); fault.KindOf(err) != fault.Invalid || r.calls != 0 {
		t.Errorf("before it is kept: %v after %d calls", err, r.calls)
	}
	for _, s := range []string{secret, "whsec_" + strings.Repeat("C", 32)} { // kept, and then rotated
		_, err := safe.Keep(t.Context(), to(at).Key, plan.ItemFields{Secret: map[string]plan.Secret{webhook.Field: plan.NewSecret(s)}})
		if err != nil {
			t.Fatal(err)
		}
		r.secret = s
		if err := hook.Tell(t.Context(), to(at), notice("run-"+s[6:10])); err != nil {
			t.Errorf("once it is kept: %v", err)
		}
	}
	if len(r.heard) != 2 {
		t.Errorf("heard %v, want both", r.heard)
	}
}
