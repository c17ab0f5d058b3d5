package gcp

import (
	"context"

	"github.com/itbytes/landfall/cloud/gcp/identity"
	"github.com/itbytes/landfall/plan"
)

// Token is a token that Google has signed about an identity's service account (see activities.Voucher).
func (c *Cloud) Token(ctx context.Context, t plan.Task, id plan.Identity, audience string) (plan.Secret, error) {
	s, err := c.catalog.Open(ctx, t)
	if err != nil {
		return plan.Secret{}, err
	}
	return identity.Token(ctx, s, t, id, audience)
}

// Enter signs in as an identity's service account by another cloud's token (see activities.Porter).
func (c *Cloud) Enter(ctx context.Context, t plan.Task, id plan.Identity, trust plan.Trust, token plan.Secret) (plan.Proof, error) {
	return identity.Enter(ctx, c.logins, t, id, trust, token)
}
