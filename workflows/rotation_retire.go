package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// Retire takes a credential away that nothing needs any more, because its consumers sign in without one.
type Retire struct {
	// Since is for how long nobody may have used the key before it is taken away.
	Since time.Duration `json:"since"`
	// Word takes the operator's word that nobody uses the key, where its cloud cannot tell.
	Word bool `json:"word,omitempty"`
}

// retiring are the chapters of a retirement: nothing is made, proven or told. The key is current until it is deleted, and one
// message keeps it after all.
func (r *rotation) retiring() []chapter {
	return []chapter{
		{plan.RotationLooking, r.look},
		{plan.RotationGrace, r.unused},
		{plan.RotationDisabling, r.switchOff},
		{plan.RotationObserving, r.observe},
		{plan.RotationDeleting, r.delete},
	}
}

// unused waits until nobody has used the key for as long as is asked for.
func (r *rotation) unused(ctx workflow.Context) error {
	r.scribe.write(ctx, r.entry("its key "+r.Old+" is to be retired", ""))
	for {
		f, err := r.needed(ctx)
		if f == nil || err != nil {
			return err
		}
		d, err := r.holdWith(ctx, f, func(ctx workflow.Context) *fault.Fault {
			again, err := r.needed(ctx)
			if err != nil {
				return nil // whoever goes on looks at why
			}
			return again
		})
		if err != nil || d.Decision == Skip {
			return err
		}
	}
}

// needed is the fault that the key may still be needed, if it may.
func (r *rotation) needed(ctx workflow.Context) (*fault.Fault, error) {
	ring, err := ask(ctx, r, "is "+r.Old+" still used", rotations.ReadKeys, r.input())
	if err != nil {
		return nil, err
	}
	since := workflow.Now(ctx).Add(-r.in.Retire.Since)
	switch used := r.usedSince(ring, since); {
	case used != "":
		return fault.New(fault.Conflict, "Find who still uses it and have them sign in without a key; whoever resumes it with skip takes the key from them.",
			"the key %s is still used: %s", r.Old, used), nil
	case !r.Lately.Tells && !r.in.Retire.Word:
		return fault.New(fault.Conflict, "Ask those who used it, and give your word that nobody does: resume it with skip.",
			"%s does not say when the key %s was last used, so nobody can see that it is unused", r.in.Credential.Cloud, r.Old), nil
	}
	return nil, nil
}

// switchOff switches the key off. Where its cloud cannot, it is kept for its grace instead: nobody could have it back after.
func (r *rotation) switchOff(ctx workflow.Context) error {
	if r.in.Credential.Kind.Disables() {
		if err := r.disable(ctx); err != nil {
			return err
		}
		r.scribe.write(ctx, r.entry("its key "+r.Old+" is switched off", ""))
		r.told(ctx)
		return nil
	}
	r.told(ctx)
	return r.until(ctx, workflow.Now(ctx).Add(r.in.Credential.Grace), r.Old+" cannot be switched off, and is kept for a while")
}

// keepAfterAll takes a retirement back.
func (r *rotation) keepAfterAll(ctx workflow.Context, back Abort) error {
	if !r.Disabled.IsZero() || r.State == plan.RotationDisabling && r.in.Credential.Kind.Disables() {
		in := activities.KeyInput{Credential: r.in.Credential, Rotation: r.Rotation, Key: r.Old}
		if _, err := ask(ctx, r, "switch "+r.Old+" on again", rotations.EnableKey, in); err != nil {
			return err
		}
	}
	r.back(ctx, back, "The key is current, as it was. See who needs it before it is retired again.")
	return nil
}
