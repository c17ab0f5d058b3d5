package gcp

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

const lastRule = 2147483647 // the priority of the default rule

func ruleShape() shape {
	return shape{
		"kind": text(), "description": text(), "priority": integer(), "action": text(), "preview": boolean(),
		"match":                  message(shape{"versionedExpr": text(), "expr": message(exprShape()), "config": message(shape{"srcIpRanges": texts()})}),
		"preconfiguredWafConfig": message(shape{"exclusions": anything()}), "rateLimitOptions": anything(), "headerAction": anything(), "redirectOptions": anything(),
	}
}

func securityPolicyShape() shape {
	return shape{
		"kind": text(), "id": text(), "creationTimestamp": text(), "name": text(), "description": text(), "type": text(), "rules": listOf(message(ruleShape())),
		"fingerprint": octets(), "selfLink": text(), "labels": labelled(), "labelFingerprint": octets(),
		"adaptiveProtectionConfig": message(shape{"layer7DdosDefenseConfig": message(shape{"enable": boolean(), "ruleVisibility": text()})}),
		"advancedOptionsConfig":    message(shape{"jsonParsing": text(), "logLevel": text(), "userIpRequestHeaders": texts()}),
	}
}

func securityPolicyRoutes() []route {
	const api, all = "compute", computePath + "/global/securityPolicies"
	const one = all + "/{name}"
	return []route{
		{api: api, method: http.MethodGet, path: one, operation: "securityPolicies.get", do: (*Cloud).getSecurityPolicy},
		{api: api, method: http.MethodGet, path: all, operation: "securityPolicies.list", params: listParams, do: (*Cloud).listSecurityPolicies},
		{api: api, method: http.MethodPost, path: all, operation: "securityPolicies.insert", write: true, params: "requestId", body: securityPolicyShape(), do: (*Cloud).insertSecurityPolicy},
		{api: api, method: http.MethodPatch, path: one, operation: "securityPolicies.patch", write: true, params: "requestId", body: securityPolicyShape(), do: (*Cloud).patchSecurityPolicy},
		{api: api, method: http.MethodPost, path: one + "/addRule", operation: "securityPolicies.addRule", write: true, body: ruleShape(), do: (*Cloud).addRule},
		{api: api, method: http.MethodPost, path: one + "/patchRule", operation: "securityPolicies.patchRule", write: true, params: "priority", body: ruleShape(), do: (*Cloud).patchRule},
		{api: api, method: http.MethodPost, path: one + "/removeRule", operation: "securityPolicies.removeRule", write: true, params: "priority", do: (*Cloud).removeRule},
		{api: api, method: http.MethodDelete, path: one, operation: "securityPolicies.delete", write: true, params: "requestId", do: (*Cloud).deleteSecurityPolicy},
	}
}

func (a *asset) securityPolicyWire(p *project) fields {
	f := a.wire(p, "securityPolicy")
	f["fingerprint"] = a.fingerprint
	return f
}

func (c *Cloud) getSecurityPolicy(q *request) (any, *problem) {
	p, a, bad := c.assetAsked(q, "securityPolicies")
	if bad != nil {
		return nil, bad
	}
	return a.securityPolicyWire(p), nil
}

func (c *Cloud) listSecurityPolicies(q *request) (any, *problem) {
	p, bad := c.projectAsked(q)
	if bad != nil {
		return nil, bad
	}
	var all []fields
	for _, a := range p.assetsOf("global/", "securityPolicies") {
		all = append(all, a.securityPolicyWire(p))
	}
	return c.pageAssets(q, "securityPolicyList", "global/securityPolicies", p, all)
}

func (c *Cloud) insertSecurityPolicy(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	a, bad := c.newAsset(q, p, "securityPolicies")
	if bad != nil {
		return nil, bad
	}
	b := a.body
	for _, own := range []string{"kind", "id", "creationTimestamp", "selfLink", "fingerprint", "labelFingerprint"} {
		delete(b, own)
	}
	b["type"] = orText(b.str("type"), "CLOUD_ARMOR")
	if !slices.Contains([]string{"CLOUD_ARMOR", "CLOUD_ARMOR_EDGE", "CLOUD_ARMOR_NETWORK"}, b.str("type")) {
		return nil, computeInvalid("Invalid value for field 'resource.type': '%s'.", b.str("type"))
	}
	rules, bad := readRules(b.list("rules"))
	if bad != nil {
		return nil, bad
	}
	b["rules"], b["labelFingerprint"] = rules, "42WmSpB8rSM="
	return c.insert(q, p, a, nil)
}

