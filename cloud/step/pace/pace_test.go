package pace_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/itbytes/landfall/cloud/step/pace"
	"github.com/itbytes/landfall/fault"
)

func write() pace.Use { return pace.Use{Limit: "write", Of: "1"} }

func limits(calls float64, per time.Duration) []pace.Limit {
	return []pace.Limit{{Name: "write", Calls: calls, Per: per, Source: "a test"}}
}

func TestNoTimeHoldsMoreCallsThanTheLimitAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := pace.New("aws", 0, limits(10, time.Second))
		var at []time.Time
		for range 60 {
			if err := turns.Wait(t.Context(), write()); err != nil {
				t.Fatal(err)
			}
			at = append(at, time.Now())
		}
		for i := range at {
			n := 0
			for _, other := range at[i:] {
				if other.Sub(at[i]) < time.Second {
					n++
				}
			}
			if n > 10 {
				t.Fatalf("%d calls within a second, want ten at most", n)
			}
		}
		if took := at[len(at)-1].Sub(at[0]); took > 8*time.Second {
			t.Errorf("60 calls took %s, want about 60 at four fifths of ten a second", took)
		}
	})
}

func TestOneAccountDoesNotWaitForAnotherNorACallWithoutALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := pace.New("aws", 0, limits(1, time.Hour))
		began := time.Now()
		for _, u := range []pace.Use{write(), {Limit: "write", Of: "2"}, {Limit: "none"}, {Limit: "none"}} {
			if err := turns.Wait(t.Context(), u); err != nil {
				t.Errorf("%+v: %v", u, err)
			}
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("they waited for %s, want not at all", took)
		}
	})
}

func TestWhatWouldWaitForLongIsTriedAgainWhenItsTurnComesAndTakesNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := pace.New("azure", 0, limits(1, time.Minute))
		if err := turns.Wait(t.Context(), write()); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			f := fault.As(turns.Wait(t.Context(), write()))
			if f == nil || f.Kind != fault.Throttled || f.Cloud != "azure" || f.After < 74*time.Second || f.After > 76*time.Second {
				t.Fatalf("got %+v, want it throttled for the 75 s until its turn, however often it asks", f)
			}
		}
	})
}

func TestARefusalKeepsEverybodyWaitingForAsLongAsTheCloudSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := pace.New("azure", 0, limits(1000, time.Second))
		turns.Refused(7*time.Second, write())
		began := time.Now()
		if err := turns.Wait(t.Context(), write()); err != nil || time.Since(began) < 7*time.Second {
			t.Errorf("it waited for %s, %v; want the seven seconds that the cloud said", time.Since(began), err)
		}
	})
}

func TestARefusalThatSaysNothingIsWaitedForLongerEachTimeUntilACallIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := pace.New("aws", 0, limits(1000, time.Second))
		for _, want := range []time.Duration{1, 2, 4} {
			turns.Refused(0, write())
			began := time.Now()
			if err := turns.Wait(t.Context(), write()); err != nil || time.Since(began).Round(time.Second) != want*time.Second {
				t.Errorf("it waited for %s, %v; want %d s", time.Since(began), err, want)
			}
		}
		turns.Taken(write())
		turns.Refused(0, write())
		began := time.Now()
		if err := turns.Wait(t.Context(), write()); err != nil || time.Since(began).Round(time.Second) != time.Second {
			t.Errorf("it waited for %s, %v; want a second again once a call was taken", time.Since(began), err)
		}
	})
}

func TestAWorldThatGoesFasterTakesAsManyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := pace.New("gcp", 10, limits(10, time.Second))
		began := time.Now()
		for range 82 {
			if err := turns.Wait(t.Context(), write()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began).Round(100 * time.Millisecond); took != time.Second {
			t.Errorf("82 calls took %s, want a second: 80 of it and two at once", took)
		}
	})
}

func TestWhoeverIsCalledOffWaitsNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := pace.New("gcp", 0, limits(1000, time.Second))
		turns.Refused(10*time.Second, write())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := turns.Wait(ctx, write()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that its time is over", err)
		}
	})
}
