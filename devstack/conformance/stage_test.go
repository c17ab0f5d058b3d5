package conformance

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

// stage is a stack whose AWS is moto, behind a wire that notes every call.
type stage struct {
	*testing.T
	*stack.Stack
	wire *wire
	dir  string
}

// moto is the emulator's address; without one there is nothing to be judged by.
func moto(t *testing.T) string {
	t.Helper()
	address := os.Getenv("LANDFALL_MOTO")
	if address == "" {
		t.Skip("LANDFALL_MOTO names no moto server: make conformance starts one")
	}
	return address
}

// raise empties moto and starts a stack and the built worker, which acts by an access key as its environment has it.
func raise(t *testing.T, k key) *stage {
	t.Helper()
	w := lay(t, moto(t))
	dir := t.TempDir()
	s, err := stack.Up(context.Background(), stack.Options{
		AnyPorts: true,
		Scenario: abs(t, "testdata/scenario.yaml"), State: dir + "/state", Sessions: dir + "/sessions", Plans: abs(t, root+"/examples"),
		Bin: abs(t, binaries()), Say: func(string, ...any) {},
		Extra: []string{
			"LANDFALL_AWS_ENDPOINT=" + w.URL, "LANDFALL_CLOUDS=aws", "AWS_ACCESS_KEY_ID=" + k.id, "AWS_SECRET_ACCESS_KEY=" + k.secret,
			"AWS_SESSION_TOKEN=", "AWS_PROFILE=", "AWS_CONFIG_FILE=" + dir + "/none", "AWS_SHARED_CREDENTIALS_FILE=" + dir + "/none",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Down)
	worker, err := s.Worker(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{T: t, Stack: s, wire: w, dir: dir}
	t.Cleanup(func() {
		worker.Stop()
		if t.Failed() {
			st.tail()
		}
	})
	return st
}

// binaries is the folder of the built binaries.
func binaries() string {
	if dir := os.Getenv("LANDFALL_BIN"); dir != "" {
		return dir
	}
	return root + "/bin"
}

func abs(t *testing.T, path string) string {
	t.Helper()
	a, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// tail shows the end of the worker's log.
func (s *stage) tail() {
	b, err := os.ReadFile(s.dir + "/state/worker.log")
	if err != nil {
		return
	}
	lines := strings.Split(string(b), "\n")
	s.Logf("worker.log ends:\n%s", strings.Join(lines[max(0, len(lines)-30):], "\n"))
}

// must runs the command line and wants one of some exit codes.
func (s *stage) must(args []string, want ...int) string {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 4*time.Minute)
	defer cancel()
	cmd := s.Landfall(ctx, args...)
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.Fatalf("landfall %v: %v", args, err)
	}
	for _, code := range want {
		if cmd.ProcessState.ExitCode() == code {
			return out.String()
		}
	}
	s.Fatalf("landfall %s: exit %d, want %v\n%s", strings.Join(args, " "), cmd.ProcessState.ExitCode(), want, out.String())
	return ""
}

// report is a report as others read it: by the names of design §9 alone.
type report struct {
	State    string
	Landings []struct {
		Cloud, Environment, State, Why string
		Steps                          []reportStep
	}
}

type reportStep struct {
	Name, Change, State string
	Reads, Writes       int
	Fault               *struct{ Kind, Message, Hint string }
}

func (s *stage) report(plan string) report {
	s.Helper()
	file := filepath.Join(s.dir, "report.json")
	s.must([]string{"report", plan, "--json", file}, 0)
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

// step finds a step of a landing.
func (r report) step(environment, name string) reportStep {
	for _, l := range r.Landings {
		for _, st := range l.Steps {
			if l.Environment == environment && st.Name == name {
				return st
			}
		}
	}
	return reportStep{Name: name, State: "not there"}
}

// order asks moto itself for something: what it is to forget, or from when on it checks signatures and permissions.
func order(t *testing.T, path, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, moto(t)+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s %v", path, resp.Status, b, err)
	}
}
