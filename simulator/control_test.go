package simulator_test

import (
	"strings"
	"testing"

	"github.com/itbytes/landfall/simulator/kernel"
)

func TestEveryCallIsToldInItsOrder(t *testing.T) {
	s := listen(t, world())
	s.create(t, "one")
	_, answer := s.order(t, "GET", "/sim/calls", nil)
	calls := answer["calls"].([]any)
	want := []map[string]any{
		{"cloud": "onepassword", "scope": "", "service": "connect", "operation": "GetVaults", "kind": "read", "status": 200.0},
		{"cloud": "onepassword", "scope": "itbytes-internal", "service": "connect", "operation": "CreateVaultItem", "kind": "write", "status": 200.0},
	}
	if len(calls) != len(want) {
		t.Fatalf("got %d calls, want %d: %v", len(calls), len(want), calls)
	}
	for i, w := range want {
		c := calls[i].(map[string]any)
		for name, value := range w {
			if c[name] != value {
				t.Errorf("call %d: %s is %v, want %v", i, name, c[name], value)
			}
		}
		if c["time"] == "" {
			t.Errorf("call %d has no time", i)
		}
	}
}

func TestTheStateShowsWhatStandsAndNoValue(t *testing.T) {
	w := world()
	w.Estate["onepassword"].(map[string]any)["vaults"].([]any)[0].(map[string]any)["items"] = []any{
		map[string]any{"title": "stands", "fields": []any{map[string]any{"label": "key", "type": "CONCEALED"}, map[string]any{"label": "user", "value": "ci-bot"}}},
	}
	s := listen(t, w)
	_, state := s.order(t, "GET", "/sim/state", nil)
	item := state["onepassword"].(map[string]any)["vaults"].(map[string]any)["itbytes-internal"].(map[string]any)["items"].([]any)[0].(map[string]any)
	if item["title"] != "stands" || item["version"] != 1.0 || len(item["fields"].([]any)) != 2 {
		t.Errorf("got %v", item)
	}
	if got := state["logins"].(map[string]any)["connect"]; got != "ok" {
		t.Errorf("the login is %v, want ok", got)
	}
	_, told := s.order(t, "GET", "/sim/secrets", nil)
	minted := told["secrets"].([]any)
	if len(minted) != 3 {
		t.Fatalf("%d secrets were minted, want the generated field, the token and the secret inside it", len(minted))
	}
	for _, m := range minted {
		value := m.(map[string]any)["value"].(string)
		if len(value) < 16 {
			t.Errorf("the secret %v is too short to be looked for", m)
		}
		if shown := dump(t, state); strings.Contains(shown, value) || strings.Contains(shown, "ci-bot") {
			t.Errorf("the state shows a value: %s", shown)
		}
	}
}

func TestALoginThatExpiresShutsTheDoorUntilItIsMended(t *testing.T) {
	s := listen(t, world())
	for _, step := range []struct {
		state string
		want  int
	}{{"expired", 401}, {"locked", 403}, {"ok", 200}} {
		if status, answer := s.order(t, "POST", "/sim/logins/connect", map[string]string{"state": step.state}); status != 200 {
			t.Fatalf("order %s: got %d %v", step.state, status, answer)
		}
		if got := s.vaults(t, t.Context()); got != step.want {
			t.Errorf("while %s: got %d, want %d", step.state, got, step.want)
		}
		_, state := s.order(t, "GET", "/sim/state", nil)
		if got := state["logins"].(map[string]any)["connect"]; got != step.state {
			t.Errorf("the state says %v, want %s", got, step.state)
		}
	}
}

func TestPeopleDoWhatNoInterfaceCan(t *testing.T) {
	s := listen(t, world())
	act := kernel.Act{Cloud: "onepassword", Do: "createVault", With: map[string]string{"vault": "another"}}
	if status, answer := s.order(t, "POST", "/sim/people", act); status != 200 {
		t.Fatalf("got %d %v", status, answer)
	}
	_, state := s.order(t, "GET", "/sim/state", nil)
	if _, stands := state["onepassword"].(map[string]any)["vaults"].(map[string]any)["another"]; !stands {
		t.Errorf("no such vault in %v", state)
	}
}

func TestOrdersThatCannotBeCarriedOutAreRefusedInASentence(t *testing.T) {
	s := listen(t, world())
	for _, c := range []struct {
		method, path string
		body         any
		want         int
		says         string
	}{
		{"POST", "/sim/faults", map[string]any{"match": map[string]any{"cloud": "awz"}}, 400, "awz"},
		{"POST", "/sim/faults", map[string]any{"do": "explode"}, 400, "explode"},
		{"POST", "/sim/faults", map[string]any{"match": map[string]any{"kind": "delete"}}, 400, "delete"},
		{"POST", "/sim/faults", map[string]any{"status": 200}, 400, "200"},
		{"POST", "/sim/faults", map[string]any{"times": -1}, 400, "negative"},
		{"POST", "/sim/faults", map[string]any{"tmies": 1}, 400, "tmies"},
		{"POST", "/sim/faults", map[string]any{"for": "soon"}, 400, "soon"},
		{"DELETE", "/sim/faults/none", nil, 404, "none"},
		{"POST", "/sim/logins/nobody", map[string]string{"state": "ok"}, 404, "nobody"},
		{"POST", "/sim/logins/connect", map[string]string{"state": "tired"}, 400, "tired"},
		{"POST", "/sim/people", kernel.Act{Cloud: "onepassword", Do: "dance"}, 400, "dance"},
		{"POST", "/sim/people", kernel.Act{Cloud: "moon", Do: "dance"}, 400, "moon"},
		{"GET", "/sim/faults", nil, 404, "/sim/faults"},
		{"POST", "/sim/calls", nil, 404, "/sim/calls"},
	} {
		status, answer := s.order(t, c.method, c.path, c.body)
		if says, _ := answer["error"].(string); status != c.want || !strings.Contains(says, c.says) {
			t.Errorf("%s %s %v: got %d %v, want %d with %q", c.method, c.path, c.body, status, answer, c.want, c.says)
		}
	}
	if got := s.vaults(t, t.Context()); got != 200 {
		t.Errorf("a refused order struck all the same: %d", got)
	}
}
