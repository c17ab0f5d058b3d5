package rehearsal

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Teller tells a rehearsal part by part, as it becomes known.
type Teller struct {
	Out                  io.Writer
	run, released, given bool
}

// Tell tells what is known now and was not told yet.
func (t *Teller) Tell(r Result) {
	if !t.run {
		t.run = true
		t.tellRun(r)
	}
	if r.Release != nil && !t.released {
		t.released = true
		t.tellRelease(*r.Release)
		if len(r.Held) == 0 {
			t.say("\nan abort would have had nothing to do: it undoes what is under way, and nothing was held")
		}
	}
	if r.Abort != nil && !t.given {
		t.given = true
		t.tellAbort(*r.Abort)
	}
}

func (t *Teller) say(format string, a ...any) { fmt.Fprintf(t.Out, format+"\n", a...) }

func (t *Teller) tellRun(r Result) {
	t.say("%s, rehearsed in a simulated world: %s", r.Plan, r.World)
	for _, l := range r.Lacks {
		t.say("  %s", l)
	}
	for _, m := range r.Faults {
		met := fmt.Sprintf("met by %d calls", m.Calls)
		switch m.Calls {
		case 0:
			met = "met by no call: the step makes none that its cloud answers so"
		case 1:
			met = "met by one call"
		}
		t.say("  %s: %s", m.Fault, met)
	}
	t.stops("holds", r.Held)
	t.stops("fails", r.Failed)
	t.stops("is tried again by itself", r.Trying)
	t.say("\nafter %.1f s the run is %s", r.Seconds, r.State)
	for _, l := range r.Landings {
		t.say("  %-14s %-8s %s", l.ID, l.State, l.sentence())
	}
	if r.Registry != "" {
		t.say("  %-14s %s", "registry", r.Registry)
	}
}

// stops are the steps that do not go on in one way; those that do not for one reason are told together.
func (t *Teller) stops(how string, steps []Stopped) {
	for _, s := range together(steps) {
		t.say("\n%s: %s, %.1f s into the run", how, s.Step, s.After)
		for _, line := range []string{s.Why, s.Hint} {
			if line != "" {
				t.say("  %s", line)
			}
		}
		if s.Attempts > 1 {
			t.say("  tried %d times until now", s.Attempts)
		}
		if len(s.Behind) > 0 {
			t.say("  behind it: %s", strings.Join(s.Behind, ", "))
		}
		if s.Releases != "" {
			t.say("  released by: %s", s.Releases)
		}
	}
}

// together joins steps of which one thing is to be said.
func together(steps []Stopped) []Stopped {
	var out []Stopped
	for _, s := range steps {
		i := slices.IndexFunc(out, func(o Stopped) bool { return o.Why == s.Why && o.Releases == s.Releases })
		if i < 0 {
			out = append(out, s)
			continue
		}
		o := &out[i]
		o.Step, o.After, o.Attempts = o.Step+", "+s.Step, min(o.After, s.After), max(o.Attempts, s.Attempts)
		for _, b := range s.Behind {
			if !slices.Contains(o.Behind, b) {
				o.Behind = append(slices.Clone(o.Behind), b)
			}
		}
	}
	return out
}

// sentence is how far a landing came.
func (l Landing) sentence() string {
	out := fmt.Sprintf("%d of %d steps", l.Done, l.Steps)
	if l.Seconds > 0 {
		out += fmt.Sprintf(" in %.1f s", l.Seconds)
	}
	if len(l.By) > 0 {
		out += ", some by " + strings.Join(l.By, ", ")
	}
	return out
}

func (t *Teller) tellRelease(r Release) {
	t.say("\nreleased")
	for _, a := range r.Acts {
		t.say("  %s", a)
	}
	t.say("  %.1f s later the run is %s", r.Seconds, r.State)
	for _, s := range r.Still {
		t.say("  %s", s)
	}
}

func (t *Teller) tellAbort(a Abort) {
	t.say("\ngiven up at the hold instead, by %s: undone within %.1f s", a.Command, a.Seconds)
	for _, l := range a.Landings {
		t.say("  %-14s %-8s %s", l.ID, l.State, l.sentence())
		if l.Why != "" {
			t.say("    %s", l.Why)
		}
		for _, k := range l.kept() {
			t.say("    %s: %s", k.State, k.Step)
			t.say("      %s", k.Why)
		}
	}
}

// kept is what is there after all, those that are so for one reason in one line.
func (u Undone) kept() []Undo {
	var out []Undo
	for _, s := range u.Steps {
		if s.State == "reverted" || s.State == "neutralised" || strings.HasPrefix(s.Why, "this run changed nothing") {
			continue
		}
		i := slices.IndexFunc(out, func(k Undo) bool { return k.State == s.State && k.Why == s.Why })
		if i < 0 {
			out = append(out, s)
			continue
		}
		out[i].Step += ", " + s.Step
	}
	return out
}

// sentence counts what became of a landing's steps.
func (u Undone) sentence() string {
	n := map[string]int{}
	for _, s := range u.Steps {
		n[s.State]++
	}
	var out []string
	for _, state := range []string{"reverted", "neutralised", "quarantined", "left", "failed"} {
		if n[state] > 0 {
			out = append(out, fmt.Sprintf("%d %s", n[state], state))
		}
	}
	switch {
	case len(out) > 0:
		return strings.Join(out, ", ")
	case u.State == "aborted" || u.State == "todo":
		return "nothing was made in it"
	}
	return "not undone yet"
}
