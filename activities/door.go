package activities

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/fault"
)

// Door stands before every activity: it logs each attempt and turns a fault into the error that Temporal understands, its
// type the fault's kind. It writes to no store.
type Door struct {
	interceptor.WorkerInterceptorBase
	Log *slog.Logger
}

// InterceptActivity implements interceptor.WorkerInterceptor.
func (d *Door) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	w := &doorway{log: d.Log}
	w.Next = next
	return w
}

type doorway struct {
	interceptor.ActivityInboundInterceptorBase
	log *slog.Logger
}

// ExecuteActivity lets one attempt through.
func (d *doorway) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	began := time.Now()
	out, err := d.Next.ExecuteActivity(ctx, in)
	info := activity.GetInfo(ctx)
	line := []any{
		"activity", info.ActivityType.Name, "workflow", info.WorkflowExecution.ID, "id", info.ActivityID,
		"attempt", info.Attempt, "took", time.Since(began).Round(time.Millisecond),
	}
	if err == nil {
		d.log.DebugContext(ctx, "attempt", line...)
		return out, nil
	}
	d.log.WarnContext(ctx, "attempt", append(line, "kind", fault.KindOf(err), "error", fault.Clip(err.Error()))...)
	return out, temporalError(ctx, err)
}

// temporalError gives a fault Temporal's form. Cancellation and errors that already have it pass unchanged.
func temporalError(ctx context.Context, err error) error {
	var app *temporal.ApplicationError
	var cancelled *temporal.CanceledError
	if errors.As(err, &app) || errors.As(err, &cancelled) || ctx.Err() != nil {
		return err
	}
	f := fault.As(err)
	if f == nil {
		f = &fault.Fault{Kind: fault.Bug, Message: err.Error(), Hint: "Report it with the run's id; the step can be tried again with resume."}
	}
	told := *f
	told.Began = activity.GetInfo(ctx).StartedTime
	f = &told
	// The Temporal UI shows the message alone: what to do next stands in it too.
	message := strings.TrimSuffix(fault.Clip(f.Error()), ".") + ". " + f.Hint
	return temporal.NewApplicationErrorWithOptions(strings.TrimSpace(message), string(f.Kind), temporal.ApplicationErrorOptions{
		NonRetryable: !f.Kind.Retries(), Details: []any{f}, NextRetryDelay: pause(f),
	})
}

// pause is how long to wait before the next attempt; 0 leaves it to the retry policy.
func pause(f *fault.Fault) time.Duration {
	switch {
	case f.After > 0:
		return f.After
	case f.Kind == fault.Propagating:
		return time.Second
	}
	return 0
}
