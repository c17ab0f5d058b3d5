// Package stage is what end-to-end tests stand on: a real Temporal server, the simulated clouds on the wire, the built
// binaries, and what a person can do with them and see of them from outside.
package stage

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/stack"
	"github.com/itbytes/landfall/devstack/temporal"
	"github.com/itbytes/landfall/simulator/kernel"
)

// Options say what a stage is like.
type Options struct {
	Scenario string // file of devstack/scenario
	// World is the simulated world itself, where it is in no file.
	World *kernel.Scenario
	Plans string // folder of the plans that can be started by name; default examples
	Alone bool   // Temporal is a process of its own, which can be killed (see Main)
	Idle  bool   // no worker is started
}

// Stage is a stack with its worker.
type Stage struct {
	*testing.T
	*stack.Stack
	Dir string // whatever the stage leaves on disk

	worker *stack.Process
	server *server
	hush   []string // secrets that the test itself has made
}

// Root is the repository's root, from the folder of a package of devstack.
const Root = "../.."

// Raise brings a stage up, and takes it down when the test has ended. Without the built binaries the test is skipped by
// name.
func Raise(t *testing.T, o Options) *Stage {
	t.Helper()
	bin := os.Getenv("LANDFALL_BIN")
	if bin == "" {
		bin = Root + "/bin"
	}
	for _, name := range []string{"landfall", "landfall-worker"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			t.Skip("the binaries are not built: make build")
		}
	}
	if o.Plans == "" {
		o.Plans = Root + "/examples"
	}
	s := &Stage{T: t, Dir: t.TempDir()}
	up := stack.Options{
		AnyPorts: true,
		Scenario: Abs(t, Root+"/devstack/scenario/"+o.Scenario), World: o.World, State: s.Dir + "/state", Sessions: s.Dir + "/sessions",
		Plans: Abs(t, o.Plans), Bin: Abs(t, bin), Say: t.Logf,
	}
	if o.Alone {
		up.Temporal = func(ctx context.Context, o temporal.Options) (stack.Server, error) {
			var err error
			s.server, err = serve(ctx, o)
			return s.server, err
		}
	}
	var err error
	if s.Stack, err = stack.Up(context.Background(), up); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.down)
	if !o.Idle {
		s.StartWorker()
	}
	return s
}

func (s *Stage) down() {
	if s.worker != nil {
		s.worker.Stop()
	}
	s.Down()
	if s.Failed() {
		s.tail("worker.log")
	}
}

// StartWorker starts the built worker, beside whatever worker there is.
func (s *Stage) StartWorker(args ...string) {
	s.Helper()
	p, err := s.Worker(context.Background(), args...)
	if err != nil {
		s.Fatal(err)
	}
	s.worker = p
}

// KillWorker ends the worker as a crash would.
func (s *Stage) KillWorker() {
	s.worker.Kill()
	s.worker = nil
}

// KillServer ends the Temporal server as a crash would. The stage is one that has a server of its own.
func (s *Stage) KillServer() { s.server.kill() }

// StartServer starts the Temporal server again, on the same file and ports.
func (s *Stage) StartServer() {
	s.Helper()
	if err := s.server.start(context.Background()); err != nil {
		s.Fatal(err)
	}
}

// Dial is a client of the stage's Temporal server.
func (s *Stage) Dial() client.Client {
	s.Helper()
	c, err := client.Dial(client.Options{HostPort: s.Stack.Temporal()})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(c.Close)
	return c
}

// tail shows the end of a log of the state folder.
func (s *Stage) tail(name string) {
	b, err := os.ReadFile(filepath.Join(s.Dir, "state", name))
	if err != nil {
		return
	}
	lines := strings.Split(string(b), "\n")
	s.Logf("%s ends:\n%s", name, strings.Join(lines[max(0, len(lines)-40):], "\n"))
}

// Eventually waits until ok.
func (s *Stage) Eventually(within time.Duration, what string, ok func() bool) {
	s.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if ok() {
			return
		}
	}
	s.Fatalf("not within %v: %s", within, what)
}

// Abs is a path that is good for processes that start elsewhere.
func Abs(t *testing.T, path string) string {
	t.Helper()
	a, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
