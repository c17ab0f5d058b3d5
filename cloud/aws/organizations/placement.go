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

// Placement puts the account under the organizational unit that the plan names as its parent.
type Placement struct{}

// Describe implements step.Control. The management account stays at the root: AWS moves it nowhere.
func (Placement) Describe(l plan.Landing) (plan.Step, bool) {
	management := l.Login.Type == "aws-sso" && l.Login.Account != "" && l.Login.Account == l.Adopt.ID
	return plan.Step{
		Name: "ou-placement", Title: "The account's place in the organisation", Chapter: plan.Container, After: after(l, "account"),
		Outside: true, Login: l.Login.Name, Inverse: plan.Revert, Usual: 2 * time.Second,
	}, l.Parent != "" && !management
}

// Want implements step.Control.
func (Placement) Want(t plan.Task) plan.Fields { return plan.Fields{"parent": t.Landing.Parent} }

// Observe implements step.Control.
func (Placement) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	account := accountOf(t)
	if account == "" {
		return plan.Observation{State: plan.Absent, Evidence: []string{"the account is not made yet"}}, nil
	}
	management, err := session.Ask(s, "management", func() (string, error) {
		org, err := client(s).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
		if err != nil {
			return "", err
		}
		return aws.ToString(org.Organization.MasterAccountId), nil
	})
	if err != nil {
		return plan.Observation{}, err
	}
	if management == account {
		return plan.Observation{
			State: plan.Present, ID: account, Match: plan.BySetting, Live: plan.Fields{"parent": t.Landing.Parent},
			Evidence: []string{"DescribeOrganization: " + account + " is the management account, whose place is the root"},
		}, nil
	}
	unit, err := session.Ask(s, "unit "+t.Landing.Parent, func() (unit, error) { return locate(ctx, s, t.Landing.Parent) })
	if err != nil {
		return plan.Observation{}, err
	}
	parent, err := parentOf(ctx, s, account)
	if err != nil {
		return plan.Observation{}, err
	}
	o := plan.Observation{
		State: plan.Present, ID: parent, Match: plan.BySetting, Live: plan.Fields{"parent": unit.name(parent)},
		Evidence: []string{fmt.Sprintf("ListParents: %s lies in %s (%s)", account, parent, unit.name(parent))},
	}
	if len(unit.missing) == 0 && unit.id == parent {
		o.Live["parent"] = t.Landing.Parent
	}
	return o, nil
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

// Apply implements step.Control.
func (Placement) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, _ plan.Observation, intent step.Intent) (plan.Applied, error) {
	account := accountOf(t)
	defer s.Forget()
	unit, err := locate(ctx, s, t.Landing.Parent)
	if err != nil {
		return plan.Applied{}, err
	}
	for _, name := range unit.missing {
		intent("create the organizational unit " + name)
		made, err := client(s).CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &unit.id, Name: &name})
		if session.Is(err, "DuplicateOrganizationalUnitException") { // another landing was quicker
			if unit, err = locate(ctx, s, t.Landing.Parent); err != nil {
				return plan.Applied{}, err
			}
			if len(unit.missing) > 0 {
				return plan.Applied{}, fault.New(fault.Transient, "It is tried again by itself.", "the organizational unit %q is being made by another", name)
			}
			break
		}
		if err != nil {
			return plan.Applied{}, err
		}
		unit.id = aws.ToString(made.OrganizationalUnit.Id)
	}
	source, err := parentOf(ctx, s, account)
	if err != nil || source == unit.id {
		return plan.Applied{ID: unit.id}, err
	}
	_, err = client(s).MoveAccount(ctx, &organizations.MoveAccountInput{AccountId: &account, SourceParentId: &source, DestinationParentId: &unit.id})
	return plan.Applied{ID: unit.id}, err
}
