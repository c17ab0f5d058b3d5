package baseline

import (
	"context"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/orgpolicy/apiv2/orgpolicypb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

const policyService = "orgpolicy"

// orgPolicies are the constraints that must be in force in the project, wherever above it they are set.
type orgPolicies struct{}

func (orgPolicies) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "org-policies", Title: "the organisation's policies in force in the project", Chapter: plan.Protect, Control: "GC-O02b", Objective: "O02",
		After: []string{"services"}, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, true
}

func (orgPolicies) Want(plan.Task) plan.Fields {
	out := plan.Fields{}
	for _, c := range constraints() {
		out[c] = "enforced"
	}
	return out
}

// Observe reads what is in force, not what is set here: a policy that the project inherits need not be set again.
func (orgPolicies) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, policyAPI); off {
		return o, nil
	}
	o := plan.Observation{State: plan.Present, ID: "projects/" + names.Number(t), Match: plan.BySetting, Live: plan.Fields{}}
	missing, err := unenforced(ctx, s, t, constraints())
	if err != nil {
		return plan.Observation{}, err
	}
	for _, c := range constraints() {
		o.Live[c] = "enforced"
		if slices.Contains(missing, c) {
			o.Live[c] = "not enforced"
		}
		o.Evidence = append(o.Evidence, wire.Evidence("GetEffectivePolicy", "%s %s", c, o.Live[c]))
	}
	o.Facts = map[string]string{names.FactUnenforced: strings.Join(missing, ",")}
	return o, nil
}

// Preflight has nothing to read.
func (orgPolicies) Preflight(context.Context, *wire.Session, plan.Task, plan.Change) error {
	return nil
}

func (orgPolicies) Apply(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	for _, f := range c.Fields {
		if err := enforce(ctx, s, t, f.Field); err != nil {
			return plan.Applied{}, err
		}
	}
	return plan.Applied{ID: "projects/" + names.Number(t)}, nil
}

// Budget implements step.Budgeted: a policy is in force within fifteen minutes.
func (orgPolicies) Budget() time.Duration { return 15 * time.Minute }

// enforce sets a constraint in the project. Each call carries the etag of what was read; where somebody else has written
// since, it is read again.
func enforce(ctx context.Context, s *wire.Session, t plan.Task, constraint string) error {
	var err error
	operation := ""
	for range 5 {
		operation, err = write(ctx, s, t, constraint)
		if !wire.Changed(err) && !wire.Exists(err) {
			break
		}
	}
	return s.Fault(err, policyService, operation)
}

func write(ctx context.Context, s *wire.Session, t plan.Task, constraint string) (operation string, err error) {
	rules := []*orgpolicypb.PolicySpec_PolicyRule{{Kind: &orgpolicypb.PolicySpec_PolicyRule_Enforce{Enforce: true}}}
	p, err := s.Policies.GetPolicy(ctx, &orgpolicypb.GetPolicyRequest{Name: policyName(t, constraint)})
	switch {
	case wire.NotFound(err):
		_, err = s.Policies.CreatePolicy(ctx, &orgpolicypb.CreatePolicyRequest{
			Parent: "projects/" + names.Number(t),
			Policy: &orgpolicypb.Policy{Name: policyName(t, constraint), Spec: &orgpolicypb.PolicySpec{Rules: rules}},
		})
		return "CreatePolicy", err
	case err != nil:
		return "GetPolicy", err
	}
	_, err = s.Policies.UpdatePolicy(ctx, &orgpolicypb.UpdatePolicyRequest{
		Policy:     &orgpolicypb.Policy{Name: p.GetName(), Etag: p.GetEtag(), Spec: &orgpolicypb.PolicySpec{Etag: p.GetSpec().GetEtag(), Rules: rules}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"policy.spec"}},
	})
	return "UpdatePolicy", err
}

// unenforced are those of the constraints that are not in force in the project.
func unenforced(ctx context.Context, s *wire.Session, t plan.Task, constraints []string) ([]string, error) {
	var out []string
	for _, c := range constraints {
		p, err := s.Policies.GetEffectivePolicy(ctx, &orgpolicypb.GetEffectivePolicyRequest{Name: policyName(t, c)})
		if err != nil {
			return nil, s.Fault(err, policyService, "GetEffectivePolicy")
		}
		if !enforces(p) {
			out = append(out, c)
		}
	}
	return out, nil
}

// enforces reports whether a policy holds everywhere below it: a rule with a condition does not.
func enforces(p *orgpolicypb.Policy) bool {
	rules := p.GetSpec().GetRules()
	for _, r := range rules {
		if !r.GetEnforce() || r.GetCondition() != nil {
			return false
		}
	}
	return len(rules) > 0
}

func policyName(t plan.Task, constraint string) string {
	return "projects/" + names.Number(t) + "/policies/" + constraint
}

func constraints() []string {
	return []string{
		"compute.requireOsLogin", "compute.skipDefaultNetworkCreation", "iam.automaticIamGrantsForDefaultServiceAccounts",
		"storage.publicAccessPrevention", "storage.uniformBucketLevelAccess",
	}
}
