package iam

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/plan"
)

// oidcProvider finds the account's provider of an issuer and the audiences it accepts; its ARN is "" where there is none.
func oidcProvider(ctx context.Context, c *iam.Client, host string) (arn string, audiences []string, err error) {
	all, err := c.ListOpenIDConnectProviders(ctx, &iam.ListOpenIDConnectProvidersInput{})
	if err != nil {
		return "", nil, err
	}
	for _, p := range all.OpenIDConnectProviderList {
		if !strings.HasSuffix(aws.ToString(p.Arn), ":oidc-provider/"+host) {
			continue
		}
		got, err := c.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: p.Arn})
		if err != nil {
			return "", nil, err
		}
		return aws.ToString(p.Arn), got.ClientIDList, nil
	}
	return "", nil, nil
}

// acceptTokens lets the account take an issuer's tokens for an audience.
func acceptTokens(ctx context.Context, c *iam.Client, issuer, audience string, l plan.Landing) error {
	arn, audiences, err := oidcProvider(ctx, c, host(issuer))
	if err != nil {
		return err
	}
	if arn == "" {
		_, err = c.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{Url: aws.String("https://" + host(issuer)), ClientIDList: []string{audience}, Tags: tagsOf(l)})
		if !exists(err) {
			return err
		}
		if arn, audiences, err = oidcProvider(ctx, c, host(issuer)); err != nil { // another identity's step was quicker
			return err
		}
	}
	for _, a := range audiences {
		if a == audience {
			return nil
		}
	}
	_, err = c.AddClientIDToOpenIDConnectProvider(ctx, &iam.AddClientIDToOpenIDConnectProviderInput{OpenIDConnectProviderArn: &arn, ClientID: &audience})
	return err
}

// samlStands reports whether the account has a SAML provider of a name.
func samlStands(ctx context.Context, c *iam.Client, name string) (bool, error) {
	all, err := c.ListSAMLProviders(ctx, &iam.ListSAMLProvidersInput{})
	if err != nil {
		return false, err
	}
	for _, p := range all.SAMLProviderList {
		if strings.HasSuffix(aws.ToString(p.Arn), ":saml-provider/"+name) {
			return true, nil
		}
	}
	return false, nil
}

// partitionless writes an ARN's partition as the canonical fields do.
func partitionless(policy, region string) string {
	return strings.ReplaceAll(policy, "arn:"+session.Partition(region)+":", "arn:aws:")
}
