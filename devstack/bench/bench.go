package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/devstack/stack"
	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// Options say how much is rotated, in what world.
type Options struct {
	Many int // credentials
	// Scale is what all times are multiplied by: those of the clouds, the product's graces and proofs, and the times over which
	// the clouds' limits are counted. At 0.1 everything is ten times as fast and every limit ten times as high: what is
	// called bears the same relation to what may be called. What this machine itself takes is not scaled, which makes the
	// relation a little kinder than it is.
	Scale  float64
	Within time.Duration // until it is given up
	Bin    string        // folder of the built binaries
	State  string        // folder of the databases and logs
	Say    func(format string, a ...any)
}

// bench is a tick under way.
type bench struct {
	*stack.Stack
	o     Options
	plan  plan.Plan
	all   []plan.Credential
	c     client.Client
	calls int // that were made before the tick
	began time.Time
}

// Run rotates the credentials in one tick and tells what it took. The error says what was lost, left over or not finished.
func Run(ctx context.Context, o Options) (Result, error) {
	b := &bench{o: o}
	if err := b.raise(ctx); err != nil {
		return Result{}, err
	}
	defer b.Down()
	worker, err := b.Worker(ctx)
	if err != nil {
		return Result{}, err
	}
	defer worker.Stop()
	if b.c, err = client.Dial(client.Options{HostPort: b.Temporal(), Logger: silent{}}); err != nil {
		return Result{}, err
	}
	defer b.c.Close()
	if err := b.tick(ctx); err != nil {
		return Result{}, err
	}
	r := Result{Many: len(b.all), Scale: o.Scale}
	waiting, enough := context.WithTimeout(ctx, o.Within)
	defer enough()
	run, late := b.promoted(waiting)
	r.Promoted = time.Since(b.began)
	if r.Current = late == nil; r.Current {
		o.Say("every new key is current after %s; the old ones have their grace", r.Promoted.Round(time.Second))
		late = b.done(waiting)
	}
	r.Done = time.Since(b.began)
	if err := b.measure(ctx, run, &r); err != nil { // also of one that was given up it is told what it cost
		return r, b.where(errors.Join(late, err))
	}
	return r, b.where(errors.Join(late, b.judge(ctx, &r)))
}

func (b *bench) where(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w (the worker's log is %s/worker.log)", err, b.o.State)
}

// raise brings the stack up in the generated world.
func (b *bench) raise(ctx context.Context) error {
	var w kernel.Scenario
	var err error
	if b.plan, w, err = estate(b.o.Many); err != nil {
		return err
	}
	w.Scale = &b.o.Scale
	if b.all, err = b.plan.Credentials(); err != nil {
		return err
	}
	text, err := json.Marshal(b.plan)
	if err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(b.o.State), os.MkdirAll(b.o.State, 0o700), os.WriteFile(b.file(), text, 0o600)); err != nil {
		return err
	}
	b.Stack, err = stack.Up(ctx, stack.Options{
		World: &w, AnyPorts: true, State: b.o.State, Sessions: b.o.State + "/sessions", Plans: b.o.State, Bin: b.o.Bin, Say: b.o.Say,
		Extra: []string{fmt.Sprintf("LANDFALL_PACE=%g", b.o.Scale)},
	})
	if err != nil {
		return err
	}
	b.o.Say("%d credentials, all times and limits ×%g; Temporal UI %s", len(b.all), b.o.Scale, b.UI())
	if err := b.furnish(ctx); err != nil {
		b.Down()
		return err
	}
	return nil
}

func (b *bench) file() string { return filepath.Join(b.o.State, name+".json") }

// tick makes the plan's schedule and triggers it.
func (b *bench) tick(ctx context.Context) error {
	if code, out, errs, err := b.Ask(ctx, "schedule", "apply", b.file(), "--operator", "bench"); err != nil || code != 0 {
		return fmt.Errorf("landfall schedule apply ended with %d: %s %w", code, strings.TrimSpace(errs+out), err)
	}
	b.calls = len(b.Sim.Kernel().Calls())
	b.Sim.Kernel().ResetLimits()
	b.began = time.Now()
	return b.c.ScheduleClient().GetHandle(ctx, "landfall/"+name+"/tick").Trigger(ctx, client.ScheduleTriggerOptions{})
}

// promoted waits for the end of the run that the schedule began: every new key is current then.
func (b *bench) promoted(ctx context.Context) (id string, err error) {
	for id == "" {
		list, err := b.c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowType = 'RotateCredentials'"})
		if err != nil {
			return "", err
		}
		for _, e := range list.GetExecutions() {
			id = e.GetExecution().GetWorkflowId()
		}
		if err := pause(ctx); err != nil {
			return "", errors.New("the schedule began nothing")
		}
	}
	return id, b.c.GetWorkflow(ctx, id, "").Get(ctx, nil)
}

// done waits until no rotation is under way.
func (b *bench) done(ctx context.Context) error {
	for {
		n, err := b.c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: "WorkflowType = 'RotateCredential' AND ExecutionStatus = 'Running'"})
		if err == nil && n.GetCount() == 0 {
			return nil
		}
		if pause(ctx) != nil {
			return fmt.Errorf("%d rotations have not finished after %s", n.GetCount(), time.Since(b.began).Round(time.Second))
		}
	}
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(500 * time.Millisecond):
		return nil
	}
}

// silent keeps what the Temporal client tells to itself.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
