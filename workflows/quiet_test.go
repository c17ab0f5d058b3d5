package workflows

import (
	"log/slog"
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
)

// Quiet is a test environment that keeps what it logs to itself, so that nothing drowns what a failing test says.
func Quiet() *testsuite.TestWorkflowEnvironment {
	s := &testsuite.WorkflowTestSuite{}
	s.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := s.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute) // a busy machine, slowed by the race detector, is not stuck after the SDK's three seconds
	return env
}
