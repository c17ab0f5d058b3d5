package step

import (
	"context"

	"github.com/itbytes/landfall/plan"
)

// Smith makes and unmakes the keys of one credential, in an open session. Its methods are activities.Smith's, in their order.
type Smith interface {
	Keys(ctx context.Context) ([]plan.Key, error)
	Mint(ctx context.Context, rotation string, baseline []string, mark func(what string)) (plan.Key, error)
	Prove(ctx context.Context, slot plan.Slot) (plan.Proof, error)
	Disable(ctx context.Context, key string) error
	Enable(ctx context.Context, key string) error
	Delete(ctx context.Context, key string) error
	Evict(ctx context.Context, mark func(what string)) (left string, err error)
}

// Smithy is where a cloud's smiths work: each deed opens one for its credential. A cloud that embeds it is an activities.Smith.
type Smithy struct {
	// Smith opens a session by the login that looks after a credential. It is cheap to call again, as Catalog.Open is.
	Smith func(ctx context.Context, of plan.Credential) (Smith, error)
	// Name names an error of a deed at the cloud's edge, where the session has not done so; nil leaves it as it is.
	Name func(err error, of plan.Credential) error
}

// Keys reads every key of a credential's identity.
func (y Smithy) Keys(ctx context.Context, of plan.Credential) ([]plan.Key, error) {
	return forge(ctx, y, of, func(m Smith) ([]plan.Key, error) { return m.Keys(ctx) })
}

// Mint makes a key and stages it in the vault.
func (y Smithy) Mint(ctx context.Context, of plan.Credential, rotation string, baseline []string, mark func(what string)) (plan.Key, error) {
	return forge(ctx, y, of, func(m Smith) (plan.Key, error) { return m.Mint(ctx, rotation, baseline, mark) })
}

// Prove signs in once with the key that a slot of the vault holds.
func (y Smithy) Prove(ctx context.Context, of plan.Credential, slot plan.Slot) (plan.Proof, error) {
	return forge(ctx, y, of, func(m Smith) (plan.Proof, error) { return m.Prove(ctx, slot) })
}

// Disable switches a key off.
func (y Smithy) Disable(ctx context.Context, of plan.Credential, key string) error {
	return y.turn(ctx, of, func(m Smith) error { return m.Disable(ctx, key) })
}

// Enable switches a key on again.
func (y Smithy) Enable(ctx context.Context, of plan.Credential, key string) error {
	return y.turn(ctx, of, func(m Smith) error { return m.Enable(ctx, key) })
}

// Delete deletes a key.
func (y Smithy) Delete(ctx context.Context, of plan.Credential, key string) error {
	return y.turn(ctx, of, func(m Smith) error { return m.Delete(ctx, key) })
}

// Evict ends the sessions that the credential's keys have begun, as far as the cloud can, and says what is left.
func (y Smithy) Evict(ctx context.Context, of plan.Credential, mark func(what string)) (string, error) {
	return forge(ctx, y, of, func(m Smith) (string, error) { return m.Evict(ctx, mark) })
}

func (y Smithy) turn(ctx context.Context, of plan.Credential, deed func(Smith) error) error {
	_, err := forge(ctx, y, of, func(m Smith) (struct{}, error) { return struct{}{}, deed(m) })
	return err
}

// forge opens a smith for one deed.
func forge[T any](ctx context.Context, y Smithy, of plan.Credential, deed func(Smith) (T, error)) (out T, err error) {
	m, err := y.Smith(ctx, of)
	if err == nil {
		out, err = deed(m)
	}
	if err != nil && y.Name != nil {
		err = y.Name(err, of)
	}
	return out, err
}
