package baseline

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/compute"
	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

const computeService = "compute"

// defaultNetwork is the field of the network that Google makes by itself, or of one without subnets, and none that there is
// no such network.
const (
	defaultNetwork = "defaultNetwork"
	none           = "none"
)

// vpc is the landing's own network, with no subnet but those of the plan. A default network that others have made is left
// alone, and the evidence says that the control does not hold for it; in a project that was made for the plan none may stand.
type vpc struct{}

func (vpc) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "vpc", Title: "the private network", Chapter: plan.Protect, Control: "GC-O03a", Objective: "O03",
		After: []string{"compute"}, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, true
}

func (vpc) Want(t plan.Task) plan.Fields {
	out := plan.Fields{"name": names.Network(t.Landing), "subnetMode": "custom"}
	if t.Fact(names.FactMade) != "" {
		out[defaultNetwork] = none
	}
	return out
}

// Observe reads the network by its name, and all networks: for the default one, and for names too near.
func (vpc) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, computeAPI); off {
		return o, nil
	}
	if o, err := waitFor(ctx, s, t, "the network "+names.Network(t.Landing)); err != nil || o.State == plan.Pending {
		return o, err
	}
	name := names.Network(t.Landing)
	_, adopted := t.Landing.Adopt.Resources["vpc"]
	n, err := s.Compute.Network(ctx, names.Project(t), name)
	switch {
	case wire.NotFound(err) && adopted:
		return plan.Observation{}, s.Conflict("the plan adopts the network %s, which is not in %s", name, names.Project(t))
	case err != nil && !wire.NotFound(err):
		return plan.Observation{}, s.Fault(err, computeService, "networks.get")
	}
	o := plan.Observation{State: plan.Absent, Evidence: []string{wire.Evidence("networks.get", "%s is not there", name)}}
	if err == nil {
		o = plan.Observation{
			State: plan.Present, ID: n.Name, Match: plan.ByName, Owner: names.Owner(n.Description),
			Live:     plan.Fields{"name": n.Name, "subnetMode": mode(n)},
			Evidence: []string{wire.Evidence("networks.get", "%s %s with %d subnets", n.Name, mode(n), n.Subnets)},
		}
		if adopted {
			o.Match, o.Live["subnetMode"] = plan.ByPlan, "custom" // adopted as it stands: its mode cannot be changed back
		}
	}
	return others(ctx, s, t, o)
}

// others adds what else stands beside the network.
func others(ctx context.Context, s *wire.Session, t plan.Task, o plan.Observation) (plan.Observation, error) {
	listing, done := s.Listing(ctx)
	defer done()
	all, err := s.Compute.Networks(listing, names.Project(t))
	if err != nil {
		return o, s.Fault(err, computeService, "networks.list")
	}
	if o.Live == nil {
		o.Live = plan.Fields{}
	}
	o.Live[defaultNetwork] = none
	for _, n := range all {
		switch {
		case n.Name == names.Network(t.Landing):
		case n.Name == "default" || n.Legacy:
			o.Live[defaultNetwork] = n.Name + " (" + mode(n) + ")"
			o.Evidence = append(o.Evidence, wire.Evidence("networks.list", "GC-O03a does not hold for %s (%s, %d subnets), which stands beside it and is left alone", n.Name, mode(n), n.Subnets))
		case o.State == plan.Absent && t.Landing.Similar(n.Name, names.Network(t.Landing)):
			o.Similar = append(o.Similar, n.Name)
		}
	}
	return o, nil
}

// Preflight asks for the right to make networks.
func (vpc) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	return s.May(ctx, "projects/"+names.Project(t), "compute.networks.create")
}

func (vpc) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	if stands := o.Live[defaultNetwork]; t.Fact(names.FactMade) != "" && stands != none {
		return plan.Applied{}, s.Conflict("the network %s stands in %s, which was made for the plan and has no use for it", stands, names.Project(t))
	}
	if o.State == plan.Present {
		return plan.Applied{}, s.Conflict("the network %s makes subnets by itself, and cannot be made the plan's without taking them over", o.ID)
	}
	name := names.Network(t.Landing)
	handle, err := s.Insert(t, name, func(request string) (string, bool, error) {
		return s.Compute.InsertNetwork(ctx, names.Project(t), compute.Network{Name: name, Description: names.Mark(t.Landing)}, request)
	})
	if err != nil && !wire.Exists(err) {
		return plan.Applied{}, s.Fault(err, computeService, "networks.insert")
	}
	return plan.Applied{ID: name, Operation: handle}, nil
}

// Undo implements step.Undoer. What others have put into the network keeps it: Google deletes none that is in use.
func (vpc) Undo(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Deed, o plan.Observation) error {
	n, err := s.Compute.Network(ctx, names.Project(t), o.ID)
	if wire.NotFound(err) {
		return nil
	}
	if err != nil {
		return s.Fault(err, computeService, "networks.get")
	}
	err = s.Compute.DeleteNetwork(ctx, names.Project(t), n.Name, s.Request(t, "delete "+n.ID))
	if wire.NotFound(err) {
		return nil
	}
	return s.Fault(err, computeService, "networks.delete")
}

func mode(n compute.Network) string {
	switch {
	case n.Legacy:
		return "legacy"
	case n.Auto:
		return "auto"
	}
	return "custom"
}

// waitFor asks for the operations that an earlier entry left running, and answers Pending while one of them runs.
func waitFor(ctx context.Context, s *wire.Session, t plan.Task, what string) (plan.Observation, error) {
	if t.Begun == nil || t.Begun.Operation == "" {
		return plan.Observation{}, nil
	}
	for handle := range strings.SplitSeq(t.Begun.Operation, ",") {
		done, err := s.Compute.Done(ctx, names.Project(t), handle)
		var failed error
		if ended := new(compute.Failure); errors.As(err, &ended) {
			failed, err = ended, nil
		}
		running, err := s.Settle(t, wire.Call{Service: computeService, Operation: handle}, !done, failed, err)
		if err != nil {
			return plan.Observation{}, err
		}
		if running {
			return plan.Observation{State: plan.Pending, Why: what + " is being made"}, nil
		}
	}
	return plan.Observation{}, nil
}
