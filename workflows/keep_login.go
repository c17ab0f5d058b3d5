package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// KeepLoginInput starts KeepLogin, one for each login.
type KeepLoginInput struct {
	Login   plan.Login   `json:"login"`
	Cloud   plan.Cloud   `json:"cloud"`
	Plan    string       `json:"plan"` // the plan that began it, for notices and the journal
	Notify  plan.Notify  `json:"notify,omitzero"`
	Journal JournalInput `json:"journal,omitzero"`
	// Lost is who found that the login does not work. Empty: nobody has, and somebody wants to sign in.
	Lost []lost `json:"lost,omitempty"`
	// Progress is carried across continue-as-new; leave it out.
	Progress *LoginProgress `json:"progress,omitempty"`
}

// LoginProgress is all of a keeper that outlives continue-as-new.
type LoginProgress struct {
	State    plan.LoginState      `json:"state"`
	Since    time.Time            `json:"since,omitzero"`
	Why      plan.Note            `json:"why,omitzero"`
	Kind     fault.Kind           `json:"kind,omitempty"`
	Until    time.Time            `json:"until,omitzero"` // when a lock ends by itself, where the cloud said so
	Need     time.Duration        `json:"need,omitempty"`
	Waiting  map[string]time.Time `json:"waiting"` // workflows, since when
	Looked   time.Time            `json:"looked,omitzero"`
	Looks    int                  `json:"looks"`
	Reminded int                  `json:"reminded"`
	Back     time.Time            `json:"back,omitzero"` // when it last worked again
	Doubts   int                  `json:"doubts"`        // how often it was lost again just after a look had found it working
	Pass     plan.Pass            `json:"pass,omitzero"`
	// Freed is what those who waited were told last, and Stale who was told it since: they had met the login before it was back.
	Freed   found           `json:"freed,omitzero"`
	Stale   map[string]bool `json:"stale,omitempty"`
	Notices heraldProgress  `json:"notices"`
}

// KeepLogin keeps one login for all who use it: the first who meets it expired or locked turns it to "needs login" or
// "locked", somebody is asked once, and one sign-in, one person's word or one look that finds it working frees all. An
// expired session is looked at by itself; a locked login is never tried before somebody says that it is free. It ends when
// nobody waits any more.
func KeepLogin(ctx workflow.Context, in KeepLoginInput) (LoginStatus, error) {
	k := &keeper{in: in, LoginProgress: in.Progress}
	if err := k.setup(ctx); err != nil {
		return LoginStatus{}, err
	}
	for _, l := range in.Lost {
		k.lose(ctx, l)
	}
	for !k.idle(ctx) {
		if err := k.turn(ctx); err != nil {
			return k.status(), err
		}
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() && k.signing == 0 {
			return k.status(), k.goOn(ctx)
		}
	}
	k.show(ctx)
	return k.status(), k.close(ctx)
}

// keeper is the state of a KeepLogin.
type keeper struct {
	*LoginProgress
	in        KeepLoginInput
	scribe    *scribe
	herald    *herald
	challenge *plan.Challenge
	failed    *plan.Note
	word      *Resume   // somebody says that it works
	wanted    *SignIn   // somebody wants to sign in
	signing   int       // sign-ins under way
	greeted   time.Time // when it last had something to do
}

// lose takes in that somebody met the login as it does not work. Somebody is asked once, however many meet it.
func (k *keeper) lose(ctx workflow.Context, l lost) {
	now := workflow.Now(ctx)
	if k.State == plan.LoginOK && !l.Began.IsZero() && l.Began.Before(k.Back) && !k.Stale[l.Workflow] {
		k.Stale[l.Workflow] = true // once: what it meets next it meets with a login that works
		k.free(ctx, l.Workflow, k.Freed)
		return
	}
	if _, waits := k.Waiting[l.Workflow]; !waits {
		k.Waiting[l.Workflow] = now
	}
	k.Need = max(k.Need, l.Need)
	locked := l.Note.Kind == string(fault.Locked)
	if k.State != plan.LoginOK {
		if locked && k.State == plan.LoginNeeded { // the worse of the two
			k.State, k.Why, k.Kind = plan.LoginLocked, l.Note, fault.Locked
			k.show(ctx)
		}
		return
	}
	k.Since, k.Why, k.Kind, k.Looks, k.Reminded, k.Until = now, l.Note, fault.Kind(l.Note.Kind), 0, 0, time.Time{}
	k.State = plan.LoginNeeded
	k.failed = nil
	switch fresh := !k.Back.IsZero() && now.Sub(k.Back) < doubtful; {
	case locked:
		k.State = plan.LoginLocked
		if l.After > 0 {
			k.Until = now.Add(l.After)
		}
	case fresh && k.Doubts < enough:
		// It was found to work a moment ago: this was on its way before. It is looked at first, and nobody is asked yet.
		k.Doubts++
		k.Looked = now.Add(-time.Hour)
		k.show(ctx)
		return
	case !fresh:
		k.Doubts = 0
	}
	k.ask(ctx)
}

