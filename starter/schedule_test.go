package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// paper is the plan of the paper, with schedules.
func paper(t *testing.T, schedules ...plan.Schedule) plan.Plan {
	t.Helper()
	b, err := os.ReadFile("../examples/itbytes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Parse("itbytes.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	p.Rotation.Schedules = schedules
	return p
}

func monthly() plan.Schedule {
	return plan.Schedule{Name: "monthly", Calendar: "0 3 1 * MON-FRI", TimeZone: "Europe/Berlin", Jitter: "30m", Credentials: []string{"azure", "itmanagesgcp"}}
}

func reconciled(t *testing.T, s *timetable, p plan.Plan, dry bool) []string {
	t.Helper()
	deeds, err := reconcile(t.Context(), s, p, "maria", dry)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range deeds {
		out = append(out, strings.TrimSpace(d.Change+" "+strings.TrimPrefix(d.ID, "landfall/itbytes/")+" "+strings.Join(d.Differs, ",")))
	}
	return out
}

func TestSchedulesAreMadeFromThePlanAndApplyingAgainWritesNothing(t *testing.T) {
	s, p := newTimetable(t), paper(t, monthly(), plan.Schedule{Name: "often", Every: "30d", KeepOn: true})
	if got := reconciled(t, s, p, true); len(s.writes) != 0 || len(got) != 3 {
		t.Errorf("a dry run wrote %v and said %v, want three told and none made", s.writes, got)
	}
	want := []string{"created monthly", "created often", "created posture"}
	if got := reconciled(t, s, p, false); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	s.writes = nil
	want = []string{"none monthly", "none often", "none posture"}
	if got := reconciled(t, s, p, false); !slices.Equal(got, want) || len(s.writes) != 0 {
		t.Errorf("the second time: %v and wrote %v, want %v and nothing", got, s.writes, want)
	}
}

func TestAScheduleIsAsThePlanSaysAndDropsNoRotation(t *testing.T) {
	s, p := newTimetable(t), paper(t, monthly(), plan.Schedule{Name: "often", Every: "30d", KeepOn: true})
	reconciled(t, s, p, false)
	m, often, posture := s.all["landfall/itbytes/monthly"].Schedule, s.all["landfall/itbytes/often"].Schedule, s.all["landfall/itbytes/posture"].Schedule
	if m.Policy.Overlap != enums.SCHEDULE_OVERLAP_POLICY_BUFFER_ONE || m.Policy.CatchupWindow != 24*time.Hour || !m.Policy.PauseOnFailure || often.Policy.PauseOnFailure {
		t.Errorf("policies %+v and %+v, want one buffered, a day to catch up, and only the first paused by a failure", m.Policy, often.Policy)
	}
	if m.Spec.TimeZoneName != "Europe/Berlin" || m.Spec.Jitter != 30*time.Minute || often.Spec.Intervals[0].Every != 30*24*time.Hour || posture.Spec.Jitter != time.Hour {
		t.Errorf("specs %+v, %+v, %+v; want the plan's", m.Spec, often.Spec, posture.Spec)
	}
	if !strings.Contains(m.State.Note, "applied by maria from the plan "+p.Digest()) {
		t.Errorf("note %q, want who applied it and from what", m.State.Note)
	}
	var in workflows.RotateCredentialsInput
	s.input("landfall/itbytes/monthly", &in)
	if !in.Scheduled || in.Operator != "schedule monthly" || in.Reason == "" || in.Plan.Digest() != p.Digest() || !slices.Equal(in.Credentials, []string{"azure", "itmanagesgcp"}) {
		t.Errorf("input %+v, want the whole plan, scheduled", in)
	}
	var look workflows.CheckPostureInput
	if s.input("landfall/itbytes/posture", &look); !look.Tell || look.Plan == nil {
		t.Errorf("input %+v, want the findings told", look)
	}
	if a := m.Action.(*client.ScheduleWorkflowAction); a.StaticSummary == "" || a.ID != "rotations/itbytes/monthly" || a.TaskQueue != workflows.Queue {
		t.Errorf("action %+v, want its summary in the UI", a)
	}
}

func TestWhatSomebodyChangedIsChangedBackAndAPauseIsKept(t *testing.T) {
	p := paper(t, monthly())
	for name, c := range map[string]struct {
		change func(d *client.ScheduleDescription)
		want   string
	}{
		"times":            {func(d *client.ScheduleDescription) { d.Schedule.Spec.Calendars[0].Hour[0].Start++ }, "updated monthly times"},
		"time zone":        {func(d *client.ScheduleDescription) { d.Schedule.Spec.TimeZoneName = "" }, "updated monthly times"},
		"an end":           {func(d *client.ScheduleDescription) { d.Schedule.Spec.EndAt = time.Now() }, "updated monthly times"},
		"overlap":          {func(d *client.ScheduleDescription) { d.Schedule.Policy.Overlap = enums.SCHEDULE_OVERLAP_POLICY_SKIP }, "updated monthly overlap"},
		"pause on failure": {func(d *client.ScheduleDescription) { d.Schedule.Policy.PauseOnFailure = false }, "updated monthly pause on failure"},
		"the queue": {func(d *client.ScheduleDescription) {
			d.Schedule.Action.(*client.ScheduleWorkflowAction).TaskQueue = "x"
		}, "updated monthly what it starts"},
		"a pause alone": {func(*client.ScheduleDescription) {}, "none monthly"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTimetable(t)
			reconciled(t, s, p, false)
			d := s.all["landfall/itbytes/monthly"]
			d.Schedule.State.Paused, d.Schedule.State.Note = true, "ana: until the audit is over"
			c.change(d)
			if got := reconciled(t, s, p, false); got[0] != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
			if got := reconciled(t, s, p, false); got[0] != "none monthly" {
				t.Errorf("then %v, want it so", got)
			}
			if st := s.all["landfall/itbytes/monthly"].Schedule.State; !st.Paused || st.Note != "ana: until the audit is over" {
				t.Errorf("state %+v, want the pause and its reason kept", st)
			}
		})
	}
}

