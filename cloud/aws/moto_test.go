package aws_test

import (
	"os"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/plan"
)

// motoCannot are the steps that moto 5.2.1 does not serve; they must fail as unsupported, never as absent.
func motoCannot() map[string]string {
	return map[string]string{}
}

func TestALandingIsMadeOnMotoAndASecondRunWritesNothing(t *testing.T) {
	endpoint := os.Getenv("LANDFALL_MOTO")
	if endpoint == "" {
		t.Skip("LANDFALL_MOTO names no moto server")
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	vault := &memory{}
	c := aws.New(aws.Options{Endpoint: endpoint, Keeper: vault, Patience: 2 * time.Second})
	l := landing("prod", plan.Login{Name: "env", Type: "aws-default"})
	l.Management, l.Zone, l.Adopt = true, "aws.it4bytes.example", plan.Adopt{}
	l.Fallback = &plan.Login{Name: "aws-prod-keys", Type: "aws-keys", User: "landfall-fallback", Item: "op://itbytes-internal/aws-prod"}
	for i, state := range []string{"first", "second"} {
		facts := map[string]string{}
		for _, st := range c.Steps(l) {
			task := plan.Task{Landing: l, Step: st, Key: l.ID() + "/" + st.Name, Facts: facts}
			out, err := c.Carry(t.Context(), task, func(string) {})
			t.Logf("%s %-18s %-8s %-8s r%d w%d %v %v %v", state, st.Name, out.State, out.Change.Op, out.Reads, out.Writes, out.Change.Why, out.Evidence, err)
			for k, v := range out.Facts {
				facts[k] = v
			}
			if i == 1 && out.Writes > 0 {
				t.Errorf("the second run of %s made %d writes, want none", st.Name, out.Writes)
			}
		}
	}
}
