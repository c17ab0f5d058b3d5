package aws

import (
	"slices"

	"github.com/itbytes/landfall/simulator/aws/wire"
	"github.com/itbytes/landfall/simulator/kernel"
)

// securityGroup is a stateful firewall.
type securityGroup struct {
	id, vpc, name, about string
	rules                []rule
}

// rule lets one kind of traffic in or out.
type rule struct {
	id, protocol, cidr, cidr6, group, about string
	egress                                  bool
	from, to                                int
}

func (r rule) like(o rule) bool {
	r.id, r.about, o.id, o.about = "", "", "", ""
	return r == o
}

func (g *securityGroup) add(rules ...rule) {
	for _, r := range rules {
		r.id = "sgr-" + kernel.Random(9)[:17]
		g.rules = append(g.rules, r)
	}
}

func (r *region) newGroup(vpc, name, about string) *securityGroup {
	g := &securityGroup{id: ec2ID("security-group"), vpc: vpc, name: name, about: about}
	r.groups[g.id] = g
	return g
}

func (r *region) groupMap(g *securityGroup) wire.Map {
	permissions := func(egress bool) []wire.Map {
		out := []wire.Map{}
		for _, x := range g.rules {
			if x.egress == egress {
				out = append(out, r.permission(x))
			}
		}
		return out
	}
	return wire.Map{
		"groupId": g.id, "groupName": g.name, "groupDescription": g.about, "vpcId": g.vpc, "ownerId": r.account.id,
		"securityGroupArn": arn("ec2", r.name, r.account.id, "security-group/"+g.id),
		"ipPermissions":    permissions(false), "ipPermissionsEgress": permissions(true),
	}
}

func (r *region) permission(x rule) wire.Map {
	out := wire.Map{
		"ipProtocol": x.protocol, "groups": []wire.Map{}, "ipRanges": []wire.Map{}, "ipv6Ranges": []wire.Map{}, "prefixListIds": []wire.Map{},
	}
	if x.protocol != "-1" {
		out["fromPort"], out["toPort"] = x.from, x.to
	}
	switch {
	case x.group != "":
		out["groups"] = []wire.Map{{"groupId": x.group, "userId": r.account.id, "description": wire.Or(x.about)}}
	case x.cidr != "":
		out["ipRanges"] = []wire.Map{{"cidrIp": x.cidr, "description": wire.Or(x.about)}}
	case x.cidr6 != "":
		out["ipv6Ranges"] = []wire.Map{{"cidrIpv6": x.cidr6, "description": wire.Or(x.about)}}
	}
	return out
}

func describeSecurityGroups(q *request) (wire.Map, error) {
	return described(q, "securityGroupInfo", "security-group", q.here().groups, func(g *securityGroup, name string) ([]string, bool) {
		switch name {
		case "group-id":
			return []string{g.id}, true
		case "group-name":
			return []string{g.name}, true
		case "vpc-id":
			return []string{g.vpc}, true
		}
		return nil, false
	}, q.here().groupMap)
}

func (q *request) ruleMap(g *securityGroup, x rule) wire.Map {
	out := wire.Map{
		"securityGroupRuleId": x.id, "groupId": g.id, "groupOwnerId": q.account.id, "isEgress": x.egress, "ipProtocol": x.protocol,
		"fromPort": x.from, "toPort": x.to, "cidrIpv4": wire.Or(x.cidr), "cidrIpv6": wire.Or(x.cidr6), "description": wire.Or(x.about),
	}
	if x.protocol == "-1" {
		out["fromPort"], out["toPort"] = -1, -1
	}
	if x.group != "" {
		out["referencedGroupInfo"] = wire.Map{"groupId": x.group, "userId": q.account.id}
	}
	return out
}

func describeSecurityGroupRules(q *request) (wire.Map, error) {
	var in struct {
		Filter     []filter
		MaxResults int
		NextToken  string
		DryRun     bool
		IDs        []string `form:"SecurityGroupRuleId"`
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, g := range values(q.here().groups) {
		for _, x := range g.rules {
			fits, err := matches(in.Filter, nil, func(name string) ([]string, bool) {
				v, known := map[string][]string{"group-id": {g.id}, "security-group-rule-id": {x.id}}[name]
				return v, known
			})
			if err != nil {
				return nil, err
			}
			if fits && (len(in.IDs) == 0 || slices.Contains(in.IDs, x.id)) {
				m := q.ruleMap(g, x)
				m["tagSet"] = []wire.Map{}
				all = append(all, m)
			}
		}
	}
	some, next, ours := page(all, in.NextToken, in.MaxResults, 0)
	if !ours {
		return nil, bad("InvalidNextToken", "The token '%s' is invalid", in.NextToken)
	}
	return wire.Map{"securityGroupRuleSet": some, "nextToken": wire.Or(next)}, nil
}

func createSecurityGroup(q *request) (wire.Map, error) {
	var in struct {
		GroupName, GroupDescription, VpcId string
		DryRun                             bool
		TagSpecification                   tagSpecs
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	v, err := q.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	for _, g := range q.here().groups {
		if g.vpc == v.id && g.name == in.GroupName {
			return nil, bad("InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'", in.GroupName, v.id)
		}
	}
	tags, err := in.TagSpecification.of("security-group")
	if err != nil {
		return nil, err
	}
	g := q.here().newGroup(v.id, in.GroupName, in.GroupDescription)
	g.add(rule{egress: true, protocol: "-1", cidr: "0.0.0.0/0"})
	q.here().ec2Tags[g.id] = tags
	return wire.Map{
		"groupId": g.id, "securityGroupArn": arn("ec2", q.region, q.account.id, "security-group/"+g.id), "tagSet": ec2Tags(tags),
	}, nil
}

func deleteSecurityGroup(q *request) (wire.Map, error) {
	var in struct {
		GroupId string
		DryRun  bool
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	g := q.here().groups[in.GroupId]
	switch {
	case g == nil:
		return nil, missing(in.GroupId)
	case g.name == "default":
		return nil, bad("CannotDelete", "the specified group: \"%s\" name: \"default\" cannot be deleted by a user", g.id)
	}
	for _, e := range q.here().endpoints {
		if slices.Contains(e.groups, g.id) {
			return nil, bad("DependencyViolation", "resource %s has a dependent object", g.id)
		}
	}
	delete(q.here().groups, g.id)
	delete(q.here().ec2Tags, g.id)
	return wire.Map{"return": true, "groupId": g.id}, nil
}
