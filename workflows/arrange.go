package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// list asks the cloud's worker which steps the landing takes. No worker for the cloud is a hold like any other.
func (l *landing) list(ctx workflow.Context) error {
	if len(l.Steps) > 0 {
		l.takeUp(l.Steps)
		return nil
	}
	steps, err := l.ask(ctx)
	for err != nil {
		f := named(err)
		l.failure = note(f)
		r, stop := l.holds.keep(ctx, holdOf("steps", f, 0), func(ctx workflow.Context) *fault.Fault {
			if steps, err = l.ask(ctx); err != nil {
				return named(err)
			}
			return nil
		})
		switch {
		case stop != nil && l.Abort == nil:
			return stop
		case stop != nil, r.Decision == Skip:
			l.given = true
			return nil
		case r.Decision == Retry:
			steps, err = l.ask(ctx)
		}
		l.failure = nil
	}
	l.arrange(l.in.only(steps))
	if l.in.Undo != nil {
		l.remember(*l.in.Undo)
	}
	return nil
}

// only are the steps that a landing is to carry. One that it is to carry and that its cloud does not know is left to whoever asked.
func (in LandInput) only(steps []plan.Step) []plan.Step {
	if len(in.Only) == 0 {
		return steps
	}
	return slices.DeleteFunc(steps, func(s plan.Step) bool { return !slices.Contains(in.Only, s.Name) })
}

func (l *landing) ask(ctx workflow.Context) ([]plan.Step, error) {
	got, err := do(ctx, quick(), l.queue(), "which steps does "+l.in.Landing.ID()+" take", landings.ListSteps, listOf(l.in.Landing))
	return got.Steps, err
}

// arrange puts the steps in order: containers before identities, identities before all else, and what forbids something
// to everybody last; manual steps stand aside, and nothing waits for what is done for other landings.
func (l *landing) arrange(steps []plan.Step) {
	for _, m := range l.in.Manual {
		steps = append(steps, plan.Step{Name: m.Name, Title: m.Outcome, Chapter: plan.Protect, After: m.After, Manual: true, Inverse: plan.NoInverse})
	}
	chapters := map[plan.Chapter][]string{}
	var open []string // steps that a guardrail comes after
	for _, s := range steps {
		if !s.Manual {
			chapters[s.Chapter] = append(chapters[s.Chapter], s.Name)
		}
		if !s.Manual && !s.Deny && s.Chapter != plan.Organise {
			open = append(open, s.Name)
		}
	}
	var out []*stepping
	for _, s := range steps {
		st := &stepping{Step: s, State: plan.StepTodo, Change: plan.Change{Op: plan.None}, Foreseen: l.in.Foreseen[s.Name]}
		st.After = append([]string{}, s.After...)
		if !s.Manual {
			st.After = union(st.After, before(chapters, s.Chapter))
		}
		if s.Deny {
			st.After = union(st.After, open)
		}
		if w := l.wordOf(s.Name); w != nil {
			st.Word = w
		}
		out = append(out, st)
	}
	l.Steps = out
	l.takeUp(out)
}

// takeUp goes on with steps as they are.
func (l *landing) takeUp(steps []*stepping) {
	l.order = steps
	for _, s := range steps {
		l.steps[s.Name] = s
		l.sitting = max(l.sitting, s.Nth)
	}
}

// before are the steps that all of a chapter comes after: those of the nearest earlier chapter that has any. Baseline and
// names do not wait for each other; what is done for other landings waits for the landing's own container alone.
func before(chapters map[plan.Chapter][]string, c plan.Chapter) []string {
	switch {
	case c == plan.Container:
		return nil
	case c == plan.Identify, c == plan.Organise, len(chapters[plan.Identify]) == 0:
		return chapters[plan.Container]
	}
	return chapters[plan.Identify]
}

func union(a, b []string) []string {
	out := append([]string{}, a...)
	for _, x := range b {
		found := false
		for _, y := range a {
			found = found || x == y
		}
		if !found {
			out = append(out, x)
		}
	}
	return out
}
