package aws

import (
	"net/http"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// simulatePrincipalPolicy says which actions the policies of a user or a role of the account would allow it. Like AWS it
// does so for nobody else: the ARN of a session is no principal, and a root user is none that can be simulated.
func simulatePrincipalPolicy(q *request) (wire.Map, error) {
	var in struct {
		PolicySourceArn, CallerArn, ResourcePolicy, ResourceOwner, ResourceHandlingOption, Marker string
		ActionNames, ResourceArns, PolicyInputList, PermissionsBoundaryPolicyInputList            []string
		MaxItems                                                                                  int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if len(in.ActionNames) == 0 {
		return nil, wrong("1 validation error detected: Value at 'actionNames' failed to satisfy constraint: Member must not be null")
	}
	if len(in.PolicyInputList)+len(in.PermissionsBoundaryPolicyInputList) > 0 || in.ResourcePolicy != "" {
		return nil, bad("InvalidInput", "This simulator weighs the principal's own policies only.")
	}
	who := q.holderOf(in.PolicySourceArn)
	if who == nil {
		if !strings.Contains(in.PolicySourceArn, "::"+q.account.id+":user/") && !strings.Contains(in.PolicySourceArn, "::"+q.account.id+":role/") {
			return nil, bad("InvalidInput", "Invalid Entity Arn: %s does not clearly define entity type and name.", in.PolicySourceArn)
		}
		return nil, wire.Errorf(http.StatusNotFound, "NoSuchEntity", "The entity %s cannot be found.", in.PolicySourceArn)
	}
	results := []wire.Map{}
	for _, action := range in.ActionNames {
		decision, barred := "implicitDeny", false
		_, operation, _ := strings.Cut(action, ":")
		switch {
		case q.account.denies(who, action, shown{}):
			decision = "explicitDeny"
		case q.account.grants(who, action, writing(operation), shown{}):
			decision = "allowed"
		}
		out := wire.Map{"EvalActionName": action, "EvalResourceName": "*", "MatchedStatements": []wire.Map{}, "MissingContextValues": []string{}}
		asked := *q
		asked.who = who
		if _, barred = asked.barred(action); barred && decision == "allowed" {
			decision = "implicitDeny"
		}
		out["EvalDecision"], out["OrganizationsDecisionDetail"] = decision, wire.Map{"AllowedByOrganizations": !barred}
		results = append(results, out)
	}
	return marked(wire.Map{}, "EvaluationResults", results, paging{in.Marker, in.MaxItems})
}

// holderOf is the user or role of an ARN, as a caller.
func (q *request) holderOf(arn string) *credential {
	for _, u := range q.account.users {
		if u.arn == arn {
			return &credential{account: q.account.id, arn: arn, user: u.name}
		}
	}
	for _, r := range q.account.roles {
		if r.arn == arn {
			return &credential{account: q.account.id, arn: arn, role: r.name}
		}
	}
	return nil
}

// grants reports whether the policies of a user or a role allow an action.
func (a *account) grants(who *credential, action string, write bool, in shown) bool {
	h := a.holder(who)
	for _, p := range h.attached {
		if a.allows(p, action, write, in) {
			return true
		}
	}
	for name, text := range h.inline {
		if d, err := parsePolicy(text); err == nil && d.allows(action, in) && !in.now.Before(h.since[name]) {
			return true
		}
	}
	return false
}

// holder is the user or role whose policies count for a caller; nobody's are none.
func (a *account) holder(who *credential) holder {
	if u := a.users[who.user]; u != nil {
		return u.holder
	}
	if r := a.roles[who.role]; r != nil {
		return r.holder
	}
	return holder{}
}
