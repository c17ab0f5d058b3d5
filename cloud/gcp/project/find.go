package project

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cloud.google.com/go/resourcemanager/apiv3/resourcemanagerpb"
	"google.golang.org/api/iterator"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// find reads the landing's project and says by what it was recognised; nil where we may see none.
func find(ctx context.Context, s *wire.Session, t plan.Task) (*resourcemanagerpb.Project, plan.Match, error) {
	if name := t.Landing.Adopt.Name; name != "" && t.Landing.Adopt.ID == "" && t.Fact(plan.FactContainer) == "" {
		return byName(ctx, s, t, name)
	}
	id, match := names.Project(t), plan.ByKey
	if t.Landing.Adopt.ID == id {
		match = plan.ByPlan
	}
	p, err := s.Projects.GetProject(ctx, &resourcemanagerpb.GetProjectRequest{Name: "projects/" + id})
	switch {
	case err == nil:
		return p, match, nil
	case !wire.Forbidden(err) && !wire.NotFound(err):
		return nil, "", s.Fault(err, service, "GetProject")
	}
	seen, found := search(ctx, s, "id:"+id)
	if found != nil {
		return nil, "", found
	}
	for _, q := range seen {
		if q.GetProjectId() == id { // it is there, and this login may not read it: that is no absence
			return nil, "", s.Fault(err, service, "GetProject")
		}
	}
	if t.Landing.Adopt.ID != "" {
		f := fault.New(fault.Denied, "Have the login "+t.Landing.Login.Name+" let into the project, or mend adopt.id in the plan; then resume.",
			"the plan adopts the project %s, which this login cannot see", id)
		f.Cloud, f.Service, f.Operation, f.Login, f.Err = string(plan.GCP), service, "GetProject", t.Landing.Login.Name, err
		return nil, "", f
	}
	return nil, "", nil
}

// byName finds the project that the plan adopts by its present display name.
func byName(ctx context.Context, s *wire.Session, t plan.Task, name string) (*resourcemanagerpb.Project, plan.Match, error) {
	seen, err := search(ctx, s, "parent:"+names.Parent(t.Landing))
	if err != nil {
		return nil, "", err
	}
	var hits []*resourcemanagerpb.Project
	for _, p := range seen {
		if p.GetDisplayName() == name || p.GetProjectId() == name {
			hits = append(hits, p)
		}
	}
	if len(hits) != 1 {
		return nil, "", fault.New(fault.Ambiguous, "Name the project by its id in the landing's adopt.id, then resume.",
			"%d projects under %s are called %q", len(hits), names.Parent(t.Landing), name)
	}
	return hits[0], plan.ByPlan, nil
}

// absent is the observation of a project that is not there, with the names that are too near its own.
func absent(ctx context.Context, s *wire.Session, t plan.Task) (plan.Observation, error) {
	id := names.Project(t)
	o := plan.Observation{State: plan.Absent, Evidence: []string{wire.Evidence("SearchProjects", "id:%s finds none; GetProject refuses", id)}}
	others, err := around(ctx, s, t)
	if err != nil || names.Parent(t.Landing) == "" {
		return o, err
	}
	for _, p := range others {
		if p.GetLabels()[names.LabelPlan] == "" && (t.Landing.Similar(p.GetProjectId(), id) || t.Landing.Similar(p.GetDisplayName(), id)) {
			o.Similar = append(o.Similar, p.GetProjectId())
		}
	}
	o.Evidence = append(o.Evidence, wire.Evidence("SearchProjects", "parent:%s has %s", names.Parent(t.Landing), tally(t, others)))
	return o, nil
}

// around are the projects that stand where the landing's is to be made, those on their way out too.
func around(ctx context.Context, s *wire.Session, t plan.Task) ([]*resourcemanagerpb.Project, error) {
	parent := names.Parent(t.Landing)
	if parent == "" {
		return nil, nil
	}
	return wire.Share(s, "projects under "+parent, 15*time.Second, func() ([]*resourcemanagerpb.Project, error) {
		return search(ctx, s, "parent:"+parent)
	})
}

// tally counts what a project quota counts, and simulates what the plan adds to it. No API tells how large the quota is.
func tally(t plan.Task, others []*resourcemanagerpb.Project) string {
	going, ours := 0, 0
	for _, p := range others {
		if p.GetState() == resourcemanagerpb.Project_DELETE_REQUESTED {
			going++
		}
		if p.GetLabels()[names.LabelPlan] == names.Label(t.Landing.Plan) {
			ours++
		}
	}
	return fmt.Sprintf("%d others, %d of them pending deletion, which count towards the project quota as well; this plan makes %d more at most; no API tells the quota",
		len(others), going, max(1, len(t.Landing.Environments)-ours))
}

// counted adds to the fault of a project quota that is spent what counts towards it, and what the plan still wants.
func counted(ctx context.Context, s *wire.Session, t plan.Task, err error) error {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Quota {
		return err
	}
	if others, failed := search(ctx, s, "parent:"+names.Parent(t.Landing)); failed == nil {
		f.Message += " (" + tally(t, others) + ")"
	}
	return err
}

// observed is the observation of a project that is there.
func observed(p *resourcemanagerpb.Project, match plan.Match, t plan.Task) (plan.Observation, error) {
	number, made := strings.TrimPrefix(p.GetName(), "projects/"), p.GetCreateTime().AsTime().UTC().Format(time.RFC3339)
	o := plan.Observation{
		State: plan.Present, ID: p.GetProjectId(), Match: match, Owner: owner(p, t),
		Live:     plan.Fields{"projectId": p.GetProjectId(), "state": p.GetState().String(), "parent": p.GetParent(), quarantine: quarantined(p)},
		Evidence: []string{wire.Evidence("GetProject", "%s (%s) %s under %s", p.GetProjectId(), number, p.GetState(), p.GetParent())},
		Facts:    map[string]string{plan.FactContainer: p.GetProjectId(), names.FactNumber: number, names.FactCreated: made, names.FactMade: p.GetLabels()[names.LabelMade]},
	}
	switch {
	case p.GetState() == resourcemanagerpb.Project_DELETE_REQUESTED:
		o.State, o.Why = plan.Suspended, fmt.Sprintf("its deletion was asked for at %s; gcloud projects undelete %s brings it back within 30 days, and once it is gone its id can never be used again",
			p.GetDeleteTime().AsTime().UTC().Format(time.RFC3339), o.ID)
	case closed(quarantined(p)):
		o.State, o.Why = plan.Suspended, fmt.Sprintf("it is in quarantine since a run of the plan %s was given up; gcloud projects update %s --update-labels=%s=%s has the next look bring it back",
			t.Landing.Plan, o.ID, names.LabelQuarantined, names.Release)
	}
	if o.Owner != "" && o.Owner != t.Landing.Plan {
		return o, fault.New(fault.Conflict, "Remove the label "+names.LabelPlan+" if that plan has given it up, then resume.",
			"the project %s belongs to the plan %q", o.ID, o.Owner)
	}
	return o, nil
}

// search lists the projects that a query finds, all pages.
func search(ctx context.Context, s *wire.Session, query string) ([]*resourcemanagerpb.Project, error) {
	ctx, done := s.Listing(ctx)
	defer done()
	var out []*resourcemanagerpb.Project
	for it := s.Projects.SearchProjects(ctx, &resourcemanagerpb.SearchProjectsRequest{Query: query}); ; {
		p, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return out, nil
		}
		if err != nil {
			return nil, s.Fault(err, service, "SearchProjects")
		}
		out = append(out, p)
	}
}
