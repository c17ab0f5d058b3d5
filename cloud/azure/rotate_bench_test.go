package azure_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/azure"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/simulator/onepassword"
	keeping "github.com/itbytes/landfall/vault"
)

// bench is a world whose identity has its first credential in a real vault, with somebody who signs in with the current one all
// the time, by a way into the vault and the tenant that nothing strikes.
type bench struct {
	*world
	c     plan.Credential
	keep  *keeping.Vault // as the adapter reaches it
	clean *keeping.Vault
	step  carried  // the credential's step, as it was carried out
	told  []string // its evidence

	n      int // rotations so far
	most   int // credentials that stood at a time
	errors int // deeds that had to be done again
	heard  []string

	strike sync.Mutex
	how    string // what happens to the call of the vault that is left calls away
	left   int
	calls  int // of the vault

	mu       sync.Mutex
	probes   int
	failures []string
	seen     []string // lines of private keys, and secrets
}

// newBench is a bench whose identity has a credential of a kind.
func newBench(t *testing.T, kind plan.CredentialKind, change ...func(*kernel.Scenario)) *bench {
	t.Helper()
	swift := func(s *kernel.Scenario) {
		s.Scale, s.Latency = new(float64), map[string]kernel.Duration{"azure": 0, "onepassword": 0}
		s.Estate["onepassword"] = map[string]any{"vaults": []any{map[string]any{"name": "itbytes-internal"}}}
	}
	b := &bench{world: morning(t, append([]func(*kernel.Scenario){swift}, change...)...), left: -1}
	connect, err := onepassword.New(b.kernel)
	if err != nil {
		t.Fatal(err)
	}
	reach := func(h http.Handler, patience time.Duration) *keeping.Vault {
		srv := httptest.NewServer(h)
		t.Cleanup(srv.Close)
		return keeping.New(keeping.Options{Host: srv.URL, Token: plan.NewSecret(connect.Token()), Timeout: patience, Pause: time.Millisecond})
	}
	b.keep, b.clean = reach(b.struck(connect.Handler()), 150*time.Millisecond), reach(connect.Handler(), time.Minute)
	b.azure = azure.New(azure.Options{Haste: 1e6, Endpoint: b.url, Sessions: b.sessions, Keeper: b.keep, Patience: 2 * time.Second, HTTP: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}}) // else a read whose connection breaks is asked anew unseen
	l := landings(t)[2]
	id := &l.Identities[0]
	id.CredentialType = map[plan.CredentialKind]string{plan.EntraSecret: "secret", plan.EntraCertificate: "certificate"}[kind]
	b.c = plan.Credential{ID: strings.ToLower(id.Name), Plan: l.Plan, Cloud: plan.Azure, Kind: kind, Item: id.Credential, Landing: l, Identity: id}
	facts := map[string]string{}
	for _, s := range b.azure.Steps(l) {
		if s.Chapter != plan.Identify || strings.HasPrefix(s.Name, "role-") || strings.HasPrefix(s.Name, "federation-") {
			continue
		}
		task := plan.Task{Landing: l, Step: s, Key: l.Plan + "/" + l.ID() + "/" + s.Name, Facts: facts}
		out, err := b.carry(task)
		if err != nil || out.State != plan.StepDone {
			t.Fatalf("%s: got %s %v", s.Name, out.State, err)
		}
		for k, v := range out.Facts {
			facts[k] = v
		}
		b.step, b.told = carried{task, plan.Deed{Change: out.Change, Receipt: out.Receipt}}, out.Evidence
	}
	watched, stop := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { b.watch(watched) })
	t.Cleanup(func() { stop(); done.Wait() })
	return b
}

