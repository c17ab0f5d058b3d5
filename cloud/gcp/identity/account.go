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
	}, names.Home(c.id, l)
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
	if a.Disabled && !names.Undone(a.Description, t.Landing) {
		o.State, o.Why = plan.Suspended, "somebody has disabled it; gcloud iam service-accounts enable "+a.Email+" brings it back"
	}
	return o, nil
}

// Preflight asks for the rights to make accounts and to switch them on.
func (account) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	return s.May(ctx, "projects/"+names.Project(t), "iam.serviceAccounts.create", "iam.serviceAccounts.enable", "iam.serviceAccounts.update")
}

// Apply makes the account, or switches on again the one that undo has switched off.
func (c account) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	if o.State == plan.Present {
		return plan.Applied{ID: o.ID}, c.wake(ctx, s, t)
	}
	_, err := s.IAM.Projects.ServiceAccounts.Create("projects/"+names.Project(t), &iam.CreateServiceAccountRequest{
		AccountId:      names.Account(c.id),
		ServiceAccount: &iam.ServiceAccount{DisplayName: c.id.Name, Description: names.Mark(t.Landing)},
	}).Context(ctx).Do()
	if err != nil && !wire.Exists(err) {
		return plan.Applied{}, s.Fault(err, service, "serviceAccounts.create")
	}
	return plan.Applied{ID: c.email(t)}, nil
}

// Undo implements step.Undoer: the account is disabled and kept. One made anew under its name would be another identity, and
// nobody's grants would be its own.
func (c account) Undo(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Deed, _ plan.Observation) error {
	if err := c.describe(ctx, s, t, names.MarkUndone(t.Landing)); err != nil {
		return err
	}
	_, err := s.IAM.Projects.ServiceAccounts.Disable(resource(names.Project(t), c.email(t)), &iam.DisableServiceAccountRequest{}).Context(ctx).Do()
	return s.Fault(err, service, "serviceAccounts.disable")
}

// Neutral implements step.Neutral.
func (account) Neutral(_ plan.Task, o plan.Observation) bool { return o.Live["disabled"] == yes(true) }

// Budget implements step.Budgeted.
func (account) Budget() time.Duration { return 5 * time.Minute }

func (c account) email(t plan.Task) string { return names.Email(names.Account(c.id), names.Project(t)) }

// wake enables the account. Its mark goes last, so that what fails in between is done again.
func (c account) wake(ctx context.Context, s *wire.Session, t plan.Task) error {
	_, err := s.IAM.Projects.ServiceAccounts.Enable(resource(names.Project(t), c.email(t)), &iam.EnableServiceAccountRequest{}).Context(ctx).Do()
	if err != nil {
		return s.Fault(err, service, "serviceAccounts.enable")
	}
	return c.describe(ctx, s, t, names.Mark(t.Landing))
}

func (c account) describe(ctx context.Context, s *wire.Session, t plan.Task, mark string) error {
	_, err := s.IAM.Projects.ServiceAccounts.Patch(resource(names.Project(t), c.email(t)), &iam.PatchServiceAccountRequest{
		ServiceAccount: &iam.ServiceAccount{Description: mark}, UpdateMask: "description",
	}).Context(ctx).Do()
	return s.Fault(err, service, "serviceAccounts.patch")
}

func resource(project, email string) string {
	return "projects/" + project + "/serviceAccounts/" + email
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
