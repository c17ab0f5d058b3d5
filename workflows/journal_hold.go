package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// listen registers the resume update and the signal of the same name.
func (j *journal) listen(ctx workflow.Context) error {
	err := workflow.SetUpdateHandlerWithOptions(ctx, ResumeMessage,
		func(_ workflow.Context, r Resume) (string, error) {
			j.decided = &r
			return "retry: journal", nil
		},
		workflow.UpdateHandlerOptions{
			Description: `Looks again at once: {"decision": "retry", "operator": "you", "reason": "why"}. No entry can be left out.`,
			Validator:   func(r Resume) error { return j.refuse(r) },
		})
	if err != nil {
		return err
	}
	signals := workflow.GetSignalChannelWithOptions(ctx, ResumeMessage, workflow.SignalChannelOptions{
		Description: "As the update of the same name, for when no worker is up to answer.",
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var r Resume
			if more := signals.Receive(ctx, &r); !more {
				return
			}
			if err := j.refuse(r); err != nil {
				workflow.GetLogger(ctx).Warn("resume ignored", "reason", err)
				continue
			}
			j.decided = &r
		}
	})
	return nil
}

// refuse says why a resume would release nothing.
func (j *journal) refuse(r Resume) error {
	switch {
	case r.Decision != Retry:
		return fmt.Errorf("decision is retry, not %q: no entry of a journal is left out", r.Decision)
	case r.Operator == "" || r.Reason == "":
		return errors.New("say who you are in operator and why in reason: both are kept with the run")
	case j.held == nil || r.Step != "" && r.Step != "journal" || r.Login != "" && r.Login != j.held.Login:
		return errors.New("nothing that matches is held here; held now: " + j.holding())
	}
	return nil
}

func (j *journal) holding() string {
	if j.held == nil {
		return "nothing"
	}
	return "journal"
}

// hold waits until somebody resumes, or it is time to look again. A conflict is with another writer: where the chain ends
// is asked anew then. After any other fault it is not, so that a batch whose answer was lost is found and not sealed twice.
func (j *journal) hold(ctx workflow.Context, f *fault.Fault) error {
	if f.Kind == fault.Conflict {
		j.kept.Head = nil
	}
	now := workflow.Now(ctx)
	if j.kept.Since.IsZero() {
		j.kept.Since = now
	}
	j.why, j.decided = fault.Clip(f.Error()), nil
	j.held = &plan.HoldReport{
		Kind: string(f.Kind), Since: j.kept.Since, Login: first(f.Login, j.in.Home.Login.Name), Looks: j.kept.Looks,
		Releases: first(f.Hint, "It goes on as soon as its table can be written."),
	}
	released := func() bool { return j.decided != nil }
	wait := f.Kind.Rhythm().Next(j.kept.Looks)
	if wait > 0 {
		j.held.Next = now.Add(wait)
	}
	j.tell(ctx)
	var err error
	if wait > 0 {
		_, err = workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{Timeout: wait, TimerOptions: workflow.TimerOptions{
			Summary: clip("the journal is held: "+j.why, 120),
		}}, released)
	} else {
		err = workflow.Await(ctx, released)
	}
	j.held, j.why = nil, ""
	if j.kept.Looks++; j.decided != nil {
		j.kept.Looks = 0
	}
	return err
}
