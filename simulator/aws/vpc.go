package aws

import (
	"maps"
	"net/netip"
	"strconv"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// vpc is a virtual network.
type vpc struct {
	id, cidr                       string
	main, group                    string // route table, default security group
	usual                          bool   // the region's default VPC
	dnsSupport, dnsHosts, counting bool
}

func (r *region) vpcMap(v *vpc) wire.Map {
	return wire.Map{
		"vpcId": v.id, "ownerId": r.account.id, "state": "available", "cidrBlock": v.cidr, "dhcpOptionsId": "dopt-" + r.account.id,
		"instanceTenancy": "default", "isDefault": v.usual,
		"cidrBlockAssociationSet": []wire.Map{{
			"associationId": "vpc-cidr-assoc-" + v.id[4:], "cidrBlock": v.cidr, "cidrBlockState": wire.Map{"state": "associated"},
		}},
	}
}

func describeVpcs(q *request) (wire.Map, error) {
	return described(q, "vpcSet", "vpc", q.here().vpcs, func(v *vpc, name string) ([]string, bool) {
		switch name {
		case "vpc-id":
			return []string{v.id}, true
		case "cidr", "cidr-block-association.cidr-block":
			return []string{v.cidr}, true
		case "is-default", "isDefault":
			return []string{strconv.FormatBool(v.usual)}, true
		case "state":
			return []string{"available"}, true
		case "owner-id":
			return []string{q.account.id}, true
		}
		return nil, false
	}, q.here().vpcMap)
}

func (q *request) vpc(id string) (*vpc, error) {
	if v := q.here().vpcs[id]; v != nil {
		return v, nil
	}
	return nil, missing(id)
}

func describeVpcAttribute(q *request) (wire.Map, error) {
	var in struct {
		VpcId, Attribute string
		DryRun           bool
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	v, err := q.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	held, known := map[string]bool{
		"enableDnsSupport": v.dnsSupport, "enableDnsHostnames": v.dnsHosts, "enableNetworkAddressUsageMetrics": v.counting,
	}[in.Attribute]
	if !known {
		return nil, bad("InvalidParameterValue", "Value (%s) for parameter attribute is invalid. Unknown VPC attribute", in.Attribute)
	}
	return wire.Map{"vpcId": v.id, in.Attribute: wire.Map{"value": held}}, nil
}

func createVpc(q *request) (wire.Map, error) {
	var in struct {
		CidrBlock, InstanceTenancy  string
		AmazonProvidedIpv6CidrBlock bool
		DryRun                      bool
		TagSpecification            tagSpecs
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	p, err := netip.ParsePrefix(in.CidrBlock)
	if err != nil || !p.Addr().Is4() {
		return nil, bad("InvalidParameterValue", "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.", in.CidrBlock)
	}
	tags, err := in.TagSpecification.of("vpc")
	switch {
	case err != nil:
		return nil, err
	case in.AmazonProvidedIpv6CidrBlock || in.InstanceTenancy != "" && in.InstanceTenancy != "default":
		return nil, bad("UnsupportedOperation", "This simulator makes IPv4 networks of default tenancy only.")
	case p.Bits() < 16 || p.Bits() > 28:
		return nil, bad("InvalidVpc.Range", "The CIDR '%s' is invalid.", in.CidrBlock)
	case len(q.here().vpcs) >= 5:
		return nil, bad("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
	}
	v := q.here().newVpc(p.Masked().String())
	q.here().ec2Tags[v.id] = tags
	out := q.here().vpcMap(v)
	out["state"], out["tagSet"] = "pending", ec2Tags(tags)
	return wire.Map{"vpc": out}, nil
}

// newVpc makes a network with what every network begins with: a main route table and a default security group that lets
// its members talk to each other and to everybody.
func (r *region) newVpc(cidr string) *vpc {
	v := &vpc{id: ec2ID("vpc"), cidr: cidr, dnsSupport: true}
	r.vpcs[v.id] = v
	t := r.newTable(v)
	t.associations = map[string]string{"rtbassoc-" + t.id[4:]: ""}
	v.main = t.id
	g := r.newGroup(v.id, "default", "default VPC security group")
	g.add(rule{protocol: "-1", group: g.id}, rule{egress: true, protocol: "-1", cidr: "0.0.0.0/0"})
	v.group = g.id
	return v
}

// defaultVPC is what a new account finds in each region.
func (r *region) defaultVPC() {
	v := r.newVpc("172.31.0.0/16")
	v.usual, v.dnsHosts = true, true
	for i, zone := range []string{"a", "b", "c"} {
		s := r.newSubnet(v, "172.31."+strconv.Itoa(i*16)+".0/20", r.name+zone)
		s.public, s.usual = true, true
	}
}

func modifyVpcAttribute(q *request) (wire.Map, error) {
	type value struct{ Value *bool }
	var in struct {
		VpcId                                                                  string
		EnableDnsSupport, EnableDnsHostnames, EnableNetworkAddressUsageMetrics value
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	v, err := q.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	changes := map[*bool]*bool{
		&v.dnsSupport: in.EnableDnsSupport.Value, &v.dnsHosts: in.EnableDnsHostnames.Value, &v.counting: in.EnableNetworkAddressUsageMetrics.Value,
	}
	maps.DeleteFunc(changes, func(_, wanted *bool) bool { return wanted == nil })
	if len(changes) != 1 {
		return nil, bad("InvalidParameterCombination", "Exactly one attribute is modified at a time")
	}
	for held, wanted := range changes {
		*held = *wanted
	}
	return yes(), nil
}

func deleteVpc(q *request) (wire.Map, error) {
	var in struct {
		VpcId  string
		DryRun bool
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	v, err := q.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	h := q.here()
	inside := 0
	for _, s := range h.subnets {
		inside += one(s.vpc == v.id)
	}
	for _, e := range h.endpoints {
		inside += one(e.vpc == v.id)
	}
	for _, t := range h.tables {
		inside += one(t.vpc == v.id && t.id != v.main)
	}
	for _, g := range h.groups {
		inside += one(g.vpc == v.id && g.id != v.group)
	}
	if inside > 0 {
		return nil, bad("DependencyViolation", "The vpc '%s' has dependencies and cannot be deleted.", v.id)
	}
	for _, id := range []string{v.id, v.main, v.group} {
		delete(h.ec2Tags, id)
	}
	delete(h.vpcs, v.id)
	delete(h.tables, v.main)
	delete(h.groups, v.group)
	return yes(), nil
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
