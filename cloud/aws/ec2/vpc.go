package ec2

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// VPC is a landing's virtual network as it stands.
type VPC struct {
	ID, Name, CIDR, Owner string
	Pending               bool
	Match                 plan.Match
}

// FindVPC climbs the adoption ladder: the plan's own word, the ownership tag, the exact name. Without a hit it answers
// "" and the names that are too like the wanted one.
func FindVPC(ctx context.Context, s *session.Session, l plan.Landing) (found VPC, similar []string, err error) {
	var all []types.Vpc
	pages := ec2.NewDescribeVpcsPaginator(client(s), &ec2.DescribeVpcsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return VPC{}, nil, err
		}
		all = append(all, page.Vpcs...)
	}
	adopted := l.Adopted("vpc", "")
	for _, rung := range []struct {
		match plan.Match
		hit   func(types.Vpc) bool
	}{
		{plan.ByPlan, func(v types.Vpc) bool {
			return adopted != "" && (aws.ToString(v.VpcId) == adopted || tag(v.Tags, "Name") == adopted)
		}},
		{plan.ByTag, func(v types.Vpc) bool {
			env := tag(v.Tags, "landfall-environment")
			return adopted == "" && tag(v.Tags, session.PlanTag) == l.Plan && (env == "" || env == l.Environment)
		}},
		{plan.ByName, func(v types.Vpc) bool {
			return adopted == "" && tag(v.Tags, "Name") == l.Name && !aws.ToBool(v.IsDefault)
		}},
	} {
		found, several := pick(all, rung.hit, rung.match)
		if len(several) > 1 {
			return VPC{}, nil, fault.New(fault.Ambiguous, "Name the one that is meant in the landing's adopt.resources.vpc, then resume.",
				"%s has several VPCs that could be its own: %s", l.ID(), strings.Join(several, ", "))
		}
		if found.ID != "" {
			return found, nil, nil
		}
	}
	if adopted != "" {
		return VPC{}, nil, fault.New(fault.Conflict, "Correct adopt.resources.vpc in the plan, then resume.",
			"the plan adopts the VPC %q, which does not stand in %s of the account %s", adopted, s.Config.Region, s.Account)
	}
	for _, v := range all {
		if name := tag(v.Tags, "Name"); !aws.ToBool(v.IsDefault) && name != "" && l.Similar(name, l.Name) {
			similar = append(similar, fmt.Sprintf("%s (%s)", name, aws.ToString(v.VpcId)))
		}
	}
	return VPC{}, similar, nil
}

func pick(all []types.Vpc, hit func(types.Vpc) bool, match plan.Match) (found VPC, several []string) {
	for _, v := range all {
		if !hit(v) {
			continue
		}
		found = VPC{
			ID: aws.ToString(v.VpcId), Name: tag(v.Tags, "Name"), CIDR: aws.ToString(v.CidrBlock),
			Owner: tag(v.Tags, session.PlanTag), Pending: v.State == types.VpcStatePending, Match: match,
		}
		several = append(several, found.ID)
	}
	return found, several
}

// MakeVPC makes the landing's network. Its tags come with it, so that one whose record was lost is found again.
func MakeVPC(ctx context.Context, s *session.Session, l plan.Landing) (VPC, error) {
	out, err := client(s).CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: &l.Network.CIDR, TagSpecifications: tagged(l, types.ResourceTypeVpc, l.Name)})
	if err != nil {
		return VPC{}, err
	}
	return VPC{ID: aws.ToString(out.Vpc.VpcId), Name: l.Name, CIDR: l.Network.CIDR, Owner: l.Plan, Match: plan.ByTag}, nil
}

// Own puts the landing's tags on a VPC that is adopted; its name stays.
func Own(ctx context.Context, s *session.Session, l plan.Landing, id string) error {
	_, err := client(s).CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{id}, Tags: tagsOf(l, "")})
	return err
}

// Naming is whether a VPC resolves names, and whether it gives its hosts some; private endpoints need both.
type Naming struct{ Resolves, Gives bool }

// Names reads how the VPC deals with names.
func Names(ctx context.Context, s *session.Session, vpc string) (Naming, error) {
	resolves, err := client(s).DescribeVpcAttribute(ctx, &ec2.DescribeVpcAttributeInput{VpcId: &vpc, Attribute: types.VpcAttributeNameEnableDnsSupport})
	if err != nil {
		return Naming{}, err
	}
	gives, err := client(s).DescribeVpcAttribute(ctx, &ec2.DescribeVpcAttributeInput{VpcId: &vpc, Attribute: types.VpcAttributeNameEnableDnsHostnames})
	if err != nil {
		return Naming{}, err
	}
	is := func(v *types.AttributeBooleanValue) bool { return v != nil && aws.ToBool(v.Value) }
	return Naming{Resolves: is(resolves.EnableDnsSupport), Gives: is(gives.EnableDnsHostnames)}, nil
}

// SetNames sets both; AWS takes one at a time, and gives no names where it resolves none.
func SetNames(ctx context.Context, s *session.Session, vpc string, n Naming) error {
	set := []*ec2.ModifyVpcAttributeInput{
		{VpcId: &vpc, EnableDnsSupport: &types.AttributeBooleanValue{Value: &n.Resolves}},
		{VpcId: &vpc, EnableDnsHostnames: &types.AttributeBooleanValue{Value: &n.Gives}},
	}
	if !n.Resolves {
		set[0], set[1] = set[1], set[0]
	}
	for _, in := range set {
		if _, err := client(s).ModifyVpcAttribute(ctx, in); err != nil {
			return err
		}
	}
	return nil
}
