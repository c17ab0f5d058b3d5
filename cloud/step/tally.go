package step

import (
	"context"
	"sync/atomic"
)

// Tally counts the calls that a step makes. A cloud's transport adds to it through Count.
type Tally struct{ reads, writes atomic.Int64 }

type tallyKey struct{}

// WithTally returns a context whose calls are counted in the Tally it returns.
func WithTally(ctx context.Context) (context.Context, *Tally) {
	t := &Tally{}
	return context.WithValue(ctx, tallyKey{}, t), t
}

// Count counts one call of the step that ctx belongs to; where none is counting it does nothing.
func Count(ctx context.Context, write bool) {
	t, ok := ctx.Value(tallyKey{}).(*Tally)
	switch {
	case !ok:
	case write:
		t.writes.Add(1)
	default:
		t.reads.Add(1)
	}
}

// Calls is what was counted so far.
func (t *Tally) Calls() (reads, writes int) { return int(t.reads.Load()), int(t.writes.Load()) }
