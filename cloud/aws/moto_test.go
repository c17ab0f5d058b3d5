package aws_test

import (
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// TestALandingIsMadeOnMotoAndASecondRunWritesNothing, and an undo takes it all back, is judged by an emulator that others wrote. LANDFALL_MOTO is the
// address of a moto server that keeps AWS's managed policies (MOTO_IAM_LOAD_MANAGED_POLICIES=true).
func TestALandingIsMadeOnMotoAndASecondRunWritesNothing(t *testing.T) {
	endpoint := os.Getenv("LANDFALL_MOTO")
	if endpoint == "" {
		t.Skip("LANDFALL_MOTO names no moto server")
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	c := aws.New(aws.Options{Haste: 1e6, Endpoint: endpoint, Keeper: &memory{}, Patience: 2 * time.Second})
	l := landing("prod", plan.Login{Name: "env", Type: "aws-default"})
	l.Siblings = []plan.Sibling{{Environment: "prod", Name: l.Name, Email: l.Email}}
	l.Management, l.Zone = true, "aws.it4bytes.example"
	l.Fallback = &plan.Login{Name: "aws-prod-keys", Type: "aws-keys", User: "landfall-fallback", Item: "op://itbytes-internal/aws-prod"}

	unserved := map[string]bool{"security-hub": true}            // moto has neither DescribeStandards nor GetEnabledStandards
	states := map[string]plan.StepState{"mfa": plan.StepWaiting} // and its root users have no second factor
	facts, done := map[string]string{}, map[string]plan.Outcome{}
	for i, run := range []string{"first", "second"} {
		for _, st := range c.Steps(l) {
			out, err := c.Carry(t.Context(), plan.Task{Landing: l, Step: st, Key: l.ID() + "/" + st.Name, Facts: facts}, func(string) {})
			maps.Copy(facts, out.Facts)
			if unserved[st.Name] {
				if f := fault.As(err); f == nil || f.Code != "Unsupported" || f.Kind != fault.Invalid {
					t.Errorf("%s run of %s: got %v, want unsupported", run, st.Name, err)
				}
				continue
			}
			want := plan.StepDone
			if other, known := states[st.Name]; known {
				want = other
			}
			if err != nil || out.State != want {
				t.Errorf("%s run of %s: got %s %v, want %s", run, st.Name, out.State, err, want)
			}
			if i == 0 {
				done[st.Name] = out
			}
			if i == 1 && out.Writes > 0 {
				t.Errorf("the second run of %s made %d writes, want none", st.Name, out.Writes)
			}
		}
	}
	for _, st := range slices.Backward(c.Steps(l)) {
		o, carried := done[st.Name]
		if !carried {
			continue
		}
		deed := plan.Deed{Change: o.Change, Receipt: o.Receipt}
		out, err := c.Undo(t.Context(), plan.Task{Landing: l, Step: st, Key: l.ID() + "/" + st.Name, Facts: facts}, deed, false)
		want := map[plan.Inverse]plan.UndoState{plan.Revert: plan.Reverted, plan.Neutralise: plan.Neutralised, plan.Quarantine: plan.Quarantined}[st.Inverse]
		if o.Change.Op == plan.None || st.Inverse == plan.NoInverse {
			want = plan.Left
		}
		if err != nil || out.State != want {
			t.Errorf("the undo of %s, which was %s: got %s (%s), %v, want %s", st.Name, o.Change.Op, out.State, out.Why, err, want)
		}
		if again, err := c.Undo(t.Context(), plan.Task{Landing: l, Step: st, Key: l.ID() + "/" + st.Name, Facts: facts}, deed, false); err != nil || again.Writes > 0 {
			t.Errorf("the second undo of %s: %d writes, %v, want none", st.Name, again.Writes, err)
		}
	}
}
