package baseline

import (
	"context"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/azure/network"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// privateEndpoint leads from the landing's network to the flow store without crossing the Internet.
type privateEndpoint struct{}

const (
	theStore = "the flow store's blobs"
	approved = "Approved"
)

func endpointAt(l plan.Landing) session.Place {
	return session.At(l, "private-endpoint", "pe-"+l.Name+"-flows")
}

// Describe implements step.Control.
func (privateEndpoint) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "private-endpoint", Title: "the private way to the flow store", Chapter: plan.Protect, Control: "AZ-O03c", Objective: "O03",
		After: []string{"vnet", "flow-store"}, Inverse: plan.Revert, Usual: time.Minute,
	}, true
}

// Want implements step.Control.
func (privateEndpoint) Want(plan.Task) plan.Fields {
	return plan.Fields{"leads to": theStore, "connection": approved, session.Provisioning: session.Succeeded}
}

// Observe implements step.Control.
func (privateEndpoint) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	c, err := network.New(s)
	if err != nil {
		return plan.Observation{}, err
	}
	at := endpointAt(t.Landing)
	e, err := c.Endpoint(ctx, at)
	switch {
	case session.Missing(err), session.Unregistered(err):
		return s.Absent(ctx, t, "no private endpoint "+at.Name+" in "+at.Group)
	case err != nil:
		return plan.Observation{}, err
	}
	if e.Status == "Pending" && e.Provisioning == session.Succeeded {
		return plan.Observation{}, fault.New(fault.PendingApproval, "Have the store's owner approve the connection; its state is asked for again.",
			"the connection of %s to %s awaits approval", at.Name, e.Target)
	}
	o := plan.Observation{
		ID: e.ID, Match: match(t.Landing, "private-endpoint"), Live: plan.Fields{"leads to": e.Target + " " + e.Part, "connection": e.Status},
		Evidence: []string{"private endpoint " + at.Name + " leads to " + e.Target + " (" + e.Part + "): " + e.Status},
	}
	if session.Same(e.Target, s.ID(storeAt(s, t.Landing), kindStore)) && e.Part == "blob" {
		o.Live["leads to"] = theStore
	}
	return s.Settled(ctx, t, o, e.Provisioning)
}

// Preflight implements step.Control.
func (privateEndpoint) Preflight(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change) error {
	c, err := network.New(s)
	if err != nil {
		return err
	}
	_, err = subnetFor(ctx, c, t.Landing)
	return err
}

// Apply implements step.Control.
func (privateEndpoint) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	c, err := network.New(s)
	if err != nil {
		return plan.Applied{}, err
	}
	subnet, err := subnetFor(ctx, c, t.Landing)
	if err != nil {
		return plan.Applied{}, err
	}
	l := t.Landing
	id := s.ID(vnetAt(l), network.KindNetwork) + "/subnets/" + subnet
	return c.MakeEndpoint(ctx, endpointAt(l), l.Region, session.Tags(l), id, s.ID(storeAt(s, l), kindStore), "blob")
}

// Undo implements step.Undoer. An endpoint that led elsewhere, or was refused, before the run is put back as far as its owner's
// approval goes.
func (privateEndpoint) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	c, err := network.New(s)
	if err != nil {
		return err
	}
	at := endpointAt(t.Landing)
	if d.Change.Op == plan.Create {
		return c.DropEndpoint(ctx, at)
	}
	target, part, _ := strings.Cut(step.Former(d)["leads to"], " ")
	if target == "" {
		return fault.New(fault.Conflict, "Have the store's owner decide on the connection.",
			"the connection of %s was %s before this run, which only its owner can bring back: it is left", at.Name, step.Former(d)["connection"])
	}
	return c.Redirect(ctx, at, target, part)
}

// subnetFor is the subnet that the endpoint takes an address of: the first of the plan's that stands, else the first of the
// adopted network that may hold such a thing.
func subnetFor(ctx context.Context, c *network.Client, l plan.Landing) (string, error) {
	n, err := c.Network(ctx, vnetAt(l))
	if err != nil {
		return "", err
	}
	for _, s := range l.Network.Subnets {
		if _, stands := n.Subnet(s.Name); stands {
			return s.Name, nil
		}
	}
	for _, s := range n.Subnets {
		if s.Group != "" {
			return s.Name, nil
		}
	}
	return "", fault.New(fault.Conflict, "Give the network a subnet that private endpoints may use, then resume.",
		"the virtual network %s has no subnet for a private endpoint", vnetAt(l).Name)
}
