package azure

import (
	"context"
	"time"

	"github.com/itbytes/landfall/cloud/azure/identity"
	"github.com/itbytes/landfall/plan"
)

// Keys reads every credential of an application (see activities.Smith).
func (c *Cloud) Keys(ctx context.Context, of plan.Credential) ([]plan.Key, error) {
	m, err := c.smith(ctx, of)
	if err != nil {
		return nil, err
	}
	keys, err := m.Keys(ctx)
	return keys, name(err, tending(of))
}

// Mint makes a credential and stages it in the vault.
func (c *Cloud) Mint(ctx context.Context, of plan.Credential, rotation string, baseline []string, mark func(what string)) (plan.Key, error) {
	m, err := c.smith(ctx, of)
	if err != nil {
		return plan.Key{}, err
	}
	k, err := m.Mint(ctx, rotation, baseline, mark)
	return k, name(err, tending(of))
}

// Prove signs in once with the credential that a slot of the vault holds.
func (c *Cloud) Prove(ctx context.Context, of plan.Credential, slot plan.Slot) (plan.Proof, error) {
	m, err := c.smith(ctx, of)
	if err != nil {
		return plan.Proof{}, err
	}
	p, err := m.Prove(ctx, slot)
	return p, name(err, tending(of))
}

// Disable refuses: Entra cannot switch a credential off.
func (c *Cloud) Disable(_ context.Context, of plan.Credential, key string) error {
	return name(identity.NoSwitch(of, key), tending(of))
}

// Enable refuses: Entra cannot switch a credential on.
func (c *Cloud) Enable(_ context.Context, of plan.Credential, key string) error {
	return name(identity.NoSwitch(of, key), tending(of))
}

// Delete deletes a credential.
func (c *Cloud) Delete(ctx context.Context, of plan.Credential, key string) error {
	m, err := c.smith(ctx, of)
	if err != nil {
		return err
	}
	return name(m.Delete(ctx, key), tending(of))
}

// Evict says which sessions of the credential live on, and until when: Entra ends none of them.
func (c *Cloud) Evict(ctx context.Context, of plan.Credential, _ func(what string)) (string, error) {
	m, err := c.smith(ctx, of)
	if err != nil {
		return "", err
	}
	return m.Evict(time.Now()), nil
}

func (c *Cloud) smith(ctx context.Context, of plan.Credential) (*identity.Smith, error) {
	s, err := c.catalog.Open(ctx, tending(of))
	if err != nil {
		return nil, err
	}
	m, err := identity.NewSmith(s, of)
	return m, name(err, tending(of))
}

// tending is the task of looking after a credential.
func tending(of plan.Credential) plan.Task { return plan.Task{Landing: of.Landing} }
