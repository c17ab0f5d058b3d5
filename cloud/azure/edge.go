package azure

import (
	"context"
	"errors"
	"time"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// edge is the cloud's edge around a control: whatever error leaves the control has become a fault with a name.
type edge struct{ control session.Control }

func edged(all []session.Control) []session.Control {
	out := make([]session.Control, len(all))
	for i, c := range all {
		out[i] = edge{c}
	}
	return out
}

// Describe implements step.Control.
func (e edge) Describe(l plan.Landing) (plan.Step, bool) { return e.control.Describe(l) }

// Want implements step.Control.
func (e edge) Want(t plan.Task) plan.Fields { return e.control.Want(t) }

// Observe implements step.Control.
func (e edge) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	o, err := e.control.Observe(ctx, s, t)
	return o, name(err, t)
}

// Preflight implements step.Control.
func (e edge) Preflight(ctx context.Context, s *session.Session, t plan.Task, c plan.Change) error {
	if err := permitted(ctx, s, t); err != nil {
		return name(err, t)
	}
	if err := awaited(ctx, s, t); err != nil {
		return name(err, t)
	}
	return name(e.control.Preflight(ctx, s, t, c), t)
}

// Apply implements step.Control.
func (e edge) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, o plan.Observation, intent step.Intent) (plan.Applied, error) {
	a, err := e.control.Apply(ctx, s, t, c, o, intent)
	return a, name(gated(ctx, s, t, err), t)
}

// Undo implements step.Undoer.
func (e edge) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	u, can := e.control.(step.Undoer[*session.Session])
	if !can {
		return fault.New(fault.Bug, "Report it, and undo it by hand.", "the step %s says that its inverse is %s and has no undo", t.Step.Name, t.Step.Inverse)
	}
	err := u.Undo(ctx, s, t, d, o)
	if _, waits := errors.AsType[step.InUse](err); waits {
		return err
	}
	return name(err, t)
}

// Neutral implements step.Neutral.
func (e edge) Neutral(t plan.Task, o plan.Observation) bool {
	n, stays := e.control.(step.Neutral)
	return stays && n.Neutral(t, o)
}

// Owned implements step.Owned.
func (e edge) Owned() bool {
	o, ok := e.control.(step.Owned)
	return ok && o.Owned()
}

// Shared implements step.Shared.
func (e edge) Shared(c plan.Change) bool {
	s, ok := e.control.(step.Shared)
	return ok && s.Shared(c)
}

// Budget implements step.Budgeted.
func (e edge) Budget() time.Duration {
	if b, ok := e.control.(step.Budgeted); ok {
		return b.Budget()
	}
	return 2 * time.Minute
}
