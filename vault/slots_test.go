package vault_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/vault"
)

// promoted stages a key under a rotation and makes it current.
func (s *stand) promoted(t *testing.T, ref, rotation string, f plan.ItemFields) {
	t.Helper()
	s.staged(t, ref, rotation, f)
	s.done(t, s.vault.Promote(t.Context(), ref, rotation))
}

func (s *stand) staged(t *testing.T, ref, rotation string, f plan.ItemFields) plan.Item {
	t.Helper()
	it, err := s.vault.Stage(t.Context(), ref, rotation, f)
	s.done(t, err)
	return it
}

func (s *stand) done(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// slots fails the test unless the item holds these keys, written last by that rotation, and is what it holds.
func (s *stand) slots(t *testing.T, ref, rotation string, want map[plan.Slot]string) plan.Slotted {
	t.Helper()
	got, err := s.vault.Slots(t.Context(), ref)
	s.done(t, err)
	if !maps.Equal(got.Keys, want) || got.Rotation != rotation {
		t.Errorf("got the keys %v by %q, want %v by %q", got.Keys, got.Rotation, want, rotation)
	}
	return got
}

// refused fails the test unless err is a fault of the kind and says something and what to do.
func refused(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if f := fault.As(err); f == nil || f.Kind != want || f.Hint == "" {
		t.Errorf("got %v, want a %s with a hint", err, want)
	}
}

// kinds are the keys of each kind of credential, as their clouds keep them: the current one and the one that follows it.
func kinds() map[string][2]plan.ItemFields {
	fields := func(plain map[string]string, secret map[string]string) plan.ItemFields {
		f := plan.ItemFields{Plain: plain, Secret: map[string]plan.Secret{}}
		for name, value := range secret {
			f.Secret[name] = plan.NewSecret(value)
		}
		return f
	}
	entra := func(id string, secret map[string]string) plan.ItemFields {
		return fields(map[string]string{"client id": "app", "tenant id": "t", "key id": id, "expires": "2027-01-0" + id[1:]}, secret)
	}
	return map[string][2]plan.ItemFields{
		"an access key": {key("K1", "one"), fields(map[string]string{"access key id": "K2", "user": "u", "account": "a"}, map[string]string{"secret access key": "two"})},
		"a client secret": {
			entra("K1", map[string]string{"client secret": "one"}), entra("K2", map[string]string{"client secret": "two"}),
		},
		"a certificate": {
			entra("K1", map[string]string{"private key": "one"}), entra("K2", map[string]string{"private key": "two"}),
		},
		"a certificate after a secret": {
			entra("K1", map[string]string{"client secret": "one"}), entra("K2", map[string]string{"private key": "two"}),
		},
		"a key file": {
			fields(map[string]string{"key id": "K1", "client email": "e", "project": "p"}, map[string]string{"key file": "one"}),
			fields(map[string]string{"key id": "K2", "client email": "e", "project": "p"}, map[string]string{"key file": "two"}),
		},
	}
}

func TestAKeyOfEachKindGoesThroughTheSlotsAndConsumersReadTheCurrentOne(t *testing.T) {
	for name, k := range kinds() {
		t.Run(name, func(t *testing.T) {
			s := raise(t, world(), vault.Options{})
			was := s.keep(t, ref, k[0])
			reads := func(f plan.ItemFields) { // what is outside any section is this key, and no field of another
				t.Helper()
				it, err := s.vault.Find(t.Context(), ref)
				s.done(t, err)
				if !maps.Equal(it.Fields, f.Plain) || !slices.Equal(slices.Sorted(maps.Keys(it.Holds)), slices.Sorted(maps.Keys(f.Secret))) {
					t.Errorf("got %v and %v, want the fields of %v", it.Fields, it.Holds, f.Plain)
				}
				for field, value := range f.Secret {
					s.holds(t, ref, field, value.Reveal())
				}
			}
			it := s.staged(t, ref, "r1", k[1])
			if !maps.Equal(it.Fields, k[1].Plain) || len(it.Holds) != 1 || it.ID != was.ID || it.Version != was.Version+1 {
				t.Errorf("got %+v, want the pending slot's fields", it)
			}
			reads(k[0])
			s.slots(t, ref, "r1", map[plan.Slot]string{plan.Current: "K1", plan.Staged: "K2"})
			for field, value := range k[1].Secret {
				s.holds(t, ref+"/pending/"+field, "", value.Reveal())
			}

			s.done(t, s.vault.Promote(t.Context(), ref, "r1"))
			reads(k[1])
			s.slots(t, ref, "r1", map[plan.Slot]string{plan.Current: "K2", plan.Previous: "K1"})
			for field, value := range k[0].Secret {
				s.holds(t, ref+"/previous/"+field, "", value.Reveal())
			}

			s.done(t, s.vault.Revert(t.Context(), ref, "r1"))
			reads(k[0])
			if got := s.slots(t, ref, "r1", map[plan.Slot]string{plan.Current: "K1"}); !slices.Equal(got.Dropped, []string{"K2"}) {
				t.Errorf("got %v remembered, want the key that was taken back", got.Dropped)
			}

			s.promoted(t, ref, "r2", k[1])
			s.done(t, s.vault.Drop(t.Context(), ref, plan.Previous))
			reads(k[1])
			if got := s.slots(t, ref, "r2", map[plan.Slot]string{plan.Current: "K2"}); !slices.Equal(got.Dropped, []string{"K1"}) {
				t.Errorf("got %v remembered, want the key that was dropped", got.Dropped)
			}
			if want := []string{"CreateVaultItem", "UpdateVaultItem", "UpdateVaultItem", "UpdateVaultItem", "UpdateVaultItem", "UpdateVaultItem", "UpdateVaultItem"}; !slices.Equal(s.writes(), want) {
				t.Errorf("got %v, want one write for each deed", s.writes())
			}
		})
	}
}

func TestADeedThatIsDoneAlreadyWritesNothing(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, key("K1", "one"))
	for _, deed := range []struct {
		name string
		do   func() error
	}{
		{"stage", func() error { _, err := s.vault.Stage(t.Context(), ref, "r1", key("K2", "two")); return err }},
		{"promote", func() error { return s.vault.Promote(t.Context(), ref, "r1") }},
		{"drop what is not there", func() error { return s.vault.Drop(t.Context(), ref, plan.Staged) }},
		{"revert", func() error { return s.vault.Revert(t.Context(), ref, "r1") }},
		{"stage another", func() error { _, err := s.vault.Stage(t.Context(), ref, "r2", key("K3", "three")); return err }},
		{"drop", func() error { return s.vault.Drop(t.Context(), ref, plan.Staged) }},
	} {
		s.done(t, deed.do())
		before, n := s.item(t, "aws-prod"), len(s.writes())
		s.done(t, deed.do())
		if after := s.item(t, "aws-prod"); len(s.writes()) != n || after != before {
			t.Errorf("%s, done twice: %d more writes, from %s to %s", deed.name, len(s.writes())-n, before, after)
		}
	}
}

