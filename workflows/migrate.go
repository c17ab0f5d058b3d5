package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/plan"
)

// Migrate carries out a plan: it settles it, shows what would be done, waits for approval where that is asked, lands every
// landing side by side, and keeps the registry. It ends when every landing has come to an end.
//
// Given up, by abort or by cancelling the workflow, it has every landing undo what this run made in it, and ends when they
// have.
func Migrate(ctx workflow.Context, in MigrateInput) (MigrateResult, error) {
	m := &migration{in: in, progress: in.Progress}
	// Everything runs apart from the workflow's own cancellation, which means: undo.
	work, _ := workflow.NewDisconnectedContext(ctx)
	if err := m.setup(work); err != nil {
		return MigrateResult{}, err
	}
	workflow.Go(ctx, m.heedCancel)
	chapters := []func(workflow.Context) error{m.settle, m.preflight, m.foresee, m.askApproval, m.land, m.undo, m.finish}
	for {
		for _, chapter := range chapters {
			if err := chapter(work); err != nil {
				return m.result(), err
			}
		}
		if m.progress.Aborted == nil || m.undone {
			return m.result(), nil
		}
		chapters = []func(workflow.Context) error{m.undo, m.finish} // given up while it came to its end
	}
}

// migration is the state of a Migrate.
type migration struct {
	in       MigrateInput
	progress *Progress
	plan     plan.Plan
	digest   string
	landings []plan.Landing
	holds    holds
	previews []plan.Preview
	scribe   *scribe
	herald   *herald
	post     *post
	awaiting bool // approval is asked
	drained  bool // every row is entered, or somebody has skipped it
	turning  bool // the workflow is about to continue as new
	undone   bool // given up, it has undone what it made
}

// Progress is all of a migration that outlives continue-as-new.
type Progress struct {
	Started  time.Time           `json:"started"`
	Approved *Approve            `json:"approved,omitempty"`
	Landings map[string]landed   `json:"landings"` // those begun
	Rows     []plan.Row          `json:"rows"`     // to be entered
	Registry plan.RegistryReport `json:"registry"`
	Changes  map[plan.Op]int     `json:"changes,omitempty"`
	Unseen   int                 `json:"unseen,omitempty"`
	Ended    time.Time           `json:"ended,omitzero"`
	// Foreseen is what somebody approved, of landings that have not begun: by landing and step, plan.Change.Stood.
	Foreseen map[string]map[string]string `json:"foreseen,omitempty"`
	// Aborted is who gave the run up, and why.
	Aborted *Abort         `json:"aborted,omitempty"`
	Notices heraldProgress `json:"notices"`
}

// setup registers what the UI offers before anything else is done.
func (m *migration) setup(ctx workflow.Context) error {
	if m.progress == nil {
		m.progress = &Progress{Started: workflow.Now(ctx), Landings: map[string]landed{}}
	}
	err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func(Ask) (MigrateResult, error) { return m.result(), nil },
		workflow.QueryHandlerOptions{Description: "How far every landing is."})
	if err != nil {
		return err
	}
	err = workflow.SetQueryHandlerWithOptions(ctx, PreviewQuery, func(a Ask) ([]plan.Preview, error) { return m.page(a), nil },
		workflow.QueryHandlerOptions{Description: `What would be done, landing by landing: {"from": 0, "count": 20}.`})
	if err != nil {
		return err
	}
	if err := m.listenApproval(ctx); err != nil {
		return err
	}
	if err := listenAbort(ctx, "the whole run", m.refuseAbort, m.give); err != nil {
		return err
	}
	return m.holds.listen(ctx)
}

// staff puts in place what needs the plan: who keeps the journal, who tells others, who speaks to the keepers of logins.
func (m *migration) staff(ctx workflow.Context) {
	m.scribe, m.herald = newScribe(m.journalInput()), newHerald(m.plan.Notify)
	m.scribe.answer(ctx)
	m.herald.resume(ctx, m.progress.Notices)
	home, _ := m.registryHome()
	m.post = newPost(m.journalInput(), m.plan.Notify, append(m.exportTo(), home)...)
	m.holds.holding = holding{
		plan: m.plan.Metadata.Name, notify: m.plan.Notify, scribe: m.scribe, herald: m.herald, post: m.post, give: m.give,
		stopped: func() bool { return m.turning },
		show:    func(ctx workflow.Context) { m.tell(ctx, m.state()) },
	}
	workflow.Go(ctx, m.post.carry)
}

