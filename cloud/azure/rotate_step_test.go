package azure_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// A plan that is carried out again finds the credential that a rotation has made current, and an abort leaves it.
func TestARotatedCredentialIsAlreadySoAndIsNotUndone(t *testing.T) {
	for _, kind := range kinds() {
		b := newBench(t, kind)
		if said := strings.Join(b.told, " "); !strings.Contains(said, "signed in as "+b.c.Identity.Name) {
			t.Errorf("%s: got %q, want the new credential proven by a sign-in", kind, said)
		}
		b.rotate()
		b.sound("rotated")
		again, err := b.carry(b.step.task)
		if now := b.ids()[0]; err != nil || again.Change.Op != plan.None || again.Writes != 0 || again.Receipt.ID != now {
			t.Errorf("%s: got %s of %s, %v; want the rotated one already so", kind, again.Change.Op, again.Receipt.ID, err)
		}
		u, err := b.undo(b.step)
		if err != nil || u.State != plan.Left || !strings.Contains(u.Why, "another stands there now") {
			t.Errorf("%s: got %s (%s) %v, want it left, and why", kind, u.State, u.Why, err)
		}
		b.sound("after the undo")
	}
}

// A migration that has to make the current credential anew touches nothing that a rotation holds.
func TestWhatARotationHoldsIsNoOrphanOfTheStep(t *testing.T) {
	for _, kind := range kinds() {
		b := newBench(t, kind)
		first := b.step.deed.Receipt.ID
		staged := b.mint("r1")
		if err := b.keep.Promote(t.Context(), b.c.Item, "r1"); err != nil { // the first one is in its grace
			t.Fatal(err)
		}
		pending := b.mint("r2")
		refused(t, b.azure.Delete(t.Context(), b.c, staged.ID), fault.Conflict)
		if _, err := b.clean.Keep(t.Context(), b.c.Item, plan.ItemFields{Plain: map[string]string{"key id": ""}}); err != nil { // somebody empties the item
			t.Fatal(err)
		}
		if err := b.keep.Drop(t.Context(), b.c.Item, plan.Current); err != nil {
			t.Fatal(err)
		}
		out, err := b.carry(b.step.task)
		if err != nil || out.State != plan.StepDone {
			t.Fatalf("%s: got %s %v", kind, out.State, err)
		}
		got := b.ids()
		for _, id := range []string{first, pending.ID, out.Receipt.ID} {
			if !slices.Contains(got, id) {
				t.Errorf("%s: got %v, want %s among them", kind, got, id)
			}
		}
	}
}

// A plan that has come to want a certificate leaves the secret that works to its consumers until a rotation has replaced it.
func TestASecretBecomesACertificateByARotationAndNotByAMigration(t *testing.T) {
	b := newBench(t, plan.EntraSecret)
	b.c.Identity.CredentialType, b.c.Kind = "certificate", plan.EntraCertificate
	b.step.task.Landing = b.c.Landing
	out, err := b.carry(b.step.task)
	if err != nil || out.Change.Op != plan.None || out.Writes != 0 {
		t.Errorf("got %s with %d writes, %v; want it already so", out.Change.Op, out.Writes, err)
	}
	b.rotate()
	b.sound("rotated")
	if got := list(b.app()["keyCredentials"]); len(got) != 1 {
		t.Errorf("got %v, want a certificate", got)
	}
	if _, err := b.clean.RevealAll(t.Context(), b.c.Item, "client secret"); err == nil {
		t.Error("the vault still gives a secret beside the certificate")
	}
}
