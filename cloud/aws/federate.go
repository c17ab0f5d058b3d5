package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Token is a token that AWS has signed for a role and an audience (see activities.Voucher). The landing's login assumes the role for
// it.
func (c *Cloud) Token(ctx context.Context, t plan.Task, id plan.Identity, audience string) (plan.Secret, error) {
	role, err := roleOf(t, id)
	if err != nil {
		return plan.Secret{}, err
	}
	t.Step.Outside = false // it is asked for in the landing's own account
	s, err := c.open(ctx, t)
	if err != nil {
		return plan.Secret{}, err
	}
	return iam.Token(ctx, s, id, role, sessionName(t.Landing.Plan), audience)
}

// Enter takes a role by another cloud's token, once, and asks AWS who that is (see activities.Porter). It needs no login.
func (c *Cloud) Enter(ctx context.Context, t plan.Task, id plan.Identity, trust plan.Trust, token plan.Secret) (plan.Proof, error) {
	role, err := roleOf(t, id)
	if err != nil {
		return plan.Proof{}, err
	}
	nobody, err := c.bare(ctx, t.Landing.Region, "")
	if err != nil {
		return plan.Proof{}, err
	}
	as := func(by aws.CredentialsProvider) aws.Config {
		return c.with(nobody, "", "", aws.NewCredentialsCache(by))
	}
	return iam.Enter(ctx, nobody, as, role, sessionName(t.Landing.Plan), trust, token)
}

// roleOf is the ARN of an identity's role: as its step has told, else in the landing's account.
func roleOf(t plan.Task, id plan.Identity) (string, error) {
	if arn := t.Fact(iam.FactRole(id)); arn != "" {
		return arn, nil
	}
	account := t.Fact(plan.FactContainer)
	if account == "" {
		account = t.Landing.Adopt.ID
	}
	if account == "" {
		return "", fault.New(fault.Invalid, "See what the step account says.", "the account of %s is not known yet", t.Landing.ID())
	}
	return "arn:" + session.Partition(t.Landing.Region) + ":iam::" + account + ":role/" + id.Name, nil
}
