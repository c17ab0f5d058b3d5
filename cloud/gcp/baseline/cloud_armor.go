package baseline

import (
	"context"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/compute"
	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// cloudArmor is the web application firewall: a policy that refuses what Google's preconfigured rules recognise, ready for
// the first backend. Rules that others have added are left.
type cloudArmor struct{}

func (cloudArmor) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "cloud-armor", Title: "the web application firewall", Chapter: plan.Protect, Control: "GC-O04", Objective: "O04",
		After: []string{"compute"}, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, true
}

func (cloudArmor) Want(plan.Task) plan.Fields {
	out := plan.Fields{}
	for _, r := range armor() {
		out[field(r)] = r.Action
	}
	return out
}

func (cloudArmor) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, computeAPI); off {
		return o, nil
	}
	name := names.Armor(t.Landing)
	if o, err := waitFor(ctx, s, t, "the policy "+name); err != nil || o.State == plan.Pending {
		return o, err
	}
	p, err := s.Compute.Policy(ctx, names.Project(t), name)
	if wire.NotFound(err) {
		return plan.Observation{State: plan.Absent, Evidence: []string{wire.Evidence("securityPolicies.get", "%s is not there", name)}}, nil
	}
	if err != nil {
		return plan.Observation{}, s.Fault(err, computeService, "securityPolicies.get")
	}
	o := plan.Observation{
		State: plan.Present, ID: p.Name, Match: plan.ByName, Owner: names.Owner(p.Description), Live: plan.Fields{},
		Evidence: []string{wire.Evidence("securityPolicies.get", "%s with %d rules", p.Name, len(p.Rules))},
	}
	for _, r := range p.Rules {
		o.Live[field(r)] = action(r)
	}
	return o, nil
}

// Preflight asks for the right to make and change policies. The preconfigured rules are in the Standard tier.
func (cloudArmor) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	return s.May(ctx, "projects/"+names.Project(t), "compute.securityPolicies.create", "compute.securityPolicies.update")
}

// Apply makes the policy whole, or mends the rules of a policy that stands. Where Google is not ready for the next one, the
// step is entered again.
func (cloudArmor) Apply(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	project, name := names.Project(t), names.Armor(t.Landing)
	if o.State == plan.Absent {
		handle, err := s.Insert(t, name, func(request string) (string, bool, error) {
			return s.Compute.InsertPolicy(ctx, project, compute.Policy{Name: name, Description: names.Mark(t.Landing), Rules: armor()}, request)
		})
		if err != nil && !wire.Exists(err) {
			return plan.Applied{}, s.Fault(err, computeService, "securityPolicies.insert")
		}
		return plan.Applied{ID: name, Operation: handle}, nil
	}
	p, err := s.Compute.Policy(ctx, project, name)
	if err != nil {
		return plan.Applied{}, s.Fault(err, computeService, "securityPolicies.get")
	}
	var handles []string
	for _, want := range armor() {
		if !differs(c, field(want)) {
			continue
		}
		handle, err := mend(ctx, s, t, p, want)
		if err != nil {
			return plan.Applied{}, err
		}
		handles = append(handles, handle)
	}
	return plan.Applied{ID: name, Operation: strings.Join(handles, ",")}, nil
}

// Undo implements step.Undoer: a policy that was made is deleted; one that was mended has the rules it had.
func (cloudArmor) Undo(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	p, err := s.Compute.Policy(ctx, names.Project(t), o.ID)
	if wire.NotFound(err) {
		return nil
	}
	if err != nil {
		return s.Fault(err, computeService, "securityPolicies.get")
	}
	if d.Change.Op == plan.Create {
		err := s.Compute.DeletePolicy(ctx, names.Project(t), p.Name, s.Request(t, "delete "+p.ID))
		if wire.NotFound(err) {
			return nil
		}
		return s.Fault(err, computeService, "securityPolicies.delete")
	}
	for _, r := range p.Rules {
		before, changed := former(d, field(r))
		if !changed || before == action(r) {
			continue
		}
		if err := unmend(ctx, s, t, p, r, before); err != nil {
			return err
		}
	}
	return nil
}

// mend has the rule of a policy that looks for what want does act as want does, or adds it where none looks and its place is
// free. What else the rule says (its sensitivity, its description) stays.
func mend(ctx context.Context, s *wire.Session, t plan.Task, p compute.Policy, want compute.Rule) (string, error) {
	for _, r := range p.Rules {
		if field(r) == field(want) {
			r.Action, r.Preview = want.Action, false
			handle, err := s.Compute.PatchRule(ctx, names.Project(t), p.Name, r)
			return handle, s.Fault(err, computeService, "securityPolicies.patchRule")
		}
		if r.Priority == want.Priority {
			return "", s.Conflict("the policy %s has another rule at the priority %d, where %s belongs", p.Name, want.Priority, field(want))
		}
	}
	handle, err := s.Compute.AddRule(ctx, names.Project(t), p.Name, want)
	return handle, s.Fault(err, computeService, "securityPolicies.addRule")
}

// unmend has a rule act as it did before, or takes it out where there was none.
func unmend(ctx context.Context, s *wire.Session, t plan.Task, p compute.Policy, r compute.Rule, before string) error {
	if before == "" {
		return s.Fault(s.Compute.RemoveRule(ctx, names.Project(t), p.Name, r.Priority), computeService, "securityPolicies.removeRule")
	}
	r.Action, r.Preview = strings.CutPrefix(before, preview)
	_, err := s.Compute.PatchRule(ctx, names.Project(t), p.Name, r)
	return s.Fault(err, computeService, "securityPolicies.patchRule")
}

// armor are the rules, in their order.
func armor() []compute.Rule {
	sets := []string{
		"sqli-v33-stable", "xss-v33-stable", "lfi-v33-stable", "rfi-v33-stable", "rce-v33-stable", "methodenforcement-v33-stable",
		"scannerdetection-v33-stable", "protocolattack-v33-stable", "sessionfixation-v33-stable",
	}
	out := make([]compute.Rule, 0, len(sets)+1)
	for i, set := range sets {
		out = append(out, compute.Rule{
			Priority: int32(1000 + 100*i), Action: "deny(403)", Description: set, //nolint:gosec // nine sets
			Expression: "evaluatePreconfiguredWaf('" + set + "', {'sensitivity': 1})",
		})
	}
	return append(out, compute.Rule{Priority: compute.DefaultPriority, Action: "allow", Description: "default rule"})
}

// field names a rule by what it looks for: the preconfigured set, whatever its sensitivity, else its own expression.
func field(r compute.Rule) string {
	if r.Priority == compute.DefaultPriority {
		return "default"
	}
	if _, rest, ok := strings.Cut(r.Expression, "evaluatePreconfiguredWaf('"); ok {
		set, _, _ := strings.Cut(rest, "'")
		return set
	}
	return r.Expression
}

// preview begins what an observation says of a rule that only logs.
const preview = "preview of "

// action is what a rule does.
func action(r compute.Rule) string {
	if r.Preview {
		return preview + r.Action
	}
	return r.Action
}