// enough is how often looks may find a login working that steps find lost a moment later: after that only a person's word
// counts.
const enough = 2

// doubtful is how long after it was found to work a login that does not is looked at before somebody is asked.
const doubtful = 2 * time.Minute

// ask asks somebody to sign in, or to have the login unlocked.
func (k *keeper) ask(ctx workflow.Context) {
	k.Looked = workflow.Now(ctx)
	k.scribe.write(ctx, plan.Entry{Kind: plan.EntryLogin, Login: k.in.Login.Name, Who: runbook, What: k.in.Login.Name + ": " + string(k.State), Why: k.Why.Message, State: string(k.State)})
	k.herald.tell(ctx, k.notice(plan.NoticeLogin))
	k.show(ctx)
}

// turn waits for the next thing to do, and does it.
func (k *keeper) turn(ctx workflow.Context) error {
	due, reminds := k.due(ctx)
	_, err := awaitUntil(ctx, due, k.in.Login.Name+": "+string(k.State), func() bool {
		return k.word != nil || k.wanted != nil || k.idle(ctx) || k.beckoned(ctx, due)
	})
	switch {
	case err != nil:
		return err
	case k.wanted != nil:
		k.signIn(ctx)
	case k.word != nil:
		k.believe(ctx)
	case k.idle(ctx):
	case !due.IsZero() && reminds && !workflow.Now(ctx).Before(due):
		k.Reminded++
		n := k.notice(plan.NoticeReminder)
		n.What = fmt.Sprintf("still %s after %s: %s", k.State, workflow.Now(ctx).Sub(k.Since).Round(time.Minute), n.What)
		k.herald.tell(ctx, n)
	case k.State != plan.LoginOK && !due.IsZero() && !workflow.Now(ctx).Before(due):
		k.look(ctx, Resume{Decision: mended, Operator: runbook, Reason: "a look found that the login works"})
	}
	return nil
}

// beckoned reports whether what is due has changed since the wait for it began.
func (k *keeper) beckoned(ctx workflow.Context, since time.Time) bool {
	due, _ := k.due(ctx)
	return !due.Equal(since)
}

// due is when the next thing is to be done by itself: a look, or a reminder; zero where there is none.
func (k *keeper) due(ctx workflow.Context) (at time.Time, reminds bool) {
	if k.State == plan.LoginOK {
		return k.greeted.Add(doubtful), false
	}
	at = k.nextLook()
	if k.in.Notify.Webhook == "" {
		return at, false
	}
	r := k.Since
	for n := range k.Reminded + 1 {
		r = r.Add(reminders(k.in.Notify.RemindAfter())(n))
	}
	if at.IsZero() || r.Before(at) {
		return r, true
	}
	return at, false
}

// nextLook is when it is looked whether the login works: never by itself while it is locked, unless the cloud has said when
// the lock ends.
func (k *keeper) nextLook() time.Time {
	switch {
	case k.State == plan.LoginNeeded && k.signing == 0 && k.Doubts < enough:
		return k.Looked.Add(fault.SessionExpired.Rhythm().Next(k.Looks))
	case k.State == plan.LoginLocked && !k.Until.IsZero() && k.Looks == 0:
		return k.Until
	}
	return time.Time{}
}

// believe takes somebody's word that the login is free, and looks at once.
func (k *keeper) believe(ctx workflow.Context) {
	r := *k.word
	k.word = nil
	if k.State == plan.LoginLocked {
		if _, err := do(ctx, quick(), CloudQueue(k.in.Cloud), "let "+k.in.Login.Name+" be tried again", logins.ReleaseLogin, k.input()); err != nil {
			k.Why = *note(named(err))
			k.show(ctx)
			return
		}
	}
	k.look(ctx, r)
}

