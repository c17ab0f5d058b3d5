package workflows_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// forge is a fake cloud and a fake vault of one credential's keys, in memory.
type forge struct {
	mu    sync.Mutex
	now   func() time.Time
	keys  []plan.Key
	slots plan.Slotted
	made  int
	deeds []string
	// fail refuses a deed; nil lets it be done.
	fail   func(deed string) error
	unread error // why its keys cannot be read, if they cannot
	bearer bearer
}

// bearer is a token by which a vault is asked, or why nothing is known of it.
type bearer struct {
	claims plan.TokenClaims
	err    error
}

func (b *bearer) Token(context.Context) (plan.TokenClaims, error) { return b.claims, b.err }

// newForge has one key, which the vault holds as the current one.
func newForge() *forge {
	return &forge{
		keys:  []plan.Key{{ID: "k0", State: plan.KeyActive, Ours: true, Slot: plan.Current, Tells: true}},
		slots: plan.Slotted{Keys: map[plan.Slot]string{plan.Current: "k0"}, Since: map[plan.Slot]time.Time{}},
	}
}

// do records a deed and refuses it where the test wants it refused.
func (f *forge) do(deed string) error {
	f.deeds = append(f.deeds, deed)
	if f.fail != nil {
		return f.fail(deed)
	}
	return nil
}

func (f *forge) find(id string) *plan.Key {
	i := slices.IndexFunc(f.keys, func(k plan.Key) bool { return k.ID == id })
	if i < 0 {
		return nil
	}
	return &f.keys[i]
}

func (f *forge) Keys(context.Context, plan.Credential) ([]plan.Key, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.unread != nil {
		return nil, f.unread
	}
	out := slices.Clone(f.keys)
	for i := range out {
		out[i].Slot = ""
		for slot, id := range f.slots.Keys {
			if id == out[i].ID {
				out[i].Slot = slot
			}
		}
	}
	return out, nil
}

func (f *forge) Mint(_ context.Context, _ plan.Credential, rotation string, _ []string, mark func(string)) (plan.Key, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.slots.Rotation == rotation && f.slots.Keys[plan.Staged] != "" {
		return *f.find(f.slots.Keys[plan.Staged]), nil
	}
	mark("key")
	if err := f.do("mint"); err != nil {
		return plan.Key{}, err
	}
	f.made++
	k := plan.Key{ID: fmt.Sprintf("k%d", f.made), State: plan.KeyActive, Ours: true}
	f.keys = append(f.keys, k)
	f.slots.Keys[plan.Staged], f.slots.Rotation = k.ID, rotation
	return k, nil
}

func (f *forge) Prove(_ context.Context, _ plan.Credential, slot plan.Slot) (plan.Proof, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := f.slots.Keys[slot]
	if f.fail != nil {
		if err := f.fail("prove " + string(slot)); err != nil {
			return plan.Proof{}, err
		}
	}
	if k := f.find(id); k == nil || k.State != plan.KeyActive {
		return plan.Proof{}, fault.New(fault.SessionExpired, "", "%s is not accepted", id)
	}
	return plan.Proof{Key: id, Who: "robot"}, nil
}

func (f *forge) turn(deed, id string, state plan.KeyState) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do(deed + " " + id); err != nil {
		return err
	}
	if k := f.find(id); k != nil {
		k.State = state
	}
	return nil
}

// spared refuses to take away the key that consumers are given, as a smith does.
func (f *forge) spared(c plan.Credential, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.slots.Keys[plan.Current] == id && !c.Retiring {
		return fault.New(fault.Conflict, "Make another key current first.", "%s is current", id)
	}
	return nil
}

func (f *forge) Disable(_ context.Context, c plan.Credential, id string) error {
	if err := f.spared(c, id); err != nil {
		return err
	}
	return f.turn("disable", id, plan.KeyDisabled)
}

func (f *forge) Enable(_ context.Context, _ plan.Credential, id string) error {
	return f.turn("enable", id, plan.KeyActive)
}

func (f *forge) Delete(_ context.Context, c plan.Credential, id string) error {
	if err := f.spared(c, id); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do("delete " + id); err != nil {
		return err
	}
	f.keys = slices.DeleteFunc(f.keys, func(k plan.Key) bool { return k.ID == id })
	return nil
}

func (f *forge) Evict(context.Context, plan.Credential, func(string)) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return "sessions of an hour", f.do("evict")
}

