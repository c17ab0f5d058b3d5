package iam

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Prove signs in once with the key that a slot of the vault holds, read now. GetCallerIdentity needs no right, so that it
// tells of the key and of nothing else.
func (m *Smith) Prove(ctx context.Context, slot plan.Slot) (plan.Proof, error) {
	id, secret, err := session.Key(ctx, m.vault, m.ref(slot))
	if err != nil {
		return plan.Proof{}, err
	}
	account, arn, err := session.Caller(ctx, m.s.With(credentials.NewStaticCredentialsProvider(id, secret.Reveal(), ""), ""))
	switch {
	case session.Is(err, "InvalidClientTokenId"):
		return plan.Proof{}, m.unknown(ctx, slot, id, err)
	case session.Is(err, "SignatureDoesNotMatch"):
		return plan.Proof{}, m.refused(slot, id, "is not the one whose secret stands there", err)
	case err != nil:
		return plan.Proof{}, err
	case account != m.s.Account || userIn(arn) != m.user:
		return plan.Proof{}, fault.New(fault.Conflict, "Put a key of that user into the item, or name another item in the plan, then resume.",
			"the key %s in %s is of %s, and %s is the user %s of the account %s", id, m.ref(slot), arn, m.c.ID, m.user, m.s.Account)
	}
	return plan.Proof{Key: id, Who: arn, At: time.Now()}, nil
}

// unknown says why AWS does not know a key: it is too young, it is switched off, or it is gone.
func (m *Smith) unknown(ctx context.Context, slot plan.Slot, id string, refused error) error {
	held, err := m.vault.Slots(ctx, m.c.Item)
	if err != nil {
		return err
	}
	list, err := keysOf(ctx, m.s, m.user)
	if err != nil {
		return err
	}
	made, why := held.Since[slot], "is not among the keys of its user"
	if slot == plan.Current {
		made = time.Time{} // since when it is current, which says nothing of its age
	}
	for _, k := range list {
		if aws.ToString(k.AccessKeyId) != id {
			continue
		}
		key := keyOf(k, held)
		made, why = key.Created, "is not accepted"
		if key.State == plan.KeyDisabled {
			made, why = time.Time{}, "is switched off"
		}
	}
	if time.Since(made) < keyLag {
		return &fault.Fault{
			Kind: fault.Propagating, Cloud: "aws", Service: "sts", Operation: "GetCallerIdentity", Code: "InvalidClientTokenId", Err: refused,
			Message: "the new key " + id + " is not yet known everywhere", Hint: "It is tried again by itself.",
		}
	}
	return m.refused(slot, id, why, refused)
}

// refused is the fault that a key signs nobody in. It bears no login: it is the key that is meant, and not the way by which
// it is looked after.
func (m *Smith) refused(slot plan.Slot, id, why string, err error) error {
	return &fault.Fault{
		Kind: fault.SessionExpired, Cloud: "aws", Service: "sts", Operation: "GetCallerIdentity", Code: session.Code(err), Err: err,
		Message: fmt.Sprintf("the key %s that %s holds as its %s one %s", id, m.c.Item, slot, why),
		Hint:    "Put a working key of the user " + m.user + " into " + m.c.Item + ", or switch its key on again, then resume.",
	}
}
