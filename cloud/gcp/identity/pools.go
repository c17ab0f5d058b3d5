package identity

import (
	"context"
	"time"

	"google.golang.org/api/iam/v1"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/plan"
)

// makePool begins to make the pool and watches it for a moment; the name of the operation is returned if it goes on.
func (c federation) makePool(ctx context.Context, s *wire.Session, t plan.Task) (string, error) {
	op, err := s.IAM.Projects.Locations.WorkloadIdentityPools.Create("projects/"+names.Number(t)+"/locations/global", &iam.WorkloadIdentityPool{
		DisplayName: names.Thing(c.id.Name, 32), Description: names.Mark(t.Landing),
	}).WorkloadIdentityPoolId(names.Pool(c.id)).Context(ctx).Do()
	if wire.Exists(err) {
		return "", nil
	}
	if err != nil {
		return "", s.Fault(err, service, "workloadIdentityPools.create")
	}
	return watch(ctx, s, t, op)
}

// wakePool begins to enable the pool that undo has disabled.
func (c federation) wakePool(ctx context.Context, s *wire.Session, t plan.Task) (string, error) {
	return c.setPool(ctx, s, t, false, names.Mark(t.Landing))
}

// setPool begins to disable or enable the pool, with the mark that says why.
func (c federation) setPool(ctx context.Context, s *wire.Session, t plan.Task, off bool, mark string) (string, error) {
	op, err := s.IAM.Projects.Locations.WorkloadIdentityPools.Patch(c.pool(t), &iam.WorkloadIdentityPool{
		Disabled: off, Description: mark, ForceSendFields: []string{"Disabled"},
	}).UpdateMask("disabled,description").Context(ctx).Do()
	if err != nil {
		return "", s.Fault(err, service, "workloadIdentityPools.patch")
	}
	return watch(ctx, s, t, op)
}

// watch looks for a moment at an operation, and returns its name if it goes on.
func watch(ctx context.Context, s *wire.Session, t plan.Task, op *iam.Operation) (string, error) {
	going := !op.Done
	for wait := 50 * time.Millisecond; going && wait < 4*time.Second; wait *= 2 {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(wait):
		}
		var err error
		if going, err = running(ctx, s, t, op.Name); err != nil {
			return "", err
		}
	}
	if going {
		return op.Name, nil
	}
	return "", nil
}

// running asks for a pool's operation.
func running(ctx context.Context, s *wire.Session, t plan.Task, name string) (bool, error) {
	op, err := s.IAM.Projects.Locations.WorkloadIdentityPools.Operations.Get(name).Context(ctx).Do()
	asked := wire.Call{Service: service, Operation: name}
	if err != nil {
		return s.Settle(t, asked, false, nil, err)
	}
	var failed error
	if op.Error != nil {
		failed = wire.Failed(name, op.Error.Code, op.Error.Message)
	}
	return s.Settle(t, asked, !op.Done, failed, nil)
}
