package organizations

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Placement puts the accounts of all AWS landings under the organizational unit that the plan names as their parent. The
// management account stays at the root: AWS moves it nowhere.
type Placement struct{}

// Describe implements step.Control.
func (c Placement) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "ou-placement", Title: "the accounts' places in the organisation", Chapter: plan.Organise, After: after(l, "account"),
		Outside: true, Login: l.Login.Name, Inverse: plan.Revert, Usual: 5 * time.Second,
	}, l.Management && l.Parent != "" && len(c.Want(plan.Task{Landing: l})) > 0
}

// Want implements step.Control. The account that single sign-on signs in to is the management account.
func (Placement) Want(t plan.Task) plan.Fields {
	want, login := plan.Fields{}, t.Landing.Login
	for _, s := range t.Landing.Siblings {
		if s.ID == "" || login.Type != "aws-sso" || login.Account != s.ID {
			want[s.Environment] = t.Landing.Parent
		}
	}
	if len(want) > 0 {
		want[unitField(t.Landing)] = unit{}.stands(t.Landing.Parent)
	}
	return want
}

// unitField is the field that says how much of the unit's path stands.
func unitField(l plan.Landing) string { return "the unit " + l.Parent }

// Observe implements step.Control. The unit's own list says at once who lies there already.
func (c Placement) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	siblings, err := look(ctx, s, t)
	if err != nil {
		return plan.Observation{}, err
	}
	p, err := placesOf(ctx, s, t)
	if err != nil {
		return plan.Observation{}, err
	}
	for i, sib := range siblings {
		if sib.account != "" && sib.account == p.management {
			siblings[i].closed = "the management account, whose place is the root,"
		}
	}
	r, err := call(siblings, c.Want(t), func(sib sibling) (string, string, error) {
		if p.there[sib.account] {
			return t.Landing.Parent, fmt.Sprintf("ListAccountsForParent: %s (%s) lies in %s (%s)", sib.account, sib.Environment, t.Landing.Parent, p.unit.id), nil
		}
		parent, err := parentOf(ctx, s, sib.account)
		return p.unit.name(parent), fmt.Sprintf("ListParents: %s (%s) lies in %s (%s)", sib.account, sib.Environment, parent, p.unit.name(parent)), err
	})
	if err != nil {
		return plan.Observation{}, err
	}
	o := r.observed(t)
	if o.State == plan.Absent { // accounts always lie somewhere: those that are not there yet will
		o.State = plan.Present
	}
	if p.unit.id != "" {
		o.Live[unitField(t.Landing)] = p.unit.stands(t.Landing.Parent)
	}
	if len(p.unit.missing) == 0 {
		o.ID = p.unit.id
	}
	return o, nil
}

// places is what the organisation says of where accounts lie.
type places struct {
	management string          // the account that AWS moves nowhere
	unit       unit            // where the others belong
	there      map[string]bool // accounts that lie there
}

// placesOf reads the places; in an organisation that is not there yet there are none.
func placesOf(ctx context.Context, s *session.Session, t plan.Task) (places, error) {
	p := places{there: map[string]bool{}}
	var err error
	p.management, err = session.Ask(s, "management", func() (string, error) {
		org, err := client(s).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
		if err != nil {
			return "", err
		}
		return aws.ToString(org.Organization.MasterAccountId), nil
	})
	switch {
	case session.Is(err, "AWSOrganizationsNotInUseException"):
		return p, nil
	case err != nil:
		return p, err
	}
	p.unit, err = session.Ask(s, "unit "+t.Landing.Parent, func() (unit, error) { return locate(ctx, s, t.Landing.Plan, t.Landing.Parent) })
	if err != nil || len(p.unit.missing) > 0 {
		return p, err
	}
	p.there, err = accountsIn(ctx, s, p.unit.id)
	return p, err
}

