package baseline

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// scc is threat detection: the detectors of Security Command Center that the organisation's tier has. Which tier it is, a
// person chose; what is not in it is noted and never a failure.
type scc struct{}

// higher is the field in which the detectors of the higher tiers are judged together.
const (
	higher     = "detectors of higher tiers"
	asTierSays = "enabled where the tier has them"
)

func (scc) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "scc", Title: "threat detection by Security Command Center", Chapter: plan.Protect, Control: "GC-O01", Objective: "O01",
		After: []string{"services"}, Inverse: plan.Revert, Usual: time.Minute,
	}, true
}

func (scc) Want(plan.Task) plan.Fields {
	out := plan.Fields{higher: asTierSays}
	for _, d := range standard() {
		out[d] = "ENABLED"
	}
	return out
}

// Observe reads the effective states: what was asked for may not be what a tier allows.
func (scc) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, "securitycentermanagement.googleapis.com"); off {
		return o, nil
	}
	all, err := s.Security.Detectors(ctx, names.Project(t))
	if err != nil {
		return plan.Observation{}, s.Fault(err, "securitycentermanagement", "securityCenterServices.list")
	}
	o := plan.Observation{State: plan.Present, ID: "projects/" + names.Project(t), Match: plan.BySetting, Live: plan.Fields{higher: asTierSays}}
	missing := pending(all)
	for _, d := range all {
		name := path.Base(d.Name)
		if slices.Contains(standard(), name) {
			o.Live[name] = d.Effective
		}
		note := d.Effective
		if !d.On() && !slices.Contains(missing, name) && !slices.Contains(standard(), name) {
			note += ", not in this tier"
		}
		o.Evidence = append(o.Evidence, wire.Evidence("securityCenterServices.list", "%s %s (asked for: %s)", name, note, d.Intended))
	}
	if off := slices.DeleteFunc(missing, func(n string) bool { return slices.Contains(standard(), n) }); len(off) > 0 {
		o.Live[higher] = "off: " + strings.Join(off, ", ")
	}
	return o, nil
}

// Preflight refuses where the organisation has no Security Command Center at all: a person activates it.
func (scc) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	all, err := s.Security.Detectors(ctx, names.Project(t))
	if err != nil {
		return s.Fault(err, "securitycentermanagement", "securityCenterServices.list")
	}
	if len(all) == 0 {
		return fault.New(fault.Entitlement, "Have an organisation administrator activate Security Command Center (the Standard tier is free), then resume.",
			"no detector of Security Command Center is offered to %s", names.Project(t))
	}
	return nil
}

func (scc) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	all, err := s.Security.Detectors(ctx, names.Project(t))
	if err != nil {
		return plan.Applied{}, s.Fault(err, "securitycentermanagement", "securityCenterServices.list")
	}
	for _, d := range pending(all) {
		if err := s.Security.Enable(ctx, names.Project(t), d); err != nil {
			return plan.Applied{}, s.Fault(err, "securitycentermanagement", "securityCenterServices.patch")
		}
	}
	return plan.Applied{ID: "projects/" + names.Project(t)}, nil
}

// Budget implements step.Budgeted.
func (scc) Budget() time.Duration { return 10 * time.Minute }

// pending are the detectors to be enabled: those of the Standard tier that are off, and those of higher tiers where one
// of them is on already, which proves the tier.
func pending(all []wire.Detector) []string {
	proven := slices.ContainsFunc(all, func(d wire.Detector) bool { return d.On() && !slices.Contains(standard(), path.Base(d.Name)) })
	var out []string
	for _, d := range all {
		name := path.Base(d.Name)
		if !d.On() && !d.Ineligible() && (proven || slices.Contains(standard(), name)) {
			out = append(out, name)
		}
	}
	return out
}

// standard are the detectors that every tier has.
func standard() []string { return []string{"security-health-analytics", "web-security-scanner"} }
