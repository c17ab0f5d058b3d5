package gcp

import (
	"slices"

	"github.com/itbytes/landfall/cloud/gcp/baseline"
	"github.com/itbytes/landfall/cloud/gcp/dns"
	"github.com/itbytes/landfall/cloud/gcp/identity"
	"github.com/itbytes/landfall/cloud/gcp/project"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// controls is the catalogue: the container first, identity before workload.
func controls(l plan.Landing) []step.Control[*Session] {
	return slices.Concat(project.All(l), identity.All(l), baseline.All(l), dns.All(l))
}
