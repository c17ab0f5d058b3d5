package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/itbytes/landfall/plan"
)

// schedule keeps a plan's schedules in Temporal.
func (d *desk) schedule() *cobra.Command {
	cmd := &cobra.Command{
		Use: "schedule", Short: "Keep a plan's schedules: when its credentials are rotated, and looked at, by themselves.",
		Example: "  landfall schedule apply examples/itbytes.yaml\n  landfall schedule list itbytes",
	}
	cmd.AddCommand(d.scheduleApply(), d.scheduleList(), d.scheduleRemove())
	d.verbsOnly(cmd)
	return cmd
}

func (d *desk) scheduleApply() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "apply PLAN",
		Short: "Make, update and remove the plan's schedules, so that they are as the plan says; no other is touched.",
		Long: "apply makes a Temporal Schedule of each entry under rotation.schedules, and one that looks at the credentials each night.\n" +
			"It is the same when applied again. A pause is kept; what the plan has no more is removed; other plans' and people's own\n" +
			"schedules are left alone. With --dry-run it says what would change (exit 2), and changes nothing.",
		Example: "  landfall schedule apply examples/itbytes.yaml --dry-run\n  landfall schedule apply examples/itbytes.yaml",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if d.operator == "" {
				return usage("schedule apply takes --operator where your name is not known", "It is kept with the schedules.")
			}
			c, t, err := d.reach(ctx, args[0])
			if err != nil {
				return err
			}
			defer c.Close()
			if t.plan == nil {
				return failed(nil, "Give the plan's file.", "%s was started by its name, and only the worker has its file", t.name)
			}
			deeds, err := reconcile(ctx, c.ScheduleClient(), *t.plan, d.operator, dry)
			if err != nil {
				return err
			}
			return d.showDeeds(t, deeds, dry)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would change, and change nothing; exit 2 where something would")
	return cmd
}

func (d *desk) scheduleRemove() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:     "remove PLAN",
		Short:   "Remove all of a plan's schedules, or one of them; what is under way goes on.",
		Example: "  landfall schedule remove itbytes\n  landfall schedule remove itbytes --name monthly",
		Args:    one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			c, err := d.connect(ctx)
			if err != nil {
				return err
			}
			defer c.Close()
			planName, err := d.planName(args[0])
			if err != nil {
				return err
			}
			ids, err := ownSchedules(ctx, c.ScheduleClient(), planName)
			if err != nil {
				return err
			}
			if name != "" {
				if id := scheduleID(planName, name); !slices.Contains(ids, id) {
					return failed(nil, meant(id, ids)+"See landfall schedule list "+planName+".", "%s has no schedule %s", planName, name)
				}
				ids = []string{scheduleID(planName, name)}
			}
			deeds := []scheduleDeed{}
			for _, id := range ids {
				if err := removeSchedule(ctx, c.ScheduleClient(), id); err != nil {
					return err
				}
				deeds = append(deeds, scheduleDeed{ID: id, Change: "removed"})
			}
			return d.showDeeds(target{name: planName}, deeds, false)
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "only this one")
	return cmd
}

// planName is the name of the plan that PLAN names; no run of it need be here.
func (d *desk) planName(arg string) (string, error) {
	if !isFile(arg) {
		return arg, nil
	}
	p, err := d.read(arg)
	return p.Metadata.Name, err
}

// scheduleDeed is what was done about one schedule, or would be.
type scheduleDeed struct {
	ID      string   `json:"id"`
	Change  string   `json:"change"` // none, created, updated or removed
	Differs []string `json:"differs,omitempty"`
	Paused  string   `json:"paused,omitempty"` // why it is paused, if it is
}

// reconcile brings a plan's schedules to what the plan wants.
func reconcile(ctx context.Context, c client.ScheduleClient, p plan.Plan, operator string, dry bool) ([]scheduleDeed, error) {
	deeds, wanted := []scheduleDeed{}, map[string]bool{}
	for _, want := range wantedSchedules(p, operator) {
		wanted[want.ID] = true
		deed, err := bring(ctx, c, want, p.Metadata.Name, dry)
		if err != nil {
			return deeds, err
		}
		deeds = append(deeds, deed)
	}
	ids, err := ownSchedules(ctx, c, p.Metadata.Name)
	if err != nil {
		return deeds, err
	}
	for _, id := range ids {
		if wanted[id] {
			continue
		}
		if !dry {
			if err := removeSchedule(ctx, c, id); err != nil {
				return deeds, err
			}
		}
		deeds = append(deeds, scheduleDeed{ID: id, Change: "removed"})
	}
	return deeds, nil
}

