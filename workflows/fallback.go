package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// fallBack reports whether a step may go on by the landing's fallback login: its own is expired or locked, the plan names
// another way in, and the step is not one that only the landing's own login can carry. The login's keeper hears of it all
// the same: somebody should sign in.
func (l *landing) fallBack(ctx workflow.Context, s *stepping, f *fault.Fault) bool {
	own, other := l.in.Landing.Login, l.in.Landing.Fallback
	if !f.OfLogin() || f.Login != own.Name || other == nil || s.Login != "" || s.By == other.Name {
		return false
	}
	if !l.Lost {
		l.Lost = true
		l.post.lose(own.Name, lost{Note: *note(f), Need: need(s, f), After: f.After, Began: f.Began})
		l.scribe.write(ctx, plan.Entry{
			Kind: plan.EntryFallback, Landing: l.in.Landing.ID(), Step: s.Name, Login: other.Name, Who: runbook,
			What: "goes on by " + other.Name + " while " + own.Name + " is lost", Why: fault.Clip(f.Error()),
		})
	}
	s.Attempts++
	s.Again = true
	s.lose(f)
	return true
}

// way is the landing as a step sees it: by its own login, or by the fallback while that is lost.
func (l *landing) way(s *stepping) plan.Landing {
	in := l.in.Landing
	s.By = ""
	if l.Lost && in.Fallback != nil && s.Login == "" {
		in.Login = *in.Fallback
		s.By = in.Login.Name
	}
	return in
}
