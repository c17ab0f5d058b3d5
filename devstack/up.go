package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/itbytes/landfall/devstack/stack"
)

// flags are what the verbs have in common; the environment gives the defaults, as make up documents.
func flags(verb, world, out string) (*flag.FlagSet, *stack.Options) {
	o := &stack.Options{Say: say}
	fs := flag.NewFlagSet("landfall-dev "+verb, flag.ContinueOnError)
	fs.StringVar(&o.Scenario, "scenario", or(os.Getenv("SCENARIO"), "devstack/scenario/"+world+".yaml"), "file of the simulated world")
	fs.StringVar(&o.State, "state", or(os.Getenv("STATE"), out+"/state"), "folder of databases and logs")
	fs.StringVar(&o.Plans, "plans", or(os.Getenv("LANDFALL_PLANS"), "examples"), "folder of plans that can be started by name")
	fs.StringVar(&o.Bin, "bin", "bin", "folder of the built binaries")
	o.Sessions = out + "/sessions"
	o.EnvFile = out + "/env"
	return fs, o
}

// say tells on this terminal.
func say(format string, a ...any) { fmt.Printf(format+"\n", a...) }

// up starts the whole stack and stays in the foreground.
func up(ctx context.Context, args []string) error {
	fs, o := flags("up", "itbytes", "out/dev")
	worker := fs.String("worker", or(os.Getenv("WORKER"), "here"), "here, or none to leave the worker out")
	if err := fs.Parse(args); err != nil {
		return err
	}
	kept := o.State != "out/dev/state"
	if err := absolute(o); err != nil {
		return err
	}
	if err := alone(o.EnvFile); err != nil {
		return err
	}
	if !kept { // the simulated clouds begin anew: runs of another world would only mislead
		if err := os.RemoveAll(o.State); err != nil {
			return err
		}
	}
	ready := o.EnvFile
	o.EnvFile += ".starting"
	s, err := stack.Up(ctx, *o)
	if err != nil {
		return err
	}
	defer s.Down()
	ended := make(<-chan struct{})
	if *worker != "none" {
		p, err := s.Worker(ctx)
		if err != nil {
			return err
		}
		defer p.Stop()
		ended = p.Done()
	}
	if err := os.Rename(o.EnvFile, ready); err != nil {
		return err
	}
	defer os.Remove(ready) //nolint:errcheck // it is gone where somebody has cleaned up
	o.Say("Temporal UI  %s", s.UI())
	o.Say("simulators   %s/sim/state", s.Control())
	o.Say("environment  source %s", ready)
	o.Say("up; stop with ctrl-c")
	select {
	case <-ctx.Done():
		return nil
	case <-ended:
		if ctx.Err() != nil {
			return nil
		}
		return errors.New("the worker has ended by itself: see " + filepath.Join(o.State, "worker.log"))
	}
}

// alone refuses a second stack in one folder: it would leave its sessions and its environment where the first one's are.
func alone(env string) error {
	b, err := os.ReadFile(env)
	if err != nil {
		return nil //nolint:nilerr // nobody has left one here
	}
	for line := range strings.Lines(string(b)) {
		address, found := strings.CutPrefix(strings.TrimSpace(line), "export TEMPORAL_ADDRESS=")
		if !found {
			continue
		}
		if c, err := net.DialTimeout("tcp", strings.Trim(address, "'"), time.Second); err == nil {
			_ = c.Close() // it was only asked whether anybody answers
			return fmt.Errorf("a stack is up in this folder already (%s): use it, or stop it first", env)
		}
	}
	return nil
}

// absolute makes the paths good for processes that start elsewhere.
func absolute(o *stack.Options) error {
	for _, p := range []*string{&o.Scenario, &o.State, &o.Sessions, &o.Plans, &o.Bin, &o.EnvFile} {
		abs, err := filepath.Abs(*p)
		if err != nil {
			return err
		}
		*p = abs
	}
	return nil
}

func or(s, other string) string {
	if s != "" {
		return s
	}
	return other
}
