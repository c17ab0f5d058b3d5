package azure

import (
	"context"

	"github.com/itbytes/landfall/cloud/azure/identity"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Token is a token that Entra has signed for an identity and its own audience (see activities.Voucher).
func (c *Cloud) Token(ctx context.Context, t plan.Task, id plan.Identity, audience string) (plan.Secret, error) {
	s, err := c.catalog.Open(ctx, t)
	if err != nil {
		return plan.Secret{}, err
	}
	token, err := identity.Token(ctx, s, t, id, audience)
	return token, name(err, t)
}

// Enter exchanges a token for one of the identity that trusts it, and says who that is (see activities.Porter). Its fault names no
// login, for it uses none.
func (c *Cloud) Enter(ctx context.Context, t plan.Task, id plan.Identity, trust plan.Trust, token plan.Secret) (plan.Proof, error) {
	p, err := identity.Enter(ctx, c.door.redeem, t, loginOf(t), id, trust, token)
	if f := fault.As(err); f != nil {
		f.Cloud = string(plan.Azure)
	}
	return p, err
}
