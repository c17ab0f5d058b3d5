// Package pace keeps a cloud's calls inside what that cloud takes of one caller. A call waits for its turn before it is sent;
// what a cloud refuses all the same makes everybody who would call the same wait for as long as it says.
package pace

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/itbytes/landfall/fault"
)

// Limit is how many calls of one kind a cloud takes together in a time, as its documentation says it.
type Limit struct {
	Name   string
	Calls  float64
	Per    time.Duration
	Source string // where the number is from, or that it is assumed
}

// Of what a cloud takes we send a fifth at once and four fifths by and by: so no Per, whenever it begins, holds more than
// Calls. Several workers share what a cloud takes without knowing of each other; what is too much then is refused, and waited
// for.
const (
	atOnce  = 0.2
	byAndBy = 0.8
)

const (
	// patience is how long a call waits for its turn here; what would wait longer is tried again by Temporal when its turn
	// comes, and holds no place of the worker meanwhile. It is shorter than the clouds' HTTP clients wait for an answer.
	patience = 20 * time.Second
	// A cloud that refuses and does not say when to come again is left alone for a second, and twice as long each time after.
	first, longest = time.Second, 30 * time.Second
)

// Turns are the turns of all who call one cloud.
type Turns struct {
	cloud  string
	haste  float64
	limits map[string]Limit

	mu    sync.Mutex
	gates map[Use]*gate
}

// Use is what a call takes a turn of: a limit's name, and whose limit it is (an account, a project, an application).
type Use struct{ Limit, Of string }

// gate is one limit of one caller.
type gate struct {
	turns *rate.Limiter
	shut  time.Time     // until when nobody calls
	next  time.Duration // for how long the next refusal shuts it that names no time
}

// New are the turns of a cloud under its limits. In a simulated world that goes faster than ours every limit is haste times as
// high; 0 and 1 leave them as they are.
func New(cloud string, haste float64, limits []Limit) *Turns {
	t := &Turns{cloud: cloud, haste: haste, limits: map[string]Limit{}, gates: map[Use]*gate{}}
	if haste <= 0 {
		t.haste = 1
	}
	for _, l := range limits {
		t.limits[l.Name] = l
	}
	return t
}

// Wait waits until it is the call's turn under each of its limits. The error is a fault that says when to try again, or why
// ctx has ended. A use of no known limit waits for nothing.
func (t *Turns) Wait(ctx context.Context, uses ...Use) error {
	for _, u := range uses {
		if err := t.wait(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

func (t *Turns) wait(ctx context.Context, u Use) error {
	now := time.Now()
	t.mu.Lock()
	g := t.gate(u)
	if g == nil {
		t.mu.Unlock()
		return nil
	}
	turn := g.turns.ReserveN(now, 1)
	left := max(turn.DelayFrom(now), g.shut.Sub(now))
	if left > patience {
		turn.CancelAt(now)
	}
	t.mu.Unlock()
	if left > patience {
		return &fault.Fault{
			Kind: fault.Throttled, Cloud: t.cloud, Code: "NotYet", After: left,
			Message: "so many calls wait for their turn under the limit " + u.Limit + " that this one is not made yet", Hint: "Wait; it is made when its turn comes.",
		}
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(left):
		return nil
	}
}

// Refused says that the cloud took a call for one too many, and when it is to be tried again; 0 where it does not say.
func (t *Turns) Refused(after time.Duration, uses ...Use) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range uses {
		g := t.gate(u)
		if g == nil {
			continue
		}
		if after <= 0 {
			after, g.next = g.next, min(2*g.next, t.sooner(longest))
		}
		if until := time.Now().Add(after); until.After(g.shut) {
			g.shut = until
		}
	}
}

// Taken says that the cloud took a call.
func (t *Turns) Taken(uses ...Use) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range uses {
		if g := t.gates[u]; g != nil {
			g.next = t.sooner(first)
		}
	}
}

// gate is a use's, or nil where it has no limit. The lock is held.
func (t *Turns) gate(u Use) *gate {
	if g := t.gates[u]; g != nil {
		return g
	}
	l, known := t.limits[u.Limit]
	if !known {
		return nil
	}
	g := &gate{
		turns: rate.NewLimiter(rate.Limit(byAndBy*l.Calls/l.Per.Seconds()*t.haste), max(1, int(math.Floor(atOnce*l.Calls)))),
		next:  t.sooner(first),
	}
	t.gates[u] = g
	return g
}

// sooner is a time in a world of that haste.
func (t *Turns) sooner(d time.Duration) time.Duration { return time.Duration(float64(d) / t.haste) }
