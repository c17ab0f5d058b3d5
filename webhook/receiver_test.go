package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// secret is the one of the scheme's own examples.
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" //nolint:gosec // public, and nobody's

// receiver takes notices as the scheme wants it (Standard Webhooks 1.0.0, "Verifying signatures"), written from its text and
// with nothing of ours or of its authors.
type receiver struct {
	secret string
	now    func() time.Time
	answer func(nth int, w http.ResponseWriter) // what it answers to what it believes; nil means 204

	mu    sync.Mutex
	calls int
	heard map[string]string // bodies by id: each is heard once
	last  http.Header
	wrong error
}

func (r *receiver) verify(h http.Header, body []byte) error {
	sent, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil {
		return errors.New("no time")
	}
	if off := r.now().Sub(time.Unix(sent, 0)); math.Abs(off.Minutes()) > 5 {
		return errors.New("the clocks differ by " + off.String())
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.secret, "whsec_"))
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "."))
	mac.Write(body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for got := range strings.SplitSeq(h.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(got), []byte(want)) {
			return nil
		}
	}
	return errors.New("no signature matches")
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, call *http.Request) {
	body, err := io.ReadAll(call.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	r.last = call.Header.Clone()
	if err == nil {
		err = r.verify(call.Header, body)
	}
	if r.wrong = err; err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	r.heard[call.Header.Get("webhook-id")] = string(body)
	if r.answer != nil {
		r.answer(r.calls, w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// listen starts a receiver; through stands between it and whoever calls.
func listen(t *testing.T, r *receiver, through ...func(http.Handler) http.Handler) string {
	t.Helper()
	r.heard = map[string]string{}
	if r.secret == "" {
		r.secret = secret
	}
	if r.now == nil {
		r.now = time.Now
	}
	var h http.Handler = r
	for _, wrap := range through {
		h = wrap(h)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/services/T0001/hush"
}

// kept is a vault with one item, or the fault that reading it meets.
type kept struct {
	value string
	fault error
}

func (k kept) Reveal(_ context.Context, ref, field string) (plan.Secret, error) {
	switch {
	case k.fault != nil:
		return plan.Secret{}, k.fault
	case ref != "op://itbytes-internal/landfall-notices" || field != "signing secret":
		return plan.Secret{}, fault.New(fault.Invalid, "", "there is no %q in %s", field, ref)
	}
	return plan.NewSecret(k.value), nil
}

func TestTheReceiverOfTheseTestsIsOneByTheScheme(t *testing.T) {
	// A signature that the scheme's authors publish with their libraries.
	h := http.Header{}
	h.Set("Webhook-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	h.Set("Webhook-Timestamp", "1614265330")
	h.Set("Webhook-Signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	r := receiver{secret: secret, now: func() time.Time { return time.Unix(1614265330, 0) }}
	if err := r.verify(h, []byte(`{"test": 2432232314}`)); err != nil {
		t.Errorf("the published signature: %v", err)
	}
	if err := r.verify(h, []byte(`{"test": 2432232315}`)); err == nil {
		t.Error("another body passes for the published one")
	}
}
