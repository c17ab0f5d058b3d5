package vault_test

import (
	"net/http"
	"testing"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/vault"
)

func (s *stand) calls() int { return len(s.kernel.Calls()) }

func TestASecretThatIsReadAgainTakesOneCallAndIsReadAnew(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, key("AKIA1", "one"))
	s.holds(t, ref, "secret access key", "one")
	before := s.calls()
	s.holds(t, ref, "secret access key", "one")
	if n := s.calls() - before; n != 1 {
		t.Errorf("the second reading took %d calls, want one", n)
	}
	s.keep(t, ref, key("AKIA2", "two"))
	s.holds(t, ref, "secret access key", "two")
}

func TestAnItemThatIsNoMoreWhereItWasIsLookedUp(t *testing.T) {
	s := raise(t, world(), vault.Options{})
	s.keep(t, ref, key("AKIA1", "one"))
	s.holds(t, ref, "secret access key", "one")
	_, path := s.read(t, "aws-prod")
	s.remove(t, path)
	s.byHand(t, "aws-prod", `"fields":[{"id":"b","label":"secret access key","type":"CONCEALED","value":"theirs"}]`)
	s.holds(t, ref, "secret access key", "theirs")

	it, path := s.read(t, "aws-prod")
	s.ask(t, "PATCH", path, `[{"op":"replace","path":"/title","value":"another"}]`, &it)
	if _, err := s.vault.Reveal(t.Context(), ref, "secret access key"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v, want that there is no item of that name any more", err)
	}
}

// remove takes an item away as a person would.
func (s *stand) remove(t *testing.T, path string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, s.server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.connect.Token())
	answer, err := s.server.Client().Do(r)
	if err != nil || answer.StatusCode != http.StatusNoContent {
		t.Fatalf("%v, %v; want it gone", answer, err)
	}
	_ = answer.Body.Close()
}
