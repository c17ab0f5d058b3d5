package aws_test

import (
	"context"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/itbytes/landfall/simulator/kernel"
)

func TestAServiceControlPolicyBindsTheMembersItIsAttachedToAndNobodyElse(t *testing.T) {
	w := begin(t, nil)
	ctx := context.Background()
	org := organizations.NewFromConfig(w.signedIn())
	roots, err := org.ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil {
		t.Fatal(err)
	}
	root := roots.Roots[0].Id
	if _, err := org.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: root, PolicyType: types.PolicyTypeServiceControlPolicy}); err != nil {
		t.Fatal(err)
	}
	allowed := func(c sdk.Config) error {
		_, err := iam.NewFromConfig(c).ListUsers(ctx, &iam.ListUsersInput{})
		return err
	}
	byRole, byKey := w.inside(prod), w.keyed("op://itbytes-internal/aws-prod")
	for _, c := range []sdk.Config{byRole, byKey} {
		if err := allowed(c); err != nil {
			t.Fatalf("with FullAWSAccess alone: got %v", err)
		}
	}
	made, err := org.CreatePolicy(ctx, &organizations.CreatePolicyInput{Name: sdk.String("closed"), Description: sdk.String(""), Type: types.PolicyTypeServiceControlPolicy, Content: sdk.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/OrganizationAccountAccessRole"]}}}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := org.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: made.Policy.PolicySummary.Id, TargetId: root}); err != nil {
		t.Fatal(err)
	}
	if err := allowed(byRole); err != nil {
		t.Errorf("the role that is let in: got %v", err)
	}
	err = allowed(byKey)
	refused(t, err, "AccessDenied")
	if err != nil && !strings.Contains(err.Error(), "explicit deny in a service control policy") {
		t.Errorf("got %v, want AWS's words", err)
	}
	if _, err := sts.NewFromConfig(byKey).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}); err != nil {
		t.Errorf("whoever it is may always ask: got %v", err)
	}
	if err := allowed(w.signedIn()); err != nil {
		t.Errorf("the management account, which no policy binds: got %v", err)
	}
	user := "arn:aws:iam::" + prod + ":user/landfall-fallback"
	told, err := iam.NewFromConfig(byRole).SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &user, ActionNames: []string{"iam:CreateUser"}})
	if err != nil || told.EvaluationResults[0].EvalDecision == "allowed" || told.EvaluationResults[0].OrganizationsDecisionDetail.AllowedByOrganizations {
		t.Errorf("got %+v, %v, want the user kept back by the organisation", told, err)
	}
	if _, err := org.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: sdk.String("p-FullAWSAccess"), TargetId: sdk.String(prod)}); err == nil {
		t.Error("the last policy of an account was detached, want a refusal")
	}
}

func TestAPersonSignsInAtAnotherScreenAndTheSessionBeforeIsWorthNothing(t *testing.T) {
	w := begin(t, nil)
	ctx, api := context.Background(), ssooidc.NewFromConfig(w.config("", "", ""))
	us, err := api.RegisterClient(ctx, &ssooidc.RegisterClientInput{ClientName: sdk.String("t"), ClientType: sdk.String("public"), Scopes: []string{"sso:account:access"}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := api.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{ClientId: us.ClientId, ClientSecret: us.ClientSecret, StartUrl: sdk.String("https://it4bytes.awsapps.com/start")})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() (*ssooidc.CreateTokenOutput, error) {
		return api.CreateToken(ctx, &ssooidc.CreateTokenInput{ClientId: us.ClientId, ClientSecret: us.ClientSecret, GrantType: sdk.String("urn:ietf:params:oauth:grant-type:device_code"), DeviceCode: d.DeviceCode})
	}
	_, err = ask()
	refused(t, err, "AuthorizationPendingException")
	_, err = ask()
	refused(t, err, "SlowDownException")
	if err := w.k.SetLogin("aws-sso", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	if err := w.k.Perform(kernel.Act{Cloud: "aws", Do: "signIn", With: map[string]string{"login": "aws-sso", "userCode": "WRONG"}}); err == nil {
		t.Error("a code that nobody was told: got a sign-in, want none")
	}
	if err := w.k.Perform(kernel.Act{Cloud: "aws", Do: "signIn", With: map[string]string{"login": "aws-sso", "userCode": *d.UserCode}}); err != nil {
		t.Fatal(err)
	}
	if state := w.k.LoginState("aws-sso"); state != kernel.LoginOK {
		t.Errorf("the login is %s, want ok", state)
	}
	given, err := ask()
	if err != nil || given.RefreshToken == nil {
		t.Fatalf("got %v, %v, want a token that can be renewed", given, err)
	}
	_, err = ask()
	refused(t, err, "InvalidGrantException")
	again, err := api.CreateToken(ctx, &ssooidc.CreateTokenInput{ClientId: us.ClientId, ClientSecret: us.ClientSecret, GrantType: sdk.String("refresh_token"), RefreshToken: given.RefreshToken})
	if err != nil || *again.AccessToken == *given.AccessToken {
		t.Errorf("renewed: got %v, want another token", err)
	}
	secret := map[string]bool{}
	for _, s := range w.k.Secrets() {
		secret[s.Value] = true
	}
	for _, s := range []*string{us.ClientSecret, d.DeviceCode, given.AccessToken, given.RefreshToken, again.AccessToken} {
		if !secret[*s] {
			t.Error("a secret was given out and not minted")
		}
	}
}

func TestTheQuotaOfAccountsIsToldToTheOrganisation(t *testing.T) {
	w := begin(t, nil)
	ask := func(code string) (*servicequotas.GetServiceQuotaOutput, error) {
		return servicequotas.NewFromConfig(w.signedIn()).GetServiceQuota(context.Background(), &servicequotas.GetServiceQuotaInput{ServiceCode: sdk.String("organizations"), QuotaCode: &code})
	}
	if out, err := ask("L-29A0C5DF"); err != nil || *out.Quota.Value != 10 {
		t.Errorf("got %v, %v, want the estate's ten", out, err)
	}
	_, err := ask("L-0")
	refused(t, err, "NoSuchResourceException")
}
