package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// login signs a person in where the worker needs it, and frees all that waits for the login.
func (d *desk) login() *cobra.Command {
	var of string
	cmd := &cobra.Command{
		Use:   "login NAME",
		Short: "Sign in to a login of a plan, for the worker; all that waits for it goes on by itself.",
		Long: "login has the worker begin a sign-in and shows where to go and what to type there (RFC 8628): nothing secret passes\n" +
			"through here. It ends once the login works, and everything that waited for it goes on. Logins whose cloud allows no such\n" +
			"sign-in (gcp-user, the SDKs' own chains) are answered with the command that does it.",
		Example: "  landfall login aws-sso\n  landfall login azure-admin --plan examples/itbytes.yaml",
		Args:    one("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if d.operator == "" {
				return usage("login takes --operator where your name is not known", "It is kept with the run.")
			}
			c, err := d.connect(ctx)
			if err != nil {
				return err
			}
			defer c.Close()
			before, err := d.begin(ctx, c, args[0], of)
			if err != nil {
				return err
			}
			return d.signedIn(ctx, c, args[0], before.Back)
		},
	}
	cmd.Flags().StringVar(&of, "plan", "", "the plan, by file or name, that says what the login is; needed where nothing waits for it")
	return cmd
}

// begin asks the login's keeper to begin a sign-in; where there is none one is started, from the plan. It is how the login was
// before.
func (d *desk) begin(ctx context.Context, c client.Client, name, of string) (before workflows.LoginStatus, err error) {
	ask := workflows.SignIn{Operator: d.operator}
	err = sendUpdate(ctx, c, workflows.LoginID(name), workflows.SignInMessage, ask, &before)
	if _, missing := errors.AsType[*serviceerror.NotFound](err); !missing {
		if err != nil {
			return before, failed(err, "See landfall status.", "the sign-in to %s could not be begun: %v", name, err)
		}
		return before, nil
	}
	in, err := d.keeperOf(ctx, c, name, of)
	if err != nil {
		return before, err
	}
	start := c.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID: workflows.LoginID(name), TaskQueue: workflows.Queue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "keep the login " + name + ", begun by " + d.operator,
		TypedSearchAttributes:    workflows.LoginAttributes(in),
	}, workflows.KeepLoginType, in)
	if err := staffed(ctx, c, workflows.Queue); err != nil {
		return before, err
	}
	h, err := c.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions:          client.UpdateWorkflowOptions{UpdateName: workflows.SignInMessage, Args: []any{ask}, WaitForStage: client.WorkflowUpdateStageCompleted},
	})
	if err == nil {
		err = h.Get(ctx, &before)
	}
	if err != nil {
		return before, failed(err, "See that a worker polls the task queue "+workflows.Queue+".", "the sign-in to %s could not be begun: %v", name, err)
	}
	return before, nil
}

// sendUpdate sends an update.
func sendUpdate(ctx context.Context, c client.Client, id, name string, message, answer any) error {
	if err := staffed(ctx, c, workflows.Queue); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	h, err := c.UpdateWorkflow(limited, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: name, Args: []any{message}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = h.Get(limited, answer)
	}
	if err != nil && limited.Err() != nil {
		return silence(ctx, c, workflows.Queue, err)
	}
	return err
}

// keeperOf is how the keeper of a login is started: from the plan that is named, or from the plans that have run.
func (d *desk) keeperOf(ctx context.Context, c client.Client, name, of string) (workflows.KeepLoginInput, error) {
	var names []string
	if of != "" {
		names = []string{of}
	} else {
		var err error
		if names, err = ran(ctx, c); err != nil {
			return workflows.KeepLoginInput{}, err
		}
	}
	var known []string
	for _, n := range names {
		t, err := d.find(ctx, c, n)
		if err != nil {
			return workflows.KeepLoginInput{}, err
		}
		if t.plan == nil {
			continue
		}
		p := t.plan.WithDefaults()
		known = append(known, sortedKeys(p.Logins)...)
		if l, has := p.Logins[name]; has {
			l.Name = name
			return workflows.KeepLoginInput{Login: l, Cloud: l.Cloud(), Plan: p.Metadata.Name, Notify: p.Notify}, nil
		}
	}
	return workflows.KeepLoginInput{}, failed(nil, meant(name, known)+"Name the plan whose login it is: --plan FILE.", "nobody waits for a login called %s, and no plan that has run names it", name)
}

// signedIn shows where to go and what to type, and waits until the login works, which it did not since a time.
func (d *desk) signedIn(ctx context.Context, c client.Client, name string, since time.Time) error {
	shown := plan.Challenge{}
	for {
		s, err := keeperStatus(ctx, c, name)
		if err != nil {
			return err
		}
		switch {
		case s.Failed != nil && s.Challenge == nil:
			return failed(nil, s.Failed.Hint, "nobody has signed in to %s: %s", name, s.Failed.Message)
		case s.Back.After(since) && s.Pass.Who != "": // somebody may have met it lost again this instant, which the keeper looks into
			if d.output == "json" {
				return d.json(map[string]any{"login": name, "state": s.State, "who": s.Pass.Who, "until": s.Pass.Until})
			}
			d.say("%s works again, as %s; what waited for it goes on", name, s.Pass.Who)
			return nil
		case s.Challenge != nil && *s.Challenge != shown:
			shown = *s.Challenge
			if err := d.show(name, shown); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return failed(nil, "See landfall login "+name+" again.", "you have stopped watching; the sign-in can still be completed")
		case <-time.After(lookEvery):
		}
	}
}

// show says where to go and what to type; as one line of JSON where that is asked.
func (d *desk) show(name string, ch plan.Challenge) error {
	if d.output == "json" {
		return json.NewEncoder(d.out).Encode(map[string]any{"login": name, "url": ch.URL, "code": ch.Code, "expires": ch.Expires})
	}
	d.say("open %s\nand type the code %s", ch.URL, ch.Code)
	return nil
}

// keeperStatus asks a login's keeper how the login is, by its result where it has ended.
func keeperStatus(ctx context.Context, c client.Client, name string) (workflows.LoginStatus, error) {
	var s workflows.LoginStatus
	id := workflows.LoginID(name)
	info, err := c.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return s, failed(err, "See that the Temporal server answers.", "the keeper of %s cannot be found: %v", name, err)
	}
	if info.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_COMPLETED {
		return s, c.GetWorkflow(ctx, id, "").Get(ctx, &s)
	}
	return s, ask(ctx, c, id, &s)
}
