package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"time"

	"github.com/itbytes/landfall/devstack/bench"
)

// benchmark rotates many credentials in one tick and shows what it took.
func benchmark(ctx context.Context, args []string) error {
	o := bench.Options{Say: say}
	fs := flag.NewFlagSet("landfall-dev bench", flag.ContinueOnError)
	fs.IntVar(&o.Many, "many", 500, "credentials in the tick")
	fs.Float64Var(&o.Scale, "scale", 0.1, "what all times are multiplied by, the clouds', the product's and those of the limits")
	fs.DurationVar(&o.Within, "within", 30*time.Minute, "until it is given up")
	fs.StringVar(&o.Bin, "bin", "bin", "folder of the built binaries")
	fs.StringVar(&o.State, "state", "out/bench", "folder of databases and logs")
	if err := fs.Parse(args); err != nil {
		return err
	}
	for _, p := range []*string{&o.Bin, &o.State} {
		abs, err := filepath.Abs(*p)
		if err != nil {
			return err
		}
		*p = abs
	}
	r, err := bench.Run(ctx, o)
	if r.Limits != nil {
		r.Write(os.Stdout)
	}
	return err
}
