package ec2

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// WithdrawSubnets takes away the plan's subnets that a VPC did not have before, and lets those that used its main route table
// use it again.
func WithdrawSubnets(ctx context.Context, s *session.Session, l plan.Landing, vpc string, before, chosen []string) error {
	in, err := insideOf(ctx, s, l, vpc)
	if err != nil {
		return err
	}
	in.groups, in.chosen = nil, nil
	in.subnets = slices.DeleteFunc(in.subnets, func(id string) bool { return slices.Contains(before, id) })
	tables, err := tablesOf(ctx, s, vpc)
	if err != nil {
		return err
	}
	for _, t := range tables {
		id := aws.ToString(t.RouteTableId)
		if !slices.Contains(in.tables, id) {
			continue
		}
		for _, a := range t.Associations {
			subnet := aws.ToString(a.SubnetId)
			switch {
			case slices.Contains(in.subnets, subnet):
				in.chosen = append(in.chosen, aws.ToString(a.RouteTableAssociationId))
			case slices.Contains(chosen, subnet):
				in.tables = slices.DeleteFunc(in.tables, func(t string) bool { return t == id })
			default:
				if err := disassociate(ctx, s, aws.ToString(a.RouteTableAssociationId)); err != nil {
					return err
				}
			}
		}
	}
	return in.drop(ctx, s)
}

// disassociate lets a subnet use the VPC's main route table again.
func disassociate(ctx context.Context, s *session.Session, association string) error {
	_, err := client(s).DisassociateRouteTable(ctx, &ec2.DisassociateRouteTableInput{AssociationId: &association})
	if session.Is(err, "InvalidAssociationID.NotFound") {
		return nil
	}
	return err
}

// GiveAddresses lets subnets give their hosts public addresses again.
func GiveAddresses(ctx context.Context, s *session.Session, subnets []string) error {
	for _, id := range subnets {
		_, err := client(s).ModifySubnetAttribute(ctx, &ec2.ModifySubnetAttributeInput{SubnetId: &id, MapPublicIpOnLaunch: &types.AttributeBooleanValue{Value: aws.Bool(true)}})
		if err != nil {
			return err
		}
	}
	return nil
}

// OpenDefaultGroup gives a VPC's default security group the rules back that DefaultGroup told of.
func OpenDefaultGroup(ctx context.Context, s *session.Session, vpc, rules string) error {
	var r groupRules
	if err := json.Unmarshal([]byte(rules), &r); err != nil {
		return fault.New(fault.Conflict, "Give the rules back by hand.", "the receipt does not say which rules the default security group of %s had", vpc)
	}
	g, err := group(ctx, s, vpc, "default")
	if err != nil || g == nil {
		return err
	}
	if len(r.In) > 0 {
		_, err := client(s).AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{GroupId: g.GroupId, IpPermissions: r.In})
		if err != nil && !session.Is(err, "InvalidPermission.Duplicate") {
			return err
		}
	}
	if len(r.Out) > 0 {
		_, err := client(s).AuthorizeSecurityGroupEgress(ctx, &ec2.AuthorizeSecurityGroupEgressInput{GroupId: g.GroupId, IpPermissions: r.Out})
		if err != nil && !session.Is(err, "InvalidPermission.Duplicate") {
			return err
		}
	}
	return nil
}
