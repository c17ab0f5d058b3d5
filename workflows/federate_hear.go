package workflows

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// RetireKey asks a federation that stands to take the key away.
type RetireKey struct {
	Retire
	Operator string `json:"operator"`
	Reason   string `json:"reason"`
}

// FederationStepName is the name of what is held in a federation, as people resume it.
func FederationStepName(credential string) string { return "federate-" + strings.ToLower(credential) }

func (f *federation) step() string { return FederationStepName(f.in.Credential) }

// setup registers what the UI offers before anything else is done.
func (f *federation) setup(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func(Ask) (plan.FederationReport, error) { return f.report(), nil },
		workflow.QueryHandlerOptions{Description: "How far the federation is, whom it trusts and who was seen to sign in."})
	if err != nil {
		return err
	}
	if err := f.holds.listen(ctx); err != nil {
		return err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, RollBackMessage, func(_ workflow.Context, a Abort) (string, error) {
		f.wantBack(a)
		return "what this run did is being taken back, last things first; the key is current as it was", nil
	}, workflow.UpdateHandlerOptions{
		Description: `Takes the federation back, as long as the key is not being retired: {"operator": "you", "reason": "why"}.`,
		Validator:   f.refuseBack,
	})
	if err != nil {
		return err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, RetireMessage, func(_ workflow.Context, r RetireKey) (string, error) {
		f.Going = &r
		return "the key is retired as soon as the federation is seen to work", nil
	}, workflow.UpdateHandlerOptions{
		Description: `Takes the key away once the federation stands: {"since": 604800000000000, "operator": "you", "reason": "why"}; since is for how long, in nanoseconds, nobody may have used it.`,
		Validator:   f.refuseRetire,
	})
	if err != nil {
		return err
	}
	said := workflow.GetSignalChannel(ctx, landedSignal)
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var l landed
			if more := said.Receive(ctx, &l); !more || ctx.Err() != nil {
				return
			}
			f.landed[l.Landing] = l
			f.tell(ctx)
		}
	})
	told := workflow.GetSignalChannel(ctx, rotatedSignal)
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var r rotated
			if more := told.Receive(ctx, &r); !more || ctx.Err() != nil {
				return
			}
			f.retired(ctx, r)
		}
	})
	return nil
}

// open takes up what the plan says of journal and notices.
func (f *federation) open(ctx workflow.Context) {
	f.journal = journalOf(f.plan)
	f.scribe, f.herald = newScribe(f.journal), newHerald(f.plan.Notify)
	f.herald.resume(ctx, f.Notices)
	f.post = newPost(f.journal, f.plan.Notify, append(f.sources(), f.links[0].Into)...)
	f.holds.holding = holding{
		plan: f.Plan, notify: f.plan.Notify, scribe: f.scribe, herald: f.herald, post: f.post,
		give: f.wantBack, stopped: func() bool { return f.Back != nil || f.turning }, show: f.tell,
	}
	workflow.Go(ctx, f.post.carry)
}

func (f *federation) refuseBack(a Abort) error {
	switch {
	case a.Operator == "" || a.Reason == "":
		return errors.New("say who you are in operator and why in reason: both are kept with the run")
	case f.in.Preview:
		return errors.New("this run only looks: there is nothing to take back")
	case f.State.After(plan.FederationStanding):
		return fmt.Errorf("the key is being retired: bring it back first (landfall rotate rollback %s --credential %s)", f.Plan, f.Credential)
	case f.Back != nil:
		return fmt.Errorf("it is being taken back already, by %s: %s", f.Back.Operator, f.Back.Reason)
	}
	return nil
}

func (f *federation) refuseRetire(r RetireKey) error {
	switch {
	case r.Operator == "" || r.Reason == "":
		return errors.New("say who you are in operator and why in reason: both are kept with the run")
	case f.in.Preview:
		return errors.New("this run only looks")
	case f.Back != nil:
		return fmt.Errorf("it is being taken back, by %s: %s", f.Back.Operator, f.Back.Reason)
	case f.Going != nil:
		return fmt.Errorf("it is to be retired already, by %s: %s", f.Going.Operator, f.Going.Reason)
	}
	return nil
}

func (f *federation) wantBack(a Abort) {
	if f.Back == nil {
		f.Back = &a
	}
}

// stop is the error with which a chapter ends early.
func (f *federation) stop() error {
	switch {
	case f.Back != nil:
		return errBack
	case f.turning:
		return errStopped
	}
	return nil
}

// turns reports whether the federation is to continue as new.
func (f *federation) turns(ctx workflow.Context) bool {
	if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
		f.turning = true
	}
	return f.turning
}

func (f *federation) handsOn(ctx workflow.Context, err error) bool {
	return errors.Is(err, errStopped) && f.turning && f.Back == nil && ctx.Err() == nil
}

