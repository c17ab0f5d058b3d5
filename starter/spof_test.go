package main

import (
	"fmt"
	"os"
	"reflect"
	"testing"

	"github.com/itbytes/landfall/plan"
)

func TestThePapersSinglePointsAreKnownBeforehand(t *testing.T) {
	b, err := os.ReadFile("../examples/itbytes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Parse("itbytes.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	points, err := singlePoints(p)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, s := range points {
		got[s.Kind+" "+s.Name] = s.Stops
	}
	for name, want := range map[string][]string{
		// prod and dti have fallback logins: they do not stop with the sign-in
		"login aws-sso":              {"aws/mgmt", "registry", "zone aws.it4bytes.example"},
		"account 379047601618":       {"aws/mgmt", "registry", "zone aws.it4bytes.example", "login aws-sso"},
		"login gcp-admin":            {"gcp/prod", "gcp/dti", "gcp/mgmt", "zone gcp.it4bytes.example", "identity itManagesGCP"},
		"project it4bytes-mgmt-core": {"gcp/mgmt", "zone gcp.it4bytes.example", "identity itManagesGCP"},
	} {
		if !reflect.DeepEqual(got[name], want) {
			t.Errorf("%s stops %q, want %q", name, got[name], want)
		}
	}
	if stops, there := got["account 862973411383"]; there {
		t.Errorf("the account of aws/prod stops %q, want nothing but itself", stops)
	}
}

func TestAThousandLandingsThatStopAreCounted(t *testing.T) {
	s := plan.SPOF{}
	for i := range 300 {
		s.Stops = append(s.Stops, fmt.Sprintf("gcp/e%d", i))
	}
	s.Stops = append(s.Stops, "registry", "aws/prod")
	if got, want := counted(s).Stops, []string{"300 landings in gcp", "registry", "aws/prod"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
