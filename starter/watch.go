package main

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// watch follows a migration until it has ended or all that is left needs somebody: as a live matrix on a terminal, as a
// line for each change elsewhere.
func (d *desk) watch(ctx context.Context, c client.Client, t target, patience time.Duration) (workflows.MigrateResult, error) {
	w := &watcher{desk: d, client: c, target: t, patience: patience, seen: map[string]plan.LandingState{}}
	if width := d.terminal(); width > 0 {
		return w.live(ctx)
	}
	return w.plain(ctx)
}

type watcher struct {
	desk     *desk
	client   client.Client
	target   target
	patience time.Duration
	idle     time.Time // since when a person's act is all that is awaited
	seen     map[string]plan.LandingState
}

// look asks the migration how far it is; over is set when there is nothing more to wait for here.
func (w *watcher) look(ctx context.Context) (r workflows.MigrateResult, over bool, err error) {
	r, err = status(ctx, w.client, w.target.name)
	if err != nil {
		return r, false, err
	}
	switch r.State {
	case plan.LandingDone, plan.LandingFailed, plan.LandingHeld:
		return r, r.State == plan.LandingHeld || !r.Ended.IsZero(), nil
	case plan.LandingWaiting:
		if w.idle.IsZero() {
			w.idle = time.Now()
		}
		return r, r.AwaitsApproval || time.Since(w.idle) > w.patience, nil
	}
	w.idle = time.Time{}
	return r, false, nil
}

func (w *watcher) plain(ctx context.Context) (workflows.MigrateResult, error) {
	began := time.Now()
	for {
		r, over, err := w.look(ctx)
		if err != nil {
			return r, err
		}
		for _, line := range w.news(r) {
			w.desk.say("%6.1fs  %s", time.Since(began).Seconds(), line)
		}
		if over {
			return r, nil
		}
		select {
		case <-ctx.Done():
			return r, failed(ctx.Err(), "It goes on: see landfall status "+w.target.name+".", "stopped looking")
		case <-time.After(400 * time.Millisecond):
		}
	}
}

// news are the landings whose state has changed since the last look.
func (w *watcher) news(r workflows.MigrateResult) []string {
	var out []string
	for _, id := range sortedKeys(r.Landings) {
		s := r.Landings[id]
		if w.seen[id] != s && s != plan.LandingTodo {
			out = append(out, fmt.Sprintf("%-14s %s", id, s))
		}
		w.seen[id] = s
	}
	if s := plan.LandingState(r.Registry.State); s != "" && w.seen["registry"] != s {
		out = append(out, fmt.Sprintf("%-14s %s", "registry", s))
		w.seen["registry"] = s
	}
	return out
}

// status asks a migration how far it is.
func status(ctx context.Context, c client.Client, name string) (workflows.MigrateResult, error) {
	var r workflows.MigrateResult
	var err error
	for range 20 { // a run that began this instant has registered nothing yet
		v, asked := c.QueryWorkflow(ctx, workflows.MigrateID(name), "", workflows.StatusQuery, workflows.Ask{})
		if err = asked; err == nil {
			return r, v.Get(&r)
		}
		if !strings.Contains(err.Error(), "unknown queryType") {
			break
		}
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return r, failed(err, "See that a worker polls the task queue "+workflows.Queue+", and landfall status for the plans that have run.",
		"the run of %s does not say how far it is: %v", name, err)
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
