package baseline

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/orgpolicy"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// keyPolicy forbids everybody to make keys of the project's service accounts. Where the plan itself keeps such a key the
// landing has no such step, unless the plan asks for the control by its name: then it must choose.
type keyPolicy struct{}

func (keyPolicy) Describe(l plan.Landing) (plan.Step, bool) {
	s := plan.Step{
		Name: "key-policy", Title: "no new keys of service accounts", Chapter: plan.Protect, Control: "GC-O10", Objective: "O10",
		After: []string{"services"}, Inverse: plan.Revert, Deny: true, Usual: 30 * time.Second,
	}
	_, control := l.Controls[s.Control]
	_, objective := l.Controls[s.Objective]
	return s, control || objective || len(keysKept(l)) == 0
}

func (keyPolicy) Want(plan.Task) plan.Fields { return enforcing(keyConstraints()) }

func (keyPolicy) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, policyAPI); off {
		return o, nil
	}
	o, err := orgpolicy.Observe(ctx, s, t, keyConstraints())
	o.Facts = nil // the steps behind the others' policies do not wait for these
	return o, err
}

// Preflight refuses to forbid what the plan itself still needs.
func (keyPolicy) Preflight(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change) error {
	if kept := keysKept(t.Landing); len(kept) > 0 {
		return fault.New(fault.Conflict,
			"Let it in by trust and take its credential out of identities, or set GC-O10 to report in baseline.controls; then start again.",
			"to forbid new keys in %s would lock Landfall itself out: it makes and rotates %s there", names.Project(t), strings.Join(kept, " and "))
	}
	return maySet(ctx, s, t, c)
}

func (keyPolicy) Apply(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	return set(ctx, s, t, c)
}

// Budget implements step.Budgeted, as that of the other policies.
func (keyPolicy) Budget() time.Duration { return orgPolicies{}.Budget() }

// Undo implements step.Undoer.
func (keyPolicy) Undo(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	return orgpolicy.Restore(ctx, s, t, d)
}

func keyConstraints() []string {
	return []string{"iam.disableServiceAccountKeyCreation", "iam.disableServiceAccountKeyUpload"}
}

// keysKept are the keys that the plan has made in a landing's project and kept in the vault.
func keysKept(l plan.Landing) []string {
	var out []string
	for _, id := range l.Identities {
		if names.Home(id, l) && id.Credential != "" {
			out = append(out, fmt.Sprintf("the key of %s (%s)", id.Name, id.Credential))
		}
	}
	return out
}
