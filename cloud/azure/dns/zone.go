// Package dns gives a landing the DNS zone of its cloud, so that no cloud depends on another for its names.
package dns

import (
	"context"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Controls lists the chapter's controls.
func Controls() []session.Control { return []session.Control{zone{}} }

// zone is the landing's public zone.
type zone struct{}

func at(l plan.Landing) session.Place { return session.At(l, "dns-zone", l.Zone) }

// Describe implements step.Control.
func (zone) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "dns-zone", Title: "the DNS zone " + l.Zone, Chapter: plan.Name,
		After: []string{"providers", "resource-group"}, Inverse: plan.Revert, Usual: 10 * time.Second,
	}, l.Zone != ""
}

// Want implements step.Control.
func (zone) Want(t plan.Task) plan.Fields { return plan.Fields{"zone": t.Landing.Zone} }

// Owned implements step.Owned.
func (zone) Owned() bool { return true }

// Observe implements step.Control.
func (zone) Observe(ctx context.Context, s *session.Session, t plan.Task) (plan.Observation, error) {
	c, err := armdns.NewZonesClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Observation{}, err
	}
	p := at(t.Landing)
	r, err := c.Get(ctx, p.Group, p.Name, nil)
	switch {
	case session.Missing(err), session.Unregistered(err):
		return plan.Observation{State: plan.Absent, Evidence: []string{"no DNS zone " + p.Name + " in " + p.Group}}, nil
	case err != nil:
		return plan.Observation{}, err
	}
	o := plan.Observation{
		State: plan.Present, ID: session.Str(r.ID), Match: plan.ByKey, Owner: session.OwnerOf(r.Tags), Live: plan.Fields{"zone": session.Str(r.Name)},
	}
	var servers []string
	if r.Properties != nil {
		for _, n := range r.Properties.NameServers {
			servers = append(servers, strings.TrimSuffix(session.Str(n), "."))
		}
	}
	o.Evidence = []string{"DNS zone " + p.Name + " is served by " + strings.Join(servers, ", ")}
	return session.WithFact(o, "nameservers", strings.Join(servers, ",")), nil
}

// Preflight implements step.Control.
func (zone) Preflight(context.Context, *session.Session, plan.Task, plan.Change) error { return nil }

// Apply implements step.Control.
func (zone) Apply(ctx context.Context, s *session.Session, t plan.Task, c plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	client, err := armdns.NewZonesClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return plan.Applied{}, err
	}
	p := at(t.Landing)
	id := s.ID(p, "Microsoft.Network/dnsZones")
	if c.Op == plan.Create {
		// Only if nothing stands there: a zone put over another would keep its records and lose its tags.
		_, err = client.CreateOrUpdate(ctx, p.Group, p.Name, armdns.Zone{Location: session.Ptr("global"), Tags: session.Tags(t.Landing)},
			&armdns.ZonesClientCreateOrUpdateOptions{IfNoneMatch: session.Ptr("*")})
		return plan.Applied{ID: id}, err
	}
	r, err := client.Get(ctx, p.Group, p.Name, nil)
	if err != nil {
		return plan.Applied{}, err
	}
	_, err = client.Update(ctx, p.Group, p.Name, armdns.ZoneUpdate{Tags: session.Claim(r.Tags, t.Landing, c)}, nil)
	return plan.Applied{ID: id}, err
}

// Undo implements step.Undoer. A zone that anybody has put a record into is somebody's, whoever made it.
func (zone) Undo(ctx context.Context, s *session.Session, t plan.Task, _ plan.Deed, _ plan.Observation) error {
	client, err := armdns.NewZonesClient(s.Subscription, s.Cred, s.ARM)
	if err != nil {
		return err
	}
	p := at(t.Landing)
	r, err := client.Get(ctx, p.Group, p.Name, nil)
	switch {
	case session.Missing(err):
		return nil
	case err != nil:
		return err
	}
	if r.Properties != nil && r.Properties.NumberOfRecordSets != nil && *r.Properties.NumberOfRecordSets > ownRecords {
		return fault.New(fault.Conflict, "Move its records elsewhere, then abort again; or keep the zone.",
			"the DNS zone %s holds %d record sets that this run did not make: it is left", p.Name, *r.Properties.NumberOfRecordSets-ownRecords)
	}
	poller, err := client.BeginDelete(ctx, p.Group, p.Name, &armdns.ZonesClientBeginDeleteOptions{IfMatch: r.Etag})
	return session.Gone(ctx, poller, err)
}

// ownRecords are the record sets that every zone has: its name servers and its start of authority.
const ownRecords = 2
