package identity

import (
	"context"
	"slices"
	"time"

	"cloud.google.com/go/iam/apiv1/iampb"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// roles are what an identity may do in this landing's project.
type roles struct{ id plan.Identity }

func (c roles) Describe(l plan.Landing) (plan.Step, bool) {
	after := []string{"services"}
	if names.Home(c.id, l) {
		after = []string{names.Step("account", c.id)}
	}
	return plan.Step{
		Name: names.Step("roles", c.id), Title: "the roles of " + c.id.Name, Chapter: plan.Identify, After: after, Inverse: plan.Revert,
	}, true
}

func (c roles) Want(plan.Task) plan.Fields {
	out := plan.Fields{}
	for _, r := range c.roles() {
		out[r] = "held"
	}
	return out
}

// Observe finds the service account, which another landing may still be making, and reads the project's policy.
func (c roles) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	email, wait, err := c.find(ctx, s, t)
	if err != nil {
		return plan.Observation{}, err
	}
	if wait != "" {
		o := plan.Observation{State: plan.Pending, Why: wait}
		if !names.Home(c.id, t.Landing) {
			o.Behind = "gcp/" + c.id.Home
		}
		return o, nil
	}
	p, err := c.policy(ctx, s, t)
	if err != nil {
		return plan.Observation{}, err
	}
	o := plan.Observation{State: plan.Present, ID: email, Match: plan.BySetting, Live: plan.Fields{}, Facts: map[string]string{"serviceAccount." + c.id.Name: email}}
	held := 0
	for _, r := range c.roles() {
		if slices.ContainsFunc(p.GetBindings(), func(b *iampb.Binding) bool { return plain(b, r) && slices.Contains(b.GetMembers(), member(email)) }) {
			o.Live[r] = "held"
			held++
		}
	}
	o.Evidence = []string{wire.Evidence("GetIamPolicy", "%s holds %d of %d roles in %s", email, held, len(c.roles()), names.Project(t))}
	return o, nil
}

// Preflight asks for the right to grant roles in the project.
func (roles) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	return s.May(ctx, "projects/"+names.Project(t), "resourcemanager.projects.setIamPolicy")
}

// Apply adds the account to the policy.
func (c roles) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	return plan.Applied{ID: o.ID}, c.rewrite(ctx, s, t, func(p *iampb.Policy) bool {
		changed := false
		for _, r := range c.roles() {
			changed = bind(p, r, member(o.ID)) || changed
		}
		return changed
	})
}

// Undo implements step.Undoer: the account is taken out of the roles that the run gave it, and of no other.
func (c roles) Undo(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	return c.rewrite(ctx, s, t, func(p *iampb.Policy) bool {
		changed := false
		for r, before := range step.Former(d) {
			changed = (before == "" && unbind(p, r, member(o.ID))) || changed
		}
		return changed
	})
}

// Budget implements step.Budgeted: a grant takes up to seven minutes to arrive.
func (roles) Budget() time.Duration { return 10 * time.Minute }

// roles are those of the plan, as policies name them; a reader's where it names none.
func (c roles) roles() []string {
	if len(c.id.Roles) == 0 {
		return []string{"roles/viewer"}
	}
	out := make([]string, 0, len(c.id.Roles))
	for _, r := range c.id.Roles {
		out = append(out, names.Role(r))
	}
	return out
}

func (roles) policy(ctx context.Context, s *wire.Session, t plan.Task) (*iampb.Policy, error) {
	p, err := s.Projects.GetIamPolicy(ctx, &iampb.GetIamPolicyRequest{
		Resource: "projects/" + names.Project(t), Options: &iampb.GetPolicyOptions{RequestedPolicyVersion: 3},
	})
	return p, s.Fault(err, "cloudresourcemanager", "GetIamPolicy")
}

// rewrite changes the policy as it stands and puts it back. The call replaces the whole policy: the etag makes Google refuse it
// where somebody else has written since, and it is read again.
func (c roles) rewrite(ctx context.Context, s *wire.Session, t plan.Task, change func(*iampb.Policy) bool) error {
	var err error
	for n := range attempts {
		p, failed := c.policy(ctx, s, t)
		if failed != nil || !change(p) {
			return failed
		}
		p.Version = 3
		_, err = s.Projects.SetIamPolicy(ctx, &iampb.SetIamPolicyRequest{Resource: "projects/" + names.Project(t), Policy: p})
		if !wire.Changed(err) || n == attempts-1 || giveWay(ctx, n) != nil {
			break
		}
	}
	return s.Fault(err, "cloudresourcemanager", "SetIamPolicy")
}

// bind adds a member to the role's binding that has no condition, or makes one, and reports whether that changed anything.
func bind(p *iampb.Policy, role, m string) bool {
	i := slices.IndexFunc(p.GetBindings(), func(b *iampb.Binding) bool { return plain(b, role) })
	switch {
	case i < 0:
		p.Bindings = append(p.Bindings, &iampb.Binding{Role: role, Members: []string{m}})
	case !slices.Contains(p.Bindings[i].GetMembers(), m):
		p.Bindings[i].Members = append(p.Bindings[i].Members, m)
	default:
		return false
	}
	return true
}

// unbind takes a member out of the role's binding that has no condition, and an empty binding out of the policy.
func unbind(p *iampb.Policy, role, m string) bool {
	i := slices.IndexFunc(p.GetBindings(), func(b *iampb.Binding) bool { return plain(b, role) && slices.Contains(b.GetMembers(), m) })
	if i < 0 {
		return false
	}
	p.Bindings[i].Members = slices.DeleteFunc(p.Bindings[i].Members, func(o string) bool { return o == m })
	if len(p.Bindings[i].Members) == 0 {
		p.Bindings = slices.Delete(p.Bindings, i, i+1)
	}
	return true
}

func plain(b *iampb.Binding, role string) bool { return b.GetRole() == role && b.GetCondition() == nil }

func member(email string) string { return "serviceAccount:" + email }
