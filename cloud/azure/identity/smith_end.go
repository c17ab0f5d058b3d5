package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Disable refuses: Entra cannot switch a credential off, it can only remove it.
func (m *Smith) Disable(_ context.Context, id string) error { return m.noSwitch(id) }

// Enable refuses: Entra cannot switch a credential on.
func (m *Smith) Enable(_ context.Context, id string) error { return m.noSwitch(id) }

func (m *Smith) noSwitch(id string) error {
	return fault.New(fault.Invalid, "Delete the credential instead, once nobody uses it any more.", "Entra cannot switch the credential %s of %s off or on", id, m.c.ID)
}

// Delete deletes a credential. One that is gone is as wanted. What the vault gives to consumers now is not taken away,
// whatever was so when somebody decided to, unless there is to be none at all.
func (m *Smith) Delete(ctx context.Context, id string) error {
	held, err := m.vault.Slots(ctx, m.item)
	if err != nil {
		return err
	}
	if held.Keys[plan.Current] == id && !m.c.Retiring {
		return fault.New(fault.Conflict, "See which rotation is under way, and make another credential current first.",
			"the credential %s of %s is the one that %s gives to its consumers, and is not deleted", id, m.ring.name, m.item)
	}
	a, err := m.ring.find(ctx, m.c.Plan)
	if err != nil {
		return err
	}
	return m.ring.remove(ctx, a.ID, id)
}

// longest is how long an access token lasts at most where the tenant says nothing else: Entra gives each between 60 and 90
// minutes (Microsoft identity platform, "token lifetime").
const longest = 90 * time.Minute

// Evict says what lives on. Entra ends no app-only token before its time: what it revokes are people's sessions.
func (m *Smith) Evict(context.Context, func(what string)) (string, error) {
	return fmt.Sprintf("access tokens that a credential of the application %s had before work until %s at the latest; Entra cannot end them, and disabling the application would keep its new credential out too",
		m.ring.name, time.Now().Add(longest).UTC().Format(time.RFC3339)), nil
}
