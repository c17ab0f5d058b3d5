package plan

import (
	"slices"
	"testing"
)

func TestNamesOfOneThingAreSimilar(t *testing.T) {
	for _, p := range [][2]string{
		{"acme-mgmt", "acme-mgt"},
		{"acme-mgmt", "acme-management"},
		{"acme-prod", "acme-prd"},
		{"acme-prod", "acme_production"},
		{"acme-prod", "AcmeProd"},
		{"acme-prod-azure", "acme-az-prod"},
		{"acme-prod-gcp", "prod-acme-google"},
		{"acme-staging", "acme-stg"},
		{"acme-prod-01", "acme-prod-1"},
		{"acme-prod", "prod-acme"},
		{"acme-payments", "acme-payment"},
		{"rg-production", "rg-production-2"},
		{"vnet-main", "vnet-main2"},
		{"it4bytes-prod-core", "vnet-production"},
		{"it4bytes-prod-core", "it4bytes-production"},
		{"it4bytes-sub-prod-core", "it4bytes-core"},
		{"it4bytes-sub-mgmt-core", "it4bytes subscription mgt"},
		{"NetworkWatcher_eastus", "network-watcher-east-us"},
	} {
		for _, q := range [][2]string{p, {p[1], p[0]}} {
			if !Similar(q[0], q[1]) {
				t.Errorf("%s and %s are not similar, want a person to be asked", q[0], q[1])
			}
		}
	}
}

func TestSiblingsAreNotSimilar(t *testing.T) {
	for _, p := range [][2]string{
		{"acme-prod", "acme-dti"},
		{"acme-prod-aws", "acme-prod-gcp"},
		{"acme-prod-aws", "acme-prod-azure"},
		{"acme-prod-1", "acme-prod-2"},
		{"green-e000", "green-e008"},
		{"acme-dev", "acme-test"},
		{"acme-prod", "acme-nonprod"},
		{"acme-prod", "acme-preprod"},
		{"acme-log", "acme-audit"},
		{"acme-prod", "payments-prod"},
		{"acme-prod", "Acme"}, // the management account is often named for the company
		{"it4bytes-sub-dti-core", "Azure subscription 1"},
		{"it4bytes-prod-core", "mediamanager"},
		{"it4bytes-prod-core", "my-first-project"},
		{"aws-prod", "aws-mgmt"},
		{"NetworkWatcher_eastus", "NetworkWatcher_westus"},
		{"NetworkWatcher_eastus", "NetworkWatcher_eastus2"},
		{"green-sub-dti-core", "green-sub-mgmt-core"},
		{"", "acme"},
	} {
		for _, q := range [][2]string{p, {p[1], p[0]}} {
			if Similar(q[0], q[1]) {
				t.Errorf("%s and %s are similar, want no question", q[0], q[1])
			}
		}
	}
}

func TestTheVerySameNameIsFoundNotSimilar(t *testing.T) {
	got := SimilarTo("acme-prod", []string{"acme-dti", "acme-prd", "acme-prod", "acme-production"})
	if want := []string{"acme-prd", "acme-production"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTheNameOfAnotherEnvironmentOfThePlanIsNoSlip(t *testing.T) {
	l := Landing{Environments: []string{"e000", "mgmt", "blue", "blue-eu"}}
	for _, p := range []struct {
		stands, wanted string
		want           bool
	}{
		{"green-sub-mgmt-core", "green-sub-e000-core", false},
		{"green-blue-eu-core", "green-blue-core", false},
		{"green-blu-core", "green-blue-core", true},
		{"green-core", "green-sub-e000-core", Similar("green-core", "green-sub-e000-core")},
	} {
		if got := l.Similar(p.stands, p.wanted); got != p.want {
			t.Errorf("%s beside the wanted %s: similar = %v, want %v", p.stands, p.wanted, got, p.want)
		}
	}
}
