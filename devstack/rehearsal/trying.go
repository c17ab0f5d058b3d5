package rehearsal

import (
	"cmp"
	"context"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/client"
)

// explain says of each step that is tried again by itself how often it was and why, as Temporal has it.
func (r *run) explain(ctx context.Context, res *Result) error {
	if len(res.Trying) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	c, err := client.DialContext(ctx, client.Options{HostPort: net.JoinHostPort("127.0.0.1", strconv.Itoa(r.Ports.Temporal))})
	if err != nil {
		return err
	}
	defer c.Close()
	for i := range res.Trying {
		s := &res.Trying[i]
		s.Releases = "it goes on by itself once the cloud answers; where that takes too long for its API, it holds"
		parts := strings.SplitN(s.Step, "/", 3)
		d, err := c.DescribeWorkflowExecution(ctx, "land/"+r.name+"/"+parts[0]+"/"+parts[1], "")
		if err != nil {
			return err
		}
		tried := d.GetPendingActivities()
		if len(tried) == 0 {
			continue
		}
		most := slices.MaxFunc(tried, func(a, b *workflowpb.PendingActivityInfo) int { return cmp.Compare(a.GetAttempt(), b.GetAttempt()) })
		s.Attempts = int(most.GetAttempt())
		s.Why = most.GetLastFailure().GetMessage()
		s.Kind = most.GetLastFailure().GetApplicationFailureInfo().GetType()
	}
	return nil
}
