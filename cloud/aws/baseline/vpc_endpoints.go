package baseline

import (
	"context"
	"fmt"
	"time"

	"github.com/itbytes/landfall/cloud/aws/ec2"
	"github.com/itbytes/landfall/cloud/aws/iam"
	"github.com/itbytes/landfall/cloud/aws/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// VPCEndpoints are the private ways from the network to the AWS services that every workload needs.
type VPCEndpoints struct{}

// services is what is reached privately; the first ones through route tables, which costs nothing.
func services() []string { return append(ec2.Gateways(), "sts", "kms", "logs") }

// Describe implements step.Control.
func (VPCEndpoints) Describe(plan.Landing) (plan.Step, bool) {
	d := described("vpc-endpoints", "Private ways to AWS services", "AWS-O03c", "O03", "vpc")
	d.Inverse, d.Usual = plan.Revert, 2*time.Minute
	return d, true
}

// Want implements step.Control.
func (VPCEndpoints) Want(plan.Task) plan.Fields {
	f := plan.Fields{}
	for _, name := range services() {
		f[name] = "available"
	}
	return f
}

// Observe implements step.Control.
func (VPCEndpoints) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	v, _, err := ec2.FindVPC(ctx, s, t.Landing)
	if err != nil {
		return plan.Observation{}, err
	}
	if v.ID == "" {
		return plan.Observation{State: plan.Absent, Evidence: []string{"DescribeVpcs: the network is not made yet"}}, nil
	}
	stands, err := ec2.Endpoints(ctx, s, v.ID)
	if err != nil {
		return plan.Observation{}, err
	}
	o := plan.Observation{State: plan.Present, ID: v.ID, Match: plan.BySetting, Live: plan.Fields{}}
	missing := 0
	for _, name := range services() {
		e, there := stands[name]
		if !there {
			missing++
			continue
		}
		o.Live[name] = e.State
		o.Evidence = append(o.Evidence, fmt.Sprintf("DescribeVpcEndpoints: %s %s %s", name, e.ID, e.State))
		if e.State == "pending" {
			o.Why = "AWS makes the endpoint " + e.ID + " of " + name
		}
	}
	switch {
	case missing == len(services()):
		o.State = plan.Absent
		o.Evidence = []string{"DescribeVpcEndpoints: none in " + v.ID}
	case missing == 0 && o.Why != "":
		o.State = plan.Pending
	}
	return o, nil
}

// Preflight implements step.Control. An endpoint that failed is somebody's to look at: another one would be refused its name.
func (VPCEndpoints) Preflight(ctx context.Context, s *session.Session, _ plan.Task, c plan.Change) error {
	for _, f := range c.Fields {
		if f.Before != "" && f.Before != "pending" {
			return fault.New(fault.Conflict, "Accept it, or delete it; then resume.", "the VPC endpoint of %s is %s", f.Field, f.Before)
		}
	}
	return iam.May(ctx, s, s.ARNHere("ec2", "vpc-endpoint/*"), "ec2:CreateVpcEndpoint")
}

// Apply implements step.Control.
func (VPCEndpoints) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	v, _, err := ec2.FindVPC(ctx, s, t.Landing)
	if err != nil {
		return plan.Applied{}, err
	}
	for _, name := range services() {
		if o.Live[name] != "" {
			continue
		}
		if _, err := ec2.MakeEndpoint(ctx, s, t, v, name); err != nil {
			return plan.Applied{}, err
		}
	}
	return plan.Applied{ID: v.ID}, nil
}

// Undo implements step.Undoer. The endpoints of services that had none before go, and with the last of them their security
// group.
func (VPCEndpoints) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	v, _, err := ec2.FindVPC(ctx, s, t.Landing)
	if err != nil || v.ID == "" {
		return err
	}
	var made []string
	for _, f := range d.Change.Fields {
		if f.Before == "" {
			made = append(made, f.Field)
		}
	}
	return ec2.DropEndpoints(ctx, s, t.Landing, v.ID, made)
}

// Budget implements step.Budgeted.
func (VPCEndpoints) Budget() time.Duration { return 10 * time.Minute }
