package ec2

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// DropEndpoints deletes the plan's endpoints of some services in a VPC. Their security group goes before them, once nothing
// else uses it: it could not be found any more by what they have left, and EC2 refuses to delete one that is in use.
func DropEndpoints(ctx context.Context, s *session.Session, l plan.Landing, vpc string, services []string) error {
	all, err := endpointsOf(ctx, s, vpc)
	if err != nil {
		return err
	}
	var ids []string
	for _, e := range all {
		if tag(e.Tags, session.PlanTag) == l.Plan && slices.Contains(services, lastWord(aws.ToString(e.ServiceName))) {
			ids = append(ids, aws.ToString(e.VpcEndpointId))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := dropEndpointGroup(ctx, s, l, vpc, all, ids); err != nil {
		return err
	}
	out, err := client(s).DeleteVpcEndpoints(ctx, &ec2.DeleteVpcEndpointsInput{VpcEndpointIds: ids})
	if err != nil {
		return err
	}
	for _, u := range out.Unsuccessful {
		if u.Error != nil && aws.ToString(u.Error.Code) != "InvalidVpcEndpointId.NotFound" {
			return &fault.Fault{
				Kind: fault.Conflict, Cloud: "aws", Service: "ec2", Operation: "DeleteVpcEndpoints", Code: aws.ToString(u.Error.Code),
				Message: aws.ToString(u.ResourceId) + ": " + aws.ToString(u.Error.Message), Hint: "Delete it by hand, then resume.",
			}
		}
	}
	return nil
}

// dropEndpointGroup deletes the endpoints' security group, unless an endpoint that stays uses it. Those that go use the VPC's
// default group meanwhile, which lets nobody in.
func dropEndpointGroup(ctx context.Context, s *session.Session, l plan.Landing, vpc string, all []types.VpcEndpoint, going []string) error {
	g, err := group(ctx, s, vpc, endpointsGroup)
	if err != nil || g == nil || tag(g.Tags, session.PlanTag) != l.Plan {
		return err
	}
	other, err := group(ctx, s, vpc, "default")
	if err != nil || other == nil {
		return err
	}
	var users []string
	for _, e := range all {
		if !slices.ContainsFunc(e.Groups, func(in types.SecurityGroupIdentifier) bool {
			return aws.ToString(in.GroupId) == aws.ToString(g.GroupId)
		}) {
			continue
		}
		id := aws.ToString(e.VpcEndpointId)
		if !slices.Contains(going, id) {
			return nil
		}
		users = append(users, id)
	}
	for _, id := range users {
		_, err := client(s).ModifyVpcEndpoint(ctx, &ec2.ModifyVpcEndpointInput{
			VpcEndpointId: &id, AddSecurityGroupIds: []string{aws.ToString(other.GroupId)}, RemoveSecurityGroupIds: []string{aws.ToString(g.GroupId)},
		})
		if err != nil {
			return err
		}
	}
	_, err = client(s).DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: g.GroupId})
	if session.Is(err, "InvalidGroup.NotFound") {
		return nil
	}
	return err
}

// endpointsOf lists a VPC's endpoints that are not being deleted.
func endpointsOf(ctx context.Context, s *session.Session, vpc string) ([]types.VpcEndpoint, error) {
	var out []types.VpcEndpoint
	pages := ec2.NewDescribeVpcEndpointsPaginator(client(s), &ec2.DescribeVpcEndpointsInput{Filters: []types.Filter{filter("vpc-id", vpc)}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, e := range page.VpcEndpoints {
			if state := stateOf(e); state != "deleting" && state != "deleted" {
				out = append(out, e)
			}
		}
	}
	return out, nil
}
