package aws

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// holder is what holds policies: a user or a role.
type holder struct {
	attached []string             // ARNs
	inline   map[string]string    // documents by name
	since    map[string]time.Time // when they are known, where a call's conditions are weighed
}

func newHolder() holder { return holder{inline: map[string]string{}, since: map[string]time.Time{}} }

// customerPolicy is a policy of an account's own.
type customerPolicy struct {
	id, name, arn, document string
	made                    time.Time
}

// attachments are the operations that users and roles have in common, with the kind in their names.
func attachments(kind string, find func(*request, string) (*holder, error)) map[string]operation {
	type input struct {
		UserName, RoleName, PolicyArn, PolicyName, PolicyDocument string
		Marker, PathPrefix                                        string
		MaxItems                                                  int
	}
	with := func(do func(*request, *holder, input) (wire.Map, error)) func(*request) (wire.Map, error) {
		return func(q *request) (wire.Map, error) {
			var in input
			if err := q.read(&in); err != nil {
				return nil, err
			}
			h, err := find(q, in.UserName+in.RoleName)
			if err != nil {
				return nil, err
			}
			return do(q, h, in)
		}
	}
	return map[string]operation{
		"ListAttached" + kind + "Policies": reads(with(func(_ *request, h *holder, in input) (wire.Map, error) {
			all := []wire.Map{}
			for _, a := range h.attached {
				all = append(all, wire.Map{"PolicyArn": a, "PolicyName": a[strings.LastIndex(a, "/")+1:]})
			}
			return marked(wire.Map{}, "AttachedPolicies", all, paging{in.Marker, in.MaxItems})
		})),
		"Attach" + kind + "Policy": writes(with(func(q *request, h *holder, in input) (wire.Map, error) {
			switch {
			case !q.account.policy(in.PolicyArn):
				return nil, noEntity("Policy %s does not exist or is not attachable.", in.PolicyArn)
			case slices.Contains(h.attached, in.PolicyArn):
				return nil, nil
			case len(h.attached) >= 10:
				return nil, wire.Errorf(http.StatusConflict, "LimitExceeded", "Cannot exceed quota for PoliciesPer%s: 10", kind)
			}
			h.attached = append(h.attached, in.PolicyArn)
			return nil, nil
		})),
		"Detach" + kind + "Policy": writes(with(func(_ *request, h *holder, in input) (wire.Map, error) {
			if !slices.Contains(h.attached, in.PolicyArn) {
				return nil, noEntity("Policy %s was not found.", in.PolicyArn)
			}
			h.attached = slices.DeleteFunc(h.attached, func(a string) bool { return a == in.PolicyArn })
			return nil, nil
		})),
		"List" + kind + "Policies": reads(with(func(_ *request, h *holder, in input) (wire.Map, error) {
			return marked(wire.Map{}, "PolicyNames", sorted(h.inline), paging{in.Marker, in.MaxItems})
		})),
		"Get" + kind + "Policy": reads(with(func(_ *request, h *holder, in input) (wire.Map, error) {
			d, there := h.inline[in.PolicyName]
			if !there {
				return nil, noEntity("The %s policy with name %s cannot be found.", strings.ToLower(kind), in.PolicyName)
			}
			return wire.Map{kind + "Name": in.UserName + in.RoleName, "PolicyName": in.PolicyName, "PolicyDocument": encoded(d)}, nil
		})),
		"Put" + kind + "Policy": writes(with(func(q *request, h *holder, in input) (wire.Map, error) {
			if in.PolicyName == "" {
				return nil, wrong("The request must contain the parameter PolicyName.")
			}
			if _, err := parsePolicy(in.PolicyDocument); err != nil {
				return nil, err
			}
			h.inline[in.PolicyName], h.since[in.PolicyName] = in.PolicyDocument, q.k.Later("aws.iam.propagation")
			return nil, nil
		})),
		"Delete" + kind + "Policy": writes(with(func(_ *request, h *holder, in input) (wire.Map, error) {
			if _, there := h.inline[in.PolicyName]; !there {
				return nil, noEntity("The %s policy with name %s cannot be found.", strings.ToLower(kind), in.PolicyName)
			}
			delete(h.inline, in.PolicyName)
			return nil, nil
		})),
	}
}

// policy reports whether there is a policy of that ARN.
func (a *account) policy(arn string) bool {
	if a.policies[arn] != nil {
		return true
	}
	return slices.ContainsFunc(managedPolicies(), func(p managedPolicy) bool { return p.arn() == arn })
}

func (a *account) policyMaps() []wire.Map {
	out := []wire.Map{}
	for _, p := range values(a.policies) {
		out = append(out, wire.Map{
			"PolicyName": p.name, "PolicyId": p.id, "Arn": p.arn, "Path": "/", "DefaultVersionId": "v1", "IsAttachable": true,
			"AttachmentCount": a.attachedTo(p.arn), "CreateDate": p.made, "UpdateDate": p.made,
		})
	}
	day := time.Date(2015, 2, 6, 18, 39, 46, 0, time.UTC)
	for _, p := range managedPolicies() {
		out = append(out, wire.Map{
			"PolicyName": p.name, "PolicyId": "ANPA" + strings.ToUpper((p.name + "XXXXXXXXXXXXXXXXX")[:17]), "Arn": p.arn(), "Path": p.path,
			"DefaultVersionId": "v1", "IsAttachable": true, "AttachmentCount": a.attachedTo(p.arn()), "CreateDate": day, "UpdateDate": day,
		})
	}
	return out
}

func (a *account) attachedTo(arn string) int {
	n := 0
	for _, u := range a.users {
		if slices.Contains(u.attached, arn) {
			n++
		}
	}
	for _, r := range a.roles {
		if slices.Contains(r.attached, arn) {
			n++
		}
	}
	return n
}

func getPolicy(q *request) (wire.Map, error) {
	var in struct{ PolicyArn string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	for _, p := range q.account.policyMaps() {
		if p["Arn"] == in.PolicyArn {
			return wire.Map{"Policy": p}, nil
		}
	}
	return nil, noEntity("Policy %s was not found.", in.PolicyArn)
}

func listPolicies(q *request) (wire.Map, error) {
	var in struct {
		Scope, Marker string
		OnlyAttached  bool
		MaxItems      int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(q.account.policyMaps(), func(p wire.Map) bool {
		kept := strings.HasPrefix(p["Arn"].(string), "arn:aws:iam::aws:")
		return in.Scope == "AWS" && !kept || in.Scope == "Local" && kept || in.OnlyAttached && p["AttachmentCount"] == 0
	})
	return marked(wire.Map{}, "Policies", all, paging{in.Marker, in.MaxItems})
}

func hasText(list []string, s string) bool { return slices.Contains(list, s) }
