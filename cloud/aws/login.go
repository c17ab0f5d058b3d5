package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/itbytes/landfall/cloud/aws/organizations"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// The fields of the vault's item that hold a login's access key.
const (
	FieldKeyID  = session.FieldKeyID
	FieldSecret = session.FieldSecret
)

// window is how long before their end credentials are fetched anew, so that none expires inside a step.
const window = 2 * time.Minute

// provider gives the credentials of a login in the account that it signs in to.
func (c *Cloud) provider(ctx context.Context, l plan.Login) (aws.CredentialsProvider, error) {
	switch l.Type {
	case "aws-sso":
		return c.sso(ctx, l)
	case "aws-keys":
		return keys{c: c, login: l}, nil
	case "aws-default":
		base, err := c.base(ctx)
		if err != nil {
			return nil, err
		}
		return base.Credentials, nil
	}
	return nil, fault.New(fault.Invalid, "Use aws-sso, aws-keys or aws-default.", "the login %q is of the type %q, which is not a way into AWS", l.Name, l.Type)
}

// sso exchanges the token that signing in left on disk for the credentials of the login's role.
func (c *Cloud) sso(ctx context.Context, l plan.Login) (aws.CredentialsProvider, error) {
	base, err := c.bare(ctx, l.Region, l.Name)
	if err != nil {
		return nil, err
	}
	return ssoFile{c: c, login: l, client: sso.NewFromConfig(base), tokens: ssooidc.NewFromConfig(base)}, nil
}

// ssoFile looks for the token's file anew each time, because a person may sign in while others wait.
type ssoFile struct {
	c      *Cloud
	login  plan.Login
	client *sso.Client
	tokens *ssooidc.Client
}

// Retrieve implements aws.CredentialsProvider.
func (p ssoFile) Retrieve(ctx context.Context) (aws.Credentials, error) {
	path, err := p.c.tokenFile(p.login)
	if err != nil {
		return aws.Credentials{}, &ssocreds.InvalidTokenError{Err: err}
	}
	token := ssocreds.NewSSOTokenProvider(p.tokens, path)
	got, err := ssocreds.New(p.client, p.login.Account, p.login.Role, p.login.StartURL, func(o *ssocreds.Options) { o.SSOTokenProvider = token }).Retrieve(ctx)
	switch {
	case err != nil && fault.As(err) == nil:
		return got, &ssocreds.InvalidTokenError{Err: err}
	case fault.KindOf(err) == fault.Denied:
		return got, p.whose(ctx, token, err)
	}
	return got, err
}

// whose tells a user who is kept out of everything from one who lacks the role: the portal answers both alike (ForbiddenException,
// "No access"), and lists to the second what it may enter.
func (p ssoFile) whose(ctx context.Context, tokens *ssocreds.SSOTokenProvider, denied error) error {
	t, err := tokens.RetrieveBearerToken(ctx)
	if err != nil {
		return denied
	}
	_, err = p.client.ListAccounts(ctx, &sso.ListAccountsInput{AccessToken: &t.Value, MaxResults: aws.Int32(1)})
	if !session.Is(err, "ForbiddenException") {
		return denied
	}
	return &fault.Fault{
		Kind: fault.Locked, Cloud: "aws", Service: "sso", Operation: "ListAccounts", Code: "ForbiddenException", Login: p.login.Name,
		Message: "the user of the login " + p.login.Name + " is kept out of everything: it is locked or disabled",
		Hint:    "Have the user enabled in IAM Identity Center, then sign in (landfall login " + p.login.Name + "): nothing is tried with it before.",
	}
}

// keys reads a login's access key from the vault each time it is asked, so that a rotated key is taken up.
type keys struct {
	c     *Cloud
	login plan.Login
}

// Retrieve implements aws.CredentialsProvider.
func (k keys) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if k.c.options.Keeper == nil {
		return aws.Credentials{}, fault.New(fault.Invalid, "Start the worker with a vault.", "the login %q keeps its key in %s, and this worker has no vault", k.login.Name, k.login.Item)
	}
	item, err := k.c.options.Keeper.Find(ctx, k.login.Item)
	if err != nil {
		return aws.Credentials{}, err
	}
	if item.Fields[FieldKeyID] == "" || !item.Holds[FieldSecret] {
		return aws.Credentials{}, &fault.Fault{
			Kind: fault.SessionExpired, Cloud: "aws", Login: k.login.Name, Code: "NoCredentials",
			Message: "the item " + k.login.Item + " holds no access key",
			Hint:    "Put an access key into " + k.login.Item + " (" + FieldKeyID + ", " + FieldSecret + "), then resume.",
		}
	}
	id, secret, err := session.Key(ctx, k.c.options.Keeper, k.login.Item)
	if err != nil {
		return aws.Credentials{}, err
	}
	got, err := credentials.NewStaticCredentialsProvider(id, secret.Reveal(), "").Retrieve(ctx)
	got.CanExpire, got.Expires = true, time.Now().Add(time.Hour) // the vault may hold another by then
	return got, err
}

// member enters an account by a role, with a login's credentials.
func (c *Cloud) member(login aws.Config, account, role, planName string) aws.CredentialsProvider {
	return entering{login: login, account: account, by: stscreds.NewAssumeRoleProvider(sts.NewFromConfig(login), role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = sessionName(planName)
	})}
}

// entering is a role of an account, and what is known of an account that turns the login away.
type entering struct {
	login   aws.Config
	account string
	by      *stscreds.AssumeRoleProvider
}

// Retrieve implements aws.CredentialsProvider.
func (p entering) Retrieve(ctx context.Context) (aws.Credentials, error) {
	got, err := p.by.Retrieve(ctx)
	if fault.KindOf(err) == fault.Denied {
		err = organizations.Refused(ctx, p.login, p.account, err)
	}
	return got, err
}

// sessionName is the name that CloudTrail shows: at most 64 characters.
func sessionName(planName string) string {
	n := "landfall-" + planName
	if len(n) > 64 {
		n = n[:64]
	}
	return n
}
