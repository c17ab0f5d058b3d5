package iam

import (
	"slices"
	"strings"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/plan"
)

// jobFunctions are the managed policies that AWS keeps under a path of their own.
func jobFunctions() []string {
	return []string{"Billing", "DatabaseAdministrator", "DataScientist", "NetworkAdministrator", "SupportUser", "SystemAdministrator", "ViewOnlyAccess"}
}

// policyARN is the ARN of a managed policy's name; an ARN is its own.
func policyARN(region, name string) string {
	switch {
	case strings.HasPrefix(name, "arn:"):
		return name
	case slices.Contains(jobFunctions(), name):
		name = "job-function/" + name
	}
	return "arn:" + session.Partition(region) + ":iam::aws:policy/" + name
}

// rolesOf are the policies that an identity holds; a reader's where the plan names none.
func rolesOf(id plan.Identity) []string {
	if len(id.Roles) == 0 {
		return []string{"ReadOnlyAccess"}
	}
	return id.Roles
}

const attached = "attached"

// policyField is the canonical field of an attached policy.
func policyField(name string) string { return "policy " + name }

// wantPolicies adds the fields of policies that should be attached.
func wantPolicies(f plan.Fields, names []string) {
	for _, n := range names {
		f[policyField(n)] = attached
	}
}

// livePolicies adds the fields of those wanted policies that are.
func livePolicies(f plan.Fields, region string, names []string, arns map[string]bool) {
	for _, n := range names {
		f[policyField(n)] = "not attached"
		if arns[policyARN(region, n)] {
			f[policyField(n)] = attached
		}
	}
}
