package world_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/itbytes/landfall/devstack/world"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator"
)

// of makes the world of a plan's text, and the simulator that answers as it.
func of(t *testing.T, text string) (world.World, *simulator.Simulator) {
	t.Helper()
	p, err := plan.Parse("plan.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.Of(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Plan.Validate(""); err != nil {
		t.Fatalf("the plan as it is carried out is not valid: %v", err)
	}
	sim, err := simulator.New(w.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	return w, sim
}

func state(t *testing.T, sim *simulator.Simulator, part string) string {
	t.Helper()
	b, err := json.Marshal(sim.Kernel().State()[part])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryExampleHasAWorldThatPeopleAreSignedInTo(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			w, sim := of(t, string(b))
			var signedIn []string
			for _, s := range sim.Sessions() {
				signedIn = append(signedIn, s.Login)
			}
			for _, home := range w.Plan.Clouds {
				if !slices.Contains(signedIn, home.Login) {
					t.Errorf("nobody is signed in to %s: %v", home.Login, signedIn)
				}
			}
			if len(w.Lacks) != 0 {
				t.Errorf("the world lacks %v", w.Lacks)
			}
		})
	}
}

func TestWhatAPlanAdoptsStandsAndNothingElseDoes(t *testing.T) {
	b, err := os.ReadFile("../../examples/itbytes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, sim := of(t, string(b))
	for cloud, wants := range map[string][]string{
		"aws":         {"862973411383", "104862917517", "379047601618", "landfall-fallback"},
		"azure":       {"5b0c3a1e-8f64-4d0b-b1a2-90c4e77d2222", "rg-production", "vnet-main", "nsg-default"},
		"onepassword": {`"title":"aws-prod"`, `"title":"aws-dti"`},
	} {
		got := state(t, sim, cloud)
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s has no %s: %s", cloud, want, got)
			}
		}
	}
	if got := state(t, sim, "azure"); strings.Contains(got, "vnet-main2") || strings.Contains(got, "it4bytes-sub-dti-core") {
		t.Errorf("azure has what the plan does not adopt: %s", got)
	}
	if got := state(t, sim, "gcp"); strings.Contains(got, "it4bytes-prod-core") {
		t.Errorf("gcp has a project that is yet to be made: %s", got)
	}
}

const small = `
apiVersion: landfall/v1
kind: Migration
metadata: {name: small, owner: team}
organisation: {slug: small, environments: [prod, mgmt]}
clouds:
  aws:   {region: us-east-1, email: "aws+{env}@small.example", login: here}
  azure: {region: eastus, login: az, billing: /providers/Microsoft.Billing/billingAccounts/small/billingProfiles/main/invoiceSections/core}
  gcp:   {region: us-central1, parent: folders/12345, organization: organizations/998, billing: billingAccounts/AAAAAA-BBBBBB-CCCCCC, login: g}
logins:
  here: {type: aws-default}
  az:   {type: azure-default}
  g:    {type: gcp-default}
  key:  {type: aws-keys, user: fallback, item: op://safe/key}
landings:
  - {cloud: aws, environment: prod, fallback: key, adopt: {name: old-prod, resources: {vpc: vpc-0123}}}
  - {cloud: gcp, environment: prod, adopt: {id: small-old-project, resources: {vpc: old-net}}}
  - {cloud: azure, environment: prod, adopt: {name: Azure subscription 1, resources: {vnet: /subscriptions/s/resourceGroups/rg-x/providers/Microsoft.Network/virtualNetworks/vnet-x}}}
  - {cloud: azure, environment: mgmt, skip: true, reason: later, until: "2999-01-01"}
notify: {webhook: "https://hooks.small.example/in", key: op://safe/hook}
`

func TestAWayInThatTheWorkersEnvironmentWouldGiveIsAPersonsAndNobodyOutsideIsTold(t *testing.T) {
	w, sim := of(t, small)
	if w.Plan.Notify.Webhook != "" {
		t.Errorf("a rehearsal would tell %s", w.Plan.Notify.Webhook)
	}
	for name, want := range map[string]string{"here": "aws-sso", "az": "entra-user", "g": "gcp-user", "key": "aws-keys"} {
		if got := w.Plan.Logins[name].Type; got != want {
			t.Errorf("%s is of type %s, want %s", name, got, want)
		}
	}
	if n := len(sim.Sessions()); n != 3 {
		t.Errorf("%d people are signed in, want three", n)
	}
	for cloud, want := range map[string]string{"aws": "old-prod", "azure": "vnet-x", "gcp": "small-old-project"} {
		if got := state(t, sim, cloud); !strings.Contains(got, want) {
			t.Errorf("%s has no %s: %s", cloud, want, got)
		}
	}
}

func TestWhatCannotStandIsSaidAndNotAdopted(t *testing.T) {
	w, _ := of(t, small)
	said := strings.Join(w.Lacks, "\n")
	if len(w.Lacks) != 2 || !strings.Contains(said, "aws/prod: the plan adopts the vpc vpc-0123") || !strings.Contains(said, "gcp/prod: the plan adopts the vpc old-net") {
		t.Errorf("lacks = %q, want the VPC whose id only AWS gives and the network of the GCP project", said)
	}
	for _, e := range w.Plan.Landings {
		if e.Cloud != plan.Azure && e.Adopt.Resources["vpc"] != "" {
			t.Errorf("%s/%s still adopts %v", e.Cloud, e.Environment, e.Adopt.Resources)
		}
	}
}
