package aws

import (
	"github.com/itbytes/landfall/simulator/aws/wire"
)

// webACL is a web access control list of AWS WAF.
type webACL struct {
	id, name, scope, lock, arn string
	acl                        map[string]any // the rest, as its maker sent it
	tags                       map[string]string
}

// aclBody is what makers and changers of a web ACL send in common.
type aclBody struct {
	Name, Scope, Id, LockToken, Description string
	DefaultAction, VisibilityConfig         map[string]any
	Rules                                   []map[string]any
	CustomResponseBodies, AssociationConfig map[string]any
	CaptchaConfig, ChallengeConfig          map[string]any
	DataProtectionConfig, ApplicationConfig map[string]any
	OnSourceDDoSProtectionConfig            map[string]any
	TokenDomains                            []string
	Tags                                    []tag
}

func wafService() *service {
	return &service{
		name:    "wafv2",
		dialect: wire.Dialect{Protocol: wire.JSON, Version: "1.1", Text: "Message"},
		operations: map[string]operation{
			"ListWebACLs":                    reads(listACLs),
			"GetWebACL":                      reads(getACL),
			"CreateWebACL":                   writes(createACL),
			"UpdateWebACL":                   writes(updateACL),
			"DeleteWebACL":                   writes(deleteACL),
			"ListAvailableManagedRuleGroups": reads(listManagedRuleGroups),
			"ListTagsForResource":            reads(listACLTags),
			"TagResource":                    writes(tagACL),
			"UntagResource":                  writes(untagACL),
		},
	}
}

func noACL() error {
	return bad("WAFNonexistentItemException", "AWS WAF couldn’t perform the operation because your resource doesn’t exist.")
}

func wafWrong(field, value string) error {
	return &wire.Error{
		Code: "WAFInvalidParameterException", Message: "Error reason: The parameter contains formatting that is not valid., field: " + field + ", parameter: " + value,
		Fields: wire.Map{"Field": field, "Parameter": value, "Reason": "The parameter contains formatting that is not valid."},
	}
}

func (q *request) acl(in aclBody) (*webACL, error) {
	if in.Scope != "REGIONAL" && in.Scope != "CLOUDFRONT" {
		return nil, wafWrong("SCOPE_VALUE", in.Scope)
	}
	if a := q.here().acls[in.Id]; a != nil && a.scope == in.Scope && a.name == in.Name {
		return a, nil
	}
	return nil, noACL()
}

func (a *webACL) summary() wire.Map {
	return wire.Map{"Name": a.name, "Id": a.id, "ARN": a.arn, "LockToken": a.lock, "Description": orBlank(a.acl["Description"])}
}

func orBlank(v any) any {
	if v == nil {
		return ""
	}
	return v
}

func listACLs(q *request) (wire.Map, error) {
	var in struct {
		Scope, NextMarker string
		Limit             int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if in.Scope != "REGIONAL" && in.Scope != "CLOUDFRONT" {
		return nil, wafWrong("SCOPE_VALUE", in.Scope)
	}
	all := []wire.Map{}
	for _, a := range values(q.here().acls) {
		if a.scope == in.Scope {
			all = append(all, a.summary())
		}
	}
	some, next, ours := page(all, in.NextMarker, in.Limit, 100)
	if !ours {
		return nil, wafWrong("NEXT_MARKER", in.NextMarker)
	}
	return wire.Map{"WebACLs": some, "NextMarker": wire.Or(next)}, nil
}

func getACL(q *request) (wire.Map, error) {
	var in aclBody
	if err := q.read(&in); err != nil {
		return nil, err
	}
	a, err := q.acl(in)
	if err != nil {
		return nil, err
	}
	out := wire.Map{
		"Name": a.name, "Id": a.id, "ARN": a.arn, "Capacity": capacity(a.acl["Rules"].([]map[string]any)), "ManagedByFirewallManager": false,
		"LabelNamespace": "awswaf:" + q.account.id + ":webacl:" + a.name + ":",
	}
	for name, v := range a.acl {
		out[name] = v
	}
	return wire.Map{"WebACL": out, "LockToken": a.lock}, nil
}

func createACL(q *request) (wire.Map, error) {
	var in aclBody
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if in.Scope != "REGIONAL" && (in.Scope != "CLOUDFRONT" || q.region != homeRegion) {
		return nil, wafWrong("SCOPE_VALUE", in.Scope)
	}
	if err := in.checked(); err != nil {
		return nil, err
	}
	for _, a := range q.here().acls {
		if a.name == in.Name && a.scope == in.Scope {
			return nil, bad("WAFDuplicateItemException", "AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.")
		}
	}
	if len(q.here().acls) >= 100 {
		return nil, bad("WAFLimitsExceededException", "AWS WAF couldn’t perform the operation because you exceeded your resource limit.")
	}
	a := q.here().newACL(in.Name, in.Scope)
	a.acl, a.tags = in.kept(), tagMap(in.Tags)
	return wire.Map{"Summary": a.summary()}, nil
}

func (r *region) newACL(name, scope string) *webACL {
	a := &webACL{id: uuid(), name: name, scope: scope, lock: uuid(), tags: map[string]string{}}
	kind := "regional"
	if scope == "CLOUDFRONT" {
		kind = "global"
	}
	a.arn = arn("wafv2", r.name, r.account.id, kind+"/webacl/"+name+"/"+a.id)
	r.acls[a.id] = a
	return a
}

func staleLock() error {
	return bad("WAFOptimisticLockException", "AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. Reapply your changes.")
}

func updateACL(q *request) (wire.Map, error) {
	var in aclBody
	if err := q.read(&in); err != nil {
		return nil, err
	}
	a, err := q.acl(in)
	switch {
	case err != nil:
		return nil, err
	case in.LockToken != a.lock:
		return nil, staleLock()
	}
	if err := in.checked(); err != nil {
		return nil, err
	}
	a.acl, a.lock = in.kept(), uuid()
	return wire.Map{"NextLockToken": a.lock}, nil
}

func deleteACL(q *request) (wire.Map, error) {
	var in aclBody
	if err := q.read(&in); err != nil {
		return nil, err
	}
	a, err := q.acl(in)
	switch {
	case err != nil:
		return nil, err
	case in.LockToken != a.lock:
		return nil, staleLock()
	}
	delete(q.here().acls, a.id)
	return nil, nil
}

func listManagedRuleGroups(q *request) (wire.Map, error) {
	var in struct {
		Scope, NextMarker string
		Limit             int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, name := range sorted(ruleGroups()) {
		all = append(all, wire.Map{"VendorName": "AWS", "Name": name, "VersioningSupported": true, "Description": name})
	}
	some, next, ours := page(all, in.NextMarker, in.Limit, 100)
	if !ours {
		return nil, wafWrong("NEXT_MARKER", in.NextMarker)
	}
	return wire.Map{"ManagedRuleGroups": some, "NextMarker": wire.Or(next)}, nil
}
