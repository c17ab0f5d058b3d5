package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Do runs the command line; it returns the exit code and both outputs.
func (s *Stage) Do(args ...string) (code int, out, errs string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	cmd := s.Landfall(ctx, args...)
	cmd.Dir = Root
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.Fatalf("landfall %v: %v", args, err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

// Must runs the command line and wants an exit code.
func (s *Stage) Must(want int, args ...string) string {
	s.Helper()
	code, out, errs := s.Do(args...)
	if code != want {
		s.Fatalf("landfall %s: exit %d, want %d\n%s%s", strings.Join(args, " "), code, want, out, errs)
	}
	return out
}

// Running is a command line that is under way.
type Running struct {
	stage *Stage
	args  []string
	cmd   *exec.Cmd
	mu    sync.Mutex
	out   bytes.Buffer
}

// Write implements io.Writer for both outputs of the command.
func (r *Running) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.Write(b)
}

// Out is what the command has said until now.
func (r *Running) Out() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.String()
}

// Begin runs the command line beside the test. It is ended with the test.
func (s *Stage) Begin(args ...string) *Running {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	s.Cleanup(cancel)
	r := &Running{stage: s, args: args, cmd: s.Landfall(ctx, args...)}
	r.cmd.Dir = Root
	r.cmd.Stdout, r.cmd.Stderr = r, r
	if err := r.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	return r
}

// Ends waits for the command's end and wants an exit code.
func (r *Running) Ends(want int) string {
	r.stage.Helper()
	err := r.cmd.Wait()
	if got := r.cmd.ProcessState.ExitCode(); got != want {
		r.stage.Fatalf("landfall %s: exit %d (%v), want %d\n%s", strings.Join(r.args, " "), got, err, want, r.Out())
	}
	return r.Out()
}

// Report is a report as others read it: by the names of its JSON alone.
type Report struct {
	Plan     string
	State    string
	Landings []Landing
	Registry struct {
		State string
		Rows  []struct{ Project, Cloud, ID string }
	}
	CriticalPathSeconds, ElapsedSeconds float64
}

// Landing is a landing of a report.
type Landing struct {
	Cloud, Environment, Name, ID, State, Why string
	Steps                                    []Step
}

// Step is a step of a report.
type Step struct {
	Name, Title, Chapter, Control, Objective, Change, State, ID, Inverse, Login string
	Attempts, Reads, Writes                                                     int
	Evidence                                                                    []string
	Fault                                                                       *struct{ Kind, Message, Hint string }
	Hold                                                                        *struct {
		Kind, Login, Releases string
		Since                 time.Time
		Behind                []string
	}
	Undo *struct {
		State, Why string
		Evidence   []string
	}
}

// Report reads a plan's report.
func (s *Stage) Report(plan string) Report {
	s.Helper()
	file := filepath.Join(s.Dir, "report.json")
	s.Must(0, "report", plan, "--json", file, "--html", filepath.Join(s.Dir, "report.html"))
	b, err := os.ReadFile(file)
	if err != nil {
		s.Fatal(err)
	}
	var r Report
	if err := json.Unmarshal(b, &r); err != nil {
		s.Fatal(err)
	}
	return r
}

// States are the landings' states by id.
func (r Report) States() map[string]string {
	out := map[string]string{}
	for _, l := range r.Landings {
		out[l.Cloud+"/"+l.Environment] = l.State
	}
	return out
}

// Step finds a step of a landing.
func (r Report) Step(landing, name string) (Step, bool) {
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
	return Step{}, false
}

// Held are the steps that are held, as cloud/environment/step.
func (r Report) Held() map[string]Step {
	out := map[string]Step{}
	for _, l := range r.Landings {
		for _, st := range l.Steps {
			if st.State == "held" {
				out[l.Cloud+"/"+l.Environment+"/"+st.Name] = st
			}
		}
	}
	return out
}

// WantDone wants every landing done.
func (s *Stage) WantDone(r Report, n int) {
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
