package workflows

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// hold is a step that waits for a person or for the world.
type hold struct {
	step  string
	login string
	note  plan.Note
	// decided is set by resume.
	decided *Resume
}

// holds are a workflow's held steps, and the messages that release them.
type holds struct{ open map[string]*hold }

// listen registers the resume update and the signal of the same name. It comes first in a workflow, so that the UI
// offers them. The handlers only change state; the waiting step goes on by itself.
func (h *holds) listen(ctx workflow.Context) error {
	h.open = map[string]*hold{}
	err := workflow.SetUpdateHandlerWithOptions(ctx, ResumeMessage,
		func(_ workflow.Context, r Resume) (string, error) { return h.release(r), nil },
		workflow.UpdateHandlerOptions{
			Description: `Releases what is held: {"decision": "retry" or "skip", "operator": "you", "reason": "why"}; "step" or "login" narrow it.`,
			Validator:   func(r Resume) error { return h.refuse(r) },
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
			if more := signals.Receive(ctx, &r); !more || ctx.Err() != nil {
				return
			}
			if err := h.refuse(r); err != nil {
				workflow.GetLogger(ctx).Warn("resume ignored", "reason", err)
				continue
			}
			h.release(r)
		}
	})
	return nil
}

// await holds a step until somebody decides. It returns the decision, or the error of a cancelled context.
func (h *holds) await(ctx workflow.Context, held *hold) (Resume, error) {
	h.open[held.step] = held
	defer delete(h.open, held.step)
	err := workflow.Await(ctx, func() bool { return held.decided != nil })
	if err != nil {
		return Resume{}, err
	}
	return *held.decided, nil
}

// refuse says why a resume would release nothing.
func (h *holds) refuse(r Resume) error {
	switch {
	case r.Decision != Retry && r.Decision != Skip:
		return fmt.Errorf("decision is retry or skip, not %q", r.Decision)
	case r.Operator == "" || r.Reason == "":
		return errors.New("say who you are in operator and why in reason: both are kept with the run")
	case len(h.matching(r)) == 0:
		return fmt.Errorf("nothing that matches is held here; held now: %s", h.names())
	}
	return nil
}

// release decides all matching holds.
func (h *holds) release(r Resume) string {
	var names []string
	for _, held := range h.matching(r) {
		held.decided = &r
		names = append(names, held.step)
	}
	return string(r.Decision) + ": " + strings.Join(names, ", ")
}

func (h *holds) matching(r Resume) []*hold {
	var out []*hold
	for _, name := range h.sorted() {
		held := h.open[name]
		if held.decided == nil && (r.Step == "" || r.Step == held.step) && (r.Login == "" || r.Login == held.login) {
			out = append(out, held)
		}
	}
	return out
}

func (h *holds) names() string {
	if len(h.open) == 0 {
		return "nothing"
	}
	return strings.Join(h.sorted(), ", ")
}

func (h *holds) sorted() []string { return workflow.DeterministicKeys(h.open) }

// by names what holds a run, for the search attribute: the login where there is one, else the kind of fault.
func (h *holds) by() string {
	kind := ""
	for _, name := range h.sorted() {
		held := h.open[name]
		if held.login != "" {
			return held.login
		}
		kind = first(kind, held.note.Kind)
	}
	return kind
}
