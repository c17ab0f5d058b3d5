package workflows

import (
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/plan"
)

// post carries what a workflow tells the keepers of logins, one letter at a time and in order. Nobody waits for it.
type post struct {
	logins  map[string]known
	plan    string
	notify  plan.Notify
	journal JournalInput
	letters []letter
	busy    bool
}

// known is a login of the plan and the cloud it leads into.
type known struct {
	login plan.Login
	cloud plan.Cloud
}

type letter struct {
	login string
	lost  *lost
	ask   *Resume
}

// newPost knows the logins of landings.
func newPost(in JournalInput, n plan.Notify, landings ...plan.Landing) *post {
	p := &post{logins: map[string]known{}, notify: n, journal: in}
	for _, l := range landings {
		if l.Plan == "" {
			continue // a plan without a registry has no home for one
		}
		p.plan = l.Plan
		p.logins[l.Login.Name] = known{l.Login, l.Cloud}
		if l.Fallback != nil {
			p.logins[l.Fallback.Name] = known{*l.Fallback, l.Cloud}
		}
	}
	return p
}

// lose tells a login's keeper that it does not work. The keeper is started where there is none.
func (p *post) lose(login string, l lost) {
	p.letters = append(p.letters, letter{login: login, lost: &l})
}

// ask tells a login's keeper that somebody says it works again.
func (p *post) ask(login string, r Resume) {
	p.letters = append(p.letters, letter{login: login, ask: &r})
}

// delivered reports whether nothing is on its way.
func (p *post) delivered() bool { return len(p.letters) == 0 && !p.busy }

// carry delivers letters until ctx ends.
func (p *post) carry(ctx workflow.Context) {
	for {
		if err := workflow.Await(ctx, func() bool { return len(p.letters) > 0 }); err != nil {
			return
		}
		l := p.letters[0]
		p.letters, p.busy = p.letters[1:], true
		if err := p.deliver(ctx, l); err != nil {
			workflow.GetLogger(ctx).Warn("the keeper of a login could not be told", "login", l.login, "error", err)
		}
		p.busy = false
	}
}

func (p *post) deliver(ctx workflow.Context, l letter) error {
	id := LoginID(l.login)
	if l.ask != nil {
		return workflow.SignalExternalWorkflow(ctx, id, "", ResumeMessage, *l.ask).Get(ctx, nil)
	}
	l.lost.Workflow = workflow.GetInfo(ctx).WorkflowExecution.ID
	of, named := p.logins[l.login]
	if !named {
		workflow.GetLogger(ctx).Warn("a fault names a login that the landing does not have", "login", l.login)
		return nil
	}
	for {
		child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
			WorkflowID: id, TaskQueue: Queue, WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
			ParentClosePolicy: enums.PARENT_CLOSE_POLICY_ABANDON,
			StaticSummary:     "keep the login " + l.login,
			StaticDetails:     "One for all who wait for the login **" + l.login + "**: it asks once for somebody to sign in, looks whether it works, and frees them all.",
			TypedSearchAttributes: temporal.NewSearchAttributes(
				keyword(AttrPlan, p.plan), keyword(AttrCloud, string(of.cloud)), keyword(AttrState, string(plan.LoginNeeded)), keyword(AttrHeldBy, l.login),
			),
		}), KeepLoginType, KeepLoginInput{Login: of.login, Cloud: of.cloud, Plan: p.plan, Notify: p.notify, Journal: p.journal, Lost: []lost{*l.lost}})
		err := child.GetChildWorkflowExecution().Get(ctx, nil)
		if err == nil || !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
			return err
		}
		if err := workflow.Sleep(ctx, time.Second); err != nil { // another has started it this instant: it is let come up
			return err
		}
		if workflow.SignalExternalWorkflow(ctx, id, "", lostSignal, *l.lost).Get(ctx, nil) == nil {
			return nil
		} // it has ended in between: another is started
	}
}
