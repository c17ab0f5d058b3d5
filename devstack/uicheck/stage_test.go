package uicheck

import (
	"testing"

	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/stage"
)

// raise brings the paper's stack up with its worker, and a client to it.
func raise(t *testing.T) (*stage.Stage, client.Client) {
	t.Helper()
	s := stage.Raise(t, stage.Options{Scenario: "itbytes.yaml"})
	return s, s.Dial()
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
