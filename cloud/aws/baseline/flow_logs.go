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
	d.Inverse, d.Usual = plan.Revert, 30*time.Second
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
		return aroundFlowLogs(ctx, s, t, v.ID)
	}
	o := plan.Observation{State: plan.Present, ID: v.ID, Match: plan.BySetting, Live: plan.Fields{}}
	for _, f := range all {
		said := fmt.Sprintf("DescribeFlowLogs: %s on %s %s %s", f.ID, v.ID, f.Traffic, f.Status)
		if f.Error != "" {
			said += ", delivery: " + f.Error
		}
		o.Evidence = append(o.Evidence, said)
		if o.Live["traffic"] != "ALL" {
			o.Live["traffic"] = f.Traffic
		}
	}
	return o, nil
}

// The fields of what a flow log needs around it, where there is no flow log: undo leaves what stood before.
const (
	flowGroup = "log group"
	flowRole  = "role"
)

// aroundFlowLogs is the observation of a network without a flow log.
func aroundFlowLogs(ctx context.Context, s *session.Session, t plan.Task, vpc string) (plan.Observation, error) {
	o := plan.Observation{State: plan.Absent, Live: plan.Fields{}, Evidence: []string{"DescribeFlowLogs: none on " + vpc}}
	group, err := logs.Stands(ctx, s, groupOf(t.Landing, vpc))
	if err != nil {
		return plan.Observation{}, err
	}
	role, err := iam.RoleStands(ctx, s, flowLogRole)
	if err != nil {
		return plan.Observation{}, err
	}
	if group {
		o.Live[flowGroup] = yes
		o.Evidence = append(o.Evidence, "DescribeLogGroups: "+groupOf(t.Landing, vpc)+" stands")
	}
	if role {
		o.Live[flowRole] = yes
	}
	return o, nil
}

// groupOf is the log group of a network's flow logs.
func groupOf(l plan.Landing, vpc string) string { return "/landfall/" + l.Plan + "/flow-logs/" + vpc }

// Preflight implements step.Control.
func (FlowLogs) Preflight(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Change) error {
	return iam.May(ctx, s, "*", "ec2:CreateFlowLogs")
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
	group := groupOf(t.Landing, v.ID)
	if err := logs.Group(ctx, s, t.Landing, group); err != nil {
		return plan.Applied{}, err
	}
	role, err := iam.ServiceRole(ctx, s, t.Landing, flowLogRole, "vpc-flow-logs.amazonaws.com", writeLogs())
	if err != nil {
		return plan.Applied{}, err
	}
	return plan.Applied{ID: v.ID}, ec2.MakeFlowLog(ctx, s, t, v.ID, group, role)
}

// Undo implements step.Undoer. What has been recorded is history and stays; a log group that nothing was written to goes, and
// so does the role, unless they stood before. The flow log is the last: by it an undo that was cut short knows where it is.
func (FlowLogs) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	created := d.Change.Op == plan.Create
	if created && d.Receipt.Before[flowGroup] != yes {
		if err := logs.DropUnwritten(ctx, s, groupOf(t.Landing, o.ID)); err != nil {
			return err
		}
	}
	if created && d.Receipt.Before[flowRole] != yes {
		if err := iam.DropServiceRole(ctx, s, flowLogRole); err != nil {
			return err
		}
	}
	all, err := ec2.FlowLogs(ctx, s, o.ID)
	if err != nil {
		return err
	}
	for _, f := range all { // there was none of all traffic before
		if f.Owner != t.Landing.Plan || f.Traffic != "ALL" {
			continue
		}
		if err := ec2.EndFlowLog(ctx, s, f.ID); err != nil {
			return err
		}
	}
	return nil
}

// writeLogs is what AWS needs to write them.
func writeLogs() string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents","logs:DescribeLogGroups","logs:DescribeLogStreams"],"Resource":"*"}]}`
}
