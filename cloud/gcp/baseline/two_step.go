package baseline

import (
	"context"
	"fmt"

	admin "google.golang.org/api/admin/directory/v1"

	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// twoStep is 2-Step Verification of the people of the organisation. An administrator enforces it; the directory proves it.
type twoStep struct{}

func (twoStep) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "two-step", Title: "2-Step Verification of every user", Chapter: plan.Protect, Control: "GC-O05", Objective: "O05",
		Outside: true, Manual: true, Inverse: plan.NoInverse,
	}, l.Management
}

func (twoStep) Want(plan.Task) plan.Fields { return plan.Fields{"enrolled": "all", "enforced": "all"} }

// Observe counts the users of the directory, all pages; suspended and archived ones cannot sign in and do not count.
func (twoStep) Observe(ctx context.Context, s *wire.Session, _ plan.Task) (plan.Observation, error) {
	users, enrolled, enforced := 0, 0, 0
	err := s.Directory.Users.List().Customer("my_customer").MaxResults(500).Pages(ctx, func(page *admin.Users) error {
		for _, u := range page.Users {
			if u.Suspended || u.Archived {
				continue
			}
			users++
			enrolled += one(u.IsEnrolledIn2Sv)
			enforced += one(u.IsEnforcedIn2Sv)
		}
		return nil
	})
	if err != nil {
		return plan.Observation{}, s.Fault(err, "admin", "users.list")
	}
	return plan.Observation{
		State: plan.Present, ID: "my_customer", Match: plan.BySetting,
		Live:     plan.Fields{"enrolled": of(enrolled, users), "enforced": of(enforced, users)},
		Evidence: []string{wire.Evidence("users.list", "of %d active users %d are enrolled and %d enforced", users, enrolled, enforced)},
	}, nil
}

// Preflight has nothing to read.
func (twoStep) Preflight(context.Context, *wire.Session, plan.Task, plan.Change) error { return nil }

// Apply is a person.
func (twoStep) Apply(context.Context, *wire.Session, plan.Task, plan.Change, plan.Observation, step.Intent) (plan.Applied, error) {
	return plan.Applied{}, fault.New(fault.Bug, "Report this.", "2-Step Verification is a person's to enforce")
}

// of is "all", or how many of how many; a directory that shows nobody proves nothing.
func of(n, users int) string {
	if n == users && users > 0 {
		return "all"
	}
	return fmt.Sprintf("%d of %d", n, users)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
