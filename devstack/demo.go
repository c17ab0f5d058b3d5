package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/term"

	"github.com/itbytes/landfall/devstack/morning"
	"github.com/itbytes/landfall/devstack/stack"
)

// demo plays the paper's morning, writes its report, and stays up where somebody can look.
func demo(ctx context.Context, args []string) error {
	fs, o := flags("demo", "morning", "out/demo")
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
	o.Say("simulators   %s/sim/state", s.Control())

	m := &morning.Morning{Stack: s, Plan: "examples/itbytes.yaml", Out: out, Say: o.Say, Show: show}
	if err := m.Play(ctx); err != nil {
		return fmt.Errorf("%w (the worker's log is %s/worker.log)", err, o.State)
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

// show runs a command on this terminal.
func show(cmd *exec.Cmd) error {
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}
