package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// abort gives a run up and undoes what it made.
func (d *desk) abort() *cobra.Command {
	var landing, reason string
	var wait bool
	cmd := &cobra.Command{
		Use:   "abort PLAN",
		Short: "Give a run up: what it made is undone, last things first; what stood before is left.",
		Long: "abort undoes what the run under way has made, from its own receipts alone: what forbids something first, then last\n" +
			"things first. What stood before the run, adopted or already so, is left as it is. Accounts, subscriptions and projects\n" +
			"are never deleted: they are closed to everybody and kept in quarantine. The report says what became of each.",
		Example: "  landfall abort itbytes --reason \"wrong organisation\" --wait\n  landfall abort itbytes --landing gcp/prod --reason \"no quota until Q1\"",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			a := workflows.Abort{Operator: d.operator, Reason: reason}
			if a.Reason == "" || a.Operator == "" {
				return usage("abort takes --reason, and --operator where your name is not known", "Both are kept with the run.")
			}
			c, t, err := d.reach(ctx, args[0])
			if err != nil {
				return err
			}
			defer c.Close()
			id := workflows.MigrateID(t.name)
			if landing != "" {
				id = workflows.LandID(t.name, landing)
			}
			answer, err := update(ctx, c, id, workflows.AbortMessage, a)
			if _, gone := errors.AsType[*serviceerror.NotFound](err); gone || err != nil && strings.Contains(err.Error(), "given up already") {
				return d.nothingToAbort(ctx, c, t, landing, wait)
			}
			if err != nil {
				return failed(err, "See landfall status "+t.name+".", "%s could not be given up: %v", id, err)
			}
			if d.output != "json" {
				d.say("%s: %s", id, answer)
			}
			if !wait {
				if d.output == "json" {
					return d.json(map[string]string{"plan": t.name, "aborted": id})
				}
				d.say("landfall status %s shows how far it is; landfall report %s what became of each step", t.name, t.name)
				return nil
			}
			return d.untilAborted(ctx, c, t, landing)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; it is kept with the run")
	cmd.Flags().StringVar(&landing, "landing", "", "only this landing: CLOUD/ENVIRONMENT")
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until everything is undone, and say what became of it")
	return cmd
}

// nothingToAbort says that there is nothing under way that could be given up, which is no failure: it has been before, or has
// ended.
func (d *desk) nothingToAbort(ctx context.Context, c client.Client, t target, landing string, wait bool) error {
	r, last, err := gather(ctx, c, t)
	if err != nil {
		return err
	}
	if last.State == plan.LandingUndoing && wait {
		return d.untilAborted(ctx, c, t, landing)
	}
	if d.output == "json" {
		return d.json(map[string]any{"plan": t.name, "aborted": nil, "state": last.State})
	}
	what := "the run of " + t.name
	if landing != "" {
		what = "the landing " + landing
	}
	d.say("nothing to do: %s is %s, and an abort undoes only what is under way", what, last.State)
	for _, line := range undone(r) {
		d.say("%s", line)
	}
	return nil
}

// untilAborted waits until all is undone that can be.
func (d *desk) untilAborted(ctx context.Context, c client.Client, t target, landing string) error {
	for {
		r, last, err := gather(ctx, c, t)
		if err != nil {
			return err
		}
		state := last.State
		if landing != "" {
			state = last.Landings[landing]
		}
		switch state {
		case plan.LandingUndoing, plan.LandingRunning:
		default:
			untilSealed(ctx, c, t.name)
			if d.output == "json" {
				return d.json(r)
			}
			for _, line := range append(undone(r), needs(r)...) {
				d.say("%s", line)
			}
			if last.Why != "" {
				d.say("the run of %s ended before it was undone: %s", t.name, last.Why)
			}
			if state != plan.LandingAborted {
				d.code = exitOf(state)
			}
			return nil
		}
		select {
		case <-ctx.Done():
			return failed(nil, "See landfall status "+t.name+".", "you have stopped watching; the undo of %s goes on", t.name)
		case <-time.After(lookEvery):
		}
	}
}

// undone says what became of what a run made, where it was given up.
func undone(r plan.Report) []string {
	count := map[plan.UndoState]int{}
	var kept []string
	for _, l := range r.Landings {
		for _, s := range l.Steps {
			if s.Undo == nil {
				continue
			}
			count[s.Undo.State]++
			at := string(l.Cloud) + "/" + l.Environment + "/" + s.Name
			switch s.Undo.State {
			case plan.UndoFailed:
				kept = append(kept, "not undone: "+at, "  "+s.Undo.Why)
			case plan.Quarantined:
				kept = append(kept, "in quarantine: "+at+" ("+s.ID+")", "  "+s.Undo.Why)
			case plan.Left:
				if s.Change == plan.Adopted || s.Change == plan.Create || s.Change == plan.Update {
					kept = append(kept, "left: "+at, "  "+s.Undo.Why)
				}
			}
		}
	}
	if len(count) == 0 {
		return nil
	}
	return append([]string{fmt.Sprintf("undone: %d reverted, %d neutralised, %d in quarantine; %d left as they are, %d could not be undone",
		count[plan.Reverted], count[plan.Neutralised], count[plan.Quarantined], count[plan.Left], count[plan.UndoFailed])}, kept...)
}
