package gcp_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/gcp"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// A vault that is gone for good after Google has made a key: nobody has its private half.
func TestAKeyWhoseKeepingNobodyCanTellOfIsDecidedByTheNextAttempt(t *testing.T) {
	for _, kept := range []bool{true, false} {
		b := newBench(t, enforced(noUpload))
		gone, left := false, 2 // the pair that nobody wants, and then Google's key
		b.keeper.strike = func(call string) (bool, error) {
			if call == "Stage" {
				left--
			}
			if gone = gone || left == 0; gone {
				return kept, fault.New(fault.Transient, "See that 1Password Connect runs.", "no answer in time")
			}
			return false, nil
		}
		if _, err := b.Mint(t.Context(), b.c, "r1", b.keysOf(t), func(string) {}); fault.KindOf(err) != fault.Transient {
			t.Fatalf("got %v, want the vault's own fault", err)
		}
		b.keeper.strike = nil
		stood := b.keysOf(t)
		if len(stood) != 2 {
			t.Fatalf("got %d keys, want the new one kept until the vault says whether it has it", len(stood))
		}
		k, err := b.Mint(t.Context(), b.c, "r1", []string{b.keeper.items[credential].Plain["key id"]}, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		if got := b.keysOf(t); len(got) != 2 || !slices.Contains(got, k.ID) || kept != slices.Contains(stood, k.ID) {
			t.Errorf("kept %t: got %s of %v, before %v", kept, k.ID, got, stood)
		}
	}
}

func TestKeysAreToldWithTheirSlotAndWhoseTheyAre(t *testing.T) {
	b := newBench(t, nil)
	first := b.keeper.items[credential].Plain["key id"]
	b.post(t, b.account()+"/keys", `{}`) // somebody makes one by hand
	made, err := b.Mint(t.Context(), b.c, "r1", nil, func(string) {})
	if err != nil || made.Slot != plan.Staged || !made.Ours || made.State != plan.KeyActive || !made.Expires.IsZero() {
		t.Fatalf("got %+v, %v; want it staged, ours and without an end", made, err)
	}
	if err := b.Disable(t.Context(), b.c, made.ID); err != nil {
		t.Fatal(err)
	}
	keys, err := b.Keys(t.Context(), b.c)
	if err != nil || len(keys) != 3 {
		t.Fatalf("got %+v, %v; want three", keys, err)
	}
	for i, k := range keys {
		want := plan.Key{ID: k.ID, State: plan.KeyActive, Created: k.Created}
		switch k.ID {
		case first:
			want.Slot, want.Ours = plan.Current, true
		case made.ID:
			want.Slot, want.Ours, want.State = plan.Staged, true, plan.KeyDisabled
		}
		if k != want || k.Created.IsZero() || i > 0 && k.Created.After(keys[i-1].Created) {
			t.Errorf("got %+v, want %+v, the newest first", k, want)
		}
	}
	delete(b.keeper.items, credential+"/pending") // and nobody has it any more
	keys, err = b.Keys(t.Context(), b.c)
	if i := slices.IndexFunc(keys, func(k plan.Key) bool { return k.ID == made.ID }); err != nil || !keys[i].Ours || keys[i].Slot != "" {
		t.Errorf("got %+v, %v; want it known as ours by its certificate", keys, err)
	}
}

// Between the upload and the vault's learning of it the key is known by its certificate, so that it can be taken back.
func TestAPendingKeyWhoseIdTheVaultWasNotToldIsSeen(t *testing.T) {
	b := newBench(t, nil)
	staged := 0
	b.keeper.strike = func(call string) (bool, error) {
		if call == "Stage" {
			staged++
		}
		if staged == 2 {
			return false, fault.New(fault.Transient, "", "no answer in time")
		}
		return false, nil
	}
	if _, err := b.Mint(t.Context(), b.c, "r1", nil, func(string) {}); err == nil {
		t.Fatal("the vault failed, and nothing was said")
	}
	b.keeper.strike = nil
	keys, err := b.Keys(t.Context(), b.c)
	if err != nil || !slices.ContainsFunc(keys, func(k plan.Key) bool { return k.Slot == plan.Staged && k.Ours }) {
		t.Errorf("got %+v, %v; want the pending one among them", keys, err)
	}
}

func TestTheLastUseIsToldByTheDayAndWhatIsNotToldIsNotUnused(t *testing.T) {
	b := newBench(t, nil)
	key := func() plan.Key {
		t.Helper()
		keys, err := b.Keys(t.Context(), b.c)
		if err != nil || len(keys) != 1 {
			t.Fatalf("got %+v, %v", keys, err)
		}
		return keys[0]
	}
	if k := key(); k.Tells || !k.Used.IsZero() {
		t.Errorf("the API is off: got %+v, want nothing told", k)
	}
	b.enable(t, "policyanalyzer.googleapis.com")
	if k := key(); k.Tells || !k.Used.IsZero() {
		t.Errorf("made today: got %+v, want nothing told", k)
	}
	recall := func(made, used string) {
		t.Helper()
		if err := b.kernel.Perform(kernel.Act{Cloud: "gcp", Do: "recallKey", With: map[string]string{"key": key().ID, "made": made, "used": used}}); err != nil {
			t.Fatal(err)
		}
	}
	recall(time.Now().Add(-100*24*time.Hour).UTC().Format(time.RFC3339), "")
	if k := key(); !k.Tells || !k.Used.IsZero() {
		t.Errorf("never used: got %+v, want it told", k)
	}
	day := time.Now().UTC().Add(-10*24*time.Hour - 7*time.Hour).Truncate(24 * time.Hour).Add(7 * time.Hour)
	recall("", day.Add(5*time.Hour).Format(time.RFC3339))
	if k := key(); !k.Tells || !k.Used.Equal(day) || k.UsedFor == "" {
		t.Errorf("got %+v, want the day that began at %s", k, day)
	}
	for how, f := range blows() {
		f.Match = kernel.Match{Service: "policyanalyzer"}
		id := b.kernel.Order(f)
		keys, err := b.Keys(t.Context(), b.c)
		b.kernel.Lift(id)
		switch {
		case how == "403":
			if err != nil || keys[0].Tells {
				t.Errorf("%s: got %+v, %v; want nothing told", how, keys, err)
			}
		case !fault.KindOf(err).Retries():
			t.Errorf("%s: got %v, want it asked again", how, err)
		}
	}
}

func TestAKeyThatGoogleDoesNotKnowYetIsPropagatingAndAnOlderOneIsNamed(t *testing.T) {
	b := newBench(t, func(s *kernel.Scenario, _ map[string]any) {
		s.Durations = map[string]kernel.Duration{"gcp.serviceaccount.keyPropagation": kernel.Duration(150 * time.Millisecond)}
	})
	k, err := b.Mint(t.Context(), b.c, "r1", nil, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Prove(t.Context(), b.c, plan.Staged); fault.KindOf(err) != fault.Propagating {
		t.Errorf("seconds old: got %v, want it Propagating", err)
	}
	b.until("it is known", func() error { _, err := b.Prove(t.Context(), b.c, plan.Staged); return err })
	if p, err := b.Prove(t.Context(), b.c, plan.Staged); err != nil || p.Key != k.ID || p.Who != "itmanagesgcp@it4bytes-mgmt-core.iam.gserviceaccount.com" || p.At.IsZero() {
		t.Errorf("got %+v, %v; want it to be the service account's", p, err)
	}
	b.keeper.since[credential+"/pending"] = time.Now().Add(-time.Hour)
	recall := kernel.Act{Cloud: "gcp", Do: "recallKey", With: map[string]string{"key": k.ID, "made": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)}}
	if err := b.kernel.Perform(recall); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says string
		deed func() error
	}{
		{"is disabled", func() error { return b.Disable(t.Context(), b.c, k.ID) }},
		{"is deleted", func() error { return b.Delete(t.Context(), b.c, k.ID) }},
	} {
		if err := c.deed(); err != nil {
			t.Fatal(err)
		}
		_, err := b.Prove(t.Context(), b.c, plan.Staged)
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || !strings.Contains(f.Error(), c.says) || f.Login != "" || f.Hint == "" {
			t.Errorf("got %+v, want it Invalid: %s", f, c.says)
		}
	}
	b.post(t, b.account()+":disable", `{}`)
	_, err = b.Prove(t.Context(), b.c, plan.Current)
	if f := fault.As(err); f == nil || f.Kind != fault.Locked || f.OfLogin() || !strings.Contains(f.Error(), "is disabled") {
		t.Errorf("got %+v, want it Locked, and no login", f)
	}
	b.grace()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.failures) == 0 {
		t.Error("nobody noticed that the account was disabled, so that nobody would notice a lost key")
	}
}

