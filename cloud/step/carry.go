package step

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// carry is the loop itself: observe, diff, preflight, apply, verify, receipt.
func carry[S any](ctx context.Context, ctl Control[S], s S, t plan.Task, mark func(string), outlasts func(context.Context, S, plan.Task) error, patience time.Duration) (plan.Outcome, error) {
	o, err := ctl.Observe(ctx, s, t)
	if err != nil {
		return plan.Outcome{}, err
	}
	if err := unfit(t, o); err != nil {
		return plan.Outcome{}, err
	}
	out := foresee(ctl, t, o)
	c := out.Change
	switch {
	case out.State == plan.StepPending, out.State == plan.StepWaiting, out.State == plan.StepGap:
		return out, nil
	case c.Op == plan.None:
		return earlier(out, t, o), nil
	}
	if err := standsInTheWay(t, o, c); err != nil {
		return plan.Outcome{}, err
	}
	if err := unforeseen(t, c); err != nil {
		return plan.Outcome{}, err
	}
	if err := outlasts(ctx, s, t); err != nil {
		return plan.Outcome{}, err
	}
	if err := ctl.Preflight(ctx, s, t, c); err != nil {
		return plan.Outcome{}, err
	}
	first, before := keep(t, c, o)
	mark(plan.Lost{Change: first, Before: before}.Mark())
	applied, err := ctl.Apply(ctx, s, t, c, o, mark)
	if err != nil {
		return plan.Outcome{}, err
	}
	t.Begun = &plan.Begun{Change: first, Operation: applied.Operation, ID: applied.ID}
	o.Live = before
	return verify(ctx, ctl, s, t, o, applied, patience)
}

// foresee is what an observation comes to, before anything is done about it.
func foresee[S any](ctl Control[S], t plan.Task, o plan.Observation) plan.Outcome {
	c := Diff(t, ctl.Want(t), o, owned(ctl))
	out := plan.Outcome{
		Step: t.Step.Name, State: plan.StepDone, Change: c, Evidence: o.Evidence, Facts: o.Facts,
		Receipt: plan.Receipt{ID: o.ID, Inverse: t.Step.Inverse},
	}
	switch {
	case o.State == plan.Pending:
		out.State, out.Begun = plan.StepPending, t.Begun
		out.Wait = &plan.Wait{Kind: "operation", For: o.Why, After: time.Second, Within: budget(ctl)}
		if o.Behind != "" {
			out.Wait.Kind = plan.WaitLanding
		}
	case c.Op == plan.Manual && mode(t) == plan.Enforce:
		out.State = plan.StepWaiting
		out.Wait = &plan.Wait{Kind: "person", For: outcomeWanted(t, c), After: 2 * time.Second}
	case c.Op != plan.None && mode(t) != plan.Enforce:
		out.State = plan.StepGap
		out.Change.Why = string(mode(t)) + " only: " + c.Why
	}
	return out
}

