package simulator

import (
	"encoding/json"
	"net/http"

	"github.com/itbytes/landfall/simulator/kernel"
)

// Control serves what tests and the curious ask of the world: what was called, what stands, which secrets were minted;
// and takes their orders: faults, the states of logins, what people do.
func (s *Simulator) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sim/calls", s.getCalls)
	mux.HandleFunc("GET /sim/state", s.getState)
	mux.HandleFunc("GET /sim/secrets", s.getSecrets)
	mux.HandleFunc("GET /sim/rates", s.getRates)
	mux.HandleFunc("POST /sim/faults", s.postFault)
	mux.HandleFunc("DELETE /sim/faults/{id}", s.deleteFault)
	mux.HandleFunc("POST /sim/logins/{login}", s.postLogin)
	mux.HandleFunc("POST /sim/people", s.postAct)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		sorry(w, http.StatusNotFound, "there is no %s %s: GET /sim/calls, /sim/state, /sim/secrets, /sim/rates; POST /sim/faults, /sim/logins/{login}, /sim/people; DELETE /sim/faults/{id}", r.Method, r.URL.Path)
	})
	return mux
}

func (s *Simulator) getCalls(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"calls": s.kernel.Calls()})
}

func (s *Simulator) getState(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, s.kernel.State())
}

func (s *Simulator) getSecrets(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"secrets": s.kernel.Secrets()})
}

func (s *Simulator) getRates(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"rates": s.kernel.Limits()})
}

func (s *Simulator) postFault(w http.ResponseWriter, r *http.Request) {
	var f kernel.Fault
	if !read(w, r, &f) {
		return
	}
	if err := check(f); err != nil {
		sorry(w, http.StatusBadRequest, "%s", err)
		return
	}
	answer(w, http.StatusOK, map[string]string{"id": s.kernel.Order(f)})
}

func (s *Simulator) deleteFault(w http.ResponseWriter, r *http.Request) {
	if id := r.PathValue("id"); !s.kernel.Lift(id) {
		sorry(w, http.StatusNotFound, "no fault has the id %q", id)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Simulator) postLogin(w http.ResponseWriter, r *http.Request) {
	var to struct {
		State string `json:"state"`
	}
	if !read(w, r, &to) {
		return
	}
	name := r.PathValue("login")
	if _, known := s.kernel.Scenario().Logins[name]; !known {
		sorry(w, http.StatusNotFound, "no login is named %q in the scenario %s", name, s.kernel.Scenario().Name)
		return
	}
	if err := s.kernel.SetLogin(name, to.State); err != nil {
		sorry(w, http.StatusBadRequest, "%s", err)
		return
	}
	answer(w, http.StatusOK, map[string]string{"login": name, "state": to.State})
}

func (s *Simulator) postAct(w http.ResponseWriter, r *http.Request) {
	var act kernel.Act
	if !read(w, r, &act) {
		return
	}
	if err := s.kernel.Perform(act); err != nil {
		sorry(w, http.StatusBadRequest, "%s", err)
		return
	}
	answer(w, http.StatusOK, act)
}

// read decodes a request's JSON object, refusing what it does not know; it answers what cannot be read.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		sorry(w, http.StatusBadRequest, "the body cannot be read: %s", err)
		return false
	}
	return true
}
