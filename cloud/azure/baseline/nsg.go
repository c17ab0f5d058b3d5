package baseline

import (
	"context"
	"fmt"
	"time"

	"github.com/itbytes/landfall/cloud/azure/network"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// nsg is the network security group of the landing's subnets: nobody administers anything from the Internet.
type nsg struct{}

func nsgAt(l plan.Landing) session.Place { return session.At(l, "nsg", "nsg-"+l.Name) }

// ports are those of administration, SSH and RDP.
func ports() []int { return []int{22, 3389} }

func fromInternet(port int) string { return fmt.Sprintf("internet to %d", port) }

// Describe implements step.Control.
func (nsg) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "nsg", Title: "no administration from the Internet", Chapter: plan.Protect, Control: "AZ-O03a", Objective: "O03",
		After: []string{"providers", "resource-group"}, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, true
}

// Want implements step.Control.
func (nsg) Want(t plan.Task) plan.Fields {
	f := plan.Fields{"name": nsgAt(t.Landing).Name, session.Provisioning: session.Succeeded}
	for _, p := range ports() {
		f[fromInternet(p)] = "denied"
	}
	return f
}

// Owned implements step.Owned.
func (nsg) Owned() bool { return true }

// Observe implements step.Control.
func (nsg) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	c, err := network.New(s)
	if err != nil {
		return plan.Observation{}, err
	}
	at := nsgAt(t.Landing)
	g, err := c.Group(ctx, at)
	switch {
	case session.Unregistered(err):
		return s.Absent(ctx, t, "Microsoft.Network is not registered: no security group stands")
	case session.Missing(err):
		o, err := s.Absent(ctx, t, "no network security group "+at.Name+" in "+at.Group)
		if err != nil || o.State != plan.Absent {
			return o, err
		}
		names, err := c.Groups(ctx)
		o.Similar = similar(t.Landing, at.Name, names)
		return o, err
	case err != nil:
		return plan.Observation{}, err
	}
	o := plan.Observation{
		ID: g.ID, Match: match(t.Landing, "nsg"), Owner: session.OwnerOf(g.Tags),
		Live: plan.Fields{"name": at.Name}, Evidence: []string{"network security group " + at.Name + " in " + at.Group},
	}
	for _, p := range ports() {
		o.Live[fromInternet(p)] = "denied"
		if rule := g.Open(p); rule != "" {
			o.Live[fromInternet(p)] = "allowed by " + rule
		}
		o.Evidence = append(o.Evidence, fromInternet(p)+": "+o.Live[fromInternet(p)])
	}
	return s.Settled(ctx, t, o, g.Provisioning)
}

// Preflight implements step.Control.
func (nsg) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error { return nil }

// Apply implements step.Control.
func (nsg) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	client, err := network.New(s)
	if err != nil {
		return plan.Applied{}, err
	}
	at := nsgAt(t.Landing)
	if c.Op == plan.Create {
		return client.MakeGroup(ctx, at, t.Landing.Region, session.Tags(t.Landing), ports())
	}
	g, err := client.Group(ctx, at)
	if err != nil {
		return plan.Applied{}, err
	}
	tags := session.Claim(g.Tags, t.Landing, c)
	if len(c.Fields) > 0 {
		return client.Close(ctx, at, g, tags, ports())
	}
	return client.TagGroup(ctx, at, tags)
}

// Undo implements step.Undoer: a group that the run made is deleted, which Azure refuses while a subnet uses it; of one that it
// changed the denials that it added are taken away.
func (nsg) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	client, err := network.New(s)
	if err != nil {
		return err
	}
	at := nsgAt(t.Landing)
	if d.Change.Op == plan.Create {
		return client.DropGroup(ctx, at)
	}
	var opened []int
	for _, p := range ports() {
		if session.Changed(d, fromInternet(p)) {
			opened = append(opened, p)
		}
	}
	return client.Reopen(ctx, at, opened)
}
