package report

import (
	"cmp"

	"github.com/itbytes/landfall/plan"
)

// undoing is what became of what a step did, where its run was given up.
type undoing struct {
	Landing, Step, Title, State, Why, ID string
}

// undoings are what became of all that a run did, in the order of the landings; what it did nothing to is left out.
func undoings(r plan.Report) []undoing {
	var out []undoing
	for _, l := range r.Landings {
		for _, s := range l.Steps {
			if s.Undo == nil || s.Undo.State == plan.Left && (s.Change == plan.None || s.Change == plan.Skipped || s.Change == plan.Manual) {
				continue
			}
			out = append(out, undoing{
				Landing: id(l), Step: s.Name, Title: cmp.Or(s.Title, s.Name), State: string(s.Undo.State), Why: s.Undo.Why, ID: s.ID,
			})
		}
	}
	return out
}
