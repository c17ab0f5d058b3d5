// Package dns holds the cloud's own zone, so that no other cloud is needed for names.
package dns

import (
	"context"
	"strings"
	"time"

	"google.golang.org/api/dns/v1"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

const service = "dns"

// All lists the controls of names.
func All(plan.Landing) []step.Control[*wire.Session] { return []step.Control[*wire.Session]{zone{}} }

// zone is the landing's public zone. One that is made anew has other name servers: where a registrar already points to these,
// whoever undoes the run has to point it away.
type zone struct{}

func (zone) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "dns-zone", Title: "the DNS zone " + l.Zone, Chapter: plan.Name, After: []string{"services"}, Inverse: plan.Revert, Usual: 5 * time.Second,
	}, l.Zone != ""
}

func (zone) Want(t plan.Task) plan.Fields {
	return plan.Fields{"dnsName": fqdn(t.Landing.Zone), "visibility": "public"}
}

// Observe reads the zone by the name that we give it, and says which name servers the domain above must point to.
func (zone) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, "dns.googleapis.com"); off {
		return o, nil
	}
	name := t.Landing.Adopted("dns-zone", names.Zone(t.Landing.Zone))
	z, err := s.DNS.ManagedZones.Get(names.Project(t), name).Context(ctx).Do()
	if wire.NotFound(err) {
		return plan.Observation{State: plan.Absent, Evidence: []string{wire.Evidence("managedZones.get", "%s is not there", name)}}, nil
	}
	if err != nil {
		return plan.Observation{}, s.Fault(err, service, "managedZones.get")
	}
	servers := strings.Join(z.NameServers, ",")
	return plan.Observation{
		State: plan.Present, ID: z.Name, Match: plan.ByName, Owner: names.Owner(z.Description),
		Live:     plan.Fields{"dnsName": z.DnsName, "visibility": z.Visibility},
		Evidence: []string{wire.Evidence("managedZones.get", "%s %s answered by %s", z.Name, z.DnsName, servers)},
		Facts:    map[string]string{"nameServers": servers},
	}, nil
}

// Preflight asks for the right to make zones.
func (zone) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	return s.May(ctx, "projects/"+names.Project(t), "dns.managedZones.create")
}

func (zone) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	if o.State == plan.Present {
		return plan.Applied{}, s.Conflict("the managed zone %s is for %s, and no call makes it another's", o.ID, o.Live["dnsName"])
	}
	name := names.Zone(t.Landing.Zone)
	_, err := s.DNS.ManagedZones.Create(names.Project(t), &dns.ManagedZone{
		Name: name, DnsName: fqdn(t.Landing.Zone), Description: names.Mark(t.Landing), Visibility: "public",
	}).Context(ctx).Do()
	if err != nil && !wire.Exists(err) {
		return plan.Applied{}, s.Fault(err, service, "managedZones.create")
	}
	return plan.Applied{ID: name}, nil
}

// Undo implements step.Undoer. Google deletes no zone that has records beside its own, and then it is left.
func (zone) Undo(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Deed, o plan.Observation) error {
	err := s.DNS.ManagedZones.Delete(names.Project(t), o.ID).Context(ctx).Do()
	if wire.NotFound(err) {
		return nil
	}
	return s.Fault(err, service, "managedZones.delete")
}

func fqdn(domain string) string { return strings.TrimSuffix(domain, ".") + "." }
