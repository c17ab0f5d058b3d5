package gcp

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// policy is who may do what on one resource.
type policy struct {
	version  int
	bindings []binding
	audit    []any
	etag     string
	since    map[string]time.Time // when a role and member were first bound, for what must propagate
}

type binding struct {
	role      string
	members   []string
	condition fields
}

func newPolicy() *policy {
	return &policy{version: 1, etag: "ACAB", since: map[string]time.Time{}}
}

func policyShape() shape {
	return shape{
		"version": integer(), "etag": octets(),
		"bindings":     listOf(message(shape{"role": text(), "members": texts(), "condition": message(exprShape())})),
		"auditConfigs": listOf(message(shape{"service": text(), "auditLogConfigs": listOf(message(shape{"exemptedMembers": texts(), "logType": choice("LOG_TYPE_UNSPECIFIED", "ADMIN_READ", "DATA_WRITE", "DATA_READ")}))})),
	}
}

func exprShape() shape {
	return shape{"expression": text(), "title": text(), "description": text(), "location": text()}
}

// policyRoutes are the three methods that every resource with a policy has.
func policyRoutes(api, path string) []route {
	get := route{
		api: api, method: http.MethodPost, path: path + ":getIamPolicy", operation: "GetIamPolicy", do: (*Cloud).getPolicy,
		body: shape{"resource": text(), "options": message(shape{"requestedPolicyVersion": integer()})},
	}
	set := route{
		api: api, method: http.MethodPost, path: path + ":setIamPolicy", operation: "SetIamPolicy", write: true, do: (*Cloud).setPolicy,
		body: shape{"resource": text(), "policy": message(policyShape()), "updateMask": text()},
	}
	test := route{
		api: api, method: http.MethodPost, path: path + ":testIamPermissions", operation: "TestIamPermissions", do: (*Cloud).testPermissions,
		body: shape{"resource": text(), "permissions": texts()},
	}
	if strings.Contains(path, "serviceAccounts") { // the discovery API of IAM names its methods as it names its resources, and asks in the query
		get.body, get.params = nil, "options.requestedPolicyVersion"
		get.operation, set.operation, test.operation = "serviceAccounts.getIamPolicy", "serviceAccounts.setIamPolicy", "serviceAccounts.testIamPermissions"
	}
	return []route{get, set, test}
}

// bind gives a member a role, unless they have it.
func (p *policy) bind(role, member string) {
	p.etag = newEtag()
	for i, b := range p.bindings {
		if b.role == role && b.condition == nil {
			if !slices.Contains(b.members, member) {
				p.bindings[i].members = append(p.bindings[i].members, member)
			}
			return
		}
	}
	p.bindings = append(p.bindings, binding{role: role, members: []string{member}})
}

// wire is the policy as a caller who asked for a version sees it: conditions only show to who asks for version 3.
func (p *policy) wire(version int) fields {
	f := fields{"etag": p.etag}
	if len(p.bindings) == 0 && p.etag == "ACAB" {
		return f
	}
	f["version"] = 1
	var out []any
	for _, b := range p.bindings {
		one := fields{"role": b.role, "members": b.members}
		switch {
		case b.condition != nil && version >= 3:
			one["condition"] = b.condition
			f["version"] = 3
		case b.condition != nil:
			one["role"] = b.role + "_withcond_" + conditionHash(b.condition)
		}
		out = append(out, one)
	}
	if len(out) > 0 {
		f["bindings"] = out
	}
	if len(p.audit) > 0 {
		f["auditConfigs"] = p.audit
	}
	return f
}

// policyOf is the policy of the resource that a request names.
func (c *Cloud) policyOf(q *request) (*policy, *problem) {
	switch {
	case q.vars["account"] != "":
		a, bad := c.accountAsked(q)
		if bad != nil {
			return nil, bad
		}
		return a.policy, nil
	case q.vars["project"] != "":
		p, bad := c.projectAsked(q)
		if bad != nil {
			return nil, bad
		}
		return p.policy, nil
	case q.vars["folder"] != "":
		f, bad := c.folderAsked(q)
		if bad != nil {
			return nil, bad
		}
		return f.policy, nil
	}
	o := c.organizations["organizations/"+q.vars["organization"]]
	if o == nil {
		return nil, forbidden()
	}
	return o.policy, nil
}

func (c *Cloud) getPolicy(q *request) (any, *problem) {
	p, bad := c.policyOf(q)
	if bad != nil {
		return nil, bad
	}
	version, _ := q.body.sub("options")["requestedPolicyVersion"].(int)
	switch q.arg("options.requestedPolicyVersion") {
	case "":
	case "1":
		version = 1
	case "3":
		version = 3
	default:
		version = -1
	}
	if version != 0 && version != 1 && version != 3 {
		return nil, invalid("Requested policy version (%d) must be 0, 1 or 3.", version)
	}
	return p.wire(version), nil
}

// setPolicy replaces a policy, if nobody changed it since the caller read it.
func (c *Cloud) setPolicy(q *request) (any, *problem) {
	p, bad := c.policyOf(q)
	if bad != nil {
		return nil, bad
	}
	body := q.body.sub("policy")
	m, bad := mask(q.body.str("updateMask"), "policy", policyShape())
	switch {
	case bad != nil:
		return nil, bad
	case body == nil:
		return nil, invalid("Policy is required.")
	case body.str("etag") != "" && body.str("etag") != p.etag:
		return nil, aborted("There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff. The request's ETag '%s' did not match the current policy's ETag '%s'.", body.str("etag"), p.etag)
	}
	version, _ := body["version"].(int)
	bindings, bad := c.readBindings(q, body.list("bindings"), version)
	if bad != nil {
		return nil, bad
	}
	p.replace(bindings, q.now)
	if named(m, "auditConfigs") {
		p.audit = body.list("auditConfigs")
	}
	return p.wire(version), nil
}

// replace puts new bindings in place of the old and remembers since when each stands.
func (p *policy) replace(bindings []binding, now time.Time) {
	since := map[string]time.Time{}
	for _, b := range bindings {
		for _, m := range b.members {
			at := now
			if was, stood := p.since[b.role+" "+m]; stood {
				at = was
			} else if slices.ContainsFunc(p.bindings, func(o binding) bool { return o.role == b.role && slices.Contains(o.members, m) }) {
				at = time.Time{}
			}
			since[b.role+" "+m] = at
		}
	}
	p.bindings, p.since, p.etag = bindings, since, newEtag()
}

func (c *Cloud) testPermissions(q *request) (any, *problem) {
	if _, bad := c.policyOf(q); bad != nil {
		return nil, bad
	}
	var held []any
	for _, name := range q.body.texts("permissions") {
		if strings.Contains(name, "*") || strings.Count(name, ".") < 2 {
			return nil, invalid("Permission %s is not valid for this resource.", name)
		}
		if c.may(q.caller, q.scope, !readsOnly(name), q.now) && !c.lacks(q.caller, name, q.scope) {
			held = append(held, name)
		}
	}
	return full(fields{"permissions": held}), nil
}
