package audit_test

import (
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestALongJournalIsReadInPagesThatFitAPayload(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		head := plan.Head{}
		for i := range 12 {
			some := entries(10*i, 10)
			for j := range some {
				some[j].Why = strings.Repeat("x", 10_000)
			}
			head = p.seal(t, head, some...)
		}
		records, at, pages := p.read(t, "itbytes")
		if len(records) != 120 || at != head || pages < 2 {
			t.Errorf("%d records in %d pages, the head %+v; want 120 in several and %+v", len(records), pages, at, head)
		}
		last := ""
		for {
			page, err := p.ledger.Read(t.Context(), home(), p.journal, "itbytes", last)
			if err != nil {
				t.Fatal(err)
			}
			size := 0
			for _, r := range page.Records {
				size += len(r.Entry)
			}
			if size > 1<<20 {
				t.Errorf("a page of %d bytes", size)
			}
			if last = page.Last; !page.More {
				break
			}
		}
		if got := p.breaks(t); len(got) > 0 {
			t.Errorf("the chain does not hold over pages: %q", got)
		}
	})
}

func TestWhoeverWritesToTheTableIsFound(t *testing.T) {
	const seq = "SEQ#00000000000"
	for name, c := range map[string]struct {
		do   func(t *testing.T, p place)
		want string
	}{
		"a changed record": {func(t *testing.T, p place) {
			it := p.item(t, seq+"3")
			it["entry"] = text(strings.Replace(textOf(it["entry"]), "made", "kept", 1))
			p.put(t, seq+"3", it)
		}, "record 3 was changed"},
		"a removed record": {func(t *testing.T, p place) { p.remove(t, seq+"3") }, "record 3 is missing"},
		"a removed tail": {func(t *testing.T, p place) {
			p.remove(t, seq+"4")
			p.remove(t, seq+"5")
		}, "records 4 to 5 are missing"},
		"two records that changed places": {func(t *testing.T, p place) {
			two, three := p.item(t, seq+"2"), p.item(t, seq+"3")
			p.put(t, seq+"2", three)
			p.put(t, seq+"3", two)
		}, "record 2 is not in its place: it was sealed as record 3"},
		"a foreign record after the last": {func(t *testing.T, p place) { p.put(t, seq+"6", p.item(t, seq+"5")) }, "record 6"},
		"a foreign item between two":      {func(t *testing.T, p place) { p.put(t, seq+"25", p.item(t, seq+"3")) }, `the item "SEQ#0000000000025"`},
		"a foreign item of another form":  {func(t *testing.T, p place) { p.put(t, "ANYTHING", p.item(t, seq+"3")) }, `the item "ANYTHING"`},
		"a removed head":                  {func(t *testing.T, p place) { p.remove(t, "HEAD") }, "the head, which says where the chain ends, is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, p place) {
				p.seal(t, plan.Head{}, entries(1, 5)...)
				if got := p.breaks(t); len(got) > 0 {
					t.Fatalf("before: %q", got)
				}
				c.do(t, p)
				got := p.breaks(t)
				if len(got) == 0 || !strings.HasPrefix(got[0], c.want) {
					t.Errorf("found %q, want %q", got, c.want)
				}
			})
		})
	}
}

func TestATableThatIsNotThereIsNoEmptyJournal(t *testing.T) {
	p := simulated(t)
	_, err := p.ledger.Read(t.Context(), home(), p.journal, "itbytes", "")
	f := fault.As(err)
	if f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Message, "there is no table") || !strings.Contains(f.Hint, "Nothing has been sealed here yet") {
		t.Errorf("got %v (%+v), want it said that there is no table", err, f)
	}
}

func TestASignInThatExpiredIsNamedWithItsLogin(t *testing.T) {
	p := simulated(t).prepared(t)
	if err := p.kernel.SetLogin("aws-sso", kernel.LoginExpired); err != nil {
		t.Fatal(err)
	}
	_, prepared := p.ledger.Prepare(t.Context(), home(), p.journal)
	_, sealed := p.ledger.Seal(t.Context(), home(), p.journal, "itbytes", plan.Head{}, entries(1, 1))
	_, read := p.ledger.Read(t.Context(), home(), p.journal, "itbytes", "")
	for what, err := range map[string]error{"prepare": prepared, "seal": sealed, "read": read} {
		if f := fault.As(err); f == nil || f.Kind != fault.SessionExpired || f.Login != "aws-sso" || !strings.Contains(f.Hint, "the journal's landing") {
			t.Errorf("%s: got %v (%+v), want the session of aws-sso expired", what, err, f)
		}
	}
}
