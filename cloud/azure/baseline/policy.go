package baseline

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armpolicy"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// policy assigns the Microsoft cloud security benchmark: an initiative of audits, which judges and changes nothing.
type policy struct{}

const (
	benchmark      = "1f3afdf9-d0c9-4c3d-847f-89da613e70a8"
	benchmarkID    = "/providers/Microsoft.Authorization/policySetDefinitions/" + benchmark
	assignmentName = "landfall-mcsb"
	theBenchmark   = "Microsoft cloud security benchmark"
)

// Describe implements step.Control.
func (policy) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "policy", Title: "the Microsoft cloud security benchmark", Chapter: plan.Protect, Control: "AZ-O02b", Objective: "O02",
		After: []string{"providers"}, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, true
}

// Want implements step.Control.
func (policy) Want(plan.Task) plan.Fields {
	return plan.Fields{"initiative": theBenchmark, "enforcement": string(armpolicy.EnforcementModeDefault)}
}

// Observe implements step.Control.
func (policy) Observe(ctx context.Context, s *session.Session, _ plan.Task) (plan.Observation, error) {
	c, err := armpolicy.NewAssignmentsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Observation{}, err
	}
	r, err := c.Get(ctx, s.Scope(), assignmentName, nil)
	switch {
	case session.Missing(err):
		return plan.Observation{State: plan.Absent, Evidence: []string{"no policy assignment " + assignmentName}}, nil
	case err != nil:
		return plan.Observation{}, err
	}
	o := plan.Observation{State: plan.Present, ID: session.Str(r.ID), Match: plan.ByName, Live: plan.Fields{}}
	if p := r.Properties; p != nil {
		o.Live["initiative"] = session.Str(p.PolicyDefinitionID)
		if session.Same(o.Live["initiative"], benchmarkID) {
			o.Live["initiative"] = theBenchmark
		}
		o.Live["enforcement"] = session.Str(p.EnforcementMode)
		if o.Live["enforcement"] == "" { // what is not said is the default
			o.Live["enforcement"] = string(armpolicy.EnforcementModeDefault)
		}
	}
	o.Evidence = []string{"policy assignment " + assignmentName + ": " + o.Live["initiative"] + ", enforcement " + o.Live["enforcement"]}
	return o, nil
}

// Preflight implements step.Control.
func (policy) Preflight(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Change) error {
	c, err := armpolicy.NewSetDefinitionsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	_, err = c.GetBuiltIn(ctx, benchmark, nil)
	return err
}

// Apply implements step.Control.
func (policy) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	c, err := armpolicy.NewAssignmentsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	_, err = c.Create(ctx, s.Scope(), assignmentName, armpolicy.Assignment{Properties: &armpolicy.AssignmentProperties{
		DisplayName: session.Ptr(theBenchmark + " (" + t.Landing.Plan + ")"), PolicyDefinitionID: session.Ptr(benchmarkID),
		EnforcementMode: session.Ptr(armpolicy.EnforcementModeDefault),
	}}, nil)
	return plan.Applied{ID: assignmentName}, err
}
