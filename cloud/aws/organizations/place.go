package organizations

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

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

// parentOf is where an account lies.
func parentOf(ctx context.Context, s *session.Session, account string) (string, error) {
	out, err := client(s).ListParents(ctx, &organizations.ListParentsInput{ChildId: &account})
	if err != nil {
		return "", err
	}
	if len(out.Parents) == 0 {
		return "", fault.New(fault.Propagating, "It is tried again by itself.", "the account %s has no parent yet", account)
	}
	return aws.ToString(out.Parents[0].Id), nil
}

// placeNamed is the id of a place as an observation names it.
func placeNamed(ctx context.Context, s *session.Session, l plan.Landing, name string) (string, error) {
	if name == "" || name == atRoot {
		out, err := client(s).ListRoots(ctx, &organizations.ListRootsInput{})
		if err != nil || len(out.Roots) == 0 {
			return "", err
		}
		return aws.ToString(out.Roots[0].Id), nil
	}
	u, err := locate(ctx, s, l.Plan, name)
	if err == nil && len(u.missing) > 0 {
		err = fault.New(fault.Conflict, "Make that unit again, then resume.", "the organizational unit %q, in which accounts of this plan lay before, does not stand any more", name)
	}
	return u.id, err
}

// raze takes away the units of a path that a run has made, the deepest first; before is how much of it stood already.
func raze(ctx context.Context, s *session.Session, planName, path, before string) error {
	for path = strings.Trim(path, "/"); path != before && path != ""; {
		u, err := locate(ctx, s, planName, path)
		if err != nil {
			return err
		}
		if len(u.missing) == 0 {
			_, err = client(s).DeleteOrganizationalUnit(ctx, &organizations.DeleteOrganizationalUnitInput{OrganizationalUnitId: &u.id})
			switch {
			case session.Is(err, "OrganizationalUnitNotEmptyException"):
				return fault.New(fault.Conflict, "Move away what others have put into it, then resume.", "the organizational unit %q (%s), which this run made, is not empty", path, u.id)
			case err != nil && !session.Is(err, "OrganizationalUnitNotFoundException"):
				return err
			}
		}
		cut := strings.LastIndex(path, "/")
		path = path[:max(cut, 0)]
	}
	return nil
}