// journalInput says where the journal of the plan is kept.
func (m *migration) journalInput() JournalInput {
	home, kept := m.registryHome()
	if !kept {
		return JournalInput{Plan: m.plan.Metadata.Name}
	}
	m.homeKnown(&home)
	return JournalInput{Plan: m.plan.Metadata.Name, Home: home, Journal: m.plan.Journal, Region: m.plan.Registry.Region}
}

// settle reads and validates the plan, and resolves its landings.
func (m *migration) settle(ctx workflow.Context) error {
	p, err := do(ctx, quick(), Queue, "settle the plan", plans.SettlePlan, activities.SettlePlanInput{PlanRef: m.in.PlanRef, Plan: m.in.Plan})
	if err != nil {
		return err
	}
	m.plan, m.digest = p.Plan, p.Digest
	if m.landings, err = m.plan.Resolve(); err != nil {
		return err
	}
	m.progress.Registry.Table = m.plan.Registry.Table
	m.staff(ctx)
	err = workflow.UpsertTypedSearchAttributes(ctx, keyword(AttrPlan, m.plan.Metadata.Name), keyword(AttrOwner, m.plan.Metadata.Owner))
	if err != nil {
		return err
	}
	m.tell(ctx, plan.LandingRunning)
	return nil
}

// finish waits for the registry's rows and says how it ended.
func (m *migration) finish(ctx workflow.Context) error {
	m.progress.Ended = workflow.Now(ctx)
	m.tell(ctx, m.state())
	return m.close(ctx)
}

// close waits until all is told that was to be told.
func (m *migration) close(ctx workflow.Context) error {
	err := workflow.Await(ctx, func() bool { return m.post.delivered() && workflow.AllHandlersFinished(ctx) })
	if err != nil {
		return err
	}
	if err := m.scribe.flush(ctx); err != nil {
		return err
	}
	return m.herald.flush(ctx)
}

// mode is preview or apply.
func (m *migration) mode() string {
	if m.in.Mode == ModePreview {
		return ModePreview
	}
	return ModeApply
}

// state is how far the whole migration is: the worst of its landings, by what people must do about it.
func (m *migration) state() plan.LandingState {
	if m.mode() == ModePreview {
		return plan.LandingDone
	}
	if m.awaiting {
		return plan.LandingWaiting
	}
	if m.progress.Aborted != nil {
		return m.givenUp()
	}
	count := map[plan.LandingState]int{}
	for _, l := range m.landings {
		count[m.stateOf(l)]++
	}
	switch {
	case count[plan.LandingTodo]+count[plan.LandingRunning] > 0:
		return plan.LandingRunning
	case count[plan.LandingHeld] > 0 || m.progress.Registry.State == plan.StepHeld || m.holds.open[exportStep] != nil:
		return plan.LandingHeld
	case count[plan.LandingWaiting] > 0:
		return plan.LandingWaiting
	case count[plan.LandingFailed] > 0:
		return plan.LandingFailed
	case !m.drained:
		return plan.LandingRunning
	}
	return plan.LandingDone
}

func (m *migration) stateOf(l plan.Landing) plan.LandingState {
	if s, begun := m.progress.Landings[l.ID()]; begun {
		return s.State
	}
	return plan.LandingTodo
}

func (m *migration) result() MigrateResult {
	r := MigrateResult{
		Plan: m.plan.Metadata.Name, Digest: m.digest, Mode: m.mode(), State: m.state(), Landings: map[string]plan.LandingState{},
		Changes: m.progress.Changes, Unseen: m.progress.Unseen, Registry: m.progress.Registry,
		Started: m.progress.Started, Ended: m.progress.Ended, AwaitsApproval: m.awaiting,
		Aborted: m.progress.Aborted,
	}
	for _, l := range m.landings {
		r.Landings[l.ID()] = m.stateOf(l)
	}
	for _, step := range []string{registryStep, exportStep} {
		if held, is := m.holds.open[step]; is {
			r.Registry.Hold = m.holds.report(held)
		}
	}
	return r
}
