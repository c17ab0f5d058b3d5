package baseline

import (
	"context"
	"fmt"
	"time"

	"github.com/itbytes/landfall/cloud/aws/ec2"
	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/logs"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// FlowLogs record all traffic of the landing's network. Any flow log of all traffic will do, whoever made it.
type FlowLogs struct{}

// flowLogRole is the role by which AWS writes them.
const flowLogRole = "landfall-flow-logs"

// Describe implements step.Control.
func (FlowLogs) Describe(plan.Landing) (plan.Step, bool) {
	d := described("flow-logs", "A record of all network traffic", "AWS-O06", "O06", "vpc")
	d.Usual = 30 * time.Second
	return d, true
}

// Want implements step.Control.
func (FlowLogs) Want(plan.Task) plan.Fields { return plan.Fields{"traffic": "ALL"} }

// Observe implements step.Control.
func (FlowLogs) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	v, _, err := ec2.FindVPC(ctx, s, t.Landing)
	if err != nil {
		return plan.Observation{}, err
	}
	if v.ID == "" {
		return plan.Observation{State: plan.Absent, Evidence: []string{"DescribeVpcs: the network is not made yet"}}, nil
	}
	all, err := ec2.FlowLogs(ctx, s, v.ID)
	if err != nil {
		return plan.Observation{}, err
	}
	if len(all) == 0 {
		return plan.Observation{State: plan.Absent, Evidence: []string{"DescribeFlowLogs: none on " + v.ID}}, nil
	}
	o := plan.Observation{State: plan.Present, Match: plan.BySetting, Live: plan.Fields{}}
	for _, f := range all {
		said := fmt.Sprintf("DescribeFlowLogs: %s on %s %s %s", f.ID, v.ID, f.Traffic, f.Status)
		if f.Error != "" {
			said += ", delivery: " + f.Error
		}
		o.Evidence = append(o.Evidence, said)
		if o.Live["traffic"] != "ALL" {
			o.ID, o.Live["traffic"] = f.ID, f.Traffic
		}
	}
	return o, nil
}

// Preflight implements step.Control.
func (FlowLogs) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error {
	return nil
}

// Apply implements step.Control.
func (FlowLogs) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	v, _, err := ec2.FindVPC(ctx, s, t.Landing)
	if err != nil {
		return plan.Applied{}, err
	}
	if v.ID == "" {
		return plan.Applied{}, fault.New(fault.Conflict, "Carry the step vpc first, then resume.", "the network of %s does not stand", t.Landing.ID())
	}
	group := "/landfall/" + t.Landing.Plan + "/flow-logs/" + v.ID
	if err := logs.Group(ctx, s, t.Landing, group); err != nil {
		return plan.Applied{}, err
	}
	role, err := iam.ServiceRole(ctx, s, t.Landing, flowLogRole, "vpc-flow-logs.amazonaws.com", writeLogs())
	if err != nil {
		return plan.Applied{}, err
	}
	id, err := ec2.MakeFlowLog(ctx, s, t, v.ID, group, role)
	return plan.Applied{ID: id}, err
}

// writeLogs is what AWS needs to write them.
func writeLogs() string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents","logs:DescribeLogGroups","logs:DescribeLogStreams"],"Resource":"*"}]}`
}
