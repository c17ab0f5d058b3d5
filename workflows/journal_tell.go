package workflows

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// result is the journal as it stands.
func (j *journal) result() JournalResult {
	r := JournalResult{
		Plan: j.in.Plan, Sealed: j.kept.Sealed, Refused: j.kept.Refused, Unsealed: len(j.kept.Unsealed), Held: j.held,
	}
	if j.kept.Head != nil {
		r.Head = *j.kept.Head
	}
	r.State, r.Why = j.state()
	return r
}

func (j *journal) state() (plan.LandingState, string) {
	switch {
	case j.held != nil:
		return plan.LandingHeld, j.why
	case len(j.kept.Unsealed) == 0:
		return plan.LandingDone, ""
	case j.in.Home.Adopt.ID == "":
		return plan.LandingWaiting, "the account of " + j.in.Home.ID() + ", in which the table belongs, is not known yet"
	}
	return plan.LandingRunning, ""
}

// tell shows how the journal stands: its details always, its attributes where they have changed.
func (j *journal) tell(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, j.details())
	state, _ := j.state()
	by := ""
	if j.held != nil {
		by = first(j.held.Login, j.held.Kind)
	}
	if now := string(state) + by; now != j.shown {
		j.shown = now
		show(ctx, state, by)
	}
}

// details is the journal for the Temporal UI.
func (j *journal) details() string {
	var b strings.Builder
	r := j.result()
	fmt.Fprintf(&b, "**journal of %s** %s: %d sealed, %d not yet", r.Plan, r.State, r.Sealed, r.Unsealed)
	if r.Head.Seq > 0 {
		fmt.Fprintf(&b, "; it ends at record %d, `%s`", r.Head.Seq, r.Head.Hash)
	}
	b.WriteString("\n\n")
	if r.Refused > 0 {
		fmt.Fprintf(&b, "%d entries were refused and their words withheld: `landfall audit list %s` says why.\n\n", r.Refused, r.Plan)
	}
	switch r.State {
	case plan.LandingWaiting:
		fmt.Fprintf(&b, "It waits: %s. An entry of that landing tells it, or the signal `home` with `{\"id\": \"123456789012\"}`.\n", r.Why)
	case plan.LandingHeld:
		fmt.Fprintf(&b, "Held since %s: %s\n\n%s Nothing else waits for it.", r.Held.Since.UTC().Format("2006-01-02 15:04:05 MST"), r.Why, r.Held.Releases)
		if !r.Held.Next.IsZero() {
			fmt.Fprintf(&b, " It looks again by itself at %s.", r.Held.Next.UTC().Format("15:04:05 MST"))
		}
		b.WriteString("\n\nTo have it look at once, send the update `resume` with `{\"decision\": \"retry\", \"operator\": \"you\", \"reason\": \"why\"}`.\n")
	}
	return clip(b.String(), 12000)
}
