package identity

import (
	"context"
	"strings"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// settling is how long a new key may not be known to all of Google yet: seconds as a rule, a minute and more at times.
const settling = 10 * time.Minute

// Prove signs in once with the key file that a slot of the vault holds, and asks Google who that is. It needs no role.
func (m *Smith) Prove(ctx context.Context, slot plan.Slot) (plan.Proof, error) {
	file, err := m.vault.Reveal(ctx, m.fileIn(slot), "")
	if err != nil {
		return plan.Proof{}, err
	}
	p, err := pairIn(file)
	if err != nil {
		return plan.Proof{}, err
	}
	who, err := m.ring.s.Bearer(ctx, file)
	if err != nil {
		return plan.Proof{}, m.refused(ctx, slot, p.KeyID, err)
	}
	if who != m.ring.email {
		return plan.Proof{}, fault.New(fault.Conflict, "Put the right key file there, or rotate the credential.",
			"the key file in %s signs in as %s, and should as %s", m.fileIn(slot), who, m.ring.email)
	}
	return plan.Proof{Key: p.KeyID, Who: who, At: time.Now()}, nil
}

// refused names why Google gave a key file no token. One whose key is minutes old is not known everywhere yet; of an older one
// the list says what is the matter.
func (m *Smith) refused(ctx context.Context, slot plan.Slot, id string, err error) error {
	f := fault.As(err)
	if f == nil || f.Kind.Retries() {
		return err
	}
	says := strings.ToLower(f.Message)
	switch {
	case strings.Contains(says, "invalid jwt signature"):
		return m.unknown(ctx, slot, id, f)
	case f.Code == "unauthorized_client", f.Code == "ACCOUNT_STATE_INVALID":
		f.Kind, f.Scope = fault.Locked, m.ring.email
		f.Message, f.Hint = "the service account "+m.ring.email+" is disabled", "Have it enabled (gcloud iam service-accounts enable "+m.ring.email+"), then resume."
	case strings.Contains(says, "account not found"):
		f.Kind, f.Hint = fault.Invalid, "Carry out the plan (landfall migrate "+m.c.Plan+"): the service account "+m.ring.email+" is not there."
	}
	return f
}

// unknown names the refusal of a signature.
func (m *Smith) unknown(ctx context.Context, slot plan.Slot, id string, f *fault.Fault) error {
	f.Kind, f.Hint = fault.Propagating, "Wait; the key was made minutes ago and is not yet known everywhere."
	held, err := m.vault.Slots(ctx, m.c.Item)
	if err == nil && time.Since(held.Since[slot]) < settling {
		return f
	}
	k, err := m.ring.get(ctx, id)
	if err == nil && k != nil && time.Since(timeOf(k.ValidAfterTime)) < settling && !k.Disabled {
		return f
	}
	f.Kind, f.Hint = fault.Invalid, "Rotate the credential "+m.c.ID+": Google does not know the key that "+m.c.Item+" holds."
	switch {
	case err != nil: // why it is not known cannot be read either
	case k == nil:
		f.Message = "the key " + id + " of " + m.ring.email + " is deleted"
	case k.Disabled:
		f.Message, f.Hint = "the key "+id+" of "+m.ring.email+" is disabled", "See who has disabled it, and enable it or rotate the credential "+m.c.ID+"."
	}
	return f
}
