package gcp_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/simulator/kernel"
)

// routes are the two ways in which a key is made: of a pair of ours, and by Google where that is all that is allowed.
func routes() map[string]func(*kernel.Scenario, map[string]any) {
	return map[string]func(*kernel.Scenario, map[string]any){"our own pair": nil, "made by Google": enforced(noUpload)}
}

// The crash matrix: whichever call of a rotation is not carried out, or is and its answer lost, or is refused. The activity is
// begun again each time, as by a worker that knows nothing of it.
func TestARotationThatIsStruckAtAnyCallLosesNothing(t *testing.T) {
	for name, change := range routes() {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, change)
			struck := 0
			for _, service := range []string{"iam", "policyanalyzer"} {
				before := len(b.kernel.Calls())
				b.rotate()
				calls := 0
				for _, c := range b.kernel.Calls()[before:] {
					if c.Service == service {
						calls++
					}
				}
				if calls == 0 {
					t.Fatalf("a rotation makes no call of %s", service)
				}
				for n := range calls {
					for how, f := range blows() {
						f.Match, f.After, f.Times = kernel.Match{Service: service}, n, 1
						id, errors := b.kernel.Order(f), b.errors
						b.rotate()
						b.kernel.Lift(id)
						if b.errors > errors {
							struck++
						}
						b.sound(fmt.Sprintf("%s call %d of %d, %s", service, n+1, calls, how))
					}
				}
			}
			if b.most > 2 || struck < 30 {
				t.Errorf("%d blows were felt, want most of them; %d keys stood at a time, want the old and the new at most", struck, b.most)
			}
			b.noSecretCameUp(t)
		})
	}
}

// blows are the ways in which a call goes wrong.
func blows() map[string]kernel.Fault {
	return map[string]kernel.Fault{
		"lost":  {Do: kernel.DoLose},
		"reset": {Do: kernel.DoReset},
		"403":   {Status: 403, Code: "PERMISSION_DENIED", Message: "The caller does not have permission"},
		"429":   {Status: 429, Code: "RESOURCE_EXHAUSTED", Message: "Quota exceeded for quota metric 'Read requests'"},
		"500":   {Status: 500, Code: "INTERNAL", Message: "Internal error encountered."},
	}
}

func TestARotationWhoseVaultFailsAtAnyCallLosesNothing(t *testing.T) {
	away := fault.New(fault.Transient, "See that 1Password Connect runs.", "no answer in time")
	for name, change := range routes() {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, change)
			before := len(b.keeper.calls)
			b.rotate()
			calls, struck := len(b.keeper.calls)-before, 0
			for n := range calls {
				for _, carried := range []bool{true, false} {
					left := n
					b.keeper.strike = func(string) (bool, error) {
						if left--; left == -1 {
							struck++
							return carried, away
						}
						return false, nil
					}
					b.rotate()
					b.keeper.strike = nil
					b.sound(fmt.Sprintf("call %d of %d, carried out: %t", n+1, calls, carried))
				}
			}
			if b.most > 2 || struck < calls {
				t.Errorf("%d blows were felt, want most of them; %d keys stood at a time, want the old and the new at most", struck, b.most)
			}
			b.noSecretCameUp(t)
		})
	}
}

func TestAHundredRotationsWithLostAnswersLeaveOneKeyAndNoOrphan(t *testing.T) {
	b := newBench(t, nil)
	dice := rand.New(rand.NewPCG(4, 4))
	for range 100 {
		var ids []string
		for range 2 {
			f := blows()[[]string{"lost", "lost", "reset", "500"}[dice.IntN(4)]]
			f.Match, f.After, f.Times = kernel.Match{Service: "iam"}, dice.IntN(12), 1
			ids = append(ids, b.kernel.Order(f))
		}
		left, carried := dice.IntN(24), dice.IntN(2) == 0
		b.keeper.strike = func(string) (bool, error) {
			if left--; left == -1 {
				return carried, fault.New(fault.Transient, "", "no answer in time")
			}
			return false, nil
		}
		b.rotate()
		b.keeper.strike = nil
		for _, id := range ids {
			b.kernel.Lift(id)
		}
		b.sound(fmt.Sprintf("rotation %d", b.n))
	}
	if b.most > 2 {
		t.Errorf("%d keys stood at a time, want the old and the new at most", b.most)
	}
	b.noSecretCameUp(t)
}
