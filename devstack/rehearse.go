package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/itbytes/landfall/devstack/rehearsal"
	"github.com/itbytes/landfall/plan"
)

// exitUsage is the exit code of an order that makes no sense, as the command line has it.
const exitUsage = 64

// rehearse carries a plan out on simulated clouds with faults in chosen steps and says what would happen.
func rehearse(ctx context.Context, args []string) error {
	o := rehearsal.Options{}
	fs := flag.NewFlagSet("landfall-dev rehearse", flag.ContinueOnError)
	file := fs.String("plan", "", "the plan's file")
	output := fs.String("o", "text", "text or json")
	fs.StringVar(&o.Scenario, "scenario", "", "file of the simulated world; without it the one of the plan's name, or one made of the plan")
	fs.StringVar(&o.Bin, "bin", "bin", "folder of the built binaries")
	fs.Func("fault", "KIND@cloud/environment/step; may be given again", func(s string) error {
		o.Faults = append(o.Faults, s)
		return nil
	})
	if err := fs.Parse(args); err != nil {
		return err
	}
	bereave()
	teller := &rehearsal.Teller{Out: os.Stdout}
	if *output != "json" {
		o.Say = teller.Tell
	}
	r, err := func() (rehearsal.Result, error) {
		b, err := os.ReadFile(*file)
		if err != nil {
			return rehearsal.Result{}, err
		}
		if o.Plan, err = plan.ParseAt(*file, b, time.Now().UTC().Format(time.DateOnly)); err != nil {
			return rehearsal.Result{}, err
		}
		return rehearsal.Rehearse(ctx, o)
	}()
	if *output == "json" {
		return tellJSON(r, err)
	}
	return err
}

// tellJSON writes the result, or what went wrong, alone on standard output.
func tellJSON(r rehearsal.Result, err error) error {
	var v any = r
	if err != nil {
		refused := &rehearsal.Refusal{What: err.Error()}
		_ = errors.As(err, &refused) // what is no refusal is said as it is
		v = refused
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if bad := enc.Encode(v); bad != nil {
		return bad
	}
	if err != nil {
		return &said{err}
	}
	return nil
}

// said is an error of which nothing is left to say.
type said struct{ error }

func (s *said) Unwrap() error { return s.error }

// bereave takes this shell's own clouds, its Temporal and its telemetry out of the environment: a rehearsal reaches none.
func bereave() {
	for _, setting := range os.Environ() {
		name, _, _ := strings.Cut(setting, "=")
		for _, of := range []string{"TEMPORAL_", "AWS_", "AZURE_", "ARM_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_", "OP_", "OTEL_", "LANDFALL_"} {
			if strings.HasPrefix(name, of) {
				_ = os.Unsetenv(name) // it is there: it can be taken away
			}
		}
	}
}

// complain says what went wrong and returns the exit code.
func complain(err error) int {
	var refused *rehearsal.Refusal
	var silent *said
	switch {
	case errors.As(err, &refused) && !errors.As(err, &silent):
		fmt.Fprintf(os.Stderr, "landfall-dev: %s\n  %s\n", refused.What, refused.Hint)
		return exitUsage
	case errors.As(err, &refused):
		return exitUsage
	case errors.Is(err, context.Canceled): // a person has stopped it, and knows
	case !errors.As(err, &silent):
		fmt.Fprintln(os.Stderr, "landfall-dev:", err)
	}
	return 1
}
