package iam

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

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

// leaving is what leans on a provider and is about to be taken away: some statements of a role, or the whole of it.
type leaving struct {
	role  string
	whole bool
	some  []wanted
}

// refuseTokens takes back what acceptTokens did for a role: the audience, and the provider too where it was made for it and
// nobody leans on it but what is going.
func refuseTokens(ctx context.Context, c *iam.Client, t plan.Trust, l plan.Landing, going leaving, made bool) error {
	arn, audiences, err := oidcProvider(ctx, c, host(t.Issuer))
	if err != nil || arn == "" {
		return err
	}
	leaning, err := leaningOn(ctx, c, arn, going)
	if err != nil {
		return err
	}
	if made && len(leaning) == 0 {
		tags, err := c.ListOpenIDConnectProviderTags(ctx, &iam.ListOpenIDConnectProviderTagsInput{OpenIDConnectProviderArn: &arn})
		if err != nil {
			return err
		}
		if ownerIn(tags.Tags) == l.Plan {
			_, err = c.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: &arn})
			return err
		}
	}
	takes := func(trust string) bool {
		return strings.Contains(trust, host(t.Issuer)+":aud=") && strings.Contains(trust, audience(t))
	}
	if !slices.Contains(audiences, audience(t)) || slices.ContainsFunc(leaning, takes) {
		return nil
	}
	name := audience(t)
	_, err = c.RemoveClientIDFromOpenIDConnectProvider(ctx, &iam.RemoveClientIDFromOpenIDConnectProviderInput{OpenIDConnectProviderArn: &arn, ClientID: &name})
	return err
}

// leaningOn are the trusts that take a provider's tokens, but for what is going.
func leaningOn(ctx context.Context, c *iam.Client, provider string, going leaving) ([]string, error) {
	var out []string
	pages := iam.NewListRolesPaginator(c, &iam.ListRolesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Roles {
			for _, words := range going.leaves(r) {
				if strings.Contains(words, provider) {
					out = append(out, words)
				}
			}
		}
	}
	return out, nil
}

// leaves are the statements of a role's trust that stay, in canonical words.
func (going leaving) leaves(r types.Role) []string {
	var but []wanted
	if aws.ToString(r.RoleName) == going.role {
		if going.whole {
			return nil
		}
		but = going.some
	}
	policy := decoded(aws.ToString(r.AssumeRolePolicyDocument))
	d, err := parsed(policy, false)
	if err != nil { // nobody can say whom it lets in
		return []string{policy}
	}
	return d.others(but)
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
