package aws

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/middleware"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// way is what credentials are kept by.
type way struct{ login, account, role, plan string }

// open opens a session: the login's credentials, and with them the landing's account where it is known.
func (c *Cloud) open(ctx context.Context, t plan.Task) (*Session, error) {
	l := t.Landing
	login, err := c.login(ctx, l)
	if err != nil {
		return nil, err
	}
	home, err := c.home(ctx, l.Login, login)
	if err != nil {
		return nil, err
	}
	s := &Session{Config: login, Account: home, Login: login, LoginName: l.Login.Name, Home: home, Keeper: c.options.Keeper, Shared: &c.shared}
	s.Ends, _ = c.ends(l.Login)
	s.In = func(account string) aws.Config { return c.enter(l, login, home, account) }
	s.With = func(creds aws.CredentialsProvider, name string) aws.Config {
		return c.with(login, name, "", aws.NewCredentialsCache(creds))
	}
	if t.Step.Outside {
		return s, nil
	}
	account := t.Fact(plan.FactContainer)
	if account == "" {
		account = l.Adopt.ID
	}
	if account == "" {
		return nil, fault.New(fault.Invalid, "See what the step account says.", "the account of %s is not known yet", l.ID())
	}
	s.Config, s.Account = s.In(account), account
	return s, nil
}

// enter acts in an account of the organisation, by the landing's role where it is not the login's own account.
func (c *Cloud) enter(l plan.Landing, login aws.Config, home, account string) aws.Config {
	if account == home {
		return login
	}
	role := fmt.Sprintf("arn:%s:iam::%s:role/%s", session.Partition(l.Region), account, session.Role(l))
	return c.with(login, l.Login.Name, account, c.keep(way{l.Login.Name, account, role, l.Plan}, func() aws.CredentialsProvider {
		return c.member(login, account, role, l.Plan)
	}))
}

// login acts as the landing's login.
func (c *Cloud) login(ctx context.Context, l plan.Landing) (aws.Config, error) {
	p, err := c.provider(ctx, l.Login)
	if err != nil {
		return aws.Config{}, err
	}
	base, err := c.bare(ctx, l.Region, l.Login.Name)
	if err != nil {
		return aws.Config{}, err
	}
	w := way{login: l.Login.Name, account: l.Login.Account, role: l.Login.Role + l.Login.Item}
	return c.with(base, l.Login.Name, l.Login.Account, c.keep(w, func() aws.CredentialsProvider { return p })), nil
}

// home is the account that a login signs in to; AWS is asked once where the plan does not say.
func (c *Cloud) home(ctx context.Context, l plan.Login, login aws.Config) (string, error) {
	if l.Account != "" {
		return l.Account, nil
	}
	c.mu.Lock()
	account := c.homes[l.Name]
	c.mu.Unlock()
	if account != "" {
		return account, nil
	}
	account, _, err := session.Caller(ctx, login)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.homes[l.Name] = account
	return account, nil
}

// keep caches credentials by the way they were got.
func (c *Cloud) keep(w way, provider func() aws.CredentialsProvider) *aws.CredentialsCache {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, known := c.creds[w]
	if !known {
		p := provider()
		if kept, known = p.(*aws.CredentialsCache); !known {
			kept = aws.NewCredentialsCache(p, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = window })
		}
		c.creds[w] = kept
	}
	return kept
}

// with is a configuration that signs with other credentials, every error named and every call counted; account is where it
// acts, as far as that is known.
func (c *Cloud) with(base aws.Config, login, account string, creds *aws.CredentialsCache) aws.Config {
	cfg := base.Copy()
	cfg.Credentials = creds
	cfg.APIOptions = []func(*middleware.Stack) error{guard(c.turns, login, account, creds)}
	return cfg
}

// bare is the configuration that every client is made of: one endpoint, one HTTP client, no retries of the SDK's own,
// because Temporal retries and attempts would multiply. It signs nothing.
func (c *Cloud) bare(ctx context.Context, region, login string) (aws.Config, error) {
	base, err := c.base(ctx)
	if err != nil {
		return aws.Config{}, err
	}
	cfg := base.Copy()
	cfg.Credentials = nil
	cfg.APIOptions = []func(*middleware.Stack) error{guard(c.turns, login, "", nil)}
	if region != "" {
		cfg.Region = region
	}
	return cfg, nil
}

// base is what the environment and the shared files say, read once.
func (c *Cloud) base(ctx context.Context) (aws.Config, error) {
	c.loaded.Do(func() {
		// The SDK's own client takes the roots of AWS_CA_BUNDLE, which a plain http.Client refuses; without either the SDK would
		// leave the client to each service.
		var client config.HTTPClient = awshttp.NewBuildableClient().WithTimeout(time.Minute)
		if c.options.HTTP != nil {
			client = c.options.HTTP
		}
		with := []func(*config.LoadOptions) error{
			config.WithRetryMaxAttempts(1), config.WithDefaultRegion("us-east-1"), config.WithHTTPClient(client),
		}
		if c.options.Endpoint != "" {
			with = append(with, config.WithBaseEndpoint(c.options.Endpoint))
		}
		c.loads, c.broken = config.LoadDefaultConfig(context.WithoutCancel(ctx), with...)
		c.loads.HTTPClient = dialling{c.loads.HTTPClient}
	})
	if c.broken != nil {
		return aws.Config{}, fault.New(fault.Invalid, "Mend the worker's AWS environment or shared files.", "load the AWS configuration: %v", c.broken)
	}
	return c.loads, nil
}
