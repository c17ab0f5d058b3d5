package simulator_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// reads orders a fault, makes n reads and tells their statuses; 0 is no answer.
func (s stand) reads(t *testing.T, n int, fault map[string]any) (id string, got []int) {
	t.Helper()
	status, answer := s.order(t, "POST", "/sim/faults", fault)
	if status != 200 {
		t.Fatalf("order: got %d %v", status, answer)
	}
	for range n {
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
		got = append(got, s.vaults(t, ctx))
		cancel()
	}
	return answer["id"].(string), got
}

func TestAFaultStrikesAsItIsOrdered(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault map[string]any
		want  []int
	}{
		{"refuse", map[string]any{"status": 503}, []int{503, 503, 503}},
		{"refuse without a status", map[string]any{"do": "refuse"}, []int{500, 500, 500}},
		{"hang", map[string]any{"do": "hang", "times": 1}, []int{0, 200, 200}},
		{"hang for a while", map[string]any{"do": "hang", "for": "5ms", "times": 1}, []int{0, 200, 200}},
		{"reset", map[string]any{"do": "reset", "times": 2}, []int{0, 0, 200}},
		{"lose", map[string]any{"do": "lose", "times": 1}, []int{0, 200, 200}},
		{"stall", map[string]any{"do": "stall", "times": 1}, []int{0, 200, 200}},
		{"stall for a while", map[string]any{"do": "stall", "for": "5ms", "times": 1}, []int{200, 200, 200}},
		{"after", map[string]any{"after": 1, "status": 429}, []int{200, 429, 429}},
		{"times", map[string]any{"times": 1, "status": 429}, []int{429, 200, 200}},
		{"after and times", map[string]any{"after": 1, "times": 1, "status": 429}, []int{200, 429, 200}},
		{"another operation", map[string]any{"match": map[string]any{"operation": "GetVaultItems"}}, []int{200, 200, 200}},
		{"another kind", map[string]any{"match": map[string]any{"kind": "write"}}, []int{200, 200, 200}},
		{"another path", map[string]any{"match": map[string]any{"path": "/v1/vaults/"}}, []int{200, 200, 200}},
		{"this path", map[string]any{"match": map[string]any{"path": "/vaults"}, "status": 403}, []int{403, 403, 403}},
		{"another cloud", map[string]any{"match": map[string]any{"cloud": "gcp"}}, []int{200, 200, 200}},
		{"this login", map[string]any{"match": map[string]any{"login": "connect", "service": "connect"}, "status": 403}, []int{403, 403, 403}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, got := listen(t, world()).reads(t, 3, c.fault); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestAFaultBeginsAndEndsInTime(t *testing.T) {
	s := listen(t, world())
	_, got := s.reads(t, 1, map[string]any{"from": "300ms", "for": "300ms", "status": 429})
	began := time.Now()
	if got[0] != 200 {
		t.Errorf("before it begins: got %d", got[0])
	}
	if time.Sleep(time.Until(began.Add(400 * time.Millisecond))); s.vaults(t, t.Context()) != 429 {
		t.Error("while it lasts: the call was admitted")
	}
	if time.Sleep(time.Until(began.Add(750 * time.Millisecond))); s.vaults(t, t.Context()) != 200 {
		t.Error("after it has ended: the call was refused")
	}
}

func TestAFaultIsLifted(t *testing.T) {
	s := listen(t, world())
	id, got := s.reads(t, 1, map[string]any{"status": 429})
	if status, _ := s.order(t, "DELETE", "/sim/faults/"+id, nil); got[0] != 429 || status != 204 {
		t.Errorf("the fault struck with %d and was lifted with %d", got[0], status)
	}
	if got := s.vaults(t, t.Context()); got != 200 {
		t.Errorf("after it was lifted: got %d", got)
	}
}

func TestALostAnswerLeavesTheDeedDoneAndAResetDoesNot(t *testing.T) {
	s := listen(t, world())
	write := map[string]any{"operation": "CreateVaultItem"}
	s.reads(t, 0, map[string]any{"do": "lose", "times": 1, "match": write})
	if got := s.create(t, "lost"); got != 0 || !s.stands(t, "lost") {
		t.Errorf("lose: got %d, and it stands: %v", got, s.stands(t, "lost"))
	}
	s.reads(t, 0, map[string]any{"do": "reset", "times": 1, "match": write})
	if got := s.create(t, "reset"); got != 0 || s.stands(t, "reset") {
		t.Errorf("reset: got %d, and it stands: %v", got, s.stands(t, "reset"))
	}
}

func TestAStalledAnswerComesOnceItIsLiftedAndTheDeedIsDoneBefore(t *testing.T) {
	s := listen(t, world())
	id, _ := s.reads(t, 0, map[string]any{"do": "stall", "match": map[string]any{"operation": "CreateVaultItem"}})
	answered := make(chan int, 1)
	go func() { answered <- s.create(t, "stalled") }()
	for end := time.Now().Add(10 * time.Second); !s.stands(t, "stalled"); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("what was asked for was not done")
		}
	}
	select {
	case got := <-answered:
		t.Fatalf("answered with %d before the fault was lifted", got)
	case <-time.After(100 * time.Millisecond):
	}
	if status, _ := s.order(t, "DELETE", "/sim/faults/"+id, nil); status != 204 {
		t.Fatalf("lift: got %d", status)
	}
	if got := <-answered; got != 200 {
		t.Errorf("lifted: got %d, want the answer to what was done", got)
	}
}

func TestAThrottleSaysWhenToComeBack(t *testing.T) {
	w := world()
	w.Faults = []kernel.Fault{{Status: 429, RetryAfter: kernel.Duration(3 * time.Second), Message: "slow down"}}
	s := listen(t, w)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.OnePassword+"/v1/vaults", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "3" || answer["message"] != "slow down" {
		t.Errorf("got %d, Retry-After %q, %v; want the scenario's fault in Connect's words", resp.StatusCode, resp.Header.Get("Retry-After"), answer)
	}
}

func dump(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
