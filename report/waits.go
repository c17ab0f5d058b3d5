package report

import (
	"slices"

	"github.com/itbytes/landfall/plan"
)

// waitKind is a way of waiting, as the timeline tells it apart: each has a hatching of its own, so that none depends on
// colour.
type waitKind struct {
	Pattern, Label string
}

// waitPatterns are the hatchings by kind of wait; faults that hold share the last.
func waitPatterns() []waitKind {
	return []waitKind{
		{"propagation", "propagation: made, not yet seen everywhere"},
		{"operation", "operation: the cloud is at it"},
		{"turn", "turn: one after another"},
		{"person", "person: somebody is to act"},
		{"login", "login: a sign-in is needed"},
		{"fault", "fault: held until the world is mended"},
	}
}

// patternOf is the hatching of a kind of wait.
func patternOf(kind string) string {
	switch kind {
	case "propagation", "Propagating":
		return "propagation"
	case "operation", "turn", "person":
		return kind
	case "SessionExpired", "login":
		return "login"
	}
	return "fault"
}

// waitKinds are the kinds that occur in a report, in the order of the legend.
func waitKinds(r plan.Report) []waitKind {
	seen := map[string]bool{}
	for _, l := range r.Landings {
		for _, s := range l.Steps {
			for _, w := range s.Waits {
				seen[patternOf(w.Kind)] = true
			}
		}
	}
	return slices.DeleteFunc(waitPatterns(), func(k waitKind) bool { return !seen[k.Pattern] })
}
