package network

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/itbytes/landfall/cloud/azure/session"
	"github.com/itbytes/landfall/plan"
)

// await waits a few seconds for an operation, because a network makes one change at a time. It reports whether the next may
// begin; where not, the step comes again for the rest.
func await[T any](ctx context.Context, id string, p *runtime.Poller[T], err error) (plan.Applied, bool, error) {
	if err != nil {
		return plan.Applied{}, false, err
	}
	done, err := session.Settle(ctx, p, 10*time.Second)
	if err != nil || done {
		return plan.Applied{ID: id}, done, err
	}
	a, err := session.Begun(id, p, nil)
	return a, false, err
}
