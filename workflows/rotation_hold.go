package workflows

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// RotationStep is the name of what is held in the rotation of a credential, as people resume it.
func RotationStep(credential string) string { return "rotate-" + credential }

func (r *rotation) step() string { return RotationStep(r.Credential) }

// ask runs an activity of the rotation, holding for as long as it takes.
func ask[In, Out any](ctx workflow.Context, r *rotation, summary string, step func(context.Context, In) (Out, error), in In) (Out, error) {
	try := func(ctx workflow.Context) (Out, error) {
		return do(ctx, steady(), CloudQueue(r.in.Credential.Cloud), summary, step, in)
	}
	for {
		out, err := try(ctx)
		if err == nil || ctx.Err() != nil {
			return out, err
		}
		d, stop := r.holdWith(ctx, named(err), func(ctx workflow.Context) *fault.Fault {
			if out, err = try(ctx); err != nil {
				return named(err)
			}
			return nil
		})
		if stop != nil || d.Decision == mended {
			return out, stop
		}
	}
}

// holdWith holds the rotation until somebody decides or a look meets the fault no more.
func (r *rotation) holdWith(ctx workflow.Context, f *fault.Fault, look func(workflow.Context) *fault.Fault) (Resume, error) {
	r.Fault = note(f)
	held := holdOf(r.step(), f, 0)
	if r.RotationProgress.Hold != nil { // it was held in the part of the run before this one
		held, r.RotationProgress.Hold = r.RotationProgress.Hold, nil
	}
	if f.Kind == fault.Invalid || f.Kind == fault.Retired || f.Kind == fault.Bug {
		look = nil // looking again changes nothing
	}
	r.toldAs(ctx, plan.RotationHeld)
	d, err := r.holds.keep(ctx, held, look)
	switch {
	case err != nil && r.Back != nil:
		return d, errBack
	case err != nil:
		if r.turning {
			r.RotationProgress.Hold = held
		}
		return d, err
	}
	r.Fault = nil
	r.tell(ctx)
	r.told(ctx)
	return d, nil
}

// rollBack brings the old key back, as long as it stands: what was staged is removed, what was made current gives its place
// up again.
func (r *rotation) rollBack(ctx workflow.Context) error {
	back := *r.Back
	stopped := r.holds.stopped
	r.holds.stopped = func() bool { return false } // these holds are part of the way back
	defer func() { r.holds.stopped = stopped }()
	r.fast = true
	in := r.input()
	switch {
	case r.State == plan.RotationLooking:
		r.back(ctx, back, "Nothing was made, and the key is current as it was. See what held the rotation, then rotate again.")
		return nil
	case r.in.Retire != nil:
		return r.keepAfterAll(ctx, back)
	}
	if !r.Promoted.IsZero() {
		if r.in.Credential.Kind.Disables() {
			in.Key = r.Old
			if _, err := ask(ctx, r, "switch "+r.Old+" on again", rotations.EnableKey, in); err != nil {
				return err
			}
		}
		in.Slot, in.Times, in.Over = plan.Previous, proofs, r.proofOver()
		if _, err := ask(ctx, r, "does "+r.Old+" still work", rotations.ProveKey, in); err != nil {
			return err
		}
		if _, err := ask(ctx, r, "make "+r.Old+" current again", rotations.RevertKey, r.input()); err != nil {
			return err
		}
	}
	for _, key := range r.made(ctx) {
		in = r.input()
		in.Key = key
		if _, err := ask(ctx, r, "delete "+key, rotations.DeleteKey, in); err != nil {
			return err
		}
	}
	in = r.input()
	in.Slot = plan.Staged
	if _, err := ask(ctx, r, "empty the slot pending", rotations.DropSlot, in); err != nil {
		return err
	}
	r.back(ctx, back, "The old key is current. See what kept the new one from working, then rotate again.")
	return nil
}

// back ends the rotation as one that was taken back, and tells of it.
func (r *rotation) back(ctx workflow.Context, back Abort, hint string) {
	r.State = plan.RotationBack
	r.Fault = &plan.Note{Kind: "RolledBack", Message: back.Reason, Hint: hint}
	r.Operator, r.Reason = back.Operator, back.Reason
	n := plan.Notice{Kind: plan.NoticeKeyBack, Plan: r.in.Credential.Plan, What: "the rotation of " + r.Credential + " was rolled back: " + back.Reason, Do: r.Fault.Hint, By: back.Operator}
	r.herald.tell(ctx, n)
}

