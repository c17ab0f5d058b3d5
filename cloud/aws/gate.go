package aws

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Probe signs in with a login past whatever is cached, and reads who that is.
func (c *Cloud) Probe(ctx context.Context, l plan.Login, need time.Duration) (plan.Pass, error) {
	c.forget(l.Name)
	cfg, err := c.fresh(ctx, l)
	if err != nil {
		return plan.Pass{}, err
	}
	account, arn, err := session.Caller(ctx, cfg)
	if err != nil {
		return plan.Pass{}, err
	}
	if l.Account != "" && account != l.Account {
		return plan.Pass{}, &fault.Fault{
			Kind: fault.Invalid, Cloud: "aws", Login: l.Name, Code: "AnotherAccount",
			Message: fmt.Sprintf("the login %s signs in to the account %s, and the plan says %s", l.Name, account, l.Account),
			Hint:    "Correct the login's account in the plan, or sign in to that account.",
		}
	}
	pass := plan.Pass{Who: arn}
	if until, known := c.ends(l); known {
		pass.Until = until
		if left := time.Until(until); left < need {
			return plan.Pass{}, &fault.Fault{
				Kind: fault.SessionExpired, Cloud: "aws", Login: l.Name, Code: "EndsTooSoon",
				Message: fmt.Sprintf("the session of %s ends in %s, and what waits for it takes %s", l.Name, max(left, 0).Round(time.Second), need),
				Hint:    signInWith(l.Name),
			}
		}
	}
	return pass, nil
}

// fresh acts as a login with credentials that nobody has kept.
func (c *Cloud) fresh(ctx context.Context, l plan.Login) (aws.Config, error) {
	p, err := c.provider(ctx, l)
	if err != nil {
		return aws.Config{}, err
	}
	if kept, is := p.(*aws.CredentialsCache); is { // the environment's own
		kept.Invalidate()
	}
	base, err := c.bare(ctx, l.Region, l.Name)
	if err != nil {
		return aws.Config{}, err
	}
	return c.with(base, l.Name, l.Account, aws.NewCredentialsCache(p)), nil
}

// forget drops what is kept of a login: its credentials, those of the roles that it has taken, and where it signs in.
func (c *Cloud) forget(login string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for w := range c.creds {
		if w.login == login {
			delete(c.creds, w)
		}
	}
	delete(c.homes, login)
}

// life says when a session's login must be renewed by a person.
func life(_ context.Context, s *Session) (until time.Time, known bool) {
	return s.Ends, !s.Ends.IsZero()
}
