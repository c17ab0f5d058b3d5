package fault_test

import (
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
)

func TestAHoldIsLookedAtLessAndLessOftenAndWhatOnlyAPersonCanTellNever(t *testing.T) {
	r := fault.Rhythm{Early: time.Second, Late: 10 * time.Second}
	last := time.Duration(0)
	for n := range 200 {
		d := r.Next(n)
		if d < last || d > r.Late {
			t.Fatalf("look %d after %v, the one before after %v; want it no sooner, and %v at the most", n, d, last, r.Late)
		}
		last = d
	}
	if last != r.Late {
		t.Errorf("the last look comes after %v, want %v", last, r.Late)
	}
	for _, k := range []fault.Kind{fault.Ambiguous, fault.Invalid, fault.Retired, fault.Bug} {
		if k.Rhythm() != (fault.Rhythm{}) {
			t.Errorf("%s is looked at again by itself", k)
		}
	}
	for _, k := range fault.Kinds() {
		if k.Holds() && k != fault.Ambiguous && k.Rhythm().Early <= 0 {
			t.Errorf("%s holds and is never looked at again", k)
		}
	}
}

func TestOnlyALockedLoginIsTheLoginsOwnLock(t *testing.T) {
	for _, c := range []struct {
		f    fault.Fault
		want bool
	}{
		{fault.Fault{Kind: fault.SessionExpired, Login: "l"}, true},
		{fault.Fault{Kind: fault.Locked, Login: "l"}, true},
		{fault.Fault{Kind: fault.Locked, Login: "l", Scope: "111122223333"}, false},
		{fault.Fault{Kind: fault.Denied, Login: "l"}, false},
		{fault.Fault{Kind: fault.SessionExpired}, false},
	} {
		if got := c.f.OfLogin(); got != c.want {
			t.Errorf("%+v: of the login = %v, want %v", c.f, got, c.want)
		}
	}
}
