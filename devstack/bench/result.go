package bench

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/simulator/kernel"
)

// What Temporal lets one history hold (its dynamic configuration, limit.historyCount.error and limit.historySize.error).
const (
	eventsAtMost = 51_200
	bytesAtMost  = 50 << 20
)

// Result is what a tick came to.
type Result struct {
	Many       int
	Scale      float64
	Current    bool          // every new key is
	Promoted   time.Duration // until every new key was current
	Done       time.Duration // until every old key was deleted
	Calls      map[string]Count
	Rotations  map[plan.Cloud]int
	Limits     []kernel.Metered
	Biggest    History
	Tick       History // of the workflow that the schedule began
	Canary     plan.Canary
	Lost, Left int
	Unfinished int
}

// Count is how often an API was called.
type Count struct{ Reads, Writes int }

// History is the size of a workflow's history.
type History struct {
	ID            string
	Events, Bytes int64
}

// Refused is how many calls the clouds refused for their rate.
func (r Result) Refused() int {
	n := 0
	for _, l := range r.Limits {
		n += l.Refused
	}
	return n
}

// measure reads what the tick cost.
func (b *bench) measure(ctx context.Context, tick string, r *Result) error {
	r.Calls, r.Rotations, r.Limits = map[string]Count{}, map[plan.Cloud]int{}, b.Sim.Kernel().Limits()
	for _, c := range b.all {
		r.Rotations[c.Cloud]++
	}
	for _, c := range b.Sim.Kernel().Calls()[b.calls:] {
		api := c.Cloud + " " + c.Service
		n := r.Calls[api]
		if c.Kind == "write" {
			n.Writes++
		} else {
			n.Reads++
		}
		r.Calls[api] = n
	}
	done := 0
	for next := []byte{}; next != nil; {
		list, err := b.c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{PageSize: 500, NextPageToken: next})
		if err != nil {
			return err
		}
		for _, e := range list.GetExecutions() {
			h := History{e.GetExecution().GetWorkflowId(), e.GetHistoryLength(), e.GetHistorySizeBytes()}
			if h.Events > r.Biggest.Events {
				r.Biggest = h
			}
			if h.ID == tick {
				r.Tick = h
			}
			if e.GetType().GetName() != "RotateCredential" {
				continue
			}
			var one plan.RotationReport
			if e.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_COMPLETED && b.c.GetWorkflow(ctx, h.ID, "").Get(ctx, &one) == nil && one.State == plan.RotationDone {
				done++
				r.Canary = r.Canary.Plus(one.Canary)
			}
		}
		if next = list.GetNextPageToken(); len(next) == 0 {
			next = nil
		}
	}
	r.Unfinished = r.Many - done
	return nil
}

// Write tells the result on a terminal.
func (r Result) Write(to io.Writer) {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	line := func(format string, a ...any) { fmt.Fprintf(w, format+"\n", a...) }
	perMinute := float64(r.Many) / r.Promoted.Minutes()
	line("rotations\t%d in one tick, %d not finished, %d credentials lost, %d keys left over", r.Many, r.Unfinished, r.Lost, r.Left)
	if r.Current {
		line("rotations per minute\t%.0f until the new keys were current (%s); %s with the old keys' graces", perMinute, r.Promoted.Round(time.Second), r.Done.Round(time.Second))
		line("all times and limits ×%g\tin a world as fast as ours at least %.0f rotations per minute: what this machine takes would not take longer there", r.Scale, perMinute*r.Scale)
	}
	line("canary\t%d sign-ins with the current keys, %d failures", r.Canary.Probes, r.Canary.Failures)
	line("history of the tick\t%d events of %d, %.1f MB of %d MB", r.Tick.Events, eventsAtMost, float64(r.Tick.Bytes)/(1<<20), bytesAtMost>>20)
	line("biggest history\t%d events of %d, %.1f MB (%s)", r.Biggest.Events, eventsAtMost, float64(r.Biggest.Bytes)/(1<<20), r.Biggest.ID)
	line("calls refused for their rate\t%d", r.Refused())
	line("\nAPI\tcalls per rotation\treads\twrites")
	for _, api := range slices.Sorted(maps.Keys(r.Calls)) {
		c, of := r.Calls[api], r.Many
		for cloud, n := range r.Rotations {
			if len(api) > len(cloud) && api[:len(cloud)] == string(cloud) {
				of = n
			}
		}
		line("%s\t%.1f\t%.1f\t%.1f", api, float64(c.Reads+c.Writes)/float64(of), float64(c.Reads)/float64(of), float64(c.Writes)/float64(of))
	}
	line("\nlimit\tcalls\trefused\tbusiest\tfullest bucket\tof")
	for _, l := range r.Limits {
		line("%s\t%d\t%d\t%.1f %%\t%.1f %%\t%g in %s", l.Name, l.Taken, l.Refused, 100*l.Busiest, 100*l.Peak, l.Calls, time.Duration(float64(l.Per)/r.Scale).Round(time.Millisecond))
	}
	_ = w.Flush() // a terminal that went away wants nothing
}
