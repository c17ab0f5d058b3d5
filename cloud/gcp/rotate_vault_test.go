package gcp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/gcp"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/simulator/onepassword"
	"github.com/itbytes/landfall/vault"
)

// The same with the vault itself, over the wire: what the other tests' vault in memory does, it does.
func TestKeysAreRotatedInTheVaultItselfWhateverItsServerLoses(t *testing.T) {
	for name, change := range routes() {
		t.Run(name, func(t *testing.T) {
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
			w := newWorld(t, change)
			w.Cloud = gcp.New(gcp.Options{Haste: 1e6, Endpoint: w.endpoint, Sessions: w.sessions, HTTP: &http.Client{Transport: w.wire}, Keeper: v, Patience: 3 * time.Second})
			b := &bench{world: w, t: t}
			l := landing(t, "mgmt")
			w.land(t, l, "key-itmanagesgcp")
			c := plan.Credential{ID: "itmanagesgcp", Plan: l.Plan, Cloud: plan.GCP, Kind: plan.ServiceKey, Item: credential, Landing: l, Identity: &l.Identities[0]}
			for i, blow := range []*kernel.Fault{nil, {Do: kernel.DoLose, Times: 1}, {Status: 403, After: 1, Times: 1}, {Do: kernel.DoReset, After: 1, Times: 4}, {Do: kernel.DoReset, Times: 4}} {
				id, old := fmt.Sprintf("r%d", i), w.keysOf(t)[0]
				if blow != nil {
					blow.Match.Kind = "write"
					k.Order(*blow)
				}
				var made plan.Key
				proven := func(slot plan.Slot, want *string) {
					b.until("prove the key that is "+string(slot), func() error {
						p, err := w.Prove(t.Context(), c, slot)
						if err == nil && p.Key != *want {
							return fmt.Errorf("the key that is %s is %s, want %s", slot, p.Key, *want)
						}
						return err
					})
				}
				b.until("mint", func() (err error) { made, err = w.Mint(t.Context(), c, id, []string{old}, func(string) {}); return err })
				proven(plan.Staged, &made.ID)
				proven(plan.Current, &old)
				b.until("promote", func() error { return v.Promote(t.Context(), credential, id) })
				proven(plan.Current, &made.ID)
				proven(plan.Previous, &old)
				b.until("disable", func() error { return w.Disable(t.Context(), c, old) })
				b.until("delete", func() error { return w.Delete(t.Context(), c, old) })
				b.until("drop", func() error { return v.Drop(t.Context(), credential, plan.Previous) })
				keys, err := w.Keys(t.Context(), c)
				if err != nil || len(keys) != 1 || keys[0].ID != made.ID || keys[0].Slot != plan.Current {
					t.Fatalf("rotation %s: got %+v, %v; want %s alone and current", id, keys, err, made.ID)
				}
			}
			if o := w.land(t, l, "key-itmanagesgcp")["key-itmanagesgcp"]; o.Change.Op != plan.None {
				t.Errorf("got %s, want the rotated key already so", o.Change.Op)
			}
			if b.most > 2 {
				t.Errorf("%d keys stood at a time", b.most)
			}
		})
	}
}
