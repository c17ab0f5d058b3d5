package aws

import (
	"strconv"

	"github.com/itbytes/landfall/simulator/aws/wire"
	"github.com/itbytes/landfall/simulator/kernel"
)

// routeTable says where a subnet's traffic goes: within the VPC, and to gateway endpoints.
type routeTable struct {
	id, vpc      string
	associations map[string]string // by id, to subnets; "" is the VPC's main association
}

func (r *region) tableMap(t *routeTable) wire.Map {
	associations := []wire.Map{}
	for _, id := range sorted(t.associations) {
		associations = append(associations, wire.Map{
			"routeTableAssociationId": id, "routeTableId": t.id, "subnetId": wire.Or(t.associations[id]), "main": t.associations[id] == "",
			"associationState": wire.Map{"state": "associated"},
		})
	}
	routes := []wire.Map{{
		"destinationCidrBlock": r.vpcs[t.vpc].cidr, "gatewayId": "local", "state": "active", "origin": "CreateRouteTable",
	}}
	for _, e := range values(r.endpoints) {
		for _, id := range e.tables {
			if id == t.id {
				routes = append(routes, wire.Map{
					"destinationPrefixListId": "pl-" + e.service[len(e.service)-2:] + r.account.id[:6], "gatewayId": e.id, "state": "active", "origin": "CreateRoute",
				})
			}
		}
	}
	return wire.Map{
		"routeTableId": t.id, "vpcId": t.vpc, "ownerId": r.account.id, "associationSet": associations, "routeSet": routes, "propagatingVgwSet": []wire.Map{},
	}
}

func describeRouteTables(q *request) (wire.Map, error) {
	return described(q, "routeTableSet", "route-table", q.here().tables, func(t *routeTable, name string) ([]string, bool) {
		switch name {
		case "route-table-id":
			return []string{t.id}, true
		case "vpc-id":
			return []string{t.vpc}, true
		case "association.main":
			return []string{strconv.FormatBool(q.here().vpcs[t.vpc].main == t.id)}, true
		case "association.subnet-id":
			return values(t.associations), true
		case "association.route-table-association-id":
			return sorted(t.associations), true
		}
		return nil, false
	}, q.here().tableMap)
}

func createRouteTable(q *request) (wire.Map, error) {
	var in struct {
		VpcId, ClientToken string
		DryRun             bool
		TagSpecification   tagSpecs
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	v, err := q.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	tags, err := in.TagSpecification.of("route-table")
	if err != nil {
		return nil, err
	}
	spent := q.here().made("route-table", in.ClientToken)
	t := q.here().tables[spent]
	switch {
	case t == nil && spent != "": // the token's own is deleted by now: the call succeeds and does nothing
		t = &routeTable{id: spent, vpc: v.id, associations: map[string]string{}}
	case t == nil:
		t = q.here().newTable(v)
		q.here().ec2Tags[t.id] = tags
		q.here().keep("route-table", in.ClientToken, t.id)
	}
	out := q.here().tableMap(t)
	out["tagSet"] = ec2Tags(q.here().ec2Tags[t.id])
	return wire.Map{"routeTable": out, "clientToken": wire.Or(in.ClientToken)}, nil
}

// made is what an earlier call with the same client token made, if any; keep remembers it.
func (r *region) made(word, token string) string {
	if token == "" {
		return ""
	}
	return r.ec2Tokens[word+"/"+token]
}

func (r *region) keep(word, token, id string) {
	if token != "" {
		r.ec2Tokens[word+"/"+token] = id
	}
}

func (r *region) newTable(v *vpc) *routeTable {
	t := &routeTable{id: ec2ID("route-table"), vpc: v.id, associations: map[string]string{}}
	r.tables[t.id] = t
	return t
}

func associateRouteTable(q *request) (wire.Map, error) {
	var in struct {
		RouteTableId, SubnetId string
		DryRun                 bool
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	t, s := q.here().tables[in.RouteTableId], q.here().subnets[in.SubnetId]
	switch {
	case t == nil:
		return nil, missing(in.RouteTableId)
	case s == nil:
		return nil, missing(in.SubnetId)
	case s.vpc != t.vpc:
		return nil, bad("InvalidParameterValue", "The route table %s and subnet %s belong to different networks", t.id, s.id)
	}
	for _, other := range q.here().tables {
		for id, subnet := range other.associations {
			if subnet != s.id {
				continue
			}
			if other != t {
				return nil, bad("Resource.AlreadyAssociated", "the specified association for route table %s conflicts with an existing association", t.id)
			}
			return associated(id), nil
		}
	}
	id := "rtbassoc-" + kernel.Random(9)[:17]
	t.associations[id] = s.id
	return associated(id), nil
}

func associated(id string) wire.Map {
	return wire.Map{"associationId": id, "associationState": wire.Map{"state": "associated"}}
}

func disassociateRouteTable(q *request) (wire.Map, error) {
	var in struct {
		AssociationId string
		DryRun        bool
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	for _, t := range q.here().tables {
		if subnet, there := t.associations[in.AssociationId]; there && subnet != "" {
			delete(t.associations, in.AssociationId)
			return yes(), nil
		}
	}
	return nil, bad("InvalidAssociationID.NotFound", "The association ID '%s' does not exist", in.AssociationId)
}

func deleteRouteTable(q *request) (wire.Map, error) {
	var in struct {
		RouteTableId string
		DryRun       bool
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	t := q.here().tables[in.RouteTableId]
	switch {
	case t == nil:
		return nil, missing(in.RouteTableId)
	case len(t.associations) > 0:
		return nil, bad("DependencyViolation", "The routeTable '%s' has dependencies and cannot be deleted.", t.id)
	}
	delete(q.here().tables, t.id)
	delete(q.here().ec2Tags, t.id)
	return yes(), nil
}
