package iam

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// FallbackKey is the fallback user's access key: active, in the vault, and proven to work.
type FallbackKey struct{}

// fieldState is the vault's field that says what has become of the key.
const fieldState = "state"

const (
	// keyLag is how long a new key may be unknown to AWS.
	keyLag = 2 * time.Minute
	// orphanAge bounds what an earlier attempt of the same step may have left behind.
	orphanAge = 24 * time.Hour
)

// Describe implements step.Control.
func (FallbackKey) Describe(l plan.Landing) (plan.Step, bool) {
	_, login, wanted := fallbackOf(l)
	return plan.Step{
		Name: "fallback-key", Title: "the fallback's access key in " + login.Item, Chapter: plan.Identify, After: []string{"account", "fallback-user"},
		Inverse: plan.Revert, Usual: 15 * time.Second,
	}, wanted && login.Item != ""
}

// Want implements step.Control.
func (FallbackKey) Want(plan.Task) plan.Fields {
	return plan.Fields{"key": "active", "vault": "holds it"}
}

// Observe implements step.Control. A key whose secret the vault does not hold is nobody's.
func (FallbackKey) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	user, login, _ := fallbackOf(t.Landing)
	if s.Keeper == nil {
		return plan.Observation{}, fault.New(fault.Invalid, "Start the worker with a vault.", "the fallback's key is kept in %s, and this worker has no vault", login.Item)
	}
	item, err := s.Keeper.Find(ctx, login.Item)
	if err != nil {
		return plan.Observation{}, err
	}
	keys, err := keysOf(ctx, s, user)
	if err != nil {
		return plan.Observation{}, err
	}
	kept := item.Fields[session.FieldKeyID]
	for _, k := range keys {
		if id := aws.ToString(k.AccessKeyId); id == kept && item.Holds[session.FieldSecret] {
			return prove(ctx, s, t, k)
		}
	}
	return plan.Observation{State: plan.Absent, Evidence: []string{
		fmt.Sprintf("ListAccessKeys: %s has %d keys, and %s holds none of them", user, len(keys), login.Item),
	}}, nil
}

// prove signs in with the key: what the vault holds must work before it is needed.
func prove(ctx context.Context, s *session.Session, t plan.Task, k types.AccessKeyMetadata) (plan.Observation, error) {
	user, login, _ := fallbackOf(t.Landing)
	id := aws.ToString(k.AccessKeyId)
	o := plan.Observation{
		State: plan.Present, ID: id, Match: plan.ByKey,
		Live:     plan.Fields{"key": "inactive", "vault": "holds it"},
		Evidence: []string{fmt.Sprintf("ListAccessKeys: %s of %s is %s", id, user, k.Status)},
	}
	if k.Status != types.StatusTypeActive {
		return o, nil
	}
	o.Live["key"] = "active"
	kept, secret, err := session.Key(ctx, s.Keeper, login.Item)
	if err != nil {
		return plan.Observation{}, err
	}
	if kept != id {
		o.State, o.Why = plan.Pending, "another key has just become current in "+login.Item
		return o, nil
	}
	account, arn, err := session.Caller(ctx, s.With(credentials.NewStaticCredentialsProvider(id, secret.Reveal(), ""), login.Name))
	switch young := k.CreateDate != nil && time.Since(*k.CreateDate) < keyLag; {
	case session.Is(err, "InvalidClientTokenId") && young:
		o.State, o.Why = plan.Pending, "the new key "+id+" is not yet known everywhere"
		return o, nil
	case session.Is(err, "InvalidClientTokenId", "SignatureDoesNotMatch"):
		return plan.Observation{}, fault.New(fault.Conflict, "Remove the item "+login.Item+" from the vault, then resume: another key is made.",
			"the item %s does not hold the secret of the key %s", login.Item, id)
	case err != nil:
		return plan.Observation{}, err
	case account != s.Account:
		return plan.Observation{}, fault.New(fault.Conflict, "Name another vault item in the fallback login, then resume.",
			"the key in %s is of the account %s, and %s is another", login.Item, account, t.Landing.ID())
	}
	o.Evidence = append(o.Evidence, "GetCallerIdentity with the key: "+arn)
	return o, nil
}

// Preflight implements step.Control. AWS gives a user two keys; one that stands outside the vault is not taken away.
func (FallbackKey) Preflight(ctx context.Context, s *session.Session, t plan.Task, c plan.Change) error {
	user, login, _ := fallbackOf(t.Landing)
	if c.Op != plan.Create {
		return May(ctx, s, s.ARN("iam", "user/"+user), "iam:UpdateAccessKey")
	}
	if err := May(ctx, s, s.ARN("iam", "user/"+user), "iam:CreateAccessKey"); err != nil {
		return err
	}
	held, err := heldIn(ctx, s, login.Item)
	if err != nil {
		return err
	}
	keys, err := keysOf(ctx, s, user)
	if err != nil || len(keys)-len(orphans(t, keys, held)) < mostKeys {
		return err
	}
	return fault.New(fault.Quota, "Delete the key that nobody uses, then resume.",
		"the user %s has two access keys, AWS allows no third, and %s holds neither", user, login.Item)
}

