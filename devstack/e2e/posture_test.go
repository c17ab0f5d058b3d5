package e2e

import (
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/stage"
)

// What the night before told of is known from the last result of the schedule, which a server keeps through a plan that changes.
func TestANightTellsWhatIsNewAndWhatHasEndedAndNothingTwice(t *testing.T) {
	s := raise(t, "itbytes.yaml")
	ear := s.Listen(vault)
	strict := ear.Plan(paper, vault, "registry: {table", "rotation: {credentials: [{id: connect-token, maxAge: 9d}]}\nregistry: {table")
	posture := s.Dial().ScheduleClient().GetHandle(t.Context(), "landfall/itbytes/posture")
	night := func(n int) {
		t.Helper()
		if err := posture.Trigger(t.Context(), client.ScheduleTriggerOptions{}); err != nil {
			t.Fatal(err)
		}
		s.Eventually(2*time.Minute, "the night has come to its end", func() bool {
			d, err := posture.Describe(t.Context())
			return err == nil && d.Info.NumActions == n && len(d.Info.RunningWorkflows) == 0
		})
	}
	of := func(all []stage.Notice) (token, others int) {
		for _, n := range all {
			if n.Step == "connect-token" {
				token++
			} else {
				others++
			}
		}
		return token, others
	}
	s.Must(0, "schedule", "apply", strict)
	night(1)
	first := ear.Heard("key.finding")
	if token, others := of(first); token != 1 || others < 2 {
		t.Fatalf("told %+v, want the token and the keys that are over age", first)
	}
	for _, n := range first {
		if n.Step == "connect-token" && (!strings.Contains(n.Do, "op connect token create") || !strings.Contains(n.Do, "--vault "+vault)) {
			t.Errorf("do %q, want how the token is renewed", n.Do)
		}
	}
	night(2)
	if again := ear.Heard("key.finding"); len(again) != len(first) {
		t.Errorf("told %+v the second night, want nothing anew", again[len(first):])
	}
	s.Must(0, "schedule", "apply", ear.Plan(paper, vault))
	night(3)
	if token, others := of(ear.Heard("key.mended")); token != 1 || others != 0 || len(ear.Heard("key.finding")) != len(first) {
		t.Errorf("heard %+v, want it said once that the token is as it should be", ear.Heard(""))
	}
	s.Eventually(time.Minute, "the journal is sealed", func() bool {
		list := s.Must(0, "audit", "list", strict, "--kind", "finding")
		return strings.Contains(list, "it is so no longer: the token") && strings.Count(list, "connect-token") == 2 && !strings.Contains(list, "withheld")
	})
	s.WantNoSecret()
}