func (f *forge) Slots(context.Context, string) (plan.Slotted, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := plan.Slotted{Keys: map[plan.Slot]string{}, Since: map[plan.Slot]time.Time{}, Rotation: f.slots.Rotation}
	for k, v := range f.slots.Keys {
		out.Keys[k] = v
	}
	for k, v := range f.slots.Since {
		out.Since[k] = v
	}
	return out, nil
}

func (f *forge) Promote(_ context.Context, _, rotation string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.slots.Keys[plan.Staged] == "" {
		return nil
	}
	if err := f.do("promote"); err != nil {
		return err
	}
	f.slots.Keys[plan.Previous], f.slots.Keys[plan.Current] = f.slots.Keys[plan.Current], f.slots.Keys[plan.Staged]
	f.slots.Since[plan.Previous] = f.now()
	delete(f.slots.Keys, plan.Staged)
	return nil
}

func (f *forge) Revert(context.Context, string, string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do("revert"); err != nil {
		return err
	}
	f.slots.Keys[plan.Current] = f.slots.Keys[plan.Previous]
	delete(f.slots.Keys, plan.Previous)
	return nil
}

func (f *forge) Drop(_ context.Context, _ string, slot plan.Slot) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do("drop " + string(slot)); err != nil {
		return err
	}
	delete(f.slots.Keys, slot)
	return nil
}

func (f *forge) Probe(context.Context, string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.do("probe")
}

func (f *forge) did() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.deeds)
}

func forgeEnv(t *testing.T, f *forge, e *ear) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := workflows.Quiet()
	f.now = env.Now
	f.bearer.claims = plan.TokenClaims{ID: "token1", Server: "server1", Issued: env.Now().Add(-time.Hour), Expires: env.Now().Add(89 * 24 * time.Hour)}
	env.SetWorkerOptions(worker.Options{
		Interceptors:             []interceptor.WorkerInterceptor{&activities.Door{Log: slog.New(slog.DiscardHandler)}},
		DeadlockDetectionTimeout: 10 * time.Second, // a machine that is busy, or slowed by the race detector, is no workflow that never yields
	})
	env.RegisterWorkflowWithOptions(workflows.RotateCredential, workflow.RegisterOptions{Name: workflows.RotateCredentialType})
	env.RegisterWorkflowWithOptions(workflows.RotateCredentials, workflow.RegisterOptions{Name: workflows.RotateCredentialsType})
	env.RegisterWorkflowWithOptions(workflows.CheckPosture, workflow.RegisterOptions{Name: workflows.CheckPostureType})
	env.RegisterWorkflowWithOptions(workflows.KeepLogin, workflow.RegisterOptions{Name: workflows.KeepLoginType})
	smiths := map[plan.Cloud]activities.Smith{plan.AWS: f, plan.Azure: f, plan.GCP: f}
	env.RegisterActivity(&quickRotations{activities.Rotations{Smiths: smiths, Vault: f, Latch: &activities.Latch{Folder: t.TempDir()}}})
	env.RegisterActivity(&activities.Notices{Teller: e})
	env.RegisterActivity(&activities.Vaults{Finder: safe{}, Bearer: &f.bearer, Log: slog.New(slog.DiscardHandler)})
	env.RegisterActivity(&activities.Plans{Check: func(plan.Plan) error { return nil }})
	return env
}

// quickRotations are the rotation's activities in a test that skips time: a proof and a watch take no time of ours.
type quickRotations struct{ activities.Rotations }

func (q *quickRotations) ProveKey(ctx context.Context, in activities.KeyInput) (activities.Proven, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	in.Over = time.Duration(in.Times) * time.Millisecond
	return q.Rotations.ProveKey(ctx, in)
}

func (q *quickRotations) WatchKey(ctx context.Context, in activities.WatchInput) (plan.Canary, error) {
	in.Every, in.For = time.Millisecond, 5*time.Millisecond
	return q.Rotations.WatchKey(ctx, in)
}

func accessKey() plan.Credential {
	return plan.Credential{
		ID: "robot", Plan: "p", Cloud: plan.AWS, Kind: plan.AccessKey, Item: "op://v/robot", Landing: landingIn(plan.AWS, "prod"),
		Grace: 24 * time.Hour, Observe: 24 * time.Hour, MaxAge: 90 * 24 * time.Hour,
	}
}
