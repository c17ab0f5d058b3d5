package gcp

import (
	"slices"
	"strconv"
)

// changeRules begins an operation that changes the rules of the policy that a request names.
func (c *Cloud) changeRules(q *request, kind string, change func([]any) ([]any, *problem)) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	_, a, bad := c.assetAsked(q, "securityPolicies")
	if bad != nil {
		return nil, bad
	}
	rules, bad := change(slices.Clone(a.body.list("rules")))
	if bad != nil {
		return nil, bad
	}
	return c.startCompute(q, p, a, kind, func() { a.body["rules"], a.fingerprint = rules, newEtag() })
}

func (c *Cloud) addRule(q *request) (any, *problem) {
	return c.changeRules(q, "addRule", func(rules []any) ([]any, *problem) { return readRules(append(rules, q.body)) })
}

// ruleAt is the place of the rule that a request names by its priority.
func ruleAt(q *request, rules []any) (int, *problem) {
	n, err := strconv.Atoi(orText(q.arg("priority"), "0"))
	at := slices.IndexFunc(rules, func(r any) bool { return r.(fields)["priority"].(int) == n })
	if err != nil || at < 0 {
		return 0, computeInvalid("Invalid value for field 'priority': '%s'. The security policy does not contain a rule at this priority.", q.arg("priority"))
	}
	return at, nil
}

func (c *Cloud) patchRule(q *request) (any, *problem) {
	return c.changeRules(q, "patchRule", func(rules []any) ([]any, *problem) {
		at, bad := ruleAt(q, rules)
		if bad != nil {
			return nil, bad
		}
		r := copyOf(rules[at].(fields))
		overlay(r, q.body)
		rules[at] = r
		return readRules(rules)
	})
}

func (c *Cloud) removeRule(q *request) (any, *problem) {
	return c.changeRules(q, "removeRule", func(rules []any) ([]any, *problem) {
		at, bad := ruleAt(q, rules)
		if bad != nil {
			return nil, bad
		}
		if rules[at].(fields)["priority"] == lastRule {
			return nil, computeInvalid("Invalid value for field 'priority': '%d'. The default rule cannot be removed.", lastRule)
		}
		return readRules(slices.Delete(rules, at, at+1))
	})
}
