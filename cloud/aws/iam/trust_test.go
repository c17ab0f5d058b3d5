package iam

import (
	"net/url"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func ci() plan.Identity {
	return plan.Identity{Name: "itManagesAWS", Cloud: plan.AWS, Trust: []plan.Trust{
		{Name: "ci", Issuer: "https://token.actions.githubusercontent.com", Subject: "repo:it4bytes/platform:environment:prod"},
		{Name: "any", Issuer: "https://token.actions.githubusercontent.com/", Subject: "repo:it4bytes/*", Audience: "other"},
		{Name: "idp", SAML: "entra"},
	}}
}

func TestATrustReadsTheSameInEveryAccountAndAsIAMAnswersIt(t *testing.T) {
	want := Identity{ci()}.Want(plan.Task{})["trust"]
	answered := url.QueryEscape(trustPolicy("aws", "862973411383", ci()))
	answered = strings.ReplaceAll(answered, "+", "%20")
	if got := canonical(answered, "862973411383"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, part := range []string{
		"oidc-provider/token.actions.githubusercontent.com StringEquals token.actions.githubusercontent.com:aud=sts.amazonaws.com",
		"StringEquals token.actions.githubusercontent.com:sub=repo:it4bytes/platform:environment:prod",
		"StringLike token.actions.githubusercontent.com:sub=repo:it4bytes/*",
		"sts:AssumeRoleWithSAML arn:aws:iam:::saml-provider/entra",
	} {
		if !strings.Contains(want, part) {
			t.Errorf("the trust %q lacks %q", want, part)
		}
	}
}

func TestATrustOfAnotherKindReadsOtherwise(t *testing.T) {
	want := canonical(trustPolicy("aws", "1", ci()), "1")
	for name, policy := range map[string]string{
		"everybody":          `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`,
		"not JSON":           `nonsense`,
		"one statement more": strings.Replace(trustPolicy("aws", "1", ci()), `"Statement":[`, `"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::2:root"},"Action":"sts:AssumeRole"},`, 1),
		"without conditions": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::1:oidc-provider/x"},"Action":"sts:AssumeRoleWithWebIdentity"}]}`,
	} {
		if got := canonical(policy, "1"); got == want {
			t.Errorf("%s reads as what is wanted: %s", name, got)
		}
	}
}

func TestAnIdentityThatTrustsNobodyIsTheAccountsOwn(t *testing.T) {
	got := trustPolicy("aws-cn", "862973411383", plan.Identity{Name: "x"})
	if !strings.Contains(got, `"AWS":"arn:aws-cn:iam::862973411383:root"`) {
		t.Errorf("got %s, want the account's root as the principal", got)
	}
}

func TestManagedPoliciesAreFoundWhereAWSKeepsThem(t *testing.T) {
	for name, want := range map[string]string{
		"ReadOnlyAccess":               "arn:aws:iam::aws:policy/ReadOnlyAccess",
		"ViewOnlyAccess":               "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
		"arn:aws:iam::1:policy/custom": "arn:aws:iam::1:policy/custom",
	} {
		if got := policyARN("us-east-1", name); got != want {
			t.Errorf("policyARN(%s): got %s, want %s", name, got, want)
		}
	}
}
