package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

// listed is a schedule as people see it.
type listed struct {
	ID      string      `json:"id"`
	Zone    string      `json:"timeZone"`
	Next    []time.Time `json:"next"`
	Paused  bool        `json:"paused"`
	Note    string      `json:"note,omitempty"`
	Last    time.Time   `json:"last,omitzero"`     // when it last began a run
	Outcome string      `json:"outcome,omitempty"` // of that run
	Skipped int         `json:"skipped"`           // runs that were dropped, by overlap or because they came too late
}

func (d *desk) scheduleList() *cobra.Command {
	return &cobra.Command{
		Use:     "list PLAN",
		Short:   "List a plan's schedules: when each begins next, in its own time zone, whether it is paused and why, and what came of it last.",
		Example: "  landfall schedule list itbytes\n  landfall schedule list itbytes -o json",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			c, err := d.connect(ctx)
			if err != nil {
				return err
			}
			defer c.Close()
			name, err := d.planName(args[0])
			if err != nil {
				return err
			}
			ids, err := ownSchedules(ctx, c.ScheduleClient(), name)
			if err != nil {
				return err
			}
			all := []listed{}
			for _, id := range ids {
				one, err := listOne(ctx, c, id)
				if _, gone := errors.AsType[*serviceerror.NotFound](err); gone {
					continue // somebody has removed it just now
				}
				if err != nil {
					return failedAt(err, id, "read")
				}
				all = append(all, one)
			}
			return d.showSchedules(name, all)
		},
	}
}

// listOne reads one schedule.
func listOne(ctx context.Context, c client.Client, id string) (listed, error) {
	s, err := c.ScheduleClient().GetHandle(ctx, id).Describe(ctx)
	if err != nil {
		return listed{}, err
	}
	zone := zoneOf(s.Schedule.Spec)
	out := listed{
		ID: id, Zone: zone.String(), Next: []time.Time{}, Paused: s.Schedule.State.Paused, Note: s.Schedule.State.Note,
		Skipped: s.Info.NumActionsSkippedOverlap + s.Info.NumActionsMissedCatchupWindow,
	}
	for i, at := range s.Info.NextActionTimes {
		if i < 3 {
			out.Next = append(out.Next, at.In(zone))
		}
	}
	if n := len(s.Info.RecentActions); n > 0 {
		last := s.Info.RecentActions[n-1]
		out.Last = last.ActualTime.In(zone)
		if run := last.StartWorkflowResult; run != nil {
			info, err := c.DescribeWorkflowExecution(ctx, run.WorkflowID, run.FirstExecutionRunID)
			if err == nil {
				out.Outcome = strings.ToLower(info.GetWorkflowExecutionInfo().GetStatus().String())
			}
		}
	}
	return out, nil
}

func (d *desk) showSchedules(name string, all []listed) error {
	if d.output == "json" {
		return d.json(map[string]any{"plan": name, "schedules": all})
	}
	if len(all) == 0 {
		d.say("%s has no schedule here; make them with landfall schedule apply PLAN", name)
		return nil
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SCHEDULE\tNEXT\tLAST\tOUTCOME")
	for _, s := range all {
		next := "-"
		switch {
		case s.Paused:
			next = "paused"
		case len(s.Next) > 0:
			next = s.Next[0].Format("2006-01-02 15:04 MST")
		}
		last := "-"
		if !s.Last.IsZero() {
			last = s.Last.Format("2006-01-02 15:04 MST")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.ID, next, last, or(s.Outcome, "-"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, s := range all {
		if s.Paused {
			d.say("\n%s is paused: %s", s.ID, or(s.Note, "no reason was given"))
		}
		if s.Skipped > 0 {
			d.say("\n%s has dropped %d runs", s.ID, s.Skipped)
		}
	}
	return nil
}
