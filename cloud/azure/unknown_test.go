package azure_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/azure"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// hasty is a world in which nothing takes any time, and an adapter that waits for nothing.
func hasty(t *testing.T) *world {
	t.Helper()
	w := begin(t, greenfield, func(s *kernel.Scenario) {
		s.Scale, s.Latency = new(float64), map[string]kernel.Duration{"azure": 0}
		estate(s)["licences"] = []any{map[string]any{"sku": "SPB", "units": 1, "plans": []any{"AAD_PREMIUM"}}}
	})
	w.azure = azure.New(azure.Options{
		Haste:    1e6,
		Endpoint: w.url, Sessions: w.sessions, Keeper: w.vault, Patience: 100 * time.Millisecond, HTTP: &http.Client{Timeout: 250 * time.Millisecond},
	})
	return w
}

// strikes are the ways in which a read fails.
func strikes(service string) map[string]kernel.Fault {
	denied := "AuthorizationFailed"
	if service == "graph" {
		denied = "Authorization_RequestDenied"
	}
	return map[string]kernel.Fault{
		"403": {Status: http.StatusForbidden, Code: denied, Message: "no"}, "429": {Status: http.StatusTooManyRequests, Code: "TooManyRequests", Message: "slow"},
		"500": {Status: http.StatusInternalServerError, Code: "InternalServerError", Message: "oops"}, "a time-out": {Do: kernel.DoHang, For: kernel.Duration(300 * time.Millisecond)},
	}
}

// evidence are reads that decide nothing: what they would have told is only shown.
func evidence(operation, strike string) bool {
	return operation == "subscribedSkus.list" && strike == "403"
}

func TestAnAbsenceThatWasNotSeenNeverLeadsToACreate(t *testing.T) {
	t.Parallel()
	w := hasty(t)
	l := landingsOf(t, "greenfield.yaml")[2]
	l.Parent = "green"
	facts := map[string]string{}
	struck := 0
	for _, s := range w.azure.Steps(l) {
		task := plan.Task{Landing: l, Step: s, Key: l.Plan + "/" + s.Name, Facts: maps.Clone(facts)}
		// With every write refused, the step reads what it reads before its first write, and nothing changes.
		id := w.kernel.Order(kernel.Fault{Match: kernel.Match{Kind: "write"}, Status: 503, Code: "ServiceUnavailable", Message: "later"})
		since := len(w.kernel.Calls())
		_, _ = w.azure.Carry(t.Context(), task, func(string) {}) // refused, or with nothing to do
		w.kernel.Lift(id)
		reads := map[kernel.Match]int{}
		for _, c := range w.kernel.Calls()[since:] {
			if c.Kind == "read" && c.Service != "entra" {
				reads[kernel.Match{Service: c.Service, Operation: c.Operation}]++
			}
		}
		for match, times := range reads {
			for title, f := range strikes(match.Service) {
				for passed := range times {
					if evidence(match.Operation, title) {
						continue
					}
					f.Match, f.After, f.Times = match, passed, 1
					since, id := len(w.kernel.Calls()), w.kernel.Order(f)
					_, err := w.azure.Carry(t.Context(), task, func(string) {})
					w.kernel.Lift(id)
					struck++
					if err == nil {
						t.Errorf("%s, %s of %s number %d: got no error", s.Name, title, match.Operation, passed+1)
					}
					for _, c := range w.writes(since) {
						t.Errorf("%s, %s of %s number %d: it wrote %s", s.Name, title, match.Operation, passed+1, c.Operation)
					}
				}
			}
		}
		// And the first read after the first write: nothing is written once it has failed.
		all := 0
		for _, n := range reads {
			all += n
		}
		since = len(w.kernel.Calls())
		id = w.kernel.Order(kernel.Fault{Match: kernel.Match{Kind: "read"}, After: all, Times: 1, Status: 500, Code: "InternalServerError", Message: "oops"})
		_, _ = w.azure.Carry(t.Context(), task, func(string) {}) // carried to its end below
		w.kernel.Lift(id)
		calls := w.kernel.Calls()[since:]
		failed := slices.IndexFunc(calls, func(c kernel.Record) bool { return c.Status == 500 })
		if failed >= 0 && slices.ContainsFunc(calls[failed:], func(c kernel.Record) bool { return c.Kind == "write" }) {
			t.Errorf("%s wrote after the read %s had failed", s.Name, calls[failed].Operation)
		}
		task.Again = true
		out, err := w.carry(task)
		if err != nil || out.State != plan.StepDone {
			t.Fatalf("%s: got %s %v, want done", s.Name, out.State, err)
		}
		maps.Copy(facts, out.Facts)
	}
	if struck < 150 {
		t.Errorf("got %d reads struck, want those of a whole landing", struck)
	}
	t.Logf("%d reads were struck", struck)
}
