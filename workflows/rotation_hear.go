package workflows

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// setup registers what the UI offers before anything else is done.
func (r *rotation) setup(ctx workflow.Context) error {
	r.herald.resume(ctx, r.Notices)
	err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func(Ask) (plan.RotationReport, error) { return r.report(), nil },
		workflow.QueryHandlerOptions{Description: "How far the rotation is, which key is current, and what the canary has seen."})
	if err != nil {
		return err
	}
	if err := r.holds.listen(ctx); err != nil {
		return err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, RollBackMessage, func(_ workflow.Context, a Abort) (string, error) {
		r.wantBack(a)
		return "the old key is being made current again", nil
	}, workflow.UpdateHandlerOptions{
		Description: `Brings the old key back, as long as it is not deleted: {"operator": "you", "reason": "why"}.`,
		Validator: func(a Abort) error {
			switch {
			case r.State.After(plan.RotationObserving):
				return errors.New("the old key is deleted, or about to be: begin another rotation instead")
			case a.Operator == "" || a.Reason == "":
				return errors.New("say who you are in operator and why in reason: both are kept with the run")
			}
			return nil
		},
	})
	if err != nil {
		return err
	}
	workflow.Go(ctx, r.post.carry)
	if r.in.Progress == nil && workflow.GetInfo(ctx).ContinuedExecutionRunID != "" {
		r.told(ctx) // it was asked for while another was under way, and begins now
	}
	again := workflow.GetSignalChannelWithOptions(ctx, AgainMessage, workflow.SignalChannelOptions{
		Description: "From whoever finds a rotation under way: another begins when this one has ended.",
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var in RotateInput
			if more := again.Receive(ctx, &in); !more || ctx.Err() != nil {
				return
			}
			r.follow(in)
			r.tell(ctx)
			r.told(ctx)
		}
	})
	return nil
}

// follow notes that another rotation was asked for, which begins when this one has ended. Of several one follows, for all who
// asked.
func (r *rotation) follow(in RotateInput) {
	in.Progress = nil
	if in.Compromised && !r.Compromised && r.in.Retire == nil && !r.State.After(plan.RotationGrace) {
		r.Compromised, r.Reason, r.Operator = true, in.Reason, in.Operator // what was a routine is one no more
	}
	if was := r.Again; was != nil {
		in.Parents = append(append(in.Parents, was.Parents...), was.Parent)
		if was.Compromised && !in.Compromised {
			in.Compromised, in.Reason, in.Operator, in.Retire = true, was.Reason, was.Operator, nil
		}
	}
	r.Again = &in
}

// wantBack notes that somebody wants the old key back.
func (r *rotation) wantBack(a Abort) {
	if r.Back == nil {
		r.Back = &a
	}
}

// until waits for a time, however long, and less long where the old key is wanted back.
func (r *rotation) until(ctx workflow.Context, at time.Time, what string) error {
	if _, err := awaitUntil(ctx, at, r.in.Credential.ID+": "+what, func() bool { return r.Back != nil || r.turns(ctx) || r.Compromised && !r.in.Compromised }); err != nil {
		return err
	}
	return r.stop()
}

// pause waits for a while.
func (r *rotation) pause(ctx workflow.Context, d time.Duration, what string) {
	_ = r.until(ctx, workflow.Now(ctx).Add(d), what) // whoever goes on looks at what has changed
}

// stop is the error with which a chapter ends early.
func (r *rotation) stop() error {
	switch {
	case r.Back != nil:
		return errBack
	case r.turning:
		return errStopped
	}
	return nil
}

// turns reports whether the rotation is to continue as new.
func (r *rotation) turns(ctx workflow.Context) bool {
	if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
		r.turning = true
	}
	return r.turning
}

func (r *rotation) handsOn(ctx workflow.Context, err error) bool {
	return errors.Is(err, errStopped) && r.turning && r.Back == nil && ctx.Err() == nil
}

// goOn continues as new with all that is known.
func (r *rotation) goOn(ctx workflow.Context) error {
	if err := r.unwatch(ctx); err != nil {
		return err
	}
	if err := r.close(ctx); err != nil {
		return err
	}
	r.Notices = r.herald.progress()
	next := r.in
	next.Progress = r.RotationProgress
	return workflow.NewContinueAsNewError(ctx, RotateCredentialType, next)
}