// bring makes or updates one schedule.
func bring(ctx context.Context, c client.ScheduleClient, want client.ScheduleOptions, planName string, dry bool) (scheduleDeed, error) {
	deed := scheduleDeed{ID: want.ID, Change: "none"}
	h := c.GetHandle(ctx, want.ID)
	stands, err := h.Describe(ctx)
	if _, none := errors.AsType[*serviceerror.NotFound](err); none {
		deed.Change = "created"
		if !dry {
			_, err = c.Create(ctx, want)
			return deed, failedAt(err, want.ID, "created")
		}
		return deed, nil
	}
	if err != nil {
		return deed, failedAt(err, want.ID, "read")
	}
	if memoOf(stands.Memo, memoPlan) != planName {
		return deed, failed(nil, "Have whoever made it call it otherwise; it was not touched.", "the schedule %s was not made by Landfall", want.ID)
	}
	if stands.Schedule.State.Paused {
		deed.Paused = or(stands.Schedule.State.Note, "no reason was given")
	}
	if deed.Differs = differs(*stands, want); len(deed.Differs) == 0 {
		return deed, nil
	}
	deed.Change = "updated"
	if dry {
		return deed, nil
	}
	err = h.Update(ctx, client.ScheduleUpdateOptions{DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
		return updated(in.Description, want), nil
	}})
	return deed, failedAt(err, want.ID, "updated")
}

// ownSchedules are the ids of the schedules that Landfall made for a plan. The memo says so: a name proves nothing.
func ownSchedules(ctx context.Context, c client.ScheduleClient, planName string) ([]string, error) {
	var out []string
	all, err := c.List(ctx, client.ScheduleListOptions{PageSize: 200})
	if err != nil {
		return nil, failedAt(err, planName, "listed")
	}
	for all.HasNext() {
		e, err := all.Next()
		if err != nil {
			return nil, failedAt(err, planName, "listed")
		}
		if strings.HasPrefix(e.ID, scheduleID(planName, "")) && memoOf(e.Memo, memoPlan) == planName {
			out = append(out, e.ID)
		}
	}
	slices.Sort(out)
	return out, nil
}

// removeSchedule removes a schedule; one that is gone is no fault.
func removeSchedule(ctx context.Context, c client.ScheduleClient, id string) error {
	err := c.GetHandle(ctx, id).Delete(ctx)
	if _, gone := errors.AsType[*serviceerror.NotFound](err); gone {
		return nil
	}
	return failedAt(err, id, "removed")
}

func failedAt(err error, id, done string) error {
	if err == nil {
		return nil
	}
	return failed(err, "See that the Temporal server answers, and apply again: what is done stays so.", "the schedule %s could not be %s: %v", id, done, err)
}

// showDeeds says what was done about schedules, or would be.
func (d *desk) showDeeds(t target, deeds []scheduleDeed, dry bool) error {
	changed := 0
	for _, s := range deeds {
		if s.Change != "none" {
			changed++
		}
	}
	if dry && changed > 0 {
		d.code = exitPending
	}
	if d.output == "json" {
		return d.json(map[string]any{"plan": t.name, "schedules": deeds, "changed": changed, "dryRun": dry})
	}
	for _, s := range deeds {
		line := fmt.Sprintf("%-9s %s", strings.Replace(s.Change, "none", "so", 1), s.ID)
		if len(s.Differs) > 0 {
			line += ": " + strings.Join(s.Differs, ", ")
		}
		d.say("%s", line)
		if s.Paused != "" {
			d.say("          paused, and stays so: %s", s.Paused)
		}
	}
	switch {
	case changed == 0:
		d.say("nothing to do: the schedules of %s are as they should be", t.name)
	case dry:
		d.say("nothing was changed; landfall schedule apply does it")
	}
	return nil
}
