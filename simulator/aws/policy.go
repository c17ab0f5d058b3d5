package aws

import (
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// document is a policy. A statement with a condition allows only where the call shows what is weighed (see shown); it denies there
// too, and where its condition is one that is weighed of every call (see issued).
type document struct {
	Statement statements
}

type statement struct {
	Effect    string
	Action    texts
	Principal principals
	Condition map[string]any
}

// permitted refuses a call that no policy of its caller allows, or that the organisation's policies keep from it.
func (q *request) permitted(write bool) error {
	action := q.service.name + ":" + q.operation
	if q.service.open || q.anonymous() || action == "sts:GetCallerIdentity" {
		return nil
	}
	if q.withoutMFA() {
		return q.service.dialect.Protocol.Word(wire.Stranger, "")
	}
	if q.account.unsubscribed[q.service.name] {
		return wire.Errorf(http.StatusForbidden, "SubscriptionRequiredException", "The AWS Access Key Id needs a subscription for the service")
	}
	if denied, barred := q.barred(action); barred {
		why := "because no service control policy allows the " + action + " action"
		if denied {
			why = "with an explicit deny in a service control policy"
		}
		return q.service.dialect.Protocol.Word(wire.Denied, "User: "+q.who.arn+" is not authorized to perform: "+action+" "+why)
	}
	if q.account.denies(q.who, action, q.shown()) {
		return q.service.dialect.Protocol.Word(wire.Denied, "User: "+q.who.arn+" is not authorized to perform: "+action+
			" with an explicit deny in an identity-based policy")
	}
	if q.account.grants(q.who, action, write, q.shown()) {
		return nil
	}
	return q.service.dialect.Protocol.Word(wire.Denied, "User: "+q.who.arn+" is not authorized to perform: "+action+
		" because no identity-based policy allows the "+action+" action")
}

func (a *account) allows(policy, action string, write bool, in shown) bool {
	if own, made := a.policies[policy]; made {
		d, err := parsePolicy(own.document)
		return err == nil && d.allows(action, in)
	}
	for _, p := range managedPolicies() {
		if p.arn() != policy {
			continue
		}
		if p.reads && !write && action != "sts:GetWebIdentityToken" { // to speak for somebody is no reading
			return true
		}
		return slices.ContainsFunc(p.actions, func(glob string) bool { return covers(glob, action) })
	}
	return false
}

func (d document) allows(action string, in shown) bool {
	allowed := false
	for _, s := range d.Statement {
		if !slices.ContainsFunc(s.Action, func(glob string) bool { return covers(glob, action) }) {
			continue
		}
		switch {
		case len(s.Condition) > 0 && !s.holds(in):
		case s.Effect == "Deny":
			return false
		default:
			allowed = true
		}
	}
	return allowed
}

func covers(glob, action string) bool {
	fits, err := path.Match(strings.ToLower(glob), strings.ToLower(action))
	return err == nil && fits
}

// parsePolicy reads a policy; it refuses what is not one.
func parsePolicy(text string) (document, error) {
	var d document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return d, bad("MalformedPolicyDocument", "Syntax errors in policy.")
	}
	if len(d.Statement) == 0 {
		return d, bad("MalformedPolicyDocument", "Syntax errors in policy.")
	}
	for _, s := range d.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return d, bad("MalformedPolicyDocument", "Syntax errors in policy.")
		}
	}
	return d, nil
}

// statements is one statement or a list of them.
type statements []statement

// UnmarshalJSON implements json.Unmarshaler.
func (s *statements) UnmarshalJSON(b []byte) error {
	if strings.HasPrefix(string(b), "{") {
		var one statement
		err := json.Unmarshal(b, &one)
		*s = statements{one}
		return err
	}
	return json.Unmarshal(b, (*[]statement)(s))
}

// texts is one text or a list of them.
type texts []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *texts) UnmarshalJSON(b []byte) error {
	if strings.HasPrefix(string(b), `"`) {
		var one string
		err := json.Unmarshal(b, &one)
		*t = texts{one}
		return err
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// principals is everybody, or lists by kind.
type principals struct {
	AWS, Service, Federated texts
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *principals) UnmarshalJSON(b []byte) error {
	if string(b) == `"*"` {
		p.AWS = texts{"*"}
		return nil
	}
	type plain principals
	return json.Unmarshal(b, (*plain)(p))
}
