package step

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Undoer is a Control whose deed can be taken back. Every control whose step has another inverse than plan.NoInverse is one.
type Undoer[S any] interface {
	// Undo takes back what the run did, by the class of the step's inverse: what it created is deleted (revert), switched off
	// with its history kept (neutralise) or closed to everybody (quarantine); what it updated gets back the fields that
	// d.Change.Fields names, as they were (FieldDiff.Before; the whole of what stood is d.Receipt.Before). o is what stands
	// now, observed just before, and is what the run left: the loop has made sure that it is the run's own and that nobody has
	// changed it since. Undo makes a call or a few and does not wait; it may be called again with a fresh observation.
	Undo(ctx context.Context, s S, t plan.Task, d plan.Deed, o plan.Observation) error
}

// InUse is the error of an Undo that must wait: other landings still use what the run made, and the last to leave lets it be
// taken away. Its text is a sentence that says who.
type InUse string

func (e InUse) Error() string { return string(e) }

// Neutral is an Undoer whose created thing stays after its undo, switched off or in quarantine.
type Neutral interface {
	// Neutral reports whether an observation shows the thing switched off, or in quarantine. It is pure.
	Neutral(t plan.Task, o plan.Observation) bool
}

// Lenient is an Undoer of a thing of several parts, each of them a field, that counts some as put back although they do not
// read as before: a part that is closed to it, or that was not there at all before and cannot be taken away.
type Lenient interface {
	// PutBack reports whether a changed field needs no more undoing, as an observation shows it. It is pure.
	PutBack(o plan.Observation, f plan.FieldDiff) bool
}

// Undo takes back one step of a landing, from the receipt of the run that is given up. It begins by looking, touches only
// what that run made, and may be called again at any time; begun says that an earlier entry has asked something of the cloud
// already.
func (c *Catalog[S]) Undo(ctx context.Context, t plan.Task, d plan.Deed, begun bool) (plan.Undoing, error) {
	ctx, tally := WithTally(withAgent(ctx, t))
	out, err := c.undo(ctx, t, d, begun)
	out.Reads, out.Writes = tally.Calls()
	return out, err
}

