package workflows

import (
	"github.com/itbytes/landfall/plan"
)

// asks reports whether a step is one of the plan's own, which no API can prove: it waits for somebody's word.
func (l *landing) asks(s *stepping) bool {
	for _, m := range l.in.Manual {
		if m.Name == s.Name {
			return true
		}
	}
	return false
}

// wordOf is the word that the plan already holds for a manual step, or nil.
func (l *landing) wordOf(step string) *plan.Word {
	for _, m := range l.in.Manual {
		if m.Name == step && m.Confirmed != (plan.Word{}) {
			return &m.Confirmed
		}
	}
	return nil
}

// askWord takes the word that has been given, or holds until somebody gives it.
func (l *landing) askWord(s *stepping) {
	if s.Word == nil {
		s.State = plan.StepWaiting
		s.Held = &hold{
			Step: s.Name, Kind: awaitsWord,
			Note: plan.Note{
				Kind: string(awaitsWord), Message: s.Title,
				Hint: "No API can prove it. Whoever knows that it is so says so: landfall resume " + l.in.Landing.Plan + " --landing " +
					l.in.Landing.ID() + " --step " + s.Name + " --decision done --reason \"…\"",
			},
		}
		return
	}
	s.State = plan.StepDone
	s.Evidence = []string{"the word of " + s.Word.By + ", " + s.Word.On}
	if l.wordOf(s.Name) != nil {
		s.Change = plan.Change{Op: plan.None, Why: "already so, by the word of " + s.Word.By + " of " + s.Word.On}
		return
	}
	s.Change = plan.Change{
		Op:  plan.Manual,
		Why: "by the word of " + s.Word.By + "; write confirmed: {by: " + s.Word.By + ", on: " + s.Word.On + "} into the plan, so that no later run asks",
	}
}