// end closes the rotation, and begins the one that was asked for meanwhile.
func (r *rotation) end(ctx workflow.Context) error {
	r.told(ctx)
	if err := r.unwatch(ctx); err != nil {
		return err
	}
	r.Ended = workflow.Now(ctx)
	why := r.Reason
	if !r.Retire {
		why = fmt.Sprintf("canary: %d sign-ins, %d failures, at most %.1f s without one that worked", r.Canary.Probes, r.Canary.Failures, r.Canary.MaxGap)
	}
	r.scribe.write(ctx, r.entry("the rotation is "+string(r.State), why))
	r.tell(ctx)
	if err := r.close(ctx); err != nil {
		return err
	}
	if r.Again != nil {
		return workflow.NewContinueAsNewError(ctx, RotateCredentialType, *r.Again)
	}
	if r.State == plan.RotationBack {
		return temporal.NewNonRetryableApplicationError("the rotation of "+r.Credential+" was rolled back: "+r.Back.Reason, "RolledBack", nil, r.RotationReport)
	}
	return nil
}

func (r *rotation) close(ctx workflow.Context) error {
	err := workflow.Await(ctx, func() bool { return r.post.delivered() && workflow.AllHandlersFinished(ctx) })
	if err != nil {
		return err
	}
	if err := r.scribe.flush(ctx); err != nil {
		return err
	}
	return r.herald.flush(ctx)
}

// entry is a record of the rotation for the journal.
func (r *rotation) entry(what, why string) plan.Entry {
	return plan.Entry{
		Kind: plan.EntryRotation, Login: r.in.Credential.Landing.Login.Name, Landing: r.in.Credential.Landing.ID(), Step: r.Credential, Who: r.Operator,
		What: r.Credential + ": " + what, Why: first(why, r.Reason), ID: first(r.New, r.Old), Change: plan.Update,
	}
}

// report is the rotation as it stands.
func (r *rotation) report() plan.RotationReport {
	out := r.RotationReport
	out.Queued, out.Until = r.Again != nil, r.waits()
	if r.Back != nil && r.State != plan.RotationBack {
		out.Returning, out.Until = r.Back.Reason, time.Time{}
	}
	if held, is := r.holds.open[r.step()]; is {
		out.Hold = r.holds.report(held)
	}
	return out
}

// waits is when what is waited for just now is over by itself, or zero.
func (r *rotation) waits() time.Time {
	switch {
	case r.State == plan.RotationGrace && !r.Promoted.IsZero():
		return r.graceEnds()
	case r.State == plan.RotationObserving && !r.Disabled.IsZero():
		return r.Disabled.Add(r.in.Credential.Observe)
	}
	return time.Time{}
}

// tell shows the rotation's state where people look.
func (r *rotation) tell(ctx workflow.Context) {
	state := r.State
	if len(r.holds.open) > 0 {
		state = plan.RotationHeld
	}
	show(ctx, plan.LandingState(state), r.holds.by())
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** %s (%s)\n\n", r.Credential, state, r.Kind)
	fmt.Fprintf(&b, "- kept at %s\n- old key %s\n- new key %s\n", r.Item, first(r.Old, "–"), r.newKey())
	if !r.Retire {
		fmt.Fprintf(&b, "- canary: %d sign-ins, %d failures\n", r.Canary.Probes, r.Canary.Failures)
	}
	if held, is := r.holds.open[r.step()]; is {
		fmt.Fprintf(&b, "\nHeld since %s: %s %s\n\nEnds when %s\n", held.Since.UTC().Format(time.RFC3339), held.Note.Message, held.Note.Hint, marked(r.holds.releases(held)))
	}
	b.WriteString("\nTo bring the old key back send the update `rollBack` with `{\"operator\": \"you\", \"reason\": \"why\"}`.\n")
	workflow.SetCurrentDetails(ctx, clip(b.String(), 12000))
}

// newKey is the new key as people see it.
func (r *rotation) newKey() string {
	if r.Retire {
		return "none: the credential is retired"
	}
	return first(r.New, "–")
}
