package main

import (
	"fmt"

	"github.com/itbytes/landfall/plan"
)

// exitOf is the exit code of a run that is in a state.
func exitOf(s plan.LandingState) int {
	switch s {
	case plan.LandingDone:
		return exitDone
	case plan.LandingFailed, plan.LandingAborted:
		return exitFailed
	}
	return exitHeld
}

// sumUp says in a few lines what a run did.
func sumUp(r plan.Report, last standing) []string {
	steps, writes, so := 0, last.Registry.Written, map[plan.Op]int{}
	for _, l := range r.Landings {
		for _, s := range l.Steps {
			steps++
			writes += s.Writes
			if s.State == plan.StepDone {
				so[s.Change]++
			}
		}
	}
	var out []string
	switch {
	case last.AwaitsApproval:
		out = append(out, fmt.Sprintf("waiting for approval: landfall approve %s --digest %s", r.Plan, last.Digest))
	case last.Aborted != nil:
		out = append(out, fmt.Sprintf("given up by %s: %s", last.Aborted.Operator, last.Aborted.Reason))
		out = append(out, undone(r)...)
	case last.Why != "":
		out = append(out, "failed: "+last.Why)
	case writes == 0 && last.State == plan.LandingDone:
		out = append(out, fmt.Sprintf("nothing to do: all %d steps are already so, and no write was made", steps))
	default:
		out = append(out, fmt.Sprintf("%d steps: %d already so, %d adopted, %d created, %d updated, %d by hand; %d writes",
			steps, so[plan.None], so[plan.Adopted], so[plan.Create], so[plan.Update], so[plan.Manual], writes))
	}
	out = append(out, needs(r)...)
	if r.ElapsedSeconds > 0 {
		out = append(out, fmt.Sprintf("elapsed %.1f s, critical path %.1f s", r.ElapsedSeconds, r.CriticalPathSeconds))
	}
	return out
}