func TestWhereNoKeyMayBeMadeFederationIsNamed(t *testing.T) {
	b := newBench(t, nil)
	const policies = "/orgpolicy/v2/projects/it4bytes-mgmt-core/policies"
	for _, c := range []string{noUpload, noCreation} {
		b.post(t, policies, `{"name":"projects/it4bytes-mgmt-core/policies/`+c+`","spec":{"rules":[{"enforce":true}]}}`)
	}
	_, err := b.Mint(t.Context(), b.c, "r1", nil, func(string) {})
	if f := fault.As(err); f == nil || f.Kind != fault.Entitlement || !strings.Contains(f.Hint, "landfall federate") {
		t.Errorf("got %+v, want it an Entitlement, and federation named", f)
	}
	if got := b.keysOf(t); len(got) != 1 {
		t.Errorf("got the keys %v, want the first alone", got)
	}
}

func TestTheEleventhKeyIsAQuota(t *testing.T) {
	for name, change := range routes() {
		b := newBench(t, change)
		for range 9 {
			b.post(t, b.account()+"/keys", `{}`)
		}
		_, err := b.Mint(t.Context(), b.c, "r1", b.keysOf(t), func(string) {})
		if f := fault.As(err); f == nil || f.Kind != fault.Quota || !strings.Contains(f.Hint, "ten keys") {
			t.Errorf("%s: got %+v, want it a Quota", name, f)
		}
		if got := b.keysOf(t); len(got) != 10 {
			t.Errorf("%s: got %d keys, want those of before", name, len(got))
		}
	}
}

