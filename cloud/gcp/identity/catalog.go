// Package identity holds the steps of the plan's service identities: their accounts, their tokens for other clouds, who may use
// them without a key, their keys, and their roles.
package identity

import (
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

const service = "iam"

// All lists the controls of a landing's identities, one identity after the other.
func All(l plan.Landing) []step.Control[*wire.Session] {
	var out []step.Control[*wire.Session]
	for _, id := range l.Identities {
		out = append(out, account{id}, newTokens(id), federation{id}, key{id}, roles{id})
	}
	return out
}