// Apply implements step.Control.
func (FallbackKey) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, o plan.Observation, intent step.Intent) (plan.Applied, error) {
	user, login, _ := fallbackOf(t.Landing)
	api := iam.NewFromConfig(s.Config)
	if c.Op != plan.Create {
		_, err := api.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: &user, AccessKeyId: &o.ID, Status: types.StatusTypeActive})
		return plan.Applied{ID: o.ID}, err
	}
	held, err := heldIn(ctx, s, login.Item)
	if err != nil {
		return plan.Applied{}, err
	}
	keys, err := keysOf(ctx, s, user)
	if err != nil {
		return plan.Applied{}, err
	}
	for _, id := range orphans(t, keys, held) {
		if _, err := api.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &id}); err != nil && !absent(err) {
			return plan.Applied{}, err
		}
	}
	intent("create an access key of " + user)
	made, err := api.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &user})
	if err != nil {
		return plan.Applied{}, err
	}
	id := aws.ToString(made.AccessKey.AccessKeyId)
	_, err = s.Keeper.Keep(ctx, login.Item, plan.ItemFields{
		Plain:  map[string]string{session.FieldKeyID: id, "user": user, "account": s.Account, fieldState: "active"},
		Secret: map[string]plan.Secret{session.FieldSecret: plan.NewSecret(aws.ToString(made.AccessKey.SecretAccessKey))},
	})
	if err != nil { // nobody can know its secret now: it must not outlive this attempt
		left, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		_, _ = api.DeleteAccessKey(left, &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &id}) // the next attempt finds it otherwise
		return plan.Applied{}, err
	}
	return plan.Applied{ID: id}, nil
}

// Undo implements step.Undoer. The vault keeps no empty secret and deletes nothing: the item says beforehand that the key in
// it is worth nothing any more. Where a rotation has made another key current since, the loop has left all as it is; while
// one is about to, the key is not taken away under it.
func (FallbackKey) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	user, login, _ := fallbackOf(t.Landing)
	if err := standsOn(t); err != nil {
		return err
	}
	api := iam.NewFromConfig(s.Config)
	if d.Change.Op != plan.Create {
		_, err := api.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: &user, AccessKeyId: &o.ID, Status: types.StatusTypeInactive})
		return err
	}
	held, err := heldIn(ctx, s, login.Item)
	if err != nil {
		return err
	}
	if next := held.Keys[plan.Staged]; next != "" {
		return fault.New(fault.Conflict, "Bring that rotation to its end or give it up, then resume.", "a rotation is about to make the key %s of %s current in %s", next, user, login.Item)
	}
	if _, err := s.Keeper.Keep(ctx, login.Item, plan.ItemFields{Plain: map[string]string{fieldState: "deleted: the run that made the key " + o.ID + " was undone"}}); err != nil {
		return err
	}
	if _, err := api.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &o.ID}); err != nil && !absent(err) {
		return err
	}
	return nil
}

// keysOf lists a user's access keys.
func keysOf(ctx context.Context, s *session.Session, user string) ([]types.AccessKeyMetadata, error) {
	var out []types.AccessKeyMetadata
	pages := iam.NewListAccessKeysPaginator(iam.NewFromConfig(s.Config), &iam.ListAccessKeysInput{UserName: &user})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if absent(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, page.AccessKeyMetadata...)
	}
	return out, nil
}

// heldIn is which keys the vault's item holds, in any slot; nothing where the vault has no slots.
func heldIn(ctx context.Context, s *session.Session, item string) (plan.Slotted, error) {
	v, is := s.Keeper.(Slots)
	if !is {
		return plan.Slotted{}, nil
	}
	return v.Slots(ctx, item)
}

// orphans are the keys that an earlier attempt of this step may have made without keeping their secret: the vault holds them
// in no slot.
func orphans(t plan.Task, keys []types.AccessKeyMetadata, held plan.Slotted) []string {
	if !t.Again {
		return nil
	}
	var out []string
	for _, k := range keys {
		if k.CreateDate != nil && time.Since(*k.CreateDate) < orphanAge && !keyOf(k, held).Ours {
			out = append(out, aws.ToString(k.AccessKeyId))
		}
	}
	return out
}
