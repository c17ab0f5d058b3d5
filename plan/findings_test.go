package plan

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return noon.Add(-d) }

// fallback is a credential whose rule is ninety days, a day of grace and a day of observing.
func fallback() Credential {
	return Credential{
		ID: "keys", Plan: "acme", Owner: "ops@acme.example", Cloud: AWS, Kind: AccessKey, Item: "op://acme/aws",
		Login: &Login{Name: "keys", User: "landfall"}, MaxAge: 90 * day, Grace: day, Observe: day,
	}
}

// live is a current key as it should be.
func live() Key {
	return Key{ID: "K1", Slot: Current, State: KeyActive, Created: ago(10 * day), Used: ago(time.Hour), Tells: true}
}

func TestEachFindingIsMadeWhereItIsSoAndNotWhereItIsNot(t *testing.T) {
	holds := func(s Slot, id string, since time.Duration) Slotted {
		return Slotted{Keys: map[Slot]string{Current: "K1", s: id}, Since: map[Slot]time.Time{s: ago(since)}}
	}
	alone := Slotted{Keys: map[Slot]string{Current: "K1"}}
	with := func(change func(*Key)) []Key {
		k := live()
		change(&k)
		return []Key{k}
	}
	beside := func(k Key) []Key { return []Key{k, live()} }
	for _, c := range []struct {
		name string
		keys []Key
		held Slotted
		want string // kinds and keys
	}{
		{"a key as it should be", []Key{live()}, alone, ""},
		{"nothing at all", nil, Slotted{}, ""},

		{"ninety days and an hour", with(func(k *Key) { k.Created = ago(90*day + time.Hour) }), alone, "over-age K1"},
		{"ninety days to the minute", with(func(k *Key) { k.Created = ago(90 * day) }), alone, "due-soon K1"},
		{"seventy-five days and an hour", with(func(k *Key) { k.Created = ago(75*day + time.Hour) }), alone, "due-soon K1"},
		{"seventy-five days", with(func(k *Key) { k.Created = ago(75 * day) }), alone, ""},
		{"of an age nobody knows", with(func(k *Key) { k.Created = time.Time{} }), alone, ""},
		{"an old one in its grace", []Key{live(), {ID: "K0", State: KeyActive, Created: ago(100 * day)}}, holds(Previous, "K0", 2*day), ""},
		{"an old one after its grace", []Key{live(), {ID: "K0", State: KeyActive, Created: ago(100 * day)}}, holds(Previous, "K0", 2*day+time.Hour), "left-behind K0, over-age K0"},
		{"a disabled one after its grace", []Key{live(), {ID: "K0", State: KeyDisabled, Created: ago(100 * day)}}, holds(Previous, "K0", 3*day), "left-behind K0"},
		{"an old one of which nobody knows since when", []Key{live(), {ID: "K0", State: KeyActive, Created: ago(20 * day)}}, Slotted{Keys: map[Slot]string{Current: "K1", Previous: "K0"}}, "left-behind K0"},

		{"expires in thirty-one days", with(func(k *Key) { k.Expires = noon.Add(31 * day) }), alone, ""},
		{"expires in thirty", with(func(k *Key) { k.Expires = noon.Add(30 * day) }), alone, "expiring K1"},
		{"expires in an hour", with(func(k *Key) { k.Expires = noon.Add(time.Hour) }), alone, "expiring K1"},
		{"expired now", with(func(k *Key) { k.Expires = noon }), alone, "expired K1"},
		{"expired as its cloud says", with(func(k *Key) { k.State = KeyExpired }), alone, "expired K1"},
		{"an old one that expires in its grace", []Key{live(), {ID: "K0", State: KeyExpired, Expires: ago(day)}}, holds(Previous, "K0", day), ""},

		{"disabled", with(func(k *Key) { k.State = KeyDisabled }), alone, "not-active K1"},
		{"an old one that is disabled in its grace", []Key{live(), {ID: "K0", State: KeyDisabled}}, holds(Previous, "K0", day), ""},

		{"never used in a month", with(func(k *Key) { k.Created, k.Used = ago(31*day), time.Time{} }), alone, "never-used K1"},
		{"never used in a week", with(func(k *Key) { k.Created, k.Used = ago(7*day), time.Time{} }), alone, ""},
		{"never used as far as nobody tells", with(func(k *Key) { k.Created, k.Used, k.Tells = ago(31*day), time.Time{}, false }), alone, ""},
		{"unused for ninety-one days", with(func(k *Key) { k.Created, k.Used = time.Time{}, ago(91*day) }), alone, "unused K1"},
		{"unused for eighty-nine", with(func(k *Key) { k.Created, k.Used = time.Time{}, ago(89*day) }), alone, ""},

		{"ours and nowhere", beside(Key{ID: "K2", State: KeyActive, Ours: true, Created: ago(2 * time.Hour)}), alone, "orphan K2"},
		{"ours, disabled and nowhere", beside(Key{ID: "K2", State: KeyDisabled, Ours: true, Created: ago(2 * time.Hour)}), alone, "orphan K2"},
		{"ours, nowhere and of an age nobody knows", beside(Key{ID: "K2", State: KeyActive, Ours: true}), alone, "orphan K2"},
		{"ours and on its way", beside(Key{ID: "K2", State: KeyActive, Ours: true, Created: ago(time.Minute)}), alone, ""},
		{"ours and over", beside(Key{ID: "K2", State: KeyExpired, Ours: true, Created: ago(99 * day)}), alone, ""},
		{"ours, as the vault remembers", beside(Key{ID: "K2", State: KeyActive, Created: ago(day)}), Slotted{Keys: alone.Keys, Dropped: []string{"K2"}}, "orphan K2"},
		{"ours and in a slot that only the vault knows", beside(Key{ID: "K2", State: KeyActive, Ours: true, Created: ago(2 * time.Hour)}), holds(Staged, "K2", time.Minute), ""},

		{"somebody's", beside(Key{ID: "K9", State: KeyActive, Created: ago(time.Minute)}), alone, "foreign K9"},
		{"somebody's old one", beside(Key{ID: "K9", State: KeyActive, Created: ago(400 * day)}), alone, "foreign K9"},
		{"somebody's that is over", beside(Key{ID: "K9", State: KeyExpired}), alone, ""},

		{"a current one that is gone", nil, alone, "dangling K1"},
		{"an old one that is gone", []Key{live()}, holds(Previous, "K0", time.Hour), "dangling K0"},
		{"a pending one that is not seen yet", []Key{live()}, holds(Staged, "K2", time.Minute), ""},
		{"a pending one that is never seen", []Key{live()}, holds(Staged, "K2", 2*time.Hour), "left-behind K2, dangling K2"},

		{"pending for a minute", beside(Key{ID: "K2", Slot: Staged, State: KeyActive, Created: ago(time.Minute)}), holds(Staged, "K2", time.Minute), ""},
		{"pending for two hours", beside(Key{ID: "K2", Slot: Staged, State: KeyActive, Created: ago(2 * time.Hour)}), holds(Staged, "K2", 2*time.Hour), "left-behind K2"},
		{"a key pair of ours that was never shown", []Key{live()}, holds(Staged, "", 2*time.Hour), "left-behind "},
		{"a key pair of ours that is about to be shown", []Key{live()}, holds(Staged, "", time.Minute), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := FindingsOf(fallback(), c.keys, c.held, noon)
			var got []string
			for _, f := range found {
				got = append(got, string(f.Kind)+" "+f.Key)
				if f.What == "" || strings.HasSuffix(f.What, ".") || !strings.HasSuffix(f.Do, ".") && !strings.HasPrefix(f.Do, "landfall ") {
					t.Errorf("got %q and %q, want one sentence without its full stop, and one thing to do", f.What, f.Do)
				}
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("got %q, want %q", strings.Join(got, ", "), c.want)
			}
		})
	}
}

