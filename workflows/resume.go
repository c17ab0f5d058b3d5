package workflows

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"
)

// listen registers the resume update and the signal of the same name. It comes first in a workflow, so that the UI
// offers them. The handlers only change state; the waiting step goes on by itself.
func (h *holds) listen(ctx workflow.Context) error {
	h.open = map[string]*hold{}
	err := workflow.SetUpdateHandlerWithOptions(ctx, ResumeMessage,
		func(_ workflow.Context, r Resume) (string, error) { return h.release(r), nil },
		workflow.UpdateHandlerOptions{
			Description: `Releases what is held: {"decision": "retry", "skip", "done" or "abort", "operator": "you", "reason": "why"}; "step" or "login" narrow it.`,
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
	back := workflow.GetSignalChannelWithOptions(ctx, foundSignal, workflow.SignalChannelOptions{
		Description: "From the keeper of a login: it works again.",
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var f found
			if more := back.Receive(ctx, &f); !more || ctx.Err() != nil {
				return
			}
			h.free(f)
		}
	})
	return nil
}

// free lets go on what a login held that works again.
func (h *holds) free(f found) {
	for _, name := range h.sorted() {
		if held := h.open[name]; held.Lost && held.Login == f.Login && held.decided == nil {
			held.decided = &Resume{Decision: Retry, Login: f.Login, Operator: f.Operator, Reason: f.Reason}
		}
	}
}

// refuse says why a resume would release nothing.
func (h *holds) refuse(r Resume) error {
	matching := h.matching(r)
	switch {
	case r.Decision != Retry && r.Decision != Skip && r.Decision != Done && r.Decision != Give:
		return fmt.Errorf("decision is retry, skip, done or abort, not %q", r.Decision)
	case r.Operator == "" || r.Reason == "":
		return errors.New("say who you are in operator and why in reason: both are kept with the run")
	case len(matching) == 0:
		return fmt.Errorf("nothing that matches is held here; held now: %s", h.names())
	case r.Decision == Give && h.give == nil:
		return errors.New("abort is for landings and whole runs: what is held here takes retry or skip")
	}
	for _, held := range matching {
		if r.Decision == Done && !held.asksWord() && !held.Word {
			return fmt.Errorf("%s can be proven, so nobody's word is taken for it: retry looks at once, skip leaves it out", held.Step)
		}
	}
	return nil
}

// release decides all matching holds. A lost login is its keeper's to release, for all who wait for it.
func (h *holds) release(r Resume) string {
	if r.Decision == Give {
		h.give(Abort{Operator: r.Operator, Reason: r.Reason})
		return "given up: what this run made is being undone, last things first"
	}
	var names, asked []string
	for _, held := range h.matching(r) {
		if held.Lost && r.Decision == Retry {
			asked = append(asked, held.Step)
			h.post.ask(held.Login, r)
			continue
		}
		if held.asksWord() && r.Decision == Retry {
			continue // there is nothing to look at
		}
		held.decided = &r
		names = append(names, held.Step)
	}
	said := string(r.Decision) + ": " + strings.Join(append(names, asked...), ", ")
	if len(asked) > 0 {
		said += " (as soon as the login works)"
	}
	return said
}

func (h *holds) matching(r Resume) []*hold {
	var out []*hold
	for _, name := range h.sorted() {
		held := h.open[name]
		if held.decided == nil && (r.Step == "" || r.Step == held.Step) && (r.Login == "" || r.Login == held.Login) {
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
