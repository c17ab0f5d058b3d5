package aws

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
	"github.com/itbytes/landfall/simulator/kernel"
)

func ec2Service() *service {
	return &service{
		name:    "ec2",
		dialect: wire.Dialect{Protocol: wire.EC2, Namespace: "http://ec2.amazonaws.com/doc/2016-11-15/"},
		operations: map[string]operation{
			"DescribeVpcs":         reads(describeVpcs),
			"DescribeVpcAttribute": reads(describeVpcAttribute),
			"CreateVpc":            writes(createVpc),
			"ModifyVpcAttribute":   writes(modifyVpcAttribute),
			"DeleteVpc":            writes(deleteVpc),

			"DescribeSubnets":       reads(describeSubnets),
			"CreateSubnet":          writes(createSubnet),
			"ModifySubnetAttribute": writes(modifySubnetAttribute),
			"DeleteSubnet":          writes(deleteSubnet),

			"DescribeRouteTables":    reads(describeRouteTables),
			"CreateRouteTable":       writes(createRouteTable),
			"AssociateRouteTable":    writes(associateRouteTable),
			"DisassociateRouteTable": writes(disassociateRouteTable),
			"DeleteRouteTable":       writes(deleteRouteTable),

			"DescribeSecurityGroups":        reads(describeSecurityGroups),
			"DescribeSecurityGroupRules":    reads(describeSecurityGroupRules),
			"CreateSecurityGroup":           writes(createSecurityGroup),
			"AuthorizeSecurityGroupIngress": writes(authorize(false)),
			"AuthorizeSecurityGroupEgress":  writes(authorize(true)),
			"RevokeSecurityGroupIngress":    writes(revoke(false)),
			"RevokeSecurityGroupEgress":     writes(revoke(true)),
			"DeleteSecurityGroup":           writes(deleteSecurityGroup),

			"DescribeVpcEndpoints": reads(describeEndpoints),
			"CreateVpcEndpoint":    writes(createEndpoint),
			"ModifyVpcEndpoint":    writes(modifyEndpoint),
			"DeleteVpcEndpoints":   writes(deleteEndpoints),

			"DescribeFlowLogs": reads(describeFlowLogs),
			"CreateFlowLogs":   writes(createFlowLogs),
			"DeleteFlowLogs":   writes(deleteFlowLogs),

			"GetEbsEncryptionByDefault":     reads(getEbsDefault),
			"EnableEbsEncryptionByDefault":  writes(setEbsDefault(true)),
			"DisableEbsEncryptionByDefault": writes(setEbsDefault(false)),

			"DescribeTags":              reads(describeTags),
			"CreateTags":                writes(createTags),
			"DeleteTags":                writes(deleteTags),
			"DescribeAvailabilityZones": reads(describeZones),
			"DescribeInternetGateways":  reads(describeInternetGateways),
		},
	}
}

// kind is a kind of resource in EC2, as identifiers and errors call it.
type kind struct{ prefix, param, missing, tagged string }

func kinds() []kind {
	return []kind{
		{"vpce-", "VpcEndpointId", "InvalidVpcEndpointId.NotFound", "vpc-endpoint"},
		{"vpc-", "VpcId", "InvalidVpcID.NotFound", "vpc"},
		{"subnet-", "SubnetId", "InvalidSubnetID.NotFound", "subnet"},
		{"rtb-", "RouteTableId", "InvalidRouteTableID.NotFound", "route-table"},
		{"sg-", "GroupId", "InvalidGroup.NotFound", "security-group"},
		{"fl-", "FlowLogId", "InvalidFlowLogId.NotFound", "vpc-flow-log"},
	}
}

func kindOf(id string) kind {
	for _, k := range kinds() {
		if strings.HasPrefix(id, k.prefix) {
			return k
		}
	}
	return kind{missing: "InvalidID"}
}

func kindTagged(word string) kind {
	i := slices.IndexFunc(kinds(), func(k kind) bool { return k.tagged == word })
	return kinds()[i]
}

