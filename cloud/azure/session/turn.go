package session

import (
	"context"
	"time"
)

// Turn makes a call that Azure refuses while an earlier one of the same kind is still going on, until it is our turn or a
// quarter of a minute has passed; then the refusal is returned.
func Turn(ctx context.Context, call func() error) error {
	deadline := time.Now().Add(15 * time.Second)
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := call()
		c := Code(err)
		if c != "Conflict" && c != "AnotherOperationInProgress" || time.Now().Add(wait).After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}
