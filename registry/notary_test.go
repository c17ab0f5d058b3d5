package registry_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/registry"
)

const item = "op://itbytes-internal/landfall-registry"

// keeper is a vault in memory.
type keeper struct {
	mu    sync.Mutex
	items map[string]plan.ItemFields
	kept  int
	lost  int // how many answers of Keep are lost, after the deed
}

func newKeeper() *keeper { return &keeper{items: map[string]plan.ItemFields{}} }

func (k *keeper) Find(_ context.Context, ref string) (plan.Item, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, there := k.items[ref]
	it := plan.Item{Exists: there, Fields: maps.Clone(f.Plain), Holds: map[string]bool{}}
	for name := range f.Secret {
		it.Holds[name] = true
	}
	return it, nil
}

func (k *keeper) Keep(ctx context.Context, ref string, f plan.ItemFields) (plan.Item, error) {
	k.mu.Lock()
	was := k.items[ref]
	now := plan.ItemFields{Plain: map[string]string{}, Secret: map[string]plan.Secret{}}
	for _, from := range []plan.ItemFields{was, f} {
		maps.Copy(now.Plain, from.Plain)
		maps.Copy(now.Secret, from.Secret)
	}
	k.items[ref] = now
	k.kept++
	lost := k.lost > 0
	if lost {
		k.lost--
	}
	k.mu.Unlock()
	if lost {
		return plan.Item{}, fault.New(fault.Transient, "", "no answer")
	}
	return k.Find(ctx, ref)
}

func (k *keeper) Reveal(_ context.Context, ref, field string) (plan.Secret, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.items[ref].Secret[field], nil
}

// sealed is the registry of two rows, in an order of its own.
func sealed(ctx context.Context, n *registry.Notary, order ...int) (plan.Sealed, error) {
	at := time.Date(2026, 5, 4, 6, 54, 0, 0, time.UTC)
	all := []plan.Row{
		{Project: "aws-mgmt", Cloud: plan.AWS, Kind: "landing", ID: "379047601618", Plan: "itbytes", Version: 1, Updated: at, Attributes: map[string]string{"b": "2", "a": "<1>"}},
		{Project: "it4bytes-prod-core", Cloud: plan.GCP, Kind: "landing", ID: "it4bytes-prod-core", Plan: "itbytes", Version: 2, Updated: at.Add(time.Minute)},
	}
	var rows []plan.Row
	for _, i := range order {
		rows = append(rows, all[i])
	}
	l := home()
	l.Adopt.ID = "379047601618"
	return n.Seal(ctx, "itbytes", l, plan.Registry{Table: "itinfra-connections", SigningKey: item}, rows)
}

func TestTheSameRegistryIsTheSameExportWheneverItIsMade(t *testing.T) {
	k := newKeeper()
	n := registry.NewNotary(k)
	first, err := sealed(t.Context(), n, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	again, err := sealed(t.Context(), n, 1, 0)
	if err != nil || string(again.Envelope) != string(first.Envelope) || again.Digest != first.Digest {
		t.Errorf("got %s and %s, %v; want the same bytes", first.Digest, again.Digest, err)
	}
	if want := time.Date(2026, 5, 4, 6, 55, 0, 0, time.UTC); !first.AsOf.Equal(want) {
		t.Errorf("as of %s, want the newest row's %s", first.AsOf, want)
	}
	if other, err := sealed(t.Context(), n, 0); err != nil || other.Digest == first.Digest {
		t.Errorf("another registry has the digest %s, %v; want another", other.Digest, err)
	}
	if k.kept != 1 {
		t.Errorf("the vault was written %d times, want once, for the key", k.kept)
	}
	e, proof, err := n.Open(t.Context(), item, first.Envelope)
	if err != nil || len(e.Rows) != 2 || e.Rows[0].Attributes["a"] != "<1>" || e.Account != "379047601618" || proof.Key != first.Key || proof.Digest != first.Digest {
		t.Errorf("opened %+v, %+v, %v; want what was sealed", e, proof, err)
	}
}

func TestAChangedExportOrAnotherKeysShowsNothing(t *testing.T) {
	k := newKeeper()
	n := registry.NewNotary(k)
	s, err := sealed(t.Context(), n, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal(s.Envelope, &e); err != nil {
		t.Fatal(err)
	}
	payload, err := base64.StdEncoding.DecodeString(e["payload"].(string))
	if err != nil {
		t.Fatal(err)
	}
	e["payload"] = base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(payload), "379047601618", "666666666666", 1)))
	changed, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	other := registry.NewNotary(newKeeper())
	foreign, err := sealed(t.Context(), other, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"a changed byte": changed, "another key's": foreign.Envelope, "no envelope": []byte("{}"), "nothing": nil} {
		got, _, err := n.Open(t.Context(), item, b)
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "is not believed") || len(got.Rows) != 0 {
			t.Errorf("%s: got %d rows, %v; want a fault that says so and nothing shown", name, len(got.Rows), err)
		}
	}
	if _, _, err := n.Open(t.Context(), "op://itbytes-internal/none", s.Envelope); fault.KindOf(err) != fault.Conflict {
		t.Errorf("without a public key: %v, want it refused", err)
	}
}

