package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// followFederation shows a federation, a line for each stage, until it has come to one, is held, or has ended.
func (d *desk) followFederation(ctx context.Context, c client.Client, t target, id string, until plan.FederationStage) error {
	began, seen := time.Now(), plan.FederationStage("")
	for {
		r, err := federationOf(ctx, c, workflows.FederationID(t.name, id))
		if err != nil {
			return err
		}
		if r.State != seen {
			seen = r.State
			d.say("%6.1fs  %-28s %s", time.Since(began).Seconds(), id, r.State)
		}
		over := r.State == until || r.State.After(until) && until != plan.FederationBack || until == plan.FederationDone && !r.Retired.IsZero()
		if over || r.Hold != nil || !r.Ended.IsZero() || r.Fault != nil && r.State == plan.FederationStanding {
			return d.showFederation(r)
		}
		select {
		case <-ctx.Done():
			return failed(nil, "See landfall federate status "+t.name+".", "you have stopped watching; the federation of %s goes on", id)
		case <-time.After(lookEvery):
		}
	}
}

// showFederation shows one federation. One that is held, or was taken back by itself, sets the exit code.
func (d *desk) showFederation(r plan.FederationReport) error {
	switch {
	case r.Hold != nil:
		d.code = max(d.code, exitHeld)
	case r.Preview && r.Fault != nil, r.State == plan.FederationBack && r.Operator == "landfall", r.Fault != nil && r.State == plan.FederationStanding:
		d.code = exitFailed
	}
	if d.output == "json" {
		return d.json(r)
	}
	for _, line := range federationLines(r) {
		d.say("%s", line)
	}
	return nil
}

// federationLines are a federation as people read it.
func federationLines(r plan.FederationReport) []string {
	out := []string{fmt.Sprintf("%s (%s): %s", r.Credential, r.Kind, stageOf(r))}
	for _, s := range r.Steps {
		line := fmt.Sprintf("  %-9s %s of %s", said(s, r.Preview), s.Title, s.Landing)
		if s.Why != "" {
			line += ": " + s.Why
		}
		out = append(out, line)
		for _, f := range s.Fields {
			out = append(out, fmt.Sprintf("            %s: %s → %s", f.Field, or(f.Before, "nothing"), f.After))
		}
		if s.Undo != nil {
			out = append(out, fmt.Sprintf("            %s: %s", s.Undo.State, s.Undo.Why))
		}
	}
	for _, w := range r.Ways {
		out = append(out, "  "+wayLine(w, r.Identity))
		if w.Trust.Issuer != "" {
			out = append(out, "    in the plan: identities, "+r.Identity+", trust: ["+w.Trust.Lines()+"]")
		}
	}
	if r.Fault != nil {
		for _, line := range noted(r.Fault) {
			out = append(out, "  "+line)
		}
	}
	if r.Hold != nil {
		out = append(out, "  ends when "+r.Hold.Releases)
	}
	if next := nextOf(r); next != "" {
		out = append(out, "  next      "+next)
	}
	return out
}

// said is what a step did, or would do.
func said(s plan.FederationStep, preview bool) string {
	switch {
	case s.Change == plan.None || s.Change == "":
		return "stands"
	case preview:
		return map[plan.Op]string{plan.Create: "create", plan.Update: "update", plan.Adopted: "adopt"}[s.Change]
	}
	return string(s.Change)
}

func wayLine(w plan.FederationLink, identity string) string {
	line := fmt.Sprintf("%s of %s becomes %s of %s", w.Who, w.From, identity, w.Into)
	switch {
	case w.Word != "":
		line += ", by the word of " + w.Word
	case w.Proofs > 0:
		line += fmt.Sprintf(": it signed in %d times in a row by its own token, as %s", w.Proofs, w.As)
	}
	return line
}

// stageOf says how far a federation is.
func stageOf(r plan.FederationReport) string {
	switch {
	case r.Preview && r.Fault != nil:
		return "what stands could not be seen whole"
	case r.Preview && r.Changes() > 0:
		return fmt.Sprintf("%d changes would let its consumers do without it", r.Changes())
	case r.Preview:
		return "its consumers are let in without it already"
	case r.Hold != nil:
		return "held at " + string(r.State)
	case r.Returning != "":
		return "being taken back: " + r.Returning
	case r.State == plan.FederationStanding:
		return "the federation stands, and the key is only still there"
	case r.State == plan.FederationBack:
		return "taken back; the key is current, as it was"
	case !r.Retired.IsZero() && r.Ended.IsZero():
		return "the key is off, and is deleted when nobody misses it"
	}
	return string(r.State)
}

// nextOf is the one thing to do next.
func nextOf(r plan.FederationReport) string {
	of := r.Plan + " --credential " + r.Credential
	switch {
	case r.Hold != nil, r.Preview && r.Fault != nil:
		return ""
	case r.Preview:
		return "landfall federate apply " + of + " --reason \"…\""
	case r.State == plan.FederationStanding:
		return "landfall federate retire " + of + " --reason \"…\", or undo"
	case !r.Retired.IsZero() && r.Ended.IsZero():
		return "landfall rotate status " + r.Plan + "; landfall rotate rollback " + of + " brings it back until then"
	case r.State == plan.FederationDone:
		return "write the trust into the plan, and take the line credential: out of it, or the next run makes another key"
	}
	return ""
}

// federationsOf are the last federation of each of a plan's credentials.
func federationsOf(ctx context.Context, c client.Client, name string) ([]plan.FederationReport, error) {
	ids, err := federationIDs(ctx, c, name, "")
	out := []plan.FederationReport{}
	for _, id := range ids {
		if strings.Count(id, "/") > 2 {
			continue // a landing's part
		}
		r, err := federationOf(ctx, c, id)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, err
}

// federationIDs are the workflow ids of a plan's federations, and of the parts of landings that they carry.
func federationIDs(ctx context.Context, c client.Client, name, which string) ([]string, error) {
	ids, err := workflowIDs(ctx, c, fmt.Sprintf("WorkflowId STARTS_WITH '%s'%s", workflows.FederationID(name, ""), which))
	if err != nil {
		return nil, failed(err, "See that the Temporal server answers.", "the federations of %s cannot be listed: %v", name, err)
	}
	return ids, nil
}

// federationOf is how far a federation is: by asking it while it runs, by its result where it has ended.
func federationOf(ctx context.Context, c client.Client, id string) (r plan.FederationReport, err error) {
	info, err := c.DescribeWorkflowExecution(ctx, id, "")
	if _, none := errors.AsType[*serviceerror.NotFound](err); none {
		return r, failed(err, "Begin one with landfall federate apply.", "no federation %s is here", id)
	}
	if err != nil {
		return r, failed(err, "See that the Temporal server answers.", "the federation %s cannot be found: %v", id, err)
	}
	if info.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return r, ask(ctx, c, id, &r)
	}
	err = c.GetWorkflow(ctx, id, info.GetWorkflowExecutionInfo().GetExecution().GetRunId()).Get(ctx, &r)
	var app *temporal.ApplicationError
	switch {
	case err == nil:
		return r, nil
	case errors.As(err, &app) && app.Type() == "TakenBack" && app.Details(&r) == nil:
		return r, nil // it says itself why
	}
	return r, ended(err, "federation")
}
