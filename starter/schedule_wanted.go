package main

import (
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/itbytes/landfall/plan"
	"github.com/itbytes/landfall/workflows"
)

// What a schedule's memo and that of its runs say of it.
const (
	memoPlan   = "landfallPlan"   // whose it is: a schedule without it is a person's own
	memoDigest = "landfallDigest" // of the plan that it was applied from, on its runs
	memoBy     = "landfallBy"     // who applied it, on its runs
)

// catchUp is how late a run may begin that was missed because the server was away. Later than that the next time is as good.
const catchUp = 24 * time.Hour

// scheduleID is the id of one of a plan's schedules; every id that begins so is the plan's.
func scheduleID(planName, name string) string { return "landfall/" + planName + "/" + name }

// wantedSchedules are the schedules that a plan wants: its own, and the nightly look at its credentials.
func wantedSchedules(p plan.Plan, operator string) []client.ScheduleOptions {
	all := make([]client.ScheduleOptions, 0, len(p.Rotation.Schedules)+1)
	for _, s := range p.Rotation.Schedules {
		in := workflows.RotateCredentialsInput{
			Plan: &p, Credentials: s.Credentials, Scheduled: true, Operator: "schedule " + s.Name, Reason: "due by the schedule " + s.Name,
		}
		o := scheduled(p, s.Name, operator, "rotate credentials of "+p.Metadata.Name+" by the schedule "+s.Name)
		o.Spec, o.PauseOnFailure = specOf(s), !s.KeepOn
		o.Action = action(p, workflows.RotationsID(p.Metadata.Name, s.Name), workflows.RotateCredentialsType, in, o.Note, operator,
			"Each credential has a workflow of its own, `"+workflows.RotationID(p.Metadata.Name, "CREDENTIAL")+"`. In a freeze of the plan it waits until that is over.")
		all = append(all, o)
	}
	o := scheduled(p, plan.PostureSchedule, operator, "look at the credentials of "+p.Metadata.Name)
	o.Spec = client.ScheduleSpec{CronExpressions: []string{"0 2 * * *"}, Jitter: time.Hour, TimeZoneName: "UTC"}
	o.Action = action(p, workflows.PostureID(p.Metadata.Name), workflows.CheckPostureType, workflows.CheckPostureInput{Plan: &p, Tell: true}, o.Note, operator,
		"It reads only, and tells whoever the plan names under notify what is wrong.")
	return append(all, o)
}

// scheduled is what all schedules of a plan have in common. A run that is due while another is under way begins after it.
func scheduled(p plan.Plan, name, operator, what string) client.ScheduleOptions {
	return client.ScheduleOptions{
		ID: scheduleID(p.Metadata.Name, name), Overlap: enums.SCHEDULE_OVERLAP_POLICY_BUFFER_ONE, CatchupWindow: catchUp,
		Note:                  what + "; applied by " + operator + " from the plan " + p.Digest(),
		Memo:                  map[string]any{memoPlan: p.Metadata.Name},
		TypedSearchAttributes: planAttributes(p),
	}
}

// planAttributes are those by which a plan's schedules and their runs are listed.
func planAttributes(p plan.Plan) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(
		temporal.NewSearchAttributeKeyKeyword(workflows.AttrPlan).ValueSet(p.Metadata.Name),
		temporal.NewSearchAttributeKeyKeyword(workflows.AttrOwner).ValueSet(p.Metadata.Owner),
	)
}

// action is what a schedule starts.
func action(p plan.Plan, id, kind string, in any, summary, operator, details string) *client.ScheduleWorkflowAction {
	return &client.ScheduleWorkflowAction{
		ID: id, Workflow: kind, Args: []any{in}, TaskQueue: workflows.Queue, StaticSummary: clipped(summary, 200), StaticDetails: details,
		Memo:                  map[string]any{memoPlan: p.Metadata.Name, memoDigest: p.Digest(), memoBy: operator},
		TypedSearchAttributes: planAttributes(p),
	}
}

// specOf is when a schedule begins. Its plan is valid.
func specOf(s plan.Schedule) client.ScheduleSpec {
	spec := client.ScheduleSpec{TimeZoneName: or(s.TimeZone, "UTC")}
	spec.Jitter, _ = plan.Duration(s.Jitter)
	if s.Calendar != "" {
		spec.CronExpressions = []string{s.Calendar}
		return spec
	}
	every, _ := plan.Duration(s.Every)
	spec.Intervals = []client.ScheduleIntervalSpec{{Every: every}}
	return spec
}

// clipped is a text of at most n bytes; what the schedules say is in plain letters.
func clipped(s string, n int) string { return s[:min(len(s), n)] }
