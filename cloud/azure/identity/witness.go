package identity

import (
	"context"
	"crypto/x509"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// witness signs in with what the vault holds of one identity's credential.
type witness struct {
	ring        ring
	vault       Slots
	item, id    string
	certificate bool // what the plan has it be; it may have been the other until now
}

// settling is how long a new credential may not be known to all of Entra yet: seconds as a rule, minutes at times.
const settling = 10 * time.Minute

// at is the reference to a slot.
func (w witness) at(slot plan.Slot) string {
	if slot == plan.Current {
		return w.item
	}
	return w.item + "/" + string(slot)
}

// Prove signs in once with the credential that a slot of the vault holds now, past every cache.
func (w witness) Prove(ctx context.Context, slot plan.Slot) (plan.Proof, error) {
	k, id, err := w.read(ctx, slot)
	if err != nil {
		return plan.Proof{}, err
	}
	b, err := w.ring.s.SignIn(ctx, k)
	if err != nil {
		return plan.Proof{}, w.refused(ctx, slot, id, k.Certificate, err)
	}
	if !strings.EqualFold(b.Tenant, w.ring.s.Tenant) || !strings.EqualFold(b.App, k.Client) {
		return plan.Proof{}, fault.New(fault.Conflict, "Put the right credential there, or rotate "+w.id+".",
			"the credential in %s signs in to the tenant %s as %s, and should to %s as %s", w.at(slot), b.Tenant, b.App, w.ring.s.Tenant, k.Client)
	}
	return plan.Proof{Key: id, Who: w.ring.name + "/" + b.App, At: time.Now()}, nil
}

// read reads a slot's credential, all of it at one time. The plan may have changed what it is since it was made, and a rotation
// may be making it so between two looks: then the third finds it.
func (w witness) read(ctx context.Context, slot plan.Slot) (k session.ClientKey, id string, err error) {
	for _, as := range []bool{w.certificate, !w.certificate, w.certificate} {
		if k, id, err = w.readAs(ctx, slot, as); fault.KindOf(err) != fault.Invalid {
			break
		}
	}
	return k, id, err
}

func (w witness) readAs(ctx context.Context, slot plan.Slot, certificate bool) (session.ClientKey, string, error) {
	fields := []string{fieldTenant, fieldClient, fieldKey}
	if certificate {
		fields = append(fields, fieldCert, fieldPrivate)
	} else {
		fields = append(fields, fieldSecret)
	}
	f, err := w.vault.RevealAll(ctx, w.at(slot), fields...)
	if err != nil {
		return session.ClientKey{}, "", err
	}
	k := session.ClientKey{Tenant: f[fieldTenant].Reveal(), Client: f[fieldClient].Reveal(), Secret: f[fieldSecret]}
	if certificate {
		if k.Certificate, err = certificateIn(f[fieldCert].Reveal()); err == nil {
			k.Private, err = privateIn(f[fieldPrivate])
		}
		if err != nil {
			err = fault.New(fault.Conflict, "Put the right credential there, or rotate "+w.id+".", "%s cannot be read: %s", w.at(slot), err)
		}
	}
	return k, f[fieldKey].Reveal(), err
}

// refused names why Entra gave a credential no token. One that is minutes old is not known everywhere yet.
func (w witness) refused(ctx context.Context, slot plan.Slot, id string, c *x509.Certificate, err error) error {
	f := fault.As(err)
	if f == nil {
		return err
	}
	switch f.Code {
	case "AADSTS700027", "AADSTS7000215", "AADSTS700016", "AADSTS7000229":
		if c == nil || time.Now().Before(c.NotAfter) {
			return w.unknown(ctx, slot, id, f)
		}
	case "AADSTS7000222", "AADSTS1000502":
	default:
		return f
	}
	f.Kind, f.Hint = fault.SessionExpired, "Rotate the credential "+w.id+" (landfall rotate): what "+w.at(slot)+" holds has expired."
	return f
}

// unknown names the refusal of a credential that Entra does not know.
func (w witness) unknown(ctx context.Context, slot plan.Slot, id string, f *fault.Fault) error {
	kind, hint := f.Kind, f.Hint
	f.Kind, f.Hint = fault.Propagating, "Wait; the credential was made minutes ago and is not yet known everywhere."
	held, err := w.vault.Slots(ctx, w.item)
	if err == nil && time.Since(held.Since[slot]) < settling {
		return f
	}
	a, err := w.ring.s.Graph.Application(ctx, w.ring.name)
	if err == nil {
		a, err = w.ring.s.Graph.Credentials(ctx, a.ID)
	}
	k, stands := credentialIn(a, id)
	if err == nil && stands && time.Since(k.Created.Add(skew)) < settling {
		return f
	}
	switch {
	case f.Code == "AADSTS700016", f.Code == "AADSTS7000229": // it is the application that is not known
		f.Kind, f.Hint = kind, hint
		return f
	case err == nil && !stands:
		f.Message = "the credential " + id + " of the application " + w.ring.name + " is deleted"
	}
	f.Kind, f.Hint = fault.Invalid, "Rotate the credential "+w.id+" (landfall rotate): Entra does not take what "+w.at(slot)+" holds."
	return f
}
