package vault_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/vault"
)

// The secrets of the keys that the deeds move.
const (
	firstSecret  = "the-first-\"secret\"\nof-two-lines"
	secondSecret = "the-second-secret"
)

// deed is one thing that is done to an item's slots, what must have been done before, and what stands after it.
type deed struct {
	name   string
	before func(t *testing.T, s *stand)
	do     func(t *testing.T, s *stand) error
	after  map[plan.Slot]string
}

func deeds() []deed {
	kept := func(t *testing.T, s *stand) { s.keep(t, ref, key("K1", firstSecret)) }
	staged := func(t *testing.T, s *stand) { kept(t, s); s.staged(t, ref, "r1", key("K2", secondSecret)) }
	promoted := func(t *testing.T, s *stand) { staged(t, s); s.done(t, s.vault.Promote(t.Context(), ref, "r1")) }
	return []deed{
		{"probe", kept, func(t *testing.T, s *stand) error { return s.vault.Probe(t.Context(), ref) }, map[plan.Slot]string{plan.Current: "K1"}},
		{"stage", kept, func(t *testing.T, s *stand) error {
			_, err := s.vault.Stage(t.Context(), ref, "r1", key("K2", secondSecret))
			return err
		}, map[plan.Slot]string{plan.Current: "K1", plan.Staged: "K2"}},
		{"promote", staged, func(t *testing.T, s *stand) error { return s.vault.Promote(t.Context(), ref, "r1") }, map[plan.Slot]string{plan.Current: "K2", plan.Previous: "K1"}},
		{"revert", promoted, func(t *testing.T, s *stand) error { return s.vault.Revert(t.Context(), ref, "r1") }, map[plan.Slot]string{plan.Current: "K1"}},
		{"drop", promoted, func(t *testing.T, s *stand) error { return s.vault.Drop(t.Context(), ref, plan.Previous) }, map[plan.Slot]string{plan.Current: "K2"}},
	}
}

// swift is world without latencies.
func swift() kernel.Scenario {
	w := world()
	w.Latency = map[string]kernel.Duration{"onepassword": 0}
	return w
}

// stands fails the test unless the item's slots hold these keys.
func (s *stand) stands(t *testing.T, want map[plan.Slot]string) {
	t.Helper()
	got, err := s.vault.Slots(t.Context(), ref)
	s.done(t, err)
	s.slots(t, ref, got.Rotation, want)
}

func TestADeedWhoseAnswerIsLostIsDoneOnce(t *testing.T) {
	for _, d := range deeds() {
		t.Run(d.name, func(t *testing.T) {
			s := raise(t, world(), vault.Options{})
			d.before(t, s)
			n := len(s.writes())
			s.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "UpdateVaultItem"}, Do: kernel.DoLose, Times: 1})
			s.done(t, d.do(t, s))
			if got := s.writes()[n:]; !slices.Equal(got, []string{"UpdateVaultItem"}) {
				t.Errorf("got %v, want one write", got)
			}
			s.stands(t, d.after)
		})
	}
}

func TestADeedThatMeetsABreakdownAtAnyOfItsCallsLeavesTheItemBeforeOrAfterItAndIsDoneByTheNext(t *testing.T) {
	for _, d := range deeds() {
		for _, how := range []kernel.Fault{{Do: kernel.DoReset}, {Status: 503}, {Do: kernel.DoLose}, {Status: 409}, {Status: 429}} {
			for call := range 6 { // vaults, items, item, item again, replace, read back
				t.Run(fmt.Sprintf("%s, %s%d at call %d", d.name, how.Do, how.Status, call+1), func(t *testing.T) {
					s := raise(t, swift(), vault.Options{Pause: time.Millisecond})
					d.before(t, s)
					before := s.item(t, "aws-prod")
					how.ID, how.After = "down", call
					s.kernel.Order(how)
					err := d.do(t, s)
					if f := fault.As(err); f == nil || f.Code == "" && f.Err == nil {
						t.Fatalf("got %v, want the breakdown named", err)
					}
					s.kernel.Lift("down")
					if now := s.item(t, "aws-prod"); now != before {
						s.stands(t, d.after)
					}
					s.done(t, d.do(t, s))
					s.stands(t, d.after)
				})
			}
		}
	}
}

