package chain_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/plan"
)

// entries are n of a plan's.
func entries(n int) []plan.Entry {
	out := make([]plan.Entry, n)
	for i := range out {
		out[i] = plan.Entry{
			Time: time.Date(2026, 5, 6, 6, 20, i, 0, time.UTC), Plan: "itbytes", Kind: plan.EntryStep, Landing: "aws/prod",
			Step: "vpc", Who: "landfall", What: "made the network " + string(rune('a'+i)), Run: "land/itbytes/aws/prod/1",
		}
	}
	return out
}

// chained are n records of a plan, and their head.
func chained(t *testing.T, n int) ([]plan.Record, plan.Head) {
	t.Helper()
	records, err := chain.Link(plan.Head{}, entries(n))
	if err != nil {
		t.Fatal(err)
	}
	return records, chain.HeadOf(records[n-1])
}

// The expected hash was computed by another program: printf '%s\n%s' PREV ENTRY | sha256sum.
func TestARecordIsHashedAsTheDecisionSaysSoThatAnybodyCanCheckIt(t *testing.T) {
	records, err := chain.Link(plan.Head{}, []plan.Entry{{
		Time: time.Date(2026, 5, 6, 8, 20, 0, 120_000_000, time.FixedZone("CEST", 7200)), Plan: "itbytes", Kind: plan.EntryHold,
		Who: "landfall", What: "a <held> step & \"more\"", After: plan.Fields{"b": "2", "a": "é\u2028"}, Run: "r",
	}})
	if err != nil {
		t.Fatal(err)
	}
	const entry = `{"after":{"a":"é` + "\u2028" + `","b":"2"},"kind":"hold","plan":"itbytes","run":"r","time":"2026-05-06T06:20:00.12Z",` +
		`"what":"a <held> step & \"more\"","who":"landfall"}`
	if r := records[0]; r.Entry != entry || r.Prev != chain.Origin || r.Seq != 1 {
		t.Errorf("the record is\n%+v, want the entry\n%s", r, entry)
	}
	if got, want := records[0].Hash, "sha256:2b2348ba5092b625b82a713a75ad348fc7b8af5d2a420a823f4defd0d1da882b"; got != want {
		t.Errorf("the hash is %s, want %s", got, want)
	}
}

