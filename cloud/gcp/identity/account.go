package identity

import (
	"context"
	"time"

	"google.golang.org/api/iam/v1"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

const iamAPI = "iam.googleapis.com"

// account is an identity's service account, in its home project.
type account struct{ id plan.Identity }

func (c account) Describe(l plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: names.Step("account", c.id), Title: "the service account of " + c.id.Name, Chapter: plan.Identify, After: []string{"services"}, Inverse: plan.Neutralise,
	}, home(c.id, l)
}

func (c account) Want(t plan.Task) plan.Fields {
	return plan.Fields{"email": c.email(t), "disabled": "false"}
}

func (c account) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	if o, off := s.Off(t, iamAPI); off {
		return o, nil
	}
	a, err := s.IAM.Projects.ServiceAccounts.Get(resource(names.Project(t), c.email(t))).Context(ctx).Do()
	if wire.NotFound(err) {
		return plan.Observation{State: plan.Absent, Evidence: []string{wire.Evidence("serviceAccounts.get", "%s is not there", c.email(t))}}, nil
	}
	if err != nil {
		return plan.Observation{}, s.Fault(err, service, "serviceAccounts.get")
	}
	o := plan.Observation{
		State: plan.Present, ID: a.Email, Match: plan.ByName, Owner: names.Owner(a.Description),
		Live:     plan.Fields{"email": a.Email, "disabled": yes(a.Disabled)},
		Evidence: []string{wire.Evidence("serviceAccounts.get", "%s unique id %s disabled %t", a.Email, a.UniqueId, a.Disabled)},
		Facts:    map[string]string{"serviceAccount." + c.id.Name: a.Email},
	}
	if a.Disabled {
		o.State, o.Why = plan.Suspended, "somebody has disabled it"
	}
	return o, nil
}

// Preflight has nothing to read.
func (account) Preflight(context.Context, *wire.Session, plan.Task, plan.Change) error { return nil }

func (c account) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	_, err := s.IAM.Projects.ServiceAccounts.Create("projects/"+names.Project(t), &iam.CreateServiceAccountRequest{
		AccountId:      names.Account(c.id),
		ServiceAccount: &iam.ServiceAccount{DisplayName: c.id.Name, Description: names.Mark(t.Landing)},
	}).Context(ctx).Do()
	if err != nil && !wire.Exists(err) {
		return plan.Applied{}, s.Fault(err, service, "serviceAccounts.create")
	}
	return plan.Applied{ID: c.email(t)}, nil
}

// Budget implements step.Budgeted.
func (account) Budget() time.Duration { return 5 * time.Minute }

func (c account) email(t plan.Task) string { return names.Email(names.Account(c.id), names.Project(t)) }

func resource(project, email string) string {
	return "projects/" + project + "/serviceAccounts/" + email
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
