package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/itbytes/landfall/plan"
)

// rehearse carries a plan out on simulated clouds with faults in chosen steps. The simulators are no part of this program:
// they are in landfall-dev, which lies beside it.
func (d *desk) rehearse() *cobra.Command {
	var faults []string
	var scenario string
	cmd := &cobra.Command{
		Use:   "rehearse PLAN",
		Short: "Carry a plan out on simulated clouds with a fault in a step, and show what would happen.",
		Long: "rehearse shows what holds and why, what goes on all the same, what releases it, and what giving the run up would leave.\n" +
			"It reaches no cloud, no vault and no Temporal server of yours: it brings its own, simulated, for as long as it takes.\n\n" +
			"A fault is KIND@CLOUD/ENVIRONMENT/STEP: Denied, Quota, Entitlement, PendingApproval, SessionExpired, Locked, Conflict,\n" +
			"Ambiguous, Propagating, Throttled, Transient, Invalid, Retired or Bug. The steps are those that landfall preview shows.",
		Example: "  landfall rehearse examples/itbytes.yaml --fault SessionExpired@aws/mgmt/flow-logs\n" +
			"  landfall rehearse examples/greenfield.yaml --fault Quota@gcp/prod/vpc --fault Denied@aws/dti/vpc -o json",
		Args: one("PLAN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(faults) == 0 {
				return usage("rehearse takes --fault KIND@CLOUD/ENVIRONMENT/STEP", "See landfall rehearse -h for the kinds.")
			}
			program, err := beside("landfall-dev")
			if err != nil {
				return err
			}
			p, err := d.planned(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			file, forget, err := left(p)
			if err != nil {
				return err
			}
			defer forget()
			return d.perform(cmd.Context(), program, rehearsing(program, file, d.output, scenario, faults))
		},
	}
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "KIND@CLOUD/ENVIRONMENT/STEP; may be given again")
	cmd.Flags().StringVar(&scenario, "scenario", "", "file of the simulated world; without it one is made of the plan")
	return cmd
}

// rehearsing are the arguments that landfall-dev is given.
func rehearsing(program, file, output, scenario string, faults []string) []string {
	args := []string{"rehearse", "-bin", filepath.Dir(program), "-plan", file, "-o", output}
	if scenario != "" {
		args = append(args, "-scenario", scenario)
	}
	for _, f := range faults {
		args = append(args, "-fault", f)
	}
	return args
}

// beside finds a program that was built with this one.
func beside(name string) (string, error) {
	own, err := os.Executable()
	if err == nil {
		own, err = filepath.EvalSymlinks(own)
	}
	if err != nil {
		return "", failed(err, "Start it by its whole path.", "this program does not find itself: %v", err)
	}
	path := filepath.Join(filepath.Dir(own), name)
	for _, p := range []string{name, "landfall-worker"} {
		if _, err := os.Stat(filepath.Join(filepath.Dir(own), p)); err != nil {
			return "", failed(err, "Build it in a clone of the project (make build), or put it there.", "%s is not in %s beside landfall, and a rehearsal needs it", p, filepath.Dir(own))
		}
	}
	return path, nil
}

// planned is the plan of a file, or of a run that was started with one.
func (d *desk) planned(ctx context.Context, arg string) (plan.Plan, error) {
	if _, err := os.Stat(arg); err == nil || strings.ContainsAny(arg, "/.") {
		return d.read(arg)
	}
	c, err := d.connect(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	defer c.Close()
	t, err := d.find(ctx, c, arg)
	if err != nil {
		return plan.Plan{}, err
	}
	if t.plan == nil {
		return plan.Plan{}, failed(nil, "Give the plan's file.", "the plan %s is in the worker's folder of plans alone", arg)
	}
	return *t.plan, nil
}

// left leaves a plan in a file for another program; forget takes it away.
func left(p plan.Plan) (file string, forget func(), err error) {
	dir, err := os.MkdirTemp("", "landfall-rehearse-")
	if err != nil {
		return "", nil, failed(err, "Make room among the temporary files.", "the plan cannot be handed on: %v", err)
	}
	forget = func() { _ = os.RemoveAll(dir) } // what is left lies among temporary files
	b, err := json.Marshal(p)
	file = filepath.Join(dir, "plan.json")
	if err == nil {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		forget()
		return "", nil, failed(err, "Make room among the temporary files.", "the plan cannot be handed on: %v", err)
	}
	return file, forget, nil
}

// perform runs a program in this one's place: its output is the command's, and its exit code too.
func (d *desk) perform(ctx context.Context, program string, args []string) error {
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // it was built with this program
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Stdout, cmd.Stderr = d.out, d.errs
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return failed(nil, "Nothing of it goes on.", "you have stopped the rehearsal")
	case errors.As(err, &exit) && slices.Contains([]int{exitFailed, exitUsage}, exit.ExitCode()):
		d.code = exit.ExitCode()
		return nil
	}
	return failed(err, "Build it anew (make build).", "%s did not come to an end: %v", filepath.Base(program), err)
}
