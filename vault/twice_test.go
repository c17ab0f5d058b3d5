package vault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/vault"
)

// titles counts the items of a title, as the server has them.
func (s *stand) titles(t *testing.T, title string) int {
	t.Helper()
	b, err := json.Marshal(s.kernel.State()["onepassword"])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(b), `"title":"`+title+`"`)
}

func TestACreateWhoseAnswerIsLostMakesOneItem(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "CreateVaultItem"}, Do: kernel.DoLose, Times: 1})
	s.keep(t, ref, key("AKIA1", "one"))
	if got := s.titles(t, "aws-prod"); got != 1 || !slices.Equal(s.writes(), []string{"CreateVaultItem"}) {
		t.Errorf("%d items after %v, want one made once", got, s.writes())
	}
	s.holds(t, ref, "secret access key", "one")
}

func TestACrashBetweenCreateAndListIsMendedByTheNextKeep(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	ctx, crash := context.WithTimeout(t.Context(), 20*time.Second)
	defer crash()
	s.kernel.Order(kernel.Fault{ID: "crash", Match: kernel.Match{Operation: "GetVaultItems"}, Do: kernel.DoHang, After: 1})
	go func() {
		for len(s.writes()) == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		crash()
	}()
	if _, err := s.vault.Keep(ctx, ref, key("AKIA1", "one")); !errors.Is(err, context.Canceled) {
		t.Fatalf("the crash: got %v, want it cancelled", err)
	}
	s.kernel.Lift("crash")
	s.keep(t, ref, key("AKIA2", "two"))
	if got := s.titles(t, "aws-prod"); got != 1 {
		t.Errorf("%d items, want one: %v", got, s.writes())
	}
	s.holds(t, ref, "secret access key", "two")
}

func TestASurplusItemIsReadByItsAgeAndRemovedByTheNextKeep(t *testing.T) {
	w := world()
	w.Durations = map[string]kernel.Duration{"onepassword.item": kernel.Duration(400 * time.Millisecond)} // lists show an item late
	s := raise(t, w, vault.Options{})
	time.Sleep(450 * time.Millisecond) // the estate is listed by now
	s.keep(t, ref, key("AKIA1", "one"))
	s.keep(t, ref, key("AKIA2", "two")) // the first is not listed yet
	time.Sleep(450 * time.Millisecond)  // now both are
	if got := s.titles(t, "aws-prod"); got != 2 {
		t.Fatalf("%d items, want the two that the late list led to", got)
	}
	s.holds(t, ref, "secret access key", "two")
	kept := s.keep(t, ref, key("AKIA3", "three"))
	if got := s.titles(t, "aws-prod"); got != 1 || kept.Version != 2 {
		t.Errorf("%d items and version %d, want the oldest one, written a second time", got, kept.Version)
	}
	s.holds(t, ref, "secret access key", "three")
}

func TestAnItemThatLandfallDidNotMakeIsNeverRemoved(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	_, err := s.vault.Keep(t.Context(), "op://itbytes-internal/twice", key("AKIA1", "one"))
	if got := fault.KindOf(err); got != fault.Ambiguous || len(s.writes()) != 0 {
		t.Errorf("keep: got %v and writes %v, want it ambiguous and none", err, s.writes())
	}
	if _, err := s.vault.Find(t.Context(), "op://itbytes-internal/twice"); fault.KindOf(err) != fault.Ambiguous {
		t.Errorf("find: got %v, want it ambiguous", err)
	}
}

// meddle edits the item through another client's eyes just before every n-th read of it, as long as it may.
func meddle(times int32, every int32) func(http.Handler) http.Handler {
	var reads, edits atomic.Int32
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			item := r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/items/")
			if item && reads.Add(1)%every == 0 && edits.Add(1) <= times {
				patch := []byte(`[{"op":"add","path":"/fields","value":{"label":"meddled","type":"STRING","value":"yes"}}]`)
				p := r.Clone(r.Context())
				p.Method, p.Body, p.ContentLength = http.MethodPatch, io.NopCloser(bytes.NewReader(patch)), int64(len(patch))
				next.ServeHTTP(&silent{header: http.Header{}}, p)
			}
			next.ServeHTTP(w, r)
		})
	}
}

type silent struct{ header http.Header }

func (s *silent) Header() http.Header         { return s.header }
func (s *silent) Write(b []byte) (int, error) { return len(b), nil }
func (s *silent) WriteHeader(int)             {}

func TestAnEditMadeMeanwhileIsKept(t *testing.T) {
	s := raise(t, world(), vault.Options{}, meddle(1, 2)) // between the read and the replacing
	it := s.keep(t, "op://itbytes-internal/by hand", key("AKIA1", "one"))
	if it.Fields["meddled"] != "yes" || it.Fields["access key id"] != "AKIA1" {
		t.Errorf("got %v, want both edits", it.Fields)
	}
}

func TestAnItemThatSomebodyKeepsEditingIsLeftToThem(t *testing.T) {
	s := raise(t, world(), vault.Options{}, meddle(100, 2))
	_, err := s.vault.Keep(t.Context(), "op://itbytes-internal/by hand", key("AKIA1", "one"))
	if got := fault.KindOf(err); got != fault.Conflict || slices.Contains(s.writes(), "UpdateVaultItem") {
		t.Errorf("got %v and writes %v, want a conflict and nothing overwritten", err, s.writes())
	}
}
