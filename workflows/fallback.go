package workflows

import (
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// fallBack reports whether a step may go on by the landing's fallback login: its own is expired or locked, the plan names
// another way in, and the step is not one that only the landing's own login can carry.
func (l *landing) fallBack(s *stepping, f *fault.Fault) bool {
	own, other := l.in.Landing.Login, l.in.Landing.Fallback
	lost := (f.Kind == fault.SessionExpired || f.Kind == fault.Locked) && f.Login == own.Name
	if !lost || other == nil || s.Login != "" || s.by == other.Name {
		return false
	}
	l.lost = true
	s.attempts++
	s.again = true
	return true
}

// way is the landing as a step sees it: by its own login, or by the fallback while that is lost.
func (l *landing) way(s *stepping) plan.Landing {
	in := l.in.Landing
	s.by = ""
	if l.lost && in.Fallback != nil && s.Login == "" {
		in.Login = *in.Fallback
		s.by = in.Login.Name
	}
	return in
}
