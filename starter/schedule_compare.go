package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/itbytes/landfall/plan"
)

// differs says in what a schedule that stands is not as it is wanted, a word each. Whether it is paused, and its note, are
// people's.
func differs(stands client.ScheduleDescription, want client.ScheduleOptions) []string {
	var out []string
	for _, part := range []struct {
		name string
		same bool
	}{
		{"times", sameTimes(*stands.Schedule.Spec, want.Spec)},
		{"jitter", stands.Schedule.Spec.Jitter == want.Spec.Jitter},
		{"overlap", stands.Schedule.Policy.Overlap == want.Overlap},
		{"catch-up window", stands.Schedule.Policy.CatchupWindow == want.CatchupWindow},
		{"pause on failure", stands.Schedule.Policy.PauseOnFailure == want.PauseOnFailure},
		{"what it starts", sameAction(stands.Schedule.Action, want.Action)},
	} {
		if !part.same {
			out = append(out, part.name)
		}
	}
	return out
}

// sameTimes compares when two schedules begin. The server keeps a cron expression as sets of values.
func sameTimes(stands, want client.ScheduleSpec) bool {
	if or(stands.TimeZoneName, "UTC") != or(want.TimeZoneName, "UTC") || !slices.Equal(stands.Intervals, want.Intervals) ||
		len(stands.Skip) > 0 || !stands.StartAt.IsZero() || !stands.EndAt.IsZero() || len(stands.Calendars) != len(want.CronExpressions) {
		return false
	}
	for i, c := range stands.Calendars {
		if len(c.Year) > 0 || values(c.Second) > 1 { // every year, at second 0
			return false
		}
		has := [5]uint64{values(c.Minute), values(c.Hour), values(c.DayOfMonth), values(c.Month), values(c.DayOfWeek)}
		if has != plan.Moments(want.CronExpressions[i]) {
			return false
		}
	}
	return true
}

// values are the values of ranges, a bit for each: at most 59.
func values(ranges []client.ScheduleRange) (set uint64) {
	for _, r := range ranges {
		for v := r.Start; v <= min(max(r.End, r.Start), 63); v += max(r.Step, 1) {
			set |= 1 << v
		}
	}
	return set
}

// sameAction compares what two schedules start, with which input.
func sameAction(stands, want client.ScheduleAction) bool {
	is, known := stands.(*client.ScheduleWorkflowAction)
	to, ours := want.(*client.ScheduleWorkflowAction)
	if !known || !ours || is.ID != to.ID || is.Workflow != to.Workflow || is.TaskQueue != to.TaskQueue || is.StaticDetails != to.StaticDetails ||
		len(is.Args) != 1 || is.WorkflowRunTimeout != 0 || is.WorkflowExecutionTimeout != 0 || is.RetryPolicy != nil {
		return false
	}
	has, isPayload := is.Args[0].(*common.Payload)
	wanted, err := json.Marshal(to.Args[0])
	return isPayload && err == nil && bytes.Equal(has.GetData(), wanted)
}

// memoOf is a word of a memo, or "".
func memoOf(m *common.Memo, key string) (word string) {
	if converter.GetDefaultDataConverter().FromPayload(m.GetFields()[key], &word) != nil {
		return ""
	}
	return word
}

// updated is a schedule as it stands with all that is wanted. A pause, and why, is kept: a person has set it, or a failure.
func updated(stands client.ScheduleDescription, want client.ScheduleOptions) *client.ScheduleUpdate {
	s := stands.Schedule
	spec := want.Spec
	s.Spec, s.Action = &spec, want.Action
	s.Policy = &client.SchedulePolicies{Overlap: want.Overlap, CatchupWindow: want.CatchupWindow, PauseOnFailure: want.PauseOnFailure}
	state := *s.State
	if !state.Paused {
		state.Note = want.Note
	}
	s.State = &state
	return &client.ScheduleUpdate{Schedule: &s, TypedSearchAttributes: &want.TypedSearchAttributes}
}

// zoneOf is the time zone in which a schedule's times are told.
func zoneOf(spec *client.ScheduleSpec) *time.Location {
	if spec == nil {
		return time.UTC
	}
	zone, err := time.LoadLocation(or(spec.TimeZoneName, "UTC"))
	if err != nil {
		return time.UTC
	}
	return zone
}