func TestAPromotionOfAnotherKeyMeanwhileIsNoReasonToPromoteAgain(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, key("K1", "one"))
	s.promoted(t, ref, "r1", key("K2", "two"))
	s.staged(t, ref, "r2", key("K3", "three"))
	s.done(t, s.vault.Promote(t.Context(), ref, "r1")) // a late attempt
	s.slots(t, ref, "r2", map[plan.Slot]string{plan.Current: "K2", plan.Staged: "K3", plan.Previous: "K1"})
	s.done(t, s.vault.Promote(t.Context(), ref, "r2"))
	refused(t, s.vault.Promote(t.Context(), ref, "r1"), fault.Conflict)
	refused(t, s.vault.Revert(t.Context(), ref, "r1"), fault.Conflict)
	s.slots(t, ref, "r2", map[plan.Slot]string{plan.Current: "K3", plan.Previous: "K2"})
}

func TestSinceWhenASlotIsAsItIsStaysUntilItsKeyChanges(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, key("K1", "one"))
	if got := s.slots(t, ref, "", map[plan.Slot]string{plan.Current: "K1"}); len(got.Since) != 0 {
		t.Errorf("got %v, want that nobody knows since when", got.Since)
	}
	began := time.Now().Truncate(time.Second)
	s.promoted(t, ref, "r1", key("K2", "two"))
	s.staged(t, ref, "r2", key("K3", "three"))
	got := s.slots(t, ref, "r2", map[plan.Slot]string{plan.Current: "K2", plan.Staged: "K3", plan.Previous: "K1"})
	for slot := range got.Keys {
		if since := got.Since[slot]; since.Before(began) || since.After(time.Now()) {
			t.Errorf("%s: got %s, want since just now", slot, since)
		}
	}
	s.keep(t, ref, key("K9", "nine")) // by a run, not by a rotation
	if got := s.slots(t, ref, "r2", map[plan.Slot]string{plan.Current: "K9", plan.Staged: "K3", plan.Previous: "K1"}); !got.Since[plan.Current].IsZero() || got.Since[plan.Staged].IsZero() {
		t.Errorf("got %v, want that nobody knows since when of the key that was put there otherwise", got.Since)
	}
}

