package aws_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/simulator/kernel"
)

// blows are the ways in which a call goes wrong.
func blows() map[string]kernel.Fault {
	return map[string]kernel.Fault{
		"lost":  {Do: kernel.DoLose},
		"reset": {Do: kernel.DoReset},
		"403":   {Status: 403, Code: "AccessDenied", Message: "no"},
		"429":   {Status: 429, Code: "Throttling", Message: "Rate exceeded"},
		"500":   {Status: 500, Code: "InternalFailure", Message: "broken"},
	}
}

// The crash matrix: whichever call of a rotation is not carried out, or is and its answer lost, or is refused. The activity is
// begun again each time, as by a worker that knows nothing of it.
func TestARotationThatIsStruckAtAnyCallLosesNothing(t *testing.T) {
	t.Parallel()
	for name, own := range map[string]bool{"by single sign-on": false, "by the key itself": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, own)
			struck := 0
			before := len(b.k.Calls())
			b.rotate(true)
			b.sound("undisturbed")
			calls := 0
			for _, c := range b.k.Calls()[before:] {
				if c.Service == "iam" {
					calls++
				}
			}
			if calls < 8 {
				t.Fatalf("a rotation makes %d calls of IAM", calls)
			}
			for n := range calls {
				for how, f := range blows() {
					f.Match, f.After, f.Times = kernel.Match{Service: "iam"}, n, 1
					id, errors := b.k.Order(f), b.errors
					b.rotate(n%2 == 0)
					b.k.Lift(id)
					if b.errors > errors {
						struck++
					}
					b.sound(fmt.Sprintf("call %d of %d, %s", n+1, calls, how))
				}
			}
			if b.most > 2 || struck < calls*3 {
				t.Errorf("%d blows were felt of %d, want most of them; %d keys stood at a time, want the old and the new at most", struck, calls*5, b.most)
			}
			b.noSecretCameUp()
		})
	}
}

func TestAVaultThatFailsAtAnyCallLosesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, false)
	b.vault.calls = nil
	b.rotate(false)
	calls := len(b.vault.calls)
	for n := range calls {
		for _, kind := range []fault.Kind{fault.Transient, fault.Denied} { // it is down or slow, and it is read-only
			for _, carried := range []bool{false, true} {
				left, errors := n, b.errors
				b.vault.strike = func(call string) (bool, error) {
					if kind == fault.Denied && (call == "Slots" || call == "Find" || strings.HasPrefix(call, "Reveal")) {
						return false, nil
					}
					if left--; left == -1 || left == -2 {
						return carried, fault.New(kind, "See that 1Password Connect runs.", "no answer in time")
					}
					return false, nil
				}
				b.rotate(false)
				b.vault.strike = nil
				if kind == fault.Transient && b.errors == errors {
					t.Errorf("call %d of %d was not struck", n+1, calls)
				}
				b.sound(fmt.Sprintf("call %d of %d, %s, carried out: %t", n+1, calls, kind, carried))
			}
		}
	}
	if b.most > 2 {
		t.Errorf("%d keys stood at a time, want the old and the new at most", b.most)
	}
	b.noSecretCameUp()
}

func TestNoReadThatFailsLeadsToASecondKey(t *testing.T) {
	b := newBench(t, false)
	baseline, _, err := b.look()
	if err != nil {
		t.Fatal(err)
	}
	b.somebodys() // unused, so that its last use is read too
	for _, operation := range []string{"ListAccessKeys", "GetAccessKeyLastUsed"} {
		for how, f := range blows() {
			f.Match = kernel.Match{Operation: operation}
			id, before := b.k.Order(f), len(b.writes())
			_, err := b.Mint(t.Context(), b.c, "r", baseline, b.mark)
			b.k.Lift(id)
			if wrote := b.writes()[before:]; err == nil || len(wrote) > 0 {
				t.Errorf("%s of %s: got %v and the writes %v, want a fault and none", how, operation, err, wrote)
			}
		}
	}
}

func TestAHundredRotationsWithLostAnswersLeaveOneKeyAndNoOrphan(t *testing.T) {
	t.Parallel()
	b := newBench(t, true)
	dice := rand.New(rand.NewPCG(4, 4))
	for range 100 {
		var ids []string
		for range 2 {
			f := blows()[[]string{"lost", "lost", "reset", "500"}[dice.IntN(4)]]
			f.Match, f.After, f.Times = kernel.Match{Service: "iam"}, dice.IntN(8), 1
			ids = append(ids, b.k.Order(f))
		}
		left, carried := dice.IntN(24), dice.IntN(2) == 0
		b.vault.strike = func(string) (bool, error) {
			if left--; left == -1 {
				return carried, fault.New(fault.Transient, "", "no answer in time")
			}
			return false, nil
		}
		b.rotate(dice.IntN(2) == 0)
		b.vault.strike = nil
		for _, id := range ids {
			b.k.Lift(id)
		}
		b.sound(fmt.Sprintf("rotation %d", b.n))
	}
	if b.most > 2 || b.errors < 50 {
		t.Errorf("%d blows were felt, want most of three hundred; %d keys stood at a time, want the old and the new at most", b.errors, b.most)
	}
	b.noSecretCameUp()
}
