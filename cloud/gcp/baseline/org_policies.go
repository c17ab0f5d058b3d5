package baseline

import (
	"context"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/orgpolicy"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// orgPolicies are the constraints that must be in force in the project, wherever above it they are set. They cannot be applied
// after all others, as a step that forbids something is: two of them are what makes the Compute Engine API harmless, and none
// of them forbids anything that Landfall itself does. Those that could are in keyPolicy.
type orgPolicies struct{}

func (orgPolicies) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "org-policies", Title: "the organisation's policies in force in the project", Chapter: plan.Protect, Control: "GC-O02b", Objective: "O02",
		After: []string{"services"}, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, true
}

func (orgPolicies) Want(plan.Task) plan.Fields { return enforcing(constraints()) }

// Observe reads what is in force, not what is set here: a policy that the project inherits need not be set again.
func (orgPolicies) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, policyAPI); off {
		return o, nil
	}
	return orgpolicy.Observe(ctx, s, t, constraints())
}

func (orgPolicies) Preflight(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change) error {
	return maySet(ctx, s, t, c)
}

func (orgPolicies) Apply(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	return set(ctx, s, t, c)
}

// Budget implements step.Budgeted: a policy is in force within fifteen minutes.
func (orgPolicies) Budget() time.Duration { return 15 * time.Minute }

// Undo implements step.Undoer: the project's own policies are as they were.
func (orgPolicies) Undo(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	return orgpolicy.Restore(ctx, s, t, d)
}

func constraints() []string {
	return []string{
		"compute.requireOsLogin", "compute.skipDefaultNetworkCreation", "iam.automaticIamGrantsForDefaultServiceAccounts",
		"storage.publicAccessPrevention", "storage.uniformBucketLevelAccess",
	}
}

// enforcing is each of the constraints in force.
func enforcing(constraints []string) plan.Fields {
	out := plan.Fields{}
	for _, c := range constraints {
		out[c] = orgpolicy.On
	}
	return out
}

// maySet asks for the right to set policies, and refuses to write over one that somebody has made exceptions in.
func maySet(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change) error {
	for _, f := range c.Fields {
		if orgpolicy.Excepted(f.Before) {
			return fault.New(fault.Conflict, "Have the exceptions taken away, or waive the control in the plan; then resume.",
				"the policy %s of %s has exceptions by condition, which are not written over: %s", f.Field, names.Project(t), f.Before)
		}
	}
	return s.May(ctx, "projects/"+names.Project(t), "orgpolicy.policies.create", "orgpolicy.policies.update")
}

// set enforces the constraints that a change names.
func set(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change) (plan.Applied, error) {
	for _, f := range c.Fields {
		if err := orgpolicy.Enforce(ctx, s, t, f.Field); err != nil {
			return plan.Applied{}, err
		}
	}
	return plan.Applied{ID: "projects/" + names.Number(t)}, nil
}
