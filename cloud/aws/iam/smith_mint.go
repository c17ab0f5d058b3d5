package iam

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

const (
	// mostKeys is how many access keys IAM gives a user (IAM and AWS STS quotas; it cannot be raised).
	mostKeys = 2
	// stagingTime is how long a key that is made may take to reach the vault, also where whoever asked no longer waits: its
	// secret is shown once. It is shorter than proving a key takes, so that an attempt that was given up for lost can put no
	// key of its own in the place of one that a later attempt has made and proven.
	stagingTime = 25 * time.Second
)

// Mint makes a key and stages it. IAM takes no client token, so that an answer that is lost leaves a key whose secret nobody
// has: the next attempt looks for it first. What is staged under the rotation already is gone on with.
func (m *Smith) Mint(ctx context.Context, rotation string, baseline []string, mark func(what string)) (plan.Key, error) {
	held, err := m.vault.Slots(ctx, m.c.Item)
	if err != nil {
		return plan.Key{}, err
	}
	list, err := keysOf(ctx, m.s, m.user)
	if err != nil {
		return plan.Key{}, err
	}
	for _, k := range list {
		if key := keyOf(k, held); key.Slot == plan.Staged && held.Rotation == rotation {
			return key, nil
		}
	}
	stand, err := m.sweep(ctx, list, held, baseline, mark)
	if err != nil {
		return plan.Key{}, err
	}
	if stand >= mostKeys {
		return plan.Key{}, m.full()
	}
	mark("create an access key of " + m.user)
	made, err := iam.NewFromConfig(m.s.Config).CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &m.user})
	switch {
	case session.Is(err, "LimitExceeded", "LimitExceededException"):
		return plan.Key{}, m.crowded(err)
	case absent(err):
		return plan.Key{}, fault.New(fault.Conflict, "Carry out the plan first (landfall migrate "+m.c.Plan+"): it makes the user.", "there is no user %s in the account %s", m.user, m.s.Account)
	case err != nil:
		return plan.Key{}, err
	}
	return m.stage(ctx, rotation, made.AccessKey)
}

// stage puts a new key into the vault. One that the vault does not take must not outlive the attempt: nobody can know its
// secret.
func (m *Smith) stage(ctx context.Context, rotation string, made *types.AccessKey) (plan.Key, error) {
	id := aws.ToString(made.AccessKeyId)
	out := plan.Key{ID: id, Slot: plan.Staged, State: plan.KeyActive, Ours: true, Created: aws.ToTime(made.CreateDate), Tells: true}
	on, cancel := context.WithTimeout(context.WithoutCancel(ctx), stagingTime)
	defer cancel()
	_, err := m.vault.Stage(on, m.c.Item, rotation, plan.ItemFields{
		Plain:  map[string]string{session.FieldKeyID: id, "user": m.user, "account": m.s.Account},
		Secret: map[string]plan.Secret{session.FieldSecret: plan.NewSecret(aws.ToString(made.SecretAccessKey))},
	})
	if err == nil {
		return out, nil
	}
	left, end := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer end()
	if held, read := m.vault.Slots(left, m.c.Item); read == nil && held.Keys[plan.Staged] == id && held.Rotation == rotation {
		return out, nil // only its answer was lost
	}
	_ = m.remove(left, id) // the next attempt finds it otherwise
	return plan.Key{}, err
}

// sweep deletes the keys that earlier attempts of a rotation made and could not keep: those that stand since it began, and
// that the vault does not hold. One that somebody has used is somebody's. It answers how many keys stand then.
func (m *Smith) sweep(ctx context.Context, list []types.AccessKeyMetadata, held plan.Slotted, baseline []string, mark func(what string)) (stand int, err error) {
	for _, k := range list {
		key := keyOf(k, held)
		if key.Ours || slices.Contains(baseline, key.ID) {
			stand++
			continue
		}
		at, _, err := m.used(ctx, key.ID)
		if err != nil {
			return 0, err
		}
		if !at.IsZero() {
			stand++
			continue
		}
		mark("delete the access key " + key.ID + " of " + m.user + ", whose secret nobody was given")
		if err := m.remove(ctx, key.ID); err != nil {
			return 0, err
		}
	}
	return stand, nil
}

// crowded is IAM's refusal of a third key where it lists fewer: it has one whose answer was lost, and does not list it yet.
func (m *Smith) crowded(refused error) error {
	return &fault.Fault{
		Kind: fault.Propagating, Cloud: "aws", Service: "iam", Operation: "CreateAccessKey", Code: "LimitExceeded", Err: refused,
		Message: "the user " + m.user + " has a key that IAM did not list", Hint: "It is looked at again by itself.",
	}
}

// full says that there is no room for another key.
func (m *Smith) full() error {
	return &fault.Fault{
		Kind: fault.Quota, Cloud: "aws", Service: "iam", Operation: "CreateAccessKey", Code: "LimitExceeded",
		Message: "the user " + m.user + " of the account " + m.s.Account + " has two access keys, and AWS allows no third",
		Hint:    "Have the one that nobody uses deleted by whoever made it (landfall credentials list shows when each was last used), then resume.",
	}
}
