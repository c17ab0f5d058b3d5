package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// hold is something that waits for a person or for the world. It outlives continue-as-new.
type hold struct {
	Step  string     `json:"step"`
	Login string     `json:"login,omitempty"`
	Kind  fault.Kind `json:"kind"`
	Note  plan.Note  `json:"note"`
	Since time.Time  `json:"since"`
	// Lost is set where it is the login itself that keeps out: the login's keeper looks, not the hold.
	Lost bool `json:"lost,omitempty"`
	// Need is how long the session must last for the step, and After when the login's lock ends by itself, where that is known.
	Need  time.Duration `json:"need,omitempty"`
	After time.Duration `json:"after,omitempty"`
	// Began is when the attempt that met it began.
	Began time.Time `json:"began,omitzero"`
	// Rhythm is how often the world is looked at.
	Rhythm   fault.Rhythm `json:"rhythm,omitzero"`
	Looked   time.Time    `json:"looked,omitzero"`
	Looks    int          `json:"looks"`
	Reminded int          `json:"reminded,omitempty"`
	Told     bool         `json:"told,omitempty"`
	// Word is set where somebody's word may stand for what an API would prove.
	Word bool `json:"word,omitempty"`

	decided *Resume
}

// holdOf is the hold that a fault comes to. A fault of the kinds that are tried again by themselves is one that was tried for
// long enough.
func holdOf(step string, f *fault.Fault, need time.Duration) *hold {
	h := &hold{Step: step, Login: f.Login, Kind: f.Kind, Note: *note(f), Lost: f.OfLogin(), Need: need, After: f.After, Began: f.Began, Rhythm: f.Kind.Rhythm()}
	if f.Kind == awaitsPerson {
		h.Rhythm = fault.Rhythm{Early: 2 * time.Second, Late: 15 * time.Minute}
	}
	return h
}

// What holds a step that is no fault of anybody's.
const (
	awaitsPerson fault.Kind = "person" // a person is to act, and an API will prove it
	awaitsWord   fault.Kind = "word"   // a person is to act, and no API can prove it: their word is taken
)

// asksWord reports whether a person's word ends the hold.
func (h *hold) asksWord() bool { return h.Kind == awaitsWord }

// next is when the world is looked at again, or zero.
func (h *hold) next() time.Time {
	if h.Rhythm.Early == 0 || h.Lost {
		return time.Time{}
	}
	from := h.Since
	if !h.Looked.IsZero() {
		from = h.Looked
	}
	return from.Add(h.Rhythm.Next(h.Looks))
}

// holding is what holds need of the workflow they are in.
type holding struct {
	plan, landing string
	notify        plan.Notify
	scribe        *scribe
	herald        *herald
	post          *post
	stopped       func() bool                // nothing may go on: the run is given up, or handed on
	give          func(a Abort)              // somebody gives the run up
	show          func(ctx workflow.Context) // the workflow's state has changed
}

// holds are a workflow's holds, and the messages that release them.
type holds struct {
	holding
	open map[string]*hold
}

// errStopped is returned for a hold that goes on in the workflow's next run, or not at all.
var errStopped = errors.New("the run is given up, or handed on to its next part")

// keep holds until somebody decides, the login is back, or a look finds the world mended. Look returns the fault it meets, or
// nil; without one only people decide. It returns the decision; errStopped or the error of a cancelled context otherwise.
func (h *holds) keep(ctx workflow.Context, held *hold, look func(ctx workflow.Context) *fault.Fault) (Resume, error) {
	h.begin(ctx, held)
	for {
		due, reminds := h.due(ctx, held, look != nil)
		_, err := awaitUntil(ctx, due, held.Step+": "+held.Note.Message, func() bool { return held.decided != nil || h.stopped() })
		if err != nil {
			return Resume{}, err
		}
		switch {
		case held.decided != nil:
			return h.end(ctx, held, *held.decided), nil
		case h.stopped():
			delete(h.open, held.Step)
			return Resume{}, errStopped
		case reminds:
			h.remind(ctx, held)
			continue
		}
		f := look(ctx)
		switch {
		case ctx.Err() != nil:
			return Resume{}, ctx.Err()
		case held.decided != nil: // somebody decided while it was looked
			return h.end(ctx, held, *held.decided), nil
		case f == nil:
			return h.end(ctx, held, Resume{Decision: mended, Operator: runbook, Reason: "a look found it mended"}), nil
		}
		held.Looked = workflow.Now(ctx)
		held.Looks++
		h.again(ctx, held, f)
	}
}

