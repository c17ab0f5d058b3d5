package gcp_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2/google"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// bench is a world whose identity has its first key, with somebody who signs in with the vault's current key all the time.
type bench struct {
	*world
	t      *testing.T
	c      plan.Credential
	n      int // rotations so far
	most   int // keys that stood at a time
	errors int // deeds that had to be done again

	mu       sync.Mutex
	probes   int
	failures []string
}

func newBench(t *testing.T, change func(*kernel.Scenario, map[string]any)) *bench {
	t.Helper()
	w := newWorld(t, change)
	l := landing(t, "mgmt")
	w.land(t, l, "key-itmanagesgcp")
	b := &bench{world: w, t: t, c: plan.Credential{
		ID: "itmanagesgcp", Plan: l.Plan, Cloud: plan.GCP, Kind: plan.ServiceKey, Item: credential, Landing: l, Identity: &l.Identities[0],
	}}
	b.until("the first key is known everywhere", func() error { _, err := b.Prove(t.Context(), b.c, plan.Current); return err })
	watched, stop := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { b.watch(watched) })
	t.Cleanup(func() { stop(); done.Wait() })
	return b
}

// watch is a consumer: it reads the key file that is current and signs in with it, beside the adapter.
func (b *bench) watch(ctx context.Context) {
	for ctx.Err() == nil {
		b.keeper.mu.Lock()
		file := b.keeper.items[b.c.Item].Secret["key file"]
		b.keeper.mu.Unlock()
		err := signIn(ctx, file)
		b.mu.Lock()
		if b.probes++; err != nil && ctx.Err() == nil {
			b.failures = append(b.failures, err.Error())
		}
		b.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
}

func signIn(ctx context.Context, file plan.Secret) error {
	c, err := google.JWTConfigFromJSON([]byte(file.Reveal()), "https://www.googleapis.com/auth/cloud-platform")
	if err != nil {
		return errors.New("the key file cannot be read")
	}
	_, err = c.TokenSource(ctx).Token()
	return err
}

// grace waits until a consumer that has read the vault before now has read it anew.
func (b *bench) grace() {
	b.mu.Lock()
	since := b.probes
	b.mu.Unlock()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		b.mu.Lock()
		read := b.probes >= since+2
		b.mu.Unlock()
		if read {
			return
		}
	}
	b.t.Error("nobody signs in any more")
}

// until does a deed again until it succeeds, as the workflow would, and looks at the keys each time.
func (b *bench) until(what string, deed func() error) {
	b.t.Helper()
	var err error
	for tries := range 200 {
		time.Sleep(time.Duration(min(tries, 4)) * 5 * time.Millisecond)
		err = deed()
		b.most = max(b.most, len(b.keysOf(b.t)))
		if err == nil {
			return
		}
		b.errors++
		b.hear(err.Error())
	}
	b.t.Fatalf("%s: %v", what, err)
}

// rotate takes the credential through a whole rotation, every deed as often as it takes, in the workflow's order.
func (b *bench) rotate() {
	b.t.Helper()
	b.n++
	id, old := fmt.Sprintf("r%d", b.n), ""
	var baseline []string
	var made plan.Key
	mark := func(what string) { b.hear(what) }
	b.until("look", func() error {
		keys, err := b.Keys(b.t.Context(), b.c)
		baseline, old = nil, ""
		for _, k := range keys {
			baseline = append(baseline, k.ID)
			if k.Slot == plan.Current {
				old = k.ID
			}
		}
		if err == nil && old == "" {
			return fmt.Errorf("no current key among %+v", keys)
		}
		return err
	})
	b.until("mint", func() (err error) { made, err = b.Mint(b.t.Context(), b.c, id, baseline, mark); return err })
	b.until("prove the new key", func() error {
		p, err := b.Prove(b.t.Context(), b.c, plan.Staged)
		if err == nil && p.Key != made.ID {
			return fmt.Errorf("proved %s, and made %s", p.Key, made.ID)
		}
		return err
	})
	b.until("promote", func() error { return b.keeper.Promote(b.t.Context(), b.c.Item, id) })
	b.until("prove the current key", func() error { _, err := b.Prove(b.t.Context(), b.c, plan.Current); return err })
	b.grace()
	b.until("disable", func() error { return b.Disable(b.t.Context(), b.c, old) })
	b.until("delete", func() error { return b.Delete(b.t.Context(), b.c, old) })
	b.until("drop", func() error { return b.keeper.Drop(b.t.Context(), b.c.Item, plan.Previous) })
}

// sound fails unless exactly the vault's current key stands and nobody ever failed to sign in.
func (b *bench) sound(what string) {
	b.t.Helper()
	held, err := b.keeper.Slots(b.t.Context(), b.c.Item)
	if err != nil {
		b.t.Fatal(err)
	}
	if got := b.keysOf(b.t); len(got) != 1 || got[0] != held.Keys[plan.Current] || len(held.Keys) != 1 {
		b.t.Errorf("%s: got the keys %v and the vault's %v, want the current one alone", what, got, held.Keys)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.failures) > 0 {
		b.t.Errorf("%s: of %d sign-ins with the current key %d failed: %s", what, b.probes, len(b.failures), b.failures[0])
		b.failures = nil
	}
}
