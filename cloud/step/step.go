// Package step is the verify-first loop that every cloud's controls go through: observe, diff, preflight, apply, verify,
// receipt (design §3). It is written once here; a cloud brings its catalogue of controls and a way to open a session.
package step

import (
	"context"
	"time"

	"github.com/itbytes/landfall/plan"
)

// Control is one verify-first piece of work in a cloud whose open session is S. Each is one file of a catalogue, its
// methods in this order.
type Control[S any] interface {
	// Describe says how the step stands in a landing; wanted is false where the landing has no such step. It is pure
	// and is called for previews and runs alike, in the order of the catalogue.
	Describe(l plan.Landing) (s plan.Step, wanted bool)

	// Want is what should stand, in the same canonical fields as Observation.Live. It is pure. Live fields that Want does
	// not name are nobody's business. Facts of earlier steps are in t.Facts (empty in a preview before they are known).
	Want(t plan.Task) plan.Fields

	// Observe reads what stands and writes nothing. It answers Absent only for a definite not-found that the caller had the
	// right to see; every other failure is returned as an error that carries a *fault.Fault. A thing that is being made
	// is Pending. t.Begun holds the handle of an operation that Apply left running, where there is one.
	Observe(ctx context.Context, s S, t plan.Task) (plan.Observation, error)

	// Preflight reads the entitlements, quotas and permissions that the change needs, and writes nothing.
	Preflight(ctx context.Context, s S, t plan.Task, c plan.Change) error

	// Apply makes the change c, which Diff made of Want and the observation o. It calls intent before each call that makes
	// something that cannot be found again by a deterministic key. It does not wait for the cloud longer than one call:
	// a long operation is left running (its handle in Applied.Operation) and Observe answers Pending until it is done.
	Apply(ctx context.Context, s S, t plan.Task, c plan.Change, o plan.Observation, intent Intent) (plan.Applied, error)
}

// Intent records, before the deed, that something is about to be made.
type Intent func(what string)

// Budgeted is a Control that knows how long its API may take to show everywhere what was written. When that is spent the
// step holds; others have the runbook's patience.
type Budgeted interface{ Budget() time.Duration }

// Owned is a Control whose thing bears an ownership tag: found without one, it is adopted by writing it.
type Owned interface{ Owned() bool }

// Shared is a Control that knows of changes which several landings of a plan make together: what the first of them has done
// in a run is not the world that has changed since somebody approved it, so that no preview is sure of such a change.
type Shared interface{ Shared(c plan.Change) bool }

// Keeper is where a control puts a one-shot secret in the same activity that made it (1Password Connect). References are
// op://vault/item[/field].
type Keeper interface {
	// Find reads what the item holds, without its secrets. An item that is not there is Item{Exists: false} and no error.
	Find(ctx context.Context, ref string) (plan.Item, error)
	// Keep makes the item, or replaces the named fields of the one that is there, and reads it back to be sure.
	Keep(ctx context.Context, ref string, f plan.ItemFields) (plan.Item, error)
	// Reveal reads one secret field.
	Reveal(ctx context.Context, ref, field string) (plan.Secret, error)
}