// runbook is who does what nobody asked for.
const runbook = "landfall"

// begin opens a hold, and tells of it once.
func (h *holds) begin(ctx workflow.Context, held *hold) {
	h.open[held.Step] = held
	if held.Since.IsZero() {
		held.Since = workflow.Now(ctx)
	}
	h.show(ctx)
	if held.Told {
		return
	}
	held.Told = true
	h.scribe.write(ctx, h.entry(held))
	if held.Lost {
		h.post.lose(held.Login, lost{Note: held.Note, Need: held.Need, After: held.After, Began: held.Began})
		if h.behind(held) > 1 {
			return // the landing's wait for that login has been told of already
		}
	}
	kind := plan.NoticeHold
	if held.Kind == awaitsPerson || held.Kind == awaitsWord {
		kind = plan.NoticePerson
	}
	h.herald.tell(ctx, h.notice(held, kind))
}

// entry is what the journal keeps of a hold.
func (h *holds) entry(held *hold) plan.Entry {
	return plan.Entry{
		Kind: plan.EntryHold, Landing: h.landing, Step: held.Step, Login: held.Login, Who: runbook, What: held.Note.Message, Why: held.Note.Hint,
	}
}

// again takes in that a look met a fault: the same, or another.
func (h *holds) again(ctx workflow.Context, held *hold, f *fault.Fault) {
	if f.Kind == held.Kind && f.OfLogin() == held.Lost {
		held.Note = *note(f)
		return
	}
	before := *held
	*held = *holdOf(before.Step, f, before.Need)
	held.Since, held.Told, held.Reminded = before.Since, before.Told, before.Reminded // it is one hold, whatever keeps it
	if held.Lost {
		h.post.lose(held.Login, lost{Note: held.Note, Need: held.Need, After: held.After, Began: held.Began})
	}
	h.scribe.write(ctx, h.entry(held))
	h.show(ctx)
}

// end closes a hold, and tells of it once.
func (h *holds) end(ctx workflow.Context, held *hold, r Resume) Resume {
	delete(h.open, held.Step)
	h.scribe.write(ctx, plan.Entry{
		Kind: plan.EntryRelease, Landing: h.landing, Step: held.Step, Login: held.Login, Who: r.Operator,
		What: string(r.Decision) + ": " + held.Step, Why: r.Reason,
	})
	if !held.Lost || h.behind(held) == 0 {
		n := h.notice(held, plan.NoticeRelease)
		n.By, n.Do = r.Operator, ""
		n.What = fmt.Sprintf("%s goes on (%s): %s", held.Step, r.Decision, r.Reason)
		h.herald.tell(ctx, n)
	}
	return r
}

// behind counts what is open here because of the same lost login.
func (h *holds) behind(held *hold) int {
	n := 0
	for _, name := range h.sorted() {
		if o := h.open[name]; o.Lost && o.Login == held.Login {
			n++
		}
	}
	return n
}

// awaitUntil waits until a condition holds or a time has come; ok reports the condition. A zero time never comes.
func awaitUntil(ctx workflow.Context, at time.Time, summary string, condition func() bool) (ok bool, err error) {
	if at.IsZero() {
		return true, workflow.Await(ctx, condition)
	}
	return workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout: max(at.Sub(workflow.Now(ctx)), time.Millisecond), TimerOptions: workflow.TimerOptions{Summary: clip(summary, 120)},
	}, condition)
}
