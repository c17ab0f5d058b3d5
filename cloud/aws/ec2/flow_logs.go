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

// FlowLog records what passes through a VPC.
type FlowLog struct{ ID, Traffic, Status, Error, Owner string }

// FlowLogs lists a VPC's own flow logs.
func FlowLogs(ctx context.Context, s *session.Session, vpc string) ([]FlowLog, error) {
	var out []FlowLog
	pages := ec2.NewDescribeFlowLogsPaginator(client(s), &ec2.DescribeFlowLogsInput{Filter: []types.Filter{filter("resource-id", vpc)}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, f := range page.FlowLogs {
			out = append(out, FlowLog{ID: aws.ToString(f.FlowLogId), Traffic: string(f.TrafficType), Status: aws.ToString(f.FlowLogStatus), Error: aws.ToString(f.DeliverLogsErrorMessage), Owner: tag(f.Tags, session.PlanTag)})
		}
	}
	return out, nil
}

// MakeFlowLog records all traffic of a VPC in a log group. AWS answers 200 also when it made none, and when a flow log that
// is deleted by now had the token.
func MakeFlowLog(ctx context.Context, s *session.Session, t plan.Task, vpc, logGroup, role string) error {
	for n := range session.Undone {
		out, err := client(s).CreateFlowLogs(ctx, &ec2.CreateFlowLogsInput{
			ResourceIds: []string{vpc}, ResourceType: types.FlowLogsResourceTypeVpc, TrafficType: types.TrafficTypeAll,
			LogDestinationType: types.LogDestinationTypeCloudWatchLogs, LogGroupName: &logGroup, DeliverLogsPermissionArn: &role,
			ClientToken:       aws.String(session.NthToken(t, n, vpc)),
			TagSpecifications: tagged(t.Landing, types.ResourceTypeVpcFlowLog, t.Landing.Name+"-all"),
		})
		if session.Is(err, "FlowLogAlreadyExists") {
			return nil
		}
		if err != nil {
			return err
		}
		for _, u := range out.Unsuccessful {
			if u.Error == nil || aws.ToString(u.Error.Code) == "FlowLogAlreadyExists" {
				return nil
			}
			return refused("CreateFlowLogs", aws.ToString(u.Error.Code), aws.ToString(u.Error.Message))
		}
		stands, err := FlowLogs(ctx, s, vpc)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(stands, func(f FlowLog) bool { return slices.Contains(out.FlowLogIds, f.ID) }) {
			return nil
		}
	}
	return fault.New(fault.Conflict, "Create the flow log by hand, then resume.", "the flow log of %s was made by this step and deleted since %d times", vpc, session.Undone)
}

// refused names why AWS made or ended no flow log. A role that was just made is not yet known to EC2.
func refused(operation, code, message string) error {
	f := &fault.Fault{Kind: fault.Invalid, Cloud: "aws", Service: "ec2", Operation: operation, Code: code, Message: message, Hint: "Mend what the message names, then start the run again."}
	switch says := strings.ToLower(message); {
	case strings.Contains(says, "unable to assume"), strings.Contains(says, "access denied"), strings.Contains(says, "not authorized to perform sts"):
		f.Kind, f.Hint = fault.Propagating, "It is tried again by itself."
	case strings.Contains(code, "LimitExceeded"):
		f.Kind, f.Hint = fault.Quota, "Remove a flow log that nobody reads, then resume."
	case strings.Contains(code, "Unauthorized"):
		f.Kind, f.Hint = fault.Denied, "Grant the login's role ec2:"+operation+" and iam:PassRole in this account, then resume."
	case code == "InternalError":
		f.Kind, f.Hint = fault.Transient, "It is tried again by itself."
	}
	return f
}

// EndFlowLog stops a recording. AWS answers 200 also when it did not.
func EndFlowLog(ctx context.Context, s *session.Session, id string) error {
	out, err := client(s).DeleteFlowLogs(ctx, &ec2.DeleteFlowLogsInput{FlowLogIds: []string{id}})
	if err != nil {
		return err
	}
	for _, u := range out.Unsuccessful {
		if u.Error != nil && aws.ToString(u.Error.Code) != "InvalidFlowLogId.NotFound" {
			return refused("DeleteFlowLogs", aws.ToString(u.Error.Code), aws.ToString(u.Error.Message))
		}
	}
	return nil
}
