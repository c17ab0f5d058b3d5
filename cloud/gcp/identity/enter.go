package identity

import (
	"context"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Enter signs in once as an identity's service account, by a token of somebody whom it trusts, and asks Google who that is. It
// needs no login: pool and provider are named after the plan, and the project's number is a fact.
func Enter(ctx context.Context, ls *wire.Logins, t plan.Task, id plan.Identity, trust plan.Trust, token plan.Secret) (plan.Proof, error) {
	if t.Fact(names.FactNumber) == "" {
		return plan.Proof{}, fault.New(fault.Invalid, "Carry out the plan (landfall migrate "+t.Landing.Plan+"), then resume.",
			"the number of the project %s is not known, and no token can be exchanged without it", names.Project(t))
	}
	email := names.Email(names.Account(id), names.Project(t))
	who, err := ls.Admit(ctx, wire.Entry{Provider: federation{id}.provider(t, trust), Account: email, Trust: trust, Plan: t.Landing.Plan}, token)
	if err != nil {
		return plan.Proof{}, err
	}
	if who != email {
		return plan.Proof{}, fault.New(fault.Conflict, "See who "+email+" is, then resume.", "the token of %s signs in as %s, and should as %s", trust.Name, who, email)
	}
	return plan.Proof{Who: who, At: time.Now()}, nil
}
