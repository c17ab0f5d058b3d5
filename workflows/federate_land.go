package workflows

import (
	"fmt"
	"slices"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// look observes what the federation needs, and says what it would do. What it stands on must stand already: a federation makes no
// account and no identity.
func (f *federation) look(ctx workflow.Context) error {
	for {
		ft := f.foresee(ctx)
		if ft != nil && f.in.Preview {
			f.Fault = note(ft) // what could not be seen does not stand for what is so
		}
		if ft == nil || f.in.Preview {
			return f.stop()
		}
		_, err := f.holdWith(ctx, ft, false, f.foresee)
		if err != nil {
			return err
		}
	}
}

// foresee observes once; it is the fault that keeps the federation from beginning, if there is one.
func (f *federation) foresee(ctx workflow.Context) *fault.Fault {
	f.Steps = []plan.FederationStep{}
	facts := map[string]string{}
	var missing *fault.Fault
	for _, l := range f.sources() {
		told, ft := f.observe(ctx, l, func(s plan.Step) bool { return f.signs(l, s) })
		learnt(facts, told)
		if missing == nil {
			missing = ft
		}
	}
	unknown := f.learn(facts)
	_, ft := f.observe(ctx, f.target(), f.trusts)
	if missing == nil {
		missing = ft
	}
	if len(unknown) > 0 {
		f.unseen(unknown)
	}
	return missing
}

// observe previews a landing's part of the federation.
func (f *federation) observe(ctx workflow.Context, l plan.Landing, part func(plan.Step) bool) (map[string]string, *fault.Fault) {
	queue := CloudQueue(l.Cloud)
	got, err := do(ctx, quick(), queue, "which steps does "+l.ID()+" take", landings.ListSteps, listOf(l))
	if err != nil {
		return nil, named(err)
	}
	seen, err := do(ctx, steady(), queue, "what stands in "+l.ID(), landings.PreviewLandings, activities.PreviewInput{Landings: []plan.Landing{l}})
	if err != nil {
		return nil, named(err)
	}
	wanted := parts(got.Steps, part)
	facts := map[string]string{}
	var missing *fault.Fault
	for _, out := range seen.Previews[0].Outcomes {
		learnt(facts, out.Facts)
		i := slices.IndexFunc(wanted, func(s plan.Step) bool { return s.Name == out.Step })
		if i < 0 {
			continue
		}
		s := wanted[i]
		if out.Fault != nil {
			missing = &fault.Fault{Kind: fault.Kind(out.Fault.Kind), Message: l.ID() + ", " + s.Title + ": " + out.Fault.Message, Hint: out.Fault.Hint}
		}
		if !part(s) {
			if out.Fault == nil && out.Change.Op != plan.None && missing == nil {
				missing = fault.New(fault.Conflict, "Carry out the plan first (landfall migrate "+l.Plan+"), then resume.",
					"%s of %s is not as the plan wants it: %s", s.Title, l.ID(), first(out.Change.Why, string(out.Change.Op)))
			}
			continue
		}
		f.Steps = append(f.Steps, plan.FederationStep{
			Landing: l.ID(), Name: s.Name, Title: s.Title, Change: out.Change.Op, Fields: out.Change.Fields, Why: out.Change.Why, Evidence: out.Evidence,
		})
	}
	if !slices.ContainsFunc(wanted, part) {
		missing = fault.New(fault.Invalid, "Start the workers of this version.", "the worker's catalogue for %s has no step for it", l.Cloud)
	}
	return facts, missing
}

// learnt adds facts to those that are known.
func learnt(facts, more map[string]string) {
	for _, k := range workflow.DeterministicKeys(more) {
		facts[k] = more[k]
	}
}

// parts are the steps that fit, those that they come after, and the landing's containers.
func parts(all []plan.Step, fits func(plan.Step) bool) []plan.Step {
	wanted := map[string]bool{}
	for _, s := range slices.Backward(all) { // what a step comes after stands before it
		if fits(s) || wanted[s.Name] || s.Chapter == plan.Container {
			wanted[s.Name] = true
			for _, a := range s.After {
				wanted[a] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(s plan.Step) bool { return !wanted[s.Name] })
}

// sources are the landings in which the consumers live, in the order of the consumers.
func (f *federation) sources() []plan.Landing {
	var out []plan.Landing
	for _, l := range f.links {
		i := slices.IndexFunc(out, func(o plan.Landing) bool { return o.ID() == l.From.ID() })
		if i < 0 {
			out = append(out, l.From)
			continue
		}
		for j, id := range out[i].Identities {
			if id.Name == l.Who.Name {
				out[i].Identities[j] = l.Who
			}
		}
	}
	return out
}

// target is the landing whose identity is to trust the consumers, as far as it is known whom.
func (f *federation) target() plan.Landing {
	var known []plan.Trust
	for _, w := range f.Ways {
		if w.Trust.Issuer != "" {
			known = append(known, w.Trust)
		}
	}
	return f.links[0].Trusting(known)
}

// signs reports whether a step of a landing lets its cloud sign tokens for a consumer that lives there.
func (f *federation) signs(l plan.Landing, s plan.Step) bool {
	return s.Signs != "" && slices.ContainsFunc(f.links, func(k plan.Link) bool { return k.From.ID() == l.ID() && k.Who.Name == s.Signs })
}

// trusts reports whether a step keeps the trust of the identity that consumers become.
func (f *federation) trusts(s plan.Step) bool { return s.Trusts != "" && s.Trusts == f.Identity }

// learn takes in whom to trust, as far as it has been told, and says who is not known yet.
func (f *federation) learn(facts map[string]string) (unknown []string) {
	for i, l := range f.links {
		t, known := plan.TrustOf(l.Who, f.Cloud, f.Plan, facts)
		f.Ways[i].Unknown = !known
		if !known {
			unknown = append(unknown, l.Who.Name)
			continue
		}
		f.Ways[i].Trust = t
	}
	return unknown
}

// unseen says that the trust's step will change, though not yet to what.
func (f *federation) unseen(who []string) {
	for i, s := range f.Steps {
		if s.Landing != f.links[0].Into.ID() {
			continue
		}
		if s.Change == plan.None || s.Change == "" {
			f.Steps[i].Change = plan.Update
		}
		f.Steps[i].Why = fmt.Sprintf("whom it is to trust for %v is told once their clouds sign tokens for them", who)
	}
}

// sign lets the consumers' clouds sign tokens for them.
func (f *federation) sign(ctx workflow.Context) error {
	for _, l := range f.sources() {
		if err := f.land(ctx, l, func(s plan.Step) bool { return f.signs(l, s) }); err != nil {
			return err
		}
	}
	facts := map[string]string{}
	for _, id := range workflow.DeterministicKeys(f.Facts) {
		learnt(facts, f.Facts[id])
	}
	if unknown := f.learn(facts); len(unknown) > 0 {
		f.wantBack(Abort{Operator: runbook, Reason: fmt.Sprintf("their clouds do not tell whom to trust for %v", unknown)})
		return errBack
	}
	return f.stop()
}

// trust lets the credential's identity trust them.
func (f *federation) trust(ctx workflow.Context) error {
	if err := f.land(ctx, f.target(), f.trusts); err != nil {
		return err
	}
	return f.stop()
}

// land carries a part of a landing as a workflow of its own, which holds, resumes and undoes as every landing does. What was
// foreseen of what it stands on is what is approved: nothing else of the landing may change.
func (f *federation) land(ctx workflow.Context, l plan.Landing, part func(plan.Step) bool) error {
	got, err := do(ctx, quick(), CloudQueue(l.Cloud), "which steps does "+l.ID()+" take", landings.ListSteps, listOf(l))
	if err != nil && ctx.Err() == nil { // what another landing has done by now is taken back
		f.wantBack(Abort{Operator: runbook, Reason: "the steps of " + l.ID() + " cannot be listed: " + named(err).Error()})
		return errBack
	}
	if err != nil {
		return err
	}
	in := LandInput{Landing: l, Parent: workflow.GetInfo(ctx).WorkflowExecution.ID, Notify: f.plan.Notify, Journal: f.journal, Foreseen: map[string]string{}}
	for _, s := range parts(got.Steps, part) {
		in.Only = append(in.Only, s.Name)
		if !part(s) {
			in.Foreseen[s.Name] = plan.Change{Op: plan.None}.Stood()
		}
	}
	r, err := f.child(ctx, l, in)
	f.keep(l, r, got.Steps, part)
	if f.Back != nil {
		return errBack
	}
	if err == nil && r.State != plan.LandingDone {
		err = fmt.Errorf("%s is %s: %s", l.ID(), r.State, r.Why)
	}
	if err != nil && ctx.Err() == nil {
		f.wantBack(Abort{Operator: runbook, Reason: err.Error()})
		return errBack
	}
	return err
}

// child runs a landing's workflow to its end. Taken back meanwhile it is given up, and undoes what it did.
func (f *federation) child(ctx workflow.Context, l plan.Landing, in LandInput) (r plan.LandingReport, err error) {
	id := FederatedLandID(f.Plan, f.Credential, l.ID())
	if in.Undo == nil && !slices.Contains(f.Carried, l.ID()) {
		f.Carried = append(f.Carried, l.ID())
	}
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: id, TaskQueue: Queue, TypedSearchAttributes: attributesOf(l),
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary:         "federate " + f.Credential + " in " + l.ID(),
		StaticDetails:         "Carries the part of the landing " + l.ID() + " that lets consumers of **" + f.Credential + "** do without it: " + f.Reason + ".",
	}), LandType, in)
	if err := child.GetChildWorkflowExecution().Get(ctx, nil); err != nil {
		return r, err
	}
	_ = workflow.Await(ctx, func() bool { return child.IsReady() || in.Undo == nil && f.Back != nil }) // cancelled: Get says so
	if !child.IsReady() && ctx.Err() == nil {
		if err := workflow.SignalExternalWorkflow(ctx, id, "", AbortMessage, *f.Back).Get(ctx, nil); err != nil {
			workflow.GetLogger(ctx).Info("the landing has ended", "workflow", id, "error", err)
		}
	}
	err = child.Get(ctx, &r)
	delete(f.landed, l.ID())
	return r, err
}