func TestAKeyPairOfOursIsStagedBeforeAndCompletedAfterItIsShown(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, key("K1", "one"))
	pair := plan.ItemFields{Plain: map[string]string{"certificate": "public"}, Secret: map[string]plan.Secret{"private key": plan.NewSecret("two")}}
	s.staged(t, ref, "r1", pair)
	first := s.slots(t, ref, "r1", map[plan.Slot]string{plan.Current: "K1", plan.Staged: ""})
	refused(t, s.vault.Promote(t.Context(), ref, "r1"), fault.Conflict)
	it := s.staged(t, ref, "r1", plan.ItemFields{Plain: map[string]string{"key id": "K2"}})
	if it.Fields["certificate"] != "public" || it.Fields["key id"] != "K2" || !it.Holds["private key"] || first.Since[plan.Staged].IsZero() {
		t.Errorf("got %+v, want both halves and the id", it)
	}
	both, err := s.vault.RevealAll(t.Context(), ref+"/pending", "private key", "certificate")
	if err != nil || both["private key"].Reveal() != "two" || both["certificate"].Reveal() != "public" {
		t.Errorf("got %d fields, %v, want both halves in one reading", len(both), err)
	}
	s.done(t, s.vault.Promote(t.Context(), ref, "r1"))
	s.slots(t, ref, "r1", map[plan.Slot]string{plan.Current: "K2", plan.Previous: "K1"})
}

func TestASlotNeverHoldsHalfOfOneKeyAndHalfOfAnother(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, key("K1", "one"))
	s.staged(t, ref, "r1", kinds()["an access key"][1])
	it := s.staged(t, ref, "r1", key("K3", "three"))
	if want := map[string]string{"access key id": "K3"}; !maps.Equal(it.Fields, want) {
		t.Errorf("got %v, want %v: the first key's user is not the second's", it.Fields, want)
	}
	it = s.staged(t, ref, "r1", plan.ItemFields{Plain: map[string]string{"access key id": "K4"}})
	if it.Holds["secret access key"] {
		t.Error("the secret of one key stands beside the id of another")
	}
	refused(t, s.vault.Promote(t.Context(), ref, "r1"), fault.Conflict)
	s.slots(t, ref, "r1", map[plan.Slot]string{plan.Current: "K1"})
}

func TestWhatCannotBeMovedIsRefusedAndNothingIsWritten(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	stage := func(rotation string, f plan.ItemFields) error {
		_, err := s.vault.Stage(t.Context(), ref, rotation, f)
		return err
	}
	s.keep(t, ref, key("K1", "one"))
	s.promoted(t, ref, "r1", key("K2", "two"))
	s.done(t, s.vault.Drop(t.Context(), ref, plan.Previous))
	refused(t, stage("r1", key("K5", "five")), fault.Conflict) // a late attempt of a rotation that has ended
	s.staged(t, ref, "r2", key("K3", "three"))
	before, n := s.item(t, "aws-prod"), len(s.writes())
	for name, err := range map[string]error{
		"a second rotation's key over a pending one": stage("r3", key("K4", "four")),
		"a key of no rotation":                       stage("", key("K6", "six")),
		"nothing":                                    stage("r2", plan.ItemFields{}),
		"another's pending key made current":         s.vault.Promote(t.Context(), ref, "r3"),
		"a key made current of no rotation":          s.vault.Promote(t.Context(), ref, ""),
		"back to a key that was dropped":             s.vault.Revert(t.Context(), ref, "r1"),
		"back from a rotation that nobody knows":     s.vault.Revert(t.Context(), ref, "r9"),
		"a field instead of an item":                 s.vault.Promote(t.Context(), ref+"/pending", "r2"),
		"a move in an item that is not there":        s.vault.Promote(t.Context(), "op://itbytes-internal/nowhere", "r2"),
	} {
		if f := fault.As(err); f == nil || f.Kind.Retries() || f.Error() == "" {
			t.Errorf("%s: got %v, want it refused for good", name, err)
		}
	}
	if after := s.item(t, "aws-prod"); after != before || len(s.writes()) != n {
		t.Errorf("%d more writes, from %s to %s", len(s.writes())-n, before, after)
	}
}

