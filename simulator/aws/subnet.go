package aws

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// subnet is a part of a VPC in one availability zone.
type subnet struct {
	id, vpc, cidr, zone string
	public, usual       bool // instances get public addresses; the zone's default subnet
}

func (r *region) subnetMap(s *subnet) wire.Map {
	return wire.Map{
		"subnetId": s.id, "subnetArn": arn("ec2", r.name, r.account.id, "subnet/"+s.id), "vpcId": s.vpc, "cidrBlock": s.cidr, "state": "available",
		"availabilityZone": s.zone, "availabilityZoneId": zoneID(s.zone), "availableIpAddressCount": 1<<(32-netip.MustParsePrefix(s.cidr).Bits()) - 5,
		"mapPublicIpOnLaunch": s.public, "defaultForAz": s.usual, "ownerId": r.account.id, "assignIpv6AddressOnCreation": false,
		"ipv6CidrBlockAssociationSet": []wire.Map{}, "mapCustomerOwnedIpOnLaunch": false,
	}
}

// zoneID is the physical name of a zone: use1-az1 for us-east-1a.
func zoneID(zone string) string {
	parts := strings.Split(zone, "-")
	last := parts[len(parts)-1]
	short := parts[0]
	for _, p := range parts[1 : len(parts)-1] {
		short += p[:1]
	}
	return short + last[:1] + "-az" + string(last[len(last)-1]-'a'+'1')
}

func (r *region) zones() []string { return []string{r.name + "a", r.name + "b", r.name + "c"} }

func describeSubnets(q *request) (wire.Map, error) {
	return described(q, "subnetSet", "subnet", q.here().subnets, func(s *subnet, name string) ([]string, bool) {
		switch name {
		case "subnet-id":
			return []string{s.id}, true
		case "vpc-id":
			return []string{s.vpc}, true
		case "cidr-block", "cidr", "cidrBlock":
			return []string{s.cidr}, true
		case "availability-zone", "availabilityZone":
			return []string{s.zone}, true
		case "state":
			return []string{"available"}, true
		}
		return nil, false
	}, q.here().subnetMap)
}

func createSubnet(q *request) (wire.Map, error) {
	var in struct {
		VpcId, CidrBlock, AvailabilityZone, AvailabilityZoneId string
		DryRun                                                 bool
		TagSpecification                                       tagSpecs
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	v, err := q.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	p, err := netip.ParsePrefix(in.CidrBlock)
	if err != nil || !p.Addr().Is4() {
		return nil, bad("InvalidParameterValue", "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.", in.CidrBlock)
	}
	whole := netip.MustParsePrefix(v.cidr)
	if p.Bits() < 16 || p.Bits() > 28 || p.Bits() < whole.Bits() || !whole.Contains(p.Addr()) {
		return nil, bad("InvalidSubnet.Range", "The CIDR '%s' is invalid.", in.CidrBlock)
	}
	for _, s := range q.here().subnets {
		if s.vpc == v.id && netip.MustParsePrefix(s.cidr).Overlaps(p) {
			return nil, bad("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", in.CidrBlock)
		}
	}
	zones := q.here().zones()
	if i := slices.IndexFunc(zones, func(z string) bool { return zoneID(z) == in.AvailabilityZoneId }); i >= 0 {
		in.AvailabilityZone = zones[i]
	}
	if in.AvailabilityZone == "" {
		in.AvailabilityZone = zones[0]
	}
	if !slices.Contains(zones, in.AvailabilityZone) {
		return nil, bad("InvalidParameterValue", "Value (%s) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: %s.",
			in.AvailabilityZone, strings.Join(zones, ", "))
	}
	tags, err := in.TagSpecification.of("subnet")
	if err != nil {
		return nil, err
	}
	s := q.here().newSubnet(v, p.Masked().String(), in.AvailabilityZone)
	q.here().ec2Tags[s.id] = tags
	out := q.here().subnetMap(s)
	out["state"], out["tagSet"] = "pending", ec2Tags(tags)
	return wire.Map{"subnet": out}, nil
}

func (r *region) newSubnet(v *vpc, cidr, zone string) *subnet {
	s := &subnet{id: ec2ID("subnet"), vpc: v.id, cidr: cidr, zone: zone}
	r.subnets[s.id] = s
	return s
}

func modifySubnetAttribute(q *request) (wire.Map, error) {
	var in struct {
		SubnetId            string
		MapPublicIpOnLaunch struct{ Value *bool }
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	s := q.here().subnets[in.SubnetId]
	switch {
	case s == nil:
		return nil, missing(in.SubnetId)
	case in.MapPublicIpOnLaunch.Value == nil:
		return nil, bad("InvalidParameterCombination", "No attributes specified")
	}
	s.public = *in.MapPublicIpOnLaunch.Value
	return yes(), nil
}

func deleteSubnet(q *request) (wire.Map, error) {
	var in struct {
		SubnetId string
		DryRun   bool
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	h := q.here()
	if h.subnets[in.SubnetId] == nil {
		return nil, missing(in.SubnetId)
	}
	for _, e := range h.endpoints {
		if slices.Contains(e.subnets, in.SubnetId) {
			return nil, bad("DependencyViolation", "The subnet '%s' has dependencies and cannot be deleted.", in.SubnetId)
		}
	}
	for _, t := range h.tables {
		for a, s := range t.associations {
			if s == in.SubnetId {
				delete(t.associations, a)
			}
		}
	}
	delete(h.subnets, in.SubnetId)
	delete(h.ec2Tags, in.SubnetId)
	return yes(), nil
}

func describeZones(q *request) (wire.Map, error) {
	var in struct {
		AllAvailabilityZones, DryRun bool
		Filter                       []filter
		ZoneName                     []string
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, z := range q.here().zones() {
		fits, err := matches(in.Filter, nil, func(name string) ([]string, bool) {
			v, known := map[string][]string{
				"state": {"available"}, "region-name": {q.region}, "zone-name": {z}, "zone-id": {zoneID(z)}, "zone-type": {"availability-zone"},
				"opt-in-status": {"opt-in-not-required"},
			}[name]
			return v, known
		})
		if err != nil {
			return nil, err
		}
		if fits && (len(in.ZoneName) == 0 || slices.Contains(in.ZoneName, z)) {
			all = append(all, wire.Map{
				"zoneName": z, "zoneId": zoneID(z), "zoneState": "available", "regionName": q.region, "groupName": q.region,
				"networkBorderGroup": q.region, "zoneType": "availability-zone", "optInStatus": "opt-in-not-required", "messageSet": []wire.Map{},
			})
		}
	}
	return wire.Map{"availabilityZoneInfo": all}, nil
}
