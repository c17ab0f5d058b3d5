package aws

import (
	"context"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/plan"
)

// Keys reads every key of a credential's IAM user (see activities.Smith).
func (c *Cloud) Keys(ctx context.Context, of plan.Credential) ([]plan.Key, error) {
	m, err := c.smith(ctx, of)
	if err != nil {
		return nil, err
	}
	return m.Keys(ctx)
}

// Mint makes a key and stages it in the vault.
func (c *Cloud) Mint(ctx context.Context, of plan.Credential, rotation string, baseline []string, mark func(what string)) (plan.Key, error) {
	m, err := c.smith(ctx, of)
	if err != nil {
		return plan.Key{}, err
	}
	return m.Mint(ctx, rotation, baseline, mark)
}

// Prove signs in once with the key that a slot of the vault holds.
func (c *Cloud) Prove(ctx context.Context, of plan.Credential, slot plan.Slot) (plan.Proof, error) {
	m, err := c.smith(ctx, of)
	if err != nil {
		return plan.Proof{}, err
	}
	return m.Prove(ctx, slot)
}

// Disable switches a key off.
func (c *Cloud) Disable(ctx context.Context, of plan.Credential, key string) error {
	m, err := c.smith(ctx, of)
	if err != nil {
		return err
	}
	return m.Disable(ctx, key)
}

// Enable switches a key on again.
func (c *Cloud) Enable(ctx context.Context, of plan.Credential, key string) error {
	m, err := c.smith(ctx, of)
	if err != nil {
		return err
	}
	return m.Enable(ctx, key)
}

// Delete deletes a key.
func (c *Cloud) Delete(ctx context.Context, of plan.Credential, key string) error {
	m, err := c.smith(ctx, of)
	if err != nil {
		return err
	}
	return m.Delete(ctx, key)
}

// Evict ends the sessions that the credential's keys have begun, as far as AWS can.
func (c *Cloud) Evict(ctx context.Context, of plan.Credential, mark func(what string)) (string, error) {
	m, err := c.smith(ctx, of)
	if err != nil {
		return "", err
	}
	return m.Evict(ctx, mark)
}

func (c *Cloud) smith(ctx context.Context, of plan.Credential) (*iam.Smith, error) {
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
