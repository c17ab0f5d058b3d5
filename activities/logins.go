package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Gate is a cloud's way in, as the keeper of a login asks about it.
type Gate interface {
	// Probe signs in with a login as a step would, past whatever is cached, and reads who that is. A login whose session is
	// known to end within need is a SessionExpired fault, as one that has ended.
	Probe(ctx context.Context, l plan.Login, need time.Duration) (plan.Pass, error)
	// SignIn signs a person in at another screen: show is told where to go and what to type. It returns once the session is
	// where steps look for it, a fault where nobody has signed in in time, and an Invalid fault with the command to use
	// instead where a login of this type cannot be signed in to from here.
	SignIn(ctx context.Context, l plan.Login, show func(plan.Challenge)) error
}

// Logins are the activities of the chapter "login". They run on the login's cloud's own task queue.
type Logins struct {
	Gates map[plan.Cloud]Gate
	Latch *Latch
	// Show hands a challenge to the workflow that asked for the sign-in.
	Show func(ctx context.Context, workflow, run string, c plan.Challenge) error
}

// LoginInput is the input of the activities of a login.
type LoginInput struct {
	Cloud plan.Cloud `json:"cloud"`
	Login plan.Login `json:"login"`
	// Need is how long the session must still last: the longest usual time of the steps that wait for it.
	Need time.Duration `json:"need,omitempty"`
}

// ProbeLogin looks whether a login works. A latched one is not tried.
func (a *Logins) ProbeLogin(ctx context.Context, in LoginInput) (plan.Pass, error) {
	if f := a.Latch.Holds(in.Login.Name); f != nil {
		return plan.Pass{}, f
	}
	g, err := a.gate(in)
	if err != nil {
		return plan.Pass{}, err
	}
	pass, err := g.Probe(ctx, in.Login, in.Need)
	return pass, a.Latch.Learn(err)
}

// ReleaseLogin lets a locked login be tried again, because somebody says that it is free.
func (a *Logins) ReleaseLogin(_ context.Context, in LoginInput) (Checked, error) {
	return Checked{}, a.Latch.Release(in.Login.Name)
}

// SignIn signs a person in and shows the workflow that asked what they must do. Whoever signs in says that the login is free.
func (a *Logins) SignIn(ctx context.Context, in LoginInput) (plan.Pass, error) {
	g, err := a.gate(in)
	if err != nil {
		return plan.Pass{}, err
	}
	if err := a.Latch.Release(in.Login.Name); err != nil {
		return plan.Pass{}, err
	}
	pulse := beat(ctx)
	defer pulse.stop()
	at := activity.GetInfo(ctx).WorkflowExecution
	var untold error
	err = g.SignIn(ctx, in.Login, func(c plan.Challenge) { untold = a.Show(ctx, at.ID, at.RunID, c) })
	switch {
	case untold != nil:
		return plan.Pass{}, &fault.Fault{Kind: fault.Transient, Message: "the sign-in could not be shown: " + untold.Error(), Hint: "It is begun again by itself.", Login: in.Login.Name, Err: untold}
	case err != nil:
		return plan.Pass{}, a.Latch.Learn(err)
	}
	pass, err := g.Probe(ctx, in.Login, in.Need)
	return pass, a.Latch.Learn(err)
}

func (a *Logins) gate(in LoginInput) (Gate, error) {
	g, built := a.Gates[in.Cloud]
	if !built {
		return nil, fault.New(fault.Invalid, "Start a worker with --clouds "+string(in.Cloud)+".", "this worker was not built or started for the cloud %q", in.Cloud)
	}
	return g, nil
}
