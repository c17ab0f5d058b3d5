// Command landfall-dev runs Landfall whole on one machine, for trying it, for its tests and for building on it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "landfall-dev:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	verb := ""
	if len(args) > 0 {
		verb = args[0]
	}
	switch verb {
	case "up":
		return up(ctx, args[1:])
	case "demo":
		return demo(ctx, args[1:])
	}
	fmt.Fprint(os.Stderr, "landfall-dev up     the whole stack in the foreground: Temporal, its UI, the simulated clouds, the worker\n"+
		"landfall-dev demo   the paper's migration on it, with a report\n\nExample: landfall-dev up -scenario devstack/scenario/itbytes.yaml\n")
	if verb == "-h" || verb == "--help" || verb == "help" {
		return flag.ErrHelp
	}
	return fmt.Errorf("there is no verb %q: use up or demo", verb)
}