func TestAConflictThatConnectNamesIsLookedIntoBeforeItIsTriedAgain(t *testing.T) {
	for _, d := range deeds() {
		t.Run(d.name, func(t *testing.T) {
			s := raise(t, world(), vault.Options{})
			d.before(t, s)
			n := len(s.kernel.Calls())
			s.kernel.Order(kernel.Fault{ID: "busy", Match: kernel.Match{Operation: "UpdateVaultItem"}, Status: 409, Message: "Internal server conflict", Times: 1})
			s.done(t, d.do(t, s))
			var got []string
			for _, c := range s.kernel.Calls()[n:] {
				got = append(got, c.Operation)
			}
			once := []string{"GetVaults", "GetVaultItems", "GetVaultItemById", "GetVaultItemById", "UpdateVaultItem"}
			if want := append(slices.Concat(once, once), "GetVaultItemById"); !slices.Equal(got, want) {
				t.Errorf("got %v, want everything read again before the second write", got)
			}
			s.stands(t, d.after)
		})
	}
}

// meddler edits another field of an item between two readings of it, once, after it was armed.
type meddler struct {
	armed atomic.Bool
	reads atomic.Int32
}

func (m *meddler) between(next http.Handler) http.Handler {
	edit := meddle(1, 1)(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if m.armed.Load() && r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/items/") && m.reads.Add(1) == 2 {
			edit.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func TestWhatAnotherWriterPutsIntoOtherFieldsMeanwhileIsKept(t *testing.T) {
	for _, d := range deeds() {
		t.Run(d.name, func(t *testing.T) {
			m := &meddler{}
			s := raise(t, world(), vault.Options{}, m.between)
			d.before(t, s)
			m.armed.Store(true)
			s.done(t, d.do(t, s))
			m.armed.Store(false)
			s.stands(t, d.after)
			if it, _ := s.read(t, "aws-prod"); it.field("meddled").Value != "yes" {
				t.Errorf("got %+v, want the other's field too", it.Fields)
			}
		})
	}
}

func TestAnItemThatSomebodyKeepsChangingIsNotRotatedOverThem(t *testing.T) {
	s := raise(t, world(), vault.Options{}, meddle(100, 1))
	s.byHand(t, "aws-prod", handMade)
	_, err := s.vault.Stage(t.Context(), ref, "r1", key("K2", "two"))
	if f := fault.As(err); f == nil || f.Kind != fault.Conflict || slices.Contains(s.writes(), "UpdateVaultItem") {
		t.Errorf("got %v and %v, want a conflict and nothing overwritten", err, s.writes())
	}
}

func TestAPromotionThatAnotherWriterUndidUnknowinglyIsDoneAgain(t *testing.T) {
	var s *stand
	var stale []byte
	over := func(next http.Handler) http.Handler { // a writer that had read the item before, and replaces it whole right after
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			if r.Method == http.MethodPut && stale != nil {
				p := r.Clone(r.Context())
				p.Body = io.NopCloser(strings.NewReader(string(stale)))
				stale = nil
				next.ServeHTTP(&silent{header: http.Header{}}, p)
			}
		})
	}
	s = raise(t, world(), vault.Options{}, over)
	s.keep(t, ref, key("K1", "one"))
	s.staged(t, ref, "r1", key("K2", "two"))
	_, path := s.read(t, "aws-prod")
	var whole json.RawMessage
	s.ask(t, "GET", path, "", &whole)
	stale = whole
	s.done(t, s.vault.Promote(t.Context(), ref, "r1"))
	s.stands(t, map[plan.Slot]string{plan.Current: "K2", plan.Previous: "K1"})
}

func TestASurplusItemThatWasWrittenLaterIsTheTrueOne(t *testing.T) {
	w := world()
	w.Durations = map[string]kernel.Duration{"onepassword.item": kernel.Duration(400 * time.Millisecond)} // lists show an item late
	s := raise(t, w, vault.Options{})
	time.Sleep(450 * time.Millisecond)
	s.done(t, s.vault.Probe(t.Context(), ref))
	s.staged(t, ref, "r1", key("K1", "one")) // the first is not listed yet
	time.Sleep(450 * time.Millisecond)
	s.done(t, s.vault.Promote(t.Context(), ref, "r1"))
	if got := s.titles(t, "aws-prod"); got != 1 {
		t.Errorf("got %d items, want one", got)
	}
	s.slots(t, ref, "r1", map[plan.Slot]string{plan.Current: "K1"})
	s.holds(t, ref, "secret access key", "one")
}

