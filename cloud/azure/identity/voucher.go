package identity

import (
	"context"
	"slices"
	"strings"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Token has the identity's own application ask Entra for a token for itself, by the credential that the vault gives to consumers
// now. Where it has none nobody but the consumer can speak for it.
func Token(ctx context.Context, s *session.Session, t plan.Task, id plan.Identity, audience string) (plan.Secret, error) {
	if id.Credential == "" {
		return plan.Secret{}, fault.New(fault.Denied, "Have "+id.Name+" sign in to the other cloud by its own token once, then resume with done.",
			"the plan keeps no credential of %s, so that nobody but %s itself can have Entra sign a token for it", id.Name, id.Name)
	}
	v, err := slotsOf(s, id.Name)
	if err != nil {
		return plan.Secret{}, err
	}
	w := witness{ring: ring{s, id.Name}, vault: v, item: id.Credential, id: strings.ToLower(id.Name), certificate: credential{id}.certificate()}
	k, key, err := w.read(ctx, plan.Current)
	if err != nil {
		return plan.Secret{}, err
	}
	g, err := s.Grant(ctx, k, audience+"/.default")
	if err != nil {
		err = w.refused(ctx, plan.Current, key, k.Certificate, err)
		if f := fault.As(err); f != nil && f.Code == "AADSTS500011" {
			f.Kind, f.Hint = fault.Propagating, "Wait; the application's identifier URI was added minutes ago and is not yet known everywhere; if it lasts, carry out the plan again (landfall migrate "+t.Landing.Plan+")."
		}
		return plan.Secret{}, err
	}
	if err := astray(t, id, audience, g.Said); err != nil {
		return plan.Secret{}, err
	}
	return g.Token, nil
}

// astray is the fault of a token that says something else than the other cloud was told to trust.
func astray(t plan.Task, id plan.Identity, audience string, says session.Said) error {
	for _, c := range []struct{ what, got, want string }{
		{"signed by", says.Issuer, t.Fact(plan.FactIssuer(id))},
		{"about", says.Subject, t.Fact(plan.FactSubject(id))},
		{"for", strings.Join(says.Audience, ", "), audience},
	} {
		if c.want != "" && c.got != c.want {
			return fault.New(fault.Conflict, "Carry out the plan again (landfall migrate "+t.Landing.Plan+"): it reads anew what Entra says of "+id.Name+", and tells whom to trust.",
				"the token that Entra signs for %s is %s %s, and the other cloud was told to trust %s", id.Name, c.what, c.got, c.want)
		}
	}
	return nil
}

// off says in what a token differs from the trust in it; "" where it does not.
func off(trust plan.Trust, says session.Said) string {
	switch {
	case says.Issuer != trust.Issuer:
		return "the issuer " + says.Issuer + " and the trust is in " + trust.Issuer
	case says.Subject != trust.Subject:
		return "the subject " + says.Subject + " and the trust is in " + trust.Subject
	case !slices.Contains(says.Audience, audience(trust)):
		return "the audience " + strings.Join(says.Audience, ", ") + " and the trust is in " + audience(trust)
	}
	return ""
}
