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

// Subnet is one subnet of a VPC.
type Subnet struct {
	ID, CIDR, Zone, Table string
	Private               bool // no route from it leads to the internet
	Public                bool // it gives its hosts public addresses
	Explicit              bool // its route table was chosen, not the main one by default
}

// Subnets lists the VPC's subnets with where their traffic goes.
func Subnets(ctx context.Context, s *session.Session, vpc string) ([]Subnet, error) {
	tables, err := tablesOf(ctx, s, vpc)
	if err != nil {
		return nil, err
	}
	var out []Subnet
	pages := ec2.NewDescribeSubnetsPaginator(client(s), &ec2.DescribeSubnetsInput{Filters: []types.Filter{filter("vpc-id", vpc)}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, n := range page.Subnets {
			t, explicit := tableOf(tables, aws.ToString(n.SubnetId))
			out = append(out, Subnet{
				ID: aws.ToString(n.SubnetId), CIDR: aws.ToString(n.CidrBlock), Zone: aws.ToString(n.AvailabilityZone),
				Table: aws.ToString(t.RouteTableId), Private: !leadsOut(t), Public: aws.ToBool(n.MapPublicIpOnLaunch), Explicit: explicit,
			})
		}
	}
	slices.SortFunc(out, func(a, b Subnet) int { return strings.Compare(a.Zone+a.ID, b.Zone+b.ID) })
	return out, nil
}

// MakeSubnets makes those of the landing's subnets that are missing, and gives them one route table without a way out.
func MakeSubnets(ctx context.Context, s *session.Session, t plan.Task, vpc string) error {
	standing, err := Subnets(ctx, s, vpc)
	if err != nil {
		return err
	}
	l, table := t.Landing, ""
	for _, want := range l.Network.Subnets {
		i := slices.IndexFunc(standing, func(n Subnet) bool { return n.CIDR == want.CIDR })
		switch {
		case i >= 0 && !standing[i].Private:
			return fault.New(fault.Conflict, "Take its way out from the subnet's route table, or reserve the range in network.reserved; then resume.",
				"the subnet %s has the range %s of the private subnet %s, and leads to the internet", standing[i].ID, want.CIDR, want.Name)
		case i >= 0 && standing[i].Explicit:
			continue
		}
		id := ""
		if i >= 0 {
			id = standing[i].ID
		} else if id, err = makeSubnet(ctx, s, l, vpc, want); err != nil {
			return err
		}
		if table == "" {
			if table, err = privateTable(ctx, s, t, vpc); err != nil {
				return err
			}
		}
		if _, err := client(s).AssociateRouteTable(ctx, &ec2.AssociateRouteTableInput{RouteTableId: &table, SubnetId: &id}); err != nil && !session.Is(err, "Resource.AlreadyAssociated") {
			return err
		}
	}
	return nil
}

func makeSubnet(ctx context.Context, s *session.Session, l plan.Landing, vpc string, want plan.Subnet) (string, error) {
	in := &ec2.CreateSubnetInput{VpcId: &vpc, CidrBlock: &want.CIDR, TagSpecifications: tagged(l, types.ResourceTypeSubnet, want.Name)}
	if want.Zone != "" {
		in.AvailabilityZone = aws.String(s.Config.Region + want.Zone)
	}
	out, err := client(s).CreateSubnet(ctx, in)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.Subnet.SubnetId), nil
}

// Withhold stops subnets from giving their hosts public addresses.
func Withhold(ctx context.Context, s *session.Session, subnets []Subnet) error {
	for _, n := range subnets {
		if !n.Private || !n.Public {
			continue
		}
		_, err := client(s).ModifySubnetAttribute(ctx, &ec2.ModifySubnetAttributeInput{SubnetId: &n.ID, MapPublicIpOnLaunch: &types.AttributeBooleanValue{Value: aws.Bool(false)}})
		if err != nil {
			return err
		}
	}
	return nil
}

// privateTable makes sure of the route table of ours in the VPC. Its tags come with it, and by them a second attempt finds it.
func privateTable(ctx context.Context, s *session.Session, t plan.Task, vpc string) (string, error) {
	name := t.Landing.Name + "-private"
	tables, err := tablesOf(ctx, s, vpc)
	if err != nil {
		return "", err
	}
	for _, have := range tables {
		if tag(have.Tags, "Name") == name && tag(have.Tags, session.PlanTag) == t.Landing.Plan {
			return aws.ToString(have.RouteTableId), nil
		}
	}
	out, err := client(s).CreateRouteTable(ctx, &ec2.CreateRouteTableInput{VpcId: &vpc, TagSpecifications: tagged(t.Landing, types.ResourceTypeRouteTable, name)})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.RouteTable.RouteTableId), nil
}

func tablesOf(ctx context.Context, s *session.Session, vpc string) ([]types.RouteTable, error) {
	var out []types.RouteTable
	pages := ec2.NewDescribeRouteTablesPaginator(client(s), &ec2.DescribeRouteTablesInput{Filters: []types.Filter{filter("vpc-id", vpc)}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, page.RouteTables...)
	}
	return out, nil
}

// tableOf is the route table that a subnet uses: its own, or else the VPC's main one.
func tableOf(tables []types.RouteTable, subnet string) (t types.RouteTable, explicit bool) {
	for _, have := range tables {
		for _, a := range have.Associations {
			if aws.ToString(a.SubnetId) == subnet {
				return have, true
			}
			if aws.ToBool(a.Main) {
				t = have
			}
		}
	}
	return t, false
}

// leadsOut reports whether a route table has a way to the internet that also leads in.
func leadsOut(t types.RouteTable) bool {
	for _, r := range t.Routes {
		if strings.HasPrefix(aws.ToString(r.GatewayId), "igw-") {
			return true
		}
	}
	return false
}