// keep takes in what a landing's part came to.
func (f *federation) keep(l plan.Landing, r plan.LandingReport, steps []plan.Step, part func(plan.Step) bool) {
	f.Receipts[l.ID()] = r
	f.Facts[l.ID()] = r.Facts
	for _, s := range r.Steps {
		i := slices.IndexFunc(steps, func(o plan.Step) bool { return o.Name == s.Name })
		if i < 0 || !part(steps[i]) {
			continue
		}
		now := plan.FederationStep{
			Landing: l.ID(), Name: s.Name, Title: s.Title, Change: s.Change, Fields: s.Fields, State: s.State, Evidence: s.Evidence, Undo: s.Undo,
		}
		if s.Fault != nil {
			now.Why = s.Fault.Message
		}
		j := slices.IndexFunc(f.Steps, func(o plan.FederationStep) bool { return o.Landing == now.Landing && o.Name == now.Name })
		if j < 0 {
			f.Steps = append(f.Steps, now)
			continue
		}
		f.Steps[j] = now
	}
}

// takeBack undoes what this run did, last things first. The key is current as it was.
func (f *federation) takeBack(ctx workflow.Context) error {
	back := *f.Back
	for _, id := range slices.Backward(f.Carried) {
		r := f.Receipts[id]
		if r.State == plan.LandingAborted || len(r.Steps) == 0 {
			continue // it has undone it itself, or had begun nothing
		}
		l := f.target()
		for _, s := range f.sources() {
			if s.ID() == id {
				l = s
			}
		}
		in := LandInput{
			Landing: l, Parent: workflow.GetInfo(ctx).WorkflowExecution.ID, Notify: f.plan.Notify, Journal: f.journal, Undo: &Undo{Abort: back, Report: r},
		}
		for _, s := range r.Steps {
			in.Only = append(in.Only, s.Name)
		}
		undone, err := f.child(ctx, l, in)
		if err != nil {
			return err
		}
		f.undone(id, undone)
	}
	f.State = plan.FederationBack
	f.Operator, f.Reason = back.Operator, back.Reason
	f.Fault = &plan.Note{Kind: "TakenBack", Message: back.Reason, Hint: "The key is current, as it was. See what kept the federation from working, then begin again."}
	if err := f.end(ctx); err != nil {
		return err
	}
	if back.Operator == runbook {
		return temporal.NewNonRetryableApplicationError("the federation of "+f.Credential+" was taken back: "+back.Reason, "TakenBack", nil, f.FederationReport)
	}
	return nil
}

// undone takes in what became of what was carried in a landing.
func (f *federation) undone(landing string, r plan.LandingReport) {
	f.Receipts[landing] = r
	for i, s := range f.Steps {
		at := slices.IndexFunc(r.Steps, func(o plan.StepReport) bool { return o.Name == s.Name })
		if s.Landing == landing && at >= 0 {
			f.Steps[i].State, f.Steps[i].Change, f.Steps[i].Undo = r.Steps[at].State, r.Steps[at].Change, r.Steps[at].Undo
		}
	}
}
