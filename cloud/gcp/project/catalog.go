// Package project holds the container's steps: the project itself, what pays for it, its APIs, its labels, and the name of
// the organisation it stands in.
package project

import (
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// All lists the controls of the container, in their order.
func All(plan.Landing) []step.Control[*wire.Session] {
	return []step.Control[*wire.Session]{project{}, billing{}, services{early()}, labels{}, orgName{}}
}
