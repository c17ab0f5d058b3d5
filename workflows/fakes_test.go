package workflows_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/fault"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// cloud is a fake cloud behind the real activities: it carries steps in memory and fails as it is told.
type cloud struct {
	mu      sync.Mutex
	steps   []plan.Step
	carried []string
	// answer says what carrying a step comes to; nil means done and created.
	answer func(t plan.Task, nth int) (plan.Outcome, error)
	times  map[string]int
	// undoing says what undoing a step comes to; nil means reverted.
	undoing func(t plan.Task, d plan.Deed) (plan.Undoing, error)
	undone  []string
	// login says how a login is; nil means that it works.
	login  func(name string) error
	probes int
	signs  int
	ear    ear
	// journal is where what was done is sealed.
	journal ledger
}

func (c *cloud) Probe(_ context.Context, l plan.Login, _ time.Duration) (plan.Pass, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.probes++
	if c.login != nil {
		if err := c.login(l.Name); err != nil {
			return plan.Pass{}, err
		}
	}
	return plan.Pass{Who: "somebody"}, nil
}

func (c *cloud) SignIn(_ context.Context, _ plan.Login, show func(plan.Challenge)) error {
	c.mu.Lock()
	c.signs++
	c.mu.Unlock()
	show(plan.Challenge{URL: "https://device.example", Code: "ABCD-EFGH"})
	return nil
}

func (c *cloud) Steps(plan.Landing) []plan.Step { return c.steps }

func (c *cloud) Carry(_ context.Context, t plan.Task, mark func(string)) (plan.Outcome, error) {
	mark(t.Step.Name)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.times == nil {
		c.times = map[string]int{}
	}
	at := t.Landing.ID() + "/" + t.Step.Name
	c.times[at]++
	if c.answer != nil {
		out, err := c.answer(t, c.times[at])
		if err != nil || out.State != "" {
			return out, err
		}
	}
	c.carried = append(c.carried, at)
	return plan.Outcome{
		Step: t.Step.Name, State: plan.StepDone, Change: plan.Change{Op: plan.Create}, Writes: 1,
		Receipt: plan.Receipt{ID: "id-of-" + t.Step.Name}, Facts: map[string]string{plan.FactContainer: "c-" + t.Landing.Environment},
	}, nil
}

func (c *cloud) Preview(_ context.Context, l plan.Landing) plan.Preview {
	p := plan.Preview{Landing: l.ID()}
	for _, s := range c.steps {
		p.Outcomes = append(p.Outcomes, plan.Outcome{
			Step: s.Name, State: plan.StepDone, Change: plan.Change{Op: plan.Create},
			Facts: map[string]string{plan.FactContainer: "c-" + l.Environment},
		})
	}
	return p
}

func (c *cloud) Undo(_ context.Context, t plan.Task, d plan.Deed, _ bool) (plan.Undoing, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.undoing != nil {
		u, err := c.undoing(t, d)
		if err != nil || u.State != "" {
			return u, err
		}
	}
	c.undone = append(c.undone, t.Landing.ID()+"/"+t.Step.Name)
	return plan.Undoing{State: plan.Reverted, Why: "gone", Writes: 1}, nil
}

func (c *cloud) did() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.carried...)
}

// book is a fake registry.
type book struct {
	mu   sync.Mutex
	rows []plan.Row
	away func() error // why it cannot be written, if it cannot
}

func (b *book) Prepare(context.Context, plan.Landing, plan.Registry) (bool, error) {
	if b.away != nil {
		return false, b.away()
	}
	return false, nil
}

func (b *book) Enter(_ context.Context, _ plan.Landing, _ plan.Registry, rows []plan.Row) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows = append(b.rows, rows...)
	return len(rows), nil
}

func (b *book) Preview(_ context.Context, _ plan.Landing, _ plan.Registry, rows []plan.Row) (int, error) {
	return len(rows), nil
}

func (b *book) List(context.Context, plan.Landing, plan.Registry) ([]plan.Row, error) {
	return b.rows, nil
}

func newEnv(t *testing.T, c *cloud, b *book) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := workflows.Quiet()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&activities.Door{Log: slog.New(slog.DiscardHandler)}}})
	env.RegisterWorkflowWithOptions(workflows.Migrate, workflow.RegisterOptions{Name: workflows.MigrateType})
	env.RegisterWorkflowWithOptions(workflows.Land, workflow.RegisterOptions{Name: workflows.LandType})
	clouds := map[plan.Cloud]activities.Carrier{plan.AWS: c, plan.Azure: c, plan.GCP: c}
	latch := &activities.Latch{Folder: t.TempDir()}
	env.RegisterWorkflowWithOptions(workflows.KeepLogin, workflow.RegisterOptions{Name: workflows.KeepLoginType})
	env.RegisterWorkflowWithOptions(workflows.Journal, workflow.RegisterOptions{Name: workflows.JournalType})
	env.RegisterActivity(&activities.Journals{Ledger: &c.journal, Latch: latch})
	env.RegisterActivity(&activities.Landings{Clouds: clouds, Latch: latch})
	env.RegisterActivity(&activities.Logins{
		Gates: map[plan.Cloud]activities.Gate{plan.AWS: c, plan.Azure: c, plan.GCP: c}, Latch: latch,
		Show: func(_ context.Context, id, _ string, ch plan.Challenge) error {
			return env.SignalWorkflowByID(id, workflows.ChallengeMessage, ch)
		},
	})
	env.RegisterActivity(&activities.Notices{Teller: &c.ear})
	env.RegisterActivity(&activities.Runs{Result: func(_ context.Context, id, _ string, into any) error {
		return fmt.Errorf("no run of %s is kept", id)
	}})
	env.RegisterActivity(&activities.Register{Book: b})
	env.RegisterActivity(&activities.Vaults{Finder: safe{}, Log: slog.New(slog.DiscardHandler)})
	env.RegisterActivity(&activities.Plans{Check: func(plan.Plan) error { return nil }})
	return env
}

// safe is a vault in which there is no item yet, and one vault that is not there at all.
type safe struct{}

func (safe) Find(_ context.Context, ref string) (plan.Item, error) {
	if strings.HasPrefix(ref, "op://nowhere/") {
		return plan.Item{}, fault.New(fault.Invalid, "Create it.", "no vault named %q", "nowhere")
	}
	return plan.Item{Exists: strings.HasSuffix(ref, "/there")}, nil
}

func landingIn(c plan.Cloud, env string) plan.Landing {
	return plan.Landing{Plan: "p", Cloud: c, Environment: env, Name: string(c) + "-" + env, Login: plan.Login{Name: string(c) + "-login"}}
}
