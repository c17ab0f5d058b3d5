package project

import (
	"context"
	"maps"

	"cloud.google.com/go/resourcemanager/apiv3/resourcemanagerpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/plan"
)

// labels say whose a project is. One that was made here has had them from its first moment; an adopted one gets them here,
// and keeps those it has.
type labels struct{}

func (labels) Describe(plan.Landing) (plan.Step, bool) {
	return plan.Step{Name: "labels", Title: "the project's labels", Chapter: plan.Container, After: []string{"project"}, Inverse: plan.Revert}, true
}

func (labels) Want(t plan.Task) plan.Fields { return plan.Fields(names.Labels(t.Landing)) }

func (labels) Observe(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	running, err := s.Running(ctx, t, s.Projects, service)
	if err != nil {
		return plan.Observation{}, err
	}
	if running {
		return plan.Observation{State: plan.Pending, Why: "the labels of " + names.Project(t) + " are being written"}, nil
	}
	p, err := read(ctx, s, t)
	if err != nil {
		return plan.Observation{}, err
	}
	return plan.Observation{
		State: plan.Present, ID: p.GetProjectId(), Match: plan.ByKey, Owner: owner(p, t), Live: plan.Fields(p.GetLabels()),
		Evidence: []string{wire.Evidence("GetProject", "%s has %d labels, %s=%q", p.GetProjectId(), len(p.GetLabels()), names.LabelPlan, p.GetLabels()[names.LabelPlan])},
	}, nil
}

// Preflight asks for the right to label the project.
func (labels) Preflight(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change) error {
	return s.May(ctx, "projects/"+names.Project(t), "resourcemanager.projects.update")
}

// Apply writes ours among those that stand.
func (labels) Apply(ctx context.Context, s *wire.Session, t plan.Task, _ plan.Change, _ plan.Observation, _ step.Intent) (plan.Applied, error) {
	return relabel(ctx, s, t, func(all map[string]string) { maps.Copy(all, names.Labels(t.Landing)) })
}

// Owned implements step.Owned: the label is the ownership tag of all that stands in the project.
func (labels) Owned() bool { return true }

// Undo implements step.Undoer: the labels that were changed are as they were, and those that were added are gone.
func (labels) Undo(ctx context.Context, s *wire.Session, t plan.Task, d plan.Deed, _ plan.Observation) error {
	return label(ctx, s, t, func(all map[string]string) {
		for name, before := range step.Former(d) {
			all[name] = before
			if _, had := d.Receipt.Before[name]; !had {
				delete(all, name)
			}
		}
	})
}

// relabel changes the labels as they stand now: the call replaces them all, and the etag makes Google refuse it where somebody
// else has written since, upon which they are read again. Labels that are so already are not written.
func relabel(ctx context.Context, s *wire.Session, t plan.Task, change func(map[string]string)) (plan.Applied, error) {
	var err error
	for range 5 {
		p, failed := read(ctx, s, t)
		if failed != nil {
			return plan.Applied{}, failed
		}
		all := copied(p.GetLabels())
		change(all)
		if maps.Equal(all, p.GetLabels()) {
			return plan.Applied{ID: p.GetProjectId()}, nil
		}
		op, refused := s.Projects.UpdateProject(ctx, &resourcemanagerpb.UpdateProjectRequest{
			Project:    &resourcemanagerpb.Project{Name: p.GetName(), Labels: all, Etag: p.GetEtag()},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"labels"}},
		})
		if err = refused; err == nil {
			a := plan.Applied{ID: p.GetProjectId()}
			if !op.Done() {
				a.Operation = op.Name()
			}
			return a, nil
		}
		if !wire.Changed(err) {
			break
		}
	}
	return plan.Applied{}, s.Fault(err, service, "UpdateProject")
}

// owner is the plan that the label names: the task's own name where the label is that name in a label's letters.
func owner(p *resourcemanagerpb.Project, t plan.Task) string {
	if o := p.GetLabels()[names.LabelPlan]; o != names.Label(t.Landing.Plan) {
		return o
	}
	return t.Landing.Plan
}

func read(ctx context.Context, s *wire.Session, t plan.Task) (*resourcemanagerpb.Project, error) {
	p, err := s.Projects.GetProject(ctx, &resourcemanagerpb.GetProjectRequest{Name: "projects/" + names.Project(t)})
	return p, s.Fault(err, service, "GetProject")
}
