package session

import (
	"context"
	"errors"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/itbytes/landfall/plan"
)

// Code is the cloud's error code in err, or "".
func Code(err error) string {
	var r *azcore.ResponseError
	if errors.As(err, &r) {
		return r.ErrorCode
	}
	return ""
}

// Missing reports whether err is a definite not-found: the scope answered, and the thing is not in it. A subscription that
// is not seen proves nothing about what is in it.
func Missing(err error) bool {
	var r *azcore.ResponseError
	if !errors.As(err, &r) {
		return false
	}
	switch r.ErrorCode {
	case "SubscriptionNotFound", "InvalidSubscriptionId", "InvalidAuthenticationTokenTenant":
		return false
	}
	return r.StatusCode == http.StatusNotFound || Unregistered(err)
}

// Unregistered reports whether the subscription does not know the resource's provider yet: nothing of its kind can stand.
// Defender says it in words of its own.
func Unregistered(err error) bool {
	c := Code(err)
	return c == "MissingSubscriptionRegistration" || c == "Subscription Not Registered"
}

// Absent is the observation of a thing that was definitely not found. While an operation that makes it goes on it is
// pending; when that operation failed, its error is returned.
func (s *Session) Absent(ctx context.Context, t plan.Task, evidence string) (plan.Observation, error) {
	o := plan.Observation{State: plan.Absent, Evidence: []string{evidence}}
	why, err := s.Underway(ctx, t)
	if why != "" {
		o.State, o.Why = plan.Pending, why
	}
	return o, err
}

// Settled completes the observation of a thing that was found, by its provisioning state: pending while that is not
// terminal, a fault when the operation of this step failed, and the field "provisioning" for the diff.
func (s *Session) Settled(ctx context.Context, t plan.Task, o plan.Observation, provisioning string) (plan.Observation, error) {
	o.State = plan.Present
	if o.Live == nil {
		o.Live = plan.Fields{}
	}
	o.Live[Provisioning] = provisioning
	switch provisioning {
	case "", Succeeded:
		o.Live[Provisioning] = Succeeded
	case "Failed", "Canceled":
		_, err := s.Underway(ctx, t)
		return o, err
	default:
		o.State, o.Why = plan.Pending, t.Step.Title+" is "+provisioning
	}
	return o, nil
}

// Replicating is the observation of a directory object that was not found: absent, or pending when an earlier entry into
// the step made it, for the directory shows a write only after a while.
func Replicating(t plan.Task, evidence string) plan.Observation {
	o := plan.Observation{State: plan.Absent, Evidence: []string{evidence}}
	if t.Begun != nil && t.Begun.Change.Op == plan.Create {
		o.State, o.Why = plan.Pending, t.Step.Title+" is made and not yet seen in every copy of the directory"
	}
	return o
}

// Provisioning is the field of a long operation's outcome, and Succeeded its wanted value.
const (
	Provisioning = "provisioning"
	Succeeded    = "Succeeded"
)
