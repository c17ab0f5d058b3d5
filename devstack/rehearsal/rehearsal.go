// Package rehearsal carries a plan out on simulated clouds with faults in chosen steps, and says what would happen: what
// holds, what goes on all the same, what releases it, and what giving up would leave.
package rehearsal

import (
	"context"
	"slices"

	"github.com/itbytes/landfall/devstack/scenario"
	"github.com/itbytes/landfall/devstack/world"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// Options say what is rehearsed.
type Options struct {
	Plan     plan.Plan
	Faults   []string     // KIND@cloud/environment/step
	Scenario string       // file of the simulated world; empty: the one of the plan's name, or one made of the plan
	Bin      string       // folder of the built binaries
	Say      func(Result) // told as each part is known: the hold, its release, the abort
}

// Rehearse carries the plan out until it holds, releases it, and gives it up in a second run. An error that is a *Refusal
// says that what was ordered makes no sense.
func Rehearse(ctx context.Context, o Options) (Result, error) {
	res := Result{
		Plan: o.Plan.Metadata.Name, Lacks: []string{}, Faults: []Met{}, Held: []Stopped{}, Failed: []Stopped{}, Trying: []Stopped{}, Landings: []Landing{},
	}
	orders, err := o.orders()
	if err != nil {
		return res, err
	}
	w, err := o.world(&res)
	if err != nil {
		return res, err
	}
	if err := o.first(ctx, w, orders, &res); err != nil {
		return res, err
	}
	if len(res.Held) == 0 {
		return res, nil // it has ended: there is nothing left to give up
	}
	return res, o.second(ctx, w, orders, &res)
}

// orders reads the faults.
func (o Options) orders() ([]Order, error) {
	landings, err := o.Plan.Resolve()
	if err != nil {
		return nil, err
	}
	if len(o.Faults) == 0 {
		return nil, refuse("Give --fault KIND@cloud/environment/step, as Denied@aws/prod/vpc.", "no fault is to be rehearsed")
	}
	var out []Order
	for _, text := range o.Faults {
		order, err := parse(text, landings)
		if err != nil {
			return nil, err
		}
		out = append(out, order)
	}
	return out, nil
}

// world is the world that the plan is rehearsed in.
func (o Options) world(res *Result) (world.World, error) {
	w, err := world.Of(o.Plan)
	if err != nil {
		return w, err
	}
	if o.Scenario != "" {
		res.World = "the scenario " + o.Scenario
		s, err := kernel.Load(o.Scenario)
		return world.World{Scenario: s, Plan: world.SignedInTo(o.Plan)}, err
	}
	s, known, err := scenario.Named(o.Plan.Metadata.Name)
	if known || err != nil {
		res.World = "the scenario " + s.Name
		return world.World{Scenario: s, Plan: world.SignedInTo(o.Plan)}, err
	}
	res.World, res.Lacks = "made of the plan: what it adopts stands, and nothing else", append(res.Lacks, w.Lacks...)
	return w, nil
}

// first carries the plan out until it goes no further by itself, and releases it.
func (o Options) first(ctx context.Context, w world.World, orders []Order, res *Result) (err error) {
	r, err := raise(ctx, w.Plan, w.Scenario, o.Bin)
	if err != nil {
		return err
	}
	defer r.down(&err)
	steps, err := r.steps(ctx)
	if err != nil {
		return err
	}
	for _, order := range orders {
		if !slices.Contains(steps[order.Landing()], order.Step) {
			return refuse(meant(order.Step, steps[order.Landing()]), "%s has no step %q", order.Landing(), order.Step)
		}
	}
	r.order(orders)
	if err := r.begin(ctx); err != nil {
		return err
	}
	s, err := r.settle(ctx, held, still)
	if err != nil {
		return err
	}
	res.observe(r, s, orders)
	if err := r.explain(ctx, res); err != nil {
		return err
	}
	o.say(*res)
	if !res.stuck() {
		return nil
	}
	if res.Release, err = r.release(ctx, res); err != nil {
		return err
	}
	o.say(*res)
	return nil
}

// second carries the plan out again until it holds, and gives it up.
func (o Options) second(ctx context.Context, w world.World, orders []Order, res *Result) (err error) {
	r, err := raise(ctx, w.Plan, w.Scenario, o.Bin)
	if err != nil {
		return err
	}
	defer r.down(&err)
	r.order(orders)
	if err := r.begin(ctx); err != nil {
		return err
	}
	if _, err := r.settle(ctx, held, still); err != nil {
		return err
	}
	if res.Abort, err = r.abort(ctx); err != nil {
		return err
	}
	o.say(*res)
	return nil
}

func (o Options) say(res Result) {
	if o.Say != nil {
		o.Say(res)
	}
}
