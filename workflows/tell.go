package workflows

import (
	"fmt"
	"strings"
	"time"

	"github.com/itbytes/landfall/plan"
)

// report is the landing as it stands.
func (l *landing) report() plan.LandingReport {
	state, why := l.state()
	r := plan.LandingReport{
		Cloud: l.in.Landing.Cloud, Environment: l.in.Landing.Environment, Name: l.in.Landing.Name,
		ID: l.Facts[plan.FactContainer], State: state, Why: why, Started: l.Started, Ended: l.Ended, Steps: []plan.StepReport{},
		Facts: l.Facts,
	}
	for _, s := range l.order {
		step := s.report()
		step.Hold = l.holdReport(s)
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
		Change: s.Change.Op, Fields: s.Change.Fields, Before: s.Receipt.Before, State: s.State, ID: s.Receipt.ID, Attempts: s.Attempts,
		Reads: s.Reads, Writes: s.Writes, Started: s.Started, Ended: s.Ended, Waits: s.Waits, Evidence: s.Evidence, Inverse: s.Inverse,
		Fault: s.Note, Login: s.By, Undo: s.Undo,
	}
	if s.Word != nil && s.terminal() {
		r.Word = s.Word.By + ", " + s.Word.On
	}
	if r.Waits == nil {
		r.Waits = []plan.Waited{}
	}
	if r.Evidence == nil {
		r.Evidence = []string{}
	}
	if s.Manual && s.State == plan.StepDone && len(s.Waits) > 0 {
		r.Change = plan.Manual // it was not so, and a person has seen to it
	}
	return r
}

// holdReport is a step's hold as people see it, or nil.
func (l *landing) holdReport(s *stepping) *plan.HoldReport {
	if s.Held == nil || s.Held.Since.IsZero() {
		return nil
	}
	r := l.holds.report(s.Held)
	r.Behind = l.behind(s)
	return r
}

// behind are the steps that cannot begin before another.
func (l *landing) behind(s *stepping) []string {
	waits := map[string]bool{s.Name: true}
	var out []string
	for _, o := range l.order { // what a step comes after stands before it, or is the plan's own
		for _, a := range o.After {
			if waits[a] && !o.terminal() && !waits[o.Name] {
				waits[o.Name] = true
				out = append(out, o.Name)
			}
		}
	}
	return out
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
		fmt.Fprintf(&b, "- %s %s", mark(s.State), s.Title)
		switch {
		case s.Undo != nil:
			fmt.Fprintf(&b, ": %s – %s", s.Undo.State, s.Undo.Why)
		case s.Held != nil && !s.Held.Since.IsZero():
			fmt.Fprintf(&b, ": %s. %s (since %s; ends when %s)", strings.TrimSuffix(s.Held.Note.Message, "."), s.Held.Note.Hint, s.Held.Since.UTC().Format(time.RFC3339), marked(l.holds.releases(s.Held)))
		case s.Note != nil:
			fmt.Fprintf(&b, ": %s %s", s.Note.Message, s.Note.Hint)
		case s.Wait != nil && !s.terminal():
			fmt.Fprintf(&b, ": %s", s.Wait.For)
		}
		b.WriteString("\n")
	}
	if len(l.holds.open) > 0 {
		b.WriteString("\nTo go on once it is mended, send the update `resume` with `{\"decision\": \"retry\", \"operator\": \"you\", \"reason\": \"why\"}`; " +
			"`skip` leaves a step out, `abort` undoes what this run made.\n")
	}
	return clip(b.String(), 12000)
}

// marked is a sentence whose command, which stands at its end, Markdown leaves as it is.
func marked(sentence string) string {
	i := strings.Index(sentence, "landfall ")
	if i < 0 {
		return sentence
	}
	return sentence[:i] + "`" + sentence[i:] + "`"
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
	case plan.StepUndone:
		return "↶ undone:"
	}
	return "· to do:"
}