func TestARotationThatNeverPromotedIsRevertedByDroppingItsKey(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, key("K1", "one"))
	s.staged(t, ref, "r1", key("K2", "two"))
	s.done(t, s.vault.Revert(t.Context(), ref, "r1"))
	if got := s.slots(t, ref, "r1", map[plan.Slot]string{plan.Current: "K1"}); !slices.Equal(got.Dropped, []string{"K2"}) {
		t.Errorf("got %v remembered, want K2", got.Dropped)
	}
	_, err := s.vault.Stage(t.Context(), ref, "r1", key("K2", "two"))
	refused(t, err, fault.Conflict) // a late attempt
	refused(t, s.vault.Promote(t.Context(), ref, "r1"), fault.Conflict)
	s.holds(t, ref, "secret access key", "one")
}

func TestAnItemThatIsNotThereHoldsNothingAndIsMadeByWhatMustNotBeLost(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.slots(t, ref, "", map[plan.Slot]string{})
	s.done(t, s.vault.Drop(t.Context(), ref, plan.Previous))
	if len(s.writes()) != 0 {
		t.Errorf("got %v, want nothing written", s.writes())
	}
	s.done(t, s.vault.Probe(t.Context(), ref))
	s.slots(t, ref, "", map[plan.Slot]string{})
	s.promoted(t, ref, "r1", key("K1", "one"))
	s.slots(t, ref, "r1", map[plan.Slot]string{plan.Current: "K1"})
	s.staged(t, "op://itbytes-internal/another", "r1", key("K2", "two"))
	s.slots(t, "op://itbytes-internal/another", "r1", map[plan.Slot]string{plan.Staged: "K2"})
}

func TestAProbeWritesEachTimeAndChangesNothingForConsumers(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, key("K1", "one"))
	before, err := s.vault.Find(t.Context(), ref)
	s.done(t, err)
	for n := 1; n < 4; n++ {
		s.done(t, s.vault.Probe(t.Context(), ref))
		after, err := s.vault.Find(t.Context(), ref)
		s.done(t, err)
		if after.Version != before.Version+n || !maps.Equal(after.Fields, before.Fields) || !maps.Equal(after.Holds, before.Holds) {
			t.Errorf("got %+v after %d probes of %+v", after, n, before)
		}
	}
	s.slots(t, ref, "", map[plan.Slot]string{plan.Current: "K1"})
}

func TestTheLastKeyOfACredentialIsDroppedToo(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, key("K1", "one"))
	s.done(t, s.vault.Drop(t.Context(), ref, plan.Current))
	if got := s.slots(t, ref, "", map[plan.Slot]string{}); !slices.Equal(got.Dropped, []string{"K1"}) {
		t.Errorf("got %v remembered, want K1", got.Dropped)
	}
}

func TestWhatANewKeyDoesNotSayAnewIsStillSo(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, kinds()["an access key"][1])
	s.promoted(t, ref, "r1", key("K3", "three"))
	it, err := s.vault.Find(t.Context(), ref)
	if want := map[string]string{"access key id": "K3", "user": "u", "account": "a"}; err != nil || !maps.Equal(it.Fields, want) {
		t.Errorf("got %v, %v, want %v", it.Fields, err, want)
	}
}
