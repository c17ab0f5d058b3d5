package ec2

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// DropVPC deletes a VPC that the plan made, with the plan's own parts of it. One that holds parts of others is left whole.
func DropVPC(ctx context.Context, s *session.Session, l plan.Landing, vpc string) error {
	in, err := insideOf(ctx, s, l, vpc)
	if err != nil {
		return err
	}
	if len(in.others) > 0 {
		return fault.New(fault.Conflict, "Move them away, or keep the network and name it in adopt.resources.vpc; then resume.",
			"the VPC %s, which this run made, holds what others have put there: %s", vpc, strings.Join(in.others, ", "))
	}
	if err := in.drop(ctx, s); err != nil {
		return err
	}
	_, err = client(s).DeleteVpc(ctx, &ec2.DeleteVpcInput{VpcId: &vpc})
	if session.Is(err, "InvalidVpcID.NotFound") {
		return nil
	}
	return err
}

// inside is what a VPC holds but for what each VPC begins with: the plan's own parts, by kind, and the names of others'.
type inside struct {
	subnets, tables, groups []string
	chosen                  []string // associations of its subnets with its route tables
	others                  []string
}

func insideOf(ctx context.Context, s *session.Session, l plan.Landing, vpc string) (inside, error) {
	var in inside
	sort := func(ours *[]string, tags []types.Tag, id string) {
		if tag(tags, session.PlanTag) == l.Plan {
			*ours = append(*ours, id)
			return
		}
		in.others = append(in.others, id)
	}
	endpoints, err := endpointsOf(ctx, s, vpc)
	if err != nil {
		return in, err
	}
	for _, e := range endpoints { // the plan's own are gone by now: the step that made them is undone first
		in.others = append(in.others, aws.ToString(e.VpcEndpointId))
	}
	subnets := ec2.NewDescribeSubnetsPaginator(client(s), &ec2.DescribeSubnetsInput{Filters: []types.Filter{filter("vpc-id", vpc)}})
	for subnets.HasMorePages() {
		page, err := subnets.NextPage(ctx)
		if err != nil {
			return in, err
		}
		for _, n := range page.Subnets {
			sort(&in.subnets, n.Tags, aws.ToString(n.SubnetId))
		}
	}
	tables, err := tablesOf(ctx, s, vpc)
	if err != nil {
		return in, err
	}
	for _, t := range tables {
		if !slices.ContainsFunc(t.Associations, func(a types.RouteTableAssociation) bool { return aws.ToBool(a.Main) }) {
			sort(&in.tables, t.Tags, aws.ToString(t.RouteTableId))
		}
		for _, a := range t.Associations {
			if slices.Contains(in.subnets, aws.ToString(a.SubnetId)) {
				in.chosen = append(in.chosen, aws.ToString(a.RouteTableAssociationId))
			}
		}
	}
	groups := ec2.NewDescribeSecurityGroupsPaginator(client(s), &ec2.DescribeSecurityGroupsInput{Filters: []types.Filter{filter("vpc-id", vpc)}})
	for groups.HasMorePages() {
		page, err := groups.NextPage(ctx)
		if err != nil {
			return in, err
		}
		for _, g := range page.SecurityGroups {
			if aws.ToString(g.GroupName) != "default" {
				sort(&in.groups, g.Tags, aws.ToString(g.GroupId))
			}
		}
	}
	return in, nil
}

// drop deletes the plan's own parts.
func (in inside) drop(ctx context.Context, s *session.Session) error {
	for _, id := range in.chosen {
		if err := disassociate(ctx, s, id); err != nil {
			return err
		}
	}
	for _, id := range in.subnets {
		if _, err := client(s).DeleteSubnet(ctx, &ec2.DeleteSubnetInput{SubnetId: &id}); err != nil && !session.Is(err, "InvalidSubnetID.NotFound") {
			return err
		}
	}
	for _, id := range in.tables {
		if _, err := client(s).DeleteRouteTable(ctx, &ec2.DeleteRouteTableInput{RouteTableId: &id}); err != nil && !session.Is(err, "InvalidRouteTableID.NotFound") {
			return err
		}
	}
	for _, id := range in.groups {
		if _, err := client(s).DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: &id}); err != nil && !session.Is(err, "InvalidGroup.NotFound") {
			return err
		}
	}
	return nil
}