func (c *Catalog[S]) undo(ctx context.Context, t plan.Task, d plan.Deed, begun bool) (plan.Undoing, error) {
	if why, left := d.LeftAlone(t.Step); left {
		return plan.Undoing{State: plan.Left, Why: why}, nil
	}
	ctl, err := c.find(t)
	if err != nil {
		return plan.Undoing{}, err
	}
	u, can := ctl.(Undoer[S])
	if !can {
		return plan.Undoing{}, fault.New(fault.Bug, "Report it, and undo it by hand.", "the step %s says that its inverse is %s and has no undo", t.Step.Name, t.Step.Inverse)
	}
	s, err := c.Open(ctx, t)
	if err != nil {
		return plan.Undoing{}, err
	}
	deadline := time.Now().Add(patience(c.Patience))
	for wait := 50 * time.Millisecond; ; wait = min(wait*2, 5*time.Second) {
		o, err := ctl.Observe(ctx, s, t)
		if err != nil {
			return plan.Undoing{}, err
		}
		if out, over := settled(ctl, t, d, o, begun); over {
			return out, nil
		}
		if o.State != plan.Pending {
			err := u.Undo(ctx, s, t, d, o)
			if others, is := errors.AsType[InUse](err); is {
				return plan.Undoing{
					State: plan.UndoPending, Begun: true, Evidence: o.Evidence, Wait: &plan.Wait{Kind: plan.WaitLanding, For: string(others), After: 2 * time.Second},
				}, nil
			}
			if err != nil {
				return plan.Undoing{}, err
			}
			begun = true
		}
		if time.Now().Add(wait).After(deadline) {
			return plan.Undoing{
				State: plan.UndoPending, Begun: begun, Evidence: o.Evidence,
				Wait: &plan.Wait{Kind: "undo", For: awaitedUndo(t, o), After: 2 * time.Second, Within: budget(ctl)},
			}, nil
		}
		select {
		case <-ctx.Done():
			return plan.Undoing{}, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// settled is what an observation of a deed comes to where nothing is left to be done about it.
func settled[S any](ctl Control[S], t plan.Task, d plan.Deed, o plan.Observation, begun bool) (plan.Undoing, bool) {
	out := plan.Undoing{Evidence: o.Evidence}
	n, stays := ctl.(Neutral)
	created := d.Change.Op == plan.Create
	switch {
	case o.State == plan.Unknown:
		return say(out, plan.UndoFailed, "it could not be observed: "+o.Why)
	case o.State == plan.Absent && (created || begun):
		return say(out, plan.Reverted, "nothing of it stands any more")
	case o.State == plan.Absent:
		return say(out, plan.Left, "it does not stand any more: somebody has taken it away")
	case stays && created && n.Neutral(t, o):
		if t.Step.Inverse == plan.Quarantine {
			return say(out, plan.Quarantined, "it is kept, and closed to everybody")
		}
		return say(out, plan.Neutralised, "it is switched off, and its history is kept")
	case d.Receipt.ID != "" && o.ID != "" && !strings.EqualFold(d.Receipt.ID, o.ID):
		return say(out, plan.Left, "another stands there now: "+o.ID+", and this run made "+d.Receipt.ID)
	case o.Owner != "" && o.Owner != t.Landing.Plan:
		return say(out, plan.Left, "it bears the ownership tag of the plan "+o.Owner+" now")
	case (!created || isLenient(ctl)) && asBefore(ctl, d, o):
		return say(out, plan.Reverted, "it is as it was before this run")
	case !begun:
		if field, now := changedSince(ctl, d, o); field != "" {
			return say(out, plan.Left, "somebody has changed it since: "+field+" is "+now+" now")
		}
	}
	return out, false
}

func say(u plan.Undoing, state plan.UndoState, why string) (plan.Undoing, bool) {
	u.State, u.Why = state, why
	return u, true
}

// asBefore reports whether every field that an update changed is as it was.
func asBefore[S any](ctl Control[S], d plan.Deed, o plan.Observation) bool {
	for _, f := range d.Change.Fields {
		if o.Live[f.Field] != f.Before && !putBack(ctl, o, f) {
			return false
		}
	}
	return len(d.Change.Fields) > 0
}

func isLenient[S any](ctl Control[S]) bool { _, lenient := ctl.(Lenient); return lenient }

func putBack[S any](ctl Control[S], o plan.Observation, f plan.FieldDiff) bool {
	l, lenient := ctl.(Lenient)
	return lenient && l.PutBack(o, f)
}

// changedSince is a field that is now neither as the run found it nor as it left it.
func changedSince[S any](ctl Control[S], d plan.Deed, o plan.Observation) (field, now string) {
	if d.Change.Op != plan.Update {
		return "", ""
	}
	for _, f := range d.Change.Fields {
		if v := o.Live[f.Field]; v != f.Before && v != f.After && !putBack(ctl, o, f) {
			return f.Field, v
		}
	}
	return "", ""
}

func awaitedUndo(t plan.Task, o plan.Observation) string {
	if o.Why != "" {
		return "undoing " + t.Step.Title + ": " + o.Why
	}
	return "undoing " + t.Step.Title + ": not yet seen"
}

// Former is what the fields that a deed changed were before it, for a control's Undo.
func Former(d plan.Deed) plan.Fields {
	out := plan.Fields{}
	for _, f := range d.Change.Fields {
		out[f.Field] = f.Before
	}
	return out
}

// Added are the members of a list (joined by commas, as plan.Fields writes one) that a deed added to a field, so that undo
// takes away those alone.
func Added(d plan.Deed, field string) []string {
	for _, f := range d.Change.Fields {
		if f.Field != field {
			continue
		}
		before := map[string]bool{}
		for v := range strings.SplitSeq(f.Before, ",") {
			before[v] = true
		}
		added := map[string]bool{}
		for v := range strings.SplitSeq(f.After, ",") {
			if v != "" && !before[v] {
				added[v] = true
			}
		}
		return slices.Sorted(maps.Keys(added))
	}
	return nil
}