func TestAKeyWhoseRecordWasLostIsFoundAndNoSecondOneIsMade(t *testing.T) {
	k := newKeeper()
	k.lost = 1
	n := registry.NewNotary(k)
	if _, err := sealed(t.Context(), n, 0); fault.KindOf(err) != fault.Transient {
		t.Fatalf("got %v, want the lost answer told", err)
	}
	first := k.items[item].Secret["private key"].Reveal()
	s, err := sealed(t.Context(), n, 0)
	if err != nil || k.items[item].Secret["private key"].Reveal() != first || k.kept != 1 {
		t.Errorf("%v, kept %d times; want the key that was made", err, k.kept)
	}
	if k.items[item].Plain["fingerprint"] != s.Key {
		t.Errorf("the item is marked %q, want %q", k.items[item].Plain["fingerprint"], s.Key)
	}
}

func TestAnItemThatIsNotWholeIsNeitherSignedWithNorOverwritten(t *testing.T) {
	whole := func() (*keeper, plan.ItemFields) {
		k := newKeeper()
		if _, err := sealed(t.Context(), registry.NewNotary(k), 0); err != nil {
			t.Fatal(err)
		}
		return k, k.items[item]
	}
	_, foreign := whole()
	for name, change := range map[string]func(f *plan.ItemFields){
		"no private key":       func(f *plan.ItemFields) { delete(f.Secret, "private key") },
		"another's public key": func(f *plan.ItemFields) { f.Plain["public key"] = foreign.Plain["public key"] },
		"no key at all":        func(f *plan.ItemFields) { f.Secret["private key"] = plan.NewSecret("correct horse battery staple") },
	} {
		k, f := whole()
		change(&f)
		kept := k.kept
		_, err := sealed(t.Context(), registry.NewNotary(k), 0)
		if fault.KindOf(err) != fault.Conflict || k.kept != kept {
			t.Errorf("%s: %v, the vault written %d times; want it refused and left alone", name, err, k.kept-kept)
		}
		if err != nil && strings.Contains(fmt.Sprintf("%v %+v", err, fault.As(err)), "battery") {
			t.Errorf("%s: the error quotes the secret", name)
		}
	}
	k, f := whole()
	delete(f.Plain, "public key")
	s, err := sealed(t.Context(), registry.NewNotary(k), 0)
	if err != nil || !strings.HasPrefix(k.items[item].Plain["public key"], "-----BEGIN PUBLIC KEY-----") {
		t.Errorf("%v, %q; want the public half put beside a private key that a person brought", err, k.items[item].Plain)
	}
	if _, _, err := registry.NewNotary(k).Open(t.Context(), item, s.Envelope); err != nil {
		t.Errorf("open: %v", err)
	}
}

func TestThePrivateKeyIsInNoResultAndNoError(t *testing.T) {
	k := newKeeper()
	s, err := sealed(t.Context(), registry.NewNotary(k), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	private := strings.Fields(strings.ReplaceAll(k.items[item].Secret["private key"].Reveal(), "PRIVATE KEY", ""))[1]
	if strings.Contains(string(b)+string(s.Envelope), private) || private == "" {
		t.Error("the private key is in what is sealed")
	}
}

// docs/decisions/0009 tells how to believe an export without Landfall, by OpenSSL alone.
func TestAnExportIsBelievedByOpenSSLToo(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("there is no openssl here")
	}
	k := newKeeper()
	s, err := sealed(t.Context(), registry.NewNotary(k), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	var e struct {
		PayloadType string
		Payload     []byte
		Signatures  []struct{ Sig []byte }
	}
	if err := json.Unmarshal(s.Envelope, &e); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	signed := fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(e.PayloadType), e.PayloadType, len(e.Payload), e.Payload)
	judge := func(signed []byte) error {
		return exec.CommandContext(t.Context(), openssl, "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", write("key.pem", []byte(k.items[item].Plain["public key"])),
			"-in", write("signed", signed), "-sigfile", write("sig", e.Signatures[0].Sig)).Run()
	}
	if err := judge(signed); err != nil {
		t.Errorf("openssl does not believe it: %v", err)
	}
	if err := judge(append(slices.Clone(signed), ' ')); err == nil {
		t.Error("openssl believes what was changed")
	}
}
