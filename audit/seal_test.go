package audit_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/itbytes/landfall/audit/chain"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

func TestEntriesAreSealedInTheirOrderAndTheChainHolds(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		one := p.seal(t, plan.Head{}, entries(1, 25)...)
		two := p.seal(t, one, entries(26, 3)...)
		if one.Seq != 25 || two.Seq != 28 {
			t.Errorf("the heads are %+v and %+v, want 25 and 28", one, two)
		}
		records, head, _ := p.read(t, "itbytes")
		if head != two || len(records) != 28 {
			t.Fatalf("read %d records and the head %+v, want 28 and %+v", len(records), head, two)
		}
		for i, want := range entries(1, 28) {
			if got, err := chain.Entry(records[i]); err != nil || got.What != want.What || !got.Time.Equal(want.Time) {
				t.Errorf("record %d is %+v, %v; want %+v", i+1, got, err, want)
			}
		}
		if got := p.breaks(t); len(got) > 0 {
			t.Errorf("the chain does not hold: %q", got)
		}
		if got, err := p.ledger.Head(t.Context(), home(), p.journal, "itbytes"); got != two || err != nil {
			t.Errorf("the head is %+v, %v; want %+v", got, err, two)
		}
	})
}

func TestAPlanThatHasSealedNothingHasAnEmptyJournal(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		p.seal(t, plan.Head{}, entries(1, 2)...)
		records, head, _ := p.read(t, "shipyard")
		if len(records) != 0 || head != (plan.Head{}) {
			t.Errorf("got %d records and the head %+v of another plan", len(records), head)
		}
		if got := p.seal(t, plan.Head{Seq: 2, Hash: "x"}); got.Seq != 2 {
			t.Errorf("sealing nothing led to %+v", got)
		}
	})
}

func TestABatchWhoseAnswerWasLostIsFoundAndNotSealedTwice(t *testing.T) {
	p := simulated(t).prepared(t)
	head := p.seal(t, plan.Head{}, entries(1, 2)...)
	p.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "TransactWriteItems"}, Do: kernel.DoLose, Times: 1})
	if _, err := p.ledger.Seal(t.Context(), home(), p.journal, "itbytes", head, entries(3, 3)); fault.KindOf(err) != fault.Transient {
		t.Fatalf("the lost answer: got %v, want it transient", err)
	}
	again := p.seal(t, head, entries(3, 3)...)
	if again.Seq != 5 {
		t.Errorf("the next attempt ended at %d, want 5", again.Seq)
	}
	if records, _, _ := p.read(t, "itbytes"); len(records) != 5 || len(p.breaks(t)) > 0 {
		t.Errorf("%d records, breaks %q; want five and none", len(records), p.breaks(t))
	}
}

func TestAnotherWritersRecordIsAConflictThatNamesItAndNothingIsWritten(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		head := p.seal(t, plan.Head{}, entries(1, 2)...)
		theirs := p.seal(t, head, entries(7, 1)...)
		_, err := p.ledger.Seal(t.Context(), home(), p.journal, "itbytes", head, entries(3, 3))
		f := fault.As(err)
		if f == nil || f.Kind != fault.Conflict || !strings.Contains(f.Message, "record 3 of the journal of itbytes was sealed by another writer") || f.Hint == "" {
			t.Errorf("got %v (%+v), want a conflict that names record 3", err, f)
		}
		if records, now, _ := p.read(t, "itbytes"); len(records) != 3 || now != theirs {
			t.Errorf("%d records, the head %+v; want their one alone added", len(records), now)
		}
		ours := p.seal(t, theirs, entries(3, 3)...)
		if got := p.breaks(t); len(got) > 0 || ours.Seq != 6 {
			t.Errorf("after it: %+v, breaks %q; want six records that hold", ours, got)
		}
	})
}

func TestAHeadThatWasPutBackIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		head := p.seal(t, plan.Head{}, entries(1, 2)...)
		p.remove(t, "HEAD")
		_, err := p.ledger.Seal(t.Context(), home(), p.journal, "itbytes", head, entries(3, 1))
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "ends at record 0") {
			t.Errorf("got %v, want a conflict that says where the journal ends now", err)
		}
		if records, _, _ := p.read(t, "itbytes"); len(records) != 2 {
			t.Errorf("%d records, want two", len(records))
		}
	})
}

func TestWritersAtOneTimeLoseAndDoubleNothing(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		var all sync.WaitGroup
		for w := range 4 {
			all.Go(func() {
				for {
					head, err := p.ledger.Head(t.Context(), home(), p.journal, "itbytes")
					if err == nil {
						_, err = p.ledger.Seal(t.Context(), home(), p.journal, "itbytes", head, entries(10*w, 3))
					}
					if err == nil {
						return
					}
					if k := fault.KindOf(err); k != fault.Conflict && k != fault.Transient {
						t.Errorf("writer %d: %v", w, err)
						return
					}
				}
			})
		}
		all.Wait()
		records, head, _ := p.read(t, "itbytes")
		if got := p.breaks(t); len(records) != 12 || head.Seq != 12 || len(got) > 0 {
			t.Errorf("%d records, the head %+v, breaks %q; want twelve that hold", len(records), head, got)
		}
	})
}

func TestWhatCancelsATransactionIsNamed(t *testing.T) {
	for code, want := range map[string]fault.Kind{
		"TransactionConflict": fault.Transient, "ThrottlingError": fault.Throttled, "ProvisionedThroughputExceeded": fault.Throttled,
		"ItemCollectionSizeLimitExceeded": fault.Quota, "ValidationError": fault.Invalid, "Unheard": fault.Bug,
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",` +
				`"Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [None, ` + code + `]",` +
				`"CancellationReasons":[{"Code":"None"},{"Code":"` + code + `","Message":"x"}]}`))
		}))
		p := placed(t, srv.URL, credentials.NewStaticCredentialsProvider("AKIA", "x", ""), nil)
		_, err := p.ledger.Seal(t.Context(), home(), p.journal, "itbytes", plan.Head{}, entries(1, 1))
		srv.Close()
		if f := fault.As(err); f == nil || f.Kind != want || f.Login != "aws-sso" {
			t.Errorf("%s: got %v (%+v), want %s", code, err, f, want)
		}
	}
}
