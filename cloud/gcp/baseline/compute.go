package baseline

import (
	"context"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/apis"
	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/orgpolicy"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// engine is the Compute Engine API. To enable it makes the default network, which lets SSH and RDP in from everywhere, and
// makes the default service account an Editor of the project, unless policies forbid both: it comes after them.
type engine struct{ apis.Set }

func (engine) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "compute", Title: "the Compute Engine API", Chapter: plan.Protect, After: []string{"org-policies"}, Inverse: plan.NoInverse, Usual: time.Minute,
	}, true
}

// Want is nothing where the plan enforces none of the controls that need the API: to report on them opens nothing.
func (e engine) Want(t plan.Task) plan.Fields {
	for _, ctl := range []step.Control[*wire.Session]{vpc{}, subnets{}, cloudArmor{}} {
		if enforced(ctl, t.Landing) {
			return e.Set.Want(t)
		}
	}
	return plan.Fields{}
}

// Observe answers Pending until the policies that guard the API are in force. A preview, in which they are yet to be set,
// knows that from the step before and asks no more.
func (e engine) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	o, err := e.Set.Observe(ctx, s, t)
	switch {
	case err != nil, o.State == plan.Pending, o.Live[computeAPI] == "ENABLED":
		return o, err
	case len(e.Want(t)) == 0:
		o.Evidence = append(o.Evidence, "no control that the plan enforces needs it")
		return o, nil
	}
	if _, off := s.Off(t, policyAPI); off || t.Fact(names.FactUnenforced) != "" {
		return o, nil
	}
	missing, err := orgpolicy.Missing(ctx, s, t, guards())
	if err != nil {
		return plan.Observation{}, err
	}
	if len(missing) > 0 {
		o.State, o.Why = plan.Pending, "waits until "+strings.Join(missing, " and ")+" is in force in "+names.Project(t)
	}
	return o, nil
}

// Preflight reads once more what is in force, for the plan may only report on the policies.
func (engine) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	missing, err := orgpolicy.Missing(ctx, s, t, guards())
	if err != nil {
		return err
	}
	if len(missing) == 0 {
		return s.May(ctx, "projects/"+names.Project(t), "serviceusage.services.enable")
	}
	list := strings.Join(missing, " and ")
	if enforced(orgPolicies{}, t.Landing) {
		return fault.New(fault.Propagating, "Wait; a policy is in force within fifteen minutes.", "%s is not yet in force in %s", list, names.Project(t))
	}
	return fault.New(fault.Conflict, "Have the policies enforced in the project or above it, or have the plan enforce GC-O02b; then resume.",
		"the Compute Engine API would come with an open network or an Editor: %s is not in force in %s, and the plan does not enforce it", list, names.Project(t))
}

// guards are the constraints without which the API does harm when it is enabled.
func guards() []string {
	return []string{"compute.skipDefaultNetworkCreation", "iam.automaticIamGrantsForDefaultServiceAccounts"}
}

// enforced reports whether a landing has a control and the plan has it made so.
func enforced(ctl step.Control[*wire.Session], l plan.Landing) bool {
	s, wanted := ctl.Describe(l)
	return wanted && l.WaiverOf(s.Control, s.Objective) == nil && l.ModeOf(s.Control, s.Objective) == plan.Enforce
}
