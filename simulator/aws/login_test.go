package aws_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/itbytes/landfall/simulator/kernel"
)

// everywhere makes one call in each protocol.
func everywhere(c sdk.Config) map[string]error {
	ctx, out := context.Background(), map[string]error{}
	_, out["sts"] = sts.NewFromConfig(c).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	_, out["iam"] = iam.NewFromConfig(c).ListUsers(ctx, &iam.ListUsersInput{})
	_, out["organizations"] = organizations.NewFromConfig(c).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	_, out["dynamodb"] = dynamodb.NewFromConfig(c).ListTables(ctx, &dynamodb.ListTablesInput{})
	_, out["guardduty"] = guardduty.NewFromConfig(c).ListDetectors(ctx, &guardduty.ListDetectorsInput{})
	_, out["s3"] = s3.NewFromConfig(c).ListBuckets(ctx, &s3.ListBucketsInput{})
	_, out["route53"] = route53.NewFromConfig(c).ListHostedZonesByName(ctx, &route53.ListHostedZonesByNameInput{})
	return out
}

func TestAnExpiredLoginIsRefusedInTheWordsOfEveryServiceAndComesBack(t *testing.T) {
	w := begin(t, nil)
	signedIn, inside, keys := w.signedIn(), w.inside(prod), w.keyed("op://itbytes-internal/aws-prod")
	if err := w.k.SetLogin("aws-sso", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	words := map[string]string{
		"sts": "ExpiredToken", "iam": "ExpiredToken", "organizations": "ExpiredTokenException", "dynamodb": "ExpiredTokenException",
		"guardduty": "ExpiredTokenException", "s3": "ExpiredToken", "route53": "ExpiredToken",
	}
	for _, c := range []sdk.Config{signedIn, inside} {
		for service, err := range everywhere(c) {
			t.Run(service, func(t *testing.T) { refused(t, err, words[service]) })
		}
	}
	for service, err := range everywhere(keys) {
		if err != nil {
			t.Errorf("the fallback user's %s: got %v, want success while SSO is expired", service, err)
		}
	}
	if err := w.k.SetLogin("aws-sso", kernel.LoginOK); err != nil {
		t.Fatal(err)
	}
	for service, err := range everywhere(inside) {
		if err != nil {
			t.Errorf("after signing in again, %s: got %v, want success", service, err)
		}
	}
}

func TestALockedLoginIsRefusedAsAStranger(t *testing.T) {
	w := begin(t, nil)
	keys := w.keyed("op://itbytes-internal/aws-dti")
	if err := w.k.SetLogin("aws-dti-keys", kernel.LoginLocked); err != nil {
		t.Fatal(err)
	}
	_, err := sts.NewFromConfig(keys).GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
	refused(t, err, "InvalidClientTokenId")
}

func TestThePortalKnowsItsSessionsAndNobodyElse(t *testing.T) {
	w := begin(t, nil)
	w.signedIn()
	portal := sso.NewFromConfig(w.config("", "", ""))
	in := &sso.GetRoleCredentialsInput{AccessToken: sdk.String("stolen"), AccountId: sdk.String(mgmt), RoleName: sdk.String("AdministratorAccess")}
	_, err := portal.GetRoleCredentials(context.Background(), in)
	refused(t, err, "UnauthorizedException")

	session, _ := w.cloud.Session("aws-sso")
	var cache map[string]string
	if err := json.Unmarshal(session.Content, &cache); err != nil {
		t.Fatal(err)
	}
	in.AccessToken = sdk.String(cache["accessToken"])
	for state, code := range map[string]string{kernel.LoginExpired: "UnauthorizedException", kernel.LoginLocked: "ForbiddenException"} {
		if err := w.k.SetLogin("aws-sso", state); err != nil {
			t.Fatal(err)
		}
		_, err = portal.GetRoleCredentials(context.Background(), in)
		refused(t, err, code)
	}
	if _, ok := w.cloud.Session("aws-prod-keys"); ok {
		t.Error("got an SSO session for a login of keys, want none")
	}
}

func TestOnlyGenuineSignaturesCount(t *testing.T) {
	w := begin(t, nil)
	ctx := context.Background()
	f := w.vault["op://itbytes-internal/aws-prod"]
	_, err := sts.NewFromConfig(w.config(f["access key id"], "forged", "")).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	refused(t, err, "SignatureDoesNotMatch")
	_, err = dynamodb.NewFromConfig(w.config(f["access key id"], "forged", "")).ListTables(ctx, &dynamodb.ListTablesInput{})
	refused(t, err, "InvalidSignatureException")
	_, err = sts.NewFromConfig(w.config("testing", "testing", "")).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	refused(t, err, "InvalidClientTokenId")
	_, err = sts.NewFromConfig(w.config(f["access key id"], f["secret access key"], "a-token-it-has-not")).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	refused(t, err, "InvalidClientTokenId")

	out, err := http.Post(w.url, "application/x-www-form-urlencoded", strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15"))
	if err != nil {
		t.Fatal(err)
	}
	_ = out.Body.Close()
	if out.StatusCode < 400 {
		t.Errorf("got %d for a request without a signature, want a refusal", out.StatusCode)
	}
}

func TestAUserMayDoWhatItsPoliciesAllowAndNoMore(t *testing.T) {
	w := begin(t, nil)
	ctx := context.Background()
	admin := iam.NewFromConfig(w.keyed("op://itbytes-internal/aws-prod"))
	if _, err := admin.CreateUser(ctx, &iam.CreateUserInput{UserName: sdk.String("auditor")}); err != nil {
		t.Fatal(err)
	}
	k, err := admin.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: sdk.String("auditor")})
	if err != nil {
		t.Fatal(err)
	}
	auditor := iam.NewFromConfig(w.config(*k.AccessKey.AccessKeyId, *k.AccessKey.SecretAccessKey, ""))
	until(t, "the key is known", func() bool {
		_, err := sts.NewFromConfig(w.config(*k.AccessKey.AccessKeyId, *k.AccessKey.SecretAccessKey, "")).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		return err == nil
	})
	_, err = auditor.ListUsers(ctx, &iam.ListUsersInput{})
	refused(t, err, "AccessDenied")
	_, err = admin.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: sdk.String("auditor"), PolicyArn: sdk.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := auditor.ListUsers(ctx, &iam.ListUsersInput{}); err != nil {
		t.Errorf("a reader reads: got %v, want success", err)
	}
	_, err = auditor.CreateUser(ctx, &iam.CreateUserInput{UserName: sdk.String("accomplice")})
	refused(t, err, "AccessDenied")
}
