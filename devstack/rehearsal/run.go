package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/itbytes/landfall/devstack/stack"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// run is one run of the plan on a stack of its own, with the faults that were ordered.
type run struct {
	*stack.Stack
	worker *stack.Process
	dir    string
	plan   string // the plan's file
	name   string // the plan's name
	faults map[string]string
	began  time.Time // by the run's own clock
}

// status is what landfall status says of a plan.
type status struct {
	Run struct {
		State          plan.LandingState
		Started, Ended time.Time
		Registry       plan.RegistryReport
		Why            string
	}
	Landings []plan.LandingReport
}

// raise brings a stack up in which the plan can be carried out.
func raise(ctx context.Context, p plan.Plan, w kernel.Scenario, bin string) (*run, error) {
	dir, err := os.MkdirTemp("", "landfall-rehearsal-")
	if err != nil {
		return nil, err
	}
	r := &run{dir: dir, plan: filepath.Join(dir, "plan.json"), name: p.Metadata.Name, faults: map[string]string{}}
	text, err := json.Marshal(p)
	if err == nil {
		err = os.WriteFile(r.plan, text, 0o600)
	}
	if err == nil {
		r.Stack, err = stack.Up(ctx, stack.Options{
			World: &w, AnyPorts: true, State: dir + "/state", Sessions: dir + "/sessions", Plans: dir, Bin: bin, Say: func(string, ...any) {},
		})
	}
	if err == nil {
		r.worker, err = r.Worker(ctx)
	}
	if err != nil {
		r.down(&err)
		return nil, err
	}
	return r, nil
}

// down takes everything of the run away; of one that went wrong the state stays, and the error says where.
func (r *run) down(err *error) {
	if r.worker != nil {
		r.worker.Stop()
	}
	if r.Stack != nil {
		r.Down()
	}
	if refused := (*Refusal)(nil); *err != nil && !errors.As(*err, &refused) && !errors.Is(*err, context.Canceled) {
		*err = fmt.Errorf("%w (the worker's log is %s/state/worker.log)", *err, r.dir)
		return
	}
	_ = os.RemoveAll(r.dir) // what is left lies among temporary files
}

// order orders the faults.
func (r *run) order(orders []Order) {
	for _, o := range orders {
		r.faults[o.String()] = r.Sim.Kernel().Order(o.fault())
	}
}

// lift ends the faults.
func (r *run) lift() {
	for _, id := range r.faults {
		r.Sim.Kernel().Lift(id)
	}
}

// says runs a verb and wants one of some exit codes.
func (r *run) says(ctx context.Context, want []int, args ...string) (string, error) {
	code, out, errs, err := r.Ask(ctx, args...)
	if err != nil {
		return "", fmt.Errorf("landfall %s: %w", strings.Join(args, " "), err)
	}
	for _, c := range want {
		if c == code {
			return out, nil
		}
	}
	return out, fmt.Errorf("landfall %s ended with %d: %s", strings.Join(args, " "), code, strings.TrimSpace(errs+out))
}

// steps are the steps of the plan's landings, by landing, as a preview tells them.
func (r *run) steps(ctx context.Context) (map[string][]string, error) {
	out, err := r.says(ctx, []int{0, 2}, "preview", r.plan, "-o", "json")
	if err != nil {
		return nil, err
	}
	var told struct {
		Landings []plan.Preview
	}
	if err := json.Unmarshal([]byte(out), &told); err != nil {
		return nil, err
	}
	steps := map[string][]string{}
	for _, l := range told.Landings {
		for _, s := range l.Outcomes {
			steps[l.Landing] = append(steps[l.Landing], s.Step)
		}
	}
	return steps, nil
}

// begin starts the migration.
func (r *run) begin(ctx context.Context) error {
	_, err := r.says(ctx, []int{0}, "migrate", r.plan, "--approve")
	return err
}

// look asks how the run is.
func (r *run) look(ctx context.Context) (status, error) {
	out, err := r.says(ctx, []int{0, 1, 3}, "status", r.plan, "-o", "json")
	if err != nil {
		return status{}, err
	}
	var told struct{ Plans []status }
	if err := json.Unmarshal([]byte(out), &told); err != nil || len(told.Plans) != 1 {
		return status{}, errors.Join(err, errors.New("landfall status tells of no run"))
	}
	r.began = told.Plans[0].Run.Started
	return told.Plans[0], nil
}

const (
	lookEvery = 500 * time.Millisecond
	// still is how long nothing may change before a run counts as one that goes no further by itself: longer than the pauses
	// between two tries of what may pass, at their beginning. Where it is to end it has the longest of those pauses, and more.
	still   = 20 * time.Second
	patient = 90 * time.Second
	// longest is how long a part of a rehearsal may take.
	longest = 4 * time.Minute
)

// settle waits until a run has ended, or goes no further by itself.
func (r *run) settle(ctx context.Context, over func(status) bool, still time.Duration) (status, error) {
	limit := time.After(longest)
	seen, changed := "", time.Now()
	for {
		s, err := r.look(ctx)
		if err != nil {
			return s, err
		}
		now := s.fingerprint()
		rests := now == seen
		if !rests {
			seen, changed = now, time.Now()
		}
		if !s.Run.Ended.IsZero() || rests && over(s) || time.Since(changed) > still {
			return s, nil
		}
		select {
		case <-ctx.Done():
			return s, ctx.Err()
		case <-limit:
			return s, fmt.Errorf("the run of %s came to no rest within %s", r.name, longest)
		case <-time.After(lookEvery):
		}
	}
}

// fingerprint differs from another where a step or a landing has moved.
func (s status) fingerprint() string {
	var b strings.Builder
	fmt.Fprint(&b, s.Run.State, s.Run.Registry.State)
	for _, l := range s.Landings {
		fmt.Fprint(&b, "|", l.State)
		for _, st := range l.Steps {
			fmt.Fprint(&b, " ", st.State)
		}
	}
	return b.String()
}

// held reports whether all that is left of a run is held: nothing is under way, and nothing waits for what may yet come.
func held(s status) bool {
	for _, l := range s.Landings {
		switch l.State {
		case plan.LandingTodo, plan.LandingRunning, plan.LandingWaiting, plan.LandingUndoing:
			return false
		}
		for _, st := range l.Steps {
			if st.State == plan.StepRunning || st.State == plan.StepPending || st.State == plan.StepWaiting {
				return false
			}
		}
	}
	return s.Run.State == plan.LandingHeld
}

// never is for runs that are to end.
func never(status) bool { return false }

// undone reports whether nothing is being undone any more.
func undone(s status) bool { return s.Run.State == plan.LandingAborted || held(s) }

// step finds a step by its place, cloud/environment/step.
func (s status) step(place string) (plan.StepReport, bool) {
	for _, l := range s.Landings {
		for _, st := range l.Steps {
			if string(l.Cloud)+"/"+l.Environment+"/"+st.Name == place {
				return st, true
			}
		}
	}
	return plan.StepReport{}, false
}