// RFC 8785, 3.2.3, with the escapes of 3.2.2.2.
func TestMembersAreSortedAndTextsEscapedByRFC8785(t *testing.T) {
	got, err := chain.Canonical(plan.Entry{After: plan.Fields{
		"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
		"\U0001f600": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis",
	}, Before: plan.Fields{"x": "\u20ac$\u000f\nA'B\"\\\\\"/\b\t\f\x7f"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\"," +
			"\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
		"{\"x\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\t\\f\x7f\"}",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant in it\n%s", got, want)
		}
	}
}

func TestAnEntryReadFromItsRecordIsSealedTheSameAgain(t *testing.T) {
	records, _ := chained(t, 3)
	for _, r := range records {
		e, err := chain.Entry(r)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := chain.Canonical(e); err != nil || again != r.Entry {
			t.Errorf("sealed again it is\n%s, %v; want\n%s", again, err, r.Entry)
		}
	}
}

func TestALineIsJSONWithTheVeryTextThatWasHashed(t *testing.T) {
	records, _ := chained(t, 2)
	var got struct {
		Seq        int
		Prev, Hash string
		Entry      json.RawMessage
	}
	line := chain.Line(records[1])
	if err := json.Unmarshal([]byte(line), &got); err != nil || strings.Contains(line, "\n") {
		t.Fatalf("%s: %v", line, err)
	}
	if got.Seq != 2 || got.Prev != records[0].Hash || chain.Hash(got.Prev, string(got.Entry)) != got.Hash {
		t.Errorf("the line %s does not verify", line)
	}
}

func TestAChainOfWhateverLengthHolds(t *testing.T) {
	for _, n := range []int{1, 2, 100} {
		records, head := chained(t, n)
		if got := chain.Verify("itbytes", records, head); len(got) != 0 {
			t.Errorf("%d records: %v, want nothing", n, got)
		}
	}
	if got := chain.Verify("itbytes", nil, plan.Head{}); len(got) != 0 {
		t.Errorf("no records: %v, want nothing", got)
	}
	one, head := chained(t, 3)
	two, err := chain.Link(head, entries(2))
	if err != nil {
		t.Fatal(err)
	}
	if got := chain.Verify("itbytes", append(one, two...), chain.HeadOf(two[1])); len(got) != 0 {
		t.Errorf("a chain sealed in two batches: %v, want nothing", got)
	}
}

// sealedAnew is a record whose hash was made to fit.
func sealedAnew(r plan.Record) plan.Record {
	r.Hash = chain.Hash(r.Prev, r.Entry)
	return r
}

func TestTamperingIsFoundAndTheRecordIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(r []plan.Record, h *plan.Head) []plan.Record
		want []string // what is found, each by a part of its sentence
	}{
		"a changed record": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			r[2].Entry = strings.Replace(r[2].Entry, "made", "kept", 1)
			return r
		}, []string{"record 3 was changed"}},
		"a changed record with its hash": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			r[2].Entry = strings.Replace(r[2].Entry, "made", "kept", 1)
			r[2] = sealedAnew(r[2])
			return r
		}, []string{"record 4 does not follow record 3"}},
		"a changed last record with its hash": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			r[4].Entry = strings.Replace(r[4].Entry, "made", "kept", 1)
			r[4] = sealedAnew(r[4])
			return r
		}, []string{"record 5 is not the one that the head says"}},
		"a record's time in another form": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			r[0].Entry = strings.Replace(r[0].Entry, "00Z", "00.0Z", 1)
			return r
		}, []string{"record 1 was changed"}},
		"a removed record": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			return slices.Delete(r, 2, 3)
		}, []string{"record 3 is missing"}},
		"removed records": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			return slices.Delete(r, 1, 3)
		}, []string{"records 2 to 3 are missing"}},
		"the removed first record": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			return r[1:]
		}, []string{"record 1 is missing"}},
		"a removed tail": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			return r[:3]
		}, []string{"records 4 to 5 are missing"}},
		"everything removed but the head": {func([]plan.Record, *plan.Head) []plan.Record {
			return nil
		}, []string{"records 1 to 5 are missing"}},
		"the removed head": {func(r []plan.Record, h *plan.Head) []plan.Record {
			*h = plan.Head{}
			return r
		}, []string{"the head, which says where the chain ends, is missing"}},
		"a head put back": {func(r []plan.Record, h *plan.Head) []plan.Record {
			*h = chain.HeadOf(r[2])
			return r
		}, []string{"records 4 to 5 lie beyond the head"}},
		"two records that changed places": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			r[1], r[2] = r[2], r[1]
			r[1].Seq, r[2].Seq = 2, 3
			return r
		}, []string{"record 2 is not in its place: it was sealed as record 3", "record 3 is not in its place: it was sealed as record 2"}},
		"lines in another order": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			r[3], r[4] = r[4], r[3]
			return r
		}, []string{"record 4 is missing", "record 4 stands after record 5"}},
		"a foreign record at the end": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			more, _ := chain.Link(chain.HeadOf(r[4]), entries(1))
			return append(r, more...)
		}, []string{"record 6 lies beyond the head"}},
		"a foreign record in the middle": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			other, _ := chain.Link(plan.Head{}, entries(5))
			other[2].Prev = other[0].Hash
			r[2] = sealedAnew(other[2])
			return r
		}, []string{"record 3 does not follow record 2", "record 4 does not follow record 3"}},
		"a record of another plan": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			e := entries(3)
			e[2].Plan = "shipyard"
			theirs, _ := chain.Link(chain.HeadOf(r[1]), e[2:])
			r[2] = theirs[0]
			return r
		}, []string{`record 3 is of the plan "shipyard"`, "record 4 does not follow record 3"}},
		"an item that is no record": {func(r []plan.Record, _ *plan.Head) []plan.Record {
			return append(r, plan.Record{Key: "SEQ#0000000000025"})
		}, []string{`the item "SEQ#0000000000025" is no record`}},
	} {
		t.Run(name, func(t *testing.T) {
			records, head := chained(t, 5)
			found := chain.Verify("itbytes", c.do(records, &head), head)
			if len(found) != len(c.want) {
				t.Errorf("found %v, want %q", found, c.want)
			}
			for i, b := range found {
				if i < len(c.want) && !strings.HasPrefix(b.What, c.want[i]) {
					t.Errorf("found %q, want %q", b.What, c.want[i])
				}
				if b.Seq > 0 && !strings.Contains(b.What, "record") {
					t.Errorf("%q does not name its record", b.What)
				}
			}
		})
	}
}

func TestAChainWrittenAnewHoldsAndIsFoundByAHeadThatWasNotedBefore(t *testing.T) {
	records, noted := chained(t, 5)
	anew := entries(5)
	anew[3].What = "made nothing"
	rewritten, err := chain.Link(plan.Head{}, anew)
	if err != nil {
		t.Fatal(err)
	}
	if got := chain.Verify("itbytes", rewritten, chain.HeadOf(rewritten[4])); len(got) != 0 {
		t.Errorf("the chain written anew: %v, want it to hold by itself", got)
	}
	if chain.Holds(rewritten, noted.Hash) {
		t.Error("the head noted before is in the chain written anew")
	}
	more, err := chain.Link(noted, entries(2))
	if err != nil {
		t.Fatal(err)
	}
	if !chain.Holds(append(records, more...), noted.Hash) || !chain.Holds(nil, chain.Origin) {
		t.Error("the head noted before is not in the chain that goes on from it")
	}
}
