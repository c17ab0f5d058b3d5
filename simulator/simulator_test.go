package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/simulator"
	"github.com/itbytes/landfall/simulator/kernel"
)

// world is a scenario with one vault and a login whose state decides whether the Connect token is accepted.
func world() kernel.Scenario {
	return kernel.Scenario{
		Name:    "control",
		Latency: map[string]kernel.Duration{"default": 0},
		Logins:  map[string]kernel.Login{"connect": {Cloud: "onepassword"}},
		Estate:  map[string]any{"onepassword": map[string]any{"vaults": []any{map[string]any{"name": "itbytes-internal"}}}},
	}
}

// stand is a listening world.
type stand struct {
	world *simulator.Simulator
	simulator.Endpoints
}

func listen(t *testing.T, s kernel.Scenario) stand {
	t.Helper()
	sim, err := simulator.New(s)
	if err != nil {
		t.Fatal(err)
	}
	e, err := sim.Listen(t.Context(), simulator.Addresses{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Wait) // the test's context has ended by then
	return stand{sim, e}
}

// order asks the control endpoints.
func (s stand) order(t *testing.T, method, path string, body any) (status int, answer map[string]any) {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, t.Context(), method, s.Control+path, "", b)
}

// vaults makes one read of the Connect server; its status is 0 where no answer came.
func (s stand) vaults(t *testing.T, ctx context.Context) int {
	t.Helper()
	status, _ := do(t, ctx, "GET", s.OnePassword+"/v1/vaults", s.world.ConnectToken(), nil)
	return status
}

// create makes an item and tells the status.
func (s stand) create(t *testing.T, title string) int {
	t.Helper()
	var found []struct{ ID string }
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.OnePassword+"/v1/vaults", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.world.ConnectToken())
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(&found); err != nil {
		t.Fatal(err)
	}
	item := `{"title":"` + title + `","category":"API_CREDENTIAL","vault":{"id":"` + found[0].ID + `"}}`
	status, _ := do(t, t.Context(), "POST", s.OnePassword+"/v1/vaults/"+found[0].ID+"/items", s.world.ConnectToken(), []byte(item))
	return status
}

func (s stand) stands(t *testing.T, title string) bool {
	t.Helper()
	_, state := s.order(t, "GET", "/sim/state", nil)
	b, err := json.Marshal(state["onepassword"])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(b), `"title":"`+title+`"`)
}

func do(t *testing.T, ctx context.Context, method, url, token string, body []byte) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil
	}
	var out map[string]any
	_ = json.Unmarshal(b, &out) // a list or nothing: the test asks for the status alone
	return resp.StatusCode, out
}

func TestTheWorldStopsWithItsContext(t *testing.T) {
	sim, err := simulator.New(world())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	e, err := sim.Listen(ctx, simulator.Addresses{})
	if err != nil {
		t.Fatal(err)
	}
	s := stand{sim, e}
	if got := s.vaults(t, t.Context()); got != 200 {
		t.Fatalf("while it listens: got %d", got)
	}
	sim.Kernel().Order(kernel.Fault{Do: kernel.DoHang}) // even a call that hangs lets go
	go s.vaults(t, context.Background())
	time.Sleep(20 * time.Millisecond)
	began := time.Now()
	stop()
	e.Wait()
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	if got := s.vaults(t, t.Context()); got != 0 {
		t.Errorf("after it stopped: got %d, want no answer", got)
	}
}

func TestTheWorldAnswersOnLoopbackAlone(t *testing.T) {
	sim, err := simulator.New(world())
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"0.0.0.0:0", ":0", "example.com:80"} {
		if _, err := sim.Listen(t.Context(), simulator.Addresses{GCP: address}); err == nil {
			t.Errorf("%s was listened on", address)
		}
	}
}

func TestACloudThatIsNotInTheScenarioSaysSo(t *testing.T) {
	s := listen(t, world())
	if status, answer := do(t, t.Context(), "GET", s.AWS+"/", "", nil); status != 501 || !strings.Contains(answer["error"].(string), `"aws"`) {
		t.Errorf("got %d %v", status, answer)
	}
	bad := world()
	bad.Estate["onpassword"] = map[string]any{}
	if _, err := simulator.New(bad); err == nil || !strings.Contains(err.Error(), "onpassword") {
		t.Errorf("a misspelt estate: got %v, want it refused by name", err)
	}
}
