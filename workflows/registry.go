package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
)

// registryStep is the name of the registry's own step, as people resume it.
const registryStep = "registry"

// rowsAtOnce is how many rows one activity enters.
const rowsAtOnce = 25

// keepRegistry enters the rows of the landings as they come to an end, in batches. While the table's account cannot be
// reached it holds, and nothing else does: the rows wait in this workflow.
func (m *migration) keepRegistry(ctx workflow.Context) {
	home, kept := m.registryHome()
	for kept && !m.turning {
		reg := &m.progress.Registry
		err := workflow.Await(ctx, func() bool { return (len(m.progress.Rows) > 0 && m.homeKnown(&home)) || m.landed() || m.turning })
		if err != nil || m.turning {
			return
		}
		if len(m.progress.Rows) == 0 {
			break
		}
		if !m.homeKnown(&home) {
			reg.State, reg.Why = plan.StepSkipped, home.ID()+", where the table belongs, has not been landed"
			break
		}
		m.scribe.home(ctx, home.Adopt.ID) // the journal's table is in the same account
		if reg.State == "" {
			reg.State = plan.StepRunning
		}
		part := m.progress.Rows[:min(rowsAtOnce, len(m.progress.Rows))]
		skipped, err := m.enter(ctx, home, part)
		if err != nil {
			return
		}
		m.progress.Rows = m.progress.Rows[len(part):]
		if !skipped {
			reg.Rows = append(reg.Rows, part...)
		}
	}
	if m.progress.Registry.State == plan.StepRunning {
		m.progress.Registry.State = plan.StepDone
	}
	m.exportRegistry(ctx, home)
	m.drained = true
}

// exportStep is the name of the exports' own step, as people resume it.
const exportStep = "export"

// exportRegistry leaves the registry, signed, in other clouds' object storage, holding for as long as it takes.
func (m *migration) exportRegistry(ctx workflow.Context, home plan.Landing) {
	reg, to := &m.progress.Registry, m.exportTo()
	if reg.State != plan.StepDone || len(to) == 0 || m.plan.Registry.SigningKey == "" {
		return
	}
	try := func(ctx workflow.Context) *fault.Fault {
		reg.Exports = export(ctx, home, m.plan.Registry, to, reg.Rows)
		for _, e := range reg.Exports {
			if e.Fault != nil {
				return &fault.Fault{
					Kind: fault.Kind(e.Fault.Kind), Message: "the registry is not exported to " + e.Landing + ": " + e.Fault.Message, Hint: e.Fault.Hint, Login: e.Login,
				}
			}
		}
		return nil
	}
	for f := try(ctx); f != nil && ctx.Err() == nil; f = try(ctx) {
		r, err := m.holds.keep(ctx, holdOf(exportStep, f, 0), try)
		if err != nil || r.Decision == Skip || r.Decision == mended {
			return
		}
	}
}

// exportTo are the landings that take the registry's exports.
func (m *migration) exportTo() []plan.Landing {
	var out []plan.Landing
	for _, id := range m.plan.Registry.ExportTo {
		for _, l := range m.landings {
			if l.ID() == id {
				out = append(out, l)
			}
		}
	}
	return out
}

// enter prepares the table and enters some rows, holding for as long as it takes.
func (m *migration) enter(ctx workflow.Context, home plan.Landing, rows []plan.Row) (skipped bool, err error) {
	reg := &m.progress.Registry
	in := activities.RegisterInput{Home: home, Registry: m.plan.Registry, Rows: rows}
	write := func(ctx workflow.Context) *fault.Fault {
		_, err := do(ctx, steadyUnmarked(), CloudQueue(plan.AWS), "prepare the registry "+in.Registry.Table, register.PrepareRegistry, in)
		if err == nil {
			var done activities.Registered
			done, err = do(ctx, steadyUnmarked(), CloudQueue(plan.AWS), "enter rows in the registry", register.EnterRows, in)
			reg.Written += done.Written
		}
		if err != nil {
			return named(err)
		}
		return nil
	}
	for {
		f := write(ctx)
		switch {
		case ctx.Err() != nil:
			return false, ctx.Err()
		case f == nil:
			reg.State, reg.Why = plan.StepRunning, ""
			return false, nil
		}
		f.Login = first(f.Login, home.Login.Name)
		reg.State, reg.Why = plan.StepHeld, fault.Clip(f.Error()+" "+f.Hint)
		r, err := m.holds.keep(ctx, holdOf(registryStep, f, 0), write)
		switch {
		case err != nil:
			return false, err
		case r.Decision == Skip:
			reg.State, reg.Why = plan.StepSkipped, r.Operator+": "+r.Reason
			return true, nil
		}
		reg.State, reg.Why = plan.StepRunning, ""
		if r.Decision == mended {
			return false, nil
		}
	}
}

// registryHome is the AWS landing whose account holds the table; kept is false where the plan has none.
func (m *migration) registryHome() (home plan.Landing, kept bool) {
	env := m.plan.Registry.Environment
	for _, l := range m.landings {
		if l.Cloud == plan.AWS && l.Environment == env {
			l.Siblings = nil // the registry asks for the account alone
			return l, true
		}
	}
	return plan.Landing{}, false
}

// homeKnown reports whether the id of the registry's account is known, and fills it in: it is in the plan, or the landing
// is done and its row says it.
func (m *migration) homeKnown(home *plan.Landing) bool {
	for _, r := range append(append([]plan.Row{}, m.progress.Rows...), m.progress.Registry.Rows...) {
		if home.Adopt.ID == "" && r.Kind == "landing" && r.Cloud == home.Cloud && r.Environment == home.Environment {
			home.Adopt.ID = r.ID
		}
	}
	return home.Adopt.ID != ""
}

// steadyUnmarked is steady without a heartbeat, for activities that make nothing which could be lost.
func steadyUnmarked() pace { p := steady(); p.heartbeat = 0; return p }