// readRules checks the rules of a policy, puts them in order and adds the default rule where it is missing.
func readRules(list []any) ([]any, *problem) {
	var out []any
	seen := map[int]bool{}
	for i, v := range list {
		r := copyOf(v.(fields))
		if bad := checkRule(r, "resource.rules["+strconv.Itoa(i)+"]"); bad != nil {
			return nil, bad
		}
		n := r["priority"].(int)
		if seen[n] {
			return nil, computeInvalid("Invalid value for field 'resource.rules[%d].priority': '%d'. Cannot have rules with the same priorities.", i, n)
		}
		seen[n] = true
		out = append(out, r)
	}
	if !seen[lastRule] {
		r := fields{"priority": lastRule, "action": "allow", "description": "default rule", "match": fields{"versionedExpr": "SRC_IPS_V1", "config": fields{"srcIpRanges": []any{"*"}}}}
		_ = checkRule(r, "") // fills in what the service says of a rule; this one is good
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b any) int { return cmp.Compare(a.(fields)["priority"].(int), b.(fields)["priority"].(int)) })
	return out, nil
}

// checkRule refuses a rule that Cloud Armor would not take.
func checkRule(r fields, at string) *problem {
	n, set := r["priority"].(int)
	if !set {
		n, r["priority"] = 0, 0
	}
	if n < 0 || n > lastRule {
		return computeInvalid("Invalid value for field '%s.priority': '%d'. Must be between 0 and 2147483647.", at, n)
	}
	if !slices.Contains([]string{"allow", "deny(403)", "deny(404)", "deny(502)", "deny", "throttle", "rate_based_ban", "redirect"}, r.str("action")) {
		return computeInvalid("Invalid value for field '%s.action': '%s'.", at, r.str("action"))
	}
	match := r.sub("match")
	byAddress, byExpression := match.str("versionedExpr") != "", match.sub("expr") != nil
	if byAddress == byExpression {
		return computeInvalid("Invalid value for field '%s.match': ''. Exactly one of versionedExpr and expr must be specified.", at)
	}
	if byAddress && (match.str("versionedExpr") != "SRC_IPS_V1" || len(match.sub("config").list("srcIpRanges")) == 0) {
		return computeInvalid("Invalid value for field '%s.match.config': ''. SRC_IPS_V1 needs source ranges.", at)
	}
	if byExpression {
		if bad := checkExpression(match.sub("expr").str("expression"), at); bad != nil {
			return bad
		}
	}
	r["kind"], r["preview"] = "compute#securityPolicyRule", r.flag("preview")
	return nil
}

// checkExpression refuses a preconfigured rule set that does not exist.
func checkExpression(expression, at string) *problem {
	sets := regexp.MustCompile(`evaluatePreconfigured(?:Waf|Expr)\(\s*'([^']*)'`).FindAllStringSubmatch(expression, -1)
	known := regexp.MustCompile(`^((sqli|xss|lfi|rfi|rce|methodenforcement|scannerdetection|protocolattack|php|sessionfixation|java|nodejs)-(v33|v422)-(stable|canary)|(sqli|xss|lfi|rfi|rce|cve|json-sqli)-(stable|canary))$`)
	for _, s := range sets {
		if !known.MatchString(s[1]) {
			return computeInvalid("Invalid value for field '%s.match.expr.expression': '%s'. Expression set '%s' does not exist.", at, expression, s[1])
		}
	}
	if expression == "" || len(expression) > 2048 {
		return computeInvalid("Invalid value for field '%s.match.expr.expression': '%s'. Must be 1-2048 characters.", at, expression)
	}
	return nil
}

func (c *Cloud) patchSecurityPolicy(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	_, a, bad := c.assetAsked(q, "securityPolicies")
	if bad != nil {
		return nil, bad
	}
	if bad := a.checkFingerprint(q.body.str("fingerprint")); q.body.str("fingerprint") != "" && bad != nil {
		return nil, bad
	}
	patch := copyOf(q.body)
	delete(patch, "fingerprint")
	delete(patch, "name")
	for n := range patch {
		if !slices.Contains([]string{"description", "rules", "adaptiveProtectionConfig", "advancedOptionsConfig"}, n) {
			return nil, computeInvalid("Invalid value for field 'resource.%s'. The field cannot be patched.", n)
		}
	}
	if list, set := patch["rules"].([]any); set {
		rules, bad := readRules(list)
		if bad != nil {
			return nil, bad
		}
		patch["rules"] = rules
	}
	return c.startCompute(q, p, a, "patch", func() {
		overlay(a.body, patch)
		a.fingerprint = newEtag()
	})
}

func (c *Cloud) deleteSecurityPolicy(q *request) (any, *problem) {
	p, before, bad := c.asked(q)
	if bad != nil || before != nil {
		return before, bad
	}
	_, a, bad := c.assetAsked(q, "securityPolicies")
	if bad != nil {
		return nil, bad
	}
	return c.remove(q, p, a, nil)
}
