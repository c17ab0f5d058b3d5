package wire

import (
	"context"
	"strings"
	"sync"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"github.com/googleapis/gax-go/v2"

	"github.com/itbytes/landfall/cloud/gcp/names"
	"github.com/itbytes/landfall/plan"
)

// Failure is how a long operation ended that did not end well.
type Failure struct {
	Operation string
	Code      string // google.rpc.Code: RESOURCE_EXHAUSTED
	Message   string
}

// Error implements error.
func (f *Failure) Error() string { return f.Operation + ": " + f.Code + ": " + f.Message }

// Asker is a client that can be asked for a long operation by name. The SDK's own Poll replaces the whole path of the
// address and so loses what an endpoint other than Google's puts before it.
type Asker interface {
	GetOperation(ctx context.Context, r *longrunningpb.GetOperationRequest, o ...gax.CallOption) (*longrunningpb.Operation, error)
}

// Running asks for the operation that an earlier entry into the step left running. A failed one is an error once: when the
// step is resumed after that, it is made anew. One that Google no longer knows is over; the thing itself is asked next.
func (s *Session) Running(ctx context.Context, t plan.Task, a Asker, service string) (bool, error) {
	name := ""
	if t.Begun != nil {
		name = t.Begun.Operation
	}
	if name == "" {
		return false, nil
	}
	op, err := a.GetOperation(ctx, &longrunningpb.GetOperationRequest{Name: name})
	var failed error
	if e := op.GetError(); e != nil {
		failed = Failed(name, int64(e.GetCode()), e.GetMessage())
	}
	return s.Settle(t, Call{Service: service, Operation: name}, !op.GetDone(), failed, err)
}

// Settle says what asking for an operation came to: running, failed (told once), or over. Err is that the asking failed.
func (s *Session) Settle(t plan.Task, c Call, running bool, failed, err error) (bool, error) {
	switch {
	case NotFound(err):
		return false, nil
	case err != nil:
		return false, s.Fault(err, c.Service, "operations.get")
	case running:
		return true, nil
	case failed != nil && s.failures.first(t.Key, c.Operation):
		return false, s.Fault(failed, c.Service, c.Operation)
	}
	return false, nil
}

// Request is the idempotency token for making what.
func (s *Session) Request(t plan.Task, what string) string {
	return names.Request(t, what, s.failures.of(t.Key))
}

// Insert has a thing made by an idempotency token, and by the next one where Google answers with an operation that is over:
// that one made what has been undone since, for the thing was seen absent just now.
func (s *Session) Insert(t plan.Task, what string, insert func(request string) (handle string, over bool, err error)) (string, error) {
	for n := 0; ; n++ {
		handle, over, err := insert(s.Request(t, what+strings.Repeat("+", n)))
		if err != nil || !over || n == 9 {
			return handle, err
		}
	}
}

// failures remembers which failed operations were told of. What a restarted worker forgets is told once more.
type failures struct {
	mu    sync.Mutex
	told  map[string]bool
	times map[string]int
}

func (f *failures) first(key, operation string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.told[operation] {
		return false
	}
	if f.told == nil {
		f.told, f.times = map[string]bool{}, map[string]int{}
	}
	f.told[operation] = true
	f.times[key]++
	return true
}

func (f *failures) of(key string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.times[key]
}

// Failed is the failure that an operation reports by the number of a google.rpc.Code.
func Failed(operation string, code int64, message string) *Failure {
	return &Failure{Operation: operation, Code: codeName(code), Message: message}
}
