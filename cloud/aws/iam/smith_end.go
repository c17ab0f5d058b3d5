package iam

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Disable switches a key off. One that is off, or gone, signs nobody in as it is.
func (m *Smith) Disable(ctx context.Context, id string) error {
	if err := m.spare(ctx, id, "switched off"); err != nil {
		return err
	}
	k, err := m.find(ctx, id)
	if err != nil || k == nil || k.Status == types.StatusTypeInactive {
		return err
	}
	if err = m.turn(ctx, id, types.StatusTypeInactive); absent(err) {
		return nil
	}
	return err
}

// Enable switches a key on again.
func (m *Smith) Enable(ctx context.Context, id string) error {
	k, err := m.find(ctx, id)
	switch {
	case err != nil:
		return err
	case k == nil:
		return fault.New(fault.Conflict, "Begin a new rotation: nothing brings a deleted key back.", "the key %s of %s is deleted", id, m.user)
	case k.Status == types.StatusTypeActive:
		return nil
	}
	return m.turn(ctx, id, types.StatusTypeActive)
}

// Delete deletes a key. One that is gone is as wanted.
func (m *Smith) Delete(ctx context.Context, id string) error {
	if err := m.spare(ctx, id, "deleted"); err != nil {
		return err
	}
	return m.remove(ctx, id)
}

// revoking is the inline policy that ends sessions, as the console's own AWSRevokeOlderSessions does for a role.
const revoking = "landfall-revoke-sessions"

// Evict ends what sessions the user's keys have begun before now. A policy of the user reaches those that were begun as the
// user itself, which last up to 36 hours (AWS STS API Reference, GetSessionToken and GetFederationToken); a role's session
// has the role's policies, and lasts up to 12 hours (AssumeRole). A key itself has no time of issue, and is never meant.
func (m *Smith) Evict(ctx context.Context, mark func(what string)) (string, error) {
	now := time.Now().UTC().Truncate(time.Millisecond).Add(time.Millisecond) // up, so that none begun before is missed
	roles := fmt.Sprintf("sessions of roles that a key of %s has taken on last until %s at the latest, unless the sessions of those roles are revoked",
		m.user, until(now, 12*time.Hour))
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{"DateLessThan":{"aws:TokenIssueTime":%q}}}]}`,
		now.Format("2006-01-02T15:04:05.000Z"))
	mark("attach the policy " + revoking + " to " + m.user)
	_, err := iam.NewFromConfig(m.s.Config).PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &m.user, PolicyName: aws.String(revoking), PolicyDocument: &policy})
	switch kind := fault.KindOf(err); {
	case kind == fault.Denied, kind == fault.Quota:
		return fmt.Sprintf("sessions that a key of %s has begun by GetSessionToken last until %s at the latest, for the user could not be given the policy %s; %s",
			m.user, until(now, 36*time.Hour), revoking, roles), nil
	case err != nil:
		return "", err
	}
	return fmt.Sprintf("the policy %s of the user %s denies everything to its sessions from before %s, and can be removed after %s; %s",
		revoking, m.user, now.Format(time.RFC3339), until(now, 36*time.Hour), roles), nil
}

func until(now time.Time, lasts time.Duration) string { return now.Add(lasts).Format(time.RFC3339) }

// spare refuses to take away the key that the vault gives to consumers now, whatever was so when somebody decided to; unless
// there is to be no key at all.
func (m *Smith) spare(ctx context.Context, id, deed string) error {
	if m.c.Retiring {
		return nil
	}
	held, err := m.vault.Slots(ctx, m.c.Item)
	if err != nil {
		return err
	}
	if held.Keys[plan.Current] != id {
		return nil
	}
	return fault.New(fault.Conflict, "See which rotation is under way, and make another key current first.",
		"the key %s of %s is the one that %s gives to its consumers, and is not %s", id, m.user, m.c.Item, deed)
}

// find is a key of the user, or nil.
func (m *Smith) find(ctx context.Context, id string) (*types.AccessKeyMetadata, error) {
	list, err := keysOf(ctx, m.s, m.user)
	if err != nil {
		return nil, err
	}
	for _, k := range list {
		if aws.ToString(k.AccessKeyId) == id {
			return &k, nil
		}
	}
	return nil, nil
}

func (m *Smith) turn(ctx context.Context, id string, to types.StatusType) error {
	_, err := iam.NewFromConfig(m.s.Config).UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: &m.user, AccessKeyId: &id, Status: to})
	return err
}

func (m *Smith) remove(ctx context.Context, id string) error {
	_, err := iam.NewFromConfig(m.s.Config).DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &m.user, AccessKeyId: &id})
	if absent(err) {
		return nil
	}
	return err
}
