package report

import (
	"slices"

	"github.com/itbytes/landfall/plan"
)

// What is said of an objective in a landing, best first. Where several controls serve it, the worst is said; where none
// does, nothing is.
const (
	already  = "already so"
	enforced = "enforced"
	manual   = "manual"
	waived   = "waived"
	gap      = "gap"
)

// verdicts are what can be said, best first.
func verdicts() []string { return []string{already, enforced, manual, waived, gap} }

// coverage is every objective over all landings: those of the foundation catalogue in their order, then others that the
// steps name.
func coverage(r plan.Report) []plan.Coverage {
	out := []plan.Coverage{}
	place := map[string]int{}
	row := func(id, title string) int {
		if i, known := place[id]; known {
			return i
		}
		place[id] = len(out)
		out = append(out, plan.Coverage{Objective: id, Title: title, Landings: map[string]string{}})
		return place[id]
	}
	for _, o := range plan.Objectives() {
		row(o.ID, o.Title)
	}
	for _, l := range r.Landings {
		for _, s := range l.Steps {
			if s.Objective == "" {
				continue
			}
			said := out[row(s.Objective, s.Objective)].Landings
			v := verdict(s, r.Mode == "preview")
			if old, known := said[id(l)]; !known || worse(v, old) {
				said[id(l)] = v
			}
		}
	}
	return out
}

// verdict is what one step says of its objective. A preview makes nothing so: what it would change is a gap.
func verdict(s plan.StepReport, preview bool) string {
	holds := s.State == plan.StepDone && s.Change != plan.Undone && s.Change != plan.Skipped
	switch {
	case holds && s.Change == plan.None:
		return already
	case holds && !preview && s.Change == plan.Manual:
		return manual
	case holds && !preview:
		return enforced
	case s.Waiver != "":
		return waived
	}
	return gap
}

func worse(a, b string) bool { return slices.Index(verdicts(), a) > slices.Index(verdicts(), b) }
