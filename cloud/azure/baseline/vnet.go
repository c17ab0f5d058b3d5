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

// vnet is the landing's private network. An adopted one keeps its address space and everything in it: nothing that stands is
// shrunk or renamed; the plan's subnets are added where they fit, and every subnet gets a security group.
type vnet struct{}

func vnetAt(l plan.Landing) session.Place { return session.At(l, "vnet", "vnet-"+l.Name) }

func vnetAdopted(l plan.Landing) bool { return l.Adopted("vnet", "") != "" }

// Fields of the network.
const (
	addressSpace = "address space"
	subnets      = "subnets"
	unguarded    = "subnets without a security group"
	allThatFit   = "all that fit"
)

// Describe implements step.Control.
func (vnet) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "vnet", Title: "the private network", Chapter: plan.Protect, Control: "AZ-O03b", Objective: "O03",
		After: []string{"nsg"}, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, true
}

// Want implements step.Control.
func (vnet) Want(t plan.Task) plan.Fields {
	l := t.Landing
	f := plan.Fields{"name": vnetAt(l).Name, unguarded: "none", subnets: allThatFit, session.Provisioning: session.Succeeded}
	if !vnetAdopted(l) {
		f[addressSpace] = l.Network.CIDR
		f[subnets] = subnetList(l, func(s plan.Subnet) string { return s.CIDR })
	}
	return f
}

// Owned implements step.Owned.
func (vnet) Owned() bool { return true }

// Observe implements step.Control.
func (vnet) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	c, err := network.New(s)
	if err != nil {
		return plan.Observation{}, err
	}
	at := vnetAt(t.Landing)
	n, err := c.Network(ctx, at)
	switch {
	case session.Unregistered(err):
		return s.Absent(ctx, t, "Microsoft.Network is not registered: no virtual network stands")
	case session.Missing(err):
		o, err := s.Absent(ctx, t, "no virtual network "+at.Name+" in "+at.Group)
		if err != nil || o.State != plan.Absent {
			return o, err
		}
		names, err := c.Networks(ctx)
		o.Similar = similar(t.Landing, at.Name, names)
		return o, err
	case err != nil:
		return plan.Observation{}, err
	}
	o := plan.Observation{
		ID: n.ID, Match: match(t.Landing, "vnet"), Owner: session.OwnerOf(n.Tags),
		Live: liveVnet(t.Landing, n), Evidence: []string{"virtual network " + at.Name + " " + strings.Join(n.Prefixes, ", ")},
	}
	for _, sub := range n.Subnets {
		o.Evidence = append(o.Evidence, "subnet "+sub.Name+" "+sub.CIDR+", security group "+session.OnOff(sub.Group != ""))
	}
	return s.Settled(ctx, t, o, n.Provisioning)
}

// Preflight implements step.Control.
func (vnet) Preflight(ctx context.Context, s *session.Session, t plan.Task, c plan.Change) error {
	if c.Op == plan.Create || vnetAdopted(t.Landing) {
		return nil
	}
	client, err := network.New(s)
	if err != nil {
		return err
	}
	n, err := client.Network(ctx, vnetAt(t.Landing))
	if err != nil {
		return err
	}
	for _, want := range t.Landing.Network.Subnets {
		if have, stands := n.Subnet(want.Name); stands && have.CIDR != want.CIDR {
			return fault.New(fault.Conflict, "Adopt the network in the landing's adopt.resources.vnet to leave it as it is, or free the subnet; then resume.",
				"subnet %s is %s where the plan wants %s, and a subnet is not moved", want.Name, have.CIDR, want.CIDR)
		}
	}
	return nil
}

// Apply implements step.Control.
func (vnet) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	client, err := network.New(s)
	if err != nil {
		return plan.Applied{}, err
	}
	l, at := t.Landing, vnetAt(t.Landing)
	group := s.ID(nsgAt(l), network.KindGroup)
	if c.Op == plan.Create {
		return client.MakeNetwork(ctx, at, l, session.Tags(l), group)
	}
	n, err := client.Network(ctx, at)
	if err != nil {
		return plan.Applied{}, err
	}
	if o.Owner == "" {
		if _, err := client.TagNetwork(ctx, at, session.Claim(n.Tags, l, c)); err != nil {
			return plan.Applied{}, err
		}
	}
	return mend(ctx, client, at, l, n, group)
}

// Undo implements step.Undoer: a network that the run made is deleted, which Azure refuses while anything stands in it; from one
// that it changed are taken the subnets, the security groups and the range that it added.
func (vnet) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	client, err := network.New(s)
	if err != nil {
		return err
	}
	at := vnetAt(t.Landing)
	if d.Change.Op == plan.Create {
		return client.DropNetwork(ctx, at)
	}
	n, err := client.Network(ctx, at)
	if err != nil {
		return err
	}
	return unmend(ctx, client, at, t.Landing, n, d)
}
