package iam

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
)

// May asks IAM, before the first write of a step, whether whoever acts in the session's account may do what the step will
// ask for. Where IAM does not tell (the caller may not simulate, is nobody who can be simulated, or the simulation breaks
// down) that is no verdict: the writes themselves will say. A login that ended is told at once.
func May(ctx context.Context, s *session.Session, resource string, actions ...string) error {
	arn, err := principal(ctx, s)
	if err != nil || arn == "" {
		return ofLogin(ctx, err)
	}
	out, err := iam.NewFromConfig(s.Config).SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &arn, ActionNames: actions, ResourceArns: []string{resource}})
	if err != nil {
		return ofLogin(ctx, err)
	}
	for _, r := range out.EvaluationResults {
		organisation := r.OrganizationsDecisionDetail != nil && !r.OrganizationsDecisionDetail.AllowedByOrganizations
		if r.EvalDecision == types.PolicyEvaluationDecisionTypeAllowed && !organisation || len(r.MissingContextValues) > 0 {
			continue // a condition on what only the call itself shows is no verdict either
		}
		return refusal(s, arn, aws.ToString(r.EvalActionName), string(r.EvalDecision), organisation)
	}
	return nil
}

// refusal names the right that is missing, and who can give it.
func refusal(s *session.Session, arn, action, decision string, organisation bool) error {
	f := &fault.Fault{
		Kind: fault.Denied, Cloud: "aws", Service: "iam", Operation: "SimulatePrincipalPolicy", Code: decision, Login: s.LoginName,
		Message: fmt.Sprintf("%s has no right to %s in the account %s", arn, action, s.Account),
		Hint:    "Grant it " + action + " by an identity policy in that account, then resume.",
	}
	if organisation {
		f.Message = fmt.Sprintf("the organisation's service control policies do not let %s use %s in the account %s", arn, action, s.Account)
		f.Hint = "Ask the owner of the organisation's service control policies to allow " + action + " in this account, then resume."
	}
	return f
}

// principal is the user or role whose policies count for the session, as IAM names it, or "" where it is neither; a role's
// session is not one itself, and does not tell the role's path.
func principal(ctx context.Context, s *session.Session) (string, error) {
	arn, err := session.Ask(s, "principal in "+s.Account, func() (string, error) {
		_, arn, err := session.Caller(ctx, s.Config)
		if err != nil || !strings.Contains(arn, ":assumed-role/") {
			return arn, err
		}
		name := strings.Split(arn, "/")[1]
		got, err := iam.NewFromConfig(s.Config).GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
		if err != nil {
			return "", err
		}
		return aws.ToString(got.Role.Arn), nil
	})
	if err != nil || !strings.Contains(arn, ":user/") && !strings.Contains(arn, ":role/") {
		return "", err
	}
	return arn, nil
}

// ofLogin is an error that the writes would only meet again: the login's own, or the end of the time to work in.
func ofLogin(ctx context.Context, err error) error {
	if kind := fault.KindOf(err); kind == fault.SessionExpired || kind == fault.Locked {
		return err
	}
	return ctx.Err()
}
