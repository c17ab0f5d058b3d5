package baseline

import (
	"context"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/compute"
	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// subnets are the plan's subnets, each with flow logs and with private access to Google's APIs.
type subnets struct{}

func (subnets) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "subnets", Title: "the subnets and their flow logs", Chapter: plan.Protect, Control: "GC-O06", Objective: "O06",
		After: []string{"vpc"}, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, len(l.Network.Subnets) > 0
}

func (subnets) Want(t plan.Task) plan.Fields {
	out := plan.Fields{}
	for _, n := range t.Landing.Network.Subnets {
		put(out, compute.Subnet{Name: subnetName(n), CIDR: n.CIDR, Network: names.Network(t.Landing), PrivateAccess: true, FlowLogs: true})
	}
	return out
}

func (subnets) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, computeAPI); off {
		return o, nil
	}
	if o, err := waitFor(ctx, s, t, "a subnet of "+names.Network(t.Landing)); err != nil || o.State == plan.Pending {
		return o, err
	}
	o := plan.Observation{State: plan.Absent, ID: names.Network(t.Landing), Live: plan.Fields{}}
	for _, n := range t.Landing.Network.Subnets {
		got, err := s.Compute.Subnet(ctx, names.Project(t), t.Landing.Region, subnetName(n))
		if wire.NotFound(err) {
			o.Evidence = append(o.Evidence, wire.Evidence("subnetworks.get", "%s is not there", subnetName(n)))
			continue
		}
		if err != nil {
			return plan.Observation{}, s.Fault(err, computeService, "subnetworks.get")
		}
		o.State, o.Match = plan.Present, plan.ByName
		put(o.Live, got)
		o.Evidence = append(o.Evidence, wire.Evidence("subnetworks.get", "%s %s of %s flow logs %t private access %t", got.Name, got.CIDR, got.Network, got.FlowLogs, got.PrivateAccess))
	}
	return o, nil
}

// Preflight refuses a range or a network that no call can change.
func (subnets) Preflight(_ context.Context, s *wire.Session, t plan.Task, c plan.Change) error {
	for _, f := range c.Fields {
		fixed := strings.HasSuffix(f.Field, ".range") || strings.HasSuffix(f.Field, ".network")
		if fixed && f.Before != "" {
			return s.Conflict("%s is %s, and no call makes it %s", f.Field, f.Before, f.After)
		}
	}
	return nil
}

// Apply makes the subnets that are missing and mends the others, each in its own operation.
func (subnets) Apply(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	var handles []string
	for _, n := range t.Landing.Network.Subnets {
		if !differs(c, subnetName(n)) {
			continue
		}
		handle, err := settle(ctx, s, t, n, o.Live[subnetName(n)+".range"] != "")
		if err != nil {
			return plan.Applied{}, err
		}
		if handle != "" {
			handles = append(handles, handle)
		}
	}
	return plan.Applied{ID: names.Network(t.Landing), Operation: strings.Join(handles, ",")}, nil
}

// settle makes or mends one subnet.
func settle(ctx context.Context, s *wire.Session, t plan.Task, n plan.Subnet, there bool) (string, error) {
	project, region := names.Project(t), t.Landing.Region
	want := compute.Subnet{
		Name: subnetName(n), Description: names.Mark(t.Landing), Network: names.Network(t.Landing), CIDR: n.CIDR, PrivateAccess: true, FlowLogs: true,
	}
	if !there {
		handle, err := s.Compute.InsertSubnet(ctx, project, region, want, s.Request(t, want.Name))
		if wire.Exists(err) {
			return "", nil
		}
		return handle, s.Fault(err, computeService, "subnetworks.insert")
	}
	var err error
	for range 5 {
		now, failed := s.Compute.Subnet(ctx, project, region, want.Name)
		if failed != nil {
			return "", s.Fault(failed, computeService, "subnetworks.get")
		}
		want.Fingerprint = now.Fingerprint
		handle := ""
		if handle, err = s.Compute.PatchSubnet(ctx, project, region, want, s.Request(t, want.Name+now.Fingerprint)); err == nil {
			return handle, nil
		}
		if !wire.Changed(err) {
			break
		}
	}
	return "", s.Fault(err, computeService, "subnetworks.patch")
}

func put(into plan.Fields, n compute.Subnet) {
	into[n.Name+".range"], into[n.Name+".network"] = n.CIDR, n.Network
	into[n.Name+".flowLogs"], into[n.Name+".privateAccess"] = on(n.FlowLogs), on(n.PrivateAccess)
}

func differs(c plan.Change, name string) bool {
	for _, f := range c.Fields {
		if f.Field == name || strings.HasPrefix(f.Field, name+".") {
			return true
		}
	}
	return false
}

func subnetName(n plan.Subnet) string { return names.Thing(n.Name, 63) }

func on(b bool) string {
	if b {
		return "on"
	}
	return "off"
}