// made are the keys that this rotation made: the one that it knows of, and those whose answer was lost. Before a key is
// current nobody else makes one of this identity that the vault knows of.
func (r *rotation) made(ctx workflow.Context) []string {
	ring, err := ask(ctx, r, "did an attempt make a key whose answer was lost", rotations.ReadKeys, r.input())
	if err != nil {
		return keysIn(r.New)
	}
	out := keysIn(r.New)
	for _, k := range ring.Keys {
		// An AWS key bears no name of ours; one that came up meanwhile and that nobody has ever used is this rotation's.
		ours := k.Ours || r.Kind == plan.AccessKey && k.Tells && k.Used.IsZero()
		lost := k.Slot == "" && ours && !slices.Contains(r.Baseline, k.ID)
		if k.ID != r.Old && !slices.Contains(out, k.ID) && (k.Slot == plan.Staged && ring.Vault.Rotation == r.Rotation || lost) {
			out = append(out, k.ID)
		}
	}
	return out
}

// keysIn is a list of the key, where there is one.
func keysIn(key string) []string {
	if key == "" {
		return nil
	}
	return []string{key}
}

// The canary's paces: all the time where something changes, for a while now and then where it is only waited.
const (
	soonest  = 500 * time.Millisecond // in a world however fast
	burst    = 20 * time.Second
	looks    = 4 // so many at a time where it is only waited
	rarely   = 30 * time.Minute
	burstsIn = 20 // bursts in a grace that is shorter than a day
)

// watch signs in with the vault's current key all through the rotation, as a consumer would, and keeps count.
func (r *rotation) watch(ctx workflow.Context) {
	defer func() { r.watched = true }()
	in := r.watchInput()
	for ctx.Err() == nil && !r.turning && !r.ended() {
		in.For = max(paced(burst, r.in.Pace), looks*in.Every)
		if !r.busy() {
			in = r.watchInput()
			gap := min(rarely, max(r.in.Credential.Grace/burstsIn, time.Second))
			_, err := awaitUntil(ctx, workflow.Now(ctx).Add(gap), "between two looks at the current key", func() bool { return r.busy() || r.turning || r.ended() })
			if err != nil {
				return
			}
			if r.busy() || r.turning || r.ended() {
				continue
			}
		}
		r.see(ctx, in)
	}
}

// watchInput is a few looks, one after the other.
func (r *rotation) watchInput() activities.WatchInput {
	every := max(paced(r.Kind.Watched(), r.in.Pace), soonest)
	return activities.WatchInput{Credential: r.in.Credential, Every: every, For: (looks - 1) * every}
}

// see looks for a while, and counts.
func (r *rotation) see(ctx workflow.Context, in activities.WatchInput) {
	var seen plan.Canary
	f := workflow.ExecuteActivity(r.watching(ctx, in), rotations.WatchKey, in)
	if err := f.Get(ctx, &seen); err == nil || lastSeen(err, &seen) {
		r.Canary = r.Canary.Plus(seen)
	}
}

// unwatch ends the watch and waits for what it has seen last: that is what came of taking the old key away. Where all that it had
// seen died with a worker, it looks once more: no rotation is done that nobody has looked at.
func (r *rotation) unwatch(ctx workflow.Context) error {
	r.turning = true
	err := workflow.Await(ctx, func() bool { return r.watched || r.in.Retire != nil })
	if err != nil || r.State != plan.RotationDone || r.in.Retire != nil {
		return err
	}
	for n := 0; n < looks && r.Canary.Probes == 0; n++ { // the next worker may die too
		r.see(ctx, r.watchInput())
	}
	return nil
}

// lastSeen is what a canary told before its worker died.
func lastSeen(err error, seen *plan.Canary) bool {
	var late *temporal.TimeoutError
	return errors.As(err, &late) && late.HasLastHeartbeatDetails() && late.LastHeartbeatDetails(seen) == nil
}

// busy reports whether something is changed just now, and not only waited for.
func (r *rotation) busy() bool { return r.fast && len(r.holds.open) == 0 }

func (r *rotation) ended() bool {
	return r.State == plan.RotationDone || r.State == plan.RotationBack
}

// watching are the options of the canary's activity: one that is cut short, with the workflow, tells what it has seen so far.
func (r *rotation) watching(ctx workflow.Context, in activities.WatchInput) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: CloudQueue(r.in.Credential.Cloud), Summary: "sign in with the current key of " + r.Credential + ", as a consumer would",
		StartToCloseTimeout: in.For + time.Minute, HeartbeatTimeout: 30 * time.Second, WaitForCancellation: true,
		RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1},
	})
}
