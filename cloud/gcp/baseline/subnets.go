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

// Preflight refuses a range or a network that no call can change, and asks for the right to make and change subnets.
func (subnets) Preflight(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change) error {
	for _, f := range c.Fields {
		fixed := strings.HasSuffix(f.Field, ".range") || strings.HasSuffix(f.Field, ".network")
		if fixed && f.Before != "" {
			return s.Conflict("%s is %s, and no call makes it %s", f.Field, f.Before, f.After)
		}
	}
	return s.May(ctx, "projects/"+names.Project(t), "compute.subnetworks.create", "compute.subnetworks.update")
}

// Apply makes the subnets that are missing and mends the others, each in its own operation.
func (subnets) Apply(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	var handles []string
	for _, n := range t.Landing.Network.Subnets {
		name := subnetName(n)
		if !differs(c, name) {
			continue
		}
		var handle string
		var err error
		if o.Live[name+".range"] == "" {
			handle, err = makeSubnet(ctx, s, t, n)
		} else {
			handle, err = turn(ctx, s, t, name, wanted(c, name))
		}
		if err != nil {
			return plan.Applied{}, err
		}
		if handle != "" {
			handles = append(handles, handle)
		}
	}
	return plan.Applied{ID: names.Network(t.Landing), Operation: strings.Join(handles, ",")}, nil
}

// Undo implements step.Undoer: the subnets that were made are deleted, those that were changed are as they were.
func (subnets) Undo(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	for _, n := range t.Landing.Network.Subnets {
		name := subnetName(n)
		if !differs(d.Change, name) {
			continue
		}
		var err error
		if before, made := former(d, name+".range"); made && before == "" {
			err = dropSubnet(ctx, s, t, name)
		} else {
			_, err = turn(ctx, s, t, name, reverse(d.Change, name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// makeSubnet begins to make one subnet.
func makeSubnet(ctx context.Context, s *wire.Session, t plan.Task, n plan.Subnet) (string, error) {
	want := compute.Subnet{
		Name: subnetName(n), Description: names.Mark(t.Landing), Network: names.Network(t.Landing), CIDR: n.CIDR, PrivateAccess: true, FlowLogs: true,
	}
	handle, err := s.Insert(t, want.Name, func(request string) (string, bool, error) {
		return s.Compute.InsertSubnet(ctx, names.Project(t), t.Landing.Region, want, request)
	})
	if wire.Exists(err) {
		return "", nil
	}
	return handle, s.Fault(err, computeService, "subnetworks.insert")
}

// turn sets what a change says of one subnet, and nothing else of it.
func turn(ctx context.Context, s *wire.Session, t plan.Task, name string, set compute.Switch) (string, error) {
	var err error
	for range 5 {
		now, failed := s.Compute.Subnet(ctx, names.Project(t), t.Landing.Region, name)
		if failed != nil {
			return "", s.Fault(failed, computeService, "subnetworks.get")
		}
		if set.Holds(now) {
			return "", nil
		}
		handle, refused := s.Compute.PatchSubnet(ctx, names.Project(t), t.Landing.Region, now, set, s.Request(t, name+now.Fingerprint))
		if refused == nil {
			return handle, nil
		}
		if err = refused; !wire.Changed(err) {
			break
		}
	}
	return "", s.Fault(err, computeService, "subnetworks.patch")
}

// dropSubnet begins to delete a subnet that bears the plan's mark; another that has taken its name is left.
func dropSubnet(ctx context.Context, s *wire.Session, t plan.Task, name string) error {
	now, err := s.Compute.Subnet(ctx, names.Project(t), t.Landing.Region, name)
	if wire.NotFound(err) {
		return nil
	}
	if err != nil {
		return s.Fault(err, computeService, "subnetworks.get")
	}
	if names.Owner(now.Description) != t.Landing.Plan {
		return s.Conflict("the subnet %s of %s is not the one that this run made", name, names.Project(t))
	}
	err = s.Compute.DeleteSubnet(ctx, names.Project(t), t.Landing.Region, name, s.Request(t, "delete "+now.ID))
	if wire.NotFound(err) {
		return nil
	}
	return s.Fault(err, computeService, "subnetworks.delete")
}

// wanted and reverse are the switches of a subnet that a change sets, as it sets them and as they were.
func wanted(c plan.Change, name string) compute.Switch {
	return switches(c, name, func(f plan.FieldDiff) string { return f.After })
}

func reverse(c plan.Change, name string) compute.Switch {
	return switches(c, name, func(f plan.FieldDiff) string { return f.Before })
}

func switches(c plan.Change, name string, of func(plan.FieldDiff) string) compute.Switch {
	var set compute.Switch
	for _, f := range c.Fields {
		value := of(f) == on(true)
		switch f.Field {
		case name + ".flowLogs":
			set.FlowLogs = &value
		case name + ".privateAccess":
			set.PrivateAccess = &value
		}
	}
	return set
}

// former is what a field was before a deed, and whether the deed changed it.
func former(d plan.Deed, field string) (before string, changed bool) {
	for _, f := range d.Change.Fields {
		if f.Field == field {
			return f.Before, true
		}
	}
	return "", false
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
