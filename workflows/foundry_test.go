package workflows_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"go.temporal.io/sdk/testsuite"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/plan"
)

// foundry is a forge for each credential, by the item that keeps it.
type foundry struct {
	forges map[string]*forge
	bearer *bearer // the token by which the vault is asked, once it is the world of a test

	mu       sync.Mutex
	underway map[string]bool // credentials whose new key is made and not current yet
	most     int             // so many of them at a time
}

// newFoundry has a forge for each of a plan's credentials.
func newFoundry(t *testing.T, p *plan.Plan) *foundry {
	t.Helper()
	all, err := p.Credentials()
	if err != nil {
		t.Fatal(err)
	}
	f := &foundry{forges: map[string]*forge{}, underway: map[string]bool{}}
	for _, c := range all {
		f.forges[c.Item] = newForge()
	}
	return f
}

// of is the forge of a credential, by its id.
func (f *foundry) of(id string) *forge { return f.forges["op://v/"+id] }

// raise makes the foundry the world of a test.
func (f *foundry) raise(t *testing.T, e *ear) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	base := newForge()
	env := forgeEnv(t, base, e)
	f.bearer = &base.bearer
	for _, one := range f.forges {
		one.now = env.Now
	}
	smiths := map[plan.Cloud]activities.Smith{plan.AWS: f, plan.Azure: f, plan.GCP: f}
	env.RegisterActivity(&quickRotations{activities.Rotations{Smiths: smiths, Vault: f, Latch: &activities.Latch{Folder: t.TempDir()}}})
	return env
}

func (f *foundry) Keys(ctx context.Context, c plan.Credential) ([]plan.Key, error) {
	return f.forges[c.Item].Keys(ctx, c)
}

func (f *foundry) Mint(ctx context.Context, c plan.Credential, rotation string, baseline []string, mark func(string)) (plan.Key, error) {
	f.mu.Lock()
	f.underway[c.Item] = true
	f.most = max(f.most, len(f.underway))
	f.mu.Unlock()
	return f.forges[c.Item].Mint(ctx, c, rotation, baseline, mark)
}

func (f *foundry) Prove(ctx context.Context, c plan.Credential, slot plan.Slot) (plan.Proof, error) {
	return f.forges[c.Item].Prove(ctx, c, slot)
}

func (f *foundry) Disable(ctx context.Context, c plan.Credential, id string) error {
	return f.forges[c.Item].Disable(ctx, c, id)
}

func (f *foundry) Enable(ctx context.Context, c plan.Credential, id string) error {
	return f.forges[c.Item].Enable(ctx, c, id)
}

func (f *foundry) Delete(ctx context.Context, c plan.Credential, id string) error {
	return f.forges[c.Item].Delete(ctx, c, id)
}

func (f *foundry) Evict(ctx context.Context, c plan.Credential, mark func(string)) (string, error) {
	return f.forges[c.Item].Evict(ctx, c, mark)
}

func (f *foundry) Slots(ctx context.Context, item string) (plan.Slotted, error) {
	return f.forges[item].Slots(ctx, item)
}

func (f *foundry) Promote(ctx context.Context, item, rotation string) error {
	err := f.forges[item].Promote(ctx, item, rotation)
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.underway, item)
	return err
}

func (f *foundry) Revert(ctx context.Context, item, rotation string) error {
	return f.forges[item].Revert(ctx, item, rotation)
}

func (f *foundry) Drop(ctx context.Context, item string, slot plan.Slot) error {
	return f.forges[item].Drop(ctx, item, slot)
}

func (f *foundry) Probe(ctx context.Context, item string) error {
	return f.forges[item].Probe(ctx, item)
}

// robots is a plan of so many credentials, robot-0 and on, each a service account's key.
func robots(n int) *plan.Plan {
	p := &plan.Plan{
		APIVersion: plan.APIVersion, Kind: plan.KindPlan, Metadata: plan.Metadata{Name: "p", Owner: "o"},
		Organisation: plan.Organisation{Slug: "acme", Environments: []string{"prod"}},
		Clouds:       map[plan.Cloud]plan.Home{plan.GCP: {Region: "us-central1", Login: "g", Organization: "organizations/1", Billing: "billingAccounts/01B2C3-D4E5F6-071829"}},
		Logins:       map[string]plan.Login{"g": {Type: "gcp-default"}},
	}
	for i := range n {
		name := fmt.Sprintf("robot-%d", i)
		p.Identities = append(p.Identities, plan.Identity{Name: name, Cloud: plan.GCP, Credential: "op://v/" + name})
	}
	return p
}
