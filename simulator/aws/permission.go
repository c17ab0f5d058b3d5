package aws

import (
	"slices"
	"strconv"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

// permissions is what callers of Authorize and Revoke send.
type permissions struct {
	GroupId             string
	DryRun              bool
	SecurityGroupRuleId []string
	TagSpecification    tagSpecs
	IpPermissions       []struct {
		IpProtocol       string
		FromPort, ToPort *int
		Groups           []struct{ GroupId, UserId, GroupName, VpcId, Description string }
		IpRanges         []struct{ CidrIp, Description string }
		Ipv6Ranges       []struct{ CidrIpv6, Description string }
		PrefixListIds    []struct{ PrefixListId string }
	}
}

func (p permissions) rules(egress bool) []rule {
	var out []rule
	for _, x := range p.IpPermissions {
		r := rule{egress: egress, protocol: x.IpProtocol}
		if x.FromPort != nil && x.ToPort != nil && x.IpProtocol != "-1" {
			r.from, r.to = *x.FromPort, *x.ToPort
		}
		for _, g := range x.Groups {
			r := r
			r.group, r.about = g.GroupId, g.Description
			out = append(out, r)
		}
		for _, c := range x.IpRanges {
			r := r
			r.cidr, r.about = c.CidrIp, c.Description
			out = append(out, r)
		}
		for _, c := range x.Ipv6Ranges {
			r := r
			r.cidr6, r.about = c.CidrIpv6, c.Description
			out = append(out, r)
		}
	}
	return out
}

func (r rule) text() string {
	return "peer: " + r.cidr + r.cidr6 + r.group + ", " + r.protocol + ", from port: " + strconv.Itoa(r.from) + ", to port: " + strconv.Itoa(r.to)
}

func authorize(egress bool) func(*request) (wire.Map, error) {
	return func(q *request) (wire.Map, error) {
		var in permissions
		if err := q.read(&in); err != nil {
			return nil, err
		}
		g := q.here().groups[in.GroupId]
		if g == nil {
			return nil, missing(in.GroupId)
		}
		made := in.rules(egress)
		if len(made) == 0 {
			return nil, bad("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
		}
		for _, r := range made {
			if slices.ContainsFunc(g.rules, r.like) {
				return nil, bad("InvalidPermission.Duplicate", "the specified rule \"%s\" already exists", r.text())
			}
		}
		before := len(g.rules)
		g.add(made...)
		out := []wire.Map{}
		for _, r := range g.rules[before:] {
			out = append(out, q.ruleMap(g, r))
		}
		return wire.Map{"return": true, "securityGroupRuleSet": out}, nil
	}
}

func revoke(egress bool) func(*request) (wire.Map, error) {
	return func(q *request) (wire.Map, error) {
		var in permissions
		if err := q.read(&in); err != nil {
			return nil, err
		}
		g := q.here().groups[in.GroupId]
		if g == nil {
			return nil, missing(in.GroupId)
		}
		gone := in.rules(egress)
		for _, id := range in.SecurityGroupRuleId {
			i := slices.IndexFunc(g.rules, func(r rule) bool { return r.id == id && r.egress == egress })
			if i < 0 {
				return nil, bad("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '%s' does not exist", id)
			}
			gone = append(gone, g.rules[i])
		}
		if len(gone) == 0 {
			return nil, bad("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
		}
		out := []wire.Map{}
		for _, r := range gone {
			i := slices.IndexFunc(g.rules, r.like)
			if i < 0 {
				return nil, bad("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
			}
			m := q.ruleMap(g, g.rules[i])
			delete(m, "groupOwnerId")
			delete(m, "referencedGroupInfo")
			m["referencedGroupId"] = wire.Or(r.group)
			out = append(out, m)
		}
		g.rules = slices.DeleteFunc(g.rules, func(have rule) bool { return slices.ContainsFunc(gone, have.like) })
		return wire.Map{"return": true, "revokedSecurityGroupRuleSet": out}, nil
	}
}