// echo refuses to replace an item and sends it back, as JSON and field by field.
type echo struct{ on atomic.Bool }

func (e *echo) refusing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut || !e.on.Load() {
			next.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		var it raw
		_ = json.Unmarshal(body, &it)
		message := []string{"refused", string(body)}
		for _, f := range it.Fields {
			message = append(message, f.Value)
		}
		answer, _ := json.Marshal(map[string]any{"status": 400, "message": strings.Join(message, " ")})
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(answer)
	})
}

func TestNoErrorOfADeedHoldsASecretEvenWhenTheServerSendsTheItemBack(t *testing.T) {
	const other = "somebody-elses-secret"
	for _, d := range deeds() {
		t.Run(d.name, func(t *testing.T) {
			e := &echo{}
			s := raise(t, world(), vault.Options{}, e.refusing)
			s.byHand(t, "aws-prod", `"fields":[{"id":"d","label":"console password","type":"CONCEALED","value":"`+other+`"}]`)
			d.before(t, s)
			e.on.Store(true)
			f := fault.As(d.do(t, s))
			if f == nil || !strings.Contains(f.Message, "refused") || !strings.Contains(f.Message, "••••") {
				t.Fatalf("got %v, want the server's words", f)
			}
			for _, secret := range []string{firstSecret, "of-two-lines", "the-first", secondSecret, other} {
				if strings.Contains(f.Error()+f.Message+f.Hint, secret) {
					t.Errorf("the error holds %q", secret)
				}
			}
		})
	}
}

func TestAConsumerNeverReadsHalfOfOneKeyAndHalfOfAnother(t *testing.T) {
	s := raise(t, swift(), vault.Options{})
	s.keep(t, ref, key("K0000", "secret-0000"))
	_, path := s.read(t, "aws-prod")
	stop, seen, torn := make(chan struct{}), map[string]int{}, 0
	var reading sync.WaitGroup
	var mu sync.Mutex
	saw := func(id, secret string) {
		mu.Lock()
		defer mu.Unlock()
		seen[id]++
		if id == "" || strings.TrimPrefix(id, "K") != strings.TrimPrefix(secret, "secret-") {
			torn++
		}
	}
	reader := func(every time.Duration, read func()) {
		reading.Go(func() {
			for tick := time.NewTicker(every); ; <-tick.C {
				select {
				case <-stop:
					return
				default:
					read()
				}
			}
		})
	}
	reader(500*time.Microsecond, func() { // as a consumer of its own does, over the wire
		var it raw
		s.ask(t, "GET", path, "", &it)
		saw(it.field("access key id").Value, it.field("secret access key").Value)
	})
	reader(10*time.Millisecond, func() { // as Landfall itself does
		both, err := s.vault.RevealAll(t.Context(), ref, "access key id", "secret access key")
		if err != nil {
			t.Error(err)
			return
		}
		saw(both["access key id"].Reveal(), both["secret access key"].Reveal())
	})
	const rotations = 1000
	for n := 1; n <= rotations; n++ {
		id := fmt.Sprintf("%04d", n)
		s.promoted(t, ref, "r"+id, key("K"+id, "secret-"+id))
	}
	close(stop)
	reading.Wait()
	if torn > 0 || len(seen) < rotations/20 {
		t.Errorf("got %d readings of two keys at once among those of %d keys, want none of many", torn, len(seen))
	}
	if got := s.titles(t, "aws-prod"); got != 1 {
		t.Errorf("got %d items, want one", got)
	}
}

func TestAVaultThatIsAwayIsNamedAndNothingIsLost(t *testing.T) {
	s := raise(t, world(), vault.Options{Timeout: time.Second})
	s.keep(t, ref, key("K1", "one"))
	s.server.Close()
	_, err := s.vault.Stage(t.Context(), ref, "r1", key("K2", secondSecret))
	if fault.KindOf(err) != fault.Transient || strings.Contains(err.Error(), secondSecret) {
		t.Errorf("got %v, want it transient", err)
	}
	if _, err := s.vault.Slots(t.Context(), ref); fault.KindOf(err) != fault.Transient {
		t.Errorf("got %v, want that nobody knows, and not that it holds nothing", err)
	}
}