// Preflight implements step.Control. A unit whose name is too near the wanted one may be the one that is meant, and so may
// one in which the plan's accounts lie already.
func (Placement) Preflight(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change) error {
	if err := iam.May(ctx, s.AsLogin(), "*", "organizations:MoveAccount", "organizations:CreateOrganizationalUnit"); err != nil {
		return err
	}
	unit, err := locate(ctx, s, t.Landing.Plan, t.Landing.Parent)
	if err != nil || len(unit.missing) == 0 {
		return err
	}
	for _, near := range unit.beside {
		if plan.Similar(near, unit.missing[0]) {
			return fault.New(fault.Ambiguous, "If it is the one, name it in clouds.aws.parent; if not, rename it; then resume.",
				"there is no organizational unit %q, but %q stands in its place", unit.missing[0], near)
		}
	}
	return elsewhere(ctx, s, t, unit)
}

// elsewhere refuses to make a unit while accounts that the plan has placed before lie in one that it does not know: a person
// may have renamed it.
func elsewhere(ctx context.Context, s *session.Session, t plan.Task, u unit) error {
	siblings, err := look(ctx, s, t)
	if err != nil {
		return err
	}
	for _, sib := range siblings {
		if sib.account == "" || sib.closed != "" {
			continue
		}
		parent, err := parentOf(ctx, s, sib.account)
		if err != nil {
			return err
		}
		if slices.Contains(u.path, parent) {
			continue
		}
		tags, err := tagsOf(ctx, s, sib.account)
		if err != nil {
			return err
		}
		if tags[session.PlanTag] != t.Landing.Plan {
			continue
		}
		out, err := client(s).DescribeOrganizationalUnit(ctx, &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: &parent})
		if err != nil {
			return err
		}
		return fault.New(fault.Ambiguous, "If that is the unit under a new name, give it in clouds.aws.parent; if the accounts are to move, make the unit "+t.Landing.Parent+" first; then resume.",
			"there is no organizational unit %q, and the account %s of %s, which this plan has placed before, lies in %q (%s)",
			t.Landing.Parent, sib.account, sib.Environment, aws.ToString(out.OrganizationalUnit.Name), parent)
	}
	return nil
}

// Apply implements step.Control. It makes the unit and moves the accounts that are there.
func (c Placement) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, o plan.Observation, intent step.Intent) (plan.Applied, error) {
	siblings, err := look(ctx, s, t)
	if err != nil {
		return plan.Applied{}, err
	}
	defer s.Forget()
	unit, err := build(ctx, s, t.Landing.Plan, t.Landing.Parent, intent)
	if err != nil {
		return plan.Applied{}, err
	}
	want := c.Want(t)
	for _, sib := range siblings {
		parent, concerned := want[sib.Environment]
		if !concerned || sib.account == "" || sib.closed != "" || o.Live[sib.Environment] == parent {
			continue
		}
		if err := move(ctx, s, sib.account, unit); err != nil {
			return plan.Applied{}, err
		}
	}
	return plan.Applied{ID: unit}, nil
}

// Undo implements step.Undoer. The accounts go back to where they lay, and the units that this run made are taken away once
// they are empty. An account in quarantine stays there.
func (Placement) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	siblings, err := look(ctx, s, t)
	if err != nil {
		return err
	}
	defer s.Forget()
	former := step.Former(d)
	for _, sib := range siblings {
		before, changed := former[sib.Environment]
		if !changed || sib.account == "" || sib.closed != "" || o.Live[sib.Environment] == before {
			continue
		}
		to, err := placeNamed(ctx, s, t.Landing, before)
		if err != nil {
			return err
		}
		if err := move(ctx, s, sib.account, to); err != nil {
			return err
		}
	}
	if before, made := former[unitField(t.Landing)]; made {
		return raze(ctx, s, t.Landing.Plan, t.Landing.Parent, before)
	}
	return nil
}

// PutBack implements step.Lenient: an account that is left as it is, and one that was not there before and lies at the root,
// where AWS puts new ones.
func (Placement) PutBack(o plan.Observation, f plan.FieldDiff) bool {
	live := o.Live[f.Field]
	return o.Live[closedField(f.Field)] != "" || f.Before == "" && (live == atRoot || strings.HasPrefix(live, "r-"))
}
