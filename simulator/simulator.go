// Package simulator puts the simulated clouds and the simulated 1Password of one scenario together, over one kernel: one
// clock, one journal, one list of faults.
package simulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/itbytes/landfall/simulator/failing"
	"github.com/itbytes/landfall/simulator/kernel"
	"github.com/itbytes/landfall/simulator/onepassword"
)

// Simulator is the world of a scenario, answering. Its methods may be called from many goroutines.
type Simulator struct {
	kernel   *kernel.Kernel
	vault    *onepassword.Vault
	clouds   map[string]provider
	handlers map[string]http.Handler
}

// provider is what every simulated cloud can do.
type provider interface {
	// Handler answers on the wire.
	Handler() http.Handler
	// Session signs a person in, and reports whether the login is one of the cloud's that a person signs in to.
	Session(login string) (kernel.Session, bool)
}

// New builds the world of a scenario: the vault first, so that the clouds can deliver to it, then each cloud that the
// scenario gives an estate or a login.
func New(s kernel.Scenario) (*Simulator, error) {
	for _, f := range s.Faults {
		if err := check(f); err != nil {
			return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
		}
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	k := kernel.New(s)
	k.Speak(failing.Words)
	v, err := onepassword.New(k)
	if err != nil {
		return nil, err
	}
	sim := &Simulator{kernel: k, vault: v, clouds: map[string]provider{}, handlers: map[string]http.Handler{onepassword.Cloud: v.Handler()}}
	known := []string{onepassword.Cloud}
	for _, c := range clouds() {
		known = append(known, c.name)
		if _, stands := s.Estate[c.name]; !stands && len(k.Logins(c.name)) == 0 {
			continue
		}
		p, err := c.build(k)
		if err != nil {
			return nil, fmt.Errorf("scenario %s, %s: %w", s.Name, c.name, err)
		}
		sim.clouds[c.name], sim.handlers[c.name] = p, p.Handler()
	}
	for name := range s.Estate {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("scenario %s: no cloud is named %q; one of %v", s.Name, name, known)
		}
	}
	return sim, nil
}

// Handler answers as a cloud, or as 1Password Connect ("onepassword"). One that is not in the scenario answers so.
func (s *Simulator) Handler(cloud string) http.Handler {
	if h, stands := s.handlers[cloud]; stands {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		sorry(w, http.StatusNotImplemented, "the scenario %s has no cloud named %q", s.kernel.Scenario().Name, cloud)
	})
}

// Sessions signs in to every login that a person signs in to, by name. Each is signed in anew every time.
func (s *Simulator) Sessions() []kernel.Session {
	var out []kernel.Session
	logins := s.kernel.Scenario().Logins
	for _, name := range slices.Sorted(maps.Keys(logins)) {
		p, stands := s.clouds[logins[name].Cloud]
		if !stands {
			continue
		}
		if session, signedIn := p.Session(name); signedIn {
			out = append(out, session)
		}
	}
	return out
}

// ConnectToken is the token of the Connect server.
func (s *Simulator) ConnectToken() string { return s.vault.Token() }

// Kernel is what everything stands on, for those who look without the wire.
func (s *Simulator) Kernel() *kernel.Kernel { return s.kernel }

// sorry answers with an error in one sentence.
func sorry(w http.ResponseWriter, status int, format string, a ...any) {
	answer(w, status, map[string]string{"error": fmt.Sprintf(format, a...)})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client has gone
}
