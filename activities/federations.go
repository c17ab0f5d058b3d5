package activities

import (
	"context"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Voucher speaks for the identities of one cloud to the others. Errors carry a *fault.Fault.
type Voucher interface {
	// Token is a token that the identity's own cloud has signed for it and an audience. It lasts minutes and never leaves the
	// activity that asked for it. t is the landing in which the identity lives, with the facts of its steps. Where the landing's
	// login may not speak for the identity the fault is Denied, and its hint says what would let it.
	Token(ctx context.Context, t plan.Task, id plan.Identity, audience string) (plan.Secret, error)
}

// Porter lets somebody into one cloud by a token of another, as the identity that trusts them. It needs no login.
type Porter interface {
	// Enter exchanges the token for a session of the identity, once, past every cache, as a consumer would, and asks the cloud
	// who that is; a session that is another's is a Conflict. t is the landing in which the identity lives, with the facts of its
	// steps. A trust that may not be known everywhere yet is Propagating.
	Enter(ctx context.Context, t plan.Task, id plan.Identity, trust plan.Trust, token plan.Secret) (plan.Proof, error)
}

// Federations are the activities by which a credential becomes none. They run on the task queue of the consumer's cloud.
type Federations struct {
	Vouchers map[plan.Cloud]Voucher
	Porters  map[plan.Cloud]Porter
	Latch    *Latch
}

// FederationInput is one federation: whose token opens what.
type FederationInput struct {
	From     plan.Task     `json:"from"` // where the consumer lives
	Who      plan.Identity `json:"who"`  // the consumer
	Into     plan.Task     `json:"into"` // where the identity lives that trusts it
	Identity plan.Identity `json:"identity"`
	Trust    plan.Trust    `json:"trust"`
	// Times and Over are how often the sign-in must be seen to work, and over how long.
	Times int           `json:"times"`
	Over  time.Duration `json:"over"`
}

// ProveFederation signs in by the consumer's own token until it has worked so many times in a row over so long. Both halves are
// one activity: a token between two would have to be in a payload.
func (a *Federations) ProveFederation(ctx context.Context, in FederationInput) (Proven, error) {
	from, into := in.From.Landing, in.Into.Landing
	voucher, speaks := a.Vouchers[from.Cloud]
	porter, opens := a.Porters[into.Cloud]
	if !speaks || !opens {
		return Proven{}, fault.New(fault.Invalid, "Start a worker with --clouds "+string(from.Cloud)+".", "this worker was not built or started for the clouds %q and %q", from.Cloud, into.Cloud)
	}
	if f := a.Latch.Holds(from.Login.Name); f != nil {
		return Proven{}, f
	}
	pulse := beat(ctx)
	defer pulse.stop()
	out, err := repeat(ctx, in.Times, in.Over, func() (plan.Proof, error) {
		token, err := voucher.Token(ctx, in.From, in.Who, in.Trust.Audience)
		if err != nil {
			return plan.Proof{}, err
		}
		return porter.Enter(ctx, in.Into, in.Identity, in.Trust, token)
	})
	return out, a.Latch.Learn(err)
}
