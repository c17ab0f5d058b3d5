package iam

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Enter takes a role by another's token, as a consumer would, and asks AWS who that is. nobody signs nothing; as acts by the
// session. name is the name of the session, which CloudTrail shows.
func Enter(ctx context.Context, nobody aws.Config, as func(aws.CredentialsProvider) aws.Config, role, name string, trust plan.Trust, token plan.Secret) (plan.Proof, error) {
	got, err := sts.NewFromConfig(nobody).AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: &role, RoleSessionName: &name, WebIdentityToken: aws.String(token.Reveal()), DurationSeconds: aws.Int32(int32(speaks.Seconds())),
	})
	if err != nil {
		return plan.Proof{}, turnedAway(role, trust, token, err)
	}
	c := got.Credentials
	by := credentials.NewStaticCredentialsProvider(aws.ToString(c.AccessKeyId), aws.ToString(c.SecretAccessKey), aws.ToString(c.SessionToken))
	_, arn, err := session.Caller(ctx, as(by))
	switch {
	case session.Is(err, "InvalidClientTokenId"):
		return plan.Proof{}, entering(fault.Propagating, "It is tried again by itself.", err, "the session of the role %s is not yet known everywhere", role)
	case err != nil:
		return plan.Proof{}, err
	case roleOf(arn) != roleOf(role):
		return plan.Proof{}, entering(fault.Conflict, "See whose account and role the plan means, then resume.", nil, "the session is of %s, and the role is %s", arn, role)
	}
	return plan.Proof{Who: arn, At: time.Now()}, nil
}

// roleOf is the account and the name in the ARN of a role or of its session.
func roleOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 {
		return arn
	}
	names := strings.Split(parts[5], "/")
	switch {
	case names[0] == "assumed-role" && len(names) == 3:
		return parts[4] + "/" + names[1]
	case names[0] == "role":
		return parts[4] + "/" + names[len(names)-1]
	}
	return arn
}

// turnedAway says why a token does not open a role. AWS does not tell which of the trust's conditions is not fulfilled; the token
// does.
func turnedAway(role string, trust plan.Trust, token plan.Secret, err error) error {
	const again = "It is tried again by itself"
	said := session.Message(err)
	whose := disagrees(token, trust)
	switch code := session.Code(err); {
	case slices.Contains([]string{"AccessDenied", "InvalidIdentityToken"}, code) && whose != "":
		return entering(fault.Conflict, "Name in the plan's trust what the token says, or have its own cloud sign another, then resume.", err,
			"the token is not the one that the role %s is to trust: %s", role, whose)
	case code == "AccessDenied":
		return entering(fault.Propagating, again+"; if it stays so, see who may use the role, and whether a policy of the organisation denies it.", err,
			"the role %s does not trust the token of %s, or it is not yet known everywhere that it does", role, trust.Subject)
	case code == "InvalidIdentityToken" && (strings.Contains(said, "No OpenIDConnect provider found") || strings.Contains(said, "Incorrect token audience")):
		return entering(fault.Propagating, again+"; if it stays so, carry the step that keeps the role's trust again.", err,
			"the role's account does not take tokens of %s for %s, or it is not yet known everywhere that it does: %s", trust.Issuer, audience(trust), said)
	case code == "InvalidIdentityToken" && strings.Contains(said, "verification key"), code == "IDPCommunicationError":
		return entering(fault.Transient, again+".", err, "AWS could not fetch the keys of the issuer %s: %s", trust.Issuer, said)
	case code == "InvalidIdentityToken", code == "IDPRejectedClaim":
		return entering(fault.Conflict, "See what the issuer signs, and by which keys, then resume.", err, "AWS does not take the token of %s: %s", trust.Issuer, said)
	case code == "ExpiredTokenException":
		return entering(fault.Transient, again+", with another token; if it stays so, set the worker's clock.", err, "the token had expired when AWS saw it: %s", said)
	}
	return err
}

func entering(kind fault.Kind, hint string, err error, format string, a ...any) error {
	f := fault.New(kind, hint, format, a...)
	f.Cloud, f.Service, f.Operation, f.Code, f.Err = "aws", "sts", "AssumeRoleWithWebIdentity", session.Code(err), err
	return f
}

// disagrees says in what a token is not the one that is trusted, or "" where it is. It only explains: AWS has judged the token.
func disagrees(token plan.Secret, trust plan.Trust) string {
	var said struct {
		Issuer   string `json:"iss"`
		Subject  string `json:"sub"`
		Audience any    `json:"aud"`
	}
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != 3 {
		return "it is no JSON web token"
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(body, &said) != nil {
		return "it is no JSON web token"
	}
	to := strings.Split(texts(said.Audience), ",")
	switch fits, err := path.Match(strings.ReplaceAll(trust.Subject, "/", "|"), strings.ReplaceAll(said.Subject, "/", "|")); {
	case said.Issuer != "https://"+host(trust.Issuer):
		return fmt.Sprintf("its issuer is %q, and %q is trusted", said.Issuer, "https://"+host(trust.Issuer))
	case said.Subject != trust.Subject && (err != nil || !fits):
		return fmt.Sprintf("its subject is %q, and %q is trusted", said.Subject, trust.Subject)
	case !slices.Contains(to, audience(trust)):
		return fmt.Sprintf("it is for %q, and %q is asked for", strings.Join(to, ", "), audience(trust))
	}
	return ""
}
