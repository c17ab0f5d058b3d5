package main

import (
	"context"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/workflows"
)

// sealing is how long a command that waits for a run waits for its journal too.
const sealing = 20 * time.Second

// untilSealed waits until the journal has sealed what the run handed it, so that whoever reads it next reads all of it. A journal
// that is held, or takes longer, goes on by itself: nothing waits for it.
func untilSealed(ctx context.Context, c client.Client, name string) {
	ctx, cancel := context.WithTimeout(ctx, sealing)
	defer cancel()
	for {
		d, err := c.DescribeWorkflowExecution(ctx, workflows.JournalID(name), "")
		if err != nil || d.GetWorkflowExecutionInfo().GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
			return
		}
		var j workflows.JournalResult
		if ask(ctx, c, workflows.JournalID(name), &j) != nil || j.Unsealed == 0 || j.Held != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery):
		}
	}
}
