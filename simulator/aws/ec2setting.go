package aws

import (
	"maps"
	"slices"
	"strings"

	"github.com/itbytes/landfall/simulator/aws/wire"
)

func getEbsDefault(q *request) (wire.Map, error) {
	if err := q.read(&struct{ DryRun bool }{}); err != nil {
		return nil, err
	}
	return wire.Map{"ebsEncryptionByDefault": q.here().ebsDefault, "sseType": "sse-ebs"}, nil
}

func setEbsDefault(on bool) func(*request) (wire.Map, error) {
	return func(q *request) (wire.Map, error) {
		if err := q.read(&struct{ DryRun bool }{}); err != nil {
			return nil, err
		}
		q.here().ebsDefault = on
		return wire.Map{"ebsEncryptionByDefault": on}, nil
	}
}

func describeTags(q *request) (wire.Map, error) {
	var in struct {
		Filter     []filter
		MaxResults int
		NextToken  string
		DryRun     bool
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, id := range sorted(q.here().ec2Tags) {
		for _, key := range sorted(q.here().ec2Tags[id]) {
			value := q.here().ec2Tags[id][key]
			fits, err := matches(in.Filter, q.here().ec2Tags[id], func(name string) ([]string, bool) {
				v, known := map[string][]string{"resource-id": {id}, "resource-type": {kindOf(id).tagged}, "key": {key}, "value": {value}}[name]
				return v, known
			})
			if err != nil {
				return nil, err
			}
			if fits {
				all = append(all, wire.Map{"resourceId": id, "resourceType": kindOf(id).tagged, "key": key, "value": value})
			}
		}
	}
	some, next, ours := page(all, in.NextToken, in.MaxResults, 1000)
	if !ours {
		return nil, bad("InvalidNextToken", "The token '%s' is invalid", in.NextToken)
	}
	return wire.Map{"tagSet": some, "nextToken": wire.Or(next)}, nil
}

type tagging struct {
	ResourceId []string
	Tag        []tag
	DryRun     bool
}

func createTags(q *request) (wire.Map, error) {
	var in tagging
	if err := q.read(&in); err != nil {
		return nil, err
	}
	for _, id := range in.ResourceId {
		if !q.here().has(id) {
			return nil, missing(id)
		}
	}
	for _, t := range in.Tag {
		if strings.HasPrefix(t.Key, "aws:") {
			return nil, bad("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")
		}
	}
	for _, id := range in.ResourceId {
		if q.here().ec2Tags[id] == nil {
			q.here().ec2Tags[id] = map[string]string{}
		}
		maps.Copy(q.here().ec2Tags[id], tagMap(in.Tag))
	}
	return yes(), nil
}

func deleteTags(q *request) (wire.Map, error) {
	var in tagging
	if err := q.read(&in); err != nil {
		return nil, err
	}
	for _, id := range in.ResourceId {
		if !q.here().has(id) {
			return nil, missing(id)
		}
		maps.DeleteFunc(q.here().ec2Tags[id], func(k, v string) bool {
			return len(in.Tag) == 0 || slices.ContainsFunc(in.Tag, func(t tag) bool { return t.Key == k && (t.Value == "" || t.Value == v) })
		})
	}
	return yes(), nil
}

// describeInternetGateways lists the one of the region's default VPC, if there is such a VPC.
func describeInternetGateways(q *request) (wire.Map, error) {
	var in struct {
		Filter     []filter
		MaxResults int
		NextToken  string
		DryRun     bool
	}
	if err := q.read(&in); err != nil {
		return nil, err
	}
	all := []wire.Map{}
	for _, v := range values(q.here().vpcs) {
		fits, err := matches(in.Filter, nil, func(name string) ([]string, bool) {
			held, known := map[string][]string{"attachment.vpc-id": {v.id}, "attachment.state": {"available"}}[name]
			return held, known
		})
		if err != nil {
			return nil, err
		}
		if v.usual && fits {
			all = append(all, wire.Map{
				"internetGatewayId": "igw-" + v.id[4:], "ownerId": q.account.id, "tagSet": []wire.Map{},
				"attachmentSet": []wire.Map{{"vpcId": v.id, "state": "available"}},
			})
		}
	}
	return wire.Map{"internetGatewaySet": all}, nil
}