func TestANewVersionOfThePlanReachesItsSchedules(t *testing.T) {
	s, p := newTimetable(t), paper(t, monthly())
	reconciled(t, s, p, false)
	p.Metadata.Owner = "others@it4bytes.example"
	want := []string{"updated monthly what it starts", "updated posture what it starts"}
	if got := reconciled(t, s, p, false); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if note := s.all["landfall/itbytes/monthly"].Schedule.State.Note; !strings.Contains(note, p.Digest()) {
		t.Errorf("note %q, want the new digest", note)
	}
}

func TestOnlyThePlansOwnSchedulesAreRemoved(t *testing.T) {
	s, p := newTimetable(t), paper(t, monthly())
	reconciled(t, s, p, false)
	other := paper(t, monthly())
	other.Metadata.Name = "itbytes-2"
	reconciledOther, err := reconcile(t.Context(), s, other, "maria", false)
	if err != nil || len(reconciledOther) != 2 {
		t.Fatalf("%v, %v; want the other plan's two", reconciledOther, err)
	}
	s.all["landfall/itbytes/by-hand"] = &client.ScheduleDescription{Memo: &common.Memo{}}
	s.writes = nil
	p.Rotation.Schedules = nil
	want := []string{"updated posture what it starts", "removed monthly"}
	if got := reconciled(t, s, p, false); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(s.all) != 4 || s.all["landfall/itbytes/by-hand"] == nil {
		t.Errorf("%d schedules are left after %v, want the other plan's and the one made by hand", len(s.all), s.writes)
	}
}

func TestAScheduleOfSomebodyElseIsNotTakenOver(t *testing.T) {
	s, p := newTimetable(t), paper(t, monthly())
	s.all["landfall/itbytes/monthly"] = &client.ScheduleDescription{Memo: &common.Memo{}, Schedule: client.Schedule{State: &client.ScheduleState{}}}
	_, err := reconcile(t.Context(), s, p, "maria", false)
	if err == nil || !strings.Contains(err.Error(), "was not made by Landfall") || len(s.writes) != 0 {
		t.Errorf("error = %v after %v, want it refused and untouched", err, s.writes)
	}
}