func TestAKeyIsSwitchedOffAndOnAndDeletedAsOftenAsOneLikes(t *testing.T) {
	b := newBench(t, nil)
	k, err := b.Mint(t.Context(), b.c, "r1", nil, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, call string
		deed       func() error
	}{
		{"disable", "serviceAccounts.keys.disable", func() error { return b.Disable(t.Context(), b.c, k.ID) }},
		{"enable", "serviceAccounts.keys.enable", func() error { return b.Enable(t.Context(), b.c, k.ID) }},
	} {
		if err := errors.Join(c.deed(), c.deed()); err != nil || b.calls("write", c.call) != 1 {
			t.Errorf("%s twice: %v, %d calls; want one", c.name, err, b.calls("write", c.call))
		}
	}
	if err := errors.Join(b.Delete(t.Context(), b.c, k.ID), b.Delete(t.Context(), b.c, k.ID), b.Disable(t.Context(), b.c, k.ID)); err != nil {
		t.Errorf("a key that is gone: %v", err)
	}
	if err := b.Enable(t.Context(), b.c, k.ID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("got %v, want that nothing brings it back", err)
	}
}

func TestTheKeyThatConsumersHaveIsNeverTakenAway(t *testing.T) {
	b := newBench(t, nil)
	current := b.keeper.items[credential].Plain["key id"]
	for _, err := range []error{b.Disable(t.Context(), b.c, current), b.Delete(t.Context(), b.c, current)} {
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("got %v, want it refused", err)
		}
	}
	b.keeper.strike = func(string) (bool, error) { return false, fault.New(fault.Transient, "", "no answer in time") }
	if err := b.Delete(t.Context(), b.c, current); fault.KindOf(err) != fault.Transient {
		t.Errorf("a vault that does not say: got %v", err)
	}
	b.keeper.strike = nil
	b.sound("afterwards")
}

