package identity

import (
	"context"
	"path"
	"strings"

	"google.golang.org/api/iam/v1"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/cloud/gcp/wire"
	"github.com/itbytes/landfall/plan"
)

// providerOf is what a provider should be.
func providerOf(tr plan.Trust, l plan.Landing) *iam.WorkloadIdentityPoolProvider {
	p := &iam.WorkloadIdentityPoolProvider{
		DisplayName: names.Thing(tr.Name, 32), Description: names.Mark(l),
		AttributeMapping: map[string]string{"google.subject": subject}, AttributeCondition: condition(tr),
		Oidc: &iam.Oidc{IssuerUri: tr.Issuer},
	}
	if tr.Audience != "" {
		p.Oidc.AllowedAudiences = []string{tr.Audience}
	}
	return p
}

// observeProviders reads the providers of the pool. One that is deleted is not there, though its id is; one that the plan does not
// name is left, and told.
func (c federation) observeProviders(ctx context.Context, s *wire.Session, t plan.Task, o *plan.Observation) error {
	ours, live := map[string]bool{}, o.Live
	for _, tr := range c.id.Trust {
		ours[names.Provider(tr)] = true
	}
	read := func(p *iam.WorkloadIdentityPoolProvider) {
		id := path.Base(p.Name)
		switch {
		case p.State == deleted:
			return
		case !ours[id]:
			o.Evidence = append(o.Evidence, wire.Evidence("workloadIdentityPools.providers.list", "%s is not in the plan, and is left: %s", id, trusts(p)))
			return
		}
		live[id+".state"], live[id+".condition"], live[id+".subject"] = p.State, p.AttributeCondition, p.AttributeMapping["google.subject"]
		if p.Disabled {
			live[id+".state"] = disabled
		}
		if p.Oidc != nil {
			live[id+".issuer"], live[id+".audience"] = p.Oidc.IssuerUri, strings.Join(p.Oidc.AllowedAudiences, ",")
		}
	}
	err := s.IAM.Projects.Locations.WorkloadIdentityPools.Providers.List(c.pool(t)).PageSize(100).Pages(ctx, func(page *iam.ListWorkloadIdentityPoolProvidersResponse) error {
		for _, p := range page.WorkloadIdentityPoolProviders {
			read(p)
		}
		return nil
	})
	return s.Fault(err, service, "workloadIdentityPools.providers.list")
}

// trusts says whom a provider trusts.
func trusts(p *iam.WorkloadIdentityPoolProvider) string {
	said := "its tokens are none of OpenID Connect"
	if p.Oidc != nil {
		said = p.Oidc.IssuerUri
	}
	if p.AttributeCondition != "" {
		said += " where " + p.AttributeCondition
	}
	if p.Disabled {
		said += ", " + disabled
	}
	return said
}

// putProvider makes a provider, brings a deleted one back, or sets what differs in one that stands.
func (c federation) putProvider(ctx context.Context, s *wire.Session, t plan.Task, tr plan.Trust, live plan.Fields) error {
	providers := s.IAM.Projects.Locations.WorkloadIdentityPools.Providers
	id := names.Provider(tr)
	if live[id+".state"] == "" {
		_, err := providers.Create(c.pool(t), providerOf(tr, t.Landing)).WorkloadIdentityPoolProviderId(id).Context(ctx).Do()
		if wire.Exists(err) {
			return c.undelete(ctx, s, t, tr)
		}
		return s.Fault(err, service, "workloadIdentityPools.providers.create")
	}
	if c.same(tr, live) {
		return nil
	}
	want := plan.Fields{id + ".issuer": tr.Issuer, id + ".subject": subject, id + ".condition": condition(tr), id + ".state": active}
	if tr.Audience != "" {
		want[id+".audience"] = tr.Audience
	}
	return c.patchProvider(ctx, s, t, tr, want)
}

// undelete brings a provider back whose id is taken because it is deleted; one that an attempt of ours has made stays as it is.
func (c federation) undelete(ctx context.Context, s *wire.Session, t plan.Task, tr plan.Trust) error {
	providers := s.IAM.Projects.Locations.WorkloadIdentityPools.Providers
	p, err := providers.Get(c.provider(t, tr)).Context(ctx).Do()
	switch {
	case wire.NotFound(err): // it is being made
		return nil
	case err != nil:
		return s.Fault(err, service, "workloadIdentityPools.providers.get")
	case p.State != deleted:
		return nil
	}
	_, err = providers.Undelete(c.provider(t, tr), &iam.UndeleteWorkloadIdentityPoolProviderRequest{}).Context(ctx).Do()
	return s.Fault(err, service, "workloadIdentityPools.providers.undelete")
}

// patchProvider sets fields of a provider as it stands, and leaves what else it has.
func (c federation) patchProvider(ctx context.Context, s *wire.Session, t plan.Task, tr plan.Trust, set plan.Fields) error {
	providers := s.IAM.Projects.Locations.WorkloadIdentityPools.Providers
	p, err := providers.Get(c.provider(t, tr)).Context(ctx).Do()
	if err != nil {
		return s.Fault(err, service, "workloadIdentityPools.providers.get")
	}
	if p.Oidc == nil {
		return s.Conflict("the provider %s of the pool %s is none of OpenID Connect, and no call makes it one", names.Provider(tr), names.Pool(c.id))
	}
	for f, value := range set {
		switch strings.TrimPrefix(f, names.Provider(tr)) {
		case ".issuer":
			p.Oidc.IssuerUri = value
		case ".audience":
			p.Oidc.AllowedAudiences = strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
		case ".condition":
			p.AttributeCondition = value
		case ".subject":
			p.AttributeMapping["google.subject"] = value
		case ".state":
			p.Disabled = value == disabled
		}
	}
	p.ForceSendFields = []string{"Disabled", "AttributeCondition"}
	_, err = providers.Patch(c.provider(t, tr), p).UpdateMask("attributeMapping,attributeCondition,oidc,disabled").Context(ctx).Do()
	return s.Fault(err, service, "workloadIdentityPools.providers.patch")
}

// revertProvider puts a provider back as a deed found it: one that was not there is deleted.
func (c federation) revertProvider(ctx context.Context, s *wire.Session, t plan.Task, tr plan.Trust, d plan.Deed, o plan.Observation) error {
	id, set := names.Provider(tr), plan.Fields{}
	for _, f := range d.Change.Fields {
		if strings.HasPrefix(f.Field, id+".") && f.Field != id+".member" && o.Live[f.Field] != f.Before {
			set[f.Field] = f.Before
		}
	}
	before, made := set[id+".state"]
	switch {
	case len(set) == 0:
		return nil
	case !made || before != "":
		return c.patchProvider(ctx, s, t, tr, set)
	}
	_, err := s.IAM.Projects.Locations.WorkloadIdentityPools.Providers.Delete(c.provider(t, tr)).Context(ctx).Do()
	if wire.NotFound(err) {
		return nil
	}
	return s.Fault(err, service, "workloadIdentityPools.providers.delete")
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

// former is what a field was before a deed that changed it, or "".
func former(d plan.Deed, field string) string {
	for _, f := range d.Change.Fields {
		if f.Field == field {
			return f.Before
		}
	}
	return ""
}
