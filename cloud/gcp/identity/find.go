package identity

import (
	"context"
	"errors"
	"fmt"

	"cloud.google.com/go/resourcemanager/apiv3/resourcemanagerpb"
	"google.golang.org/api/iterator"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// find is the address of the identity's service account, or what is waited for until there is one. Its home is another
// landing's project, which that landing may have adopted under any id: its labels tell it.
func (c roles) find(ctx context.Context, s *wire.Session, t plan.Task) (email, wait string, err error) {
	project := names.Project(t)
	if !names.Home(c.id, t.Landing) {
		if project, err = c.homeProject(ctx, s, t); err != nil {
			return "", "", err
		}
	}
	wait = fmt.Sprintf("waits for identity %s in gcp/%s", c.id.Name, c.id.Home)
	if project == "" {
		return "", wait, nil
	}
	email = names.Email(names.Account(c.id), project)
	_, err = s.IAM.Projects.ServiceAccounts.Get(resource(project, email)).Context(ctx).Do()
	f := fault.As(s.Fault(err, service, "serviceAccounts.get"))
	switch {
	case err == nil:
		return email, "", nil
	case wire.NotFound(err):
		return "", wait, nil
	case f != nil && f.Kind == fault.Propagating: // the home's APIs are being enabled
		return "", wait, nil
	}
	return "", "", s.Fault(err, service, "serviceAccounts.get")
}

// homeProject is the id of the project that the plan's home landing of the identity has, or "".
func (c roles) homeProject(ctx context.Context, s *wire.Session, t plan.Task) (string, error) {
	ctx, done := s.Listing(ctx)
	defer done()
	it := s.Projects.SearchProjects(ctx, &resourcemanagerpb.SearchProjectsRequest{
		Query: "labels." + names.LabelPlan + ":" + names.Label(t.Landing.Plan) + " labels." + names.LabelEnvironment + ":" + names.Label(c.id.Home),
	})
	for {
		p, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return "", nil
		}
		if err != nil {
			return "", s.Fault(err, "cloudresourcemanager", "SearchProjects")
		}
		mine := p.GetLabels()[names.LabelPlan] == names.Label(t.Landing.Plan) && p.GetLabels()[names.LabelEnvironment] == names.Label(c.id.Home)
		if mine && p.GetState() == resourcemanagerpb.Project_ACTIVE {
			return p.GetProjectId(), nil
		}
	}
}
