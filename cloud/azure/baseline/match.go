package baseline

import (
	"strings"

	"github.com/itbytes/landfall/plan"
)

// match is by what a resource of a kind was recognised: the plan names it, or it bears the name that we would give it.
func match(l plan.Landing, kind string) plan.Match {
	if l.Adopted(kind, "") != "" {
		return plan.ByPlan
	}
	return plan.ByName
}

// similar are those names that are too near a wanted one to be chance.
func similar(l plan.Landing, want string, names []string) []string {
	var out []string
	for _, n := range names {
		if !strings.EqualFold(n, want) && l.Similar(n, want) {
			out = append(out, n)
		}
	}
	return out
}