func TestAFindingSaysWhatIsSoAndTheOneThingToDo(t *testing.T) {
	old := live()
	old.Created, old.Expires = ago(97*day), noon.Add(10*day)
	got := FindingsOf(fallback(), []Key{
		{ID: "K9", State: KeyActive, Tells: true, Used: ago(2 * day), UsedFor: "s3"},
		{ID: "K8", State: KeyActive, Tells: true, Ours: true},
		old,
	}, Slotted{Keys: map[Slot]string{Current: "K1", Staged: "K2"}, Since: map[Slot]time.Time{Staged: ago(day)}}, noon)
	want := []Finding{
		{Kind: Foreign, Key: "K9", What: "the key K9 of landfall was not made by Landfall, and op://acme/aws does not hold it; it was last used on 2026-11-29 for s3", Do: "Ask ops@acme.example whose it is and have it deleted by them; Landfall never touches it."},
		{Kind: Orphan, Key: "K8", What: "the key K8 of landfall was made by Landfall, and op://acme/aws does not hold it; it has never been used", Do: "Delete the key K8 of landfall."},
		{Kind: Expiring, Key: "K1", Mark: 14, What: "the key K1 of landfall expires on 2026-12-11, within 14 days", Do: "landfall rotate acme --credential keys"},
		{Kind: OverAge, Key: "K1", What: "the key K1 of landfall is 97 days old, and 90 days are allowed", Do: "landfall rotate acme --credential keys"},
		{Kind: LeftBehind, Key: "K2", What: "op://acme/aws has held a pending key K2 for longer than a rotation takes to prove one", Do: "Resume the workflow rotate/acme/keys, or give it up there."},
		{Kind: Dangling, Key: "K2", What: "op://acme/aws holds the key K2 as its pending one, and landfall does not have it: it opens nothing", Do: "Resume the workflow rotate/acme/keys, or give it up there."},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	b, err := json.Marshal(got[3])
	if want := `{"kind":"over-age","key":"K1","what":"the key K1 of landfall is 97 days old, and 90 days are allowed","do":"landfall rotate acme --credential keys"}`; err != nil || string(b) != want {
		t.Errorf("got %s, %v, want %s", b, err, want)
	}
}

func TestAnExpiryIsSaidAnewAtEachMark(t *testing.T) {
	var got []string
	for left := 31; left > 0; left-- {
		k := live()
		k.Expires = noon.Add(time.Duration(left) * day)
		for _, f := range FindingsOf(fallback(), []Key{k}, Slotted{}, noon) {
			_, within, _ := strings.Cut(f.What, ", within ")
			if !slices.Contains(got, within) {
				got = append(got, within)
			}
		}
	}
	if want := []string{"30 days", "14 days", "7 days", "a day"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
