package script

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/stack"
	"github.com/itbytes/landfall/devstack/temporal"
)

// root is the repository's root, from this package's folder.
const root = "../.."

// stage is the stack that the scripts share.
type stage struct {
	*testing.T
	*stack.Stack
	bin, state string
	bare       string // address of a Temporal server without Landfall's search attributes
	worker     *stack.Process
	marked     int // writes there were at the last mark
}

func raise(t *testing.T, bin string) *stage {
	t.Helper()
	dir := t.TempDir()
	up, err := stack.Up(context.Background(), stack.Options{
		AnyPorts: true,
		Scenario: abs(t, root+"/devstack/scenario/itbytes.yaml"), State: dir + "/state", Sessions: dir + "/sessions",
		Plans: abs(t, root+"/examples"), Bin: bin, Say: t.Logf,
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{T: t, Stack: up, bin: bin, state: dir + "/state"}
	t.Cleanup(func() {
		if s.worker != nil {
			s.worker.Stop()
		}
		up.Down()
	})
	s.bare = bareTemporal(t, dir)
	return s
}

// bareTemporal is a Temporal server as somebody else has it.
func bareTemporal(t *testing.T, dir string) string {
	t.Helper()
	var ports [2]int
	for i := range ports {
		port, err := temporal.Free()
		if err != nil {
			t.Fatal(err)
		}
		ports[i] = port
	}
	s, err := temporal.Start(context.Background(), temporal.Options{File: dir + "/bare.db", Port: ports[0], UIPort: ports[1]})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s.Address
}

// commands are those of scripts that have a stack.
func (s *stage) commands() map[string]command {
	return map[string]command{"worker": s.doWorker, "login": s.doLogin, "mark": s.doMark, "writes": s.doWrites, "trigger": s.doTrigger, "pause": s.doPause}
}

// worker start|stop
func (s *stage) doWorker(ts *testscript.TestScript, _ bool, args []string) {
	switch strings.Join(args, " ") {
	case "start":
		p, err := s.Worker(context.Background())
		ts.Check(err)
		s.worker = p
	case "stop":
		s.worker.Stop()
		s.worker = nil
	default:
		ts.Fatalf("usage: worker start|stop")
	}
}

// login NAME ok|expired|locked
func (s *stage) doLogin(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: login NAME ok|expired|locked")
	}
	body := `{"state": "` + args[1] + `"}`
	resp, err := http.Post(s.Control()+"/sim/logins/"+args[0], "application/json", strings.NewReader(body)) //nolint:noctx // a test's own server
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("the simulators say %s", resp.Status)
	}
}

// trigger SCHEDULE begins a run of a schedule now, as somebody in the Temporal UI does.
func (s *stage) doTrigger(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(s.schedule(ts, args, 1).Trigger(context.Background(), client.ScheduleTriggerOptions{}))
}

// pause SCHEDULE WHY
func (s *stage) doPause(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(s.schedule(ts, args, 2).Pause(context.Background(), client.SchedulePauseOptions{Note: args[1]}))
}

// schedule is a schedule of the stack's Temporal server.
func (s *stage) schedule(ts *testscript.TestScript, args []string, n int) client.ScheduleHandle {
	if len(args) != n {
		ts.Fatalf("usage: trigger SCHEDULE | pause SCHEDULE WHY")
	}
	c, err := client.Dial(client.Options{HostPort: ts.Getenv("TEMPORAL_ADDRESS")})
	ts.Check(err)
	ts.Defer(c.Close)
	return c.ScheduleClient().GetHandle(context.Background(), args[0])
}

// mark remembers how much was written until now.
func (s *stage) doMark(ts *testscript.TestScript, _ bool, _ []string) { s.marked = len(s.written(ts)) }

// [!] writes wants something to have been written since the last mark, or nothing.
func (s *stage) doWrites(ts *testscript.TestScript, neg bool, _ []string) {
	since := s.written(ts)[s.marked:]
	if neg && len(since) > 0 {
		ts.Fatalf("%d writes since the mark: %v", len(since), since)
	}
	if !neg && len(since) == 0 {
		ts.Fatalf("nothing was written since the mark")
	}
}

// written are the operations that wrote something.
func (s *stage) written(ts *testscript.TestScript) []string {
	resp, err := http.Get(s.Control() + "/sim/calls") //nolint:noctx // a test's own server
	ts.Check(err)
	defer resp.Body.Close()
	var got struct {
		Calls []struct{ Cloud, Service, Operation, Kind string }
	}
	ts.Check(json.NewDecoder(resp.Body).Decode(&got))
	var out []string
	for _, c := range got.Calls {
		if c.Kind == "write" {
			out = append(out, c.Cloud+" "+c.Service+" "+c.Operation)
		}
	}
	return out
}

// tail shows the end of the worker's log.
func (s *stage) tail() {
	b, err := os.ReadFile(filepath.Join(s.state, "worker.log"))
	if err != nil {
		return
	}
	lines := strings.Split(string(b), "\n")
	s.Logf("%s: worker.log ends:\n%s", time.Now().Format(time.TimeOnly), strings.Join(lines[max(0, len(lines)-15):], "\n"))
}

func abs(t *testing.T, path string) string {
	t.Helper()
	a, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
