package activities

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Plans are the activities that read the worker's plan folder.
type Plans struct {
	Folder fs.FS
	// Settle parses and validates: plan.Parse and its kin. It is asked for so that what a plan may say is decided in one place.
	Settle func(name string, b []byte) (plan.Plan, error)
	Check  func(p plan.Plan) error
	// Pace makes the plan's graces and observations shorter, where a worker's world is a simulated one that goes faster than
	// ours; 0 or 1 leaves them.
	Pace float64
}

// SettlePlanInput is the input of SettlePlan: a plan, or the name of one in the worker's folder.
type SettlePlanInput struct {
	PlanRef string     `json:"planRef,omitempty"`
	Plan    *plan.Plan `json:"plan,omitempty"`
}

// Settled is the result of SettlePlan: the plan with every default filled in, so that a run that waits for months keeps the
// defaults it began with, and the digest that names it.
type Settled struct {
	Plan   plan.Plan `json:"plan"`
	Digest string    `json:"digest"`
	// Pace is the worker's.
	Pace float64 `json:"pace,omitempty"`
}

// SettlePlan returns the plan a run is to carry out, validated. What is wrong with it is said once, as an Invalid fault.
func (a *Plans) SettlePlan(_ context.Context, in SettlePlanInput) (Settled, error) {
	p, err := a.read(in)
	if err != nil {
		return Settled{}, err
	}
	if err := a.Check(p); err != nil {
		return Settled{}, invalid(err)
	}
	return Settled{Plan: p.WithDefaults(), Digest: p.Digest(), Pace: a.Pace}, nil
}

func (a *Plans) read(in SettlePlanInput) (plan.Plan, error) {
	switch {
	case in.Plan != nil && in.PlanRef != "":
		return plan.Plan{}, fault.New(fault.Invalid, "Leave one of them out.", "both plan and planRef are given")
	case in.Plan != nil:
		return *in.Plan, nil
	case in.PlanRef == "":
		return plan.Plan{}, fault.New(fault.Invalid, `Start Migrate with {"planRef": "NAME"} or {"plan": {…}}.`, "neither plan nor planRef is given")
	}
	if strings.ContainsAny(in.PlanRef, `/\`) || strings.HasPrefix(in.PlanRef, ".") {
		return plan.Plan{}, fault.New(fault.Invalid, "Give the file's name without its folder and ending.", "planRef %q is not the name of a plan", in.PlanRef)
	}
	for _, ending := range []string{".yaml", ".yml", ".json"} {
		b, err := fs.ReadFile(a.Folder, in.PlanRef+ending)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return plan.Plan{}, unreadable(in.PlanRef, err)
		}
		p, err := a.Settle(in.PlanRef+ending, b)
		if err != nil {
			return plan.Plan{}, invalid(err)
		}
		return p, nil
	}
	names, err := a.names()
	if err != nil {
		return plan.Plan{}, unreadable(in.PlanRef, err)
	}
	return plan.Plan{}, fault.New(fault.Invalid, "The worker's folder holds: "+cmp.Or(strings.Join(names, ", "), "no plan")+".", "no plan is named %q", in.PlanRef)
}

// unreadable is a plan folder that does not say what is in it. What a plan no longer says is never undone for that.
func unreadable(ref string, err error) error {
	return fault.New(fault.Invalid, "Let the worker read its plan folder (LANDFALL_PLANS), then start the run again; nothing was written.",
		"the plan %q cannot be read from the worker's plan folder: %v", ref, err)
}

func (a *Plans) names() ([]string, error) {
	entries, err := fs.ReadDir(a.Folder, ".")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if name, ending, cut := strings.Cut(e.Name(), "."); cut && (ending == "yaml" || ending == "yml" || ending == "json") {
			out = append(out, name)
		}
	}
	return out, nil
}

func invalid(err error) error {
	return &fault.Fault{Kind: fault.Invalid, Message: err.Error(), Hint: "Mend the plan and start the run again; nothing was written.", Err: err}
}