// goOn continues as new with all that is known.
func (f *federation) goOn(ctx workflow.Context) error {
	if err := f.close(ctx); err != nil {
		return err
	}
	f.Notices = f.herald.progress()
	next := f.in
	next.Progress = f.FederationProgress
	return workflow.NewContinueAsNewError(ctx, FederateType, next)
}

// end closes the federation.
func (f *federation) end(ctx workflow.Context) error {
	f.Ended = workflow.Now(ctx)
	if !f.Preview {
		f.scribe.write(ctx, f.entry("the federation is "+string(f.State), f.Reason))
	}
	f.tell(ctx)
	return f.close(ctx)
}

func (f *federation) close(ctx workflow.Context) error {
	err := workflow.Await(ctx, func() bool { return f.post.delivered() && workflow.AllHandlersFinished(ctx) })
	if err != nil {
		return err
	}
	if err := f.scribe.flush(ctx); err != nil {
		return err
	}
	return f.herald.flush(ctx)
}

// entry is a record of the federation for the journal.
func (f *federation) entry(what, why string) plan.Entry {
	return plan.Entry{
		Kind: plan.EntryRotation, Login: f.credential.Landing.Login.Name, Landing: f.credential.Landing.ID(), Step: f.Credential, Who: f.Operator,
		What: f.Credential + ": " + what, Why: first(why, f.Reason), Change: plan.Update,
	}
}

// holdWith holds the federation until somebody decides or a look meets the fault no more.
func (f *federation) holdWith(ctx workflow.Context, ft *fault.Fault, word bool, look func(workflow.Context) *fault.Fault) (Resume, error) {
	f.Fault = note(ft)
	held := holdOf(f.step(), ft, 0)
	if f.Held != nil { // it was held in the part of the run before this one
		held, f.Held = f.Held, nil
	}
	held.Word = word
	d, err := f.holds.keep(ctx, held, look)
	switch {
	case err != nil && f.Back != nil:
		return d, errBack
	case err != nil:
		if f.turns(ctx) {
			f.Held = held
		}
		return d, err
	}
	f.Fault = nil
	f.tell(ctx)
	return d, nil
}

// report is the federation as it stands.
func (f *federation) report() plan.FederationReport {
	out := f.FederationReport
	if f.Back != nil && f.State != plan.FederationBack {
		out.Returning = f.Back.Reason
	}
	if held, is := f.holds.open[f.step()]; is {
		out.Hold = f.holds.report(held)
	}
	for _, id := range workflow.DeterministicKeys(f.landed) {
		if l := f.landed[id]; out.Hold == nil && (l.State == plan.LandingHeld || l.State == plan.LandingWaiting) {
			out.Hold = &plan.HoldReport{Kind: string(l.State), Releases: "its landing goes on: landfall resume " + f.Plan + " --step …, or see the workflow " + FederatedLandID(f.Plan, f.Credential, id)}
			out.Fault = &plan.Note{Kind: string(l.State), Message: id + ": " + l.Why}
		}
	}
	return out
}

// tell shows the federation's state where people look.
func (f *federation) tell(ctx workflow.Context) {
	r := f.report()
	state := r.State
	if r.Hold != nil {
		state = plan.FederationHeld
	}
	show(ctx, plan.LandingState(state), f.holds.by())
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** becomes none: %s\n\n", f.Credential, state)
	for _, w := range r.Ways {
		fmt.Fprintf(&b, "- %s of %s becomes %s of %s", w.Who, w.From, f.Identity, w.Into)
		switch {
		case w.Word != "":
			fmt.Fprintf(&b, ", by the word of %s", w.Word)
		case w.Proofs > 0:
			fmt.Fprintf(&b, ": seen %d times in a row, as %s", w.Proofs, w.As)
		case w.Trust.Issuer != "":
			fmt.Fprintf(&b, ", by %s for %s", w.Trust.Issuer, w.Trust.Subject)
		}
		b.WriteString("\n")
	}
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "- %s/%s: %s\n", s.Landing, s.Name, first(string(s.Change), string(s.State)))
	}
	if r.Hold != nil && r.Fault != nil {
		fmt.Fprintf(&b, "\nHeld: %s %s\n\nEnds when %s\n", r.Fault.Message, r.Fault.Hint, marked(r.Hold.Releases))
	}
	if r.State == plan.FederationStanding {
		b.WriteString("\nThe federation stands, and the key is only still there. To take it away send the update `retire`.\n")
	}
	b.WriteString("\nTo take all of it back send the update `rollBack` with `{\"operator\": \"you\", \"reason\": \"why\"}`.\n")
	workflow.SetCurrentDetails(ctx, clip(b.String(), 12000))
}

// waitFor waits until something holds, the run is taken back, or it is to continue as new.
func (f *federation) waitFor(ctx workflow.Context, at time.Time, what string, holds func() bool) error {
	if _, err := awaitUntil(ctx, at, what, func() bool { return holds() || f.Back != nil || f.turns(ctx) }); err != nil {
		return err
	}
	return f.stop()
}
