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
		os.Exit(complain(err))
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
	case "rehearse":
		return rehearse(ctx, args[1:])
	case "bench":
		return benchmark(ctx, args[1:])
	}
	fmt.Fprint(os.Stderr, "landfall-dev up         the whole stack in the foreground: Temporal, its UI, the simulated clouds, the worker\n"+
		"landfall-dev demo       the paper's morning on it, with a report\n"+
		"landfall-dev rehearse   a plan on it, with faults in chosen steps (landfall rehearse)\n"+
		"landfall-dev bench      many credentials rotated in one tick of a schedule, and what that costs each cloud\n\n"+
		"Example: landfall-dev up -scenario devstack/scenario/itbytes.yaml\n")
	if verb == "-h" || verb == "--help" || verb == "help" {
		return flag.ErrHelp
	}
	return fmt.Errorf("there is no verb %q: use up, demo, rehearse or bench", verb)
}
