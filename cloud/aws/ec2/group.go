package ec2

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// groupRules are a security group's rules, as EC2 takes them back.
type groupRules struct {
	In  []types.IpPermission `json:",omitempty"`
	Out []types.IpPermission `json:",omitempty"`
}

// DefaultGroup tells the rules of the VPC's default security group, as a text that OpenDefaultGroup reads; "" where it lets
// nothing in or out.
func DefaultGroup(ctx context.Context, s *session.Session, vpc string) (string, error) {
	g, err := group(ctx, s, vpc, "default")
	if err != nil || g == nil || len(g.IpPermissions)+len(g.IpPermissionsEgress) == 0 {
		return "", err
	}
	out, err := json.Marshal(groupRules{In: g.IpPermissions, Out: g.IpPermissionsEgress})
	return string(out), err
}

// CloseDefaultGroup takes every rule from the VPC's default security group.
func CloseDefaultGroup(ctx context.Context, s *session.Session, vpc string) error {
	g, err := group(ctx, s, vpc, "default")
	if err != nil || g == nil {
		return err
	}
	if len(g.IpPermissions) > 0 {
		if _, err := client(s).RevokeSecurityGroupIngress(ctx, &ec2.RevokeSecurityGroupIngressInput{GroupId: g.GroupId, IpPermissions: g.IpPermissions}); err != nil {
			return err
		}
	}
	if len(g.IpPermissionsEgress) > 0 {
		if _, err := client(s).RevokeSecurityGroupEgress(ctx, &ec2.RevokeSecurityGroupEgressInput{GroupId: g.GroupId, IpPermissions: g.IpPermissionsEgress}); err != nil {
			return err
		}
	}
	return nil
}

// endpointsGroup is the security group of the interface endpoints.
const endpointsGroup = "landfall-endpoints"

// endpointGroup makes sure of the security group of the interface endpoints: TLS from within the VPC. The default group
// would let nobody in.
func endpointGroup(ctx context.Context, s *session.Session, l plan.Landing, vpc VPC) (string, error) {
	name := endpointsGroup
	g, err := group(ctx, s, vpc.ID, name)
	if err != nil {
		return "", err
	}
	id := ""
	switch {
	case g != nil && len(g.IpPermissions) > 0:
		return aws.ToString(g.GroupId), nil
	case g != nil:
		id = aws.ToString(g.GroupId)
	default:
		made, err := client(s).CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{
			GroupName: &name, Description: aws.String("TLS from the VPC to its private endpoints"), VpcId: &vpc.ID,
			TagSpecifications: tagged(l, types.ResourceTypeSecurityGroup, name),
		})
		if session.Is(err, "InvalidGroup.Duplicate") {
			return "", fault.New(fault.Transient, "It is tried again by itself.", "the security group %s is being made by another attempt", name)
		}
		if err != nil {
			return "", err
		}
		id = aws.ToString(made.GroupId)
	}
	_, err = client(s).AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{GroupId: &id, IpPermissions: []types.IpPermission{{
		IpProtocol: aws.String("tcp"), FromPort: aws.Int32(443), ToPort: aws.Int32(443),
		IpRanges: []types.IpRange{{CidrIp: &vpc.CIDR, Description: aws.String("the VPC itself")}},
	}}})
	if session.Is(err, "InvalidPermission.Duplicate") {
		err = nil
	}
	return id, err
}

// group is the VPC's security group of a name, or nil.
func group(ctx context.Context, s *session.Session, vpc, name string) (*types.SecurityGroup, error) {
	out, err := client(s).DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{Filters: []types.Filter{filter("vpc-id", vpc), filter("group-name", name)}})
	if err != nil {
		return nil, err
	}
	for i, g := range out.SecurityGroups {
		if aws.ToString(g.GroupName) == name && aws.ToString(g.VpcId) == vpc {
			return &out.SecurityGroups[i], nil
		}
	}
	return nil, nil
}
