package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Process is one of the product's own binaries, running.
type Process struct {
	cmd  *exec.Cmd
	log  *os.File
	done chan struct{}
}

// Worker starts the built worker beside the stack, its log in a file of the state folder.
func (s *Stack) Worker(ctx context.Context, args ...string) (*Process, error) {
	log, err := os.OpenFile(s.options.State+"/worker.log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, s.options.Bin+"/landfall-worker", args...) //nolint:gosec // our own binary
	cmd.Env = append(os.Environ(), s.Env()...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 15 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the worker: %w (make build makes it)", err)
	}
	p := &Process{cmd: cmd, log: log, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in its log; whoever cares looks at Done
		_ = log.Close()
		close(p.done)
	}()
	return p, nil
}

// Kill ends the process at once, as a crash would.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
}

// Stop asks the process to end and waits until it has.
func (p *Process) Stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case <-p.done:
	case <-time.After(15 * time.Second):
		p.Kill()
	}
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Landfall is the built command line in the stack's environment.
func (s *Stack) Landfall(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.options.Bin+"/landfall", args...) //nolint:gosec // our own binary
	cmd.Env = append(os.Environ(), s.Env()...)
	return cmd
}

// Ask runs the built command line and returns its exit code and both outputs; the error is that it could not be run.
func (s *Stack) Ask(ctx context.Context, args ...string) (code int, out, errs string, err error) {
	cmd := s.Landfall(ctx, args...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err = cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); ended && cmd.ProcessState.Exited() {
		err = nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String(), err
}
