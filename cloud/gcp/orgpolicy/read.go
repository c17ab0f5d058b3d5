// Package orgpolicy reads and writes the organisation's policies as far as they are a project's.
package orgpolicy

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"cloud.google.com/go/orgpolicy/apiv2/orgpolicypb"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/plan"
)

// Service is the API's name.
const Service = "orgpolicy"

// What an observation says of a constraint. Behind Off stands the project's own policy, where it has one.
const (
	On  = "enforced"
	Off = "not enforced"
)

// InForce names the constraint that is in force in the project, by whatever policy above or in it: the one asked for, or its
// managed twin, of which either suffices. It is "" where neither is.
func InForce(ctx context.Context, s *wire.Session, t plan.Task, constraint string) (string, error) {
	for _, c := range append([]string{constraint}, twin(constraint)...) {
		p, err := s.Policies.GetEffectivePolicy(ctx, &orgpolicypb.GetEffectivePolicyRequest{Name: name(t, c)})
		if wire.NotFound(err) && c != constraint {
			continue // a constraint that this organisation does not have
		}
		if err != nil {
			return "", s.Fault(err, Service, "GetEffectivePolicy")
		}
		if enforces(p) {
			return c, nil
		}
	}
	return "", nil
}

// Bars reports whether a list constraint is known to keep a value, an address, out of the project, by whatever policy above or in
// it. What it cannot tell (a rule with a condition, a value that stands for others) it leaves to Google.
func Bars(ctx context.Context, s *wire.Session, t plan.Task, constraint, value string) (bool, error) {
	p, err := s.Policies.GetEffectivePolicy(ctx, &orgpolicypb.GetEffectivePolicyRequest{Name: name(t, constraint)})
	if wire.NotFound(err) {
		return false, nil // a constraint that this organisation does not have
	}
	if err != nil {
		return false, s.Fault(err, Service, "GetEffectivePolicy")
	}
	barred := false
	for _, r := range p.GetSpec().GetRules() {
		allowed, denied := r.GetValues().GetAllowedValues(), r.GetValues().GetDeniedValues()
		if r.GetCondition() != nil || slices.ContainsFunc(allowed, stands) {
			return false, nil
		}
		barred = barred || r.GetDenyAll() || len(allowed) > 0 && !among(allowed, value) || among(denied, value)
	}
	return barred, nil
}

// stands reports whether a value of a list stands for others: is:, in: and under: begin those.
func stands(v string) bool {
	return strings.HasPrefix(v, "is:") || strings.HasPrefix(v, "in:") || strings.HasPrefix(v, "under:")
}

// among reports whether an address is one of some, whether it ends in a slash or not.
func among(all []string, value string) bool {
	return slices.ContainsFunc(all, func(v string) bool { return strings.TrimSuffix(v, "/") == strings.TrimSuffix(value, "/") })
}

// Missing are those of the constraints that are not in force in the project.
func Missing(ctx context.Context, s *wire.Session, t plan.Task, constraints []string) ([]string, error) {
	var out []string
	for _, c := range constraints {
		by, err := InForce(ctx, s, t, c)
		if err != nil {
			return nil, err
		}
		if by == "" {
			out = append(out, c)
		}
	}
	return out, nil
}

// Observe reads what is in force, and of what is not, which policy the project itself has, so that it can be put back.
func Observe(ctx context.Context, s *wire.Session, t plan.Task, constraints []string) (plan.Observation, error) {
	o := plan.Observation{State: plan.Present, ID: "projects/" + names.Number(t), Match: plan.BySetting, Live: plan.Fields{}}
	var missing []string
	for _, c := range constraints {
		by, err := InForce(ctx, s, t, c)
		if err != nil {
			return plan.Observation{}, err
		}
		o.Live[c] = On
		if by == "" {
			missing = append(missing, c)
			if o.Live[c], err = here(ctx, s, t, c); err != nil {
				return plan.Observation{}, err
			}
			by = c
		}
		o.Evidence = append(o.Evidence, wire.Evidence("GetEffectivePolicy", "%s %s", by, o.Live[c]))
	}
	o.Facts = map[string]string{names.FactUnenforced: strings.Join(missing, ",")}
	return o, nil
}

// Excepted reports whether the policy behind an observation has exceptions by condition, which somebody has made with care.
func Excepted(observed string) bool {
	for _, r := range specOf(observed).GetRules() {
		if r.GetCondition() != nil {
			return true
		}
	}
	return false
}

// here is Off, and behind it the project's own policy of a constraint, where it has one.
func here(ctx context.Context, s *wire.Session, t plan.Task, constraint string) (string, error) {
	p, err := s.Policies.GetPolicy(ctx, &orgpolicypb.GetPolicyRequest{Name: name(t, constraint)})
	if wire.NotFound(err) {
		return Off, nil
	}
	if err != nil {
		return "", s.Fault(err, Service, "GetPolicy")
	}
	spec := p.GetSpec()
	if spec != nil {
		spec.Etag, spec.UpdateTime = "", nil
	}
	said, err := protojson.Marshal(spec)
	if err != nil {
		return "", err
	}
	var tight bytes.Buffer // protojson's own spaces come and go
	if err := json.Compact(&tight, said); err != nil {
		return "", err
	}
	return Off + ": " + tight.String(), nil
}

// specOf is the policy behind an observation, or nil where the project had none.
func specOf(observed string) *orgpolicypb.PolicySpec {
	said, own := strings.CutPrefix(observed, Off+": ")
	spec := &orgpolicypb.PolicySpec{}
	if !own || protojson.Unmarshal([]byte(said), spec) != nil {
		return nil
	}
	return spec
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

// twin is the managed constraint that holds to the same as one of the older ones, where there is one.
func twin(constraint string) []string {
	return map[string][]string{
		"compute.requireOsLogin":               {"compute.managed.requireOsLogin"},
		"iam.disableServiceAccountKeyCreation": {"iam.managed.disableServiceAccountKeyCreation"},
		"iam.disableServiceAccountKeyUpload":   {"iam.managed.disableServiceAccountKeyUpload"},
	}[constraint]
}

func name(t plan.Task, constraint string) string {
	return "projects/" + names.Number(t) + "/policies/" + constraint
}
