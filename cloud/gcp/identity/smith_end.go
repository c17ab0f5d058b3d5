package identity

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/api/iam/v1"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Disable switches a key off. One that is off, or gone, signs nobody in as it is.
func (m *Smith) Disable(ctx context.Context, id string) error {
	if err := m.spare(ctx, id, "switched off"); err != nil {
		return err
	}
	k, err := m.ring.get(ctx, id)
	if err != nil || k == nil || k.Disabled {
		return err
	}
	_, err = m.ring.s.IAM.Projects.ServiceAccounts.Keys.Disable(m.ring.name(id), &iam.DisableServiceAccountKeyRequest{}).Context(ctx).Do()
	_, err = m.ring.gone(ctx, id, err, "keys.disable")
	return err
}

// Enable switches a key on again.
func (m *Smith) Enable(ctx context.Context, id string) error {
	k, err := m.ring.get(ctx, id)
	if err != nil {
		return err
	}
	if k == nil {
		return fault.New(fault.Conflict, "Begin a new rotation: nothing brings a deleted key back.", "the key %s of %s is deleted", id, m.ring.email)
	}
	if !k.Disabled {
		return nil
	}
	_, err = m.ring.s.IAM.Projects.ServiceAccounts.Keys.Enable(m.ring.name(id), &iam.EnableServiceAccountKeyRequest{}).Context(ctx).Do()
	return m.ring.s.Fault(err, service, "keys.enable")
}

// Delete deletes a key. One that is gone is as wanted.
func (m *Smith) Delete(ctx context.Context, id string) error {
	if err := m.spare(ctx, id, "deleted"); err != nil {
		return err
	}
	return m.ring.remove(ctx, id)
}

// spare refuses to take away the key that the vault gives to consumers now, whatever was so when somebody decided to.
func (m *Smith) spare(ctx context.Context, id, deed string) error {
	held, err := m.vault.Slots(ctx, m.c.Item)
	if err != nil {
		return err
	}
	if held.Keys[plan.Current] != id || m.c.Retiring {
		return nil
	}
	return fault.New(fault.Conflict, "See which rotation is under way, and make another key current first.",
		"the key %s of %s is the one that %s gives to its consumers, and is not %s", id, m.ring.email, m.c.Item, deed)
}

// Evict says what lives on. Google ends no access token before its hour is over unless the account itself is disabled, and
// that would take the new key away from its consumers too
// (https://cloud.google.com/iam/docs/keys-disable-enable: tokens that were issued before stay valid).
func (m *Smith) Evict(context.Context, func(what string)) (string, error) {
	return fmt.Sprintf("access tokens that a key of %s had before work until %s at the latest; nothing ends them but disabling the account, which its new key needs",
		m.ring.email, time.Now().Add(time.Hour).UTC().Format(time.RFC3339)), nil
}
