package aws_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// bench is a world with the credential of the fallback of prod, and somebody who signs in with its current key all the time.
type bench struct {
	*world
	*aws.Cloud
	c      plan.Credential
	n      int // rotations so far
	most   int // keys that stood at a time
	errors int // deeds that had to be done again
	heard  []string

	mu       sync.Mutex
	probes   int
	failures []string
}

// newBench is a bench whose landing is looked after by single sign-on; own looks after it by the rotated key itself.
func newBench(t *testing.T, own bool, mend ...func(*kernel.Scenario)) *bench {
	t.Helper()
	w := begin(t, "itbytes", append(mend, atOnce)...)
	l := morning("prod")
	if own {
		l.Login = *l.Fallback
	}
	b := &bench{world: w, Cloud: w.cloud, c: plan.Credential{
		ID: "aws-prod-keys", Plan: l.Plan, Cloud: plan.AWS, Kind: plan.AccessKey, Item: l.Fallback.Item, Landing: l, Login: l.Fallback,
	}}
	watched, stop := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { b.watch(watched) })
	t.Cleanup(func() { stop(); done.Wait() })
	return b
}

// watch is a consumer: it reads the key that is current and signs in with it, beside the adapter. The faults that a test
// orders are meant for the adapter, so that a call that breaks off is made again.
func (b *bench) watch(ctx context.Context) {
	for ctx.Err() == nil {
		id, secret := b.vault.current(b.c.Item)
		_, err := sts.NewFromConfig(b.by(id, secret, "")).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		b.mu.Lock()
		if b.probes++; err != nil && ctx.Err() == nil {
			b.failures = append(b.failures, err.Error())
		}
		b.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
}

// by signs with a credential, past the adapter.
func (b *bench) by(id, secret, token string) sdk.Config {
	return sdk.Config{Region: "us-west-2", BaseEndpoint: &b.url, Credentials: credentials.NewStaticCredentialsProvider(id, secret, token)}
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

// keys are the ids of the user's keys, as the simulator shows them.
func (b *bench) keys() map[string]string {
	out := map[string]string{}
	account := b.k.State()["aws"].(map[string]any)["accounts"].(map[string]any)["862973411383"].(map[string]any)
	user := account["iam"].(map[string]any)["users"].(map[string]any)["landfall-fallback"].(map[string]any)
	for id, state := range user["accessKeys"].(map[string]any) {
		out[id] = state.(string)
	}
	return out
}

// until does a deed again until it succeeds, as the workflow would, and looks at the keys each time.
func (b *bench) until(what string, deed func() error) {
	b.t.Helper()
	var err error
	for tries := range 100 {
		time.Sleep(time.Duration(min(tries, 4)) * 5 * time.Millisecond)
		err = deed()
		b.most = max(b.most, len(b.keys()))
		if err == nil {
			return
		}
		b.errors++
		b.heard = append(b.heard, err.Error())
	}
	b.t.Fatalf("%s: %v", what, err)
}

func (b *bench) mark(what string) { b.heard = append(b.heard, what) }

// look reads the keys as a rotation does before it makes one.
func (b *bench) look() (baseline []string, old string, err error) {
	keys, err := b.Keys(b.t.Context(), b.c)
	for _, k := range keys {
		baseline = append(baseline, k.ID)
		if k.Slot == plan.Current {
			old = k.ID
		}
	}
	if err == nil && old == "" {
		err = fmt.Errorf("no current key among %+v", keys)
	}
	return baseline, old, err
}

// rotate takes the credential through a whole rotation, every deed as often as it takes, in the workflow's order.
func (b *bench) rotate(compromised bool) {
	b.t.Helper()
	b.n++
	ctx, id, old := b.t.Context(), fmt.Sprintf("r%d", b.n), ""
	var baseline []string
	var made plan.Key
	b.until("look", func() (err error) { baseline, old, err = b.look(); return err })
	b.until("mint", func() (err error) { made, err = b.Mint(ctx, b.c, id, baseline, b.mark); return err })
	b.until("prove the new key", func() error {
		p, err := b.Prove(ctx, b.c, plan.Staged)
		if err == nil && p.Key != made.ID {
			return fmt.Errorf("proved %s, and made %s", p.Key, made.ID)
		}
		return err
	})
	b.until("promote", func() error { return b.vault.Promote(ctx, b.c.Item, id) })
	b.until("prove the current key", func() error { _, err := b.Prove(ctx, b.c, plan.Current); return err })
	b.grace()
	b.until("disable", func() error { return b.Disable(ctx, b.c, old) })
	if compromised {
		b.until("evict", func() error { _, err := b.Evict(ctx, b.c, b.mark); return err })
	}
	b.until("delete", func() error { return b.Delete(ctx, b.c, old) })
	b.until("drop", func() error { return b.vault.Drop(ctx, b.c.Item, plan.Previous) })
}

// sound fails unless exactly the vault's current key stands and nobody ever failed to sign in.
func (b *bench) sound(what string) {
	b.t.Helper()
	held, err := b.vault.Slots(b.t.Context(), b.c.Item)
	if err != nil {
		b.t.Fatal(err)
	}
	if got := b.keys(); len(got) != 1 || got[held.Keys[plan.Current]] != "Active" || len(held.Keys) != 1 {
		b.t.Fatalf("%s: got the keys %v and the vault's %v, want the current one alone", what, got, held.Keys)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.failures) > 0 {
		b.t.Errorf("%s: of %d sign-ins with the current key %d failed: %s", what, b.probes, len(b.failures), b.failures[0])
		b.failures = nil
	}
}

// noSecretCameUp fails where an error or a mark held a secret that AWS has given out.
func (b *bench) noSecretCameUp() {
	b.t.Helper()
	secrets := b.k.Secrets()
	if len(secrets) < b.n {
		b.t.Fatalf("AWS gave out %d secrets in %d rotations", len(secrets), b.n)
	}
	all := strings.Join(b.heard, "\n")
	for _, s := range secrets {
		if strings.Contains(all, s.Value) {
			b.t.Errorf("a secret of %s came up in what was said", s.ID)
		}
	}
}

// somebodys makes a key of the user by hand.
func (b *bench) somebodys() (id, secret string) {
	b.t.Helper()
	key, half := b.vault.current(b.c.Item)
	got, err := iam.NewFromConfig(b.by(key, half, "")).CreateAccessKey(b.t.Context(), &iam.CreateAccessKeyInput{UserName: sdk.String("landfall-fallback")})
	if err != nil {
		b.t.Fatal(err)
	}
	return *got.AccessKey.AccessKeyId, *got.AccessKey.SecretAccessKey
}
