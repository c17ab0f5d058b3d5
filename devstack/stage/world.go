package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/itbytes/landfall/simulator/kernel"
)

// Call is a line of the simulators' journal.
type Call struct {
	Time                                          time.Time
	Cloud, Scope, Service, Operation, Kind, Login string
	Status                                        int
}

// Calls are all calls that were made, in order.
func (s *Stage) Calls() []Call {
	s.Helper()
	var got struct{ Calls []Call }
	s.World(http.MethodGet, "/sim/calls", nil, &got)
	return got.Calls
}

// Those are the calls that are as wanted.
func (s *Stage) Those(wanted func(Call) bool) []Call {
	s.Helper()
	var out []Call
	for _, c := range s.Calls() {
		if wanted(c) {
			out = append(out, c)
		}
	}
	return out
}

// Writes are the calls that changed something.
func (s *Stage) Writes() []Call {
	s.Helper()
	return s.Those(func(c Call) bool { return c.Kind == "write" })
}

// Still waits until nobody writes any more, and returns how many writes there were: the journal seals what a run did a moment
// after the run has ended.
func (s *Stage) Still() int {
	s.Helper()
	n, since := len(s.Writes()), time.Now()
	for end := time.Now().Add(time.Minute); time.Since(since) < 2*time.Second; time.Sleep(200 * time.Millisecond) {
		if now := len(s.Writes()); now != n {
			n, since = now, time.Now()
		}
		if time.Now().After(end) {
			s.Fatal("there is no end of writes")
		}
	}
	return n
}

// State is everything that stands in the simulated world, by cloud.
func (s *Stage) State() map[string]json.RawMessage {
	s.Helper()
	var out map[string]json.RawMessage
	s.World(http.MethodGet, "/sim/state", nil, &out)
	return out
}

// Login puts a login into a state: ok, expired or locked.
func (s *Stage) Login(name, state string) {
	s.Helper()
	s.World(http.MethodPost, "/sim/logins/"+name, map[string]string{"state": state}, nil)
}

// Person does in a cloud what only a person can.
func (s *Stage) Person(cloud, do string, with map[string]string) {
	s.Helper()
	s.World(http.MethodPost, "/sim/people", kernel.Act{Cloud: cloud, Do: do, With: with}, nil)
}

// Order begins a fault and returns how it is ended.
func (s *Stage) Order(f kernel.Fault) (lift func()) {
	s.Helper()
	var got struct{ ID string }
	s.World(http.MethodPost, "/sim/faults", f, &got)
	return func() { s.Helper(); s.World(http.MethodDelete, "/sim/faults/"+got.ID, nil, nil) }
}

// Secrets are the values of every secret that the clouds ever minted, and of those that the test has made.
func (s *Stage) Secrets() []string {
	s.Helper()
	var got struct {
		Secrets []struct{ Value string }
	}
	s.World(http.MethodGet, "/sim/secrets", nil, &got)
	out := slices.Clone(s.hush)
	for _, x := range got.Secrets {
		if len(x.Value) >= 12 {
			out = append(out, x.Value)
		}
	}
	return out
}

// World asks the simulators' control endpoints.
func (s *Stage) World(method, path string, body, into any) {
	s.Helper()
	s.call(method, s.Control()+path, "", body, into)
}

// call makes one call with JSON on both sides.
func (s *Stage) call(method, address, token string, body, into any) {
	s.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			s.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, address, r)
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req) //nolint:forbidigo // a test's own servers
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	if resp.StatusCode >= 300 {
		s.Fatalf("%s %s: %s %s", method, address, resp.Status, b)
	}
	if into != nil {
		if err := json.Unmarshal(b, into); err != nil {
			s.Fatalf("%s %s: %v", method, address, err)
		}
	}
}

// WantNoSecret wants no secret in any file of the stage, nor in the texts given.
func (s *Stage) WantNoSecret(texts ...string) {
	s.Helper()
	secrets := s.Secrets()
	if len(secrets) == 0 {
		s.Error("no secret was ever minted: there is nothing to look for")
	}
	err := filepath.WalkDir(s.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "/sessions/") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, v := range secrets {
			if bytes.Contains(b, []byte(v)) {
				s.Errorf("%s holds a secret (%s…)", strings.TrimPrefix(path, s.Dir), v[:4])
			}
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	for _, text := range texts {
		for _, v := range secrets {
			if strings.Contains(text, v) {
				s.Errorf("an output holds a secret (%s…)", v[:4])
			}
		}
	}
}
