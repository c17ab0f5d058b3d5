package organizations

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

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
	return want
}

// Observe implements step.Control. The unit's own list says at once who lies there already.
func (c Placement) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	siblings, err := look(ctx, s, t)
	if err != nil {
		return plan.Observation{}, err
	}
	p, err := placesOf(ctx, s, t, siblings)
	if err != nil {
		return plan.Observation{}, err
	}
	r, err := call(siblings, c.Want(t), func(sib sibling) (string, string, error) {
		switch {
		case sib.account == p.management:
			return t.Landing.Parent, "DescribeOrganization: " + sib.account + " is the management account, whose place is the root", nil
		case p.there[sib.account]:
			return t.Landing.Parent, fmt.Sprintf("ListAccountsForParent: %s (%s) lies in %s (%s)", sib.account, sib.Environment, t.Landing.Parent, p.unit.id), nil
		}
		parent, err := parentOf(ctx, s, sib.account)
		return p.unit.name(parent), fmt.Sprintf("ListParents: %s (%s) lies in %s (%s)", sib.account, sib.Environment, parent, p.unit.name(parent)), err
	})
	if err != nil {
		return plan.Observation{}, err
	}
	o := r.observed(t)
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

// placesOf reads the places, unless there is nobody to place yet.
func placesOf(ctx context.Context, s *session.Session, t plan.Task, siblings []sibling) (places, error) {
	p, anybody := places{there: map[string]bool{}}, false
	for _, sib := range siblings {
		anybody = anybody || sib.account != ""
	}
	if !anybody {
		return p, nil
	}
	var err error
	p.management, err = session.Ask(s, "management", func() (string, error) {
		org, err := client(s).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
		if err != nil {
			return "", err
		}
		return aws.ToString(org.Organization.MasterAccountId), nil
	})
	if err != nil {
		return p, err
	}
	p.unit, err = session.Ask(s, "unit "+t.Landing.Parent, func() (unit, error) { return locate(ctx, s, t.Landing.Parent) })
	if err != nil || len(p.unit.missing) > 0 {
		return p, err
	}
	p.there, err = accountsIn(ctx, s, p.unit.id)
	return p, err
}

// Preflight implements step.Control. A unit whose name is too near the wanted one may be the one that is meant.
func (Placement) Preflight(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change) error {
	unit, err := locate(ctx, s, t.Landing.Parent)
	if err != nil || len(unit.missing) == 0 {
		return err
	}
	for _, near := range unit.beside {
		if plan.Similar(near, unit.missing[0]) {
			return fault.New(fault.Ambiguous, "If it is the one, name it in clouds.aws.parent; if not, rename it; then resume.",
				"there is no organizational unit %q, but %q stands in its place", unit.missing[0], near)
		}
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
	unit, err := build(ctx, s, t.Landing.Parent, intent)
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

// move moves an account from where it lies.
func move(ctx context.Context, s *session.Session, account, to string) error {
	from, err := parentOf(ctx, s, account)
	if err != nil || from == to {
		return err
	}
	_, err = client(s).MoveAccount(ctx, &organizations.MoveAccountInput{AccountId: &account, SourceParentId: &from, DestinationParentId: &to})
	if session.Is(err, "DuplicateAccountException") { // it lies there by now
		return nil
	}
	return err
}
