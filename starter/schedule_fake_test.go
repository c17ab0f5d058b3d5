package main

import (
	"context"
	"encoding/json"
	"maps"
	"math/bits"
	"slices"
	"testing"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/itbytes/landfall/plan"
)

// timetable keeps schedules in memory as a Temporal server does: input and memo become payloads, a cron expression becomes
// ranges, and only what is described is known of it again.
type timetable struct {
	client.ScheduleClient
	t      *testing.T
	all    map[string]*client.ScheduleDescription
	writes []string
}

func newTimetable(t *testing.T) *timetable {
	t.Helper()
	return &timetable{t: t, all: map[string]*client.ScheduleDescription{}}
}

func (s *timetable) payload(v any) *common.Payload {
	p, err := converter.GetDefaultDataConverter().ToPayload(v)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *timetable) Create(_ context.Context, o client.ScheduleOptions) (client.ScheduleHandle, error) {
	s.writes = append(s.writes, "create "+o.ID)
	memo := &common.Memo{Fields: map[string]*common.Payload{}}
	for k, v := range o.Memo {
		memo.Fields[k] = s.payload(v)
	}
	d := &client.ScheduleDescription{Memo: memo}
	s.keep(d, client.Schedule{
		Action: o.Action, Spec: &o.Spec, State: &client.ScheduleState{Note: o.Note, Paused: o.Paused},
		Policy: &client.SchedulePolicies{Overlap: o.Overlap, CatchupWindow: o.CatchupWindow, PauseOnFailure: o.PauseOnFailure},
	})
	s.all[o.ID] = d
	return nil, nil
}

// keep keeps a schedule as the server does.
func (s *timetable) keep(d *client.ScheduleDescription, want client.Schedule) {
	spec := *want.Spec
	for _, cron := range spec.CronExpressions {
		m := plan.Moments(cron)
		spec.Calendars = append(spec.Calendars, client.ScheduleCalendarSpec{
			Second: []client.ScheduleRange{{}}, Minute: rangesOf(m[0]), Hour: rangesOf(m[1]), DayOfMonth: rangesOf(m[2]), Month: rangesOf(m[3]), DayOfWeek: rangesOf(m[4]),
		})
	}
	spec.CronExpressions = nil
	act := *want.Action.(*client.ScheduleWorkflowAction)
	args := make([]any, 0, len(act.Args))
	for _, a := range act.Args {
		p, encoded := a.(*common.Payload)
		if !encoded {
			p = s.payload(a)
		}
		args = append(args, p)
	}
	act.Args, want.Spec, want.Action = args, &spec, &act
	d.Schedule = want
}

// rangesOf are a set's values as the fewest ranges.
func rangesOf(set uint64) (out []client.ScheduleRange) {
	for set != 0 {
		start := bits.TrailingZeros64(set)
		n := bits.TrailingZeros64(^(set >> start))
		out = append(out, client.ScheduleRange{Start: start, End: start + n - 1, Step: 1})
		set &^= (1<<n - 1) << start
	}
	return out
}

func (s *timetable) GetHandle(_ context.Context, id string) client.ScheduleHandle {
	return &timed{table: s, id: id}
}

func (s *timetable) List(context.Context, client.ScheduleListOptions) (client.ScheduleListIterator, error) {
	it := &entries{}
	for _, id := range slices.Sorted(maps.Keys(s.all)) {
		it.all = append(it.all, &client.ScheduleListEntry{ID: id, Memo: s.all[id].Memo})
	}
	return it, nil
}

type entries struct{ all []*client.ScheduleListEntry }

func (e *entries) HasNext() bool { return len(e.all) > 0 }

func (e *entries) Next() (*client.ScheduleListEntry, error) {
	next := e.all[0]
	e.all = e.all[1:]
	return next, nil
}

// timed is a handle of one schedule.
type timed struct {
	client.ScheduleHandle
	table *timetable
	id    string
}

func (h *timed) Describe(context.Context) (*client.ScheduleDescription, error) {
	d, has := h.table.all[h.id]
	if !has {
		return nil, serviceerror.NewNotFound("no schedule " + h.id)
	}
	out := *d
	return &out, nil
}

func (h *timed) Update(_ context.Context, o client.ScheduleUpdateOptions) error {
	h.table.writes = append(h.table.writes, "update "+h.id)
	d := h.table.all[h.id]
	u, err := o.DoUpdate(client.ScheduleUpdateInput{Description: *d})
	if err == nil {
		h.table.keep(d, *u.Schedule)
	}
	return err
}

func (h *timed) Delete(context.Context) error {
	h.table.writes = append(h.table.writes, "delete "+h.id)
	delete(h.table.all, h.id)
	return nil
}

// input is what a schedule starts its workflow with.
func (s *timetable) input(id string, into any) {
	s.t.Helper()
	p := s.all[id].Schedule.Action.(*client.ScheduleWorkflowAction).Args[0].(*common.Payload)
	if err := json.Unmarshal(p.GetData(), into); err != nil {
		s.t.Fatal(err)
	}
}
