package gcp

import (
	"context"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/identity"
	"github.com/itbytes/landfall/plan"
)

// Keys reads every key of a credential's service account (see activities.Smith).
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

// Evict says which sessions of the credential's keys live on, and until when: Google ends none of them.
func (c *Cloud) Evict(ctx context.Context, of plan.Credential, _ func(what string)) (string, error) {
	m, err := c.smith(ctx, of)
	if err != nil {
		return "", err
	}
	return m.Evict(time.Now()), nil
}

func (c *Cloud) smith(ctx context.Context, of plan.Credential) (*identity.Smith, error) {
	s, err := c.catalog.Open(ctx, plan.Task{Landing: of.Landing})
	if err != nil {
		return nil, err
	}
	return identity.NewSmith(s, of)
}
