package network

import (
	"context"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v8"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/plan"
)

// FlowLog is a record of who talked to whom.
type FlowLog struct {
	ID, Name     string
	Provisioning string
	Target       string
	Store        string
	Enabled      bool
	Days         int
	raw          armnetwork.FlowLog
}

// WatcherGroup is the resource group in which Azure itself keeps its network watchers, one a region.
const WatcherGroup = "NetworkWatcherRG"

// Watcher is where a region's network watcher stands; it is nowhere where there is none. There can be only one a region,
// and it may be elsewhere and otherwise named than Azure would have it.
func (c *Client) Watcher(ctx context.Context, region string) (session.Place, error) {
	usual := usualWatcher(region)
	_, err := c.watchers.Get(ctx, usual.Group, usual.Name, nil)
	if !session.Missing(err) {
		return usual, err
	}
	for p := c.watchers.NewListAllPager(nil); p.More(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return session.Place{}, err
		}
		for _, w := range page.Value {
			if strings.EqualFold(session.Str(w.Location), region) {
				return session.PlaceOf(session.Str(w.ID)), nil
			}
		}
	}
	return session.Place{}, nil
}

// MakeWatcher makes a region's watcher, where Azure itself would make it.
func (c *Client) MakeWatcher(ctx context.Context, region string, tags map[string]*string) (session.Place, error) {
	at := usualWatcher(region)
	_, err := c.watchers.CreateOrUpdate(ctx, at.Group, at.Name, armnetwork.Watcher{Location: session.Ptr(region), Tags: tags}, nil)
	return at, err
}

// DropWatcher deletes a watcher that bears a plan's ownership tag and watches nothing any more; it reports whether there is
// none any more.
func (c *Client) DropWatcher(ctx context.Context, at session.Place, owner string) (bool, error) {
	r, err := c.watchers.Get(ctx, at.Group, at.Name, nil)
	switch {
	case session.Missing(err):
		return true, nil
	case err != nil:
		return false, err
	case session.OwnerOf(r.Tags) != owner:
		return false, nil
	}
	logs, err := c.FlowLogs(ctx, at)
	if err != nil || len(logs) > 0 {
		return false, err
	}
	p, err := c.watchers.BeginDelete(ctx, at.Group, at.Name, nil)
	_, done, err := await(ctx, at.Name, p, err)
	return done, err
}

func usualWatcher(region string) session.Place {
	return session.Place{Group: WatcherGroup, Name: "NetworkWatcher_" + region}
}

// FlowLogs lists the flow logs of a watcher.
func (c *Client) FlowLogs(ctx context.Context, watcher session.Place) ([]FlowLog, error) {
	var out []FlowLog
	for p := c.logs.NewListPager(watcher.Group, watcher.Name, nil); p.More(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, l := range page.Value {
			out = append(out, flowLogOf(*l))
		}
	}
	return out, nil
}

func flowLogOf(l armnetwork.FlowLog) FlowLog {
	out := FlowLog{ID: session.Str(l.ID), Name: session.Str(l.Name), raw: l}
	p := l.Properties
	if p == nil {
		return out
	}
	out.Provisioning, out.Target, out.Store = session.Str(p.ProvisioningState), session.Str(p.TargetResourceID), session.Str(p.StorageID)
	out.Enabled = session.Is(p.Enabled)
	if r := p.RetentionPolicy; r != nil && session.Is(r.Enabled) && r.Days != nil {
		out.Days = int(*r.Days)
	}
	return out
}

// MakeFlowLog records the flows of a virtual network for some days. The target is never a network security group: Azure no
// longer makes such logs.
func (c *Client) MakeFlowLog(ctx context.Context, watcher session.Place, name, region string, tags map[string]*string, target, store string, days int32) (plan.Applied, error) {
	p, err := c.logs.BeginCreateOrUpdate(ctx, watcher.Group, watcher.Name, name, armnetwork.FlowLog{
		Location: session.Ptr(region), Tags: tags,
		Properties: &armnetwork.FlowLogPropertiesFormat{
			TargetResourceID: session.Ptr(target), StorageID: session.Ptr(store), Enabled: session.Ptr(true),
			RetentionPolicy: &armnetwork.RetentionPolicyParameters{Days: session.Ptr(days), Enabled: session.Ptr(true)},
			Format:          &armnetwork.FlowLogFormatParameters{Type: session.Ptr(armnetwork.FlowLogFormatTypeJSON), Version: session.Ptr(int32(2))},
		},
	}, nil)
	return session.Begun(name, p, err)
}

// Record changes a flow log that stands: whether it records, where to and for how many days (0: for ever). The rest of it stays.
func (c *Client) Record(ctx context.Context, watcher session.Place, f FlowLog) (plan.Applied, error) {
	l := f.raw
	l.Properties.Enabled, l.Properties.StorageID = session.Ptr(f.Enabled), session.Ptr(f.Store)
	l.Properties.RetentionPolicy = &armnetwork.RetentionPolicyParameters{Days: session.Ptr(int32(f.Days)), Enabled: session.Ptr(f.Days > 0)} //nolint:gosec // at most a year
	p, err := c.logs.BeginCreateOrUpdate(ctx, watcher.Group, watcher.Name, f.Name, l, nil)
	return session.Begun(f.Name, p, err)
}

// DropFlowLog deletes a flow log; what it has recorded stays where it is.
func (c *Client) DropFlowLog(ctx context.Context, watcher session.Place, name string) (bool, error) {
	p, err := c.logs.BeginDelete(ctx, watcher.Group, watcher.Name, name, nil)
	if session.Missing(err) {
		return true, nil
	}
	_, done, err := await(ctx, name, p, err)
	return done, err
}
