package vault_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/itbytes/landfall/cloud/step"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/simulator/onepassword"
	"github.com/itbytes/landfall/vault"
)

// What a cloud asks of a keeper of secrets, the vault gives.
var _ step.Keeper = (*vault.Vault)(nil)

const ref = "op://itbytes-internal/aws-prod"

// stand is a simulated Connect server and a vault that speaks to it over HTTP.
type stand struct {
	kernel  *kernel.Kernel
	server  *httptest.Server
	connect *onepassword.Vault
	vault   *vault.Vault
}

// world is one vault with a few items, none of them Landfall's.
func world() kernel.Scenario {
	item := func(title, category string) map[string]any {
		return map[string]any{"title": title, "category": category, "fields": []any{map[string]any{"label": "note", "value": "by hand"}}}
	}
	return kernel.Scenario{Name: "vault", Estate: map[string]any{"onepassword": map[string]any{"vaults": []any{
		map[string]any{"name": "itbytes-internal", "items": []any{
			item("by hand", "API_CREDENTIAL"), item("a login", "LOGIN"), item("twice", "API_CREDENTIAL"), item("twice", "API_CREDENTIAL"),
		}},
		map[string]any{"name": "closed", "closed": true},
	}}}}
}

// raise starts a stand; through stands between the vault and the server.
func raise(t *testing.T, s kernel.Scenario, o vault.Options, through ...func(http.Handler) http.Handler) *stand {
	t.Helper()
	k := kernel.New(s)
	c, err := onepassword.New(k)
	if err != nil {
		t.Fatal(err)
	}
	h := c.Handler()
	for _, wrap := range through {
		h = wrap(h)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	o.Host = srv.URL
	if o.Token.Empty() {
		o.Token = plan.NewSecret(c.Token())
	}
	return &stand{kernel: k, server: srv, connect: c, vault: vault.New(o)}
}

// writes lists the operations that changed something.
func (s *stand) writes() []string {
	var out []string
	for _, c := range s.kernel.Calls() {
		if c.Kind == "write" {
			out = append(out, c.Operation)
		}
	}
	return out
}

func (s *stand) keep(t *testing.T, ref string, f plan.ItemFields) plan.Item {
	t.Helper()
	it, err := s.vault.Keep(t.Context(), ref, f)
	if err != nil {
		t.Fatalf("keep %s: %v", ref, err)
	}
	return it
}

// holds fails the test unless the secret field of the item has the value.
func (s *stand) holds(t *testing.T, ref, field, want string) {
	t.Helper()
	got, err := s.vault.Reveal(t.Context(), ref, field)
	if err != nil {
		t.Fatalf("reveal %s of %s: %v", field, ref, err)
	}
	if got.Reveal() != want {
		t.Errorf("%s of %s holds %q, want %q", field, ref, got.Reveal(), want)
	}
}

func key(id, secret string) plan.ItemFields {
	return plan.ItemFields{
		Plain:  map[string]string{"access key id": id},
		Secret: map[string]plan.Secret{"secret access key": plan.NewSecret(secret)},
	}
}

func TestWhatIsKeptIsFoundWithoutItsSecretsAndRevealedWithThem(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	before, err := s.vault.Find(t.Context(), ref)
	if err != nil || before.Exists {
		t.Fatalf("an item that nobody made: got %+v, %v", before, err)
	}
	kept := s.keep(t, ref, key("AKIA1", "one"))
	found, err := s.vault.Find(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if !found.Exists || found.ID != kept.ID || found.Version != kept.Version || found.Version == 0 {
		t.Errorf("found %+v, kept %+v", found, kept)
	}
	if got := found.Fields["access key id"]; got != "AKIA1" {
		t.Errorf("the key id is %q, want AKIA1", got)
	}
	if _, shown := found.Fields["secret access key"]; shown || !found.Holds["secret access key"] {
		t.Errorf("the secret should be held and not shown: %+v", found)
	}
	s.holds(t, ref, "secret access key", "one")
	s.holds(t, ref+"/secret access key", "", "one")
}

func TestKeepingTheSameAgainWritesNothing(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	first := s.keep(t, ref, key("AKIA1", "one"))
	n := len(s.writes())
	second := s.keep(t, ref, key("AKIA1", "one"))
	if got := s.writes()[n:]; len(got) != 0 || second.Version != first.Version {
		t.Errorf("the second time wrote %v and went from version %d to %d", got, first.Version, second.Version)
	}
}

func TestKeepingReplacesTheNamedFieldsAndLeavesTheOthers(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	const ref = "op://itbytes-internal/by hand"
	s.keep(t, ref, key("AKIA1", "one"))
	it := s.keep(t, ref, key("AKIA2", "two"))
	if it.Fields["note"] != "by hand" || it.Fields["access key id"] != "AKIA2" {
		t.Errorf("got %v, want the note as it was and the new key id", it.Fields)
	}
	s.holds(t, ref, "secret access key", "two")
	it = s.keep(t, ref, plan.ItemFields{Plain: map[string]string{"expires": "2027-01-01"}})
	if !it.Holds["secret access key"] {
		t.Errorf("the secret went away when another field was kept: %+v", it)
	}
}

func TestAnItemOfAnotherCategoryIsReadAndNeverChanged(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	const ref = "op://itbytes-internal/a login"
	if it, err := s.vault.Find(t.Context(), ref); err != nil || it.Fields["note"] != "by hand" {
		t.Errorf("find: got %+v, %v", it, err)
	}
	_, err := s.vault.Keep(t.Context(), ref, key("AKIA1", "one"))
	if got := fault.KindOf(err); got != fault.Conflict || len(s.writes()) != 0 {
		t.Errorf("keep: got %v and writes %v, want a conflict and none", err, s.writes())
	}
}

func TestASlowServerIsGivenUpAndTheCallerIsObeyed(t *testing.T) {
	s := raise(t, world(), vault.Options{Timeout: 50 * time.Millisecond})
	s.kernel.Order(kernel.Fault{Match: kernel.Match{Operation: "GetVaultItems"}, Do: kernel.DoHang})
	began := time.Now()
	_, err := s.vault.Find(t.Context(), ref)
	if got := fault.KindOf(err); got != fault.Transient || time.Since(began) > 5*time.Second {
		t.Errorf("after %s: got %v, want a transient fault in about the time-out", time.Since(began), err)
	}
}
