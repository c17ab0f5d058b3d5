package aws_test

import (
	"context"
	"sync"

	"github.com/itbytes/landfall/plan"
)

// landing is an AWS landing of the demo organisation.
func landing(env string, login plan.Login) plan.Landing {
	return plan.Landing{
		Plan: "itbytes", Owner: "platform@it4bytes.example", Slug: "it4bytes", Cloud: plan.AWS, Environment: env,
		Name: "aws-" + env, Email: "aws+" + env + "@it4bytes.example", Region: "us-east-1", Parent: "core", Login: login,
		Tags: map[string]string{"owner": "platform", "organisation": "itbytes"},
		Network: plan.Network{CIDR: "10.64.0.0/20", Subnets: []plan.Subnet{
			{Name: "aws-" + env + "-a", CIDR: "10.64.0.0/22", Zone: "a"}, {Name: "aws-" + env + "-b", CIDR: "10.64.4.0/22", Zone: "b"},
		}},
		Identities: []plan.Identity{{
			Name: "itManagesAWS", Cloud: plan.AWS, Roles: []string{"ReadOnlyAccess", "SecurityAudit"},
			Trust: []plan.Trust{{Name: "ci", Issuer: "https://token.actions.githubusercontent.com", Audience: "sts.amazonaws.com", Subject: "repo:it4bytes/platform:environment:prod"}},
		}},
		Mode: plan.Enforce,
	}
}

// memory is a vault that forgets when the test ends.
type memory struct {
	mu    sync.Mutex
	items map[string]plan.ItemFields
}

func (m *memory) Find(_ context.Context, ref string) (plan.Item, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, there := m.items[ref]
	item := plan.Item{Exists: there, Fields: f.Plain, Holds: map[string]bool{}}
	for name, v := range f.Secret {
		item.Holds[name] = !v.Empty()
	}
	return item, nil
}

func (m *memory) Keep(ctx context.Context, ref string, f plan.ItemFields) (plan.Item, error) {
	m.mu.Lock()
	if m.items == nil {
		m.items = map[string]plan.ItemFields{}
	}
	m.items[ref] = f
	m.mu.Unlock()
	return m.Find(ctx, ref)
}

func (m *memory) Reveal(_ context.Context, ref, field string) (plan.Secret, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.items[ref].Secret[field], nil
}
