// Package report makes a report of a run readable: as text, as JSON and as a page.
package report

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/itbytes/landfall/plan"
)

// JSON writes r as design §9 names its fields. Lists that are empty are written as [], so that a reader can count them.
func JSON(w io.Writer, r plan.Report) error {
	r.Landings = filled(r.Landings)
	for i, l := range r.Landings {
		l.Steps = filled(l.Steps)
		for j := range l.Steps {
			s := &l.Steps[j]
			s.Waits, s.Evidence = filled(s.Waits), filled(s.Evidence)
		}
		r.Landings[i] = l
	}
	r.Registry.Rows, r.Coverage, r.SPOF = filled(r.Registry.Rows), filled(r.Coverage), filled(r.SPOF)
	for i := range r.SPOF {
		r.SPOF[i].Stops = filled(r.SPOF[i].Stops)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// filled is a copy of a list that is never nil.
func filled[T any](list []T) []T { return append(make([]T, 0, len(list)), list...) }

// Complete fills what follows from the landings' steps: coverage, critical path and elapsed time. It asks nobody and is the
// same when done again.
func Complete(r *plan.Report) {
	r.Coverage = coverage(*r)
	r.CriticalPath, r.CriticalPathSeconds = criticalPath(r.Landings)
	r.ElapsedSeconds = 0
	if end := ended(*r); !r.Started.IsZero() && end.After(r.Started) {
		r.ElapsedSeconds = end.Sub(r.Started).Seconds()
	}
}

// ended is when the run ended, or the last thing known of one that goes on.
func ended(r plan.Report) time.Time {
	if !r.Ended.IsZero() {
		return r.Ended
	}
	last := r.Started
	for _, l := range r.Landings {
		for _, s := range l.Steps {
			last = latest(last, s.Started, s.Ended)
			for _, w := range s.Waits {
				last = latest(last, until(w))
			}
		}
	}
	return last
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// until is when a wait ended.
func until(w plan.Waited) time.Time {
	return w.Started.Add(time.Duration(w.Seconds * float64(time.Second)))
}

// id names a landing: aws/prod.
func id(l plan.LandingReport) string { return string(l.Cloud) + "/" + l.Environment }

// tally is what a landing's steps came to, in the order in which people ask.
type tally struct {
	Already, Adopted, Created, Updated, Manual, Gaps, Waived, Skipped, Undone, Open int
	Reads, Writes                                                                   int
}

func tallyOf(steps []plan.StepReport) tally {
	var t tally
	for _, s := range steps {
		t.Reads, t.Writes = t.Reads+s.Reads, t.Writes+s.Writes
		switch {
		case s.Change == plan.Undone:
			t.Undone++
		case s.State == plan.StepGap && s.Waiver != "":
			t.Waived++
		case s.State == plan.StepGap:
			t.Gaps++
		case s.State == plan.StepSkipped || s.Change == plan.Skipped:
			t.Skipped++
		case s.State != plan.StepDone:
			t.Open++
		case s.Change == plan.Adopted:
			t.Adopted++
		case s.Change == plan.Create:
			t.Created++
		case s.Change == plan.Update:
			t.Updated++
		case s.Change == plan.Manual:
			t.Manual++
		default:
			t.Already++
		}
	}
	return t
}

// matter is a step or a landing that does not go on by itself, and what to do about it.
type matter struct {
	Landing, Step, Title, State, Why, Kind string
	Next                                   string // what to do
	Command                                string // that releases it, where one does
	Since                                  time.Time
	Behind                                 []string // steps that cannot begin before it
	Ends                                   string   // what ends the hold
}

// matters are what waits for somebody, failed steps first, then held, then those that wait for a person's act.
func matters(r plan.Report) []matter {
	var out []matter
	for _, l := range r.Landings {
		known := len(out)
		for _, s := range l.Steps {
			if urgency(string(s.State)) == 0 {
				continue
			}
			m := matter{Landing: id(l), Step: s.Name, Title: cmp.Or(s.Title, s.Name), State: string(s.State)}
			if s.Fault != nil {
				m.Why, m.Next, m.Kind = s.Fault.Message, s.Fault.Hint, s.Fault.Kind
			} else if n := len(s.Waits); n > 0 {
				m.Why, m.Kind = s.Waits[n-1].For, s.Waits[n-1].Kind
			}
			m.Why = cmp.Or(m.Why, l.Why)
			out = append(out, m.held(s.Hold).withNext(r))
		}
		if urgency(string(l.State)) > 0 && len(out) == known {
			out = append(out, matter{Landing: id(l), Title: "the landing", State: string(l.State), Why: l.Why}.withNext(r))
		}
	}
	if urgency(string(r.Registry.State)) > 0 {
		m := matter{Step: "registry", Title: "The registry's table " + r.Registry.Table, State: string(r.Registry.State), Why: r.Registry.Why}
		out = append(out, m.held(r.Registry.Hold).withNext(r))
	}
	slices.SortStableFunc(out, func(a, b matter) int { return cmp.Compare(urgency(b.State), urgency(a.State)) })
	return out
}

func urgency(state string) int {
	return map[string]int{string(plan.StepFailed): 3, string(plan.StepHeld): 2, string(plan.StepWaiting): 1}[state]
}

// held is a matter with what is known of its hold.
func (m matter) held(h *plan.HoldReport) matter {
	if h != nil {
		m.Since, m.Behind, m.Ends = h.Since, h.Behind, h.Releases
	}
	return m
}

// withNext says what releases a matter where its fault did not.
func (m matter) withNext(r plan.Report) matter {
	name := r.Plan
	if r.Mode == "preview" {
		m.Next = cmp.Or(m.Next, "Mend what it says, then preview again.")
		return m
	}
	switch plan.StepState(m.State) {
	case plan.StepWaiting:
		if m.Ends == "" {
			m.Next = cmp.Or(m.Next, "See to it; the run looks for itself and goes on.")
		}
	case plan.StepHeld:
		if m.Ends == "" {
			m.Next = cmp.Or(m.Next, "Mend what it says, then resume.")
		}
		if m.Landing != "" && m.Ends == "" {
			m.Command = "landfall resume " + name + " --landing " + m.Landing + ` --decision retry --reason "…"`
		}
	default:
		m.Next = cmp.Or(m.Next, "Mend what it says, then migrate again; what is done is not done twice.")
		m.Command = "landfall migrate " + name
	}
	return m
}
