package identity

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Enter signs in as an identity by the token of somebody whom it trusts, once, and says who that is in Entra. It needs no login:
// all it knows of the identity is in the task.
func Enter(ctx context.Context, signIn func(context.Context, session.ClientKey) (session.Bearer, error), t plan.Task, login plan.Login, id plan.Identity, trust plan.Trust, token plan.Secret) (plan.Proof, error) {
	tenant, client := cmp.Or(t.Fact(factTenant(id)), login.Tenant, t.Landing.Organization), t.Fact(factClient(id))
	if tenant == "" || client == "" {
		return plan.Proof{}, fault.New(fault.Conflict, "Carry out the plan (landfall migrate "+t.Landing.Plan+"): it makes the application and tells its id.",
			"nothing says which application in which tenant %s is", id.Name)
	}
	b, err := signIn(ctx, session.ClientKey{Tenant: tenant, Client: client, Assertion: token})
	if err != nil {
		return plan.Proof{}, keptOut(err, t, id, trust, token)
	}
	object := t.Fact(factPrincipal(id))
	if !strings.EqualFold(b.Tenant, tenant) || !strings.EqualFold(b.App, client) || object != "" && !strings.EqualFold(b.Object, object) {
		return plan.Proof{}, fault.New(fault.Conflict, "Carry out the plan again (landfall migrate "+t.Landing.Plan+"): the application may have been made anew.",
			"the token signs in to the tenant %s as %s (%s), and should to %s as %s (%s)", b.Tenant, b.App, b.Object, tenant, client, object)
	}
	return plan.Proof{Key: trust.Name, Who: id.Name + "/" + b.App, At: time.Now()}, nil
}

// keptOut names why Entra did not take a token. Where the token is what the trust is in, Entra does not know the trust yet: that
// can last for minutes, on some of its machines and not on others. The token itself is in no error.
func keptOut(err error, t plan.Task, id plan.Identity, trust plan.Trust, token plan.Secret) error {
	f := fault.As(err)
	if f == nil {
		return err
	}
	again := "carry out the plan again (landfall migrate " + t.Landing.Plan + ")"
	switch f.Code {
	case "AADSTS70021", "AADSTS70025", "AADSTS700211", "AADSTS700212", "AADSTS700213", "AADSTS7002138":
		if differs := off(trust, session.SaidBy(token.Reveal())); differs != "" {
			f.Kind, f.Message = fault.Conflict, "the token has "+differs+" (trust "+trust.Name+" of "+id.Name+"): "+f.Message
			f.Hint = "Have the token say that, or correct the trust in the plan and " + again + ", then resume."
			return f
		}
		f.Kind, f.Hint = fault.Propagating, "Wait; the trust "+trust.Name+" of "+id.Name+" may not be known everywhere in Entra yet; if it lasts, somebody may have changed it: "+again+"."
	case "AADSTS700016", "AADSTS7000229":
		f.Kind, f.Hint = fault.Propagating, "Wait; the application "+id.Name+" may not be known everywhere in Entra yet; if it lasts, "+again+"."
	}
	return f
}
