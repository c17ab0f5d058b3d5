package organizations

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
)

// unit is how far a path of organizational units ("core", "core/prod", an ou-… id) exists.
type unit struct {
	id      string   // the deepest that exists
	path    []string // ids of the root and of what exists
	missing []string // the rest of the path
	beside  []string // names of the units that stand where the first missing one would
	names   map[string]string
}

// atRoot is how the root is called.
const atRoot = "the root"

// name is what a parent is called, as far as the path has met it; else its id.
func (u unit) name(id string) string {
	if n, met := u.names[id]; met {
		return n
	}
	return id
}

// stands is how much of a path stands, as a field: the whole of it, or what there is to build on.
func (u unit) stands(path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	return strings.Join(segments[:len(segments)-len(u.missing)], "/")
}

// unitTag is on the units that Landfall makes: its value is the unit's path in the plan, by which one is known that a person
// has renamed.
const unitTag = "landfall-unit"

// locate follows a path from the organisation's root, for a plan. What it does not find by its name may bear the plan's tag
// under another name.
func locate(ctx context.Context, s *session.Session, planName, path string) (unit, error) {
	if strings.HasPrefix(path, "ou-") || strings.HasPrefix(path, "r-") {
		return unit{id: path}, nil
	}
	roots, err := client(s).ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil {
		return unit{}, err
	}
	if len(roots.Roots) == 0 {
		return unit{}, fault.New(fault.Conflict, "Enable all features of the organisation, then resume.", "the organisation has no root")
	}
	u := unit{id: aws.ToString(roots.Roots[0].Id)}
	u.names, u.path = map[string]string{u.id: atRoot}, []string{u.id}
	path = strings.Trim(path, "/")
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		children, err := childrenOf(ctx, s, u.id)
		if err != nil {
			return unit{}, err
		}
		found := ""
		for name, id := range children {
			u.names[id] = strings.Join(append(segments[:i:i], name), "/")
			if name == segment {
				found = id
			}
		}
		if found == "" {
			if found, err = renamed(ctx, s, children, planName, strings.Join(segments[:i+1], "/")); err != nil {
				return unit{}, err
			}
		}
		if found == "" {
			u.missing = segments[i:]
			for name := range children {
				u.beside = append(u.beside, name)
			}
			return u, nil
		}
		u.id, u.path = found, append(u.path, found)
	}
	return u, nil
}

// renamed finds the unit that was made for a path of the plan among those that stand where it should.
func renamed(ctx context.Context, s *session.Session, children map[string]string, planName, path string) (string, error) {
	for _, name := range slices.Sorted(maps.Keys(children)) {
		if name == quarantine {
			continue
		}
		tags, err := tagsOf(ctx, s, children[name])
		if err != nil {
			return "", err
		}
		if tags[session.PlanTag] == planName && tags[unitTag] == path {
			return children[name], nil
		}
	}
	return "", nil
}

// childrenOf is the ids of the units in a parent, by name.
func childrenOf(ctx context.Context, s *session.Session, parent string) (map[string]string, error) {
	out := map[string]string{}
	pages := organizations.NewListOrganizationalUnitsForParentPaginator(client(s), &organizations.ListOrganizationalUnitsForParentInput{ParentId: &parent})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, ou := range page.OrganizationalUnits {
			out[aws.ToString(ou.Name)] = aws.ToString(ou.Id)
		}
	}
	return out, nil
}

// build makes what is missing of a path and answers the id of its last unit.
func build(ctx context.Context, s *session.Session, planName, path string, intent step.Intent) (string, error) {
	u, err := locate(ctx, s, planName, path)
	if err != nil {
		return "", err
	}
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i, name := range u.missing {
		upTo := strings.Join(segments[:len(segments)-len(u.missing)+i+1], "/")
		intent("create the organizational unit " + name)
		made, err := client(s).CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{
			ParentId: &u.id, Name: &name, Tags: []types.Tag{{Key: aws.String(session.PlanTag), Value: &planName}, {Key: aws.String(unitTag), Value: &upTo}},
		})
		if session.Is(err, "DuplicateOrganizationalUnitException") { // somebody was quicker
			again, err := locate(ctx, s, planName, path)
			if err == nil && len(again.missing) > 0 {
				err = fault.New(fault.Transient, "It is tried again by itself.", "the organizational unit %q is being made by another", name)
			}
			return again.id, err
		}
		if err != nil {
			return "", err
		}
		u.id = aws.ToString(made.OrganizationalUnit.Id)
	}
	return u.id, nil
}

// accountsIn are the accounts that lie in a parent itself.
func accountsIn(ctx context.Context, s *session.Session, parent string) (map[string]bool, error) {
	out := map[string]bool{}
	pages := organizations.NewListAccountsForParentPaginator(client(s), &organizations.ListAccountsForParentInput{ParentId: &parent})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range page.Accounts {
			out[aws.ToString(a.Id)] = true
		}
	}
	return out, nil
}
