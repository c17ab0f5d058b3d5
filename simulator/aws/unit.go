package aws

import (
	"slices"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

func (o *organization) holds(parent string) bool { return parent == o.root || o.units[parent] != nil }

func noParent() error {
	return bad("ParentNotFoundException", "You specified parent that doesn't exist.")
}

func noUnit() error {
	return bad("OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist.")
}

func (c *Cloud) unitMap(u *unit) wire.Map {
	return wire.Map{"Id": u.id, "Arn": c.unitARN(u), "Name": u.name}
}

func listRoots(q *request) (wire.Map, error) {
	var in struct {
		NextToken  string
		MaxResults int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	return wire.Map{"Roots": []wire.Map{q.rootMap()}}, nil
}

func listParents(q *request) (wire.Map, error) {
	var in struct {
		ChildId, NextToken string
		MaxResults         int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	parent := ""
	if a := q.accounts[in.ChildId]; a != nil && q.member(a.id) {
		parent = a.parent
	} else if u := q.org.units[in.ChildId]; u != nil {
		parent = u.parent
	}
	if parent == "" {
		return nil, bad("ChildNotFoundException", "We can't find an organizational unit (OU) or AWS account with the ChildId that you specified.")
	}
	kind := "ORGANIZATIONAL_UNIT"
	if parent == q.org.root {
		kind = "ROOT"
	}
	return wire.Map{"Parents": []wire.Map{{"Id": parent, "Type": kind}}}, nil
}

func listChildren(q *request) (wire.Map, error) {
	var in struct {
		ParentId, ChildType, NextToken string
		MaxResults                     int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if !q.org.holds(in.ParentId) {
		return nil, noParent()
	}
	all := []wire.Map{}
	switch in.ChildType {
	case "ACCOUNT":
		for _, a := range q.members(in.ParentId) {
			all = append(all, wire.Map{"Id": a["Id"], "Type": "ACCOUNT"})
		}
	case "ORGANIZATIONAL_UNIT":
		for _, u := range q.org.sortedUnits() {
			if u.parent == in.ParentId {
				all = append(all, wire.Map{"Id": u.id, "Type": "ORGANIZATIONAL_UNIT"})
			}
		}
	default:
		return nil, invalidOrg("INVALID_ENUM", "You provided a value that isn't valid: ChildType")
	}
	some, next, ours := page(all, in.NextToken, in.MaxResults, 20)
	if !ours {
		return nil, badToken()
	}
	return wire.Map{"Children": some, "NextToken": wire.Or(next)}, nil
}

func listUnits(q *request) (wire.Map, error) {
	var in struct {
		ParentId, NextToken string
		MaxResults          int
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if !q.org.holds(in.ParentId) {
		return nil, noParent()
	}
	all := []wire.Map{}
	for _, u := range q.org.sortedUnits() {
		if u.parent == in.ParentId {
			all = append(all, q.unitMap(u))
		}
	}
	some, next, ours := page(all, in.NextToken, in.MaxResults, 20)
	if !ours {
		return nil, badToken()
	}
	return wire.Map{"OrganizationalUnits": some, "NextToken": wire.Or(next)}, nil
}

func describeUnit(q *request) (wire.Map, error) {
	var in struct{ OrganizationalUnitId string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	u := q.org.units[in.OrganizationalUnitId]
	if u == nil {
		return nil, noUnit()
	}
	return wire.Map{"OrganizationalUnit": q.unitMap(u)}, nil
}

func createUnit(q *request) (wire.Map, error) {
	var in struct {
		ParentId, Name string
		Tags           []tag
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	switch {
	case in.Name == "" || len(in.Name) > 128:
		return nil, invalidOrg("MIN_LENGTH_EXCEEDED", "You provided a value that isn't valid: Name")
	case !q.org.holds(in.ParentId):
		return nil, noParent()
	case q.org.sibling(in.ParentId, in.Name) != nil:
		return nil, bad("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")
	}
	u := q.org.addUnit(in.Name, in.ParentId)
	u.tags = tagMap(in.Tags)
	return wire.Map{"OrganizationalUnit": q.unitMap(u)}, nil
}

func (o *organization) addUnit(name, parent string) *unit {
	u := &unit{id: "ou-" + strings.TrimPrefix(o.root, "r-") + "-" + strings.ToLower(randomID(8)), name: name, parent: parent, tags: map[string]string{}}
	o.units[u.id] = u
	o.freed(u.id)
	return u
}

func (o *organization) sibling(parent, name string) *unit {
	for _, u := range o.units {
		if u.parent == parent && strings.EqualFold(u.name, name) {
			return u
		}
	}
	return nil
}

func updateUnit(q *request) (wire.Map, error) {
	var in struct{ OrganizationalUnitId, Name string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	u := q.org.units[in.OrganizationalUnitId]
	if u == nil {
		return nil, noUnit()
	}
	if other := q.org.sibling(u.parent, in.Name); other != nil && other != u {
		return nil, bad("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")
	}
	u.name = in.Name
	return wire.Map{"OrganizationalUnit": q.unitMap(u)}, nil
}

func deleteUnit(q *request) (wire.Map, error) {
	var in struct{ OrganizationalUnitId string }
	if err := q.read(&in); err != nil {
		return nil, err
	}
	if q.org.units[in.OrganizationalUnitId] == nil {
		return nil, noUnit()
	}
	for _, u := range q.org.units {
		if u.parent == in.OrganizationalUnitId {
			return nil, unitNotEmpty()
		}
	}
	if len(q.members(in.OrganizationalUnitId)) > 0 {
		return nil, unitNotEmpty()
	}
	delete(q.org.units, in.OrganizationalUnitId)
	for _, g := range q.org.guardrails {
		g.targets = slices.DeleteFunc(g.targets, func(t string) bool { return t == in.OrganizationalUnitId })
	}
	return nil, nil
}

func unitNotEmpty() error {
	return bad("OrganizationalUnitNotEmptyException", "The specified OU is not empty.")
}
