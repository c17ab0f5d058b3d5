package uicheck

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/stack"
)

// root is the repository's root, from this package's folder.
const root = "../.."

// raise brings the paper's stack up with its worker, and a client to it.
func raise(t *testing.T) (*stack.Stack, client.Client) {
	t.Helper()
	bin := os.Getenv("LANDFALL_BIN")
	if bin == "" {
		bin = root + "/bin"
	}
	if _, err := os.Stat(bin + "/landfall-worker"); err != nil {
		t.Skip("the binaries are not built: make build")
	}
	dir := t.TempDir()
	s, err := stack.Up(context.Background(), stack.Options{
		AnyPorts: true,
		Scenario: abs(t, root+"/devstack/scenario/itbytes.yaml"), State: dir + "/state", Sessions: dir + "/sessions",
		Plans: abs(t, root+"/examples"), Bin: abs(t, bin), Say: t.Logf,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Down)
	w, err := s.Worker(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	for _, setting := range s.Env() {
		if address, is := strings.CutPrefix(setting, "TEMPORAL_ADDRESS="); is {
			c, err := client.Dial(client.Options{HostPort: address})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.Close)
			return s, c
		}
	}
	t.Fatal("the stack does not say where Temporal is")
	return nil, nil
}

func abs(t *testing.T, path string) string {
	t.Helper()
	a, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// runOf is the run of a workflow that is there.
func runOf(t *testing.T, c client.Client, id string) string {
	t.Helper()
	d, err := c.DescribeWorkflowExecution(t.Context(), id, "")
	if err != nil {
		t.Fatal(err)
	}
	return d.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}
