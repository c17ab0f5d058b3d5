package rehearsal

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/failing"
)

// example is one of the shipped plans.
func example(t *testing.T, name string) plan.Plan {
	t.Helper()
	b, err := os.ReadFile("../../examples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Parse(name, b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func landings(t *testing.T) []plan.Landing {
	t.Helper()
	ls, err := example(t, "itbytes.yaml").Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return ls
}

func TestEveryKindOfFaultCanBeRehearsedAndNoOther(t *testing.T) {
	var kinds []string
	for _, k := range fault.Kinds() {
		kinds = append(kinds, string(k))
	}
	if got := failing.Kinds(); !slices.Equal(got, kinds) {
		t.Errorf("the simulators' kinds are %v, the runbook's are %v", got, kinds)
	}
}

func TestAFaultIsReadAsItIsWritten(t *testing.T) {
	for text, want := range map[string]Order{
		"Denied@aws/prod/vpc":                          {"Denied", "aws", "prod", "vpc"},
		"sessionexpired@azure/mgmt/role-itManagesO365": {"SessionExpired", "azure", "mgmt", "role-itManagesO365"},
		"PendingApproval@azure/dti/a/b":                {"PendingApproval", "azure", "dti", "a/b"},
	} {
		if got, err := parse(text, landings(t)); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestAFaultThatMakesNoSenseIsRefusedWithTheNameThatWasMeant(t *testing.T) {
	for text, want := range map[string]string{
		"Denied":                      "KIND@cloud/environment/step",
		"Denied@aws/prod":             "KIND@cloud/environment/step",
		"Denid@aws/prod/vpc":          "Did you mean Denied?",
		"Denied@aws/prd/vpc":          "Did you mean aws/prod?",
		"Denied@azur/mgmt/nsg":        "Did you mean azure/mgmt?",
		"Denied@oracle/x/y":           "There are aws/prod, aws/dti, aws/mgmt",
		"PendingApproval@gcp/dti/vpc": "It says Throttled, Transient,",
	} {
		_, err := parse(text, landings(t))
		var refused *Refusal
		if !errors.As(err, &refused) || !strings.Contains(refused.Hint, want) {
			t.Errorf("%s: got %v, want a refusal with the hint %q", text, err, want)
		}
	}
}

func TestWithoutAFaultThereIsNothingToRehearse(t *testing.T) {
	_, err := Rehearse(t.Context(), Options{Plan: example(t, "itbytes.yaml")})
	var refused *Refusal
	if !errors.As(err, &refused) || !strings.Contains(refused.Hint, "--fault") {
		t.Errorf("got %v, want a refusal that says how a fault is given", err)
	}
}
