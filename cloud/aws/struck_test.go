package aws_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// ways are how a read fails, and what each is called.
func ways() map[string]kernel.Fault {
	return map[string]kernel.Fault{
		"403":      {Status: http.StatusForbidden, Code: "AccessDenied", Message: "no"},
		"429":      {Status: http.StatusTooManyRequests, Code: "TooManyRequestsException", Message: "slow"},
		"500":      {Status: http.StatusInternalServerError, Code: "InternalFailure", Message: "broken"},
		"time-out": {Do: kernel.DoHang, For: kernel.Duration(5 * time.Millisecond)},
	}
}

// upTo carries the steps of a fresh world's landing that one comes after.
func upTo(t *testing.T, l plan.Landing, step string) *world {
	t.Helper()
	w := begin(t, "greenfield", atOnce)
	if l.Management { // it looks after the accounts of the others too
		if _, err := w.carry(green("prod"), "account"); err != nil {
			t.Fatal(err)
		}
	}
	steps, needed := w.cloud.Steps(l), map[string]bool{step: true}
	for _, s := range slices.Backward(steps) {
		for _, a := range s.After {
			needed[a] = needed[a] || needed[s.Name]
		}
	}
	for _, s := range steps {
		if s.Name == step || !needed[s.Name] {
			continue
		}
		if _, err := w.carry(l, s.Name); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// anew carries a step once with nothing cached, as a worker that has just started does, and tells its calls.
func (w *world) anew(l plan.Landing, step string, again bool) (plan.Outcome, error, []kernel.Record) {
	w.t.Helper()
	c := aws.New(aws.Options{Haste: 1e6, Endpoint: w.url, Sessions: w.dir, Keeper: w.vault, Patience: 60 * time.Millisecond})
	all := c.Steps(l)
	i := slices.IndexFunc(all, func(s plan.Step) bool { return s.Name == step })
	before := len(w.k.Calls())
	out, err := c.Carry(w.t.Context(), plan.Task{Landing: l, Step: all[i], Key: l.Plan + "/" + l.ID() + "/" + step, Facts: w.facts[l.ID()], Again: again}, func(string) {})
	return out, err, w.k.Calls()[before:]
}

// strike lets one read of a step fail in one way: the one that stands at a place among the calls that the step makes.
func (w *world) strike(calls []kernel.Record, at int, way kernel.Fault) string {
	c := calls[at]
	way.Match = kernel.Match{Service: c.Service, Operation: c.Operation, Kind: "read"}
	way.After = before(calls, at)
	return w.k.Order(way)
}

// before counts the calls of the same operation before one.
func before(calls []kernel.Record, at int) int {
	n := 0
	for _, other := range calls[:at] {
		if other.Service == calls[at].Service && other.Operation == calls[at].Operation {
			n++
		}
	}
	return n
}

func written(calls []kernel.Record) []string {
	var out []string
	for _, c := range calls {
		if c.Kind == "write" {
			out = append(out, c.Service+":"+c.Operation)
		}
	}
	return out
}

// made counts the calls that made something.
func made(calls []kernel.Record) map[string]int {
	out := map[string]int{}
	for _, c := range calls {
		if c.Kind == "write" && strings.HasPrefix(c.Operation, "Create") && c.Status < 300 {
			out[c.Service+":"+c.Operation]++
		}
	}
	return out
}

// advice reports whether a step goes on without the answer to a read of its preflight: whoever may not read the quota, or is
// not told of its rights, is not kept back.
func advice(operation, way string) bool {
	switch operation {
	case "GetCallerIdentity", "GetRole", "SimulatePrincipalPolicy":
		return true
	case "GetServiceQuota":
		return way == "403"
	}
	return false
}

// every lists the steps of the catalogue that something is made in, with the landing that makes it.
func every(t *testing.T) map[string]plan.Landing {
	t.Helper()
	out := map[string]plan.Landing{}
	w := begin(t, "greenfield", atOnce)
	for _, s := range w.cloud.Steps(green("prod")) {
		out[s.Name] = green("prod")
	}
	for _, s := range w.cloud.Steps(holding("prod")) {
		if s.Chapter == plan.Organise {
			out[s.Name] = holding("prod")
		}
	}
	speaking := green("prod")
	speaking.Identities[0].TokensFor = []plan.Cloud{plan.Azure}
	out["tokens-itmanagesaws"] = speaking
	delete(out, "mfa") // a person's
	return out
}

// What a step reads before it writes must all be read: a failure of any of it is never taken for an absence. What it reads
// in between may fail when something is made already; entered again, the step finds that and makes no second one.
func TestNoReadThatFailsLeadsToACreate(t *testing.T) {
	for step, l := range every(t) {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			scout := upTo(t, l, step)
			out, err, calls := scout.anew(l, step, false)
			if err != nil || out.State != plan.StepDone {
				t.Fatalf("undisturbed: got %s, %v, want done", out.State, err)
			}
			first := slices.IndexFunc(calls, func(c kernel.Record) bool { return c.Kind == "write" })
			asked := slices.IndexFunc(calls, func(c kernel.Record) bool { return c.Operation == "GetCallerIdentity" })
			if first < 0 || asked < 0 || asked > first {
				t.Fatalf("got the calls %v, want it to observe, to read its rights and to write", calls)
			}
			w := upTo(t, l, step)
			for at, c := range calls[:first] {
				for way, f := range ways() {
					if at >= asked && advice(c.Operation, way) {
						continue // absence has been seen by then
					}
					id := w.strike(calls, at, f)
					out, err, now := w.anew(l, step, false)
					w.k.Lift(id)
					if !slices.ContainsFunc(now, func(r kernel.Record) bool { return r.Operation == c.Operation && r.Status >= 400 }) {
						t.Errorf("%s of %s (%d) was not struck", way, c.Operation, at)
					}
					if wrote := written(now); len(wrote) > 0 {
						t.Fatalf("%s of %s:%s led to %v", way, c.Service, c.Operation, wrote)
					}
					if err == nil && out.State != plan.StepPending || err != nil && fault.KindOf(err) == fault.Bug {
						t.Errorf("%s of %s:%s: got %s, %v, want a fault with a name", way, c.Service, c.Operation, out.State, err)
					}
				}
			}
			for at, c := range calls {
				if at < first || c.Kind == "write" {
					continue
				}
				w := upTo(t, l, step)
				id := w.strike(calls, at, ways()["500"])
				_, _, struck := w.anew(l, step, false)
				w.k.Lift(id)
				out, err, after := w.anew(l, step, true)
				if err != nil || out.State != plan.StepDone {
					t.Errorf("entered again after a failed %s:%s: got %s, %v, want done", c.Service, c.Operation, out.State, err)
				}
				if got, want := made(append(struck, after...)), made(calls); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("with a failed %s:%s it made %v, want %v", c.Service, c.Operation, got, want)
				}
			}
		})
	}
}

