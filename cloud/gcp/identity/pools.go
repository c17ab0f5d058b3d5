package identity

import (
	"context"
	"strings"
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
	going := !op.Done
	for wait := 50 * time.Millisecond; going && wait < 4*time.Second; wait *= 2 {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(wait):
		}
		if going, err = running(ctx, s, t, op.Name); err != nil {
			return "", err
		}
	}
	if going {
		return op.Name, nil
	}
	return "", nil
}

// putProvider makes a provider or sets what differs in it.
func (c federation) putProvider(ctx context.Context, s *wire.Session, t plan.Task, tr plan.Trust, live plan.Fields) error {
	providers := s.IAM.Projects.Locations.WorkloadIdentityPools.Providers
	want, id := providerOf(tr, t.Landing), names.Provider(tr)
	if live[id+".state"] == "" {
		_, err := providers.Create(c.pool(t), want).WorkloadIdentityPoolProviderId(id).Context(ctx).Do()
		if err != nil && !wire.Exists(err) {
			return s.Fault(err, service, "workloadIdentityPools.providers.create")
		}
		return nil
	}
	if c.same(tr, live) {
		return nil
	}
	_, err := providers.Patch(c.provider(t, tr), want).UpdateMask("attributeMapping,attributeCondition,oidc").Context(ctx).Do()
	return s.Fault(err, service, "workloadIdentityPools.providers.patch")
}

// same reports whether a provider that stands is as wanted.
func (c federation) same(tr plan.Trust, live plan.Fields) bool {
	p := names.Provider(tr)
	for f, want := range c.Want(plan.Task{}) {
		if strings.HasPrefix(f, p+".") && f != p+".member" && live[f] != want {
			return false
		}
	}
	return true
}

// observeProviders reads each provider of the plan into live.
func (c federation) observeProviders(ctx context.Context, s *wire.Session, t plan.Task, live plan.Fields) error {
	for _, tr := range c.id.Trust {
		p, err := s.IAM.Projects.Locations.WorkloadIdentityPools.Providers.Get(c.provider(t, tr)).Context(ctx).Do()
		if wire.NotFound(err) {
			continue
		}
		if err != nil {
			return s.Fault(err, service, "workloadIdentityPools.providers.get")
		}
		id := names.Provider(tr)
		live[id+".state"], live[id+".condition"] = p.State, p.AttributeCondition
		if p.Disabled {
			live[id+".state"] = "disabled"
		}
		if p.AttributeMapping["google.subject"] != "assertion.sub" {
			live[id+".condition"] = "over another subject: " + p.AttributeMapping["google.subject"]
		}
		if p.Oidc != nil {
			live[id+".issuer"], live[id+".audience"] = p.Oidc.IssuerUri, strings.Join(p.Oidc.AllowedAudiences, ",")
		}
	}
	return nil
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