// verify observes until what was applied is seen, or patience is spent and the step goes back as pending.
func verify[S any](ctx context.Context, ctl Control[S], s S, t plan.Task, before plan.Observation, a plan.Applied, patience time.Duration) (plan.Outcome, error) {
	deadline := time.Now().Add(patience)
	for wait := 50 * time.Millisecond; ; wait = min(wait*2, 5*time.Second) {
		o, err := ctl.Observe(ctx, s, t)
		kind := fault.KindOf(err)
		switch {
		case err != nil && kind != fault.Propagating && kind != fault.Transient && kind != fault.Throttled:
			return plan.Outcome{}, err
		case err == nil:
			if err := unfit(t, o); err != nil {
				return plan.Outcome{}, err
			}
			out := foresee(ctl, t, o)
			if o.Behind != "" { // nothing that is done here brings it about
				out.Change, out.Begun = t.Begun.Change, t.Begun
				return out, nil
			}
			if out.State == plan.StepDone && out.Change.Op == plan.None {
				out = earlier(out, t, o)
				out.Receipt.Before = before.Live
				out.Facts = merge(a.Facts, out.Facts)
				return out, nil
			}
		}
		if time.Now().Add(wait).After(deadline) {
			return plan.Outcome{
				State: plan.StepPending, Change: t.Begun.Change, Begun: t.Begun, Facts: a.Facts, Evidence: o.Evidence,
				Receipt: plan.Receipt{ID: a.ID, Before: before.Live, Inverse: t.Step.Inverse},
				Wait:    &plan.Wait{Kind: "propagation", For: pendingWhy(t, o), After: 2 * time.Second, Within: budget(ctl)},
			}, nil
		}
		select {
		case <-ctx.Done():
			return plan.Outcome{}, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// unfit refuses what must not pass for "already so", however little it differs: what could not be observed, what is closed,
// and what bears another plan's ownership tag, which that plan may change or remove.
func unfit(t plan.Task, o plan.Observation) error {
	switch {
	case o.State == plan.Unknown:
		return fault.New(fault.Ambiguous, "Give the login the right to read it, then resume.", "%s could not be observed: %s", t.Step.Title, o.Why)
	case o.State == plan.Suspended:
		f := fault.New(fault.Locked, "Have it reactivated, then resume; nothing is made in its place.", "%s is suspended: %s", t.Step.Title, o.Why)
		f.Cloud, f.Scope = string(t.Landing.Cloud), o.ID
		return f
	case o.Owner == "" || o.Owner == t.Landing.Plan:
		return nil
	}
	return fault.New(fault.Conflict, "Remove the landfall-plan tag if that plan has given it up, then resume.",
		"%s (%s) belongs to the plan %q", t.Step.Title, o.ID, o.Owner)
}

// standsInTheWay refuses to make something beside its namesake.
func standsInTheWay(t plan.Task, o plan.Observation, c plan.Change) error {
	if c.Op != plan.Create || len(o.Similar) == 0 || t.Begun != nil {
		return nil
	}
	return fault.New(fault.Ambiguous,
		"If it is the one, name it in the landing's adopt.resources."+t.Step.Name+"; if not, rename it; then resume.",
		"%s does not exist, but %s stands there under a name too near to be chance", t.Step.Title, strings.Join(o.Similar, ", "))
}

// unforeseen refuses a change that nobody approved: the world is another than it was when somebody was asked.
func unforeseen(t plan.Task, c plan.Change) error {
	if t.Foreseen == "" || t.Begun != nil || t.Again || c.Stood() == t.Foreseen {
		return nil
	}
	return fault.New(fault.Conflict, "Look at what would be done now (landfall preview); whoever resumes it with retry approves that.",
		"%s would be %s now (%s), and something else was approved: the world has changed since", t.Step.Title, c.Op, c.Why)
}

// earlier gives a step that is now so the change that an earlier entry or attempt made for it.
func earlier(out plan.Outcome, t plan.Task, o plan.Observation) plan.Outcome {
	switch {
	case t.Begun != nil:
		out.Change = t.Begun.Change
		if out.Receipt.ID == "" {
			out.Receipt.ID = t.Begun.ID
		}
	case ours(t, o):
		out.Change, out.Receipt.Before = t.Lost.Change, t.Lost.Before
	}
	return out
}

// ours reports whether what stands is what an attempt made whose record was lost: nobody knows what became of it, or it bears
// the plan's tag, which stood nowhere before.
func ours(t plan.Task, o plan.Observation) bool {
	return t.Lost != nil && (!t.Lost.Answered || o.Owner != "" && o.Owner == t.Landing.Plan)
}

// keep is the change to report when a step is entered more than once, and what stood before it: the first one made.
func keep(t plan.Task, c plan.Change, o plan.Observation) (plan.Change, plan.Fields) {
	switch {
	case t.Begun != nil && t.Begun.Change.Op != "":
		return t.Begun.Change, o.Live
	case ours(t, o):
		return t.Lost.Then(c), t.Lost.Before
	}
	return c, o.Live
}

func mode(t plan.Task) plan.Mode {
	if t.Step.Control == "" && t.Step.Objective == "" {
		return plan.Enforce
	}
	if t.Landing.WaiverOf(t.Step.Control, t.Step.Objective) != nil {
		return plan.ReportM
	}
	return t.Landing.ModeOf(t.Step.Control, t.Step.Objective)
}

func owned[S any](ctl Control[S]) bool {
	o, ok := ctl.(Owned)
	return ok && o.Owned()
}

func budget[S any](ctl Control[S]) time.Duration {
	if b, knows := ctl.(Budgeted); knows {
		return b.Budget()
	}
	return 0
}

func outcomeWanted(t plan.Task, c plan.Change) string {
	parts := make([]string, 0, len(c.Fields))
	for _, f := range c.Fields {
		parts = append(parts, f.Field+" should be "+f.After)
	}
	return t.Step.Title + ": " + strings.Join(parts, ", ")
}

func pendingWhy(t plan.Task, o plan.Observation) string {
	if o.Why != "" {
		return o.Why
	}
	return t.Step.Title + " is made but not yet seen as wanted"
}

func merge(a, b map[string]string) map[string]string {
	if len(a) == 0 {
		return b
	}
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}