func missing(id string) error { return bad(kindOf(id).missing, "The ID '%s' does not exist", id) }

func ec2ID(word string) string { return kindTagged(word).prefix + kernel.Random(9)[:17] }

// has reports whether a resource stands in the region.
func (r *region) has(id string) bool {
	return r.vpcs[id] != nil || r.subnets[id] != nil || r.tables[id] != nil || r.groups[id] != nil || r.endpoints[id] != nil || r.flows[id] != nil
}

// tagSpecs are the tags that come with a create.
type tagSpecs []struct {
	ResourceType string
	Tag          []tag
}

func (s tagSpecs) of(word string) (map[string]string, error) {
	out := map[string]string{}
	for _, spec := range s {
		if spec.ResourceType != word {
			return nil, bad("InvalidParameterValue", "'%s' is not a valid taggable resource type for this operation.", spec.ResourceType)
		}
		for _, t := range spec.Tag {
			out[t.Key] = t.Value
		}
	}
	return out, nil
}

func ec2Tags(tags map[string]string) []wire.Map {
	out := []wire.Map{}
	for _, k := range sorted(tags) {
		out = append(out, wire.Map{"key": k, "value": tags[k]})
	}
	return out
}

// filter is one that a Describe call narrows its answer with.
type filter struct {
	Name  string
	Value []string
}

// described answers a Describe call: it reads the ids and filters, refuses ids that do not exist and filters that are not
// known, and cuts pages where the caller asks for them.
func described[T any](q *request, name, word string, all map[string]T, attribute func(T, string) ([]string, bool), render func(T) wire.Map) (wire.Map, error) {
	ids := q.take(kindTagged(word).param)
	var in struct {
		Filter     []filter
		MaxResults int
		NextToken  string
		DryRun     bool
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if _, there := all[id]; !there {
			return nil, missing(id)
		}
	}
	out := []wire.Map{}
	for _, id := range sorted(all) {
		if len(ids) > 0 && !slices.Contains(ids, id) {
			continue
		}
		fits, err := matches(in.Filter, q.here().ec2Tags[id], func(name string) ([]string, bool) { return attribute(all[id], name) })
		if err != nil {
			return nil, err
		}
		if fits {
			m := render(all[id])
			m["tagSet"] = ec2Tags(q.here().ec2Tags[id])
			out = append(out, m)
		}
	}
	if in.MaxResults > 0 && in.MaxResults < 5 {
		return nil, bad("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value greater than 5.", in.MaxResults)
	}
	some, next, ours := page(out, in.NextToken, in.MaxResults, 0)
	if !ours {
		return nil, bad("InvalidNextToken", "The token '%s' is invalid", in.NextToken)
	}
	return wire.Map{name: some, "nextToken": wire.Or(next)}, nil
}

// take removes a list of plain values from the form.
func (q *request) take(name string) []string {
	var out []string
	for n := 1; ; n++ {
		key := name + "." + strconv.Itoa(n)
		if !q.form.Has(key) {
			return out
		}
		out = append(out, q.form.Get(key))
		q.form.Del(key)
	}
}

func matches(filters []filter, tags map[string]string, attribute func(string) ([]string, bool)) (bool, error) {
	for _, f := range filters {
		var have []string
		known := true
		switch key, tagged := strings.CutPrefix(f.Name, "tag:"); {
		case tagged:
			if v, set := tags[key]; set {
				have = []string{v}
			}
		case f.Name == "tag-key":
			have = sorted(tags)
		default:
			have, known = attribute(f.Name)
		}
		if !known {
			return false, bad("InvalidParameterValue", "The filter '%s' is invalid", f.Name)
		}
		if !slices.ContainsFunc(have, func(h string) bool {
			return slices.ContainsFunc(f.Value, func(w string) bool { fits, err := path.Match(w, h); return err == nil && fits || w == h })
		}) {
			return false, nil
		}
	}
	return true, nil
}

func yes() wire.Map { return wire.Map{"return": true} }
