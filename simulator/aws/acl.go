package aws

import (
	"maps"
	"regexp"
	"slices"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// groupOf is the managed rule group that a rule names.
func groupOf(rule map[string]any) string {
	s, _ := rule["Statement"].(map[string]any)
	g, _ := s["ManagedRuleGroupStatement"].(map[string]any)
	name, _ := g["Name"].(string)
	return name
}

func capacity(rules []map[string]any) int {
	sum := 0
	for _, r := range rules {
		sum += ruleGroups()[groupOf(r)]
	}
	return sum
}

// ruleGroups are AWS's own that a web ACL can name, with their capacity.
func ruleGroups() map[string]int {
	return map[string]int{
		"AWSManagedRulesCommonRuleSet": 700, "AWSManagedRulesKnownBadInputsRuleSet": 200, "AWSManagedRulesAmazonIpReputationList": 25,
		"AWSManagedRulesAnonymousIpList": 50, "AWSManagedRulesSQLiRuleSet": 200, "AWSManagedRulesLinuxRuleSet": 200,
		"AWSManagedRulesAdminProtectionRuleSet": 100, "AWSManagedRulesUnixRuleSet": 100,
	}
}

// checked refuses a web ACL that AWS would not make.
func (in aclBody) checked() error {
	if !regexp.MustCompile(`^[\w\-]{1,128}$`).MatchString(in.Name) {
		return wafWrong("WEB_ACL", in.Name)
	}
	if len(in.DefaultAction) != 1 || len(in.VisibilityConfig) < 3 {
		return wafWrong("DEFAULT_ACTION", in.Name)
	}
	priorities := map[any]bool{}
	for _, r := range in.Rules {
		name, _ := r["Name"].(string)
		group := groupOf(r)
		_, known := ruleGroups()[group]
		_, override := r["OverrideAction"]
		_, action := r["Action"]
		switch {
		case group != "" && !known:
			return wafWrong("MANAGED_RULE_SET", group)
		case group != "" && (!override || action), group == "" && !action:
			return wafWrong("RULE_ACTION", name)
		case priorities[r["Priority"]]:
			return wafWrong("RULE_PRIORITY", name)
		case r["VisibilityConfig"] == nil:
			return wafWrong("METRIC_NAME", name)
		}
		priorities[r["Priority"]] = true
	}
	return nil
}

func (in aclBody) kept() map[string]any {
	out := map[string]any{"DefaultAction": in.DefaultAction, "VisibilityConfig": in.VisibilityConfig, "Rules": []map[string]any{}}
	if in.Rules != nil {
		out["Rules"] = in.Rules
	}
	if in.Description != "" {
		out["Description"] = in.Description
	}
	for name, v := range map[string]map[string]any{
		"CustomResponseBodies": in.CustomResponseBodies, "AssociationConfig": in.AssociationConfig, "CaptchaConfig": in.CaptchaConfig,
		"ChallengeConfig": in.ChallengeConfig, "DataProtectionConfig": in.DataProtectionConfig,
		"OnSourceDDoSProtectionConfig": in.OnSourceDDoSProtectionConfig,
	} {
		if v != nil {
			out[name] = v
		}
	}
	if in.TokenDomains != nil {
		out["TokenDomains"] = in.TokenDomains
	}
	return out
}

// taggedACL reads the input and finds the web ACL it names by ARN.
func (q *request) taggedACL() (*webACL, []tag, []string, error) {
	var in struct {
		ResourceARN, NextMarker string
		Limit                   int
		Tags                    []tag
		TagKeys                 []string
	}
	if err := q.read(&in); err != nil {
		return nil, nil, nil, err
	}
	for _, a := range q.here().acls {
		if a.arn == in.ResourceARN {
			return a, in.Tags, in.TagKeys, nil
		}
	}
	return nil, nil, nil, noACL()
}

func listACLTags(q *request) (wire.Map, error) {
	a, _, _, err := q.taggedACL()
	if err != nil {
		return nil, err
	}
	return wire.Map{"TagInfoForResource": wire.Map{"ResourceARN": a.arn, "TagList": tagList(a.tags)}}, nil
}

func tagACL(q *request) (wire.Map, error) {
	a, tags, _, err := q.taggedACL()
	if err == nil {
		maps.Copy(a.tags, tagMap(tags))
	}
	return nil, err
}

func untagACL(q *request) (wire.Map, error) {
	a, _, keys, err := q.taggedACL()
	if err == nil {
		maps.DeleteFunc(a.tags, func(k, _ string) bool { return slices.Contains(keys, k) })
	}
	return nil, err
}
