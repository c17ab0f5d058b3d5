package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// setup registers what the UI offers before anything else is done.
func (k *keeper) setup(ctx workflow.Context) error {
	if k.LoginProgress == nil {
		k.LoginProgress = &LoginProgress{State: plan.LoginOK, Waiting: map[string]time.Time{}}
	}
	if k.Stale == nil {
		k.Stale = map[string]bool{}
	}
	k.greeted = workflow.Now(ctx)
	k.scribe = newScribe(k.in.Journal)
	k.herald = newHerald(k.in.Notify)
	k.herald.resume(ctx, k.Notices)
	err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func(Ask) (LoginStatus, error) { return k.status(), nil },
		workflow.QueryHandlerOptions{Description: "How the login is, since when and why, who waits for it, and where to sign in."})
	if err != nil {
		return err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, ResumeMessage, func(_ workflow.Context, r Resume) (string, error) {
		k.word = &r
		return fmt.Sprintf("looking whether %s works; %s", k.in.Login.Name, k.behind()), nil
	}, workflow.UpdateHandlerOptions{
		Description: `Says that the login works again: {"decision": "retry", "operator": "you", "reason": "signed in"}. It is looked at once, and frees all who wait.`,
		Validator:   k.refuse,
	})
	if err != nil {
		return err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, SignInMessage, func(_ workflow.Context, s SignIn) (LoginStatus, error) {
		k.wanted = &s
		return k.status(), nil
	}, workflow.UpdateHandlerOptions{
		Description: `Begins a sign-in at another screen: {"operator": "you"}. Where to go and what to type is in the status and the current details.`,
		Validator: func(s SignIn) error {
			if s.Operator == "" {
				return errors.New("say who you are in operator: it is kept with the run")
			}
			return nil
		},
	})
	if err != nil {
		return err
	}
	k.hear(ctx)
	return nil
}

// hear takes in signals as they come.
func (k *keeper) hear(ctx workflow.Context) {
	lostOnes := workflow.GetSignalChannelWithOptions(ctx, lostSignal, workflow.SignalChannelOptions{Description: "From a landing: the login does not work."})
	words := workflow.GetSignalChannelWithOptions(ctx, ResumeMessage, workflow.SignalChannelOptions{
		Description: "As the update of the same name, for when no worker is up to answer.",
	})
	shown := workflow.GetSignalChannelWithOptions(ctx, ChallengeMessage, workflow.SignalChannelOptions{Description: "From the worker: where a person signs in."})
	workflow.Go(ctx, func(ctx workflow.Context) {
		for ctx.Err() == nil {
			s := workflow.NewSelector(ctx)
			s.AddReceive(lostOnes, func(c workflow.ReceiveChannel, _ bool) {
				var l lost
				c.Receive(ctx, &l)
				k.lose(ctx, l)
			})
			s.AddReceive(words, func(c workflow.ReceiveChannel, _ bool) {
				var r Resume
				c.Receive(ctx, &r)
				if err := k.refuse(r); err != nil {
					workflow.GetLogger(ctx).Warn("resume ignored", "reason", err)
					return
				}
				k.word = &r
			})
			s.AddReceive(shown, func(c workflow.ReceiveChannel, _ bool) {
				var ch plan.Challenge
				c.Receive(ctx, &ch)
				k.challenge = &ch
				k.show(ctx)
			})
			s.Select(ctx)
		}
	})
}

func (k *keeper) refuse(r Resume) error {
	switch {
	case r.Decision != Retry:
		return fmt.Errorf("a login takes the decision retry: %q is for the steps that wait for it", r.Decision)
	case r.Operator == "" || r.Reason == "":
		return errors.New("say who you are in operator and why in reason: both are kept with the run")
	case k.State == plan.LoginOK:
		return fmt.Errorf("nothing that matches is held: nobody waits for %s", k.in.Login.Name)
	}
	return nil
}
