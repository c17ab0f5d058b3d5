package aws_test

import (
	"maps"
	"os"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// TestALandingIsMadeOnMotoAndASecondRunWritesNothing is judged by an emulator that others wrote. LANDFALL_MOTO is the
// address of a moto server that keeps AWS's managed policies (MOTO_IAM_LOAD_MANAGED_POLICIES=true).
func TestALandingIsMadeOnMotoAndASecondRunWritesNothing(t *testing.T) {
	endpoint := os.Getenv("LANDFALL_MOTO")
	if endpoint == "" {
		t.Skip("LANDFALL_MOTO names no moto server")
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	c := aws.New(aws.Options{Endpoint: endpoint, Keeper: &memory{}, Patience: 2 * time.Second})
	l := landing("prod", plan.Login{Name: "env", Type: "aws-default"})
	l.Siblings = []plan.Sibling{{Environment: "prod", Name: l.Name, Email: l.Email}}
	l.Management, l.Zone = true, "aws.it4bytes.example"
	l.Fallback = &plan.Login{Name: "aws-prod-keys", Type: "aws-keys", User: "landfall-fallback", Item: "op://itbytes-internal/aws-prod"}

	unserved := map[string]bool{"security-hub": true}            // moto has neither DescribeStandards nor GetEnabledStandards
	states := map[string]plan.StepState{"mfa": plan.StepWaiting} // and its root users have no second factor
	facts := map[string]string{}
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
			if i == 1 && out.Writes > 0 {
				t.Errorf("the second run of %s made %d writes, want none", st.Name, out.Writes)
			}
		}
	}
}
