package rehearsal

import (
	"context"
	"time"

	"github.com/itbytes/landfall/plan"
)

// abort gives a run up where it is held, and says what became of what it made.
func (r *run) abort(ctx context.Context) (*Abort, error) {
	began := time.Now()
	if _, err := r.says(ctx, []int{0}, "abort", r.plan, "--reason", "rehearsal: given up at the hold", "--operator", "rehearsal"); err != nil {
		return nil, err
	}
	s, err := r.settle(ctx, undone, patient)
	if err != nil {
		return nil, err
	}
	out := &Abort{Command: "landfall abort " + r.name, Seconds: since(began, time.Now()), Landings: []Undone{}}
	for _, l := range s.Landings {
		if l.State == plan.LandingSkipped {
			continue
		}
		u := Undone{ID: string(l.Cloud) + "/" + l.Environment, State: string(l.State), Steps: []Undo{}}
		if l.State != plan.LandingAborted {
			u.Why = l.Why
		}
		for _, st := range l.Steps {
			if st.Undo != nil {
				u.Steps = append(u.Steps, Undo{Step: st.Name, State: string(st.Undo.State), Why: st.Undo.Why})
			}
		}
		out.Landings = append(out.Landings, u)
	}
	return out, nil
}
