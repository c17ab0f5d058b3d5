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
	turnedOff  = "off: "
	asked      = ", asked for" // ends the field of what a detector was asked for, which may not be what it does
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
		o.Live[name+asked] = d.Intended // as it was, for whoever takes this back
		note := d.Effective
		if !d.On() && !slices.Contains(missing, name) && !slices.Contains(standard(), name) {
			note += ", not in this tier"
		}
		o.Evidence = append(o.Evidence, wire.Evidence("securityCenterServices.list", "%s %s (asked for: %s)", name, note, d.Intended))
	}
	if more := slices.DeleteFunc(missing, func(n string) bool { return slices.Contains(standard(), n) }); len(more) > 0 {
		o.Live[higher] = turnedOff + strings.Join(more, ", ")
	}
	return o, nil
}

// Preflight refuses where the organisation owns no tier of Security Command Center, or one that has not what every tier should
// have: a person activates it.
func (scc) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	tier, err := tierOf(ctx, s, t)
	switch {
	case wire.NotFound(err):
		return lacking(t, "owns no tier of Security Command Center", "Have an organisation administrator activate it (the Standard tier is free and enough), or waive GC-O01 in the plan; then resume.")
	case err != nil:
		return s.Fault(err, "securitycentermanagement", "getBillingMetadata")
	}
	all, err := s.Security.Detectors(ctx, names.Project(t))
	if err != nil {
		return s.Fault(err, "securitycentermanagement", "securityCenterServices.list")
	}
	for _, name := range standard() {
		i := slices.IndexFunc(all, func(d wire.Detector) bool { return path.Base(d.Name) == name })
		if i < 0 || (all[i].Ineligible() && time.Since(all[i].Updated) > (scc{}).Budget()) {
			return lacking(t, "owns Security Command Center in the tier "+tier+", which has no "+name+" for "+names.Project(t),
				"Have an organisation administrator activate the Premium tier, which has it, or waive GC-O01 in the plan; then resume.")
		}
	}
	return s.May(ctx, "projects/"+names.Project(t), "securitycentermanagement.securityCenterServices.update")
}

// tierOf is the tier that the organisation owns; a project that belongs to none is judged by what it is offered.
func tierOf(ctx context.Context, s *wire.Session, t plan.Task) (string, error) {
	if t.Landing.Organization == "" {
		return "of the project alone", nil
	}
	return s.Security.Tier(ctx, t.Landing.Organization)
}

// lacking is the fault of what the organisation does not own.
func lacking(t plan.Task, what, hint string) error {
	f := fault.New(fault.Entitlement, hint, "%s %s", t.Landing.Organization, what)
	f.Cloud, f.Service, f.Login = string(plan.GCP), "securitycentermanagement", t.Landing.Login.Name
	return f
}

func (scc) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	all, err := s.Security.Detectors(ctx, names.Project(t))
	if err != nil {
		return plan.Applied{}, s.Fault(err, "securitycentermanagement", "securityCenterServices.list")
	}
	for _, d := range pending(all) {
		if err := s.Security.Ask(ctx, names.Project(t), d, "ENABLED"); err != nil {
			return plan.Applied{}, s.Fault(err, "securitycentermanagement", "securityCenterServices.patch")
		}
	}
	return plan.Applied{ID: "projects/" + names.Project(t)}, nil
}

// Budget implements step.Budgeted.
func (scc) Budget() time.Duration { return 10 * time.Minute }

// Undo implements step.Undoer: of each detector that the run asked to look is asked what was asked of it before.
func (scc) Undo(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed, o plan.Observation) error {
	for _, detector := range turned(d) {
		before := d.Receipt.Before[detector+asked]
		if before == "" || o.Live[detector+asked] != "ENABLED" {
			continue
		}
		if err := s.Security.Ask(ctx, names.Project(t), detector, before); err != nil {
			return s.Fault(err, "securitycentermanagement", "securityCenterServices.patch")
		}
	}
	return nil
}

// turned are the detectors that a deed asked to look.
func turned(d plan.Deed) []string {
	var out []string
	for _, f := range d.Change.Fields {
		if f.Field == higher {
			out = append(out, strings.Split(strings.TrimPrefix(f.Before, turnedOff), ", ")...)
			continue
		}
		out = append(out, f.Field)
	}
	return out
}

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