// struck is the vault as it fails: once, at the call that strike has named.
func (b *bench) struck(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.strike.Lock()
		b.calls++
		how := ""
		if b.left == 0 {
			how = b.how
		}
		b.left--
		if b.how == "read-only" && b.left < 0 && r.Method != http.MethodGet {
			how = "refuse"
			if b.left < -6 {
				b.how = ""
			}
		}
		b.strike.Unlock()
		switch how {
		case "lose":
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case "reset":
			panic(http.ErrAbortHandler)
		case "down":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "refuse":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"status":403,"message":"Authorization: token does not have permission to perform update on vault"}`))
		case "slow":
			next.ServeHTTP(httptest.NewRecorder(), r) // it is carried out, and the answer comes after whoever asked has gone
			time.Sleep(200 * time.Millisecond)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// watch is a consumer: it reads the credential that is current and signs in with it, beside the adapter under test.
func (b *bench) watch(ctx context.Context) {
	beside := azure.New(azure.Options{Haste: 1e6, Endpoint: b.url, Sessions: b.sessions, Keeper: b.clean})
	for ctx.Err() == nil {
		_, err := beside.Prove(ctx, b.c, plan.Current)
		if fault.KindOf(err) == fault.Transient { // the machine is busy
			err = nil
		}
		b.remember(ctx)
		b.mu.Lock()
		if b.probes++; err != nil && ctx.Err() == nil {
			b.failures = append(b.failures, err.Error())
		}
		b.mu.Unlock()
		time.Sleep(15 * time.Millisecond)
	}
}

// remember keeps what must not come up anywhere: the secrets of every slot.
func (b *bench) remember(ctx context.Context) {
	field := map[plan.CredentialKind]string{plan.EntraSecret: "client secret", plan.EntraCertificate: "private key"}[b.c.Kind]
	for _, at := range []string{b.c.Item, b.c.Item + "/pending"} {
		f, err := b.clean.RevealAll(ctx, at, field)
		if err != nil {
			continue
		}
		b.mu.Lock()
		for line := range strings.Lines(f[field].Reveal()) {
			if line = strings.TrimSpace(line); len(line) >= 20 && !strings.Contains(line, "-----") {
				b.seen = append(b.seen, line)
			}
		}
		b.mu.Unlock()
	}
}

// grace waits until a consumer that has read the vault before now has read it anew.
func (b *bench) grace() {
	b.mu.Lock()
	since := b.probes
	b.mu.Unlock()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		b.mu.Lock()
		read := b.probes >= since+2
		b.mu.Unlock()
		if read {
			return
		}
	}
	b.t.Error("nobody signs in any more")
}

// ids are the application's credentials as they stand, read past the wire.
func (b *bench) ids() []string {
	var out []string
	for _, a := range object(b.stands("azure", "applications")) {
		for _, part := range []string{"passwordCredentials", "keyCredentials"} {
			for _, k := range list(object(a)[part]) {
				out = append(out, object(k)["keyId"].(string))
			}
		}
	}
	return out
}

// until does a deed again until it succeeds, as the workflow would, and looks at what stands each time.
func (b *bench) until(what string, deed func() error) {
	b.t.Helper()
	var err error
	for tries := range 200 {
		time.Sleep(time.Duration(min(tries, 4)) * 5 * time.Millisecond)
		err = deed()
		b.most = max(b.most, len(b.ids()))
		if err == nil {
			return
		}
		b.errors++
		b.heard = append(b.heard, err.Error())
	}
	b.t.Fatalf("%s: %v", what, err)
}

// rotate takes the credential through a whole rotation, every deed as often as it takes, in the workflow's order.
func (b *bench) rotate() {
	b.t.Helper()
	ctx := b.t.Context()
	b.n++
	id, old := fmt.Sprintf("r%d", b.n), ""
	var baseline []string
	var made plan.Key
	b.until("look", func() error {
		ks, err := b.azure.Keys(ctx, b.c)
		baseline, old = nil, ""
		for _, k := range ks {
			baseline = append(baseline, k.ID)
			if k.Slot == plan.Current {
				old = k.ID
			}
		}
		if err == nil && old == "" {
			return fmt.Errorf("no current credential among %+v", ks)
		}
		return err
	})
	b.until("probe", func() error { return b.keep.Probe(ctx, b.c.Item) })
	b.until("mint", func() (err error) {
		made, err = b.azure.Mint(ctx, b.c, id, baseline, func(what string) { b.heard = append(b.heard, what) })
		return err
	})
	b.until("prove the new one", func() error {
		p, err := b.azure.Prove(ctx, b.c, plan.Staged)
		if err == nil && p.Key != made.ID {
			return fmt.Errorf("proved %s, and made %s", p.Key, made.ID)
		}
		return err
	})
	b.until("promote", func() error { return b.keep.Promote(ctx, b.c.Item, id) })
	b.until("prove the current one", func() error { _, err := b.azure.Prove(ctx, b.c, plan.Current); return err })
	b.grace()
	b.until("delete", func() error { return b.azure.Delete(ctx, b.c, old) })
	b.until("drop", func() error { return b.keep.Drop(ctx, b.c.Item, plan.Previous) })
}

// sound fails unless exactly the vault's current credential stands and nobody ever failed to sign in.
func (b *bench) sound(what string) {
	b.t.Helper()
	held, err := b.clean.Slots(b.t.Context(), b.c.Item)
	if err != nil {
		b.t.Fatal(err)
	}
	if got := b.ids(); len(got) != 1 || got[0] != held.Keys[plan.Current] || len(held.Keys) != 1 {
		b.t.Errorf("%s: got the credentials %v and the vault's %v, want the current one alone", what, got, held.Keys)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.failures) > 0 {
		b.t.Errorf("%s: of %d sign-ins with the current credential %d failed: %s", what, b.probes, len(b.failures), b.failures[0])
		b.failures = nil
	}
}

// noSecretCameUp fails where an error or a mark told a secret that the vault or the tenant has ever had.
func (b *bench) noSecretCameUp() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	told, all := strings.Join(b.heard, "\n"), b.seen
	for _, s := range b.kernel.Secrets() {
		all = append(all, s.Value)
	}
	if len(b.seen) == 0 || told == "" {
		b.t.Error("nothing was looked for, or nothing was told")
	}
	for _, s := range all {
		if strings.Contains(told, s) {
			b.t.Errorf("a secret of %d letters was told", len(s))
		}
	}
}

// aged is a vault whose keys are there since long ago.
type aged struct{ *keeping.Vault }

func (v aged) Slots(ctx context.Context, item string) (plan.Slotted, error) {
	out, err := v.Vault.Slots(ctx, item)
	for slot := range out.Since {
		out.Since[slot] = time.Now().Add(-time.Hour)
	}
	return out, err
}
