package iam

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Slots is a vault whose items keep a key that is about to be current beside the current one.
type Slots interface {
	step.Keeper
	// Slots says which keys an item holds, without secrets.
	Slots(ctx context.Context, item string) (plan.Slotted, error)
	// Stage puts a key into the pending slot, under the rotation's id; all fields of a key at a time.
	Stage(ctx context.Context, item, rotation string, f plan.ItemFields) (plan.Item, error)
	// RevealAll reads several fields in one reading: those of one key. Of a slot it reads where the reference says so.
	RevealAll(ctx context.Context, ref string, fields ...string) (map[string]plan.Secret, error)
}

// Smith makes and unmakes the access keys of one IAM user.
type Smith struct {
	s     *session.Session // in the user's account
	c     plan.Credential
	user  string
	vault Slots
}

// NewSmith is the smith of a credential, by a session in its user's account.
func NewSmith(ctx context.Context, s *session.Session, c plan.Credential) (*Smith, error) {
	if c.Kind != plan.AccessKey || c.Login == nil {
		return nil, fault.New(fault.Bug, "Report this.", "%s is no access key of a login", c.ID)
	}
	v, is := s.Keeper.(Slots)
	if !is {
		return nil, fault.New(fault.Invalid, "Start the worker with OP_CONNECT_HOST and its token.", "there is no vault to keep the key of %s in", c.ID)
	}
	m := &Smith{s: s, c: c, user: userOf(*c.Login), vault: v}
	if own := c.Login.Name == c.Landing.Login.Name; !own || c.Login.User != "" || c.Landing.Fallback != nil && c.Landing.Fallback.Name == c.Login.Name {
		return m, nil
	}
	arn, err := session.Ask(s, "whose key", func() (string, error) { // the plan does not say
		_, arn, err := session.Caller(ctx, s.Login)
		return arn, err
	})
	if err != nil {
		return nil, err
	}
	if m.user = userIn(arn); m.user == "" {
		return nil, fault.New(fault.Invalid, "Make the login a key of an IAM user of its own, and put that key into "+c.Item+".",
			"the login %s signs in as %s, and only keys of IAM users are rotated", c.Login.Name, arn)
	}
	return m, nil
}

// userIn is the IAM user that an ARN names, without its path, or "".
func userIn(arn string) string {
	_, name, is := strings.Cut(arn, ":user/")
	if !is {
		return ""
	}
	return name[strings.LastIndex(name, "/")+1:]
}

// Keys reads the user's keys, the newest first: which slot of the vault holds each, and when it was last used. IAM keys bear
// no name: one is ours only where the vault knows it.
func (m *Smith) Keys(ctx context.Context) ([]plan.Key, error) {
	held, err := m.vault.Slots(ctx, m.c.Item)
	if err != nil {
		return nil, err
	}
	list, err := keysOf(ctx, m.s, m.user)
	if err != nil {
		return nil, err
	}
	out := make([]plan.Key, 0, len(list))
	for _, k := range list {
		key := keyOf(k, held)
		if key.Used, key.UsedFor, err = m.used(ctx, key.ID); err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	slices.SortStableFunc(out, func(a, b plan.Key) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// keyOf is a key as IAM lists it and the vault holds it. IAM says of each when it was last used, or that it never was.
func keyOf(k types.AccessKeyMetadata, held plan.Slotted) plan.Key {
	out := plan.Key{ID: aws.ToString(k.AccessKeyId), State: plan.KeyActive, Created: aws.ToTime(k.CreateDate), Tells: true}
	if k.Status != types.StatusTypeActive {
		out.State = plan.KeyDisabled
	}
	for slot, id := range held.Keys {
		if id == out.ID {
			out.Slot = slot
		}
	}
	out.Ours = out.Slot != "" || slices.Contains(held.Dropped, out.ID)
	return out
}

// used is when a key was last used, and for what; never is no time. IAM writes the service of a key that was never used as
// N/A (IAM API Reference, AccessKeyLastUsed).
func (m *Smith) used(ctx context.Context, id string) (at time.Time, what string, err error) {
	got, err := iam.NewFromConfig(m.s.Config).GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id})
	if err != nil || got.AccessKeyLastUsed == nil || got.AccessKeyLastUsed.LastUsedDate == nil {
		return time.Time{}, "", err
	}
	last := got.AccessKeyLastUsed
	return *last.LastUsedDate, aws.ToString(last.ServiceName) + " in " + aws.ToString(last.Region), nil
}

// ref is the reference to the key that a slot holds.
func (m *Smith) ref(slot plan.Slot) string {
	if slot == plan.Current {
		return m.c.Item
	}
	return m.c.Item + "/" + string(slot)
}
