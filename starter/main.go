// Command landfall hands plans to the runbook, shows how far they are, and releases what waits for a person.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run carries out one command line and returns its exit code.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	d := &desk{out: out, errs: errs}
	root := d.commands()
	d.output = asked(args)
	root.SetArgs(args)
	return d.close(root.ExecuteContext(ctx))
}
