package step

import (
	"context"

	"github.com/itbytes/landfall/plan"
)

type agentKey struct{}

// withAgent returns a context whose calls say for which step they are made.
func withAgent(ctx context.Context, t plan.Task) context.Context {
	return context.WithValue(ctx, agentKey{}, "landfall-step/"+string(t.Landing.Cloud)+"."+t.Landing.Environment+"."+t.Step.Name)
}

// Agent is the product that a cloud's transport adds to the User-Agent of a call (RFC 9110, section 10.1.5), so that the cloud's
// own audit trail says for which step it was made: landfall-step/aws.prod.vpc. It is empty outside of a step.
func Agent(ctx context.Context) string {
	a, _ := ctx.Value(agentKey{}).(string)
	return a
}