// look looks whether the login works, and frees those who wait if so.
func (k *keeper) look(ctx workflow.Context, by Resume) {
	pass, err := do(ctx, glance(), CloudQueue(k.in.Cloud), "does "+k.in.Login.Name+" work", logins.ProbeLogin, k.input())
	if err == nil {
		k.Pass = pass
		k.back(ctx, by)
		return
	}
	if ctx.Err() != nil {
		return
	}
	f := named(err)
	k.Looks++
	asked := !k.Looked.Before(k.Since)
	k.Looked = workflow.Now(ctx)
	switch {
	case f.OfLogin():
		k.Why, k.Kind, k.State = *note(f), f.Kind, plan.LoginNeeded
		if f.Kind == fault.Locked {
			k.State = plan.LoginLocked
		}
	case by.Decision == Retry, f.Kind == fault.Denied:
		// What kept it out is not the login: whoever waits will meet it and say so.
		k.back(ctx, by)
		return
	}
	if !asked {
		k.ask(ctx)
	}
	k.show(ctx)
}

// signIn signs a person in at another screen, beside everything else.
func (k *keeper) signIn(ctx workflow.Context) {
	who := *k.wanted
	k.wanted = nil
	if k.signing > 0 {
		return // one is under way; its challenge serves whoever asks
	}
	k.signing++
	k.challenge, k.failed = nil, nil
	workflow.Go(ctx, func(ctx workflow.Context) {
		pass, err := do(ctx, signingIn(), CloudQueue(k.in.Cloud), "sign "+who.Operator+" in to "+k.in.Login.Name, logins.SignIn, k.input())
		k.signing--
		k.challenge = nil
		if err != nil {
			k.failed, k.greeted = note(named(err)), workflow.Now(ctx)
			k.show(ctx)
			return
		}
		k.Pass = pass
		k.back(ctx, Resume{Decision: Retry, Operator: who.Operator, Reason: "signed in"})
	})
}

// back frees all who wait: the login works again.
func (k *keeper) back(ctx workflow.Context, by Resume) {
	was := k.State
	k.State, k.Back, k.Need, k.greeted = plan.LoginOK, workflow.Now(ctx), 0, workflow.Now(ctx)
	k.Stale = map[string]bool{}
	k.Freed = found{Login: k.in.Login.Name, Operator: by.Operator, Reason: by.Reason}
	for _, id := range workflow.DeterministicKeys(k.Waiting) {
		delete(k.Waiting, id)
		k.free(ctx, id, k.Freed)
	}
	if was != plan.LoginOK {
		k.scribe.write(ctx, plan.Entry{
			Kind: plan.EntryLogin, Login: k.in.Login.Name, Who: by.Operator, What: k.in.Login.Name + " works again", Why: by.Reason,
			State: string(k.State), Before: plan.Fields{"state": string(was)},
		})
		n := k.notice(plan.NoticeBack)
		n.By, n.What, n.Do = by.Operator, k.in.Login.Name+" works again: "+by.Reason, ""
		k.herald.tell(ctx, n)
	}
	k.show(ctx)
}

// free tells somebody who waits that the login works again.
func (k *keeper) free(ctx workflow.Context, id string, told found) {
	if err := workflow.SignalExternalWorkflow(ctx, id, "", foundSignal, told).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Info("who waited for a login has ended", "workflow", id, "error", err)
	}
}

func (k *keeper) input() activities.LoginInput {
	return activities.LoginInput{Cloud: k.in.Cloud, Login: k.in.Login, Need: k.Need}
}

// idle reports whether there has been nothing to keep for a while. Until then it remembers that the login was lost lately.
func (k *keeper) idle(ctx workflow.Context) bool {
	return k.State == plan.LoginOK && len(k.Waiting) == 0 && k.signing == 0 && k.word == nil && k.wanted == nil &&
		workflow.Now(ctx).Sub(k.greeted) >= doubtful
}

// goOn continues as new with all that is known.
func (k *keeper) goOn(ctx workflow.Context) error {
	if err := k.close(ctx); err != nil {
		return err
	}
	next := k.in
	k.Notices = k.herald.progress()
	next.Progress, next.Lost = k.LoginProgress, nil
	return workflow.NewContinueAsNewError(ctx, KeepLoginType, next)
}

// close waits until all is told that was to be told.
func (k *keeper) close(ctx workflow.Context) error {
	if err := k.scribe.flush(ctx); err != nil {
		return err
	}
	if err := k.herald.flush(ctx); err != nil {
		return err
	}
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}
