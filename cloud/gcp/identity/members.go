package identity

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"google.golang.org/api/iam/v1"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/plan"
)

// attempts is how often a policy is read and written again when somebody else writes it in between: the other identities of a
// plan do, all at once.
const attempts = 9

// giveWay lets others write their policy first, for longer each time and never for as long as they let us, as Google asks for:
// "retry the whole read-modify-write with exponential backoff".
func giveWay(ctx context.Context, attempt int) error {
	most := 20 * time.Millisecond << attempt
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(most/4 + rand.N(most)): //nolint:gosec // who comes first is no secret
		return nil
	}
}

// What an observation says of a subject.
const (
	may    = "may use it"
	mayNot = "may not use it"
)

// observeMembers reads from the account's policy which of the trusted may use it. Others who may are left, and told.
func (c federation) observeMembers(ctx context.Context, s *wire.Session, t plan.Task, o *plan.Observation) error {
	p, err := c.policy(ctx, s, t)
	if err != nil {
		return err
	}
	ours := map[string]bool{}
	for _, tr := range c.id.Trust {
		ours[c.member(t, tr)] = true
		o.Live[names.Provider(tr)+".member"] = mayNot
		if admits(p, c.member(t, tr)) {
			o.Live[names.Provider(tr)+".member"] = may
		}
	}
	o.Evidence = append(o.Evidence, wire.Evidence("serviceAccounts.getIamPolicy", "%d bindings", len(p.Bindings)))
	for _, b := range p.Bindings {
		for _, m := range b.Members {
			if b.Role == user && !ours[m] {
				o.Evidence = append(o.Evidence, wire.Evidence("serviceAccounts.getIamPolicy", "%s may use it, is not in the plan, and is left", m))
			}
		}
	}
	return nil
}

// letIn adds the trusted to the account's policy and keeps everybody else in it.
func (c federation) letIn(ctx context.Context, s *wire.Session, t plan.Task) error {
	return c.rewrite(ctx, s, t, func(p *iam.Policy) bool { return c.add(p, t) })
}

// shutOut takes those out of the account's policy whom a deed let in.
func (c federation) shutOut(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed) error {
	return c.rewrite(ctx, s, t, func(p *iam.Policy) bool {
		changed := false
		for _, tr := range c.id.Trust {
			if d.Change.Op == plan.Create || former(d, names.Provider(tr)+".member") == mayNot {
				changed = expel(p, c.member(t, tr)) || changed
			}
		}
		return changed
	})
}

// rewrite changes the account's policy as it stands, as often as somebody else writes in between.
func (c federation) rewrite(ctx context.Context, s *wire.Session, t plan.Task, change func(*iam.Policy) bool) error {
	var err error
	for n := range attempts {
		p, failed := c.policy(ctx, s, t)
		if failed != nil || !change(p) {
			return failed
		}
		p.Version = 3
		_, err = s.IAM.Projects.ServiceAccounts.SetIamPolicy(c.account(t), &iam.SetIamPolicyRequest{Policy: p}).Context(ctx).Do()
		if !wire.Changed(err) || n == attempts-1 || giveWay(ctx, n) != nil {
			break
		}
	}
	return s.Fault(err, service, "serviceAccounts.setIamPolicy")
}

// expel takes a member out of a policy, and an empty binding with it, and reports whether that changed it.
func expel(p *iam.Policy, m string) bool {
	i := slices.IndexFunc(p.Bindings, func(b *iam.Binding) bool {
		return b.Role == user && b.Condition == nil && slices.Contains(b.Members, m)
	})
	if i < 0 {
		return false
	}
	p.Bindings[i].Members = slices.DeleteFunc(p.Bindings[i].Members, func(o string) bool { return o == m })
	if len(p.Bindings[i].Members) == 0 {
		p.Bindings = slices.Delete(p.Bindings, i, i+1)
	}
	return true
}

// add puts the trusted into a policy and reports whether that changed it.
func (c federation) add(p *iam.Policy, t plan.Task) bool {
	changed := false
	for _, tr := range c.id.Trust {
		m := c.member(t, tr)
		if admits(p, m) {
			continue
		}
		changed = true
		if i := slices.IndexFunc(p.Bindings, func(b *iam.Binding) bool { return b.Role == user && b.Condition == nil }); i >= 0 {
			p.Bindings[i].Members = append(p.Bindings[i].Members, m)
			continue
		}
		p.Bindings = append(p.Bindings, &iam.Binding{Role: user, Members: []string{m}})
	}
	return changed
}

func (c federation) policy(ctx context.Context, s *wire.Session, t plan.Task) (*iam.Policy, error) {
	p, err := s.IAM.Projects.ServiceAccounts.GetIamPolicy(c.account(t)).OptionsRequestedPolicyVersion(3).Context(ctx).Do()
	return p, s.Fault(err, service, "serviceAccounts.getIamPolicy")
}

func (c federation) account(t plan.Task) string {
	return resource(names.Project(t), names.Email(names.Account(c.id), names.Project(t)))
}

func admits(p *iam.Policy, member string) bool {
	return slices.ContainsFunc(p.Bindings, func(b *iam.Binding) bool {
		return b.Role == user && b.Condition == nil && slices.Contains(b.Members, member)
	})
}
