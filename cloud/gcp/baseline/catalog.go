// Package baseline holds the controls that make a project safe to work in, one file each.
package baseline

import (
	"github.com/itbytes/landfall/cloud/gcp/apis"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

const (
	computeAPI = "compute.googleapis.com"
	policyAPI  = "orgpolicy.googleapis.com"
)

// All lists the controls of the baseline, in their order. A new one is a file in this folder and a line here.
func All(plan.Landing) []step.Control[*wire.Session] {
	return []step.Control[*wire.Session]{
		scc{},
		orgPolicies{},
		engine{apis.Set{Wanted: []string{computeAPI}}},
		vpc{},
		subnets{},
		cloudArmor{},
		twoStep{},
		keyPolicy{},
	}
}
