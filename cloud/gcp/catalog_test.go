package gcp

import (
	"testing"

	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// everything is a landing that has every step of the catalogue.
func everything() plan.Landing {
	id := plan.Identity{Name: "runner", Home: "mgmt", Credential: "op://v/i", TokensFor: []plan.Cloud{plan.AWS}, Trust: []plan.Trust{{Name: "ci", Issuer: "https://ci.example", Subject: "s"}}}
	return plan.Landing{
		Plan: "p", Slug: "s", Cloud: plan.GCP, Environment: "mgmt", Management: true, OrgName: "o", Billing: "billingAccounts/1", Zone: "example.net",
		Identities: []plan.Identity{id}, Network: plan.Network{Subnets: []plan.Subnet{{Name: "a", CIDR: "10.0.0.0/24"}}},
		Controls: map[string]plan.Mode{"GC-O10": plan.Enforce},
	}
}

func TestEveryStepThatSaysItHasAnInverseCanBeUndone(t *testing.T) {
	seen := 0
	for _, c := range controls(everything()) {
		s, wanted := c.Describe(everything())
		if !wanted {
			t.Errorf("%s is not wanted in a landing that has everything", s.Name)
		}
		_, undoes := c.(step.Undoer[*Session])
		_, stays := c.(step.Neutral)
		if has := s.Inverse != plan.NoInverse; has != undoes {
			t.Errorf("%s: its inverse is %s, and it has an undo: %t", s.Name, s.Inverse, undoes)
		}
		if kept := s.Inverse == plan.Neutralise || s.Inverse == plan.Quarantine; kept != stays {
			t.Errorf("%s: its inverse is %s, and it can tell that it is switched off: %t", s.Name, s.Inverse, stays)
		}
		seen++
	}
	if seen < 18 {
		t.Errorf("got %d controls, want all of the catalogue", seen)
	}
}

func TestWhatForbidsSomethingToEverybodyIsADenyStep(t *testing.T) {
	for _, c := range controls(everything()) {
		if s, _ := c.Describe(everything()); s.Deny != (s.Name == "key-policy") {
			t.Errorf("%s: got deny %t", s.Name, s.Deny)
		}
	}
}