// Google answers some calls about keys that are gone with a 403.
func TestARefusalMeansThatAKeyIsGoneOnlyWhereTheListSaysSo(t *testing.T) {
	b := newBench(t, nil)
	k, err := b.Mint(t.Context(), b.c, "r1", nil, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	refused := blows()["403"]
	refused.Match = kernel.Match{Operation: "serviceAccounts.keys.delete"}
	b.kernel.Order(refused)
	if err := b.Delete(t.Context(), b.c, k.ID); fault.KindOf(err) != fault.Denied {
		t.Errorf("a key that stands: got %v, want it Denied", err)
	}
	if err := b.Delete(t.Context(), b.c, "0123456789abcdef"); err != nil {
		t.Errorf("a key that is gone: got %v", err)
	}
	refused.Match.Operation = "serviceAccounts.keys.list"
	b.kernel.Order(refused)
	if err := b.Delete(t.Context(), b.c, "0123456789abcdef"); fault.KindOf(err) != fault.Denied {
		t.Errorf("a list that cannot be read: got %v, want it Denied", err)
	}
}

func TestWhatLivesOnOfACompromisedKeyIsSaid(t *testing.T) {
	b := newBench(t, nil)
	writes := b.calls("write", "")
	left, err := b.Evict(t.Context(), b.c, func(string) {})
	if err != nil || !strings.Contains(left, "work until "+time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:")) || b.calls("write", "") != writes {
		t.Errorf("got %q, %v; want until when tokens work, and nothing done", left, err)
	}
}

func TestWithoutAVaultWithSlotsNoKeyIsTouched(t *testing.T) {
	b := newBench(t, nil)
	bare := gcp.New(gcp.Options{Haste: 1e6, Endpoint: b.endpoint, Sessions: b.sessions})
	if _, err := bare.Keys(t.Context(), b.c); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v, want it Invalid", err)
	}
	c := b.c
	c.Kind = plan.AccessKey
	if _, err := b.Keys(t.Context(), c); fault.KindOf(err) != fault.Bug {
		t.Errorf("got %v, want a Bug", err)
	}
}

// A plan that is carried out again finds the key that a rotation has made current, and an abort leaves it.
func TestARotatedKeyIsAlreadySoAndIsNotUndone(t *testing.T) {
	b := newBench(t, nil)
	l := landing(t, "mgmt")
	outs := b.land(t, l, "key-itmanagesgcp")
	first := b.land(t, l, "key-itmanagesgcp")["key-itmanagesgcp"].Receipt.ID
	b.rotate()
	b.sound("rotated")
	now := b.keeper.items[credential].Plain["key id"]
	again := b.land(t, l, "key-itmanagesgcp")["key-itmanagesgcp"]
	if again.Change.Op != plan.None || again.Writes != 0 || !strings.HasSuffix(again.Receipt.ID, now) {
		t.Errorf("got %s of %s, want the rotated key already so", again.Change.Op, again.Receipt.ID)
	}
	s := stepNamed(t, b.world, l, "key-itmanagesgcp")
	u := b.take(t, plan.Task{Landing: l, Step: s, Key: "k", Facts: facts(outs)}, plan.Deed{
		Change: plan.Change{Op: plan.Create}, Receipt: plan.Receipt{ID: first, Inverse: plan.Revert},
	})
	if u.State != plan.Left || !strings.Contains(u.Why, "another stands there now") || !strings.Contains(u.Why, now) {
		t.Errorf("got %s (%s), want it left, and why", u.State, u.Why)
	}
	b.sound("after the undo")
}

// account is the path of the identity's service account.
func (b *bench) account() string {
	return "/iam/v1/projects/it4bytes-mgmt-core/serviceAccounts/itmanagesgcp@it4bytes-mgmt-core.iam.gserviceaccount.com"
}

// enable switches an API of the project on, as a person does.
func (b *bench) enable(t *testing.T, api string) {
	t.Helper()
	b.post(t, "/serviceusage/v1/projects/it4bytes-mgmt-core/services/"+api+":enable", `{}`)
	pause()
}
