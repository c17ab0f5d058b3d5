package aws

import (
	"slices"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

func enablePolicyType(q *request) (wire.Map, error) {
	var in struct{ RootId, PolicyType string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	switch err := notControl(in.PolicyType); {
	case err != nil:
		return nil, err
	case in.RootId != q.org.root:
		return nil, bad("RootNotFoundException", "We can't find a root with the RootId that you specified.")
	case q.org.guarded:
		return nil, bad("PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled in the specified root.")
	}
	q.guard()
	return wire.Map{"Root": q.rootMap()}, nil
}

func disablePolicyType(q *request) (wire.Map, error) {
	var in struct{ RootId, PolicyType string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	switch err := notControl(in.PolicyType); {
	case err != nil:
		return nil, err
	case in.RootId != q.org.root:
		return nil, bad("RootNotFoundException", "We can't find a root with the RootId that you specified.")
	case !q.org.guarded:
		return nil, bad("PolicyTypeNotEnabledException", "The specified policy type isn't currently enabled in this root.")
	}
	q.org.guarded = false
	for _, g := range q.org.guardrails {
		g.targets = nil
	}
	return wire.Map{"Root": q.rootMap()}, nil
}

func listGuardrailsForTarget(q *request) (wire.Map, error) {
	var in guardrailInput
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if err := notControl(in.Filter); err != nil {
		return nil, err
	}
	if !q.bindable(in.TargetId) {
		return nil, noTarget()
	}
	all := []wire.Map{}
	for _, g := range values(q.org.guardrails) {
		if slices.Contains(g.targets, in.TargetId) {
			all = append(all, q.summary(g))
		}
	}
	return q.pageOf("Policies", all, in)
}

func listTargets(q *request) (wire.Map, error) {
	g, in, err := q.guardrail()
	if err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, t := range g.targets {
		kind := "ORGANIZATIONAL_UNIT"
		switch {
		case t == q.org.root:
			kind = "ROOT"
		case q.accounts[t] != nil:
			kind = "ACCOUNT"
		}
		all = append(all, wire.Map{"TargetId": t, "Name": q.place(t), "Type": kind})
	}
	return q.pageOf("Targets", all, in)
}

// bindable reports whether a policy can be attached to it.
func (q *request) bindable(id string) bool {
	return q.org.holds(id) || q.accounts[id] != nil && q.member(id)
}

func attachGuardrail(q *request) (wire.Map, error) {
	g, in, err := q.guardrail()
	if err != nil {
		return nil, err
	}
	held := 0
	for _, other := range q.org.guardrails {
		held += one(slices.Contains(other.targets, in.TargetId))
	}
	switch {
	case !q.bindable(in.TargetId):
		return nil, noTarget()
	case !q.org.guarded:
		return nil, bad("PolicyTypeNotEnabledException", "The specified policy type isn't currently enabled in this root.")
	case slices.Contains(g.targets, in.TargetId):
		return nil, bad("DuplicatePolicyAttachmentException", "The selected policy is already attached to the specified target.")
	case held >= 5: // quotas of AWS Organizations: service control policies attached to one root, unit or account
		return nil, &wire.Error{Code: "ConstraintViolationException", Message: "You have attached the maximum number of policies.", Fields: wire.Map{"Reason": "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"}}
	}
	g.targets = append(g.targets, in.TargetId)
	return nil, nil
}

func detachGuardrail(q *request) (wire.Map, error) {
	g, in, err := q.guardrail()
	if err != nil {
		return nil, err
	}
	held := 0
	for _, other := range q.org.guardrails {
		held += one(slices.Contains(other.targets, in.TargetId))
	}
	switch {
	case !q.bindable(in.TargetId):
		return nil, noTarget()
	case !slices.Contains(g.targets, in.TargetId):
		return nil, bad("PolicyNotAttachedException", "The policy isn't attached to the specified target in the specified root.")
	case held == 1:
		return nil, &wire.Error{Code: "ConstraintViolationException", Message: "You must have at least one policy attached.", Fields: wire.Map{"Reason": "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"}}
	}
	g.targets = slices.DeleteFunc(g.targets, func(t string) bool { return t == in.TargetId })
	return nil, nil
}
