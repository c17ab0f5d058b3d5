package step

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Catalog is a cloud's controls in their order, and the way to open a session for a landing.
type Catalog[S any] struct {
	// Controls lists a landing's controls in their order: identity before workload, nothing before what it comes after.
	Controls func(l plan.Landing) []Control[S]
	// Open opens a session: credentials for the landing's login, in the landing's container where Facts name it (or the plan
	// adopts it), else in the organisation. It is cheap to call again: clients and tokens are kept by the cloud.
	Open func(ctx context.Context, t plan.Task) (S, error)
	// Life says when the session of a login ends and a person must sign in again, where that is known; nil where it never is.
	Life func(ctx context.Context, s S) (until time.Time, known bool)
	// Patience is how long Carry waits in the activity for what it made to be seen; what takes longer goes back to the
	// workflow as pending. Default 20 s.
	Patience time.Duration
}

// Steps lists the steps of a landing in the order of the catalogue.
func (c *Catalog[S]) Steps(l plan.Landing) []plan.Step {
	var out []plan.Step
	for _, ctl := range c.Controls(l) {
		if s, wanted := ctl.Describe(l); wanted {
			out = append(out, s)
		}
	}
	return out
}

func (c *Catalog[S]) find(t plan.Task) (Control[S], error) {
	for _, ctl := range c.Controls(t.Landing) {
		if s, wanted := ctl.Describe(t.Landing); wanted && s.Name == t.Step.Name {
			return ctl, nil
		}
	}
	return nil, fault.New(fault.Invalid, "Start the worker of the version that began this run, or abort it.",
		"this worker's %s catalogue has no step %q for %s", t.Landing.Cloud, t.Step.Name, t.Landing.ID())
}

// Carry takes one step from observe to receipt. It may be called again at any time, with the Begun of an earlier
// outcome, and begins by looking.
func (c *Catalog[S]) Carry(ctx context.Context, t plan.Task, mark func(string)) (plan.Outcome, error) {
	ctx, tally := WithTally(withAgent(ctx, t))
	ctl, err := c.find(t)
	if err != nil {
		return plan.Outcome{}, err
	}
	s, err := c.Open(ctx, t)
	if err != nil {
		return plan.Outcome{}, err
	}
	out, err := carry(ctx, ctl, s, t, mark, c.outlasts, patience(c.Patience))
	out.Step = t.Step.Name
	out.Reads, out.Writes = tally.Calls()
	return out, err
}

// outlasts refuses to begin a change that the session would not outlast: one that ends in the middle leaves half of it done.
func (c *Catalog[S]) outlasts(ctx context.Context, s S, t plan.Task) error {
	if c.Life == nil {
		return nil
	}
	until, known := c.Life(ctx, s)
	if left := time.Until(until); known && left < t.Step.Usual {
		return &fault.Fault{
			Kind: fault.SessionExpired, Cloud: string(t.Landing.Cloud), Login: t.Landing.Login.Name, Code: "EndsTooSoon",
			Message: fmt.Sprintf("the session of %s ends in %s, and %s usually takes %s", t.Landing.Login.Name, max(left, 0).Round(time.Second), t.Step.Title, t.Step.Usual),
			Hint:    "Sign in again (landfall login " + t.Landing.Login.Name + "): the step begins then, by itself.",
		}
	}
	return nil
}

// Preview observes every step of a landing and says what it would do; it writes nothing. A step that cannot be observed
// says why in Outcome.Fault and does not stop the others.
func (c *Catalog[S]) Preview(ctx context.Context, l plan.Landing) plan.Preview {
	p := plan.Preview{Landing: l.ID()}
	facts := map[string]string{}
	absent := false
	settled := map[string]bool{} // steps that were seen, and change nothing
	for _, ctl := range c.Controls(l) {
		st, wanted := ctl.Describe(l)
		if !wanted {
			continue
		}
		t := plan.Task{Landing: l, Step: st, Facts: facts}
		out := c.previewStep(ctx, ctl, t, absent && !st.Outside)
		maps.Copy(facts, out.Facts)
		certain := out.Reads > 0 && out.Fault == nil
		for _, a := range st.After {
			certain = certain && settled[a]
		}
		if s, knows := ctl.(Shared); certain && out.State != plan.StepPending && !(knows && s.Shared(out.Change)) {
			out.Stood = out.Change.Stood()
		}
		settled[st.Name] = certain && out.Change.Op == plan.None
		if st.Chapter == plan.Container && out.Change.Op == plan.Create && facts[plan.FactContainer] == "" {
			absent = true
		}
		p.Outcomes = append(p.Outcomes, out)
	}
	return p
}

func (c *Catalog[S]) previewStep(ctx context.Context, ctl Control[S], t plan.Task, nothing bool) plan.Outcome {
	ctx, tally := WithTally(withAgent(ctx, t))
	out, err := func() (plan.Outcome, error) {
		o := plan.Observation{State: plan.Absent}
		if !nothing {
			s, err := c.Open(ctx, t)
			if err != nil {
				return plan.Outcome{}, err
			}
			if o, err = ctl.Observe(ctx, s, t); err != nil {
				return plan.Outcome{}, err
			}
			if err := unfit(t, o); err != nil {
				return plan.Outcome{}, err
			}
		}
		return foresee(ctl, t, o), nil
	}()
	if err != nil {
		out = plan.Outcome{State: plan.StepHeld, Change: plan.Change{Op: plan.None, Why: "it could not be observed"}, Fault: NoteOf(err)}
	}
	out.Step = t.Step.Name
	out.Reads, out.Writes = tally.Calls()
	return out
}

// NoteOf is an error as people see it.
func NoteOf(err error) *plan.Note {
	n := &plan.Note{Kind: string(fault.KindOf(err)), Message: fault.Clip(err.Error())}
	if f := fault.As(err); f != nil {
		n.Message, n.Hint = f.Error(), f.Hint
	}
	return n
}

func patience(d time.Duration) time.Duration {
	if d == 0 {
		return 20 * time.Second
	}
	return d
}

// Check reports a catalogue in which two controls claim one name in a landing, or a step comes after one that is not there.
func (c *Catalog[S]) Check(l plan.Landing) error {
	seen := map[string]bool{}
	for _, s := range c.Steps(l) {
		if seen[s.Name] {
			return fmt.Errorf("two steps are named %q in %s", s.Name, l.ID())
		}
		for _, a := range s.After {
			if !seen[a] {
				return fmt.Errorf("step %q of %s comes after %q, which does not stand before it in the catalogue", s.Name, l.ID(), a)
			}
		}
		seen[s.Name] = true
	}
	return nil
}
