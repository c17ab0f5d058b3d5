package identity

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Slots is a vault whose items keep a credential that is about to be current beside the current one.
type Slots interface {
	step.Keeper
	// Slots says which keys an item holds, without secrets.
	Slots(ctx context.Context, item string) (plan.Slotted, error)
	// Stage puts a key into the pending slot, under the rotation's id; all fields of a key at a time.
	Stage(ctx context.Context, item, rotation string, f plan.ItemFields) (plan.Item, error)
	// RevealAll reads several fields of one key at one time: op://vault/item, or op://vault/item/pending.
	RevealAll(ctx context.Context, ref string, fields ...string) (map[string]plan.Secret, error)
}

// slotsOf is the vault of a session.
func slotsOf(s *session.Session, name string) (Slots, error) {
	v, is := s.Keeper.(Slots)
	if !is {
		return nil, fault.New(fault.Invalid, "Start the worker with a vault: OP_CONNECT_HOST and OP_CONNECT_TOKEN.",
			"there is no vault to keep the credential of %s in", name)
	}
	return v, nil
}

// Smith makes and unmakes the credentials of one identity's application.
type Smith struct {
	witness
	c plan.Credential
}

// NewSmith is the smith of a credential. It calls nothing.
func NewSmith(s *session.Session, c plan.Credential) (*Smith, error) {
	if c.Kind != plan.EntraSecret && c.Kind != plan.EntraCertificate || c.Identity == nil {
		return nil, fault.New(fault.Bug, "Report this.", "%s is no credential of an application", c.ID)
	}
	v, err := slotsOf(s, c.Identity.Name)
	if err != nil {
		return nil, err
	}
	w := witness{ring: ring{s, c.Identity.Name}, vault: v, item: c.Item, id: c.ID, certificate: c.Kind == plan.EntraCertificate}
	return &Smith{witness: w, c: c}, nil
}

// Keys reads the application's credentials and those of its service principal, the newest first: which slot of the vault
// holds each, who made it, and when it was last used.
func (m *Smith) Keys(ctx context.Context) ([]plan.Key, error) {
	held, err := m.vault.Slots(ctx, m.item)
	if err != nil {
		return nil, err
	}
	a, err := m.ring.find(ctx, m.c.Plan)
	if err != nil {
		return nil, err
	}
	p, err := m.ring.s.Graph.Principal(ctx, a.AppID)
	if err != nil && !session.Missing(err) {
		return nil, err
	}
	uses, err := m.ring.uses(ctx, a.AppID)
	if err != nil {
		return nil, err
	}
	out := m.told(credentials(a), held, uses)
	for _, k := range keys(p.Passwords, p.Keys, time.Now()) { // nobody of ours puts one there
		tell(&k.Key, uses)
		out = append(out, k.Key)
	}
	slices.SortStableFunc(out, func(a, b plan.Key) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// told are credentials with where the vault holds them, whether the plan made them, and their use.
func (m *Smith) told(all []named, held plan.Slotted, uses []graph.CredentialUse) []plan.Key {
	var out []plan.Key
	for _, k := range all {
		k.Slot = slotOf(held, k.ID)
		k.Ours = k.Slot != "" || slices.Contains(held.Dropped, k.ID) || strings.HasPrefix(k.name, maker(m.c.Plan)+" ")
		tell(&k.Key, uses)
		out = append(out, k.Key)
	}
	return out
}

// slotOf is where the vault holds a key, or "".
func slotOf(held plan.Slotted, id string) plan.Slot {
	for _, s := range []plan.Slot{plan.Current, plan.Staged, plan.Previous} {
		if id != "" && held.Keys[s] == id {
			return s
		}
	}
	return ""
}

// maker is how what a plan made is named, and what for after it.
func maker(planName string) string { return "landfall/" + planName }
