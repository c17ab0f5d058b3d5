// Package e2e runs the built binaries against a real Temporal server and the simulated clouds on the wire.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/itbytes/landfall/devstack/stack"
)

// root is the repository's root, from this package's folder.
const root = "../.."

// stage is a stack with its worker, and what a person can do with it.
type stage struct {
	*testing.T
	*stack.Stack
	dir    string
	worker *stack.Process
}

// raise brings a stack up for one scenario.
func raise(t *testing.T, scenario string) *stage {
	t.Helper()
	s := raiseWithoutWorker(t, scenario)
	s.startWorker()
	return s
}

func raiseWithoutWorker(t *testing.T, scenario string) *stage {
	t.Helper()
	if _, err := os.Stat(root + "/bin/landfall-worker"); err != nil {
		t.Skip("the binaries are not built: make build")
	}
	abs := func(p string) string {
		a, err := filepath.Abs(p)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	dir := t.TempDir()
	s, err := stack.Up(context.Background(), stack.Options{
		AnyPorts: true,
		Scenario: abs(root + "/devstack/scenario/" + scenario), State: dir + "/state", Sessions: dir + "/sessions",
		Plans: abs(root + "/examples"), Bin: abs(root + "/bin"), Say: t.Logf,
	})
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{T: t, Stack: s, dir: dir}
	t.Cleanup(func() {
		if st.worker != nil {
			st.worker.Stop()
		}
		s.Down()
		if t.Failed() {
			st.tail("worker.log")
		}
	})
	return st
}

func (s *stage) startWorker() {
	s.Helper()
	p, err := s.Worker(context.Background())
	if err != nil {
		s.Fatal(err)
	}
	s.worker = p
}

// tail shows the end of a log of the state folder.
func (s *stage) tail(name string) {
	b, err := os.ReadFile(filepath.Join(s.dir, "state", name))
	if err != nil {
		return
	}
	lines := strings.Split(string(b), "\n")
	s.Logf("%s ends:\n%s", name, strings.Join(lines[max(0, len(lines)-40):], "\n"))
}

// landfall runs the command line; it returns the exit code and both outputs.
func (s *stage) landfall(args ...string) (code int, out, errs string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	cmd := s.Landfall(ctx, args...)
	cmd.Dir = root
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.Fatalf("landfall %v: %v", args, err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

// must runs the command line and wants an exit code.
func (s *stage) must(want int, args ...string) string {
	s.Helper()
	code, out, errs := s.landfall(args...)
	if code != want {
		s.Fatalf("landfall %s: exit %d, want %d\n%s%s", strings.Join(args, " "), code, want, out, errs)
	}
	return out
}

// call is a line of the simulators' journal.
type call struct {
	Cloud, Scope, Service, Operation, Kind, Login string
	Status                                        int
}

func (s *stage) calls() []call {
	var got struct{ Calls []call }
	s.sim(http.MethodGet, "/sim/calls", nil, &got)
	return got.Calls
}

func (s *stage) writes() []call {
	var out []call
	for _, c := range s.calls() {
		if c.Kind == "write" {
			out = append(out, c)
		}
	}
	return out
}

// secrets are the values of every secret ever minted.
func (s *stage) secrets() []string {
	var got struct {
		Secrets []struct{ Value string }
	}
	s.sim(http.MethodGet, "/sim/secrets", nil, &got)
	var out []string
	for _, x := range got.Secrets {
		if len(x.Value) >= 12 {
			out = append(out, x.Value)
		}
	}
	return out
}

// sim asks the simulators' control endpoints.
func (s *stage) sim(method, path string, body, into any) {
	s.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			s.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, s.Control()+path, r)
	if err != nil {
		s.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	if resp.StatusCode >= 300 {
		s.Fatalf("%s %s: %s %s", method, path, resp.Status, b)
	}
	if into != nil {
		if err := json.Unmarshal(b, into); err != nil {
			s.Fatalf("%s %s: %v", method, path, err)
		}
	}
}

// report is a report as others read it: by the names of design §9 alone.
type report struct {
	Plan     string
	State    string
	Landings []struct {
		Cloud, Environment, ID, State, Why string
		Steps                              []reportStep
	}
	Registry struct {
		State string
		Rows  []struct{ Project, Cloud, ID string }
	}
	CriticalPathSeconds, ElapsedSeconds float64
}

type reportStep struct {
	Name, Control, Objective, Change, State string
	Attempts, Reads, Writes                 int
	Evidence                                []string
	Fault                                   *struct{ Kind, Message, Hint string }
}

func (s *stage) report(plan string) report {
	s.Helper()
	file := filepath.Join(s.dir, "report.json")
	s.must(0, "report", plan, "--json", file, "--html", filepath.Join(s.dir, "report.html"))
	b, err := os.ReadFile(file)
	if err != nil {
		s.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil {
		s.Fatal(err)
	}
	return r
}

// states are the landings' states by id.
func (r report) states() map[string]string {
	out := map[string]string{}
	for _, l := range r.Landings {
		out[l.Cloud+"/"+l.Environment] = l.State
	}
	return out
}

// step finds a step of a landing.
func (r report) step(landing, name string) (reportStep, bool) {
	for _, l := range r.Landings {
		if l.Cloud+"/"+l.Environment != landing {
			continue
		}
		for _, st := range l.Steps {
			if st.Name == name {
				return st, true
			}
		}
	}
	return reportStep{}, false
}

// wantDone wants every landing done.
func (s *stage) wantDone(r report, n int) {
	s.Helper()
	if len(r.Landings) != n {
		s.Errorf("%d landings, want %d", len(r.Landings), n)
	}
	for _, l := range r.Landings {
		if l.State == "done" {
			continue
		}
		s.Errorf("%s/%s is %s: %s", l.Cloud, l.Environment, l.State, l.Why)
		for _, st := range l.Steps {
			if st.Fault != nil {
				s.Logf("  %s %s: %s – %s", st.State, st.Name, st.Fault.Message, st.Fault.Hint)
			}
		}
	}
}

// wantNoSecret wants no minted secret in any file of the stage, nor in the texts given.
func (s *stage) wantNoSecret(texts ...string) {
	s.Helper()
	secrets := s.secrets()
	if len(secrets) == 0 {
		s.Error("no secret was ever minted: there is nothing to look for")
	}
	err := filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "/sessions/") {
			return err
		}
		b, err := os.ReadFile(path)
		texts = append(texts, string(b))
		for _, v := range secrets {
			if bytes.Contains(b, []byte(v)) {
				s.Errorf("%s holds a secret (%s…)", strings.TrimPrefix(path, s.dir), v[:4])
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

// eventually waits until ok, and fails with what it last saw.
func (s *stage) eventually(within time.Duration, what string, ok func() bool) {
	s.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if ok() {
			return
		}
	}
	s.Fatalf("not within %v: %s", within, what)
}
