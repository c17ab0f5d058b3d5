package workflows

import (
	"fmt"
	"strings"

	"github.com/itbytes/landfall/plan"
)

// report is the landing as it stands.
func (l *landing) report() plan.LandingReport {
	state, why := l.state()
	r := plan.LandingReport{
		Cloud: l.in.Landing.Cloud, Environment: l.in.Landing.Environment, Name: l.in.Landing.Name,
		ID: l.facts[plan.FactContainer], State: state, Why: why, Started: l.started, Ended: l.ended, Steps: []plan.StepReport{},
	}
	for _, s := range l.order {
		step := s.report()
		if w := l.in.Landing.WaiverOf(s.Control, s.Objective); w != nil && s.Control+s.Objective != "" {
			step.Waiver = w.String()
		}
		r.Steps = append(r.Steps, step)
	}
	return r
}

func (s *stepping) report() plan.StepReport {
	r := plan.StepReport{
		Name: s.Name, Title: s.Title, Chapter: s.Chapter, Control: s.Control, Objective: s.Objective, After: s.After,
		Change: s.change.Op, Fields: s.change.Fields, State: s.state, ID: s.receipt.ID, Attempts: s.attempts, Reads: s.reads,
		Writes: s.writes, Started: s.started, Ended: s.ended, Waits: s.waits, Evidence: s.evidence, Inverse: s.Inverse, Fault: s.note, Login: s.by,
	}
	if r.Waits == nil {
		r.Waits = []plan.Waited{}
	}
	if r.Evidence == nil {
		r.Evidence = []string{}
	}
	if s.Manual && s.state == plan.StepDone && len(s.waits) > 0 {
		r.Change = plan.Manual // it was not so, and a person has seen to it
	}
	return r
}

// details is the landing's checklist for the Temporal UI, short enough for a screen.
func (l *landing) details() string {
	var b strings.Builder
	state, why := l.state()
	fmt.Fprintf(&b, "**%s** %s (%s)", l.in.Landing.ID(), state, l.in.Landing.Name)
	if why != "" {
		fmt.Fprintf(&b, ": %s", why)
	}
	b.WriteString("\n\n")
	for _, s := range l.order {
		fmt.Fprintf(&b, "- %s %s", mark(s.state), s.Title)
		switch {
		case s.note != nil:
			fmt.Fprintf(&b, ": %s %s", s.note.Message, s.note.Hint)
		case s.wait != nil && !s.terminal():
			fmt.Fprintf(&b, ": %s", s.wait.For)
		}
		b.WriteString("\n")
	}
	if len(l.holds.open) > 0 {
		b.WriteString("\nTo go on once it is mended, send the update `resume` with `{\"decision\": \"retry\", \"operator\": \"you\", \"reason\": \"why\"}`.\n")
	}
	return clip(b.String(), 12000)
}

// mark is a step's state for people who see and for those who listen.
func mark(s plan.StepState) string {
	switch s {
	case plan.StepDone:
		return "✓ done:"
	case plan.StepRunning:
		return "… running:"
	case plan.StepPending:
		return "… pending:"
	case plan.StepWaiting:
		return "☞ waits for a person:"
	case plan.StepHeld:
		return "■ held:"
	case plan.StepFailed:
		return "✗ failed:"
	case plan.StepSkipped:
		return "– skipped:"
	case plan.StepGap:
		return "△ gap:"
	}
	return "· to do:"
}
