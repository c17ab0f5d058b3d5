package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/plan"
)

const (
	lookEvery = 400 * time.Millisecond
	// forbearance is how long a worker or a server that has answered before may be away: it may be starting again.
	forbearance = time.Minute
)

// watch follows a migration until it has ended or all that is left needs somebody: as a live matrix on a terminal, as a
// line for each change elsewhere.
func (d *desk) watch(ctx context.Context, c client.Client, t target, patience time.Duration) (standing, error) {
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
	last     standing
	heard    time.Time // when the run last answered
}

// look asks the migration how far it is; over is set when there is nothing more to wait for here.
func (w *watcher) look(ctx context.Context) (r standing, over bool, err error) {
	r, err = stand(ctx, w.client, w.target.name)
	if errors.Is(err, errSilent) && !w.heard.IsZero() && time.Since(w.heard) < forbearance {
		return w.last, false, nil
	}
	if err != nil {
		return w.last, false, err
	}
	w.last, w.heard = r, time.Now()
	switch r.State {
	case plan.LandingDone, plan.LandingFailed, plan.LandingHeld, plan.LandingAborted:
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

func (w *watcher) plain(ctx context.Context) (standing, error) {
	began := time.Now()
	for {
		r, over, err := w.look(ctx)
		if ctx.Err() != nil {
			return r, w.left()
		}
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
			return r, w.left()
		case <-time.After(lookEvery):
		}
	}
}

// left is what a person hears who stops watching.
func (w *watcher) left() error {
	return failed(nil, "See landfall status "+w.target.name+".", "you have stopped watching; the run of %s goes on", w.target.name)
}

// news are the landings whose state has changed since the last look.
func (w *watcher) news(r standing) []string {
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

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
