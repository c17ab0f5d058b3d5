package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestSinglePointsAreToldWithoutAServer(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	code, out, errs := typed(t, "spof", "../examples/itbytes.yaml")
	if code != exitDone || errs != "" {
		t.Fatalf("exit %d, %s; want done", code, errs)
	}
	for _, want := range []string{
		"login aws-sso\n  stops    aws/mgmt, registry, journal, zone aws.it4bytes.example\n  goes on  aws/prod by aws-prod-keys, aws/dti by aws-dti-keys",
		"registry itinfra-connections\n", "landfall registry list --from azure", "domain it4bytes.example\n", "temporal Temporal\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("got\n%s\nwant %q in it", out, want)
		}
	}
}

func TestSinglePointsAsDataAreThoseOfThePlan(t *testing.T) {
	code, out, _ := typed(t, "spof", "../examples/itbytes.yaml", "-o", "json")
	var got struct {
		Plan string
		SPOF []plan.SPOF
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitDone {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	if got.Plan != "itbytes" || len(got.SPOF) < 10 || got.SPOF[0].Name != "aws-sso" || len(got.SPOF[0].GoesOn) < 2 || got.SPOF[0].Mend == "" {
		t.Errorf("got %+v, want the plan's points with what goes on and what mends", got)
	}
}

func TestSinglePointsOfAPlanThatIsNotValidAreItsProblems(t *testing.T) {
	code, _, errs := typed(t, "spof", "../plan/plan.go")
	if code != exitFailed || !strings.Contains(errs, "cannot be carried out") {
		t.Errorf("exit %d, %q; want failed with what is wrong", code, errs)
	}
}
