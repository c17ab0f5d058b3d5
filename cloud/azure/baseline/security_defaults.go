package baseline

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/azure/graph"
	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// securityDefaults asks everybody in the tenant for a second factor: by Security Defaults, or by a Conditional Access policy
// that does the same. Entra does not allow both, so neither is ever put over the other.
type securityDefaults struct{}

const defaultsPath = "policies/identitySecurityDefaultsEnforcementPolicy"

// access is a Conditional Access policy, as far as this control cares.
type access struct {
	Name  string `json:"displayName"`
	State string `json:"state"` // enabled, disabled or enabledForReportingButNotEnforced
	Grant *struct {
		BuiltIn []string `json:"builtInControls"`
	} `json:"grantControls"`
	Conditions struct {
		Users struct {
			Include []string `json:"includeUsers"`
		} `json:"users"`
	} `json:"conditions"`
}

// Describe implements step.Control.
func (securityDefaults) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "security-defaults", Title: "a second factor for everybody", Chapter: plan.Protect, Control: "AZ-O05", Objective: "O05",
		Outside: true, Inverse: plan.Revert, Deny: true, Usual: 10 * time.Second,
	}, l.Management
}

// Want implements step.Control.
func (securityDefaults) Want(plan.Task) plan.Fields { return plan.Fields{"second factor": "on"} }

// Observe implements step.Control.
func (securityDefaults) Observe(ctx context.Context, s *session.Session, _ plan.Task) (plan.Observation, error) {
	var d struct {
		Enabled bool `json:"isEnabled"`
	}
	if err := s.Graph.Get(ctx, defaultsPath, &d); err != nil {
		return plan.Observation{}, err
	}
	o := plan.Observation{
		State: plan.Present, ID: defaultsPath, Match: plan.BySetting, Live: plan.Fields{"second factor": session.OnOff(d.Enabled)},
		Evidence: []string{"Security Defaults: " + session.OnOff(d.Enabled)},
	}
	owned, err := premium(ctx, s)
	if err != nil {
		return plan.Observation{}, err
	}
	o.Evidence = append(o.Evidence, owned)
	if d.Enabled {
		return o, nil
	}
	all, err := policies(ctx, s)
	if err != nil {
		return plan.Observation{}, err
	}
	for _, p := range all {
		o.Evidence = append(o.Evidence, "Conditional Access "+p.Name+": "+p.State)
		if p.asksEverybody() {
			o.Live["second factor"] = "on"
		}
	}
	return o, nil
}

// Preflight implements step.Control. Who signs in without a second factor is kept out from the moment on: Landfall too.
func (securityDefaults) Preflight(ctx context.Context, s *session.Session, t plan.Task, _ plan.Change) error {
	if err := keepsIn(ctx, s, t); err != nil {
		return err
	}
	all, err := policies(ctx, s)
	if err != nil {
		return err
	}
	var against []string
	for _, p := range all {
		if p.State == "enabled" {
			against = append(against, p.Name)
		}
	}
	if len(against) == 0 {
		return nil
	}
	return fault.New(fault.Conflict, "Make one of them ask all users for multi-factor authentication, or disable them; then resume.",
		"Security Defaults cannot be turned on beside the Conditional Access policies %s, none of which asks everybody for a second factor",
		strings.Join(against, ", "))
}

// Apply implements step.Control.
func (securityDefaults) Apply(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	return plan.Applied{ID: defaultsPath}, s.Graph.Patch(ctx, defaultsPath, map[string]any{"isEnabled": true})
}

// Undo implements step.Undoer: who signed in without a second factor before the run can do so again.
func (securityDefaults) Undo(ctx context.Context, s *session.Session, _ plan.Task, _ plan.Deed, _ plan.Observation) error {
	return s.Graph.Patch(ctx, defaultsPath, map[string]any{"isEnabled": false})
}

// keepsIn refuses to ask everybody for a second factor while Landfall's own login has proven none. Applications are not asked.
func keepsIn(ctx context.Context, s *session.Session, t plan.Task) error {
	who, err := s.Bearer(ctx)
	if err != nil || !who.Person || slices.Contains(who.Factors, "mfa") {
		return err
	}
	return fault.New(fault.Conflict,
		"Register a second factor for it and sign in again (landfall login "+t.Landing.Login.Name+"), or set baseline.controls.AZ-O05 to report; then resume.",
		"Security Defaults would lock out Landfall itself: %s (login %s) signed in without a second factor", who.Who, t.Landing.Login.Name)
}

// asksEverybody reports whether a policy is in force that asks all users for a second factor.
func (p access) asksEverybody() bool {
	return p.State == "enabled" && p.Grant != nil && slices.Contains(p.Grant.BuiltIn, "mfa") && slices.Contains(p.Conditions.Users.Include, "All")
}

// policies lists the tenant's Conditional Access policies. A tenant without the licence for them has none.
func policies(ctx context.Context, s *session.Session) ([]access, error) {
	all, err := graph.List[access](ctx, s.Graph, "identity/conditionalAccess/policies")
	if session.Code(err) == "AadPremiumLicenseRequired" {
		return nil, nil
	}
	return all, err
}
