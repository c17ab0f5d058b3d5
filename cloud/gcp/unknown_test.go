package gcp_test

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// asked is a read that a step makes before its first write, and what Google answers to it.
type asked struct {
	operation string
	status    int
}

// strikes are the ways in which a read can fail to say anything. The last is never answered.
func strikes() map[string]kernel.Fault {
	return map[string]kernel.Fault{
		"403":      {Status: http.StatusForbidden, Code: "PERMISSION_DENIED", Message: "The caller does not have permission"},
		"429":      {Status: http.StatusTooManyRequests, Code: "RESOURCE_EXHAUSTED", Message: "Quota exceeded for quota metric 'Read requests'"},
		"500":      {Status: http.StatusInternalServerError, Code: "INTERNAL", Message: "Internal error encountered."},
		"time-out": {Do: kernel.DoHang, For: kernel.Duration(50 * time.Millisecond)},
	}
}

// Whatever read of whatever step fails in whatever way: nothing is made whose absence was not seen.
func TestAReadThatFailsNeverLeadsToAWrite(t *testing.T) {
	places := make(chan struct{}, 2)
	var all sync.WaitGroup
	for _, l := range []plan.Landing{landing(t, "mgmt"), alone(t)} {
		reads := readsOf(t, l)
		for _, s := range newWorld(t, nil).Steps(l) {
			if l.Environment == "prod" && s.Name != "key-policy" {
				continue // the others are the management landing's too
			}
			if s.Manual {
				continue // a person acts
			}
			all.Go(func() {
				places <- struct{}{}
				defer func() { <-places }()
				strikeEach(t, l, s, reads[s.Name])
			})
		}
	}
	all.Wait()
}

// readsOf carries a landing through and writes down, of each step, what it read before it first wrote.
func readsOf(t *testing.T, l plan.Landing) map[string][]asked {
	t.Helper()
	w := newWorld(t, nil)
	out, known := map[string][]asked{}, map[string]string{}
	for _, s := range w.Steps(l) {
		before := len(w.kernel.Calls())
		o, err := w.carry(t.Context(), l, s, maps.Clone(known), false)
		if err != nil || o.State != plan.StepDone {
			t.Fatalf("%s: got %s, %v", s.Name, o.State, err)
		}
		maps.Copy(known, o.Facts)
		for _, c := range w.kernel.Calls()[before:] {
			if c.Kind == "write" {
				break
			}
			if a := (asked{c.Operation, c.Status}); c.Service != "oauth2" && !slices.Contains(out[s.Name], a) {
				out[s.Name] = append(out[s.Name], a)
			}
		}
	}
	return out
}

// strikeEach makes each read of a step fail in each way, in a world where all before the step is done.
func strikeEach(t *testing.T, l plan.Landing, s plan.Step, reads []asked) {
	t.Helper()
	w := newWorld(t, nil)
	known := map[string]string{}
	for _, before := range w.Steps(l) {
		if before.Name == s.Name {
			break
		}
		o, err := w.carry(t.Context(), l, before, maps.Clone(known), false)
		if err != nil || o.State != plan.StepDone {
			t.Errorf("%s before %s: got %s, %v", before.Name, s.Name, o.State, err)
			return
		}
		maps.Copy(known, o.Facts)
	}
	if len(reads) == 0 {
		t.Errorf("%s reads nothing before it writes", s.Name)
	}
	for _, r := range reads {
		for name, f := range strikes() {
			if name == "403" && r.status == http.StatusForbidden {
				continue // Google's answer for a project that is not there; the search beside it tells
			}
			f.Match = kernel.Match{Operation: r.operation, Kind: "read"}
			id, before := w.kernel.Order(f), w.calls("write", "")
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			task := plan.Task{Landing: l, Step: s, Key: l.Plan + "/" + l.ID() + "/" + s.Name, Facts: maps.Clone(known)}
			out, err := w.Carry(ctx, task, func(string) {})
			cancel()
			w.kernel.Lift(id)
			if got := w.calls("write", "") - before; got != 0 {
				t.Errorf("%s, %s answers %s: got %d writes, %s (%s), %v; want nothing made", s.Name, r.operation, name, got, out.State, out.Change.Op, err)
				return
			}
			if err == nil && out.State == plan.StepDone {
				t.Errorf("%s, %s answers %s: it passed for already so", s.Name, r.operation, name)
			}
		}
	}
}
