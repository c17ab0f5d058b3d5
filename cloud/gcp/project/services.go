package project

import (
	"time"

	"github.com/itbytes/landfall/cloud/gcp/apis"
	"github.com/itbytes/landfall/plan"
)

// services are the APIs that the later steps, and what will run here, need: all but Compute Engine's, which the baseline
// enables once the policies are in force that make it harmless.
type services struct{ apis.Set }

func (services) Describe(l plan.Landing) (plan.Step, bool) {
	after := []string{"project"}
	if l.Billing != "" {
		after = []string{"billing"}
	}
	return plan.Step{
		Name: "services", Title: "the project's APIs", Chapter: plan.Container, After: after, Inverse: plan.NoInverse, Usual: 2 * time.Minute,
	}, true
}

// early are the APIs of services.
func early() apis.Set {
	wanted := []string{
		"cloudresourcemanager", "dns", "iam", "iamcredentials", "logging", "monitoring", "orgpolicy", "policyanalyzer",
		"securitycenter", "securitycentermanagement", "serviceusage", "storage", "sts",
	}
	for i := range wanted {
		wanted[i] += ".googleapis.com"
	}
	return apis.Set{Wanted: wanted, Later: []string{"compute.googleapis.com"}}
}
