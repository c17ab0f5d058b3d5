package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"github.com/itbytes/landfall/devstack/stack"
)

// demo carries out the paper's migration twice, writes its report, and stays up where somebody can look.
func demo(ctx context.Context, args []string) error {
	fs, o := flags("demo", "out/demo")
	plan := fs.String("plan", "examples/itbytes.yaml", "the plan to carry out")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if err := absolute(o); err != nil {
		return err
	}
	out := filepath.Dir(o.EnvFile)
	if err := os.RemoveAll(o.State); err != nil {
		return err
	}
	s, err := stack.Up(ctx, *o)
	if err != nil {
		return err
	}
	defer s.Down()
	p, err := s.Worker(ctx)
	if err != nil {
		return err
	}
	defer p.Stop()
	o.Say("Temporal UI  %s", s.UI())
	o.Say("simulators   %s/sim/state\n", s.Control())

	report := []string{"report", *plan, "--json", out + "/report.json", "--html", out + "/report.html"}
	for _, part := range []struct {
		what string
		args []string
	}{
		{"What the plan would change, read from the clouds as they stand:", []string{"preview", *plan}},
		{"The migration:", []string{"migrate", *plan, "--approve", "--wait"}},
		{"Its report:", report},
		{"The same plan again:", []string{"migrate", *plan, "--approve", "--wait"}},
		{"What stands where:", []string{"registry", "list", *plan}},
	} {
		o.Say("\n%s\n$ landfall %s", part.what, line(part.args))
		if err := show(s.Landfall(ctx, part.args...)); err != nil {
			return fmt.Errorf("landfall %s: %w (the worker's log is %s/worker.log)", line(part.args), err, o.State)
		}
	}
	o.Say("\nreport       %s", out+"/report.html")
	if !term.IsTerminal(int(os.Stdout.Fd())) || os.Getenv("CI") != "" {
		return nil
	}
	o.Say("Temporal UI  %s", s.UI())
	o.Say("\nup until ctrl-c; in another terminal: source %s", o.EnvFile)
	<-ctx.Done()
	return nil
}

// show runs a command on this terminal. Exit 2 of a preview only says that there is something to do.
func show(cmd *exec.Cmd) error {
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err := cmd.Run()
	if cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == 2 {
		return nil
	}
	return err
}

// line is a command line as a person would type it here.
func line(args []string) string {
	here, _ := os.Getwd() // without it the paths stay absolute
	out := make([]string, 0, len(args))
	for _, a := range args {
		if rel, err := filepath.Rel(here, a); err == nil && filepath.IsAbs(a) {
			a = rel
		}
		out = append(out, a)
	}
	return strings.Join(out, " ")
}
