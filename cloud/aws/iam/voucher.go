package iam

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

const (
	// speaks is how long the session lasts in which a token is asked for: the shortest that AWS gives.
	speaks = 15 * time.Minute
	// tokenLasts is how long the token does: it is used at once.
	tokenLasts = 5 * time.Minute
	// roleLag is how long a new role may be turned away although somebody may assume it.
	roleLag = time.Minute
)

// Token is a token that AWS has signed for a role and an audience, asked for by the role itself: s assumes it. name is the name of
// the session, which CloudTrail shows.
func Token(ctx context.Context, s *session.Session, id plan.Identity, role, name, audience string) (plan.Secret, error) {
	got, err := sts.NewFromConfig(s.Config).AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: &role, RoleSessionName: &name, DurationSeconds: aws.Int32(int32(speaks.Seconds())),
	})
	if err != nil {
		return plan.Secret{}, unspoken(ctx, s, id, role, err)
	}
	c := got.Credentials
	by := credentials.NewStaticCredentialsProvider(aws.ToString(c.AccessKeyId), aws.ToString(c.SecretAccessKey), aws.ToString(c.SessionToken))
	signed, err := sts.NewFromConfig(s.With(by, s.LoginName)).GetWebIdentityToken(ctx, &sts.GetWebIdentityTokenInput{
		Audience: []string{audience}, SigningAlgorithm: aws.String(algorithm), DurationSeconds: aws.Int32(int32(tokenLasts.Seconds())),
	})
	if err != nil {
		return plan.Secret{}, unsigned(id, role, audience, err)
	}
	return plan.NewSecret(aws.ToString(signed.WebIdentityToken)), nil
}

// unspoken says why the landing's login may not speak for a role.
func unspoken(ctx context.Context, s *session.Session, id plan.Identity, role string, err error) error {
	if fault.KindOf(err) != fault.Denied {
		return err
	}
	f := &fault.Fault{
		Kind: fault.Denied, Cloud: "aws", Service: "sts", Operation: "AssumeRole", Code: session.Code(err), Login: s.LoginName, Err: err,
		Message: "the login " + s.LoginName + " may not assume the role " + role + ", and so cannot ask for a token in its place: " + session.Message(err),
		Hint: "Let the account's own principals assume it for the proof (its trust policy: the principal arn:" + session.Partition(s.Config.Region) + ":iam::" + s.Account +
			":root may sts:AssumeRole), or have whoever is " + id.Name + " sign in to the other cloud by its token, and resume with done.",
	}
	got, err := iam.NewFromConfig(s.Config).GetRole(ctx, &iam.GetRoleInput{RoleName: &id.Name})
	switch {
	case absent(err):
		f.Kind, f.Message, f.Hint = fault.Conflict, "the role "+role+" is not there", "Carry the landing's step identity-"+strings.ToLower(id.Name)+" first, then resume."
	case err == nil && time.Since(aws.ToTime(got.Role.CreateDate)) < roleLag:
		f.Kind, f.Message, f.Hint = fault.Propagating, "the new role "+role+" is not yet known everywhere", "It is tried again by itself."
	}
	return f
}

// unsigned says why AWS signs no token for a role. What lets it, the account's feature and the role's policy, is known everywhere
// only after a while.
func unsigned(id plan.Identity, role, audience string, err error) error {
	f := &fault.Fault{
		Kind: fault.Propagating, Cloud: "aws", Service: "sts", Operation: "GetWebIdentityToken", Code: session.Code(err), Err: err,
		Hint: "It is tried again by itself; if it stays so, carry the landing's step tokens-" + strings.ToLower(id.Name) + " again.",
	}
	switch {
	case session.Is(err, "OutboundWebIdentityFederationDisabledException"):
		f.Message = "the account of the role " + role + " does not sign tokens for others, or it is not yet known everywhere that it does"
	case fault.KindOf(err) == fault.Denied && !strings.Contains(session.Message(err), "explicit deny") && !strings.Contains(session.Message(err), "service control policy"):
		f.Message = "the role " + role + " has no right to tokens for " + audience + ", or it is not yet known everywhere that it has"
	default:
		return err
	}
	return f
}
