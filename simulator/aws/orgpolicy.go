package aws

import (
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// orgPolicies are the operations on the organisation's policies. Service control policies are the only type here.
func orgPolicies() map[string]operation {
	return map[string]operation{
		"EnablePolicyType":      writes(managing(enablePolicyType)),
		"DisablePolicyType":     writes(managing(disablePolicyType)),
		"ListPolicies":          reads(managing(listGuardrails)),
		"ListPoliciesForTarget": reads(managing(listGuardrailsForTarget)),
		"ListTargetsForPolicy":  reads(managing(listTargets)),
		"DescribePolicy":        reads(managing(describeGuardrail)),
		"CreatePolicy":          writes(managing(createGuardrail)),
		"UpdatePolicy":          writes(managing(updateGuardrail)),
		"DeletePolicy":          writes(managing(deleteGuardrail)),
		"AttachPolicy":          writes(managing(attachGuardrail)),
		"DetachPolicy":          writes(managing(detachGuardrail)),
	}
}

func noGuardrail() error {
	return bad("PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.")
}

func noTarget() error {
	return bad("TargetNotFoundException", "We can't find a root, OU, account, or policy with the TargetId that you specified.")
}

func notControl(kind string) error {
	if kind == "SERVICE_CONTROL_POLICY" {
		return nil
	}
	return invalidOrg("INVALID_ENUM_POLICY_TYPE", "You provided a value that isn't valid: this simulator keeps service control policies only")
}

func (c *Cloud) rootMap() wire.Map {
	types := []wire.Map{}
	if c.org.guarded {
		types = append(types, wire.Map{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"})
	}
	return wire.Map{
		"Id": c.org.root, "Arn": arn("organizations", "", c.org.management, "root/"+c.org.id+"/"+c.org.root), "Name": "Root", "PolicyTypes": types,
	}
}

func (q *request) summary(g *guardrail) wire.Map {
	owner := "policy/" + q.org.id + "/service_control_policy/" + g.id
	account := q.org.management
	if g.kept {
		owner, account = "policy/service_control_policy/"+g.id, "aws"
	}
	return wire.Map{
		"Id": g.id, "Arn": arn("organizations", "", account, owner), "Name": g.name, "Description": g.about,
		"Type": "SERVICE_CONTROL_POLICY", "AwsManaged": g.kept,
	}
}

// guardrailInput is what the calls about policies send.
type guardrailInput struct {
	PolicyId, TargetId, Filter, Type, Name, Description, Content, NextToken string
	MaxResults                                                              int
	Tags                                                                    []tag
}

func (q *request) guardrail() (*guardrail, guardrailInput, error) {
	var in guardrailInput
	if err := q.read(&in); err != nil {
		return nil, in, err
	}
	g := q.org.guardrails[in.PolicyId]
	if g == nil {
		return nil, in, noGuardrail()
	}
	return g, in, nil
}

func (q *request) pageOf(name string, all []wire.Map, in guardrailInput) (wire.Map, error) {
	some, next, ours := page(all, in.NextToken, in.MaxResults, 20)
	if !ours {
		return nil, badToken()
	}
	return wire.Map{name: some, "NextToken": wire.Or(next)}, nil
}

func listGuardrails(q *request) (wire.Map, error) {
	var in guardrailInput
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if err := notControl(in.Filter); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, g := range values(q.org.guardrails) {
		all = append(all, q.summary(g))
	}
	return q.pageOf("Policies", all, in)
}

func describeGuardrail(q *request) (wire.Map, error) {
	g, _, err := q.guardrail()
	if err != nil {
		return nil, err
	}
	return wire.Map{"Policy": wire.Map{"PolicySummary": q.summary(g), "Content": g.content}}, nil
}

func createGuardrail(q *request) (wire.Map, error) {
	var in guardrailInput
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if err := notControl(in.Type); err != nil {
		return nil, err
	}
	rules, err := bounds(in.Content)
	switch {
	case err != nil:
		return nil, err
	case in.Name == "":
		return nil, invalidOrg("MIN_LENGTH_EXCEEDED", "You provided a value that isn't valid: Name")
	case q.org.namesake(in.Name, nil):
		return nil, duplicateGuardrail()
	}
	g := &guardrail{
		id: "p-" + strings.ToLower(randomID(10)), name: in.Name, about: in.Description, content: in.Content, rules: rules, tags: tagMap(in.Tags),
	}
	q.org.guardrails[g.id] = g
	return wire.Map{"Policy": wire.Map{"PolicySummary": q.summary(g), "Content": g.content}}, nil
}

func duplicateGuardrail() error {
	return bad("DuplicatePolicyException", "A policy with the same name already exists.")
}

func (o *organization) namesake(name string, but *guardrail) bool {
	for _, g := range o.guardrails {
		if g != but && g.name == name {
			return true
		}
	}
	return false
}

func updateGuardrail(q *request) (wire.Map, error) {
	g, in, err := q.guardrail()
	switch {
	case err != nil:
		return nil, err
	case g.kept:
		return nil, &wire.Error{Code: "InvalidInputException", Message: "You can't modify a policy that AWS manages.", Fields: wire.Map{"Reason": "IMMUTABLE_POLICY"}}
	case in.Name != "" && q.org.namesake(in.Name, g):
		return nil, duplicateGuardrail()
	}
	if in.Content != "" {
		if g.rules, err = bounds(in.Content); err != nil {
			return nil, err
		}
		g.content = in.Content
	}
	if in.Name != "" {
		g.name = in.Name
	}
	if in.Description != "" {
		g.about = in.Description
	}
	return wire.Map{"Policy": wire.Map{"PolicySummary": q.summary(g), "Content": g.content}}, nil
}

func deleteGuardrail(q *request) (wire.Map, error) {
	g, _, err := q.guardrail()
	switch {
	case err != nil:
		return nil, err
	case len(g.targets) > 0:
		return nil, bad("PolicyInUseException", "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.")
	}
	delete(q.org.guardrails, g.id)
	return nil, nil
}
