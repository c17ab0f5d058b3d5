package baseline

import (
	"context"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"

	"github.com/itbytes/landfall/cloud/azure/network"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// flowLog records who talked to whom in the landing's virtual network, for ninety days. It targets the network: Azure no longer
// makes logs of security groups.
type flowLog struct{}

const (
	flowDays = 90
	inStore  = "the flow store"
)

func flowName(l plan.Landing) string { return "fl-" + vnetAt(l).Name }

// Describe implements step.Control.
func (flowLog) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "flow-log", Title: "the network's flow log", Chapter: plan.Protect, Control: "AZ-O06", Objective: "O06",
		After: []string{"vnet", "flow-store"}, Inverse: plan.Revert, Usual: 30 * time.Second,
	}, true
}

// Want implements step.Control.
func (flowLog) Want(plan.Task) plan.Fields {
	return plan.Fields{"recording": "on", "kept in": inStore, "days": strconv.Itoa(flowDays), session.Provisioning: session.Succeeded}
}

// Observe implements step.Control.
func (flowLog) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	c, err := network.New(s)
	if err != nil {
		return plan.Observation{}, err
	}
	l := t.Landing
	watcher, err := c.Watcher(ctx, l.Region)
	switch {
	case session.Unregistered(err), err == nil && watcher.Name == "":
		return s.Absent(ctx, t, "no network watcher in "+l.Region)
	case err != nil:
		return plan.Observation{}, err
	}
	all, err := c.FlowLogs(ctx, watcher)
	if err != nil {
		return plan.Observation{}, err
	}
	target := s.ID(vnetAt(l), network.KindNetwork)
	for _, f := range all {
		if !session.Same(f.Target, target) { // a network has one flow log, whatever it is named
			continue
		}
		o := plan.Observation{
			ID: f.ID, Match: plan.ByKey, Live: plan.Fields{"recording": session.OnOff(f.Enabled), "kept in": f.Store, "days": strconv.Itoa(f.Days)},
			Evidence: []string{"flow log " + f.Name + " of " + f.Target + ": " + session.OnOff(f.Enabled) + ", kept in " + f.Store},
		}
		if session.Same(f.Store, s.ID(storeAt(s, l), kindStore)) {
			o.Live["kept in"] = inStore
		}
		if f.Days > flowDays { // better than wanted
			o.Live["days"] = strconv.Itoa(flowDays)
		}
		return s.Settled(ctx, t, o, f.Provisioning)
	}
	return s.Absent(ctx, t, "no flow log of "+target)
}

// Preflight implements step.Control.
func (flowLog) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error { return nil }

// Apply implements step.Control.
func (flowLog) Apply(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	c, err := network.New(s)
	if err != nil {
		return plan.Applied{}, err
	}
	l := t.Landing
	watcher, err := watch(ctx, s, c, l)
	if err != nil {
		return plan.Applied{}, err
	}
	if o.State == plan.Present && o.ID != "" {
		f, err := recorder(ctx, c, watcher, o.ID)
		if err != nil {
			return plan.Applied{}, err
		}
		f.Enabled, f.Store, f.Days = true, s.ID(storeAt(s, l), kindStore), max(f.Days, flowDays)
		return c.Record(ctx, watcher, f)
	}
	return c.MakeFlowLog(ctx, watcher, flowName(l), l.Region, session.Tags(l), s.ID(vnetAt(l), network.KindNetwork), s.ID(storeAt(s, l), kindStore), flowDays)
}

// Undo implements step.Undoer: a log that the run made is deleted, and with it the watcher and its group where the plan made them
// and nobody else uses them; one that it changed records as it did before.
func (flowLog) Undo(ctx context.Context, s *session.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	c, err := network.New(s)
	if err != nil {
		return err
	}
	watcher, err := c.Watcher(ctx, t.Landing.Region)
	if err != nil {
		return err
	}
	if d.Change.Op == plan.Create {
		return unwatch(ctx, s, c, watcher, t.Landing, session.Tail(o.ID))
	}
	f, err := recorder(ctx, c, watcher, o.ID)
	if err != nil {
		return err
	}
	former := step.Former(d)
	if session.Changed(d, "recording") {
		f.Enabled = former["recording"] == "on"
	}
	if session.Changed(d, "kept in") {
		f.Store = former["kept in"]
	}
	if session.Changed(d, "days") {
		f.Days, _ = strconv.Atoi(former["days"]) // it was written from a number
	}
	_, err = c.Record(ctx, watcher, f)
	return err
}

// unwatch deletes a flow log and what was made for it beside.
func unwatch(ctx context.Context, s *session.Session, c *network.Client, watcher session.Place, l plan.Landing, name string) error {
	if done, err := c.DropFlowLog(ctx, watcher, name); err != nil || !done {
		return err
	}
	if gone, err := c.DropWatcher(ctx, watcher, l.Plan); err != nil || !gone {
		return err
	}
	groups, err := armresources.NewResourceGroupsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	g, err := groups.Get(ctx, watcher.Group, nil)
	if session.Missing(err) || err == nil && session.OwnerOf(g.Tags) != l.Plan {
		return nil
	}
	if err != nil {
		return err
	}
	return removeGroup(ctx, s, watcher.Group)
}

// recorder is the flow log of an id.
func recorder(ctx context.Context, c *network.Client, watcher session.Place, id string) (network.FlowLog, error) {
	all, err := c.FlowLogs(ctx, watcher)
	for _, f := range all {
		if session.Same(f.ID, id) {
			return f, err
		}
	}
	if err == nil {
		err = fault.New(fault.Conflict, "Resume; it is observed again.", "the flow log %s is not there any more", id)
	}
	return network.FlowLog{}, err
}

// watch is the region's network watcher, made where there is none.
func watch(ctx context.Context, s *session.Session, c *network.Client, l plan.Landing) (session.Place, error) {
	at, err := c.Watcher(ctx, l.Region)
	if err != nil || at.Name != "" {
		return at, err
	}
	groups, err := armresources.NewResourceGroupsClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return at, err
	}
	_, err = groups.Get(ctx, network.WatcherGroup, nil)
	if session.Missing(err) {
		_, err = groups.CreateOrUpdate(ctx, network.WatcherGroup, armresources.ResourceGroup{Location: session.Ptr(l.Region), Tags: session.Tags(l)}, nil)
	}
	if err != nil {
		return at, err
	}
	return c.MakeWatcher(ctx, l.Region, session.Tags(l))
}
