package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// notice is what is told of a hold.
func (h *holds) notice(held *hold, kind plan.NoticeKind) plan.Notice {
	step := held.Step
	if held.Lost {
		step = "" // a lost login holds the landing, whichever step met it
	}
	return plan.Notice{
		Kind: kind, Plan: h.plan, Landing: h.landing, Step: step, Login: held.Login, Fault: string(held.Kind), Since: held.Since,
		What: held.Note.Message, Do: first(held.Note.Hint, h.releases(held)),
	}
}

// due is when the next thing is to be done about a hold, and whether that is to remind somebody. A login's reminders are
// its keeper's.
func (h *holds) due(ctx workflow.Context, held *hold, looks bool) (at time.Time, reminds bool) {
	if looks {
		at = held.next()
	}
	if held.Lost || h.notify.Webhook == "" {
		return at, false
	}
	r := held.Since
	for n := range held.Reminded + 1 {
		r = r.Add(reminders(h.notify.RemindAfter())(n))
	}
	if at.IsZero() || r.Before(at) {
		return r, true
	}
	return at, false
}

func (h *holds) remind(ctx workflow.Context, held *hold) {
	held.Reminded++
	n := h.notice(held, plan.NoticeReminder)
	n.What = fmt.Sprintf("still held after %s: %s", workflow.Now(ctx).Sub(held.Since).Round(time.Minute), n.What)
	h.herald.tell(ctx, n)
}

// releases says what ends a hold.
func (h *holds) releases(held *hold) string {
	resume := "landfall resume " + h.plan
	if h.landing != "" {
		resume += " --landing " + h.landing
	}
	resume += " --step " + held.Step
	switch {
	case held.asksWord():
		return "somebody's word that it is so: " + resume + " --decision done --reason \"…\""
	case held.Kind == awaitsPerson:
		return "the API shows it; it is looked at again by itself"
	case held.Lost && held.Kind == fault.Locked:
		return "somebody has " + held.Login + " unlocked and says so: landfall login " + held.Login + ", or landfall resume " + h.plan + " --login " + held.Login + " --decision retry --reason \"…\""
	case held.Lost:
		return "somebody signs in: landfall login " + held.Login
	case held.Rhythm.Early == 0 && held.Word:
		return "somebody decides: " + resume + " --decision retry, or done by your word that it is so, --reason \"…\""
	case held.Rhythm.Early == 0:
		return "somebody decides: " + resume + " --decision retry --reason \"…\""
	}
	mended := "it is mended, which is looked at again by itself; at once by " + resume + " --decision retry --reason \"…\""
	if held.Word {
		mended += ", or by your word that it is so, --decision done"
	}
	return mended
}

// report is a hold as people see it.
func (h *holds) report(held *hold) *plan.HoldReport {
	return &plan.HoldReport{
		Kind: string(held.Kind), Since: held.Since, Login: held.Login, Releases: h.releases(held), Looks: held.Looks, Next: held.next(),
	}
}

// by names what holds a run, for the search attribute: the login where there is one, else the kind of fault.
func (h *holds) by() string {
	kind := ""
	for _, name := range h.sorted() {
		held := h.open[name]
		if held.Login != "" {
			return held.Login
		}
		kind = first(kind, string(held.Kind))
	}
	return kind
}
