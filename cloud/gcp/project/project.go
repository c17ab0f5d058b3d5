package project

import (
	"context"
	"time"

	"cloud.google.com/go/resourcemanager/apiv3/resourcemanagerpb"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

const service = "cloudresourcemanager"

// project is the landing's project. Its id is taken once in the world and never again, so nothing is ever made in its
// place under another one.
type project struct{}

func (project) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{
		Name: "project", Title: "the project", Chapter: plan.Container, Outside: true, Inverse: plan.Quarantine, Usual: time.Minute,
	}, true
}

func (project) Want(t plan.Task) plan.Fields {
	out := plan.Fields{"projectId": names.Project(t), "state": "ACTIVE", quarantine: none}
	if t.Landing.Adopt.Name != "" && t.Landing.Adopt.ID == "" && t.Fact(plan.FactContainer) == "" {
		delete(out, "projectId") // whichever it has
	}
	return out
}

// Observe asks for the project by its id. Google answers 403 both for a project that is not there and for one that is not
// ours to see; only a search, which lists all we may see, tells an absent project from a forbidden one, and what stands
// under somebody else's name shows when it is made.
func (project) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	running, err := s.Running(ctx, t, s.Projects, service)
	if err != nil {
		return plan.Observation{}, counted(ctx, s, t, err)
	}
	if running {
		return plan.Observation{State: plan.Pending, Why: "the project " + names.Project(t) + " is being made"}, nil
	}
	p, match, err := find(ctx, s, t)
	if err != nil {
		return plan.Observation{}, err
	}
	if p == nil {
		return absent(ctx, s, t)
	}
	return observed(p, match, t)
}

// Preflight asks for the right to make projects. How many may be made, Google shows to no API: the evidence counts what there
// is, and a quota that is spent fails the operation.
func (project) Preflight(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change) error {
	if c.Op != plan.Create {
		return s.May(ctx, "projects/"+names.Project(t), "resourcemanager.projects.update", "orgpolicy.policies.delete")
	}
	if parent := names.Parent(t.Landing); parent != "" {
		return s.May(ctx, parent, "resourcemanager.projects.create")
	}
	return nil
}

func (project) Apply(ctx context.Context, s *wire.Session, t plan.Task, c plan.Change, o plan.Observation, _ step.Intent) (plan.Applied, error) {
	if c.Op != plan.Create {
		return plan.Applied{ID: o.ID}, release(ctx, s, t)
	}
	id := names.Project(t)
	op, err := s.Projects.CreateProject(ctx, &resourcemanagerpb.CreateProjectRequest{Project: &resourcemanagerpb.Project{
		ProjectId: id, DisplayName: id, Parent: names.Parent(t.Landing), Labels: names.Birth(t.Landing),
	}})
	if wire.Exists(err) {
		return taken(ctx, s, t, err)
	}
	if err != nil {
		return plan.Applied{}, s.Fault(err, service, "CreateProject")
	}
	return plan.Applied{ID: id, Operation: op.Name()}, nil
}

// Undo implements step.Undoer: a project is never deleted, for its id would be gone for ever. It is closed and kept, and one
// that was brought back from quarantine is there again.
func (project) Undo(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	as := names.Closed
	if d.Change.Op == plan.Update {
		as = step.Former(d)[quarantine]
	}
	return closeOff(ctx, s, t, as)
}

// Neutral implements step.Neutral. One whose deletion somebody has asked for is closed as well.
func (project) Neutral(_ plan.Task, o plan.Observation) bool {
	return closed(o.Live[quarantine]) || o.Live["state"] == resourcemanagerpb.Project_DELETE_REQUESTED.String()
}

// taken says whose a project id is that Google would not give us: ours, from an attempt whose answer was lost, or somebody's.
func taken(ctx context.Context, s *wire.Session, t plan.Task, exists error) (plan.Applied, error) {
	id := names.Project(t)
	_, err := s.Projects.GetProject(ctx, &resourcemanagerpb.GetProjectRequest{Name: "projects/" + id})
	switch {
	case err == nil:
		return plan.Applied{ID: id}, nil
	case !wire.Forbidden(err) && !wire.NotFound(err):
		return plan.Applied{}, s.Fault(err, service, "GetProject")
	}
	named := s.Fault(exists, service, "CreateProject")
	f := fault.As(named)
	if f == nil {
		return plan.Applied{}, named
	}
	f.Kind, f.Message = fault.Invalid, "the id is taken by somebody else, or was used before and is gone for ever: "+id
	f.Hint = "Choose another project id for the landing (name in the plan's landings), then start again."
	if t.Again {
		f.Kind, f.Message = fault.Propagating, "the project "+id+" may be the one an earlier attempt made; it cannot be seen yet"
		f.Hint = "Wait; a new project is seen by its maker within minutes."
	}
	return plan.Applied{}, f
}
