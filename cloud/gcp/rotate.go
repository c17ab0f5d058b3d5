package gcp

import (
	"context"

	"github.com/itbytes/landfall/cloud/gcp/identity"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// smith opens a session in the project of a credential's service account.
func (c *Cloud) smith(ctx context.Context, of plan.Credential) (step.Smith, error) {
	s, err := c.catalog.Open(ctx, plan.Task{Landing: of.Landing})
	if err != nil {
		return nil, err
	}
	return identity.NewSmith(s, of)
}
