package rehearsal

import (
	"strings"
	"testing"
)

func TestARehearsalIsToldPartByPartAndEachPartOnce(t *testing.T) {
	var out strings.Builder
	teller := &Teller{Out: &out}
	r := Result{
		Plan: "itbytes", World: "the scenario itbytes", State: "held", Seconds: 5.5, Registry: "done",
		Faults:   []Met{{"Denied@azure/prod/vnet", 1}, {"Quota@gcp/dti/two-step", 0}},
		Held:     []Stopped{{Step: "azure/prod/vnet", Kind: "Denied", After: 2.7, Why: "not allowed", Hint: "Have it allowed.", Releases: "somebody allows it", Behind: []string{"flow-log", "waf"}}},
		Landings: []Landing{{ID: "aws/prod", State: "done", Seconds: 1, Done: 14, Steps: 14, By: []string{"aws-prod-keys"}}, {ID: "azure/prod", State: "held", Done: 11, Steps: 14}},
	}
	teller.Tell(r)
	r.Release = &Release{Acts: []string{"landfall resume itbytes"}, State: "done", Seconds: 1.8}
	teller.Tell(r)
	r.Abort = &Abort{Command: "landfall abort itbytes", Seconds: 4.5, Landings: []Undone{{ID: "azure/prod", State: "aborted", Steps: []Undo{
		{"subscription", "quarantined", "kept, and closed to everybody"},
		{"nsg", "left", "it stood before"},
		{"resource-group", "left", "it stood before"},
		{"policy", "reverted", "gone"},
		{"licence", "left", "this run changed nothing here"},
	}}}}
	teller.Tell(r)
	const want = `itbytes, rehearsed in a simulated world: the scenario itbytes
  Denied@azure/prod/vnet: met by one call
  Quota@gcp/dti/two-step: met by no call: the step makes none that its cloud answers so

holds: azure/prod/vnet, 2.7 s into the run
  not allowed
  Have it allowed.
  behind it: flow-log, waf
  released by: somebody allows it

after 5.5 s the run is held
  aws/prod       done     14 of 14 steps in 1.0 s, some by aws-prod-keys
  azure/prod     held     11 of 14 steps
  registry       done

released
  landfall resume itbytes
  1.8 s later the run is done

given up at the hold instead, by landfall abort itbytes: undone within 4.5 s
  azure/prod     aborted  1 reverted, 1 quarantined, 3 left
    quarantined: subscription
      kept, and closed to everybody
    left: nsg, resource-group
      it stood before
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
