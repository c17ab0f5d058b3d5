package aws_test

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/aws"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/simulator/onepassword"
	"github.com/itbytes/landfall/vault"
)

// The same with the vault itself, over the wire: what the other tests' vault in memory does, it does. The landing is looked
// after by the key that is rotated.
func TestKeysAreRotatedInTheVaultItselfWhateverItsServerLoses(t *testing.T) {
	k := kernel.New(kernel.Scenario{
		Latency: map[string]kernel.Duration{"default": 0},
		Estate:  map[string]any{"onepassword": map[string]any{"vaults": []any{map[string]any{"name": "itbytes-internal"}}}},
	})
	connect, err := onepassword.New(k)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(connect.Handler())
	t.Cleanup(srv.Close)
	v := vault.New(vault.Options{Host: srv.URL, Token: plan.NewSecret(connect.Token())})
	w := begin(t, "itbytes", atOnce)
	w.cloud = aws.New(aws.Options{Haste: 1e6, Endpoint: w.url, Sessions: w.dir, Keeper: v, Patience: 5 * time.Second})
	l := morning("prod")
	l.Login = *l.Fallback
	c := plan.Credential{ID: "aws-prod-keys", Plan: l.Plan, Cloud: plan.AWS, Kind: plan.AccessKey, Item: l.Fallback.Item, Landing: l, Login: l.Fallback}
	first, secret := w.vault.current(c.Item)
	if _, err := v.Keep(t.Context(), c.Item, plan.ItemFields{
		Plain: map[string]string{aws.FieldKeyID: first, "owner": "maria"}, Secret: map[string]plan.Secret{aws.FieldSecret: plan.NewSecret(secret)},
	}); err != nil {
		t.Fatal(err)
	}
	b := &bench{world: w, Cloud: w.cloud, c: c}
	for i, blow := range []*kernel.Fault{nil, {Do: kernel.DoLose, Times: 1}, {Status: 403, After: 1, Times: 1}, {Do: kernel.DoReset, After: 1, Times: 4}, {Do: kernel.DoReset, Times: 4}} {
		var made plan.Key
		id := fmt.Sprintf("r%d", i)
		baseline, old, err := b.look()
		if err != nil {
			t.Fatal(err)
		}
		if blow != nil {
			blow.Match.Kind = "write"
			k.Order(*blow)
		}
		proven := func(slot plan.Slot, want *string) {
			b.until("prove the key that is "+string(slot), func() error {
				p, err := w.cloud.Prove(t.Context(), c, slot)
				if err == nil && p.Key != *want {
					return fmt.Errorf("the key that is %s is %s, want %s", slot, p.Key, *want)
				}
				return err
			})
		}
		b.until("mint", func() (err error) { made, err = w.cloud.Mint(t.Context(), c, id, baseline, b.mark); return err })
		proven(plan.Staged, &made.ID)
		proven(plan.Current, &old)
		b.until("promote", func() error { return v.Promote(t.Context(), c.Item, id) })
		proven(plan.Current, &made.ID)
		proven(plan.Previous, &old)
		b.until("disable", func() error { return w.cloud.Disable(t.Context(), c, old) })
		b.until("delete", func() error { return w.cloud.Delete(t.Context(), c, old) })
		b.until("drop", func() error { return v.Drop(t.Context(), c.Item, plan.Previous) })
		keys, err := w.cloud.Keys(t.Context(), c)
		if err != nil || len(keys) != 1 || keys[0].ID != made.ID || keys[0].Slot != plan.Current {
			t.Fatalf("rotation %s: got %+v, %v; want %s alone and current", id, keys, err, made.ID)
		}
	}
	if o, err := w.carry(l, "fallback-key"); err != nil || o.Change.Op != plan.None {
		t.Errorf("got %s, %v; want the rotated key already so", o.Change.Op, err)
	}
	if b.most > 2 {
		t.Errorf("%d keys stood at a time", b.most)
	}
	b.noSecretCameUp()
}
