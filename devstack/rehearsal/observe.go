package rehearsal

import (
	"cmp"
	"slices"
	"time"

	"github.com/itbytes/landfall/plan"
)

// observe puts into the result how a run stands.
func (res *Result) observe(r *run, s status, orders []Order) {
	res.State, res.Registry, res.Seconds = string(s.Run.State), string(s.Run.Registry.State), since(s.Run.Started, s.rested())
	for _, o := range orders {
		res.Faults = append(res.Faults, Met{Fault: o.String(), Calls: r.Sim.Kernel().Struck(r.faults[o.String()])})
	}
	for _, l := range s.Landings {
		if l.State == plan.LandingSkipped {
			continue
		}
		id := string(l.Cloud) + "/" + l.Environment
		landing := Landing{ID: id, State: string(l.State), Why: l.Why, Seconds: since(s.Run.Started, l.Ended), Steps: len(l.Steps)}
		for _, st := range l.Steps {
			if !st.Ended.IsZero() {
				landing.Done++
			}
			if st.Login != "" && !slices.Contains(landing.By, st.Login) {
				landing.By = append(landing.By, st.Login)
			}
			res.stop(id, st, s)
		}
		res.Landings = append(res.Landings, landing)
	}
	if reg := s.Run.Registry; reg.State == plan.StepHeld {
		held := Stopped{Step: "registry", Why: reg.Why, Behind: []string{}}
		held.hold(reg.Hold, s.Run.Started)
		res.Held = append(res.Held, held)
	}
}

// stop takes in a step that does not go on.
func (res *Result) stop(landing string, st plan.StepReport, s status) {
	out := Stopped{Step: landing + "/" + st.Name, After: since(s.Run.Started, st.Started), Behind: []string{}}
	if st.Fault != nil {
		out.Kind, out.Why, out.Hint = st.Fault.Kind, st.Fault.Message, st.Fault.Hint
	}
	out.hold(st.Hold, s.Run.Started)
	switch {
	case st.State == plan.StepHeld:
		res.Held = append(res.Held, out)
	case st.State == plan.StepFailed:
		res.Failed = append(res.Failed, out)
	case st.State == plan.StepRunning && s.Run.Ended.IsZero():
		res.Trying = append(res.Trying, out)
	}
}

// hold takes in what is known of a hold.
func (s *Stopped) hold(h *plan.HoldReport, began time.Time) {
	if h == nil {
		return
	}
	s.Kind, s.Login, s.Releases, s.After = cmp.Or(h.Kind, s.Kind), h.Login, h.Releases, since(began, h.Since)
	s.Behind = append(s.Behind, h.Behind...)
}

// rested is when the last thing moved.
func (s status) rested() time.Time {
	at := s.Run.Ended
	later := func(t time.Time) {
		if t.After(at) {
			at = t
		}
	}
	for _, l := range s.Landings {
		later(l.Ended)
		for _, st := range l.Steps {
			later(st.Started)
			later(st.Ended)
			if st.Hold != nil {
				later(st.Hold.Since)
			}
		}
	}
	return at
}

// stuck reports whether the run does not end by itself.
func (res *Result) stuck() bool { return len(res.Held)+len(res.Failed)+len(res.Trying) > 0 }
