package identity

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/plan"
)

// Mint makes a credential and stages it. What an earlier attempt has staged under the rotation is gone on with.
func (m *Smith) Mint(ctx context.Context, rotation string, baseline []string, mark func(what string)) (plan.Key, error) {
	held, err := m.vault.Slots(ctx, m.item)
	if err != nil {
		return plan.Key{}, err
	}
	a, err := m.ring.find(ctx, m.c.Plan)
	if err != nil {
		return plan.Key{}, err
	}
	b := batch{Smith: m, rotation: rotation, baseline: baseline, app: a, mark: mark}
	if held.Rotation == rotation {
		b.staged = held.Keys[plan.Staged]
	}
	if m.c.Kind == plan.EntraCertificate {
		return b.certificate(ctx)
	}
	return b.secret(ctx)
}

// batch is one attempt at the credential of a rotation.
type batch struct {
	*Smith
	rotation string
	baseline []string
	staged   string // what an earlier attempt has staged
	app      graph.Application
	mark     func(what string)
}

// name is what the rotation's credential is called in Entra: whoever finds it knows whose it is.
func (b batch) name() string { return maker(b.c.Plan) + " " + b.rotation }

// certificate stages a pair of ours first and then shows Entra its public half. A crash between the two loses nothing: the
// next attempt finds in the vault what Entra has not yet seen, and shows it that, once.
func (b batch) certificate(ctx context.Context) (plan.Key, error) {
	c, err := b.begun(ctx)
	if err != nil {
		return plan.Key{}, err
	}
	if c == nil {
		p, err := newPair(b.c.Identity.Name, lifetime(*b.c.Identity))
		if err != nil {
			return plan.Key{}, err
		}
		f, err := p.fields(b.ring.s.Tenant, b.app.AppID)
		if err != nil {
			return plan.Key{}, err
		}
		if _, err := b.vault.Stage(ctx, b.item, b.rotation, f); err != nil {
			return plan.Key{}, err
		}
		c = p.cert
	}
	if _, stands := credentialIn(b.app, keyID(c)); !stands {
		b.mark("a certificate of the application " + b.ring.name)
		if err := b.ring.show(ctx, b.app.ID, c, b.name(), nil); err != nil {
			return plan.Key{}, err
		}
	}
	return pending(keyOf(keyID(c), c.NotBefore, c.NotAfter, time.Now())), nil
}

// begun is the certificate that an earlier attempt has staged, or nil. One that Entra has not taken and that lasts longer than
// the plan now says is none: the tenant's policy may have been why.
func (b batch) begun(ctx context.Context) (*x509.Certificate, error) {
	if b.staged == "" {
		return nil, nil
	}
	text, err := b.vault.RevealAll(ctx, b.at(plan.Staged), fieldCert)
	if err != nil {
		return nil, err
	}
	c, err := certificateIn(text[fieldCert].Reveal())
	if err != nil {
		return nil, err
	}
	_, stands := credentialIn(b.app, keyID(c))
	if !stands && (c.NotAfter.Sub(c.NotBefore) > lifetime(*b.c.Identity) || time.Until(c.NotAfter) < time.Hour) {
		return nil, nil
	}
	return c, nil
}

// secret has Entra make a secret and stages it. Entra shows it once: whatever stands under the rotation's name and is not in
// the vault was lost, and is removed before and after.
func (b batch) secret(ctx context.Context) (plan.Key, error) {
	if err := b.sweep(ctx); err != nil {
		return plan.Key{}, err
	}
	if b.staged != "" {
		if k, stands := credentialIn(b.app, b.staged); stands {
			return pending(k.Key), nil
		}
		return pending(plan.Key{ID: b.staged}), nil // not seen yet; it is proven next
	}
	b.mark("a client secret of the application " + b.ring.name)
	made, err := b.ring.add(ctx, b.app.ID, b.name(), lifetime(*b.c.Identity))
	if err != nil {
		return plan.Key{}, err
	}
	if _, err := b.vault.Stage(ctx, b.item, b.rotation, made.fields(b.ring.s.Tenant, b.app.AppID)); err != nil {
		return plan.Key{}, errors.Join(err, b.discard(ctx, made.id))
	}
	return pending(keyOf(made.id, time.Now().Truncate(time.Second), made.ends, time.Now())), b.again(ctx)
}

// again sweeps once more: one that was lost a moment ago may not have been seen before.
func (b batch) again(ctx context.Context) error {
	var err error
	if b.app, err = b.ring.s.Graph.Credentials(ctx, b.app.ID); err != nil {
		return err
	}
	return b.sweep(ctx)
}

// sweep removes the secrets under the rotation's name that the vault does not hold: their answers were lost, and nobody has
// them.
func (b batch) sweep(ctx context.Context) error {
	held, err := b.vault.Slots(ctx, b.item)
	if err != nil {
		return err
	}
	for _, k := range credentials(b.app) {
		if k.certificate || k.name != b.name() || slotOf(held, k.ID) != "" || slices.Contains(held.Dropped, k.ID) || slices.Contains(b.baseline, k.ID) {
			continue
		}
		if err := b.ring.remove(ctx, b.app.ID, k.ID); err != nil {
			return err
		}
	}
	return nil
}

// discard removes a secret that could not be staged, unless the vault does not say whether it has it: then the next attempt
// decides.
func (b batch) discard(ctx context.Context, id string) error {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	held, err := b.vault.Slots(after, b.item)
	if err != nil || slotOf(held, id) != "" {
		return nil
	}
	return b.ring.remove(after, b.app.ID, id)
}

// pending is a key that is staged.
func pending(k plan.Key) plan.Key {
	k.Slot, k.Ours = plan.Staged, true
	return k
}

// lifetime is how long a credential of an identity lasts.
func lifetime(id plan.Identity) time.Duration {
	days := id.CredentialDays
	if days == 0 {
		days = 90
	}
	return time.Duration(days) * 24 * time.Hour
}
