package aws

import (
	"context"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// smith opens a session in the account of a credential's user.
func (c *Cloud) smith(ctx context.Context, of plan.Credential) (step.Smith, error) {
	s, err := c.open(ctx, plan.Task{Landing: of.Landing, Step: plan.Step{Name: "rotation", Outside: true}})
	if err != nil {
		return nil, err
	}
	account, err := c.accountOf(ctx, s, of)
	if err != nil {
		return nil, err
	}
	s.Config, s.Account = s.In(account), account
	return iam.NewSmith(ctx, s, of)
}

// accountOf is where the user of a credential's key lives: where its login signs in, and that is the landing's own account
// where it is the landing's fallback.
func (c *Cloud) accountOf(ctx context.Context, s *Session, of plan.Credential) (string, error) {
	switch {
	case of.Login != nil && of.Login.Account != "":
		return of.Login.Account, nil
	case of.Login != nil && of.Login.Name == of.Landing.Login.Name:
		return s.Home, nil
	}
	l := of.Landing
	name := l.Plan + "/" + l.ID() + "/" + l.Adopt.ID
	c.mu.Lock()
	account := c.known[name]
	c.mu.Unlock()
	if account != "" {
		return account, nil
	}
	account, err := c.account(ctx, s, l)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[name] = account
	return account, nil
}
