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
		return elsewhere(ctx, c)
	case err != nil:
		return plan.Observation{}, err
	}
	return assigned(r.Assignment, plan.ByName), nil
}

// elsewhere looks for the benchmark under another name, at the subscription or above it: Defender assigns it by itself.
func elsewhere(ctx context.Context, c *armpolicy.AssignmentsClient) (plan.Observation, error) {
	for p := c.NewListPager(&armpolicy.AssignmentsClientListOptions{Filter: session.Ptr("atScope()")}); p.More(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return plan.Observation{}, err
		}
		for _, a := range page.Value {
			if a.Properties != nil && session.Same(session.Str(a.Properties.PolicyDefinitionID), benchmarkID) && enforced(a.Properties) {
				return assigned(*a, plan.ByKey), nil
			}
		}
	}
	return plan.Observation{State: plan.Absent, Evidence: []string{"no assignment of the " + theBenchmark}}, nil
}

// enforced reports whether an assignment is; what it does not say is the default.
func enforced(p *armpolicy.AssignmentProperties) bool {
	mode := session.Str(p.EnforcementMode)
	return mode == "" || mode == string(armpolicy.EnforcementModeDefault)
}

// assigned is an assignment as it was observed.
func assigned(a armpolicy.Assignment, by plan.Match) plan.Observation {
	o := plan.Observation{State: plan.Present, ID: session.Str(a.ID), Match: by, Live: plan.Fields{}}
	if p := a.Properties; p != nil {
		o.Live["initiative"] = session.Str(p.PolicyDefinitionID)
		if session.Same(o.Live["initiative"], benchmarkID) {
			o.Live["initiative"] = theBenchmark
		}
		o.Live["enforcement"] = session.Str(p.EnforcementMode)
		if enforced(p) {
			o.Live["enforcement"] = string(armpolicy.EnforcementModeDefault)
		}
	}
	o.Evidence = []string{"policy assignment " + session.Str(a.Name) + ": " + o.Live["initiative"] + ", enforcement " + o.Live["enforcement"]}
	return o
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
func (policy) Apply(ctx context.Context, s *session.Session, t plan.Task, change plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	c, err := armpolicy.NewAssignmentsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	if change.Op != plan.Create {
		return plan.Applied{ID: o.ID}, assign(ctx, c, o.ID, benchmarkID, string(armpolicy.EnforcementModeDefault))
	}
	_, err = c.Create(ctx, s.Scope(), assignmentName, armpolicy.Assignment{Properties: &armpolicy.AssignmentProperties{
		DisplayName: session.Ptr(theBenchmark + " (" + t.Landing.Plan + ")"), PolicyDefinitionID: session.Ptr(benchmarkID),
		EnforcementMode: session.Ptr(armpolicy.EnforcementModeDefault),
	}}, nil)
	return plan.Applied{ID: assignmentName}, err
}

// Undo implements step.Undoer.
func (policy) Undo(ctx context.Context, s *session.Session, _ plan.Task, d plan.Deed, o plan.Observation) error {
	c, err := armpolicy.NewAssignmentsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	if d.Change.Op == plan.Create {
		_, err = c.DeleteByID(ctx, o.ID, nil)
		return err
	}
	definition, enforcement := benchmarkID, o.Live["enforcement"]
	if session.Changed(d, "initiative") {
		definition = step.Former(d)["initiative"]
	}
	if session.Changed(d, "enforcement") {
		enforcement = step.Former(d)["enforcement"]
	}
	return assign(ctx, c, o.ID, definition, enforcement)
}

// assign gives an assignment that stands a definition and its enforcement, and leaves the rest of it as it is.
func assign(ctx context.Context, c *armpolicy.AssignmentsClient, id, definition, enforcement string) error {
	r, err := c.GetByID(ctx, id, nil)
	if err != nil {
		return err
	}
	a := r.Assignment
	if a.Properties == nil {
		a.Properties = &armpolicy.AssignmentProperties{}
	}
	if !session.Same(session.Str(a.Properties.PolicyDefinitionID), definition) {
		a.Properties.Parameters = nil // they were another definition's
	}
	a.Properties.PolicyDefinitionID = session.Ptr(definition)
	a.Properties.EnforcementMode = session.Ptr(armpolicy.EnforcementMode(enforcement))
	_, err = c.CreateByID(ctx, id, a, nil)
	return err
}
