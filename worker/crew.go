package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/itbytes/landfall/activities"
	"github.com/itbytes/landfall/audit"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/registry"
	"github.com/itbytes/landfall/workflows"
)

// crew is one poller for the workflows and one for each cloud.
type crew struct {
	workers []worker.Worker
	log     *slog.Logger
}

// muster makes the crew without starting it.
func muster(c client.Client, cfg config, env func(string) string, log *slog.Logger) (*crew, error) {
	vault := keeper(env, log)
	everywhere := build(cfg, env, vault)
	clouds, err := chosen(everywhere, cfg.clouds)
	if err != nil {
		return nil, err
	}
	door := func(per float64) worker.Options {
		return worker.Options{
			Interceptors:                 []interceptor.WorkerInterceptor{&activities.Door{Log: log}},
			WorkerStopTimeout:            10 * time.Second,
			TaskQueueActivitiesPerSecond: per,
		}
	}
	crew := &crew{log: log}
	runbook := worker.New(c, workflows.Queue, door(0))
	registerRunbook(runbook, cfg, &activities.Vaults{Finder: vault, Bearer: bearer(vault), Log: log}, &activities.Notices{Teller: hook(vault)}, &activities.Runs{Result: results(c)})
	crew.workers = append(crew.workers, runbook)
	latch := &activities.Latch{Folder: cfg.sessions}
	kit := kit{
		clouds: clouds, latch: latch, notary: registry.NewNotary(vault),
		logins:    &activities.Logins{Gates: able[activities.Gate](clouds), Latch: latch, Show: show(c)},
		rotations: &activities.Rotations{Smiths: able[activities.Smith](clouds), Vault: slots(vault), Latch: latch},
		// To be let in by another's token takes no login: whoever holds one cloud's shows that a consumer there needs no key of another.
		federations: &activities.Federations{Vouchers: able[activities.Voucher](clouds), Porters: able[activities.Porter](everywhere), Latch: latch},
	}
	for _, name := range cfg.clouds {
		w := worker.New(c, workflows.CloudQueue(name), door(rate(name)))
		registerCloud(w, name, kit)
		crew.workers = append(crew.workers, w)
	}
	return crew, nil
}

// registry is what a worker registers with.
type book interface {
	RegisterWorkflowWithOptions(w any, o workflow.RegisterOptions)
	RegisterActivity(a any)
}

// registerRunbook registers the workflows and the activities that need no cloud.
func registerRunbook(w book, cfg config, chapters ...any) {
	for name, f := range map[string]any{
		workflows.MigrateType:      workflows.Migrate,
		workflows.LandType:         workflows.Land,
		workflows.KeepLoginType:    workflows.KeepLogin,
		workflows.ShowRegistryType: workflows.ShowRegistry,
		workflows.JournalType:      workflows.Journal,
		workflows.ShowJournalType:  workflows.ShowJournal,

		workflows.RotateCredentialType:  workflows.RotateCredential,
		workflows.RotateCredentialsType: workflows.RotateCredentials,
		workflows.CheckPostureType:      workflows.CheckPosture,
		workflows.FederateType:          workflows.Federate,
	} {
		w.RegisterWorkflowWithOptions(f, workflow.RegisterOptions{Name: name})
	}
	for _, chapter := range chapters {
		w.RegisterActivity(chapter)
	}
	today := func() string { return time.Now().UTC().Format(time.DateOnly) }
	w.RegisterActivity(&activities.Plans{
		Folder: os.DirFS(cfg.plans),
		Settle: func(name string, b []byte) (plan.Plan, error) { return plan.ParseAt(name, b, today()) },
		Check:  func(p plan.Plan) error { return p.Validate(today()) },
		Pace:   cfg.pace,
	})
}

// registerCloud registers the activities of one cloud; the registry's and the journal's go with AWS, where their
// credentials are.
func registerCloud(w book, name plan.Cloud, k kit) {
	w.RegisterActivity(&activities.Landings{Clouds: k.clouds, Latch: k.latch})
	w.RegisterActivity(k.logins)
	w.RegisterActivity(k.rotations)
	w.RegisterActivity(k.federations)
	w.RegisterActivity(&activities.Exports{Depots: able[activities.Depot](k.clouds), Notary: k.notary, Latch: k.latch})
	if name == plan.AWS {
		table := registry.New(open(k.clouds[name]))
		w.RegisterActivity(&activities.Register{Book: table})
		w.RegisterActivity(&activities.Seals{Book: table, Notary: k.notary, Latch: k.latch})
		w.RegisterActivity(&activities.Journals{Ledger: audit.New(open(k.clouds[name])), Latch: k.latch})
	}
}

// kit is what the activities of every cloud are made of.
type kit struct {
	clouds      map[plan.Cloud]activities.Carrier
	latch       *activities.Latch
	logins      *activities.Logins
	rotations   *activities.Rotations
	federations *activities.Federations
	notary      *registry.Notary
}

// show hands a challenge to the keeper of a login.
func show(c client.Client) func(context.Context, string, string, plan.Challenge) error {
	return func(ctx context.Context, workflow, run string, ch plan.Challenge) error {
		return c.SignalWorkflow(ctx, workflow, run, workflows.ChallengeMessage, ch)
	}
}

// results reads what ended runs of workflows left.
func results(c client.Client) func(ctx context.Context, workflow, run string, into any) error {
	return func(ctx context.Context, workflow, run string, into any) error {
		return c.GetWorkflow(ctx, workflow, run).Get(ctx, into)
	}
}

// rate is how many activities a second all workers of a cloud may start together: well inside what Azure Resource Manager
// takes (200 writes a minute and subscription to begin with, refilled by 10 a second), while throttles are met by their own
// delays. What the APIs of a rotation take is waited for where they are called (each cloud's limits.go).
func rate(plan.Cloud) float64 { return 100 }

// work polls until the context ends, then lets what is under way come to its end.
func (c *crew) work(ctx context.Context) error {
	for _, w := range c.workers {
		if err := w.Start(); err != nil {
			return fmt.Errorf("start polling: %w", err)
		}
	}
	c.log.Info("polling", "queues", len(c.workers))
	<-ctx.Done()
	for _, w := range c.workers {
		w.Stop()
	}
	return nil
}
