package azure

import (
	"context"

	"github.com/itbytes/landfall/cloud/azure/identity"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// smith opens a session in the tenant of a credential's application.
func (c *Cloud) smith(ctx context.Context, of plan.Credential) (step.Smith, error) {
	s, err := c.catalog.Open(ctx, tending(of))
	if err != nil {
		return nil, err
	}
	return identity.NewSmith(s, of)
}

// tending is the task of looking after a credential.
func tending(of plan.Credential) plan.Task { return plan.Task{Landing: of.Landing} }