// An answer that is lost leaves the outcome of a write unknown: entered again, the step finds what was made and makes no
// second one.
func TestNoLostAnswerLeadsToASecondThing(t *testing.T) {
	for step, l := range every(t) {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			out, err, calls := upTo(t, l, step).anew(l, step, false)
			if err != nil || out.State != plan.StepDone {
				t.Fatalf("undisturbed: got %s, %v, want done", out.State, err)
			}
			for at, c := range calls {
				if c.Kind != "write" {
					continue
				}
				w := upTo(t, l, step)
				w.k.Order(kernel.Fault{Match: kernel.Match{Service: c.Service, Operation: c.Operation}, Do: kernel.DoLose, After: before(calls, at), Times: 1})
				_, err, struck := w.anew(l, step, false)
				if fault.KindOf(err) != fault.Transient {
					t.Errorf("the lost answer to %s:%s: got %v, want %s", c.Service, c.Operation, err, fault.Transient)
				}
				out, err, after := w.anew(l, step, true)
				if err != nil || out.State != plan.StepDone {
					t.Errorf("entered again after a lost answer to %s:%s: got %s, %v, want done", c.Service, c.Operation, out.State, err)
				}
				got, want := made(append(struck, after...)), made(calls)
				if strings.HasPrefix(c.Operation, "Create") {
					got[c.Service+":"+c.Operation]++ // the one whose answer was lost
				}
				if step == "fallback-key" { // the one whose secret nobody knows is taken away, and another made
					if n := w.keysOf(l, "landfall-fallback"); n != 1 {
						t.Errorf("the user has %d keys, want the one that is kept", n)
					}
					continue
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("with a lost answer to %s:%s it made %v, want %v", c.Service, c.Operation, got, want)
				}
			}
		})
	}
}
